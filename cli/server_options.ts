/**
 * The test server's command line.
 *
 * @module
 */

import { ExitCode } from "./exit_codes.ts";
import {
  type OptionSpec,
  optionTable,
  parseChoice,
  parseOptions,
  parsePort,
  parseWhole,
  quoted,
  UsageError,
} from "./options.ts";
import { COLOR_CHOICES, type ColorChoice } from "./output.ts";

/** What the server does with every connection. */
export type ServerMode =
  /** Shows what arrives. */
  | { readonly kind: "print" }
  /** Shows what arrives and sends it back. */
  | { readonly kind: "echo" }
  /** Reads as fast as it can and forgets. */
  | { readonly kind: "discard" }
  /** Sends `octets` octets, then FIN; octet i has the value i mod 251. */
  | { readonly kind: "source"; readonly octets: number };

/** What the command line asks for. */
export interface ServerOptions {
  readonly host: string;
  /** 0: the kernel chooses. */
  readonly port: number;
  readonly mode: ServerMode;
  /** Ends after this many connections; null: never. */
  readonly count: number | null;
  readonly quiet: boolean;
  readonly color: ColorChoice;
}

/** The same, or a request for text only. */
export type ServerRequest = ServerOptions | "help" | "version";

const MAX_COUNT = 1_000_000_000;

const SPECS: readonly OptionSpec[] = [
  { name: "host", value: "ADDR", help: "listen on this address (default 127.0.0.1); :: and 0.0.0.0 for all" },
  { name: "port", value: "N", help: "listen on this port (default 8888); 0 for any free one" },
  {
    name: "mode",
    value: "MODE",
    help: "print         show what arrives (default)\n" +
      "echo          show it and send it back\n" +
      "discard       read it as fast as possible, show nothing\n" +
      "source=BYTES  send BYTES octets, then close",
  },
  { name: "count", value: "N", help: "end after N connections" },
  { name: "quiet", letter: "q", help: "print errors only" },
  { name: "color", value: "WHEN", help: "auto (default), always or never" },
  { name: "help", letter: "h", help: "print this help" },
  { name: "version", letter: "V", help: "print the version" },
];

const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [ExitCode.ok, "ended as asked: by Ctrl-C, or after --count connections"],
  [ExitCode.usage, "wrong usage"],
  [ExitCode.unknownHost, "unknown host"],
  [ExitCode.addressUnavailable, "the address or port is in use or not this host's"],
  [ExitCode.system, "another error of the system"],
  [ExitCode.unsupported, "this system cannot do it: not Linux, or no such address family"],
  [ExitCode.missingRight, "a right is missing: a port below 1024, or deno without --allow-ffi"],
];

/** The text of `--help`. */
export function serverHelp(): string {
  return `Usage: rawtcp-server [options]

An ordinary TCP server on the kernel's sockets, to try a TCP client against. It shows every connection, what arrived
and how it ended. Ctrl-C ends it.

Options:
${optionTable(SPECS)}

Exit codes:
${EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n")}
`;
}

/** Reads the command line. @throws UsageError naming what is wrong */
export function parseServerArguments(args: readonly string[]): ServerRequest {
  const { values, flags, operands } = parseOptions(args, SPECS);
  if (flags.has("help")) return "help";
  if (flags.has("version")) return "version";
  const [operand] = operands;
  if (operand !== undefined) {
    throw new UsageError(
      `Unexpected ${quoted(operand)}: the address is given with --host, the port with --port`,
    );
  }
  const host = values.get("host") ?? "127.0.0.1";
  if (host === "") {
    throw new UsageError("Cannot listen on an empty address: give one with --host, such as 127.0.0.1");
  }
  const count = values.get("count");
  return {
    host,
    port: parsePort(values.get("port") ?? "8888", "--port", 0),
    mode: parseMode(values.get("mode") ?? "print"),
    count: count === undefined ? null : parseWhole(count, "--count", 1, MAX_COUNT),
    quiet: flags.has("quiet"),
    color: parseChoice(values.get("color") ?? "auto", "--color", COLOR_CHOICES),
  };
}

function parseMode(text: string): ServerMode {
  const [kind, amount] = text.split("=", 2);
  if (kind === "source" && amount !== undefined) {
    return { kind, octets: parseWhole(amount, "--mode source", 0, Number.MAX_SAFE_INTEGER) };
  }
  if (amount === undefined && (kind === "print" || kind === "echo" || kind === "discard")) return { kind };
  throw new UsageError(`Cannot use ${quoted(text)} as the mode: give print, echo, discard or source=BYTES`);
}
