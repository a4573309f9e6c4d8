/**
 * Packetization-layer path MTU discovery (RFC 4821, RFC 8899 as far as TCP): how long packets may be on a path whose routers
 * drop what is too long for the next link without telling (a PMTU black hole).
 *
 * It begins when segments are lost again and again: shorter ones are tried. When these arrive, one of the length from before goes
 * as a probe, since the path may just have been interrupted; when it alone is lost, the longest length that passes is searched
 * for between the two.
 *
 * @module
 */

import type { Family } from "../base/address.ts";
import { elapsed, type Instant, instant, seconds } from "../base/units.ts";

/** Packets that every path takes: RFC 8200 5, and what hosts reassemble at least by RFC 1122 3.3.2. Octets. */
const LEAST_IPV6 = 1_280;
const LEAST_IPV4 = 576;

/** How many times as many timeouts call for the shortest packets, which few paths need, as for the first that are tried. */
const UNTIL_LEAST = 3;

/** Octets between what passes and what does not that are not worth a probe. */
const CLOSE_ENOUGH = 8;

/** RFC 8899 5.1.1, PMTU_RAISE_TIMER: paths change, so that what did not pass is tried again. */
const RAISE_AFTER = seconds(600);

/** RFC 8899 5.1.2, MAX_PROBES: of one length, lost one after another and nothing else between, before it counts as too long. */
const MOST_PROBES = 3;

/** What is known of the path of one connection. All lengths are of IP packets, in octets. */
export class MtuSearch {
  /** The longest packet that is sent; Infinity: nothing tells of a black hole. */
  limit = Infinity;
  /** The shortest that did not pass although shorter ones did; 0: there is none. */
  failed = 0;
  /** Whether one of at most `limit` octets has arrived since that was lowered. */
  passes = false;
  /** When SND.UNA advanced last. */
  advancedAt: Instant = instant(0);
  /** The longest that was sent before `limit` was lowered. */
  #before = Infinity;
  /** Probes of the present length lost in a row, and losses of whatever kind until the last of them. */
  #lost = 0;
  #losses = 0;
  /** Probes of which nobody knows what became of them, in a row. */
  #unknown = 0;
  /** When a probe told something last, or was given up. */
  #settledAt: Instant = instant(0);

  /** The longest packet that passes where a longer one did not; Infinity: a black hole is at most suspected. */
  get found(): number {
    return this.failed > 0 ? this.limit : Infinity;
  }

  /**
   * A length to fall back to from packets of `longest` octets after `timeouts` in a row: `base` when that is `enough` of them or
   * a multiple; what every path takes when of those nothing has arrived after twice as many more. 0: none.
   */
  shorter(longest: number, base: number, family: Family, timeouts: number, enough: number): number {
    const least = family === 4 ? LEAST_IPV4 : LEAST_IPV6;
    const first = Math.max(base, least);
    if (longest > first) return timeouts % enough === 0 ? first : 0;
    const hasFailed = this.limit !== Infinity && !this.passes && timeouts >= UNTIL_LEAST * enough;
    return hasFailed && longest > least ? least : 0;
  }

  /** Packets of up to `longest` octets were lost again and again: they are to have `limit` at most. */
  fallBack(longest: number, limit: number): void {
    if (this.limit === Infinity) this.#before = longest;
    this.limit = limit;
    this.failed = 0;
    this.passes = false;
    this.#lost = 0;
    this.#unknown = 0;
  }

  /** The length of the probe that is to go next; 0: none. `longest`: what else bounds packets. */
  next(longest: number, now: Instant): number {
    if (this.limit === Infinity || !this.passes) return 0;
    const most = Math.min(this.#before, longest);
    const mayRaise = elapsed(this.#settledAt, now) >= RAISE_AFTER;
    if (most <= this.limit || this.#unknown >= MOST_PROBES && !mayRaise) return 0;
    if (this.failed === 0) return most;
    const between = Math.min(this.failed, most + 1) - this.limit;
    if (between > CLOSE_ENOUGH) return this.limit + (between >> 1);
    return mayRaise ? most : 0;
  }

  /** A probe of so many octets arrived. */
  probePassed(octets: number, now: Instant): void {
    this.#settle(now);
    this.limit = octets >= this.#before ? Infinity : octets;
    if (octets >= this.failed) this.failed = 0;
  }

  /**
   * A probe of so many octets was lost. `losses`: of all segments so far, this one with them. A segment may be lost by chance:
   * returns whether enough probes were, and nothing but them, for their length to be the cause.
   */
  probeLost(octets: number, losses: number, now: Instant): boolean {
    this.#lost = losses === this.#losses + 1 ? this.#lost + 1 : 1;
    this.#losses = losses;
    if (this.#lost < MOST_PROBES) return false;
    this.#settle(now);
    this.failed = octets;
    return true;
  }

  /** What became of a probe nobody knows: when that happens again and again, nothing is probed for a while. */
  probeUnknown(now: Instant): void {
    this.#settledAt = now;
    this.#lost = 0;
    this.#unknown++;
  }

  /** The losses had another cause. */
  clear(): void {
    this.limit = Infinity;
    this.failed = 0;
  }

  #settle(now: Instant): void {
    this.#lost = 0;
    this.#unknown = 0;
    this.#settledAt = now;
  }
}
