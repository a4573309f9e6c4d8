/**
 * The command line of rawtcp-client.
 *
 * @module
 */

import { asksAboutProgram } from "./about_options.ts";
import { CLIENT_GROUPS, DEFAULT_CLOSE_TIMEOUT } from "./client_options.ts";
import { type TransferArguments, transferArguments } from "./client_transfer_arguments.ts";
import { parseOptions } from "./command_line.ts";
import type { Fault } from "../lab/mod.ts";
import { isAddressText } from "../tcp/single.ts";
import { type ObserveArguments, observeArguments, SHOWING_OPTIONS } from "./observe_arguments.ts";
import { type ParsedOptions, quoted, UsageError } from "./options.ts";
import {
  LINK_CHOICES,
  type LinkChoice,
  parseChoice,
  parseDuration,
  parsePort,
  parseWhole,
} from "./option_values.ts";
import { COLOR_CHOICES, type ColorChoice } from "./output.ts";
import { READ_OPTIONS, type ReadArguments, readArguments } from "./read_arguments.ts";
import type { OtherProgram } from "./unknown_option.ts";
import { parseTarget, type Way } from "./target.ts";
import { type TcpArguments, tcpArguments } from "./tcp_arguments.ts";

/** Connections to make, and how many of them at once. */
export interface ManyArguments {
  readonly connections: number;
  readonly parallel: number;
}

/** What a run of the client is to do. */
export interface ClientArguments extends Way {
  readonly transfer: TransferArguments;
  readonly tcp: TcpArguments;
  /** Null: what fits to what is transferred and shown. */
  readonly link: LinkChoice | null;
  /** Initial sequence number, 0 to 2^32 - 1; null: by RFC 6528. */
  readonly isn: number | null;
  /** Seconds that the handshake may take; null: as RFC 9293 3.8.3 has it, three minutes. */
  readonly connectTimeout: number | null;
  /** Seconds without progress until a transfer is given up; null: only a peer that is silent for a minute is. */
  readonly timeout: number | null;
  /** Seconds of silence after our FIN before the peer is given up. */
  readonly closeTimeout: number;
  /** Seconds to stay in TIME-WAIT. */
  readonly timeWait: number;
  /** Null: one connection, each step of which is shown. */
  readonly many: ManyArguments | null;
  /** What goes wrong on purpose; none: nothing does. */
  readonly faults: readonly Fault[];
  /** Of faults by chance. */
  readonly seed: number;
  readonly quiet: boolean;
  readonly color: ColorChoice;
  readonly observe: ObserveArguments;
}

/** What the command line asks for. */
export type ClientCommand =
  | { readonly kind: "run"; readonly arguments: ClientArguments }
  | {
    readonly kind: "read";
    readonly read: ReadArguments;
    readonly color: ColorChoice;
    readonly observe: ObserveArguments;
  }
  /** This host is looked at, and nobody connected to. */
  | {
    readonly kind: "doctor";
    readonly way: Way;
    readonly isJson: boolean;
    readonly quiet: boolean;
    readonly color: ColorChoice;
  }
  /** Scripts are run, and these arguments are for them. */
  | { readonly kind: "script"; readonly arguments: readonly string[] }
  /** The words and the notation of what is shown. */
  | { readonly kind: "glossary" }
  /** A text of the program's about itself. */
  | { readonly kind: "text"; readonly text: string };

const MAX_ISN = 2 ** 32 - 1;
const DEFAULT_SEED = 1;
const MOST_CONNECTIONS = 1_000_000;
/** As many as have a thread to wait on, more or less. */
const MOST_PARALLEL = 200;

const OPTIONS = CLIENT_GROUPS.flatMap(({ options }) => options);

/** What `--read` takes besides what shows. */
const FOR_READING: ReadonlySet<string> = new Set([
  ...READ_OPTIONS.map(({ name }) => name),
  "pcap",
  "snaplen",
  "force",
  "color",
]);

/** What `--doctor` takes: what decides about the way of a connection, and how to tell. */
const FOR_DOCTOR: ReadonlySet<string> = new Set([
  "doctor",
  "ipv4",
  "ipv6",
  "source",
  "source-port",
  "interface",
  "mark",
  "dscp",
  "json",
  "quiet",
  "color",
]);

/** Makes all other arguments those of scripts. */
const SCRIPT_OPTION = "--script";

/** Reads the client's command line (without the program's name). @throws UsageError */
export async function parseClientArguments(args: readonly string[]): Promise<ClientCommand> {
  const script = args.indexOf(SCRIPT_OPTION);
  if (script >= 0) return { kind: "script", arguments: args.toSpliced(script, 1) };
  const parsed = await parseOptions(args, OPTIONS, theServer);
  const { values } = parsed;
  if (asksAboutProgram(parsed)) return { kind: "text", text: await textAsked(parsed) };
  if (values.get("explain") === "glossary") return { kind: "glossary" };
  if (parsed.flags.has("doctor")) return doctorCommand(parsed);
  const transfer = transferArguments(parsed);
  const observe = observeArguments(parsed, isBulk(transfer));
  const color = parseChoice(values.get("color") ?? "auto", "--color", COLOR_CHOICES);
  const read = await readArguments(parsed);
  if (read === null) return { kind: "run", arguments: await runArguments(parsed, transfer, observe, color) };
  refuseWithRead(parsed);
  return { kind: "read", read, color, observe };
}

/** Whose options may be mistaken for ours. */
async function theServer(): Promise<OtherProgram> {
  const { SERVER_GROUPS } = await import("./server_options.ts");
  return { program: "rawtcp-server", options: SERVER_GROUPS.flatMap(({ options }) => options) };
}

/** @throws UsageError */
async function textAsked(parsed: ParsedOptions): Promise<string> {
  const { ownText } = await import("./help.ts");
  const { CLIENT_TEXT } = await import("./client_text.ts");
  return ownText(CLIENT_TEXT, parsed);
}

/** Where a connection begins and ends, as far as the command line says. @throws UsageError */
function wayOf(parsed: ParsedOptions, { changes }: TcpArguments): Way {
  const { values, flags, operands } = parsed;
  if (flags.has("ipv4") && flags.has("ipv6")) {
    throw new UsageError("Cannot use -4 with -6: leave out both to have both families tried");
  }
  const sourcePort = values.get("source-port");
  const mark = values.get("mark");
  return {
    target: parseTarget(operands),
    family: flags.has("ipv4") ? 4 : flags.has("ipv6") ? 6 : null,
    source: sourceOf(values.get("source")),
    sourcePort: sourcePort === undefined ? 0 : parsePort(sourcePort, "--source-port", 0),
    interfaceName: interfaceOf(values.get("interface")),
    mark: mark === undefined ? 0 : parseMark(mark, "--mark"),
    dscp: changes.sending?.dscp ?? 0,
  };
}

/** @throws UsageError for what is no address */
function sourceOf(text: string | undefined): string | null {
  if (text === undefined || isAddressText(text)) return text ?? null;
  throw new UsageError(
    `Cannot use ${quoted(text)} as --source: give an address of this host, like 192.0.2.1 or 2001:db8::1`,
  );
}

/** @throws UsageError for what no interface is called */
function interfaceOf(name: string | undefined): string | null {
  if (name === undefined || /^[^\s/]+$/.test(name)) return name ?? null;
  throw new UsageError(`Cannot use ${quoted(name)} as --interface: give the name of one of this host's`);
}

/** @throws UsageError */
function doctorCommand(parsed: ParsedOptions): ClientCommand {
  const { values, flags } = parsed;
  const other = [...values.keys(), ...flags].find((name) => !FOR_DOCTOR.has(name));
  if (other !== undefined) {
    throw new UsageError(`Cannot use --${other} with --doctor, which connects to nobody`);
  }
  if (flags.has("json") && flags.has("quiet")) {
    throw new UsageError("Option --json would be ignored: --quiet suppresses what it shows");
  }
  return {
    kind: "doctor",
    way: wayOf(parsed, tcpArguments(parsed)),
    isJson: flags.has("json"),
    quiet: flags.has("quiet"),
    color: parseChoice(values.get("color") ?? "auto", "--color", COLOR_CHOICES),
  };
}

async function runArguments(
  parsed: ParsedOptions,
  transfer: TransferArguments,
  observe: ObserveArguments,
  color: ColorChoice,
): Promise<ClientArguments> {
  const { values, flags } = parsed;
  refuseWithPacketSocket(values);
  const given = <T>(name: string, read: (text: string, what: string) => T): T | null => {
    const text = values.get(name);
    return text === undefined ? null : read(text, `--${name}`);
  };
  const tcp = tcpArguments(parsed);
  const timeout = given("timeout", parseDuration);
  return {
    ...wayOf(parsed, tcp),
    transfer,
    tcp,
    link: given("link", (text, what) => parseChoice(text, what, LINK_CHOICES)),
    isn: given("isn", (text, what) => parseWhole(text, what, 0, MAX_ISN)),
    connectTimeout: given("connect-timeout", parseDuration),
    timeout,
    closeTimeout: given("close-timeout", parseDuration) ??
      Math.min(DEFAULT_CLOSE_TIMEOUT, timeout ?? DEFAULT_CLOSE_TIMEOUT),
    timeWait: given("time-wait", (text, what) => parseDuration(text, what, true)) ?? 0,
    many: manyOf(parsed, transfer),
    faults: await faultsOf(values),
    seed: given("seed", (text, what) => parseWhole(text, what, 0, MAX_ISN)) ?? DEFAULT_SEED,
    quiet: flags.has("quiet"),
    color,
    observe,
  };
}

/** A mark as ip(8) writes it: decimal, or hexadecimal behind 0x. @throws UsageError */
function parseMark(text: string, what: string): number {
  const isHex = /^0x[0-9a-f]{1,8}$/i.test(text);
  return parseWhole(isHex ? String(Number(text)) : text, what, 1, MAX_ISN);
}

/** @throws UsageError when the packet socket is asked for together with what holds only for the raw socket */
function refuseWithPacketSocket(values: ReadonlyMap<string, string>): void {
  if (values.get("link") !== "packet") return;
  const other = ["fault", "interface", "mark"].find((name) => values.has(name));
  if (other === undefined) return;
  throw new UsageError(`Cannot use --${other} with --link packet: it works with the raw socket only`);
}

/** @throws UsageError for what cannot be divided among many connections */
function manyOf({ values }: ParsedOptions, { input, output }: TransferArguments): ManyArguments | null {
  const connections = values.get("connections");
  if (connections === undefined) return null;
  const single = ["output", "hash", "isn", "source-port"].find((name) => values.has(name));
  if (single !== undefined || input?.kind === "file" || output !== null) {
    throw new UsageError(
      `Cannot use --${single ?? "input"} with --connections: it is for a single connection`,
    );
  }
  return {
    connections: parseWhole(connections, "--connections", 1, MOST_CONNECTIONS),
    parallel: parseWhole(values.get("parallel") ?? "1", "--parallel", 1, MOST_PARALLEL),
  };
}

async function faultsOf(values: ReadonlyMap<string, string>): Promise<readonly Fault[]> {
  const text = values.get("fault");
  if (text === undefined) return [];
  const { faultArguments } = await import("./fault_arguments.ts");
  return faultArguments(text, values.has("seed"));
}

/** @throws UsageError when an option would be ignored */
function refuseWithRead({ values, flags }: ParsedOptions): void {
  const fitting = new Set(SHOWING_OPTIONS.map(({ name }) => name));
  for (const name of [...values.keys(), ...flags]) {
    if (!fitting.has(name) && !FOR_READING.has(name)) {
      throw new UsageError(`Cannot use --${name} with --read: it applies only to connections of our own`);
    }
  }
}

/** Whether amounts are what it is about, as far as the command line says. */
function isBulk({ input, receives, output }: TransferArguments): boolean {
  return input?.kind === "pattern" || input?.kind === "file" || receives || output !== null;
}
