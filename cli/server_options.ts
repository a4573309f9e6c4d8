/**
 * The test server's command line.
 *
 * @module
 */

import { CLIENT_GROUPS } from "./client_options.ts";
import { SHELLS } from "./completions.ts";
import { ExitCode } from "./exit_codes.ts";
import { ownText } from "./help.ts";
import type { ProgramText } from "./program_text.ts";
import {
  CAPTURE_OPTIONS,
  isObserved,
  type ObserveArguments,
  observeArguments,
  SHOWING_OPTIONS,
} from "./observe_arguments.ts";
import { type OptionGroup, type OptionSpec, parseOptions, quoted, UsageError } from "./options.ts";
import { parseChoice, parseOctets, parsePort, parseWhole } from "./option_values.ts";
import { COLOR_CHOICES, type ColorChoice } from "./output.ts";
import { DEFAULT_PORT } from "./target.ts";
import { VERSION } from "./version.ts";

/** What the server does with every connection. */
export type ServerMode =
  /** Shows what arrives. */
  | { readonly kind: "print" }
  /** Shows what arrives and sends it back. */
  | { readonly kind: "echo" }
  /** Reads as fast as it can and forgets. */
  | { readonly kind: "discard" }
  /** Sends `octets` octets, then FIN; octet i has the value i mod 251. */
  | { readonly kind: "source"; readonly octets: number }
  /** Shows what arrives and answers each piece of it, as it comes, with `text`. */
  | { readonly kind: "reply"; readonly text: string }
  /** Answers an HTTP request, whatever it asks for, with the file, then FIN. */
  | { readonly kind: "file"; readonly path: string };

/** What the command line asks for. */
export interface ServerOptions {
  readonly host: string;
  /** 0: the kernel chooses. */
  readonly port: number;
  readonly mode: ServerMode;
  /** Ends after this many connections; null: never. */
  readonly count: number | null;
  /** Whose TCP serves. */
  readonly stack: (typeof STACKS)[number];
  /** What is shown of our own TCP. */
  readonly observe: ObserveArguments;
  readonly quiet: boolean;
  readonly color: ColorChoice;
}

/** The same, or a text of the program's about itself. */
export type ServerRequest = ServerOptions | string;

const STACKS = ["kernel", "rawtcp"] as const;

/** Modes that show what arrives, so that it is of interest. */
export const SHOWING_MODES: readonly ServerMode["kind"][] = ["print", "echo", "reply"];

const MAX_COUNT = 1_000_000_000;

/** Options that the client has too, but for those of their needs that only it has. */
function shared(options: readonly OptionSpec[]): readonly OptionSpec[] {
  const known = new Set([...SHOWING_OPTIONS, ...CAPTURE_OPTIONS].map(({ name }) => name));
  return options.map((option) =>
    option.needs === undefined ? option : { ...option, needs: option.needs.filter((name) => known.has(name)) }
  );
}

/** All options, in the order of the help. */
export const SERVER_GROUPS: readonly OptionGroup[] = [
  {
    title: "Where it listens",
    options: [
      {
        name: "host",
        value: "ADDR",
        help: "listen on this address (default 127.0.0.1); :: and 0.0.0.0 for all",
      },
      { name: "port", value: "N", help: `listen on this port (default ${DEFAULT_PORT}); 0 for any free one` },
    ],
  },
  {
    title: "What it does",
    options: [
      {
        name: "mode",
        value: "MODE",
        choices: ["print", "echo", "discard", "source=", "file=", "reply="],
        help:
          "print: show what arrives (default); echo: show it and send it back; discard: read it as fast as " +
          "possible, show nothing; source=BYTES: send so many bytes, as in source=20MB, then close; " +
          "file=PATH: answer each HTTP request with that file, then close; reply=TEXT: show what arrives, and answer each " +
          "piece of it with TEXT",
      },
      { name: "count", value: "N", help: "end after N connections" },
      {
        name: "stack",
        value: "STACK",
        choices: STACKS,
        help:
          "whose TCP serves: the kernel's (default), or our own over raw sockets, which can be watched; it " +
          "needs CAP_NET_RAW and one address, not :: or 0.0.0.0",
      },
    ],
  },
  { title: "What is shown, of our own TCP", options: shared(SHOWING_OPTIONS) },
  { title: "Captures, of our own TCP", options: shared(CAPTURE_OPTIONS) },
  {
    title: "The program",
    options: [
      { name: "quiet", letter: "q", help: "print errors only" },
      { name: "color", value: "WHEN", choices: COLOR_CHOICES, help: "auto, always or never (default: auto)" },
      { name: "help", letter: "h", help: "show this help; -h shows the short one" },
      { name: "man", help: "print the manual page, for man -l -" },
      {
        name: "completions",
        value: "SHELL",
        choices: SHELLS,
        help: `print completions for ${SHELLS.join(", ")}`,
      },
      { name: "licenses", help: "print what is inside, and under which licence" },
      { name: "version", letter: "V", help: "show the version" },
    ],
  },
];

/** What there is to tell of the server. */
export const SERVER_TEXT: ProgramText = {
  name: "rawtcp-server",
  summary: "a server to try a TCP client against",
  operands: "",
  description:
    "A TCP server to try a TCP client against, on the kernel's sockets or on our own TCP. It shows every " +
    "connection, what arrived and how it ended. Ctrl-C ends it.",
  examples: [
    ["rawtcp-server", "show what arrives on port 8888"],
    ["rawtcp-server --host :: --mode echo", "on all addresses, and send it back"],
    ["rawtcp-server --mode reply=$'+PONG\\r\\n' --port 6379", "what redis-cli PING wants to hear"],
    ["rawtcp-server --mode source=1GB --quiet", "something to measure downloads with"],
    ["rawtcp-server --stack rawtcp --explain", "on our own TCP, each step told with its rule"],
  ],
  groups: SERVER_GROUPS,
  notes: [],
  environment: [
    ["RAWTCP_LIBC", "the C library, where it is not found by itself"],
    ["NO_COLOR, FORCE_COLOR, TERM", "no colour; colour though it is no terminal; dumb: none"],
  ],
  files: [],
  exitCodes: [
    [ExitCode.ok, "ended as asked: by Ctrl-C, or after --count connections"],
    [ExitCode.usage, "wrong usage"],
    [ExitCode.unknownHost, "unknown host"],
    [ExitCode.addressUnavailable, "the address or port is in use or not this host's"],
    [ExitCode.system, "another error of the system; also when the output could not be written"],
    [ExitCode.unsupported, "this system cannot do it: not Linux, or no such address family"],
    [
      ExitCode.missingRight,
      "not permitted: a port below 1024, raw sockets for --stack rawtcp, or deno without --allow-ffi",
    ],
  ],
  version: VERSION,
};

const SPECS = SERVER_GROUPS.flatMap(({ options }) => options);

/** Reads the command line. @throws UsageError naming what is wrong */
export function parseServerArguments(args: readonly string[]): ServerRequest {
  const otherProgram = { program: "rawtcp-client", options: CLIENT_GROUPS.flatMap(({ options }) => options) };
  const parsed = parseOptions(args, SPECS, otherProgram);
  const text = ownText(SERVER_TEXT, parsed);
  if (text !== null) return text;
  const { values, flags, operands } = parsed;
  const [operand] = operands;
  if (operand !== undefined) {
    throw new UsageError(
      `Unexpected ${quoted(operand)}: the address is given with --host, the port with --port`,
    );
  }
  const host = (values.get("host") ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
  if (host === "") {
    throw new UsageError("Cannot listen on an empty address: give one with --host, such as 127.0.0.1");
  }
  const count = values.get("count");
  const stack = parseChoice(values.get("stack") ?? "kernel", "--stack", STACKS);
  const mode = parseMode(values.get("mode") ?? "print");
  const observe = observeArguments(parsed, !SHOWING_MODES.includes(mode.kind));
  if (stack === "kernel" && isObserved(observe)) {
    throw new UsageError("The kernel's TCP shows no segments: give --stack rawtcp to watch our own");
  }
  return {
    host,
    port: parsePort(values.get("port") ?? String(DEFAULT_PORT), "--port", 0),
    mode,
    stack,
    observe,
    count: count === undefined ? null : parseWhole(count, "--count", 1, MAX_COUNT),
    quiet: flags.has("quiet"),
    color: parseChoice(values.get("color") ?? "auto", "--color", COLOR_CHOICES),
  };
}

function parseMode(text: string): ServerMode {
  const [kind, amount] = text.split("=", 2);
  if (kind === "source" && amount !== undefined && amount !== "") {
    return { kind, octets: parseOctets(amount, "--mode source") };
  }
  if (kind === "file" && amount !== undefined && amount !== "") {
    return { kind, path: text.slice("file=".length) };
  }
  if (kind === "reply" && amount !== undefined && amount !== "") {
    return { kind, text: text.slice("reply=".length) };
  }
  if (amount === undefined && (kind === "print" || kind === "echo" || kind === "discard")) return { kind };
  throw new UsageError(
    `Cannot use ${
      quoted(text)
    } as the mode: give print, echo, discard, source=BYTES, file=PATH or reply=TEXT`,
  );
}
