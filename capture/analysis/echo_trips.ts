/**
 * Round trips by timestamps (RFC 7323 3): from the point of capture to one end and back, also where that end only
 * acknowledges, or has not been seen to open.
 *
 * @module
 */

/** Timestamps whose echo is waited for. */
const MOST_WAITING = 256;

/** Measures one way by the echoes of the timestamps that pass there. */
export class EchoTrips {
  /** µs; Infinity before the first echo. */
  minimum = Infinity;
  #waiting: { readonly value: number; readonly at: number }[] = [];
  #last = 0;
  #lastEcho = 0;

  /** A timestamp passes towards the end; only the first segment with it counts. */
  passed(value: number, at: number): void {
    if (value === this.#last || Number.isNaN(at)) return;
    this.#last = value;
    this.#waiting.push({ value, at });
    if (this.#waiting.length > MOST_WAITING) this.#waiting = this.#waiting.slice(MOST_WAITING / 2);
  }

  /** An echo comes from the end; older timestamps will not be echoed any more. */
  echoed(echo: number, at: number): void {
    if (echo === this.#lastEcho) return;
    this.#lastEcho = echo;
    const found = this.#waiting.findIndex(({ value }) => value === echo);
    const waited = this.#waiting[found];
    if (waited === undefined || Number.isNaN(at)) return;
    this.minimum = Math.min(this.minimum, at - waited.at);
    this.#waiting = this.#waiting.slice(found + 1);
  }
}
