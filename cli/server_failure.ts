/**
 * Why the test server could not start or go on: the line for people and the exit code for programs.
 *
 * @module
 */

import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import { describeFailure, type FailureReport } from "./failures.ts";
import { errnoNameOf } from "./server_connection.ts";

/** Cause and way out, with their exit codes, where being the server makes a difference. */
const CAUSES: Readonly<Record<string, readonly [code: ExitCodeNumber, cause: string]>> = {
  EADDRINUSE: [
    ExitCode.addressUnavailable,
    "the port is in use; choose another with --port or stop the server that has it",
  ],
  EADDRNOTAVAIL: [ExitCode.addressUnavailable, "the address does not belong to this host"],
  EACCES: [
    ExitCode.missingRight,
    "a port below 1024 needs CAP_NET_BIND_SERVICE; choose a higher one or run it as root (sudo)",
  ],
  EAFNOSUPPORT: [ExitCode.unsupported, "this host has no such address family"],
};

/** What else it may be over IPv6 (RFC 4862 5.4). */
const NOT_YET = ", or duplicate address detection keeps it from use (ip -6 address shows that)";

/** What an error means for the server's user; `endpoint` is where it was to listen, as text. */
export function serverFailure(error: unknown, endpoint: string): FailureReport {
  const errno = errnoNameOf(error);
  const known = errno === undefined ? undefined : CAUSES[errno];
  if (known === undefined) return describeFailure(error, "rawtcp-server");
  const [code, cause] = known;
  const more = errno === "EADDRNOTAVAIL" && endpoint.startsWith("[") ? NOT_YET : "";
  return { text: `Cannot listen on ${endpoint}: ${cause}${more}`, code, connection: null };
}
