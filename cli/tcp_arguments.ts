/**
 * The options that turn knobs of the TCP, for every program that runs one.
 *
 * @module
 */

import {
  joinChanges,
  type PartialConfig,
  type ProfileName,
  PROFILES,
  seconds,
  toSeconds,
} from "../tcp/single.ts";
import { type OptionSpec, type ParsedOptions, quoted, UsageError } from "./options.ts";
import { parseChoice, parseDurationWithin, parseOctets, parseWhole } from "./option_values.ts";

/** What the command line says of the TCP. */
export interface TcpArguments {
  readonly profile: ProfileName;
  /** What differs from the profile. */
  readonly changes: PartialConfig;
}

const PROFILE_NAMES: readonly ProfileName[] = ["standard", "linux", "freebsd"];
const CONGESTION_CONTROLS = ["cubic", "reno"] as const;

/** Least MSS that a peer must be able to announce to us, and the largest that fits IPv4's length field (RFC 9293 3.7.1). */
const LEAST_MSS = 48;
const MOST_MSS = 65_495;

/** Largest window that the largest shift can tell (RFC 7323 2.3). */
const MOST_WINDOW = 65_535 << 14;

/** Largest window without a shift. */
const MOST_UNSCALED = 65_535;

/** As Linux takes them (TCP_KEEPIDLE), seconds; and a probe each millisecond at most. */
const LEAST_KEEP_ALIVE = 0.001;
const MOST_KEEP_ALIVE = 32_767;

/** Seconds: what a timer can tell apart. */
const LEAST_RTO = 0.001;

const MOST_INITIAL_WINDOW = 1_000;
const MOST_TTL = 255;
const MOST_DSCP = 63;

/** The options, for the parser and the help. */
export const TCP_OPTIONS: readonly OptionSpec[] = [
  {
    name: "profile",
    value: "NAME",
    choices: PROFILE_NAMES,
    help: "behave as the RFCs say (standard, the default), or as that system does: linux or freebsd",
  },
  {
    name: "cc",
    value: "NAME",
    choices: CONGESTION_CONTROLS,
    help: "congestion control: cubic (default) or reno",
  },
  {
    name: "initial-window",
    value: "N",
    help: "segments that may leave before the first ACK (default: 10, RFC 6928)",
  },
  { name: "mss", value: "N", help: "announce this MSS: the longest segment that the peer may send" },
  { name: "window", value: "N", help: "offer a receive window of N bytes, which does not grow" },
  { name: "no-window-scaling", help: "do not offer window scaling: windows end at 65,535 bytes" },
  { name: "no-sack", help: "do not offer selective acknowledgements" },
  { name: "no-timestamps", help: "do not offer timestamps" },
  { name: "ecn", help: "ask for explicit congestion notification (RFC 3168)" },
  { name: "no-nagle", help: "send small segments at once" },
  { name: "keepalive", value: "TIME", help: "probe the peer each time it has been silent for this long" },
  {
    name: "rto-min",
    value: "TIME",
    help: "shortest retransmission timeout (default: 1s; for bulk data 200ms)",
  },
  { name: "ttl", value: "N", help: "TTL or hop limit of our packets (default: 64)" },
  {
    name: "dscp",
    value: "N",
    help: "DiffServ code point of our packets: 0 to 63, or a name such as ef, cs1, af41",
  },
];

/** Takes the options of {@link TCP_OPTIONS} out of a command line that has been read. @throws UsageError */
export function tcpArguments({ values, flags }: ParsedOptions): TcpArguments {
  const profile = parseChoice(values.get("profile") ?? "standard", "--profile", PROFILE_NAMES);
  const given = (
    name: string,
    read: (text: string, what: string) => PartialConfig,
  ): PartialConfig | undefined => {
    const text = values.get(name);
    return text === undefined ? undefined : read(text, `--${name}`);
  };
  const flag = (name: string, changes: PartialConfig): PartialConfig | undefined =>
    flags.has(name) ? changes : undefined;
  const changes = joinChanges(
    given("cc", (text, what) => ({
      congestion: { congestionControl: parseChoice(text, what, CONGESTION_CONTROLS) },
    })),
    given("initial-window", (text, what) => ({
      congestion: { initialWindow: parseWhole(text, what, 1, MOST_INITIAL_WINDOW) },
    })),
    given("mss", (text, what) => ({ handshake: { mss: parseOctets(text, what, LEAST_MSS, MOST_MSS) } })),
    given("window", (text, what) => {
      const octets = parseOctets(text, what, 1, MOST_WINDOW);
      return { buffers: { receiveBuffer: octets, receiveBufferMax: octets } };
    }),
    flag("no-window-scaling", { handshake: { windowScaling: false } }),
    flag("no-sack", { handshake: { selectiveAck: false } }),
    flag("no-timestamps", { handshake: { timestamps: false } }),
    flag("ecn", { congestion: { ecn: "request" } }),
    flag("no-nagle", { sending: { nagle: false } }),
    given("keepalive", (text, what) => {
      const idle = seconds(parseDurationWithin(text, what, LEAST_KEEP_ALIVE, MOST_KEEP_ALIVE));
      return { closing: { keepAlive: true, keepAliveIdle: idle, keepAliveInterval: idle } };
    }),
    given("rto-min", (text, what) => {
      const most = toSeconds(PROFILES[profile].retransmission.maxRto);
      return { retransmission: { minRto: seconds(parseDurationWithin(text, what, LEAST_RTO, most)) } };
    }),
    given("ttl", (text, what) => ({ sending: { hopLimit: parseWhole(text, what, 1, MOST_TTL) } })),
    given("dscp", (text, what) => ({ sending: { dscp: parseDscp(text, what) } })),
  );
  refuseWiderThanField(changes);
  return { profile, changes };
}

/** @throws UsageError when a part of the window would be ignored (RFC 9293 3.1: the field has 16 bits) */
function refuseWiderThanField({ buffers, handshake }: PartialConfig): void {
  const window = buffers?.receiveBuffer ?? 0;
  if (handshake?.windowScaling !== false || window <= MOST_UNSCALED) return;
  throw new UsageError(
    `Cannot use --window ${window} with --no-window-scaling: windows end at ${MOST_UNSCALED} bytes then`,
  );
}

/** A number, or a name of RFC 2474 (CS), RFC 2597 (AF), RFC 3246 (EF) or RFC 5865 (VA). @throws UsageError */
function parseDscp(text: string, what: string): number {
  const [, kind = "", digits = ""] = /^(cs|af|ef|va|le)(\d{0,2})$/.exec(text.toLowerCase()) ?? [];
  const [first = NaN, second = NaN] = [...digits].map(Number);
  if (digits === "" && kind === "ef") return 46;
  if (digits === "" && kind === "va") return 44;
  if (digits === "" && kind === "le") return 1; // RFC 8622
  if (kind === "cs" && digits.length === 1 && first <= 7) return first * 8;
  if (kind === "af" && first >= 1 && first <= 4 && second >= 1 && second <= 3) return first * 8 + second * 2;
  if (/^\d+$/.test(text) && Number(text) <= MOST_DSCP) return Number(text);
  throw new UsageError(
    `Cannot use ${quoted(text)} as ${what}: give 0 to 63, or ef, va, le, cs0 to cs7, af11 to af43`,
  );
}
