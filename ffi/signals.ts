/**
 * What a process does about signals.
 *
 * @module
 */

import { SIG_IGN, SIGNALS } from "./constants.ts";
import { check } from "./errno.ts";
import { loadLibc } from "./libc.ts";

/** Octets: more than `struct sigaction` has anywhere; its first member is the handler. */
const SIGACTION_LENGTH = 256;

/** Whether this process ignores the signal, as whoever started it may have wanted. */
export function isIgnored(signal: keyof typeof SIGNALS): boolean {
  const action = new BigUint64Array(SIGACTION_LENGTH / BigUint64Array.BYTES_PER_ELEMENT);
  check("sigaction", loadLibc().sigaction(SIGNALS[signal], null, action));
  return action[0] === SIG_IGN;
}
