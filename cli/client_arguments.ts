/**
 * The command line of rawtcp-client.
 *
 * @module
 */

import { exitCodeTable } from "./exit_codes.ts";
import { OBSERVE_OPTIONS, type ObserveArguments, observeArguments } from "./observe_arguments.ts";
import {
  type OptionSpec,
  optionTable,
  parseChoice,
  parseOptions,
  parsePort,
  parseSeconds,
  parseWhole,
  quoted,
  UsageError,
} from "./options.ts";
import { TRANSFER_OPTIONS, type TransferArguments, transferArguments } from "./client_transfer_arguments.ts";
import { COLOR_CHOICES, type ColorChoice } from "./output.ts";

/** How packets travel: all by raw socket, text by packet socket, or so once much of it flows. */
export type LinkChoice = (typeof LINK_CHOICES)[number];

const LINK_CHOICES = ["auto", "raw", "packet"] as const;

/** What a run of the client is to do. */
export interface ClientArguments {
  /** Name or address of the peer. */
  readonly host: string;
  readonly port: number;
  readonly transfer: TransferArguments;
  /** Null: what fits to what is transferred and shown. */
  readonly link: LinkChoice | null;
  /** 0: one that the kernel picks. */
  readonly sourcePort: number;
  /** Address to send from, as text; null: the kernel's choice. */
  readonly source: string | null;
  /** Initial sequence number, 0 to 2^32 - 1; null: by RFC 6528. */
  readonly isn: number | null;
  /** Seconds that the handshake may take; null: as RFC 9293 3.8.3 has it, three minutes. */
  readonly connectTimeout: number | null;
  /** Seconds of silence after our FIN before the peer is given up. */
  readonly closeTimeout: number;
  /** Seconds to stay in TIME-WAIT. */
  readonly timeWait: number;
  readonly quiet: boolean;
  readonly color: ColorChoice;
  readonly observe: ObserveArguments;
}

/** What the command line asks for. */
export type ClientCommand =
  | { readonly kind: "run"; readonly arguments: ClientArguments }
  | {
    readonly kind: "read";
    readonly file: string;
    readonly color: ColorChoice;
    readonly observe: ObserveArguments;
  }
  | { readonly kind: "help" }
  | { readonly kind: "version" };

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8_888;
/** As long as kernels keep FIN-WAIT-2, seconds (Linux: tcp_fin_timeout). */
const DEFAULT_CLOSE_TIMEOUT = 60;
const MAX_ISN = 2 ** 32 - 1;

const OPTIONS: readonly OptionSpec[] = [
  ...TRANSFER_OPTIONS,
  {
    name: "link",
    value: "WAY",
    help: "raw, packet or auto: how bulk data leaves\n(default: auto, see below)",
  },
  { name: "source-port", value: "N", help: "send from port N (default: the kernel picks one)" },
  { name: "source", value: "ADDR", help: "send from this address of this host (default: by route)" },
  {
    name: "isn",
    value: "N",
    help: "initial sequence number, to follow a lecture's figures\n(default: RFC 6528)",
  },
  { name: "connect-timeout", value: "SECONDS", help: "give up the handshake after this time (default: 180)" },
  {
    name: "close-timeout",
    value: "SECONDS",
    help: `after our FIN, give up once the peer is silent for this\ntime (default: ${DEFAULT_CLOSE_TIMEOUT})`,
  },
  {
    name: "time-wait",
    value: "SECONDS",
    help: "stay in TIME-WAIT for this time before exiting\n(default: 0, see below)",
  },
  { name: "quiet", letter: "q", help: "print nothing unless it fails" },
  ...OBSERVE_OPTIONS,
  {
    name: "read",
    value: "FILE",
    help:
      "show a capture (pcapng or pcap, gzip too) in these ways\ninstead of connecting; - for standard input; no right is\nneeded",
  },
  { name: "color", value: "WHEN", help: "auto, always or never (default: auto)" },
  { name: "help", letter: "h", help: "show this help" },
  { name: "version", letter: "V", help: "show the version" },
];

/** Reads the client's command line (without the program's name). @throws UsageError */
export function parseClientArguments(args: readonly string[]): ClientCommand {
  const parsed = parseOptions(args, OPTIONS);
  const { values, flags, operands } = parsed;
  if (flags.has("help")) return { kind: "help" };
  if (flags.has("version")) return { kind: "version" };
  const given = <T>(name: string, read: (text: string) => T, otherwise: T): T => {
    const text = values.get(name);
    return text === undefined ? otherwise : read(text);
  };
  const transfer = transferArguments(parsed);
  const observe = observeArguments(parsed, isBulk(transfer));
  claimStandardOutput(transfer, observe);
  const color = given("color", (text) => parseChoice(text, "--color", COLOR_CHOICES), "auto");
  const file = values.get("read");
  if (file !== undefined) return { kind: "read", file, color, observe };
  const [host = DEFAULT_HOST, port, ...more] = operands;
  if (more.length > 0) {
    throw new UsageError(`Too many operands: ${quoted(more[0] ?? "")} after HOST and PORT`);
  }
  return {
    kind: "run",
    arguments: {
      host: validHost(host),
      port: port === undefined ? DEFAULT_PORT : parsePort(port, "PORT", 1),
      transfer,
      link: given<LinkChoice | null>("link", (text) => parseChoice(text, "--link", LINK_CHOICES), null),
      sourcePort: given("source-port", (text) => parsePort(text, "--source-port", 0), 0),
      source: values.get("source") ?? null,
      isn: given<number | null>("isn", (text) => parseWhole(text, "--isn", 0, MAX_ISN), null),
      connectTimeout: given<number | null>(
        "connect-timeout",
        (text) => parseSeconds(text, "--connect-timeout"),
        null,
      ),
      closeTimeout: given(
        "close-timeout",
        (text) => parseSeconds(text, "--close-timeout"),
        DEFAULT_CLOSE_TIMEOUT,
      ),
      timeWait: given("time-wait", (text) => parseSeconds(text, "--time-wait", true), 0),
      quiet: flags.has("quiet"),
      color,
      observe,
    },
  };
}

/** Whether amounts are what it is about, as far as the command line says. */
function isBulk({ input, receives, output }: TransferArguments): boolean {
  return input?.kind === "pattern" || input?.kind === "file" || receives || output !== null;
}

/** @throws UsageError when two kinds of output want it for themselves */
function claimStandardOutput({ output }: TransferArguments, { json, pcap }: ObserveArguments): void {
  const claims = [
    ...json ? ["--json"] : [],
    ...pcap === "-" ? ["--pcap -"] : [],
    ...output === "-" ? ["--output -"] : [],
  ];
  if (claims.length < 2) return;
  throw new UsageError(
    `Cannot use ${claims[0]} with ${claims[1]}: both write to standard output; give one of them a file`,
  );
}

function validHost(host: string): string {
  if (host === "") throw new UsageError("Cannot use an empty HOST: give a name or an address");
  const joined = /^(?<name>[^:]+):(?<port>\d+)$/.exec(host)?.groups;
  if (joined === undefined) return host;
  throw new UsageError(
    `Cannot use ${quoted(host)} as HOST: write host and port apart, as in ${joined["name"]} ${
      joined["port"]
    }`,
  );
}

/** What the help says of transfers. */
const BULK_HELP =
  `It sends the usual message, TEXT, a file, or standard input to its end, and waits until all of that is acknowledged;
then it sends its FIN, and reads on until the peer's has come. What the peer sends is shown, or goes to --output; where
a reader of that stops, the window closes. For all but messages the last line tells, for each way, MB/s (10^6 bytes)
from the start of the transfer to the last byte, and for the connection its segments, retransmissions and the CPU time
of this process per GB (10^9 bytes, both ways together). Try it against rawtcp-server --mode discard, source=N or echo.

--link raw sends every packet by raw socket. --link packet sends data by packet socket, up to 64 KiB at a time, which
the kernel or the network card cuts into segments: several times faster, over Ethernet and loopback; and it receives
what arrives one packet at a time through a ring that the kernel fills. auto does so once much flows (some 256 KiB),
and goes back to the raw socket for good where nothing gets across. -v says which way is taken. A capture then has the
long segments, as one of the kernel's own TCP has, and --snaplen 65575 all their bytes; with --link raw it has those on
the wire. Where segments are told one by one (--trace, --explain, --json, --ladder, --report) the default is raw.`;

/** The text of `--help`. */
export function clientHelp(): string {
  return `Usage: rawtcp-client [OPTION]... [HOST] [PORT]

Connects to HOST (default ${DEFAULT_HOST}) at PORT (default ${DEFAULT_PORT}) with a TCP of its own over raw sockets,
delivers a message, waits until all of it is acknowledged, and closes in order.

${optionTable(OPTIONS)}

Options may stand before or after the operands; -- ends them. Narration goes to standard output, troubles
(repeated segments included) to standard error. What the peer sends is shown with control characters escaped.

${BULK_HELP}

It needs Linux and the right CAP_NET_RAW: run it as root, or give the compiled program the right with
  sudo setcap cap_net_raw+ep ./rawtcp-client
or try it in a network of your own: deno task demo. It never touches the firewall: while it runs, a listening
socket that drops everything keeps the kernel from answering for its port, and that ends with the process.

After the last ACK the program exits at once. Should that ACK get lost, the peer's repeated FIN finds nobody, and
the kernel answers it with RST: the peer has everything by then, but may note a reset. --time-wait SECONDS
keeps the connection in TIME-WAIT for that long, to acknowledge such a FIN (60 is the usual time).

Ctrl-C closes an established connection with FIN and waits up to 5 seconds for the peer; one that is not
established is aborted with RST. A second Ctrl-C ends the program at once, and so the peer may see a RST. SIGTERM
does the same.

Exit codes:
${
    exitCodeTable([
      "ok",
      "internal",
      "usage",
      "refused",
      "timedOut",
      "unreachable",
      "reset",
      "unknownHost",
      "addressUnavailable",
      "system",
      "peerDidNotClose",
      "unsupported",
      "missingRight",
      "interrupted",
      "terminated",
    ])
  }
`;
}
