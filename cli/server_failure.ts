/**
 * Why the test server could not start or go on: the line for people and the exit code for programs.
 *
 * @module
 */

import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import { UsageError } from "./options.ts";
import { errnoNameOf } from "./server_connection.ts";

/** What to print and what to exit with. */
export interface ServerFailure {
  readonly text: string;
  readonly code: ExitCodeNumber;
}

/** Cause and way out for the errors that a person can do something about, with their exit codes. */
const CAUSES: Readonly<Record<string, readonly [code: ExitCodeNumber, cause: string]>> = {
  EADDRINUSE: [
    ExitCode.addressUnavailable,
    "the port is in use; choose another with --port or stop the server that has it",
  ],
  EADDRNOTAVAIL: [ExitCode.addressUnavailable, "the address does not belong to this host"],
  EACCES: [
    ExitCode.missingRight,
    "a port below 1024 needs the right CAP_NET_BIND_SERVICE; choose a higher one or run it as root (sudo)",
  ],
  EAFNOSUPPORT: [ExitCode.unsupported, "this host has no such address family"],
};

/**
 * What an error means for the server's user. Errors of `ffi/` are known by their name.
 *
 * @param endpoint where it was to listen, as text
 * @returns null for an error that is a bug of ours
 */
export function serverFailure(error: unknown, endpoint: string): ServerFailure | null {
  if (error instanceof UsageError) {
    return { text: `${error.message} (try rawtcp-server --help)`, code: ExitCode.usage };
  }
  const errno = errnoNameOf(error);
  const known = errno === undefined ? undefined : CAUSES[errno];
  if (known !== undefined) return { text: `Cannot listen on ${endpoint}: ${known[1]}`, code: known[0] };
  if (!(error instanceof Error)) return null;
  const { name, message } = error;
  switch (name) {
    case "SystemError":
      return { text: message, code: ExitCode.system };
    case "ResolveError":
      return { text: message, code: ExitCode.unknownHost };
    case "LibcError": {
      const permissionMissing = "permissionMissing" in error && error.permissionMissing === true;
      return { text: message, code: permissionMissing ? ExitCode.missingRight : ExitCode.unsupported };
    }
    default:
      return null;
  }
}
