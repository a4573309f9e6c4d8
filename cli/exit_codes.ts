/**
 * How the programs tell their caller how it ended. 77 and 69 are the numbers of <sysexits.h>, 130 and 143 are the shells' 128 plus the
 * signal's number.
 *
 * @module
 */

/** The exit codes, by name. */
export const ExitCode = {
  ok: 0,
  internal: 1,
  usage: 2,
  refused: 3,
  timedOut: 4,
  unreachable: 5,
  reset: 6,
  unknownHost: 7,
  addressUnavailable: 8,
  system: 9,
  peerDidNotClose: 10,
  unsupported: 69,
  missingRight: 77,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the {@link ExitCode} numbers. */
export type ExitCodeNumber = (typeof ExitCode)[keyof typeof ExitCode];

/** What each code means, for the help of the programs. */
const MEANINGS: Readonly<Record<keyof typeof ExitCode, string>> = {
  ok: "done: everything was delivered and the connection closed in order",
  internal: "internal error (a bug: please report it)",
  usage: "wrong usage",
  refused: "connection refused: the peer answered with RST",
  timedOut: "timed out: the peer did not answer",
  unreachable: "the peer cannot be reached",
  reset: "the peer reset the connection",
  unknownHost: "unknown host",
  addressUnavailable: "the local address or port is not available",
  system: "another error of the system",
  peerDidNotClose: "delivered, but the peer did not close its side in time",
  unsupported: "this system has no raw sockets for us",
  missingRight: "a right is missing",
  interrupted: "interrupted (Ctrl-C)",
  terminated: "terminated (SIGTERM)",
};

/** A table of exit codes for a program's help, one line each, indented by two. */
export function exitCodeTable(names: readonly (keyof typeof ExitCode)[]): string {
  return names.map((name) => `  ${String(ExitCode[name]).padStart(3)}  ${MEANINGS[name]}`).join("\n");
}
