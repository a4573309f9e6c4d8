/**
 * Finding out that a reduction of the window was needless: the segments had only been late. By timestamps (Eifel,
 * RFC 3522 3.2) or because every retransmission was reported as a duplicate (DSACK, RFC 3708 3).
 *
 * @module
 */

import { type Timestamp, timestampDistance } from "../seq.ts";

/** The evidence about one reduction. */
export class UndoEvidence {
  #armed = false;
  #resent = 0;
  #duplicates = 0;
  #firstResendTimestamp: Timestamp | null = null;

  /** A reduction begins. */
  arm(): void {
    this.#armed = true;
    this.#resent = 0;
    this.#duplicates = 0;
    this.#firstResendTimestamp = null;
  }

  /** The reduction can no longer be taken back. */
  disarm(): void {
    this.#armed = false;
  }

  /** Whether a reduction may still turn out to have been needless. */
  get isArmed(): boolean {
    return this.#armed;
  }

  /** A segment was sent again, carrying `value` in its timestamps option (null: no timestamps). */
  resent(value: Timestamp | null): void {
    if (this.#resent++ === 0) this.#firstResendTimestamp = value;
  }

  /** The peer reported a segment as received twice. */
  duplicateReported(): void {
    this.#duplicates++;
  }

  /** Whether each retransmission since the reduction was reported as a duplicate. */
  get allResentWereDuplicates(): boolean {
    return this.#armed && this.#resent > 0 && this.#duplicates >= this.#resent;
  }

  /** Whether `echo`, on an acknowledgement of something sent again, dates from before it was sent again. */
  echoIsOlder(echo: Timestamp | null): boolean {
    if (!this.#armed || echo === null || this.#firstResendTimestamp === null) return false;
    return timestampDistance(echo, this.#firstResendTimestamp) > 0;
  }
}
