/**
 * How many octets, however many: a sum that outgrows the machine's integers without a number on the heap for each term, and
 * without the compiler's having to begin anew when it does.
 *
 * @module
 */

/** What one part counts before it is carried over into the other: both stay small integers for 2^60 octets. */
const CARRY_BITS = 30;
const CARRY = 1 << CARRY_BITS;

/** A sum of octets from 0 to 2^53. */
export class OctetCount {
  #carried = 0;
  #rest = 0;

  /** The sum. */
  get value(): number {
    return this.#carried * CARRY + this.#rest;
  }

  set value(octets: number) {
    this.#carried = Math.floor(octets / CARRY);
    this.#rest = octets % CARRY;
  }

  /** Whether nothing was added. */
  get isZero(): boolean {
    return this.#rest === 0 && this.#carried === 0;
  }

  /** Adds 0 to 2^30 octets. */
  add(octets: number): void {
    const sum = this.#rest + octets;
    this.#carried += sum >> CARRY_BITS;
    this.#rest = sum & CARRY - 1;
  }
}
