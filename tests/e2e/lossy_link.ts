/**
 * A link between two TUN interfaces, in user space: packets are late, lost and overtake one another as a plan of lab/link.ts has
 * it. Arguments: the names of the interfaces, the plan of either direction as JSON, a seed. Writes `ready` once both are there.
 *
 * @module
 */

import { monotonicNow } from "../../driver/mod.ts";
import { POLLIN, PollSet, TunDevice } from "../../ffi/mod.ts";
import { Arrivals } from "../../lab/arrivals.ts";
import { Link, type LinkPlan, PERFECT_LINK } from "../../lab/link.ts";
import { Random } from "../../lab/random.ts";
import { elapsed, type Instant, Segment, toMilliseconds } from "../../tcp/mod.ts";

/** Milliseconds; what is left of a wait is spent asking again, for a thread wakes too late. */
const WAKE_SLACK = 1;
const LONGEST_WAIT = 50;

/** Packets taken in before what is due goes on. */
const BATCH = 64;

/** A direction: what comes out of one interface, on its way into the other. */
class Direction {
  readonly #from: TunDevice;
  readonly #to: TunDevice;
  readonly #arrivals = new Arrivals<Uint8Array>();
  readonly #link: Link;
  readonly #segment = new Segment();

  constructor(from: TunDevice, to: TunDevice, plan: Partial<LinkPlan>, random: Random) {
    this.#from = from;
    this.#to = to;
    this.#link = new Link({ ...PERFECT_LINK, ...plan }, random, {
      deliver: (packet, at) => this.#arrivals.add(packet, at),
      drop: () => {},
    });
  }

  get next(): Instant {
    return this.#arrivals.next;
  }

  /** Takes in what has come. @returns whether there was anything */
  takeIn(now: Instant): boolean {
    let count = 0;
    for (; count < BATCH; count++) {
      const length = this.#from.receive();
      if (length === 0) break;
      this.#link.send(this.#from.inbound.slice(0, length), this.#segment, now);
    }
    return count > 0;
  }

  /** Sends on what is due. */
  sendOn(now: Instant): void {
    for (let packet = this.#arrivals.due(now); packet !== null; packet = this.#arrivals.due(now)) {
      this.#to.outbound.set(packet);
      this.#to.send(packet.length);
    }
  }
}

if (import.meta.main) {
  const [near = "", far = "", plan = "{}", seed = "1"] = Deno.args;
  const random = new Random(Number(seed));
  const devices = [TunDevice.open(near), TunDevice.open(far)] as const;
  const settings: Partial<LinkPlan> = JSON.parse(plan);
  const forth = new Direction(devices[0], devices[1], settings, random.fork());
  const back = new Direction(devices[1], devices[0], settings, random.fork());
  const poll = new PollSet();
  for (const { descriptor } of devices) poll.add(descriptor, POLLIN);
  Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
  for (;;) {
    const now = monotonicNow();
    const isBusy = [forth, back].map((direction) => direction.takeIn(now)).includes(true);
    for (const direction of [forth, back]) direction.sendOn(monotonicNow());
    if (isBusy) continue;
    const due = Math.min(forth.next, back.next) as Instant;
    const left = Math.min(toMilliseconds(elapsed(monotonicNow(), due)) - WAKE_SLACK, LONGEST_WAIT);
    if (left > 0) poll.poll(Math.ceil(left));
  }
}
