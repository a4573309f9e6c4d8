/**
 * What a segment is in the course of its connection: told from those that went before it, live or in a capture.
 *
 * @module
 */

import { permitsSack } from "./acknowledging.ts";
import { Flag, Option, type SendReason } from "./core.ts";
import { HopLimits } from "./hop_limits.ts";
import { reportedBlocks } from "./sack.ts";
import type {
  AnsweredByArrival,
  ArrivedEvent,
  SegmentMark,
  SegmentRecord,
  ViewRecord,
  WindowAge,
} from "./record.ts";
import { counted } from "./syn_agreement.ts";
import { WindowOrder } from "./window_order.ts";

/** What of an arrival is told by what went before. */
export type ArrivedFacts = Pick<ArrivedEvent, "acknowledgesFin" | "answers" | "windowAge" | "usualHopLimit">;

const NO_MARKS: readonly SegmentMark[] = [];

/** Segments that lie before what is new on purpose, or repeat a number for the first time: they are no retransmissions. */
const NEVER_REPEATED: ReadonlySet<SendReason> = new Set<SendReason>([
  "keep-alive",
  "window-probe",
  "syn-ack",
]);

/** What was sent of one connection, as far as later segments are told by it. */
export class Conversation {
  /** The highest relative number sent, plus one. */
  #sentTo = 0;
  /** The relative number after our FIN; Infinity until it is sent, and once it is acknowledged. */
  #finEnd = Infinity;
  /** What we acknowledged last, and the number after the peer's FIN; Infinity until that has come. */
  #acknowledged = 0;
  #peersFinEnd = Infinity;
  /** What the peer acknowledged last. */
  #acknowledgedByPeer = 0;
  /** The probe that no segment has answered. */
  #probe: "window probe" | "keep-alive" | null = null;
  /** Timestamp of our first SYN, once a second one went; null: not so. */
  #firstSyn: number | null = null;
  #timestampOfSyn: number | null = null;
  /** Whether each end's SYN permits SACK; so both do where it is agreed on. */
  readonly #permitsSack = { own: false, peer: false };
  readonly #hopLimits = new HopLimits();
  readonly #windows = new WindowOrder();

  /** Our initial sequence number is another than before. */
  restart(): void {
    this.#sentTo = 0;
    this.#finEnd = Infinity;
  }

  /** Marks of a segment that we send, beyond its reason; null: not known. */
  sent(segment: SegmentRecord, reason: SendReason | null): readonly SegmentMark[] {
    // The number of a RST is what its receiver expects, and may lie beyond all that was sent.
    if ((segment.flags & Flag.rst) !== 0) return withMerged(null, segment);
    const repeats = segment.end > segment.seq && segment.seq < this.#sentTo;
    const again = repeats && (reason === null || !NEVER_REPEATED.has(reason));
    this.#sentTo = Math.max(this.#sentTo, segment.end);
    if ((segment.flags & Flag.fin) !== 0 && !again) this.#finEnd = segment.end;
    if (reason === "window-probe") this.#probe = "window probe";
    else if (reason === "keep-alive") this.#probe = "keep-alive";
    if ((segment.flags & (Flag.syn | Flag.ack)) === Flag.syn) this.#noteSyn(segment);
    if ((segment.flags & Flag.syn) !== 0) this.#permitsSack.own = permitsSack(segment);
    return withMerged(again ? "retransmission" : null, segment);
  }

  /** How many octets an ACK of ours is beyond the one before, a FIN not counted; call it once for each segment that we send. */
  acknowledges(segment: SegmentRecord): number {
    if (segment.ack === null) return 0;
    const before = this.#acknowledged;
    this.#acknowledged = segment.ack;
    const coversFin = before < this.#peersFinEnd && segment.ack >= this.#peersFinEnd;
    return Math.max(segment.ack - before - (coversFin ? 1 : 0), 0);
  }

  /** What a segment that arrives is, by those before it and by the variables that it meets; call it once for each. */
  arrived(segment: SegmentRecord, view: ViewRecord | null): ArrivedFacts {
    return {
      acknowledgesFin: this.#takesFin(segment),
      answers: this.#answered(segment),
      windowAge: this.#windowAge(segment, view),
      usualHopLimit: this.#hopLimits.take(segment),
    };
  }

  /** Whether it acknowledges our FIN, which nothing has done before. */
  #takesFin(segment: SegmentRecord): boolean {
    if (segment.ack === null || segment.ack < this.#finEnd) return false;
    this.#finEnd = Infinity;
    return true;
  }

  /** What of ours it answers, beyond what it acknowledges. */
  #answered(segment: SegmentRecord): AnsweredByArrival {
    if ((segment.flags & Flag.fin) !== 0) this.#peersFinEnd = segment.end;
    if (segment.ack === null) return null;
    const probe = this.#probe;
    this.#probe = null;
    const isRepeated = segment.ack === this.#acknowledgedByPeer;
    this.#acknowledgedByPeer = segment.ack;
    if ((segment.flags & Flag.syn) !== 0) {
      this.#permitsSack.peer = permitsSack(segment);
      const echoes = (segment.options & Option.timestamps) !== 0 && segment.timestampEcho === this.#firstSyn;
      return echoes ? "first SYN" : null;
    }
    if (segment.length > 0) return null;
    const { own, peer } = this.#permitsSack;
    const reportsNone = own && peer && reportedBlocks(segment).length === 0;
    return probe ?? (isRepeated && reportsNone ? "no gap" : null);
  }

  #windowAge(segment: SegmentRecord, view: ViewRecord | null): WindowAge {
    // What lies beyond our window is not taken, and tells nothing of those that follow.
    const edge = view === null || view.rcvNxt === null ? Infinity : view.rcvNxt + (view.rcvWnd ?? Infinity);
    return segment.seq > edge ? "older" : this.#windows.take(counted(segment));
  }

  #noteSyn(segment: SegmentRecord): void {
    if ((segment.options & Option.timestamps) === 0) return;
    const before = this.#timestampOfSyn;
    if (before !== null && before !== segment.timestampValue) this.#firstSyn ??= before;
    this.#timestampOfSyn ??= segment.timestampValue;
  }
}

/** The mark, if any, and whether the segment stands for several. */
export function withMerged(mark: SegmentMark | null, segment: SegmentRecord): readonly SegmentMark[] {
  if (segment.segmentSize > 0) return mark === null ? ["merged"] : [mark, "merged"];
  return mark === null ? NO_MARKS : [mark];
}
