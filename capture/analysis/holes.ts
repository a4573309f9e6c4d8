/**
 * Octets of one end that lie below others which have passed, and have not passed themselves.
 *
 * @module
 */

/** One gap, and what was known when it appeared. */
export interface Hole {
  start: number;
  end: number;
  /** When what lies behind it passed, µs. */
  readonly since: number;
  /** Packets of this end that had passed by then. */
  readonly packets: number;
  /** Identification of the IPv4 packets before and behind it; -1: not known. */
  readonly idBefore: number;
  readonly idBehind: number;
  /** Timestamp of what is behind it; 0 without the option. */
  readonly timestampBehind: number;
  /** Duplicate ACKs and ACKs with SACK blocks of the other end that had passed by then. */
  readonly signals: number;
}

/** Holes that are remembered; the oldest are forgotten first. */
const MOST_HOLES = 4_096;

/** The gaps of one end, in the order of their numbers. */
export class Holes {
  readonly #holes: Hole[] = [];

  /** Where the first hole begins; null without any. */
  get first(): number | null {
    return this.#holes[0]?.start ?? null;
  }

  /** A gap appeared, behind all that has passed. */
  add(hole: Hole): void {
    this.#holes.push(hole);
    if (this.#holes.length > MOST_HOLES) this.#holes.shift();
  }

  /** Nothing of what came before matters any more. */
  clear(): void {
    this.#holes.length = 0;
  }

  /** The first hole that reaches into `start` to `end`; null: none. */
  find(start: number, end: number): Hole | null {
    const hole = this.#holes[this.#firstEndingAfter(start)];
    return hole === undefined || hole.start >= end ? null : hole;
  }

  /** Takes `start` to `end` out. @returns octets that were in holes */
  fill(start: number, end: number): number {
    let octets = 0;
    for (let i = this.#firstEndingAfter(start); i < this.#holes.length;) {
      const hole = this.#holes[i] as Hole;
      if (hole.start >= end) break;
      octets += Math.min(hole.end, end) - Math.max(hole.start, start);
      const pieces: Hole[] = [];
      if (hole.start < start) pieces.push({ ...hole, end: start });
      if (hole.end > end) pieces.push({ ...hole, start: end });
      this.#holes.splice(i, 1, ...pieces);
      i += pieces.length;
    }
    return octets;
  }

  #firstEndingAfter(number: number): number {
    let low = 0;
    let high = this.#holes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#holes[middle] as Hole).end > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
