/**
 * The options that show and store what a connection does, the same for every program that runs one.
 *
 * @module
 */

import type { TimeReference } from "../trace/mod.ts";
import { type OptionSpec, type ParsedOptions, quoted, UsageError } from "./options.ts";
import { parseChoice, parseOctets } from "./option_values.ts";

/** What is to be shown and stored. */
export interface ObserveArguments {
  /** A line per segment on standard error. */
  readonly trace: boolean;
  /** The header's own numbers in those lines. */
  readonly absolute: boolean;
  /** What the moments of lines and sentences are counted from. */
  readonly time: TimeReference;
  /** The connection told in sentences on standard error. */
  readonly explain: boolean;
  /** An object per event on standard output. */
  readonly json: boolean;
  /** Where packets go in pcapng; `-` is standard output; null: nowhere. */
  readonly pcap: string | null;
  /** Most octets of each packet; 0: all. */
  readonly snapLength: number;
  readonly payload: boolean;
  /** A ladder on standard output at the end. */
  readonly ladder: boolean;
  /** Where a picture of the ladder goes; null: nowhere. */
  readonly ladderFile: string | null;
  /** Where the report goes; null: nowhere. */
  readonly report: string | null;
  /** A summary on standard error at the end, and whenever SIGUSR1 comes. */
  readonly statistics: boolean;
  /** The options of both SYNs, and what they agreed on. */
  readonly verbose: boolean;
  /** Whether existing files may be replaced. */
  readonly force: boolean;
  /** Whether pictures for the terminal are to be drawn with ASCII only. */
  readonly ascii: boolean;
}

/** The most octets that an IP packet has. */
const MAX_PACKET = 65_575;

/** Below this not even the headers are kept whole. */
const LEAST_SNAP_LENGTH = 68;

/** What captures of bulk data keep of each packet: all headers there can be, and a few octets. */
const BULK_SNAP_LENGTH = 128;

/** What a ladder can be written as. */
const PICTURE = /\.(svg|mmd)$/;

/** What is meant as a file rather than a host: it has the ending of a picture or a text that is no domain, or a path. */
const MEANT_AS_FILE = /\.(svg|mmd|mermaid|png|jpe?g|gif|webp|bmp|pdf|eps|txt|html?)$|^(?!tcp:).*\//i;

const TIME_REFERENCES: readonly TimeReference[] = ["relative", "absolute", "delta"];
/** Columns of the glossary. */
export const GLOSSARY_WIDTH = 80;

/** What `--explain` takes. */
const GLOSSARY = /^glossary$/;

/** The options that show, for the parser and the help. */
export const SHOWING_OPTIONS: readonly OptionSpec[] = [
  { name: "verbose", letter: "v", help: "show the SYN's options and what was agreed", narrates: true },
  { name: "trace", help: "a line for each segment, timer and change of state, on standard error" },
  {
    name: "absolute",
    help: "the header's own sequence numbers, in lines, sentences and ladders; alone, as --trace",
  },
  {
    name: "explain",
    value: "[glossary]",
    optional: GLOSSARY,
    help:
      "tell in sentences what happens and by which rule of the standards, on standard error; --explain=glossary explains the words and the notation instead",
  },
  {
    name: "time",
    value: "FROM",
    choices: TIME_REFERENCES,
    help:
      "what the times of --trace and --explain are: relative (to the first event, the default), absolute " +
      "(of the clock), or delta (since the line before)",
    needs: ["trace", "explain", "read"],
  },
  { name: "json", help: "one JSON object for each event on standard output, without narration" },
  {
    name: "ladder",
    value: "[FILE]",
    optional: MEANT_AS_FILE,
    help: "draw a sequence diagram at the end; or write it to FILE.svg or FILE.mmd (Mermaid)",
  },
  { name: "report", value: "FILE", help: "write a report with graphs to FILE (one HTML page)" },
  { name: "stats", help: "a summary at the end, and on SIGUSR1" },
  { name: "no-payload", help: "neither store nor show any of the data sent and received" },
  { name: "ascii", help: "draw with ASCII characters only", needs: ["ladder"] },
];

/** The options about files, for the parser and the help. */
export const CAPTURE_OPTIONS: readonly OptionSpec[] = [
  {
    name: "pcap",
    value: "FILE",
    help: "write the packets to FILE (pcapng), with the reasons as comments; - for standard output",
  },
  {
    name: "snaplen",
    value: "N",
    help: "keep only the first N bytes of each packet (default: all; 128 for bulk data)",
    needs: ["pcap"],
  },
  {
    name: "force",
    help: "replace existing files",
    needs: ["pcap", "report", "ladder", "output"],
  },
];

/**
 * Takes the options of {@link SHOWING_OPTIONS} and {@link CAPTURE_OPTIONS} out of a command line that has been read. `isBulk`: whether the octets that
 * are transferred are of no interest. @throws UsageError
 */
export function observeArguments({ values, flags }: ParsedOptions, isBulk: boolean): ObserveArguments {
  const ladder = values.get("ladder");
  const explain = values.get("explain");
  if (explain !== undefined && explain !== "") parseChoice(explain, "--explain", ["glossary"]);
  const snapLength = values.get("snaplen");
  refuseWithoutEffect({ values, flags });
  refuseSharedOutput({ values, flags });
  return {
    trace: flags.has("trace") || (flags.has("absolute") && !values.has("explain") && ladder === undefined),
    absolute: flags.has("absolute"),
    time: parseChoice(values.get("time") ?? "relative", "--time", TIME_REFERENCES),
    explain: explain !== undefined,
    json: flags.has("json"),
    pcap: fileName(values.get("pcap"), "--pcap"),
    snapLength: snapLength === undefined
      ? isBulk && values.has("pcap") ? BULK_SNAP_LENGTH : 0
      : parseOctets(snapLength, "--snaplen", LEAST_SNAP_LENGTH, MAX_PACKET),
    payload: !flags.has("no-payload"),
    ladder: ladder === "",
    ladderFile: ladder === undefined || ladder === "" ? null : pictureName(ladder),
    report: reportName(values.get("report")),
    statistics: flags.has("stats"),
    verbose: flags.has("verbose"),
    force: flags.has("force"),
    ascii: flags.has("ascii"),
  };
}

/** Whether anything is to be watched at all. */
export function isObserved(wanted: ObserveArguments): boolean {
  return showsSegments(wanted) || wanted.pcap !== null || wanted.statistics || wanted.verbose;
}

/** Whether segments are shown one by one; a capture only stores them. */
export function showsSegments(wanted: ObserveArguments): boolean {
  const { trace, explain, json, ladder, ladderFile, report } = wanted;
  return trace || explain || json || ladder || ladderFile !== null || report !== null;
}

/** Whether standard output belongs to a program: then nothing is narrated there. */
export function takesStandardOutput(wanted: ObserveArguments): boolean {
  return wanted.json || wanted.pcap === "-";
}

/** @throws UsageError when `--force` has no file to replace, or `--ascii` nothing to draw */
function refuseWithoutEffect({ values, flags }: Pick<ParsedOptions, "values" | "flags">): void {
  const files = ["pcap", "report", "ladder", "output"].map((name) => values.get(name));
  if (flags.has("force") && !files.some((file) => file !== undefined && file !== "" && file !== "-")) {
    throw new UsageError("Option --force would be ignored: no file is written");
  }
  const ladder = values.get("ladder");
  if (flags.has("ascii") && ladder !== undefined && ladder !== "") {
    throw new UsageError("Cannot use --ascii with a ladder in a file: it is for those in the terminal");
  }
}

/** @throws UsageError when two kinds of output want standard output for themselves */
function refuseSharedOutput({ values, flags }: Pick<ParsedOptions, "values" | "flags">): void {
  const claims = [
    ...flags.has("json") ? ["--json"] : [],
    ...["pcap", "output"].filter((name) => values.get(name) === "-").map((name) => `--${name} -`),
  ];
  if (claims.length < 2) return;
  throw new UsageError(
    `Cannot use ${claims[0]} with ${claims[1]}: both write to standard output; give one of them a file`,
  );
}

function reportName(text: string | undefined): string | null {
  if (text !== "-") return fileName(text, "--report");
  throw new UsageError("Cannot write a report to standard output: give a file, such as report.html");
}

function fileName(text: string | undefined, option: string): string | null {
  if (text === undefined) return null;
  if (text === "") throw new UsageError(`Cannot use an empty name for ${option}: give a file`);
  return text;
}

function pictureName(text: string): string {
  if (PICTURE.test(text)) return text;
  throw new UsageError(`Cannot write a ladder to ${quoted(text)}: give a name that ends in .svg or .mmd`);
}
