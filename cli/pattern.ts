/**
 * The octets that sources send: a pattern in which a receiver sees whatever is lost, doubled or moved.
 *
 * @module
 */

/** Octet i of a stream is i modulo this: a prime, so that no boundary of anybody's buffers hides a shift. */
export const PATTERN_PERIOD = 251;

/** The pattern from each place on, in one buffer that is made once; nothing is allocated for octets that are sent. */
export class Pattern {
  /** Octets of each view. */
  readonly length: number;
  readonly #octets: Uint8Array;
  readonly #views: (Uint8Array | undefined)[] = new Array(PATTERN_PERIOD).fill(undefined);

  /** A pattern of which `length` octets can be had at once. */
  constructor(length: number) {
    this.length = length;
    this.#octets = new Uint8Array(PATTERN_PERIOD + length);
    for (let i = 0; i < this.#octets.length; i++) this.#octets[i] = i % PATTERN_PERIOD;
  }

  /** The next octets of a stream of which `offset` octets have been sent: the same view each time. To be read only. */
  from(offset: number): Uint8Array {
    const phase = offset % PATTERN_PERIOD;
    return this.#views[phase] ??= this.#octets.subarray(phase, phase + this.length);
  }
}
