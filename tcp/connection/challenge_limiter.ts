/**
 * A limit to the answers that forged segments can draw from us, RFC 5961 7. The limit of each second is drawn anew, so
 * that nobody can learn from its being reached that a guess was right (CVE-2016-5696).
 *
 * @module
 */

import { elapsed, type Instant, instant, seconds } from "../base/units.ts";

/** Multiplier and increment of a 32-bit linear congruential generator (Numerical Recipes). */
const LCG_MULTIPLIER = 1_664_525;
const LCG_INCREMENT = 1_013_904_223;

/** Counts challenge ACKs of a host. */
export class ChallengeLimiter {
  readonly #perSecond: number;
  #state: number;
  #left = 0;
  #secondStart: Instant = instant(-1);

  /** `perSecond`: mean number allowed; 0: no limit. `seed`: 32 secret bits. */
  constructor(perSecond: number, seed: number) {
    this.#perSecond = perSecond;
    this.#state = seed | 0;
  }

  /** Whether one more may be sent now; counts it if so. */
  allows(now: Instant): boolean {
    if (this.#perSecond === 0) return true;
    if (this.#secondStart < 0 || elapsed(this.#secondStart, now) >= seconds(1)) {
      this.#secondStart = now;
      this.#left = this.#drawLimit();
    }
    if (this.#left <= 0) return false;
    this.#left--;
    return true;
  }

  /** From half the mean to one and a half times it. */
  #drawLimit(): number {
    this.#state = Math.imul(this.#state, LCG_MULTIPLIER) + LCG_INCREMENT | 0;
    const fraction = (this.#state >> 8 & 0xffff) / 0x10000;
    return Math.max(1, Math.floor(this.#perSecond * (0.5 + fraction)));
  }
}
