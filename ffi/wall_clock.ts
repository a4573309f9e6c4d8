/**
 * The clock that the kernel's time stamps are read off.
 *
 * @module
 */

import { CLOCK_REALTIME } from "./constants.ts";
import { check } from "./errno.ts";
import { loadLibc } from "./libc.ts";

const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1_000;

/** struct timespec: seconds and nanoseconds, 64 bits each. */
const moment = new BigInt64Array(2);

/** Microseconds of CLOCK_REALTIME since 1970, with parts. It goes back when somebody sets the clock. */
export function wallClockMicros(): number {
  check("clock_gettime", loadLibc().clock_gettime(CLOCK_REALTIME, moment));
  return Number(moment[0]) * MICROS_PER_SECOND + Number(moment[1]) / NANOS_PER_MICRO;
}
