/**
 * How the programs tell their caller how it ended. 77 and 69 are the numbers of <sysexits.h>, 129, 130 and 143 are the shells'
 * 128 plus the signal's number.
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
  unfit: 11,
  unsupported: 69,
  missingRight: 77,
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const;

/** One of the {@link ExitCode} numbers. */
export type ExitCodeNumber = (typeof ExitCode)[keyof typeof ExitCode];

/** How a program ends when this host may be why: then it is looked at. */
export const HOST_FAILURES: readonly ExitCodeNumber[] = [
  ExitCode.refused,
  ExitCode.timedOut,
  ExitCode.unreachable,
  ExitCode.reset,
  ExitCode.system,
  ExitCode.unsupported,
  ExitCode.missingRight,
];

/** What each code means, in the words of help and README. */
const MEANINGS: Readonly<Record<keyof typeof ExitCode, string>> = {
  ok: "done: delivered, acknowledged and closed in order (server: ended as asked, Ctrl-C included)",
  internal: "internal error (a bug: please report it)",
  usage: "wrong usage",
  refused: "refused: the peer answered our SYN with RST",
  timedOut: "timed out: no answer; the message says to how many SYNs over how long",
  unreachable: "the peer cannot be reached: no route, or the network says so",
  reset: "the peer reset the connection",
  unknownHost: "unknown host",
  addressUnavailable: "the local address or port is not available",
  system: "another system error; also when output could not be written, or a capture not read to its end",
  peerDidNotClose: "delivered, but the peer did not close its side in time (`--close-timeout`)",
  unfit: "a check of `--doctor` failed",
  unsupported: "this system offers no raw sockets: not Linux, or a sandbox without them",
  missingRight:
    "not permitted: CAP_NET_RAW or another capability is missing, or deno runs without `--allow-ffi`",
  hungUp: "the terminal hung up (SIGHUP, unless it is ignored as with nohup), otherwise as 130",
  interrupted:
    "interrupted by Ctrl-C: an established connection is closed with FIN first, a second Ctrl-C ends at once",
  terminated: "terminated (SIGTERM), otherwise as 130",
};

/** What a code means, in a few words. @throws RangeError for one that no program of ours has */
export function exitMeaning(code: number): string {
  const name = Object.keys(ExitCode).find((key) => ExitCode[key as keyof typeof ExitCode] === code);
  if (name === undefined) throw new RangeError(`There is no exit code ${code}`);
  return MEANINGS[name as keyof typeof ExitCode];
}
