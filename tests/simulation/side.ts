/**
 * One side of a simulated run: host or bare connection, its user, and what watches them.
 *
 * @module
 */

import {
  after,
  Connection,
  type ConnectionView,
  earliest,
  type Endpoint,
  Host,
  type IcmpError,
  type Instant,
  type Listener,
  micros,
  NEVER,
  type Observer,
  type Segment,
  seqAdd,
  type State,
} from "../../tcp/mod.ts";
import { Happenings } from "./coverage.ts";
import { ConnectionWatch, demandLegalTransition } from "./invariants.ts";
import type { LinkCounts } from "../../lab/link.ts";
import type { SidePlan } from "./plan.ts";
import type { Core } from "../../lab/network.ts";
import type { Random } from "../../lab/random.ts";
import type { Stream } from "./stream.ts";
import { User } from "./user.ts";
import { WireWatch } from "./wire.ts";

/** From the initial sequence number of one connection to that of the next. */
const ISN_STEP = 10_000_000;

/** How long after a turn that was cut short the next one begins. */
const BETWEEN_TURNS = micros(50);

/** One side: the core, checked after every call, as what a network calls. */
export class Side implements Core, Observer {
  readonly name: string;
  readonly plan: SidePlan;
  readonly user: User;
  readonly wire: WireWatch;
  /** Every connection that this side has had; a host may have several when old SYNs arrive. */
  readonly watches: ConnectionWatch[] = [];
  readonly seen: Happenings = new Happenings();
  /** Moments of progress: states, deliveries. */
  progress = 0;
  /** What the link that leads away from here did. */
  counts!: LinkCounts;
  readonly #core: Core;
  #peer!: WireWatch;
  /** Why the segment went that was sent last. */
  #lastReason = "";
  readonly #listener: Listener | null = null;
  readonly #onLine: ((text: string) => void) | undefined;
  /** The present turn, the segments that left in it, and when the next one begins if it was cut short. */
  #turn: Instant = NEVER;
  #leftInTurn = 0;
  #goesOnAt: Instant = NEVER;

  constructor(
    name: string,
    plan: SidePlan,
    ends: { local: Endpoint; remote: Endpoint; opensActively: boolean },
    streams: { outgoing: Stream; incoming: Stream },
    random: Random,
    onLine: ((text: string) => void) | undefined,
  ) {
    this.name = name;
    this.plan = plan;
    this.#onLine = onLine;
    this.user = new User(plan.user, random, streams.outgoing, streams.incoming);
    this.wire = new WireWatch(streams.outgoing, plan.config);
    const { local, remote, opensActively } = ends;
    const now = 0 as Instant;
    const shared = {
      config: plan.config,
      observer: this,
      segmentLimit: plan.segmentLimit === 0 ? undefined : plan.segmentLimit,
      timestampOffset: plan.timestampOffset,
      // An old SYN may open a second connection, which begins elsewhere.
      isn: () => seqAdd(plan.isn, ISN_STEP * Math.max(0, this.watches.length - 1)),
    };
    if (plan.isHost) {
      const host = new Host({ ...shared, addresses: [local.address], secret: new Uint8Array(16) });
      this.#core = host;
      if (opensActively) this.user.connection = host.connect({ remote, local }, now);
      else this.#listener = host.listen({ port: local.port });
    } else {
      const connection = opensActively
        ? Connection.connect({ ...shared, local, remote }, now)
        : Connection.listen({ ...shared, local }, now);
      this.#core = connection;
      this.user.connection = connection;
    }
  }

  /** Says what the other side's wire has seen, and what the link that leads there counts. */
  joined(peer: WireWatch, counts: LinkCounts): void {
    this.#peer = peer;
    this.counts = counts;
  }

  segmentArrives(segment: Segment, now: Instant): void {
    this.wire.causes++;
    const { rcvNxt } = this.connection ?? {};
    this.#core.segmentArrives(segment, now);
    if (this.connection?.rcvNxt !== rcvNxt) this.progress++;
    this.check(false);
  }

  icmpArrives(error: IcmpError, now: Instant): void {
    this.#core.icmpArrives(error, now);
    this.check(false);
  }

  timersFire(now: Instant): void {
    this.#core.timersFire(now);
    this.check(false);
  }

  /** The core's deadline, or when the user wants to act; after a turn that was cut short, its next one. */
  nextDeadline(): Instant {
    const core = this.#goesOnAt === NEVER ? this.#core.nextDeadline() : this.#goesOnAt;
    return earliest(core, this.user.nextAction);
  }

  transmit(out: Segment, now: Instant): boolean {
    if (this.#turnIsOver(now)) return false;
    const isSent = this.#core.transmit(out, now);
    if (!isSent) this.check(true);
    else {
      this.#leftInTurn++;
      this.wire.sent(out, this.#peer, this.connection?.sendMss ?? 0, this.#lastReason);
    }
    return isSent;
  }

  /** Whether as much has left in this turn as a driver's turn lets out: what is left goes in the next one. */
  #turnIsOver(now: Instant): boolean {
    if (this.plan.turnLength === 0) return false;
    if (now !== this.#turn) {
      this.#turn = now;
      this.#leftInTurn = 0;
      this.#goesOnAt = NEVER;
    }
    if (this.#leftInTurn < this.plan.turnLength) return false;
    this.#goesOnAt = after(now, BETWEEN_TURNS);
    return true;
  }

  /** The connection of this side's user, or the one that it will get; null before there is one. */
  get connection(): Connection | null {
    return this.user.connection ?? this.watches[0]?.connection ?? null;
  }

  get state(): State | "none" {
    return this.connection?.state ?? "none";
  }

  /** Gives the user the connection that has come, if it has none. */
  accept(): void {
    if (this.user.connection !== null || this.#listener === null) return;
    this.user.connection = this.#listener.accept();
    if (this.user.connection !== null) this.progress++;
  }

  /** Lets the user act. */
  act(now: Instant): void {
    this.accept();
    const { sent, received, reads } = this.user;
    this.user.act(now);
    this.progress += this.user.sent - sent + this.user.received - received;
    this.wire.causes += this.user.reads - reads;
  }

  /** Checks every connection. `isAtRest`: nothing is due to be sent. */
  check(isAtRest: boolean): void {
    for (const watch of this.watches) {
      watch.check();
      if (isAtRest) watch.checkAtRest();
    }
  }

  segmentSent(connection: ConnectionView | null, segment: Segment, reason: string, now: Instant): void {
    this.seen.sendReasons.add(reason);
    this.#lastReason = reason;
    this.#tell("sends", connection, segment, reason, now);
  }

  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void {
    this.#tell("gets ", connection, segment, "", now);
  }

  segmentDropped(_connection: ConnectionView | null, _segment: Segment, reason: string, now: Instant): void {
    this.seen.dropReasons.add(reason);
    this.#onLine?.(`${seconds(now)} ${this.name} drops it: ${reason}`);
  }

  stateChanged(connection: ConnectionView, from: State, to: State, reason: string, now: Instant): void {
    demandLegalTransition(from, to);
    this.seen.transitions.add(`${from} -> ${to}`);
    if (from === "CLOSED") this.watches.push(new ConnectionWatch(connection as Connection));
    this.progress++;
    this.#onLine?.(`${seconds(now)} ${this.name} ${from} -> ${to}: ${reason}`);
  }

  timerFired(_connection: ConnectionView, timer: string, _timeoutBefore: number, now: Instant): void {
    this.wire.causes++;
    this.seen.timers.add(timer);
    this.#onLine?.(`${seconds(now)} ${this.name} timer: ${timer}`);
  }

  icmpArrived(_connection: ConnectionView, error: IcmpError, verdict: string, now: Instant): void {
    this.seen.icmpVerdicts.add(verdict);
    this.#onLine?.(`${seconds(now)} ${this.name} ICMP ${error.kind}: ${verdict}`);
  }

  congestionChanged(
    view: ConnectionView,
    windowBefore: number,
    thresholdBefore: number,
    reason: string,
    now: Instant,
  ): void {
    this.seen.congestionReasons.add(reason);
    this.#onLine?.(
      `${seconds(now)} ${this.name} cwnd ${windowBefore} -> ${view.cwnd}, ` +
        `ssthresh ${thresholdBefore} -> ${view.ssthresh}: ${reason}`,
    );
  }

  #tell(verb: string, view: ConnectionView | null, segment: Segment, reason: string, now: Instant): void {
    if (this.#onLine === undefined) return;
    this.#onLine(
      `${seconds(now)} ${this.name} ${verb} ${describeSegment(segment)} ${reason}${stateOf(view)}`,
    );
  }
}

function seconds(now: Instant): string {
  return (now / 1e6).toFixed(6);
}

function stateOf(view: ConnectionView | null): string {
  if (view === null) return "";
  return ` [${view.state} una ${view.sndUna} nxt ${view.sndNxt} wnd ${view.sndWnd} cwnd ${view.cwnd} ` +
    `pipe ${view.pipe} ${view.recoveryPhase} rcv ${view.rcvNxt}+${view.rcvWnd}]`;
}

function describeSegment(segment: Segment): string {
  const flags = ["F", "S", "R", "P", ".", "U", "E", "C", "A"].filter((_, bit) =>
    (segment.flags & 1 << bit) !== 0
  );
  const blocks = Array.from(segment.sackEdges.subarray(0, 2 * segment.sackBlockCount));
  return `${
    flags.join("")
  } seq ${segment.seq}(${segment.payload.length}) ack ${segment.ack} win ${segment.window}` +
    (blocks.length > 0 ? ` sack ${blocks}` : "");
}
