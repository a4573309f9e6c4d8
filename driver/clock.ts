/**
 * The clock of everything that runs on a real device.
 *
 * @module
 */

import { type Instant, instant } from "../tcp/single.ts";

/** Says what time it is; never goes back. */
export type Clock = () => Instant;

const MICROS_PER_MILLISECOND = 1_000;

/** Microseconds on the system's monotonic clock since this program started. */
export function monotonicNow(): Instant {
  return instant(Math.floor(performance.now() * MICROS_PER_MILLISECOND));
}
