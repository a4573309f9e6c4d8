/**
 * What became of each segment on its way, as far as the events of one connection tell: which repeats which, which are
 * lost for certain, and which are only presumed to be.
 *
 * Certain is a loss that was made on purpose, that an ICMP error reports, or that the timestamp echo of a SYN-ACK shows by
 * naming a later SYN. What a sender merely repeats, because no ACK came or because ACKs told of a gap, is presumed lost,
 * until a D-SACK block, a timestamp echo or the sender's own verdict shows that it had arrived.
 *
 * @module
 */

import { coversAll, type Span, withSpan } from "./coverage.ts";
import { Flag, icmpText, Option } from "./core.ts";
import type { FindingCode } from "./catalogue/finding_codes.ts";
import { spanText } from "./format.ts";
import type {
  ArrivedEvent,
  CongestionEvent,
  IcmpEvent,
  LostEvent,
  SegmentRecord,
  SentEvent,
  StateEvent,
  TraceEvent,
} from "./record.ts";
import { duplicateBlock } from "./sack.ts";
import { counted } from "./syn_agreement.ts";

/** What is known of a segment's way. */
export interface Fate {
  /** Null: it arrived, or nothing tells that it did not. */
  readonly loss: "known" | "presumed" | null;
  /** How the loss is known, as the end of a sentence; empty where it is not. */
  readonly evidence: string;
  /** The number of the event whose segment this one repeats, the last of several; null: none. */
  readonly repeats: number | null;
  /** Microseconds since that one. */
  readonly after: number;
}

/** Why a sender sends again what it does not presume to be lost. */
const NO_PRESUMPTION: ReadonlySet<string> = new Set(["retransmit-refused", "retransmit-other-way"]);

/** In a capture: what is no sending of its own, or was not the sender's decision. */
const NO_SENDING: ReadonlySet<FindingCode> = new Set<FindingCode>([
  "keep-alive",
  "window-probe",
  "original-after-copy",
  "doubled",
  "doubled-by-network",
  "captured-twice",
  "captured-late",
  "damaged",
  "no-ack",
]);

/** Verdicts on ICMP errors that are not about a packet that is missing now. */
const NO_LOSS_BY_ICMP: ReadonlySet<string> = new Set([
  "not-outstanding",
  "source-quench",
  "path-mtu-too-small",
]);

/** A program that gives up sooner than that has not waited for an answer: RFC 6298 2.1, the first timeout. */
const LONG_SILENCE = 1_000_000;

interface Transmission {
  readonly event: number;
  readonly time: number;
  readonly seq: number;
  readonly end: number;
  readonly timestamp: number | null;
  readonly isSyn: boolean;
  readonly repeats: Transmission | null;
  /** What of it was sent again because it was presumed lost. */
  readonly repeated: Span[];
  evidence: string;
  hasArrived: boolean;
  /** Nothing tells of it, and nobody waits any longer. */
  isGivenUp: boolean;
  /** What tells of its loss is an ICMP error. */
  isReported: boolean;
}

/** The fates of the segments of one connection, by the numbers of their events. */
export function fatesOf(events: Iterable<TraceEvent>): ReadonlyMap<number, Fate> {
  const fates = new Fates();
  for (const event of events) fates.add(event);
  return fates.all;
}

/** Finds the fates of one connection's segments, event by event, of which it keeps little. */
export class Fates {
  readonly #own = new Direction();
  readonly #peers = new Direction();
  /** Losses that were told in an event of their own, by its number. */
  readonly #losses = new Map<number, string>();
  #reducedAt = -Infinity;

  /** Takes the connection's next event. */
  add(event: TraceEvent): void {
    switch (event.kind) {
      case "sent":
        this.#own.sends(event, event.segment);
        if (event.findings !== undefined) this.#acknowledges(this.#peers, event);
        return;
      case "arrived":
        // What the peer had sent before is told by captures of others only, and by faults of our own.
        this.#peers.sends(event, event.segment, event.findings === undefined);
        this.#acknowledges(this.#own, event);
        return;
      case "lost":
        if (evidenceOf(event) !== "") this.#losses.set(event.number, evidenceOf(event));
        (event.direction === "sent" ? this.#own : this.#peers).loses(event);
        return;
      case "icmp":
        if (!NO_LOSS_BY_ICMP.has(event.reason)) this.#own.isReportedLost(event);
        return;
      case "congestion":
        this.#reduction(event);
        return;
      case "state":
        this.#end(event);
        return;
      case "dropped":
      case "timer":
      case "note":
        return;
    }
  }

  /** What is known of them now, by the numbers of their events. */
  get all(): ReadonlyMap<number, Fate> {
    const fates = new Map<number, Fate>();
    for (const { transmissions } of [this.#own, this.#peers]) {
      for (const one of transmissions) {
        const fate = fateOf(one);
        if (fate !== null) fates.set(one.event, fate);
      }
    }
    for (const [event, evidence] of this.#losses) {
      const known = fates.get(event);
      fates.set(event, { repeats: null, after: 0, ...known, loss: "known", evidence });
    }
    return fates;
  }

  #acknowledges(direction: Direction, { segment, findings }: ArrivedEvent | SentEvent): void {
    direction.isAcknowledged(counted(segment));
    if (findings === undefined) return;
    const { repeatedFrom, repeatedTo } = findings.values;
    if (typeof repeatedFrom === "number" && typeof repeatedTo === "number") {
      direction.hasAll(repeatedFrom, repeatedTo + 1);
    }
  }

  #end({ reason, time }: StateEvent): void {
    if (reason === "timed-out") this.#own.givesUp(time);
    else if (reason === "user-abort") this.#own.givesUp(time - LONG_SILENCE);
  }

  #reduction({ reason, time }: CongestionEvent): void {
    if (reason === "spurious-retransmission") this.#own.wereNeedless(this.#reducedAt);
    else if (reason === "fast-recovery" || reason === "retransmission-timeout") this.#reducedAt = time;
  }
}

/** What one end has sent. */
class Direction {
  readonly transmissions: Transmission[] = [];
  /** Those from which on something may still be sent again. */
  #oldest = 0;
  #una = -Infinity;

  sends(event: SentEvent | ArrivedEvent, segment: SegmentRecord, onlyAfterLoss = false): void {
    if (segment.end === segment.seq) return;
    const reason = event.kind === "sent" ? event.reason : null;
    const codes = event.findings?.codes ?? [];
    // The octet of a window probe is not meant to be taken.
    if (reason === "window-probe" || codes.some((code) => NO_SENDING.has(code))) return;
    const isAgain = onlyAfterLoss || event.marks.includes("retransmission");
    const earlier = isAgain ? this.#overlapping(segment.seq, segment.end) : [];
    if (onlyAfterLoss && earlier.length === 0) return;
    const isPresumed = segment.end > this.#una && (reason === null || !NO_PRESUMPTION.has(reason));
    if (isAgain && isPresumed) {
      const wereNeeded = !codes.includes("not-needed");
      for (const one of earlier) {
        if (wereNeeded) withSpan(one.repeated, [segment.seq, segment.end]);
        else one.hasArrived = true;
      }
    }
    this.#push(event.number, event.time, segment, earlier.at(-1) ?? null, onlyAfterLoss);
    this.#seenElsewhere(this.transmissions.at(-1) as Transmission, event);
  }

  /** A second capture knows what has arrived there, and what has not. */
  #seenElsewhere(one: Transmission, { kind, findings }: SentEvent | ArrivedEvent): void {
    if (findings?.far === undefined) return;
    if (findings.codes.includes("lost-between")) one.evidence = `it never passes ${findings.values["there"]}`;
    one.hasArrived = kind === "arrived" || findings.far.time !== null ||
      findings.codes.includes("missed-there");
  }

  /** A fault took a segment away: the last one that was sent like it, or, coming from the peer, one that nobody has seen. */
  loses(event: LostEvent): void {
    const { number, time, direction, segment } = event;
    const evidence = evidenceOf(event);
    if (segment.end === segment.seq) return;
    const sent = this.transmissions.findLast(({ seq, end }) => seq === segment.seq && end === segment.end);
    if (direction === "sent") {
      if (sent !== undefined) sent.evidence = evidence;
      return;
    }
    this.#push(number, time, segment, this.#overlapping(segment.seq, segment.end).at(-1) ?? null);
    (this.transmissions.at(-1) as Transmission).evidence = evidence;
  }

  isReportedLost(event: IcmpEvent): void {
    const lost = this.transmissions.findLast(({ seq }) => seq === event.quoted);
    if (lost === undefined || lost.evidence !== "" || isOfDestination(event)) return;
    lost.evidence = `${icmpText(event)} reports it`;
    lost.isReported = true;
  }

  isAcknowledged(segment: SegmentRecord): void {
    const { ack } = segment;
    if (ack === null) return;
    const twice = duplicateBlock(segment);
    if (twice !== null) this.#cameTwice(twice[0] as number, twice[1] as number);
    if ((segment.options & Option.timestamps) !== 0) this.#isEchoed(segment, ack);
    this.#una = Math.max(this.#una, ack);
    for (; (this.transmissions[this.#oldest]?.end ?? Infinity) <= this.#una; this.#oldest++) {
      this.#wasReported(this.transmissions[this.#oldest] as Transmission);
    }
  }

  /** What is acknowledged and was not sent again has arrived, whatever ICMP said: a copy of the packet was lost at most. */
  #wasReported(one: Transmission): void {
    if (!one.isReported || coversAll(one.repeated, [one.seq, one.end])) return;
    one.evidence = "";
    one.hasArrived = true;
  }

  /** All that was sent of these numbers has arrived. */
  hasAll(seq: number, end: number): void {
    for (const one of this.transmissions) {
      if (one.seq >= seq && one.end <= end) one.hasArrived = true;
    }
  }

  /** What was repeated since then had not been lost. */
  wereNeedless(since: number): void {
    for (const again of this.transmissions) {
      if (again.time < since) continue;
      for (let one = again.repeats; one !== null; one = one.repeats) one.hasArrived = true;
    }
  }

  /** Nobody waits any longer for an ACK of what was sent by then. */
  givesUp(until: number): void {
    for (const one of this.transmissions.slice(this.#oldest)) {
      if (one.end > this.#una && one.time <= until) one.isGivenUp = true;
    }
  }

  /** Of several copies, a D-SACK block proves that two arrived: the last ones, as far as anybody knows. */
  #cameTwice(seq: number, end: number): void {
    const copies = this.transmissions.filter((one) => one.seq < end && one.end > seq);
    const missing = copies.filter(({ hasArrived, evidence }) => !hasArrived && evidence === "");
    for (const one of missing.slice(-2)) one.hasArrived = true;
  }

  /**
   * RFC 3522 3.2: the first ACK of what was repeated echoes the timestamp of an earlier copy. Of data that holds only where
   * nothing before them waited for the same ACK. A SYN-ACK names the SYN that it answers; whether an earlier one has arrived as
   * well it leaves open, for who keeps nothing of a SYN answers each.
   */
  #isEchoed({ flags, timestampEcho }: SegmentRecord, ack: number): void {
    if (ack <= this.#una) return;
    const isHandshake = (flags & (Flag.syn | Flag.ack)) === (Flag.syn | Flag.ack);
    const copies = this.#unsettled(({ isSyn, seq, end }) =>
      end <= ack && (isHandshake ? isSyn : seq <= this.#una && end > this.#una)
    );
    const echoed = copies.findIndex(({ timestamp }) => timestamp === timestampEcho);
    if (echoed < 0 || copies.length < 2) return;
    (copies[echoed] as Transmission).hasArrived = true;
  }

  #push(
    event: number,
    time: number,
    segment: SegmentRecord,
    repeats: Transmission | null,
    hasArrived = false,
  ): void {
    const { seq, end, options, timestampValue, flags } = segment;
    this.transmissions.push({
      event,
      time,
      seq,
      end,
      timestamp: (options & Option.timestamps) === 0 ? null : timestampValue,
      isSyn: (flags & Flag.syn) !== 0,
      repeats,
      repeated: [],
      evidence: "",
      hasArrived,
      isGivenUp: false,
      isReported: false,
    });
  }

  /** What was sent of these numbers; what is acknowledged only where nothing else was. */
  #overlapping(seq: number, end: number): readonly Transmission[] {
    const overlaps = (one: Transmission): boolean => one.seq < end && one.end > seq;
    const outstanding = this.#unsettled(overlaps);
    return outstanding.length > 0 ? outstanding : this.transmissions.slice(0, this.#oldest).filter(overlaps);
  }

  /** Those of which something may still be sent again that are as wanted. */
  #unsettled(isWanted: (one: Transmission) => boolean): readonly Transmission[] {
    const found: Transmission[] = [];
    for (let i = this.#oldest; i < this.transmissions.length; i++) {
      const one = this.transmissions[i] as Transmission;
      if (isWanted(one)) found.push(one);
    }
    return found;
  }
}

/** Whether only the destination says so: protocol or port unreachable (RFC 792; RFC 4443 3.1). The packet has arrived then. */
function isOfDestination({ family, type, code }: IcmpEvent): boolean {
  return family === 4 ? type === 3 && (code === 2 || code === 3) : type === 1 && code === 4;
}

/** How a packet that is gone is known to be lost; empty where a second capture has it alone, and that may be for another reason. */
function evidenceOf({ fault, findings }: LostEvent): string {
  if (findings === undefined) return `the fault ${fault} struck it`;
  const { codes, values } = findings;
  return codes.includes("never-comes") ? `it passes ${values["there"]} and never comes here` : "";
}

function fateOf(one: Transmission): Fate | null {
  const { evidence, repeats, time } = one;
  const isPresumed = !one.hasArrived && (one.isGivenUp || coversAll(one.repeated, [one.seq, one.end]));
  const loss = evidence !== "" ? "known" : isPresumed ? "presumed" : null;
  if (loss === null && repeats === null) return null;
  return {
    loss,
    evidence,
    repeats: repeats?.event ?? null,
    after: repeats === null ? 0 : time - repeats.time,
  };
}

/** How much later a segment was sent again: `1 s later`. */
export function laterText({ repeats, after }: Fate): string {
  return repeats === null ? "" : `${spanText(after)} later`;
}

/** A sentence on a segment that did not arrive, as far as is known; nothing for one that did. */
export function lossText(fate: Fate | undefined): string {
  if (fate === undefined || fate.loss === null) return "";
  return fate.loss === "known"
    ? `It is known to be lost: ${fate.evidence}.`
    : "It is presumed lost: nothing tells that it arrived.";
}
