/**
 * Moments and spans of time. The core never reads a clock: whoever drives it says what time it is.
 *
 * @module
 */

/** A moment on the driver's monotonic clock, in microseconds since an origin of the driver's choice. */
export type Instant = number & { readonly brand: "Instant" };

/** A span of time in microseconds. */
export type Micros = number & { readonly brand: "Micros" };

/** The moment that never comes: the deadline of a timer that does not run. */
export const NEVER: Instant = Infinity as Instant;

/** Microseconds in a millisecond. */
const MICROS_PER_MILLISECOND = 1_000;

/** Microseconds in a second. */
const MICROS_PER_SECOND = 1_000_000;

/** Names a number of microseconds since the clock's origin as a moment. */
export function instant(micros: number): Instant {
  return micros as Instant;
}

/** Names a number of microseconds as a span. */
export function micros(count: number): Micros {
  return count as Micros;
}

/** A span of `count` milliseconds. */
export function milliseconds(count: number): Micros {
  return Math.round(count * MICROS_PER_MILLISECOND) as Micros;
}

/** A span of `count` seconds. */
export function seconds(count: number): Micros {
  return Math.round(count * MICROS_PER_SECOND) as Micros;
}

/** A span as seconds, for people and for formulas that want them. */
export function toSeconds(span: Micros): number {
  return span / MICROS_PER_SECOND;
}

/** A span as milliseconds, for people. */
export function toMilliseconds(span: Micros): number {
  return span / MICROS_PER_MILLISECOND;
}

/** The moment `span` after `moment`; NEVER stays NEVER. */
export function after(moment: Instant, span: Micros): Instant {
  return (moment + span) as Instant;
}

/** The span from `earlier` to `later`; negative when they come the other way round. */
export function elapsed(earlier: Instant, later: Instant): Micros {
  return (later - earlier) as Micros;
}

/** The earlier of two moments. */
export function earliest(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}
