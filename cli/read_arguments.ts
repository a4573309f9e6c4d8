/**
 * The options that choose what of a capture is shown, and how.
 *
 * @module
 */

import type { Selection } from "../capture/analysis/selection.ts";
import { type OptionSpec, type ParsedOptions, quoted, UsageError } from "./options.ts";

/** What is to be read, and which of it. */
export interface ReadArguments {
  /** `-` for standard input. */
  readonly file: string;
  /** Another capture of the same connections, taken elsewhere; null: none. */
  readonly other: string | null;
  /** Which connections are shown; null: all of them. */
  readonly selection: Selection | null;
  /** Only those whose payload has this text; null: whatever they have. */
  readonly find: string | null;
  /** Whether addresses, ports and payload are replaced or left out. */
  readonly anonymize: boolean;
}

/** The options, for the parser and the help. */
export const READ_OPTIONS: readonly OptionSpec[] = [
  {
    name: "read",
    value: "FILE",
    help:
      "show a capture (pcapng or pcap, gzip and zstd too) in the ways above instead of connecting, on standard output; " +
      "- for standard input; needs no privileges. With a second FILE, taken elsewhere: what happened between the two",
  },
  {
    name: "connection",
    value: "WHICH",
    help:
      "with --read, only connection N of the table, or those of ADDR:PORT, or that of ADDR:PORT-ADDR:PORT",
  },
  { name: "find", value: "TEXT", help: "with --read, only connections whose payload contains TEXT" },
  {
    name: "anonymize",
    help: "with --read, replace addresses and ports, and leave out payload, in all that is shown and written",
  },
];

/** Options that need a capture. */
const NEED_READ = ["connection", "find", "anonymize"] as const;

/** Takes the options of {@link READ_OPTIONS} out of a command line; null: no capture is to be read. @throws UsageError */
export async function readArguments(
  { values, flags, operands }: ParsedOptions,
): Promise<ReadArguments | null> {
  const file = values.get("read");
  if (file === undefined) {
    const needs = NEED_READ.find((name) => values.has(name) || flags.has(name));
    if (needs === undefined) return null;
    throw new UsageError(`Cannot use --${needs} without --read: it selects what is shown of a capture`);
  }
  if (file === "") throw new UsageError("Cannot use an empty name for --read: give a file");
  const find = values.get("find") ?? null;
  if (find !== null && file === "-") {
    throw new UsageError("Cannot use --find with --read -: it reads twice; give a file");
  }
  return {
    file,
    other: otherFile(file, operands),
    selection: await selectionOf(values.get("connection")),
    find,
    anonymize: flags.has("anonymize"),
  };
}

/** The second file of two. @throws UsageError */
function otherFile(file: string, operands: readonly string[]): string | null {
  const [other, more] = operands;
  if (other === undefined) return null;
  if (more !== undefined) {
    throw new UsageError(`Cannot read ${quoted(more)} as well: --read takes two files at most`);
  }
  if (other === "") throw new UsageError("Cannot use an empty name for the second file of --read");
  if (file === "-" || other === "-") {
    throw new UsageError("Cannot compare standard input with a file: both are read twice; give two files");
  }
  if (file === other) throw new UsageError(`Cannot compare ${quoted(file)} with itself: give two captures`);
  return other;
}

async function selectionOf(text: string | undefined): Promise<Selection | null> {
  if (text === undefined) return null;
  const { readSelection } = await import("../capture/analysis/selection.ts");
  const selection = readSelection(text);
  if (selection !== null) return selection;
  throw new UsageError(
    `Cannot use ${
      quoted(text)
    } for --connection: give a number of the table, 192.0.2.1:80, or two of these with - between`,
  );
}
