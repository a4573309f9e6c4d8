/**
 * How connections fail, in the platform's classes of errors.
 *
 * @module
 */

import { SystemError } from "../../ffi/errno.ts";
import { ConnectionFailure, type FailureKind, InvalidStateError } from "../../tcp/single.ts";

const CLASSES: Readonly<Record<FailureKind, new (message: string, options?: ErrorOptions) => Error>> = {
  refused: Deno.errors.ConnectionRefused,
  reset: Deno.errors.ConnectionReset,
  "timed out": Deno.errors.TimedOut,
  aborted: Deno.errors.ConnectionAborted,
  unreachable: Deno.errors.NetworkUnreachable,
};

/** What the platform throws by the name of the C library's error. */
const SYSTEM_CLASSES: Readonly<Record<string, new (message: string, options?: ErrorOptions) => Error>> = {
  EPERM: Deno.errors.PermissionDenied,
  EACCES: Deno.errors.PermissionDenied,
  EADDRINUSE: Deno.errors.AddrInUse,
  EADDRNOTAVAIL: Deno.errors.AddrNotAvailable,
  ENETUNREACH: Deno.errors.NetworkUnreachable,
  ENONET: Deno.errors.NetworkUnreachable,
  EHOSTUNREACH: Deno.errors.NetworkUnreachable,
};

/**
 * The error that `Deno.connect`, or a method of its connection, would throw in this case, with ours as its cause. What is
 * known to neither is passed on as it is.
 */
export function platformError(error: unknown): unknown {
  if (error instanceof ConnectionFailure) {
    return new CLASSES[error.kind](error.message, { cause: error });
  }
  if (error instanceof InvalidStateError) return new Deno.errors.BadResource(error.message, { cause: error });
  const type = error instanceof SystemError ? SYSTEM_CLASSES[error.errnoName] : undefined;
  return type === undefined ? error : new type((error as Error).message, { cause: error });
}
