/**
 * The identifications of one end's IPv4 packets: where they are counted up, they show in which order packets were sent.
 *
 * @module
 */

const RANGE = 1 << 16;
/** A counter that many connections share may go this far from one packet to the next. */
const MOST_STEP = 1_024;
/** Steps that are needed before anything is concluded from them. */
const LEAST_STEPS = 6;
/** One step of so many may go elsewhere: what was overtaken, or sent by another counter. */
const MOST_STRAY = 8;
/** A counter whose octets are swapped goes so far: its order is another one. */
const SWAPPED_STEP = 256;
/** In less time a burst says nothing of a counter's pace, µs. */
const LEAST_ELAPSED = 100_000;
/** As a share of all identifications: what a counter may go on by in a time, for its order to be known. */
const CERTAIN_SHARE = 1 / 4;

/** Watches the identifications. */
export class PacketIds {
  #highest = -1;
  #steps = 0;
  #stray = 0;
  /** How far the counter has gone in how many µs, as far as that is seen. */
  #gone = 0;
  #elapsed = 0;
  #lastAt = 0;

  /** The highest identification so far; -1: none. */
  get highest(): number {
    return this.#highest;
  }

  /** Whether they are counted up, as far as is seen. */
  get areCounted(): boolean {
    return this.#steps >= LEAST_STEPS && this.#stray * MOST_STRAY <= this.#steps;
  }

  /** Whether they show which of two packets was sent first that passed with so many µs between: the counter comes round. */
  tellOrder(span: number): boolean {
    if (!this.areCounted) return false;
    return this.#gone / Math.max(this.#elapsed, LEAST_ELAPSED) * span < RANGE * CERTAIN_SHARE;
  }

  /** A packet passed at a moment; -1 stands for one without identification. */
  add(id: number, at: number): void {
    if (id < 0) return;
    if (this.#highest >= 0) {
      const step = idDistance(this.#highest, id);
      if (step > 0 && step <= MOST_STEP && step % SWAPPED_STEP !== 0) {
        this.#steps++;
        this.#gone += step;
        this.#elapsed += Math.max(at - this.#lastAt, 0) || 0;
      } else if (step !== 0) this.#stray++;
      if (step <= 0 && step > -MOST_STEP) return;
    }
    this.#highest = id;
    if (!Number.isNaN(at)) this.#lastAt = at;
  }
}

/** Packets from one identification to another, modulo 2^16: negative when the second comes first. */
export function idDistance(from: number, to: number): number {
  const distance = (to - from + RANGE) % RANGE;
  return distance < RANGE / 2 ? distance : distance - RANGE;
}
