/**
 * What a script's shell commands set: kernel variables as fields of `TcpConfig`, interface and route settings, checks of
 * a connection's state. Commands that cannot matter here are passed over by name.
 *
 * @module
 */

import { completeConfig, joinChanges, type PartialConfig, type TcpConfig } from "../tcp/mod.ts";
import type { ShellCommand } from "./ast.ts";
import { type Place, ScriptError, unknownWord, UnsupportedError } from "./errors.ts";
import { configChanges } from "./config_command.ts";
import { placeOf, splitCommands, type Words } from "./shell.ts";
import { type StateCheck, stateCheck } from "./state_check.ts";
import { setVariable } from "./variables.ts";

/** What running a snippet comes to. */
export interface CommandEffects {
  readonly changes: PartialConfig;
  readonly checks: readonly StateCheck[];
  /** Checks of the kernel's counters, which we do not have. */
  readonly unchecked: readonly string[];
  /** Seconds that it takes (`sleep`). */
  readonly seconds: number;
  /** TCP_NOTSENT_LOWAT of sockets that set none; null: it stays. */
  readonly unsentLowWater: number | null;
  /** Files that are made: path and octets. */
  readonly files: readonly (readonly [path: string, length: number])[];
}

/** Commands that have nothing to do with what a connection sends, and are passed over. */
const HARMLESS = new Set([
  "true",
  ":",
  "echo",
  "kldload",
  "modprobe",
  "sync",
  "rm",
  "logger",
  "dmesg",
  "cat",
  "chmod",
  "tcpdrop",
  "tcpdump",
  "killall",
  "pkill",
]);

/** Scripts of the public sets: the defaults are our profiles', what was set is restored by nobody. */
const HARMLESS_SCRIPTS = /(^|\/)(defaults\.sh|sysctl_restore_.*\.sh)$/;

/** Commands that are read. */
const READ = [
  "sysctl",
  "config",
  "tc",
  "ethtool",
  "ip",
  "dd",
  "sleep",
  "nstat",
  "sockstat",
  "set_sysctls.py",
];

/** Commands that systems have, and that may change what a connection sends. */
const UNSUPPORTED = new Set([
  "[",
  "arp",
  "awk",
  "bash",
  "bpftool",
  "cd",
  "conntrack",
  "cp",
  "cut",
  "date",
  "else",
  "env",
  "exit",
  "export",
  "fi",
  "for",
  "grep",
  "head",
  "if",
  "ifconfig",
  "ip6tables",
  "ip6tables-restore",
  "ipfw",
  "iptables",
  "iptables-restore",
  "kill",
  "kldstat",
  "kldunload",
  "ls",
  "mkdir",
  "mount",
  "mv",
  "nc",
  "ndp",
  "netstat",
  "nft",
  "perl",
  "pfctl",
  "ping",
  "printf",
  "python",
  "python2",
  "python3",
  "read",
  "route",
  "sed",
  "set",
  "setkey",
  "sh",
  "ss",
  "tail",
  "tcpsso",
  "test",
  "then",
  "touch",
  "tr",
  "umount",
  "until",
  "wait",
  "wc",
  "while",
]);

/**
 * What a snippet sets, on top of `config`.
 *
 * @throws ScriptError for what there is not
 * @throws UnsupportedError naming what is not supported
 */
export function interpretCommands(command: ShellCommand, config: TcpConfig): CommandEffects {
  let changes: PartialConfig = {};
  const checks: StateCheck[] = [];
  const unchecked: string[] = [];
  const files: (readonly [string, number])[] = [];
  let seconds = 0;
  const lowWater = /tcp_notsent_lowat=(\d+)/.exec(command.text)?.[1];
  for (const words of splitCommands(command.text)) {
    const name = (words[0] ?? "").replace(/^(\/usr)?\/s?bin\//, "");
    if (HARMLESS.has(name) || HARMLESS_SCRIPTS.test(name)) continue;
    if (name === "dd") files.push(fileMade(words, command));
    else if (name === "sleep") seconds += sleepOf(words, command);
    else if (name === "nstat") unchecked.push(...(words.includes("|") ? [words.join(" ")] : []));
    else if (name === "sockstat") checks.push(stateCheck(words, command));
    else {changes = joinChanges(
        changes,
        commandChanges(name, words, completeConfig(changes, config), command),
      );}
  }
  const unsentLowWater = lowWater === undefined ? null : Number(lowWater);
  return { changes, checks, unchecked, seconds, unsentLowWater, files };
}

function commandChanges(
  name: string,
  words: Words,
  config: TcpConfig,
  command: ShellCommand,
): PartialConfig {
  if (name === "sysctl" || /(^|\/)set_sysctls\.py$/.test(name)) {
    return sysctlChanges(words.slice(1), config, command);
  }
  const place = placeOf(words[0] ?? "", command);
  switch (name) {
    case "config":
      return configChanges(words.slice(1), config, command);
    case "tc":
      return trafficControl(words, place);
    case "ethtool":
      return offloads(words, place);
    case "ip":
      return routeChanges(words, place);
    default:
      // A path is somebody's own program.
      if (UNSUPPORTED.has(name) || /^[.~$]*\//.test(name)) throw new UnsupportedError(place, name);
      throw unknownWord(place, name, "a command that is known here", [...READ, ...HARMLESS, ...UNSUPPORTED]);
  }
}

function sleepOf(words: Words, command: ShellCommand): number {
  const span = Number(words[1]);
  if (words.length === 2 && span >= 0) return span;
  throw new ScriptError(placeOf("sleep", command), `Cannot read "${words.join(" ")}"`, "sleep SECONDS");
}

const DD_WORDS = [
  "if",
  "of",
  "bs",
  "count",
  "status",
  "ibs",
  "obs",
  "seek",
  "skip",
  "conv",
  "iflag",
  "oflag",
];

/** `dd bs=1 count=5 if=/dev/zero of=/tmp/file`. */
function fileMade(words: Words, command: ShellCommand): readonly [path: string, length: number] {
  const value = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const path = value("of");
  const length = Number(value("bs")) * Number(value("count"));
  const wrong = words.slice(1).map((word) => word.replace(/=.*/, "")).find((word) =>
    !DD_WORDS.includes(word)
  );
  if (wrong !== undefined) throw unknownWord(placeOf(wrong, command), wrong, "an operand of dd", DD_WORDS);
  if (path === undefined || !Number.isInteger(length)) {
    throw new UnsupportedError(placeOf("dd", command), "dd without bs=, count= and of=");
  }
  return [path, length];
}

/** `NAME=VALUE`, also as `/proc/sys/…=VALUE`; options are passed over. */
function sysctlChanges(words: Words, config: TcpConfig, command: ShellCommand): PartialConfig {
  let changes: PartialConfig = {};
  for (const word of words) {
    if (word.startsWith("-")) continue;
    const place = placeOf(word, command);
    const equals = word.indexOf("=");
    if (equals < 0) throw new UnsupportedError(place, `sysctl ${word}`);
    const name = word.slice(0, equals).replace(/^\/proc\/sys\//, "").replaceAll("/", ".");
    const asChanged = completeConfig(changes, config);
    const change = setVariable(name, word.slice(equals + 1), asChanged, place);
    try {
      completeConfig(change, asChanged);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UnsupportedError(place, `sysctl ${word}: ${error.message}`);
    }
    changes = joinChanges(changes, change);
  }
  return changes;
}

/** A queue that drops or delays is something else than none. */
function trafficControl(words: Words, place: Place): PartialConfig {
  const plain = words.includes("qdisc") && !words.includes("netem") && !words.includes("limit") &&
    (words.includes("pfifo") || words.includes("fq") || words.includes("del") ||
      words.includes("pfifo_fast"));
  if (!plain) throw new UnsupportedError(place, words.slice(0, 2).join(" "));
  return {};
}

/** Segmentation is the core's own here, with or without offloads: lines are joined. */
function offloads(words: Words, place: Place): PartialConfig {
  if (words[1] !== "-K" && words[1] !== "-k") throw new UnsupportedError(place, words.slice(0, 2).join(" "));
  return {};
}

function routeChanges(words: Words, place: Place): PartialConfig {
  const what = words.find((word) => !word.startsWith("-") && word !== "ip");
  if (what === "tcp_metrics" || what === "tcp_metric") return {};
  if (what !== "route" && what !== "link") throw new UnsupportedError(place, `ip ${what ?? ""}`);
  let changes: PartialConfig = {};
  for (let i = 0; i < words.length - 1; i++) {
    const word = words[i] ?? "";
    const value = Number((words[i + 1] === "lock" ? words[i + 2] : words[i + 1])?.replace(/(ms|s)$/, ""));
    if (word === "advmss") changes = joinChanges(changes, { handshake: { mss: value } });
    else if (word === "mtu") changes = joinChanges(changes, { sending: { mtu: value } });
    else if (word === "initcwnd") {
      changes = joinChanges(changes, { congestion: { initialWindow: value } });
    } else if (ROUTE_WORDS_UNKNOWN.has(word)) throw new UnsupportedError(place, `ip route ${word}`);
  }
  return changes;
}

const ROUTE_WORDS_UNKNOWN = new Set([
  "initrwnd",
  "rto_min",
  "quickack",
  "congctl",
  "features",
  "window",
  "rtt",
  "rttvar",
  "ssthresh",
  "cwnd",
  "reordering",
  "hoplimit",
  "fastopen_no_cookie",
  "blackhole",
  "unreachable",
  "prohibit",
]);
