/**
 * The client's options that say what is sent, where it goes that the peer sends, and how the connection ends.
 *
 * @module
 */

import { alternatives, type OptionSpec, type ParsedOptions, UsageError } from "./options.ts";
import { parseChoice, parseDuration, parseOctets } from "./option_values.ts";

/** What is to be sent. */
export type ClientInput =
  | { readonly kind: "nothing" }
  | { readonly kind: "message"; readonly text: string }
  /** So many octets of a pattern. */
  | { readonly kind: "pattern"; readonly octets: number }
  /** What a file has; `-` is standard input. */
  | { readonly kind: "file"; readonly path: string };

/** When the client ends its side: once all is delivered, once the peer has answered as well, or once it has ended its own. */
export type Ending = "delivered" | "answered" | "peer closed";

/** What the command line says of the transfer. */
export interface TransferArguments {
  /** Null: standard input if somebody has put something there, otherwise the usual message. */
  readonly input: ClientInput | null;
  /** Whether the peer's octets are what it is about: read to the end, counted, not shown. */
  readonly receives: boolean;
  /** Where the peer's octets go; `-` is standard output; null: shown or forgotten. */
  readonly output: string | null;
  /** How they are hashed; null: not at all. */
  readonly hash: string | null;
  /** Null: what fits to what is sent. */
  readonly ending: Ending | null;
  /** Whether the connection ends with RST instead of FIN. */
  readonly aborts: boolean;
  /** Seconds that everything after our FIN may take; null: no bound but that of silence. */
  readonly linger: number | null;
}

/** What is sent when nothing else was asked for. */
export const DEFAULT_MESSAGE = "Hello from custom TCP client!";

const HASHES = ["md5", "sha1", "sha256", "sha512"] as const;

/** The options, for the parser and the help. */
export const TRANSFER_OPTIONS: readonly OptionSpec[] = [
  {
    name: "message",
    letter: "m",
    value: "TEXT",
    help: `send TEXT, as UTF-8 and without a newline; - for standard input (default "${DEFAULT_MESSAGE}")`,
  },
  {
    name: "input",
    letter: "i",
    value: "FILE",
    help: "send the contents of FILE; - for standard input, which is the default when it is a pipe or a file",
  },
  {
    name: "send-bytes",
    value: "N",
    help: "send N bytes of a pattern instead (byte i is i mod 251) and say how fast; N may be 10M or 64KiB",
  },
  {
    name: "output",
    letter: "o",
    value: "FILE",
    help:
      "write what the peer sends to FILE, unchanged; - for standard output (narration then goes to standard error)",
  },
  {
    name: "receive",
    help:
      "read until the peer closes its side, and count what arrives; with a message, or nothing to send, close our side only then",
  },
  {
    name: "hash",
    value: "NAME",
    choices: HASHES,
    help: `print the hash of what was received: ${alternatives(HASHES)}`,
    narrates: true,
  },
  { name: "wait", help: "close only after the peer has answered" },
  { name: "no-fin", help: "close only after the peer has closed its side" },
  { name: "abort", help: "end with RST instead of FIN, once all is delivered" },
  {
    name: "linger",
    value: "TIME",
    help: "after our FIN, abort with RST if the peer has not closed within this time",
  },
];

/** Takes the options of {@link TRANSFER_OPTIONS} out of a command line that has been read. @throws UsageError */
export function transferArguments({ values, flags }: ParsedOptions): TransferArguments {
  const hash = values.get("hash");
  const linger = values.get("linger");
  const aborts = flags.has("abort");
  const waits = ["linger", "close-timeout", "time-wait"].find((name) => values.has(name));
  if (aborts && waits !== undefined) {
    throw new UsageError(`Cannot use --abort with --${waits}: after a RST there is nothing to wait for`);
  }
  if (flags.has("no-fin") && values.has("time-wait")) {
    throw new UsageError("Cannot use --no-fin with --time-wait: who closes last is never in TIME-WAIT");
  }
  const receives = flags.has("receive");
  if (flags.has("wait") && flags.has("no-fin")) {
    throw new UsageError("Cannot use --wait with --no-fin, which waits for longer: leave --wait out");
  }
  return {
    input: inputOf(values),
    receives,
    output: nameOf(values, "output"),
    hash: hash === undefined ? null : parseChoice(hash, "--hash", HASHES),
    ending: flags.has("no-fin") ? "peer closed" : flags.has("wait") ? "answered" : null,
    aborts,
    linger: linger === undefined ? null : parseDuration(linger, "--linger"),
  };
}

function inputOf(values: ReadonlyMap<string, string>): ClientInput | null {
  const given = ["message", "input", "send-bytes"].filter((name) => values.has(name));
  if (given.length > 1) {
    throw new UsageError(`Cannot use --${given[0]} with --${given[1]}: only one of them can be sent`);
  }
  const message = values.get("message");
  if (message !== undefined) {
    return message === "-" ? { kind: "file", path: "-" } : { kind: "message", text: message };
  }
  const path = nameOf(values, "input");
  if (path !== null) return { kind: "file", path };
  const amount = values.get("send-bytes");
  return amount === undefined ? null : { kind: "pattern", octets: parseOctets(amount, "--send-bytes") };
}

function nameOf(values: ReadonlyMap<string, string>, option: string): string | null {
  const name = values.get(option);
  if (name === "") throw new UsageError(`Cannot use an empty name for --${option}: give a file`);
  return name ?? null;
}
