/**
 * The test server's command line.
 *
 * @module
 */

import { asksAboutProgram } from "./about_options.ts";
import { parseOptions } from "./command_line.ts";
import { GLOSSARY_WIDTH, isObserved, type ObserveArguments, observeArguments } from "./observe_arguments.ts";
import { type ParsedOptions, quoted, UsageError } from "./options.ts";
import {
  LINK_CHOICES,
  type LinkChoice,
  parseChoice,
  parseOctets,
  parsePort,
  parseWhole,
} from "./option_values.ts";
import { COLOR_CHOICES, type ColorChoice } from "./output.ts";
import { SERVER_GROUPS, STACKS } from "./server_options.ts";
import { DEFAULT_PORT } from "./target.ts";
import type { OtherProgram } from "./unknown_option.ts";

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
  /** How its packets leave, of our own TCP; null: by what fits to what is shown. */
  readonly link: LinkChoice | null;
  /** What is shown of our own TCP. */
  readonly observe: ObserveArguments;
  readonly quiet: boolean;
  readonly color: ColorChoice;
}

/** The same, or a text of the program's about itself. */
export type ServerRequest = ServerOptions | string;

/** Modes that show what arrives, so that it is of interest. */
export const SHOWING_MODES: readonly ServerMode["kind"][] = ["print", "echo", "reply"];

const MAX_COUNT = 1_000_000_000;

const SPECS = SERVER_GROUPS.flatMap(({ options }) => options);

/** Reads the command line. @throws UsageError naming what is wrong */
export async function parseServerArguments(args: readonly string[]): Promise<ServerRequest> {
  const parsed = await parseOptions(args, SPECS, theClient);
  if (asksAboutProgram(parsed)) return await textAsked(parsed);
  const { values, flags, operands } = parsed;
  if (values.get("explain") === "glossary") return await glossary();
  const [operand] = operands;
  if (operand !== undefined) {
    throw new UsageError(
      `Cannot use ${quoted(operand)}: give the address with --host, the port with --port`,
    );
  }
  const host = (values.get("host") ?? "127.0.0.1").replace(/^\[(.*)\]$/, "$1");
  const [, , port] = /^(\[[^\]]*\]|[^:[\]]*):(\d+)$/.exec(values.get("host") ?? "") ?? [];
  if (port !== undefined) {
    throw new UsageError(
      `Cannot use ${quoted(values.get("host") ?? "")} as --host: give the port with --port`,
    );
  }
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
  const link = values.get("link");
  if (stack === "kernel" && link !== undefined) {
    throw new UsageError("Cannot use --link with the kernel's TCP: give --stack rawtcp for our own");
  }
  return {
    host,
    port: parsePort(values.get("port") ?? String(DEFAULT_PORT), "--port", 0),
    mode,
    stack,
    link: link === undefined ? null : parseChoice(link, "--link", LINK_CHOICES),
    observe,
    count: count === undefined ? null : parseWhole(count, "--count", 1, MAX_COUNT),
    quiet: flags.has("quiet"),
    color: parseChoice(values.get("color") ?? "auto", "--color", COLOR_CHOICES),
  };
}

/** Whose options may be mistaken for ours. */
async function theClient(): Promise<OtherProgram> {
  const { CLIENT_GROUPS } = await import("./client_options.ts");
  return { program: "rawtcp-client", options: CLIENT_GROUPS.flatMap(({ options }) => options) };
}

/** @throws UsageError */
async function textAsked(parsed: ParsedOptions): Promise<string> {
  const { ownText } = await import("./help.ts");
  const { SERVER_TEXT } = await import("./server_text.ts");
  return ownText(SERVER_TEXT, parsed);
}

/** The words and the notation of what is shown. */
async function glossary(): Promise<string> {
  const { glossaryLines } = await import("../trace/mod.ts");
  return glossaryLines(GLOSSARY_WIDTH).join("\n");
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
