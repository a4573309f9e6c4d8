/**
 * Figures and names that documents and help texts give, each with the place that it comes from.
 *
 * @module
 */

import { SHELLS } from "../../cli/about_options.ts";
import { ExitCode, exitMeaning } from "../../cli/exit_codes.ts";
import { PATTERN_PERIOD } from "../../cli/pattern.ts";
import { DEFAULT_PORT, parseTarget } from "../../cli/target.ts";
import { PROFILES, STANDARD, STATES } from "../../tcp/mod.ts";
import { BULK_TURN, CALM_AFTER } from "../../tcp/receive/ack_policy.ts";
import { COOKIE_MSS, COOKIE_SLOT } from "../../tcp/host/syn_cookies.ts";
import { MOST_EVENTS } from "../../trace/recording.ts";
import { STORIES } from "../stories/stories.ts";
import { MAX_FILE_LINES, MAX_FUNCTION_LINES } from "../architecture/table.ts";

/** The text of a file of the project. */
type Read = (path: string) => string;

/** A sentence with a number or a name, and what that is. */
export interface Figure {
  /** The document, or null: the sentence holds wherever it stands, in documents and help texts, and stands somewhere. */
  readonly where: string | null;
  /** With one group: the number, a word for it, or a name. A stretch of white space is a space. */
  readonly sentence: RegExp;
  readonly value: (read: Read) => number | string;
}

/** The number that a source gives a constant. */
function constant(path: string, name: string): Figure["value"] {
  return (read) =>
    numberOf(
      new RegExp(`\\b${name} = (?:seconds\\(|milliseconds\\()?([\\d_.]+)`).exec(read(path))?.[1],
    );
}

/** What the first group of the pattern is in the file. */
function found(path: string, pattern: RegExp): (read: Read) => string {
  return (read) => pattern.exec(read(path))?.[1] ?? `nothing in ${path}`;
}

/** How often the pattern is in the file. */
function times(path: string, pattern: RegExp): (read: Read) => number {
  return (read) => [...read(path).matchAll(pattern)].length;
}

const WORDS: readonly string[] =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(" ");
const TENS: readonly string[] = "twenty thirty forty fifty sixty".split(" ");

/** "32,768", "4_000", "12.5", "Ten", "thirty"; NaN for what is none. */
export function numberOf(text: string | undefined): number {
  const lower = text?.toLowerCase() ?? "";
  const tens = TENS.indexOf(lower);
  if (text === undefined || text === "" || tens >= 0) return tens < 0 ? NaN : 10 * tens + 20;
  const word = WORDS.indexOf(lower);
  return word < 0 ? Number(text.replaceAll(/[,_]/g, "")) : word;
}

const { acknowledging, congestion, defence, handshake, retransmission, sending } = STANDARD;
const CLIENT = "rawtcp-client";

/** All that are compared. */
export const FIGURES: readonly Figure[] = [
  {
    where: null,
    sentence: /a second (?:address|family)(?: is tried)? after (\d+) ms/,
    value: constant("driver/stream/happy_eyeballs.ts", "ATTEMPT_DELAY"),
  },
  {
    where: "README.md",
    sentence: /give up after 5 seconds instead of (\w+) minutes/,
    value: () => handshake.connectTimeout / 60e6,
  },
  { where: "README.md", sentence: /and read (\w+) environment variables/, value: environmentVariables },
  {
    where: "CHANGELOG.md",
    sentence: /A host keeps ([\d,]+) connections in TIME-WAIT/,
    value: () => defence.maxTimeWaits,
  },
  {
    where: "CHANGELOG.md",
    sentence: /per connection as well, to (\w+) in 5 s/,
    value: () => defence.challengesAtOnce,
  },
  {
    where: "CHANGELOG.md",
    sentence: /remembers smaller paths for (\w+) minutes/,
    value: (read) => Number(constant("tcp/host/path_mtus.ts", "BELIEVED_FOR")(read)) / 60,
  },
  { where: null, sentence: /([\d,]+) events(?: are kept|:)/, value: () => MOST_EVENTS },
  {
    where: "CHANGELOG.md",
    sentence: /([\d,]+) ranges beyond gaps are kept/,
    value: constant("tcp/receive/receiver.ts", "MAX_OUT_OF_ORDER_RANGES"),
  },
  {
    where: "CHANGELOG.md",
    sentence: /the last (\d+) lines of its log/,
    value: constant("packetdrill/report.ts", "LOG_LINES"),
  },
  {
    where: null,
    sentence: /(\d+) (?:octets of each packet|bytes of each|for bulk data\))/,
    value: constant("cli/observe_arguments.ts", "BULK_SNAP_LENGTH"),
  },
  { where: "CONTRIBUTING.md", sentence: /never more than (\d+)/, value: () => MAX_FILE_LINES },
  { where: "CONTRIBUTING.md", sentence: /functions under (\d+)/, value: () => MAX_FUNCTION_LINES },
  {
    where: "packetdrill/README.md",
    sentence: /the last (\d+) packets/,
    value: constant("packetdrill/report.ts", "LOG_LINES"),
  },
  {
    where: "packetdrill/README.md",
    sentence: /`--tolerance_usecs=N` \(default (\d+)\)/,
    value: constant("packetdrill/options.ts", "DEFAULT_TOLERANCE"),
  },
  {
    where: "packetdrill/README.md",
    sentence: /`--tolerance_percent=N` \(([\d.]+)\)/,
    value: constant("packetdrill/options.ts", "DEFAULT_TOLERANCE_PERCENT"),
  },
  {
    where: CLIENT,
    sentence: /\(default: (\d+)s\); write times/,
    value: () => handshake.connectTimeout / 1e6,
  },
  {
    where: CLIENT,
    sentence: /\(default: (\d+)s without any answer\)/,
    value: constant("cli/stall_watch.ts", "SILENCE_LIMIT"),
  },
  { where: CLIENT, sentence: /first ACK \(default: (\d+),/, value: () => congestion.initialWindow },
  {
    where: CLIENT,
    sentence: /retransmission timeout \(default: (\d+)s;/,
    value: () => retransmission.minRto / 1e6,
  },
  { where: CLIENT, sentence: /for bulk data (\d+)ms\)/, value: constant("cli/client_config.ts", "MIN_RTO") },
  { where: CLIENT, sentence: /hop limit of our packets \(default: (\d+)\)/, value: () => sending.hopLimit },
  {
    where: "docs/host.md",
    sentence: /at most ([\d,]+) connections in TIME-WAIT/,
    value: () => defence.maxTimeWaits,
  },
  { where: null, sentence: /\bmod\s(\d+)/, value: () => PATTERN_PERIOD },
  {
    where: null,
    sentence: /packet socket, data up to (\d+) KiB at a time/,
    value: found("ffi/packet_socket.ts", /up to (\d+) KiB/),
  },
  { where: null, sentence: /(\d+) KiB of ours/, value: constant("driver/link.ts", "BULK_SENT") },
  { where: null, sentence: /(\d+) MiB of the peer's/, value: constant("driver/link.ts", "BULK_RECEIVED") },
  { where: null, sentence: /--snaplen (\d{4,})/, value: constant("cli/observe_arguments.ts", "MAX_PACKET") },
  {
    where: null,
    sentence: /the retransmission timer waits (\d+) ms at least/,
    value: constant("cli/client_config.ts", "MIN_RTO"),
  },
  {
    where: null,
    sentence: /waits up to (\d+) seconds for the peer/,
    value: constant("cli/client_session.ts", "INTERRUPTED_CLOSE"),
  },
  {
    where: null,
    sentence: /the peer has (\d+) seconds to close/,
    value: constant("cli/client_session.ts", "INTERRUPTED_CLOSE"),
  },
  {
    where: null,
    sentence: /peers have (\d+) seconds to acknowledge/,
    value: constant("cli/own_tcp_server.ts", "CLOSING_TIME"),
  },
  {
    where: null,
    sentence: /in front of which (\d+) packets/,
    value: constant("lab/faulty_path.ts", "QUEUE"),
  },
  { where: null, sentence: /rounded down to one of (\w+)/, value: () => COOKIE_MSS.length },
  {
    where: null,
    sentence: /replayed after its connection is over, within (\w+) minutes/,
    value: () => Math.round(2 * COOKIE_SLOT / 60e6),
  },
  {
    where: null,
    sentence: /ports? (?:from|below) (\d+)/,
    value: found("cli/server_failure.ts", /a port below (\d+)/),
  },
  {
    where: null,
    sentence: /looks again (\w+) times a second/,
    value: (read) => 1_000 / Number(constant("driver/link.ts", "REFRESH_INTERVAL")(read)),
  },
  {
    where: null,
    sentence: /([Tt]en|[Tt]welve|[\w]+) lessons\b/,
    value: times("docs/teaching.md", /^\| [^|]+\| `task /gm),
  },
  {
    where: null,
    sentence: /\b(nine|ten|eleven|twelve|thirteen|\d+) states\b/,
    value: () => STATES.length,
  },
  {
    where: "docs/host.md",
    sentence: /kills the client at (\w+) moments/,
    value: times("tests/e2e/kill_test.ts", /^ {2}\["(?:at|with|while) /gm),
  },
  {
    where: "CONTRIBUTING.md",
    sentence: /plays some (\w+) situations/,
    value: () => 10 * Math.round(STORIES.length / 10),
  },
  { where: "CONTRIBUTING.md", sentence: /more than (\w+) of these in a run/, value: constantOfRun },
  {
    where: null,
    sentence: /`defence.challengesAtOnce`; Linux: one in (.*?)\)/,
    value: () =>
      defence.invalidAckInterval === 500_000 ? "half a second" : `${defence.invalidAckInterval} µs`,
  },
  {
    where: null,
    sentence: /only where (\d+) or more come at once/,
    value: () => BULK_TURN,
  },
  {
    where: null,
    sentence: /In undisturbed bulk one ACK covers (\d+) segments at most/,
    value: () => acknowledging.segmentsPerAckInBulk,
  },
  { where: null, sentence: /after (\d+) MiB without disorder/, value: () => CALM_AFTER / 2 ** 20 },
  {
    where: null,
    sentence: /from (\d+) pixels on/,
    value: found("tests/e2e/report_kit.ts", /SMALL: Look = \{ width: (\d+)/),
  },
  {
    where: "packetdrill/README.md",
    sentence: /has an MTU of (\d+)/,
    value: (read) => sending.mtu + Number(constant("packetdrill/options.ts", "IPV6_ALLOWANCE")(read)),
  },
  {
    where: "packetdrill/README.md",
    sentence: /address and port (\d+)/,
    value: constant("packetdrill/calls.ts", "DEFAULT_PORT"),
  },
  {
    where: "docs/captures.md",
    sentence: /(\d+) seeded transfers/,
    value: constant("tests/capture/score_test.ts", "RUNS"),
  },
  {
    where: "docs/captures.md",
    sentence: /with these (\d+) runs/,
    value: constant("tests/capture/score_test.ts", "RUNS"),
  },
  {
    where: "docs/captures.md",
    sentence: /at least ([\d.]+) % of the retransmissions and/,
    value: found("tests/capture/score_test.ts", /sender: \{ retransmission: ([\d.]+)/),
  },
  {
    where: "docs/captures.md",
    sentence: /retransmissions and ([\d.]+) % of the reorderings/,
    value: found("tests/capture/score_test.ts", /sender: \{ .* overtaken: ([\d.]+)/),
  },
  {
    where: "docs/captures.md",
    sentence: /sender's side, ([\d.]+) % elsewhere/,
    value: found("tests/capture/score_test.ts", /middle: \{ retransmission: ([\d.]+)/),
  },
  {
    where: "docs/captures.md",
    sentence: /all but (\d+) of 10,000/,
    value: found("tests/capture/pair_test.ts", /wrong <= (\d+)/),
  },
  {
    where: "docs/interop.md",
    sentence: /takes (\d+) MB instead/,
    value: (read) => numberOf(found("tests/e2e/interop_test.ts", /isFull \? ([\d_]+)/)(read)) / 1e6,
  },
  {
    where: "docs/interop.md",
    sentence: /MB instead of (\d+)/,
    value: (read) => numberOf(found("tests/e2e/interop_test.ts", /isFull \? [\d_]+ : ([\d_]+)/)(read)) / 1e6,
  },
  {
    where: "docs/interop.md",
    sentence: /loses (\d+) % too/,
    value: found("tests/e2e/interop_test.ts", /loss === (\d+)/),
  },
  {
    where: "docs/interop.md",
    sentence: /([\d,]+) writes of 10/,
    value: (read) =>
      numberOf(
        found("tests/e2e/interop/our_peer.ts", /i < ([\d_]+); i\+\+\) await sendAll\(conn, i \* 10, 10/)(
          read,
        ),
      ),
  },
  {
    where: null,
    sentence: /RAWTCP_E2E=(\w+)/,
    value: found("tests/e2e/interop_test.ts", /RAWTCP_E2E"\) === "(\w+)"/),
  },
  { where: null, sentence: /Deno (\d+\.\d+) or later/, value: found(".ci/run", /^older=(\d+\.\d+)/m) },
  {
    where: "SECURITY.md",
    sentence: /one by one with Deno ([\d.]+\d)/,
    value: found(".ci/run", /^older=([\d.]+)/m),
  },
  {
    where: "README.md",
    sentence: /\(Linux on ([\w-]+)\)/,
    value: (read) => found(".ci/denort.sh", /!?= Linux-(\w+) \]/)(read).replace("_", "-"),
  },
  { where: null, sentence: /\(default `?(\d+\.\d+\.\d+\.\d+)/, value: () => parseTarget([]).host },
  {
    where: null,
    sentence: /raw socket needs (?:root or )?(?:the capability )?\**(CAP_\w+)/,
    value: neededCapability,
  },
  { where: null, sentence: /the capability \**(CAP_\w+)/, value: neededCapability },
  { where: null, sentence: /setcap (\w+)\+ep/, value: () => neededCapability().toLowerCase() },
  {
    where: null,
    sentence: /[Aa] (\w+) Ctrl-C ends/,
    value: () => /a (\w+) Ctrl-C/.exec(exitMeaning(ExitCode.interrupted))?.[1] ?? "",
  },
  {
    where: null,
    sentence: /(SIG\w+) does the same/,
    value: () => /\((SIG\w+)\)/.exec(exitMeaning(ExitCode.terminated))?.[1] ?? "",
  },
  {
    where: null,
    sentence: /on (SIGUSR\d)/,
    value: found("cli/observation.ts", /addSignalListener\("(\w+)"/),
  },
  {
    where: "docs/host.md",
    sentence: /at most every (\d+) s: a router/,
    value: constant("driver/next_hop_advice.ts", "ASK_INTERVAL"),
  },
  {
    where: "README.md",
    sentence: /pipe that nobody reads has (\d+) second more/,
    value: (read) => Number(constant("cli/interruption.ts", "LAST_WORDS")(read)) / 1_000,
  },
  {
    where: "CHANGELOG.md",
    sentence: /Once a program is asked to end, readers have a (\w+);/,
    value: (read) => periodOf(1_000 * Number(constant("cli/interruption.ts", "LAST_WORDS")(read))),
  },
  {
    where: "CHANGELOG.md",
    sentence: /bulk transfer timeouts of (\w+) seconds/,
    value: () => retransmission.rtoAfterSynLoss / 1e6,
  },
  {
    where: "README.md",
    sentence: /staying in TIME-WAIT for a (\w+), unless/,
    value: () => periodOf(STANDARD.closing.timeWait),
  },
  {
    where: "CHANGELOG.md",
    sentence: /never sent, at most (\w+) a second, and a listener/,
    value: () => ["never", "once", "twice"][1e6 / PROFILES.linux.defence.invalidAckInterval] ?? "",
  },
  {
    where: "CHANGELOG.md",
    sentence: /An ACK costs the same with 100 and with ([\d,]+) segments/,
    value: (read) => numberOf(found("tests/tcp/loss/flat_test.ts", /new Sender\(([\d_]+), rack/)(read)),
  },
  {
    where: null,
    sentence: /\beach (?:script|of them) (\w+) times/,
    value: times("tests/packetdrill/scripts_test.ts", /^ {2}\[[46], "/gm),
  },
  {
    where: "docs/standards.md",
    sentence: /(\d+) connections in a row/,
    value: constant("tests/e2e/many_test.ts", "ONE_AFTER_ANOTHER"),
  },
  {
    where: "docs/standards.md",
    sentence: /(\d+) client processes at once/,
    value: constant("tests/e2e/many_test.ts", "AT_ONCE"),
  },
  { where: null, sentence: /what arrives on port (\d+)/, value: () => DEFAULT_PORT },
  {
    where: null,
    sentence: /packetLink\("(\w+)"\)/,
    value: found("driver/link.ts", /this\.#bulkSent = mode === "(\w+)"/),
  },
  {
    where: null,
    sentence: /the default is `?(raw|packet|auto)`?/,
    value: found("cli/client_connection.ts", /showsSegments\(observe\) \? "auto" : "(\w+)"/),
  },
  { where: null, sentence: /\b(NO_\w+), FORCE_COLOR/, value: () => "NO_COLOR" },
  { where: null, sentence: /T \(10\^(\d) and so on/, value: () => 3 },
  {
    where: null,
    sentence: /completions for ([a-z]+, [a-z]+)(?: and|,) /,
    value: () => SHELLS.slice(0, 2).join(", "),
  },
  {
    where: null,
    sentence: /completions for [a-z]+, [a-z]+(?: and|,) ([a-z]+)/,
    value: () => SHELLS[2] ?? "",
  },
];

/** How many variables the executables may read. */
function environmentVariables(read: (path: string) => string): number {
  return /--allow-env=([\w,]+)/.exec(read(".ci/build.ts"))?.[1]?.split(",").length ?? NaN;
}

/** How many tests of a run may pass only when they are run again. */
function constantOfRun(read: Read): number {
  return Number(found(".ci/run", /^TOLERATED=(\d+)/m)(read));
}

/** A time that there is one word for. */
function periodOf(micros: number): string {
  return new Map([[1e6, "second"], [6e7, "minute"], [3.6e9, "hour"]]).get(micros) ?? `time of ${micros} µs`;
}

/** What a raw socket takes, as the exit code says of which it is a case. */
function neededCapability(): string {
  return /CAP_\w+/.exec(exitMeaning(ExitCode.missingRight))?.[0] ?? "";
}

/** Where the sentence stands in the texts, by their names, and what it says each time. */
export function figuresIn(
  texts: ReadonlyMap<string, string>,
  { where, sentence }: Figure,
): readonly (readonly [where: string, said: string])[] {
  const pattern = new RegExp(sentence.source, "g");
  return [...texts].filter(([name]) => where === null || name === where || name === `${where} --help`)
    .flatMap(([name, text]) =>
      [...text.replaceAll(/\s+/g, " ").matchAll(pattern)].map(([, said = ""]) => [name, said] as const)
    );
}
