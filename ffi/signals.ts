/**
 * What a process does about signals.
 *
 * @module
 */

import { SIG_IGN, SIGNALS } from "./constants.ts";
import { check } from "./errno.ts";
import { loadLibc, mayCallLibc } from "./libc.ts";

type SignalName = keyof typeof SIGNALS;

/** Octets: more than `struct sigaction` has anywhere; its first member is the handler, and zeros are no flags and no mask. */
const SIGACTION_LENGTH = 256;

/** Whether this process ignores the signal, as whoever started it may have wanted. */
export function isIgnored(signal: SignalName): boolean {
  const action = newAction();
  check("sigaction", loadLibc().sigaction(SIGNALS[signal], null, action));
  return action[0] === SIG_IGN;
}

/**
 * Has a write beyond the length that files may have (ulimit -f) fail with EFBIG; by itself it would end the process, and does so
 * where the C library cannot be called.
 */
export function outliveFileLimit(): void {
  if (!mayCallLibc()) return;
  const action = newAction();
  action[0] = SIG_IGN;
  check("sigaction", loadLibc().sigaction(SIGNALS.SIGXFSZ, Deno.UnsafePointer.of(action), newAction()));
}

function newAction(): BigUint64Array<ArrayBuffer> {
  return new BigUint64Array(SIGACTION_LENGTH / BigUint64Array.BYTES_PER_ELEMENT);
}
