/**
 * What both senders of a live connection wait for, told by the same rules as in captures (`limits.ts`).
 *
 * @module
 */

import { type ConnectionView, Flag, type Instant, type Segment, type SendReason } from "./core.ts";
import { FullSize, optionOctets } from "./full_size.ts";
import { type Limit, Limits, shareTexts } from "./limits.ts";
import { Numbering } from "./numbering.ts";

/** Which of the two senders: we, or the peer. */
export type LimitedWay = "sending" | "receiving";

const WORDS: Readonly<Record<LimitedWay, Readonly<Record<Limit, string>>>> = {
  sending: {
    application: "our program",
    window: "the peer's window",
    path: "the congestion window or the path",
    unknown: "not known",
  },
  receiving: {
    application: "the peer's program",
    window: "our window",
    path: "the peer's congestion window or the path",
    unknown: "not known",
  },
};

/** Watches one connection. */
export class LiveLimits {
  readonly #own: Numbering = new Numbering();
  readonly #peer: Numbering = new Numbering();
  readonly #limits: Readonly<Record<LimitedWay, Limits>> = { sending: new Limits(), receiving: new Limits() };
  /** The number after the highest octet of ours. */
  #sentTo = -Infinity;
  /** How long the peer's segments can be. */
  readonly #full: FullSize = new FullSize();
  /** The number after the highest octet of the peer's; what we acknowledge, Infinity: nothing yet. */
  #received = -Infinity;
  #acked = Infinity;

  /** What leaves. */
  segmentSent(connection: ConnectionView, segment: Segment, reason: SendReason, now: Instant): void {
    this.#own.start(connection.iss);
    if (segment.has(Flag.syn)) {
      this.#full.announced(segment.maximumSegmentSize, connection.local.address.family);
    }
    if (segment.has(Flag.ack)) {
      this.#peer.start(connection.irs);
      this.#acked = this.#peer.relative(segment.ack);
      const window = windowOf(segment, connection.rcvWindowShift);
      this.#limits.receiving.acknowledged(this.#acked, this.#acked + window, window, now);
    }
    if (segment.has(Flag.rst) && connection.unackedOctets + connection.unsentOctets > 0) {
      this.#limits.sending.gaveUp(now);
    }
    const { length } = segment.payload;
    const before = this.#own.advance(connection.sndUna);
    if (length === 0 || reason === "window-probe" || reason === "keep-alive") return;
    const end = this.#own.relative(segment.seq) + length;
    const isNew = end > this.#sentTo;
    this.#sentTo = Math.max(this.#sentTo, end);
    const { recoveryPhase } = connection;
    this.#limits.sending.passed({
      seq: end - length,
      end,
      at: now,
      isNew,
      una: before,
      isRecovering: recoveryPhase === "recovery" || recoveryPhase === "loss",
      full: connection.sendMss,
      windowIsKnown: true,
      isFar: false,
      lag: 0,
    });
  }

  /** What comes. */
  segmentArrived(connection: ConnectionView, segment: Segment, now: Instant): void {
    this.#own.start(connection.iss);
    if (segment.has(Flag.syn)) this.#peer.start(segment.seq);
    if (this.#peer.base === null || segment.has(Flag.rst)) return;
    if (segment.has(Flag.ack)) {
      const ack = this.#own.relative(segment.ack);
      const window = windowOf(segment, connection.sndWindowShift);
      this.#limits.sending.acknowledged(ack, ack + window, window, now);
    }
    const { length } = segment.payload;
    if (length === 0) return;
    const seq = this.#peer.relative(segment.seq);
    const end = seq + length;
    const options = optionOctets(segment.options, segment.sackBlockCount);
    this.#limits.receiving.passed({
      seq,
      end,
      at: now,
      isNew: end > this.#received,
      una: this.#acked,
      isRecovering: false,
      full: this.#full.passed({ length, segmentSize: segment.segmentSize, options }),
      windowIsKnown: true,
      isFar: true,
      lag: connection.minimumRtt,
    });
    this.#received = Math.max(this.#received, this.#peer.advance(segment.seq) + length);
  }

  /** What the sender is waiting for now, in words; null: it has sent nothing yet. */
  present(way: LimitedWay, now: Instant): string | null {
    const limit = this.#limits[way].present(now);
    return limit === null ? null : WORDS[way][limit];
  }

  /** What the sender has waited for, in percent of the time up to its last segment, or until it gave up; null: it has not sent enough to tell. */
  shares(way: LimitedWay): { readonly text: string; readonly total: number } | null {
    const { time, total } = this.#limits[way];
    if (!this.#limits[way].isKnown) return null;
    return { text: shareTexts(time, total, WORDS[way]).join(", "), total };
  }
}

/** RFC 7323 2.2: the window of a SYN is not scaled. */
function windowOf(segment: Segment, shift: number): number {
  return segment.window << (segment.has(Flag.syn) ? 0 : shift);
}
