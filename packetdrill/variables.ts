/**
 * Kernel variables that scripts set, Linux's and FreeBSD's, as fields of `TcpConfig`.
 *
 * @module
 */

import { micros, milliseconds, type PartialConfig, seconds, type TcpConfig } from "../tcp/mod.ts";
import { type Place, ScriptError, unknownWord, UnsupportedError } from "./errors.ts";
import { CONGESTION_CONTROLS } from "./vocabulary.ts";
import { HARMLESS_VARIABLES, isHarmlessVariable } from "./harmless_variables.ts";

/** Linux shows half of a socket's buffer as window: the other half is for the buffers' own records. */
const LINUX_BUFFER_SHARE = 2;
/** Timeouts of the least RTO that Linux waits for, with its default of retries, before it doubts the path MTU. */
const LINUX_TIMEOUTS_UNTIL_PROBING = 5;
/** Octets of headers beside the payload of tcp_base_mss: IPv4, TCP and timestamps. */
const LINUX_HEADERS = 52;

/** What Linux has for it by default. */
const TIME_WAIT_TAKEOVER = seconds(1);

const MAX_SHIFT = 14;
const MAX_UNSCALED = 65_535;

/** What a variable's value sets; null: this value is not supported. */
type Setter = (value: number, text: string, config: TcpConfig) => PartialConfig | null;

/** A field with its group, as in `retransmission.minRto`. */
export type ConfigPath = {
  [Group in keyof TcpConfig]: `${Group}.${keyof TcpConfig[Group] & string}`;
}[keyof TcpConfig];

/** The change of one field. */
export function changeAt(path: ConfigPath, value: unknown): PartialConfig {
  const [group = "", field = ""] = path.split(".");
  return { [group]: { [field]: value } };
}

const on = (path: ConfigPath): Setter => (value) => changeAt(path, value !== 0);
const same = (path: ConfigPath): Setter => (value) => changeAt(path, value);
const inMilliseconds = (path: ConfigPath): Setter => (value) => changeAt(path, milliseconds(value));
const inSeconds = (path: ConfigPath): Setter => (value) => changeAt(path, seconds(value));
/** Only the given values are the same as having nothing of the sort. */
const only = (...values: number[]): Setter => (value) => values.includes(value) ? {} : null;

const LINUX: Readonly<Record<string, Setter>> = {
  tcp_timestamps: on("handshake.timestamps"),
  tcp_sack: on("handshake.selectiveAck"),
  tcp_window_scaling: on("handshake.windowScaling"),
  tcp_rmem: (_value, text) => linuxReceiveBuffers(text),
  tcp_wmem: (_value, text) => ({ buffers: { sendBuffer: numbersIn(text)[1] ?? 0 } }),
  tcp_congestion_control: (_value, text) => congestionControl(text),
  tcp_syn_retries: same("handshake.synRetries"),
  tcp_synack_retries: same("handshake.synAckRetries"),
  tcp_tw_reuse: (value, _text, config) => ({
    closing: {
      timeWaitTakeover: value === 1
        ? TIME_WAIT_TAKEOVER
        : value === 0
        ? micros(0)
        : config.closing.timeWaitTakeover,
    },
  }),
  tcp_tw_reuse_delay: (value, _text, config) =>
    config.closing.timeWaitTakeover === 0 ? {} : { closing: { timeWaitTakeover: milliseconds(value) } },
  tcp_retries1: same("retransmission.retriesUntilDoubt"),
  tcp_retries2: same("retransmission.retriesUntilClose"),
  tcp_ecn: (value) => ecnMode(["off", "request", "accept"], value),
  tcp_early_retrans: (value) => ({ retransmission: { tailLossProbe: value >= 3 } }),
  tcp_recovery: (value) => ({ retransmission: { rack: (value & 1) !== 0 } }),
  tcp_frto: on("retransmission.forwardRto"),
  tcp_reordering: same("retransmission.dupThresh"),
  tcp_slow_start_after_idle: on("congestion.restartAfterIdle"),
  tcp_fin_timeout: inSeconds("closing.finWait2Time"),
  tcp_keepalive_time: inSeconds("closing.keepAliveIdle"),
  tcp_keepalive_intvl: inSeconds("closing.keepAliveInterval"),
  tcp_keepalive_probes: same("closing.keepAliveProbes"),
  tcp_rfc1337: on("defence.ignoreResetInTimeWait"),
  tcp_challenge_ack_limit: same("defence.challengeAcksPerSecond"),
  tcp_invalid_ratelimit: inMilliseconds("defence.invalidAckInterval"),
  tcp_rto_min_us: (value) => ({ retransmission: { minRto: milliseconds(value / 1_000) } }),
  tcp_rto_max_ms: inMilliseconds("retransmission.maxRto"),
  tcp_moderate_rcvbuf: (value, _text, config) =>
    value === 0 ? { buffers: { receiveBufferMax: config.buffers.receiveBuffer } } : {},
  tcp_mtu_probing: (value) =>
    value > 1 ? null : { sending: { timeoutsUntilShorter: value === 0 ? 0 : LINUX_TIMEOUTS_UNTIL_PROBING } },
  tcp_base_mss: (value) => ({ sending: { baseMtu: value + LINUX_HEADERS } }),
  tcp_dsack: only(1),
  tcp_fack: only(0),
  tcp_shrink_window: on("buffers.shrinksWindow"),
  tcp_syncookies: (value) => synCookies(value),
  tcp_thin_linear_timeouts: only(0),
  tcp_plb_enabled: only(0),
  tcp_abort_on_overflow: only(0),
  tcp_migrate_req: only(0),
};

const FREEBSD: Readonly<Record<string, Setter>> = {
  "net.inet.tcp.rfc1323": (value) => ({
    handshake: { windowScaling: value === 1 || value === 2, timestamps: value === 1 || value === 3 },
  }),
  "net.inet.tcp.sack.enable": on("handshake.selectiveAck"),
  "net.inet.tcp.ecn.enable": (value) => ecnMode(["off", "request", "accept"], value),
  "net.inet.tcp.recvspace": (value, _text, config) => ({
    buffers: { receiveBuffer: value, receiveBufferMax: Math.max(value, config.buffers.receiveBufferMax) },
  }),
  "net.inet.tcp.sendspace": same("buffers.sendBuffer"),
  "kern.ipc.maxsockbuf": (value) => ({ handshake: { windowScale: freebsdShift(value) } }),
  "net.inet.tcp.rexmit_initial": inMilliseconds("retransmission.initialRto"),
  "net.inet.tcp.rexmit_slop": inMilliseconds("compatibility.rtoSlop"),
  "net.inet.tcp.rexmit_min": inMilliseconds("retransmission.minRto"),
  "net.inet.tcp.rexmit_drop_options": (value) => ({
    handshake: { synRetriesWithOptions: value === 0 ? 0 : 2 },
  }),
  "net.inet.tcp.ecn.maxretries": same("handshake.ecnSynRetries"),
  "net.inet.tcp.keepinit": inMilliseconds("handshake.connectTimeout"),
  "net.inet.tcp.keepidle": inMilliseconds("closing.keepAliveIdle"),
  "net.inet.tcp.keepintvl": inMilliseconds("closing.keepAliveInterval"),
  "net.inet.tcp.keepcnt": same("closing.keepAliveProbes"),
  "net.inet.tcp.always_keepalive": on("closing.keepAlive"),
  "net.inet.tcp.delayed_ack": (value) => ({ acknowledging: { segmentsPerAck: value === 0 ? 1 : 2 } }),
  "net.inet.tcp.delacktime": inMilliseconds("acknowledging.delayedAckTime"),
  "net.inet.tcp.initcwnd_segments": same("congestion.initialWindow"),
  "net.inet.tcp.rfc3042": on("retransmission.limitedTransmit"),
  "net.inet.tcp.cc.algorithm": (_value, text) => congestionControl(text),
  "net.inet.tcp.msl": (value) => ({ closing: { timeWait: milliseconds(2 * value) } }),
  "net.inet.tcp.finwait2_timeout": inMilliseconds("closing.finWait2Time"),
  "net.inet.tcp.icmp_may_rst": (value) => ({
    defence: { icmpEndsOpening: value === 0 ? "never" : "refused or expired" },
  }),
  "net.inet.tcp.ecn.plusplus": (value) => ecnCapable(value),
  "net.inet.tcp.insecure_rst": (value) => ({
    defence: { resetAcceptance: value === 0 ? "exact" : "in window" },
  }),
  "net.inet.tcp.insecure_syn": (value) => ({ defence: { synAnswer: value === 0 ? "challenge" : "reset" } }),
  "net.inet.tcp.blackhole": only(0),
  "net.inet.tcp.drop_synfin": (value) => ({ defence: { synWithFin: value === 0 ? "use" : "drop" } }),
  "net.inet.tcp.path_mtu_discovery": only(1),
  "net.inet.tcp.syncookies": (value) => synCookies(Math.min(value, 1)),
  "net.inet.tcp.syncookies_only": (value) => value === 0 ? {} : synCookies(2),
  "net.inet.tcp.rfc3390": only(1),
  "net.inet.tcp.rfc3465": only(1),
  "net.inet.tcp.abc_l_var": only(2),
  "net.inet.tcp.tolerate_missing_ts": only(0),
  "net.inet.tcp.nolocaltimewait": only(0),
};

/**
 * What setting the variable `name` changes in `config`.
 *
 * @throws ScriptError when there is no such variable
 * @throws UnsupportedError when this value of it is not supported
 */
export function setVariable(name: string, text: string, config: TcpConfig, place: Place): PartialConfig {
  const linux = name.startsWith(LINUX_PREFIX) ? name.slice(LINUX_PREFIX.length) : null;
  const setter = linux === null ? FREEBSD[name] : LINUX[linux];
  if (setter === undefined) {
    if (isHarmlessVariable(name)) return {};
    const ours = [...Object.keys(LINUX).map((it) => LINUX_PREFIX + it), ...Object.keys(FREEBSD)];
    throw unknownWord(place, name, "a kernel variable that is known here", [...ours, ...HARMLESS_VARIABLES]);
  }
  if (/(congestion_control|cc\.algorithm)$/.test(name)) {
    if (!CONGESTION_CONTROLS.has(text.trim())) {
      throw unknownWord(place, text.trim(), "a congestion control", CONGESTION_CONTROLS);
    }
  } else if (text.trim() === "" || numbersIn(text).some(Number.isNaN)) {
    throw new ScriptError(place, `Cannot set ${name} to "${text}"`, `${name}=NUMBER`);
  }
  const changes = setter(Number(text), text.trim(), config);
  if (changes === null) throw new UnsupportedError(place, `sysctl ${name}=${text}`);
  return changes;
}

const LINUX_PREFIX = "net.ipv4.";

function numbersIn(text: string): number[] {
  return text.trim().split(/\s+/).map(Number);
}

function linuxReceiveBuffers(text: string): PartialConfig {
  const [, initial = 0, most = 0] = numbersIn(text);
  const receiveBuffer = initial / LINUX_BUFFER_SHARE;
  return {
    buffers: { receiveBuffer, receiveBufferMax: Math.max(receiveBuffer, most / LINUX_BUFFER_SHARE) },
    handshake: { windowScale: linuxShift(Math.max(initial, most)) },
  };
}

/** The shift that Linux announces for the most that a buffer may become. */
export function linuxShift(most: number): number {
  return Math.min(Math.max(Math.floor(Math.log2(Math.max(most, 1))) - 15, 0), MAX_SHIFT);
}

/** The shift that FreeBSD announces for the most that a buffer may become. */
function freebsdShift(most: number): number {
  let shift = 0;
  while (shift < MAX_SHIFT && MAX_UNSCALED * 2 ** shift < most) shift++;
  return shift;
}

function congestionControl(name: string): PartialConfig | null {
  if (name === "cubic") return { congestion: { congestionControl: "cubic" } };
  return name === "reno" || name === "newreno" ? { congestion: { congestionControl: "reno" } } : null;
}

function ecnMode(modes: readonly TcpConfig["congestion"]["ecn"][], value: number): PartialConfig | null {
  const ecn = modes[value];
  return ecn === undefined ? null : { congestion: { ecn } };
}

function synCookies(value: number): PartialConfig | null {
  const synCookies = (["off", "when full", "always"] as const)[value];
  return synCookies === undefined ? null : { defence: { synCookies } };
}

function ecnCapable(value: number): PartialConfig | null {
  const ecnCapable = (["new data", "new data and syn-ack", "everything"] as const)[value];
  return ecnCapable === undefined ? null : { congestion: { ecnCapable } };
}
