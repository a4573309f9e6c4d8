/**
 * The timestamps option: our clock, the value to echo, and protection against wrapped sequence numbers.
 * RFC 7323 3 to 5; variables named as there.
 *
 * @module
 */

import * as segments from "../base/segment.ts";
import type { Segment } from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import type { SeqNumber, Timestamp } from "../base/seq.ts";
import * as units from "../base/units.ts";
import type { Instant, Micros } from "../base/units.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag, Option } = segments;
const { seqAtOrBefore, seqNumber, timestamp, timestampDistance } = seq;
const { elapsed, instant, micros, NEVER, seconds } = units;

/** RFC 7323 5.5: after so long a TS.Recent says nothing any more (24 days). */
const RECENT_VALID = seconds(24 * 86_400);

/** Timestamps of one connection. */
export class Timestamps {
  /** Snd.TS.OK: both SYNs had the option. */
  agreed = false;
  /** TS.Recent. */
  recent: Timestamp = timestamp(0);
  /** Last.ACK.sent. */
  lastAckSent: SeqNumber = seqNumber(0);
  #recentAt: Instant = instant(0);
  #recentIsSet = false;
  /** Our clock when it was read last, and when that was. */
  #value: Timestamp = timestamp(0);
  #valueAt: Instant = NEVER;
  readonly #tick: Micros;
  readonly #offset: number;

  /** `offset`: added to the clock's ticks, so that connections do not tell each other's age (RFC 7323 5.4). */
  constructor(tick: Micros, offset: number) {
    this.#tick = tick;
    this.#offset = offset;
  }

  /** TSval for a segment sent now. Those of one turn have the same, which is worth remembering. */
  value(now: Instant): Timestamp {
    if (now !== this.#valueAt) {
      this.#valueAt = now;
      this.#value = timestamp(Math.floor(now / this.#tick) + this.#offset);
    }
    return this.#value;
  }

  /** How long ago the echoed value was sent, to the tick. */
  age(echo: Timestamp, now: Instant): Micros {
    return micros(timestampDistance(echo, this.value(now)) * this.#tick);
  }

  /** From when on our segments carry a younger value than the one echoed. */
  endOf(echo: Timestamp, now: Instant): Instant {
    const ticks = Math.floor(now / this.#tick) - timestampDistance(echo, this.value(now));
    return instant((ticks + 1) * this.#tick);
  }

  /** Takes the value of the peer's SYN. */
  begin(value: Timestamp, now: Instant): void {
    this.recent = value;
    this.#recentAt = now;
    this.#recentIsSet = true;
  }

  /** PAWS: whether the segment is an old duplicate (5.3, R1). A RST is never refused for its timestamp. */
  isTooOld(segment: Segment, now: Instant): boolean {
    return !segment.has(Flag.rst) && this.isOlder(segment, now);
  }

  /** The same, of a RST too. */
  isOlder(segment: Segment, now: Instant): boolean {
    if (!this.agreed || !this.#recentIsSet) return false;
    if (!segment.hasOption(Option.timestamps)) return false;
    if (timestampDistance(this.recent, segment.timestampValue) >= 0) return false;
    return elapsed(this.#recentAt, now) < RECENT_VALID;
  }

  /** Whether PAWS lets the segment pass whatever the time, and no option is missing. */
  isInOrder(segment: Segment): boolean {
    return !this.agreed || segment.hasOption(Option.timestamps) &&
        timestampDistance(this.recent, segment.timestampValue) >= 0;
  }

  /** Whether a segment lacks the option although it was agreed (3.2). */
  isMissing(segment: Segment): boolean {
    return this.agreed && !segment.has(Flag.rst) && !segment.hasOption(Option.timestamps);
  }

  /** Updates TS.Recent from a segment that covers Last.ACK.sent (4.3, 2). */
  update(segment: Segment, now: Instant): void {
    if (!this.agreed || !segment.hasOption(Option.timestamps)) return;
    const isNew = !this.#recentIsSet || timestampDistance(this.recent, segment.timestampValue) >= 0;
    if (!isNew && elapsed(this.#recentAt, now) < RECENT_VALID) return;
    if (seqAtOrBefore(segment.seq, this.lastAckSent)) this.begin(segment.timestampValue, now);
  }

  /** Puts the option on an outgoing segment. */
  write(out: Segment, now: Instant): void {
    out.options |= Option.timestamps;
    out.timestampValue = this.value(now);
    out.timestampEcho = out.has(Flag.ack) || out.has(Flag.rst) ? this.recent : timestamp(0);
  }
}
