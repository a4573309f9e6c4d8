/**
 * One long transfer over a given path, for measuring: as much as the windows allow, without users, checks or an end.
 *
 * @module
 */

import {
  Connection,
  decodePacket,
  encodePacket,
  type Endpoint,
  type Instant,
  instant,
  parseAddress,
  Segment,
  seqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import { Arrivals } from "./arrivals.ts";
import { Link, type LinkPlan } from "../../lab/link.ts";
import { Random } from "../../lab/random.ts";

const SENDER: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const RECEIVER: Endpoint = { address: parseAddress("192.0.2.2"), port: 9 };

/** Text that is written at a time. */
const PIECE = new Uint8Array(1 << 16);

/** Measuring begins after this part of the text, and after so many losses if there are any: slow start is forgotten. */
const WARM_UP = 0.4;
const WARM_UP_LOSSES = 16;

/** What is to be measured. */
export interface BulkPlan {
  readonly seed: number;
  readonly config: TcpConfig;
  /** The path of the text, and of its acknowledgements. */
  readonly forth: LinkPlan;
  readonly back: LinkPlan;
  /** Full segments after which it ends. */
  readonly segments: number;
  /** Virtual time after which it ends in any case, µs. */
  readonly timeMost: number;
}

/** What was measured. */
export interface BulkResult {
  /** Octets a second that the receiver got, after the warm-up. */
  readonly octetsPerSecond: number;
  /** Payload octets of a full segment. */
  readonly mss: number;
  readonly segmentsSent: number;
  readonly retransmitted: number;
  readonly timeouts: number;
  readonly lost: number;
  /** Packets marked with "congestion experienced". */
  readonly marked: number;
}

/** Runs one transfer. */
export function measureBulk(plan: BulkPlan): BulkResult {
  return new Transfer(plan).run();
}

class Transfer {
  readonly #plan: BulkPlan;
  readonly #sender: Connection;
  readonly #receiver: Connection;
  readonly #arrivals = new Arrivals();
  readonly #links: readonly [Link, Link];
  readonly #segment = new Segment();
  readonly #buffer = new Uint8Array(1 << 16);
  #now: Instant = instant(0);

  constructor(plan: BulkPlan) {
    this.#plan = plan;
    const random = new Random(plan.seed);
    const { config } = plan;
    const isn = () => seqNumber(0);
    this.#sender = Connection.connect({ config, local: SENDER, remote: RECEIVER, isn }, this.#now);
    this.#receiver = Connection.listen({ config, local: RECEIVER, isn }, this.#now);
    const link = (path: LinkPlan, toward: number): Link =>
      new Link(
        path,
        random.fork(),
        (octets, at, damagedBits) => this.#arrivals.add({ octets, at, toward, damagedBits, mtu: 0 }),
        () => {},
      );
    this.#links = [link(plan.forth, 1), link(plan.back, 0)];
  }

  run(): BulkResult {
    const { segments, timeMost } = this.#plan;
    const { counts } = this.#links[0];
    let warmAt = 0;
    let warmOctets = 0;
    for (;;) {
      this.#step();
      const { octetsReceived } = this.#receiver;
      const wanted = segments * this.#sender.sendMss;
      const events = counts.lost + counts.marked;
      const isPastStart = events === 0 || events >= WARM_UP_LOSSES;
      if (warmAt === 0 && isPastStart && octetsReceived >= WARM_UP * wanted) {
        warmAt = this.#now;
        warmOctets = octetsReceived;
      }
      if (octetsReceived >= wanted || this.#now >= timeMost) {
        const span = Math.max(1, this.#now - warmAt);
        return this.#result((octetsReceived - warmOctets) * 1e6 / span);
      }
    }
  }

  #step(): void {
    const { state } = this.#sender;
    if (state === "ESTABLISHED") { while (this.#sender.send(PIECE, this.#now) > 0); }
    if (this.#receiver.unreadOctets > 0) { while ((this.#receiver.receive(PIECE, this.#now) ?? 0) > 0); }
    this.#pump(this.#sender, this.#links[0]);
    this.#pump(this.#receiver, this.#links[1]);
    const deadline = Math.min(this.#sender.nextDeadline(), this.#receiver.nextDeadline());
    this.#now = instant(Math.max(this.#now, Math.min(this.#arrivals.next, deadline)));
    for (let it = this.#arrivals.due(this.#now); it !== null; it = this.#arrivals.due(this.#now)) {
      if (decodePacket(it.octets, it.octets.length, this.#segment, "trust") !== null) continue;
      (it.toward === 1 ? this.#receiver : this.#sender).segmentArrives(this.#segment, this.#now);
    }
    this.#sender.timersFire(this.#now);
    this.#receiver.timersFire(this.#now);
  }

  #pump(connection: Connection, link: Link): void {
    while (connection.transmit(this.#segment, this.#now)) {
      const length = encodePacket(this.#segment, this.#buffer);
      link.send(this.#buffer.slice(0, length), this.#now);
    }
  }

  #result(octetsPerSecond: number): BulkResult {
    const sender = this.#sender;
    const { counts } = this.#links[0];
    return {
      octetsPerSecond,
      mss: sender.sendMss,
      segmentsSent: sender.segmentsSent,
      retransmitted: sender.segmentsRetransmitted,
      timeouts: controlBlockOf(sender).totals.timeouts,
      lost: counts.lost + counts.overflowed,
      marked: counts.marked,
    };
  }
}
