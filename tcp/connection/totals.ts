/**
 * What a connection has sent and received so far.
 *
 * @module
 */

/** What one part counts before it is carried over into the other: both stay small integers for 2^60 octets. */
const CARRY = 2 ** 30;

/** A sum of octets from 0 to 2^53, which outgrows the machine's integers without a number on the heap for each term. */
export class OctetCount {
  #carried = 0;
  #rest = 0;

  /** The sum. */
  get value(): number {
    return this.#carried * CARRY + this.#rest;
  }

  /** Adds 0 to 2^30 octets. */
  add(octets: number): void {
    this.#rest += octets;
    if (this.#rest < CARRY) return;
    this.#rest -= CARRY;
    this.#carried++;
  }
}

/** Totals of a connection. */
export class Totals {
  segmentsSent = 0;
  segmentsReceived = 0;
  readonly octetsSent: OctetCount = new OctetCount();
  readonly octetsAcknowledged: OctetCount = new OctetCount();
  segmentsRetransmitted = 0;
  readonly octetsRetransmitted: OctetCount = new OctetCount();
  timeouts = 0;
}
