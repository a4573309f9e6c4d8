/**
 * How long ACKs are delayed when that follows the traffic, as on Linux: the delay is about the spacing of what arrives;
 * at the start, after disorder and after a pause each segment is acknowledged at once; and a user that answers at once
 * has its answers carry the ACKs. RFC 5681 4.2 leaves room for all of it.
 *
 * @module
 */

import { elapsed, type Instant, instant, type Micros, micros, milliseconds } from "../base/units.ts";

/** The least delay, and what a delay starts from. */
const LEAST_DELAY = milliseconds(40);

/** The most, without a round-trip time to go by; with a user that answers, or reads what came. */
const MOST_DELAY = milliseconds(500);
const MOST_DELAY_OF_ANSWERS = milliseconds(200);

/** Segments acknowledged at once, at most, after something that asks for it. */
const MOST_QUICK_ACKS = 16;
const LEAST_QUICK_ACKS = 2;

/** The pace of one connection's acknowledgements. */
export class AckPace {
  /** How long an ACK may wait; 0: nothing has arrived that says. */
  #delay: Micros = micros(0);
  #quickAcks = 0;
  /** Whether what arrives is answered, so that ACKs may wait for the answer. */
  #isConversation = false;
  #lastDataAt: Instant = instant(-1);
  /** Small segments that no ACK has covered. */
  #smallSegments = 0;

  /** Whether data in order is acknowledged at once. */
  get isQuick(): boolean {
    return this.#quickAcks > 0 && !this.#isConversation;
  }

  /** Data arrived. `window`: what we announce; `fullSegment`: its full segments; `rto`: ours. Octets. */
  dataArrived(octets: number, window: number, fullSegment: number, rto: Micros, now: Instant): void {
    if (octets < fullSegment) this.#smallSegments++;
    const gap = elapsed(this.#lastDataAt, now);
    if (this.#delay === 0) {
      this.#beQuick(window, fullSegment);
      this.#delay = LEAST_DELAY;
    } else if (gap <= LEAST_DELAY / 2) {
      this.#delay = micros(this.#delay / 2 + LEAST_DELAY / 2);
    } else if (gap < this.#delay) {
      this.#delay = micros(Math.min(this.#delay / 2 + gap, rto));
    } else if (gap > rto) {
      this.#beQuick(window, fullSegment);
    }
    this.#lastDataAt = now;
  }

  /** Something came out of order, twice, or marked: the sender needs each ACK. */
  disorderArrived(window: number, fullSegment: number): void {
    this.#beQuick(window, fullSegment);
    this.#isConversation = false;
    this.#delay = LEAST_DELAY;
  }

  /** The user does not keep up: there is no hurry. */
  calm(): void {
    this.#quickAcks = 0;
  }

  /** The peer will send no more: the ACK of its FIN may ride on ours. */
  finArrived(): void {
    this.#isConversation = true;
  }

  /** Data of ours was sent. */
  dataSent(now: Instant): void {
    if (this.#lastDataAt >= 0 && elapsed(this.#lastDataAt, now) < this.#delay) this.#isConversation = true;
  }

  /** An ACK went out; `wasOwed`: for something that had arrived. */
  acknowledged(wasOwed: boolean): void {
    this.#smallSegments = 0;
    if (!wasOwed || this.#quickAcks === 0) return;
    if (--this.#quickAcks === 0) this.#delay = LEAST_DELAY;
  }

  /** The user has read all that came. Returns whether that is worth an ACK: a small segment was the end of something. */
  allRead(): boolean {
    return this.#smallSegments > 1 || this.#smallSegments === 1 && !this.#isConversation;
  }

  /** The delay of an ACK that need not go at once; 0: at once after all. */
  delay(smoothedRtt: Micros): Micros {
    if (this.#delay <= LEAST_DELAY) return this.#delay;
    let most: number = this.#isConversation || this.#smallSegments > 0 ? MOST_DELAY_OF_ANSWERS : MOST_DELAY;
    if (smoothedRtt > 0) most = Math.min(most, Math.max(smoothedRtt, LEAST_DELAY));
    return micros(Math.min(this.#delay, most, MOST_DELAY_OF_ANSWERS));
  }

  /** An ACK had waited for its whole delay: nothing had carried it. */
  delayExpired(rto: Micros): void {
    if (this.#isConversation) {
      this.#isConversation = false;
      this.#delay = LEAST_DELAY;
    } else {
      this.#delay = micros(Math.min(2 * this.#delay, rto));
    }
  }

  #beQuick(window: number, fullSegment: number): void {
    const segments = Math.floor(window / (2 * fullSegment));
    const wanted = Math.min(segments === 0 ? LEAST_QUICK_ACKS : segments, MOST_QUICK_ACKS);
    this.#quickAcks = Math.max(this.#quickAcks, wanted);
  }
}
