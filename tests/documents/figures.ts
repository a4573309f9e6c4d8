/**
 * Figures that documents and help texts give, each with the place that it comes from.
 *
 * @module
 */

import { STANDARD } from "../../tcp/mod.ts";
import { MOST_EVENTS } from "../../trace/recording.ts";
import { MAX_FILE_LINES, MAX_FUNCTION_LINES } from "../architecture/table.ts";

/** Where a sentence with a number stands, the sentence, and the number. */
export interface Figure {
  /** A document, or the name of a program's help. */
  readonly where: string;
  /** With one group: the number, or a word for it. */
  readonly sentence: RegExp;
  /** What the number is. `read`: the text of a source. */
  readonly value: (read: (path: string) => string) => number;
}

/** The number that a source gives a constant. */
function constant(path: string, name: string): Figure["value"] {
  return (read) =>
    numberOf(new RegExp(`\\b${name} = (?:seconds\\(|milliseconds\\()?([\\d_.]+)`).exec(read(path))?.[1]);
}

const WORDS: readonly string[] = "zero one two three four five six seven eight nine ten".split(" ");

/** "32,768", "4_000", "12.5", "ten"; NaN for what is none. */
export function numberOf(text: string | undefined): number {
  if (text === undefined) return NaN;
  const word = WORDS.indexOf(text);
  return word < 0 ? Number(text.replaceAll(/[,_]/g, "")) : word;
}

const { congestion, defence, handshake, retransmission, sending } = STANDARD;
const CLIENT = "rawtcp-client";

/** All that are compared. */
export const FIGURES: readonly Figure[] = [
  {
    where: "README.md",
    sentence: /a second address is tried after (\d+) ms/,
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
    value: (read) => constant("tcp/host/path_mtus.ts", "BELIEVED_FOR")(read) / 60,
  },
  { where: "CHANGELOG.md", sentence: /([\d,]+) events are kept/, value: () => MOST_EVENTS },
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
    where: "CHANGELOG.md",
    sentence: /bulk transfers keep (\d+) octets of each packet/,
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
];

/** How many variables the executables may read. */
function environmentVariables(read: (path: string) => string): number {
  return /--allow-env=([\w,]+)/.exec(read(".ci/build.ts"))?.[1]?.split(",").length ?? NaN;
}
