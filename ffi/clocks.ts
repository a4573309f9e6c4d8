/**
 * The clock that the kernel's time stamps are read off, and that of the CPU time of this process.
 *
 * @module
 */

import { CLOCK_PROCESS_CPUTIME_ID, CLOCK_REALTIME } from "./constants.ts";
import { check } from "./errno.ts";
import { loadLibc } from "./libc.ts";

const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1_000;

/** struct timespec: seconds and nanoseconds, 64 bits each. */
const moment = new BigInt64Array(2);

/** Microseconds of CLOCK_REALTIME since 1970, with parts. It goes back when somebody sets the clock. */
export function wallClockMicros(): number {
  return microsOf(CLOCK_REALTIME);
}

/**
 * Microseconds of CPU time that this process has used, all threads together, in its own code and for it in the kernel. To
 * ask the `process` that Deno has for programs written for Node would load all of that: 15 ms.
 */
export function cpuMicros(): number {
  return microsOf(CLOCK_PROCESS_CPUTIME_ID);
}

function microsOf(clock: number): number {
  check("clock_gettime", loadLibc().clock_gettime(clock, moment));
  return Number(moment[0]) * MICROS_PER_SECOND + Number(moment[1]) / NANOS_PER_MICRO;
}
