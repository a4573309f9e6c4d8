/**
 * What a script's `--name=value` lines and the command line say about how it is run.
 *
 * @module
 */

import { completeConfig, type ProfileName, PROFILES, type TcpConfig } from "../tcp/mod.ts";
import type { ScriptOption } from "./ast.ts";
import { ScriptError, START, unknownWord, UnsupportedError } from "./errors.ts";
import type { Platform } from "./symbols.ts";
import type { SequenceStart } from "./world.ts";

/** How a caller wants scripts to be run. */
export interface RunOptions {
  /** Null: what the script names with `--profile`, or `standard`. */
  readonly profile: ProfileName | null;
  /** Null: what the script names with `--ip_version`, or IPv4. A script that names one runs with that only. */
  readonly family: 4 | 6 | null;
  /** Where sequence numbers begin. */
  readonly sequences: SequenceStart;
  /** Whether options must come in exactly the line's order, NOPs and all. */
  readonly exactOptions: boolean;
  /** Whether PSH is compared. */
  readonly push: boolean;
  /** Whether echoed timestamps are compared. */
  readonly echo: boolean;
  /** Whether packets that no line expects at the end make the script fail. */
  readonly leftovers: boolean;
  /** Whether what is not supported makes a script fail; otherwise it is skipped, and an assertion not checked. */
  readonly unsupportedFails: boolean;
  /** `-D NAME=VALUE`. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** How our own scripts are run. */
export const OWN_SCRIPTS: RunOptions = {
  profile: null,
  family: null,
  sequences: "ordinary",
  exactOptions: true,
  push: true,
  echo: true,
  leftovers: true,
  unsupportedFails: true,
  definitions: new Map(),
};

/** How scripts written for kernels are run. */
export const BORROWED_SCRIPTS: RunOptions = {
  ...OWN_SCRIPTS,
  exactOptions: false,
  push: false,
  leftovers: false,
  unsupportedFails: false,
};

/** A script's way of being run, its own options taken in. */
export interface RunSettings {
  readonly run: RunOptions;
  readonly platform: Platform;
  readonly family: 4 | 6;
  readonly config: TcpConfig;
  /** Microseconds that an event may be off. */
  readonly tolerance: number;
  /** The same as a share of the time since the event before it. */
  readonly toleranceShare: number;
  readonly timestampTick: number;
  readonly scaledEchoes: boolean;
  /** Longest payload of an injected packet. */
  readonly injectedSegment: number;
  /** Whether lines are matched by one segment each. */
  readonly singly: boolean;
}

/** What `#ifdef` in scripts calls the profiles. */
export const PROFILE_WORDS: Readonly<Record<ProfileName, string>> = {
  standard: "STANDARD",
  linux: "Linux",
  freebsd: "FreeBSD",
};

/** The profiles' names. */
export const PROFILE_NAMES: readonly ProfileName[] = ["standard", "linux", "freebsd"];

/** Whether a profile has that name. */
export function isProfileName(name: string): name is ProfileName {
  return PROFILE_NAMES.some((known) => known === name);
}

/** The words that are defined for a run: the caller's, and the profile's. */
export function definitionsFor(run: RunOptions): Map<string, string> {
  const word = PROFILE_WORDS[run.profile ?? "standard"];
  return new Map([[word, word], ...run.definitions]);
}

const DEFAULT_TOLERANCE = 4_000;
const DEFAULT_TOLERANCE_PERCENT = 12.5;
const PERCENT = 100;

/**
 * Scripts for either family, and all of Linux's, are run over IPv6 with 20 octets more of MTU, so that the MSS stays what
 * the lines say.
 */
const IPV6_ALLOWANCE = 20;

/** Options of packetdrill about the machine that it runs on: they change nothing here. */
const HARMLESS = new Set([
  "local_ip",
  "remote_ip",
  "gateway_ip",
  "netmask_ip",
  "bind_port",
  "connect_port",
  "define",
  "init_scripts",
  "send_omit_free",
  "speed",
  "verbose",
  "debug",
  "non_fatal",
  "code_command",
  "code_format",
  "persistent_tun_dev",
  "no_cleanup",
]);

/** Options of packetdrill and its dialects that change what a script means. */
const UNSUPPORTED = new Set([
  "code_sockopt",
  "dry_run",
  "is_anyip",
  "psp_udp_port",
  "so_filename",
  "so_flags",
  "tcp_md5_secret",
  "udp_encapsulation",
  "wire_client",
  "wire_client_dev",
  "wire_server",
  "wire_server_at",
  "wire_server_dev",
  "wire_server_ip",
  "wire_server_port",
]);

/** Options that are read, and whether they have a value. */
const READ: Readonly<Record<string, "number" | "word" | "nothing">> = {
  profile: "word",
  ip_version: "word",
  mtu: "number",
  mss: "number",
  tolerance_usecs: "number",
  tolerance_percent: "number",
  tcp_ts_tick_usecs: "number",
  tcp_ts_ecr_scaled: "nothing",
  strict_segments: "nothing",
};

const FAMILIES: Readonly<Record<string, 4 | 6>> = {
  ipv4: 4,
  ipv6: 6,
  "ipv4-mapped-ipv6": 4,
  "ipv4_mapped_ipv6": 4,
};

/**
 * Joins a script's options with how it is to be run.
 *
 * @throws ScriptError for a value that cannot be used
 */
export function runSettings(options: readonly ScriptOption[], run: RunOptions): RunSettings {
  const values = new Map<string, ScriptOption>();
  for (const option of options) values.set(option.name, option);
  const number = (name: string, missing: number): number => {
    const option = values.get(name);
    return option === undefined ? missing : Number(option.value);
  };
  const profile = run.profile ?? profileNamed(values.get("profile"));
  const family = familyOf(values.get("ip_version")) ?? run.family ?? 4;
  const platform = profile === "freebsd" ? "freebsd" : "linux";
  const isForEither = !values.has("ip_version") || profile === "linux";
  const allowance = family === 6 && isForEither ? IPV6_ALLOWANCE : 0;
  return {
    run,
    platform,
    family,
    config: configWith(number("mtu", PROFILES[profile].sending.mtu + allowance), profile, values.get("mtu")),
    tolerance: number("tolerance_usecs", DEFAULT_TOLERANCE),
    toleranceShare: number("tolerance_percent", DEFAULT_TOLERANCE_PERCENT) / PERCENT,
    timestampTick: number("tcp_ts_tick_usecs", 0),
    scaledEchoes: values.has("tcp_ts_ecr_scaled"),
    injectedSegment: number("mss", 0) || Infinity,
    singly: values.has("strict_segments"),
  };
}

/** The profile's config for scripts. @throws ScriptError for an MTU that cannot be */
function configWith(mtu: number, profile: ProfileName, option: ScriptOption | undefined): TcpConfig {
  try {
    // A script's write is one that waits until all is taken.
    return completeConfig({ buffers: { sendBufferTuning: false }, sending: { mtu } }, PROFILES[profile]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ScriptError(option?.place ?? START, `Cannot use --mtu=${mtu}`, error.message);
  }
}

/**
 * Refuses an option that cannot be used.
 *
 * @throws ScriptError when there is no such option, or not with this value
 * @throws UnsupportedError when it is not supported
 */
export function checkOption({ name, value, place }: ScriptOption): void {
  if (name === "define" && !/^\w+=/.test(value ?? "")) {
    throw new ScriptError(place, "Cannot define nothing", "--define=NAME=VALUE");
  }
  if (HARMLESS.has(name)) return;
  const wants = READ[name];
  if (wants === undefined) {
    if (UNSUPPORTED.has(name)) throw new UnsupportedError(place, `--${name}`);
    const known = [...Object.keys(READ), ...HARMLESS].map((each) => `--${each}`);
    throw unknownWord(place, `--${name}`, "an option of a script", known);
  }
  if (wants === "nothing" && value !== null) {
    throw new ScriptError(place, `Cannot use --${name}=${value}`, `--${name} without a value`);
  }
  const isNumber = value !== null && /^\d+(\.\d+)?$|^\.\d+$/.test(value);
  if (wants === "number" && !isNumber) {
    throw new ScriptError(
      place,
      `Cannot use --${name}${value === null ? "" : `=${value}`}`,
      `--${name}=NUMBER`,
    );
  }
}

function profileNamed(option: ScriptOption | undefined): ProfileName {
  const name = option?.value ?? "standard";
  if (isProfileName(name)) return name;
  throw unknownWord(option?.place ?? START, name, "a profile", PROFILE_NAMES);
}

function familyOf(option: ScriptOption | undefined): 4 | 6 | null {
  if (option === undefined) return null;
  const family = FAMILIES[option.value ?? ""];
  if (family !== undefined) return family;
  const names = Object.keys(FAMILIES);
  throw unknownWord(option.place, option.value ?? "", "an IP version", names);
}
