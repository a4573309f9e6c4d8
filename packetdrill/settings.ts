/**
 * What a script's shell commands set: kernel variables as fields of `TcpConfig`, interface and route settings, checks of
 * a connection's state. Commands that cannot matter here are passed over by name; any other makes the script a skip.
 *
 * @module
 */

import type { PartialConfig, TcpConfig } from "../tcp/config/config.ts";
import { completeConfig, joinChanges } from "../tcp/config/complete.ts";
import { type State, STATES } from "../tcp/base/state.ts";
import { ScriptError, UnsupportedError } from "./ast.ts";
import { splitCommands, type Words } from "./shell.ts";
import { changeAt, type ConfigPath, setVariable } from "./variables.ts";

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

/** How many connections must be in a state. */
export interface StateCheck {
  readonly state: State;
  readonly count: number;
}

/** Commands that have nothing to do with what a connection sends, as far as we run them. */
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

/** What the commands in `text` set, on top of `config`. @throws UnsupportedError naming what is not known */
export function interpretCommands(text: string, config: TcpConfig, line: number): CommandEffects {
  let changes: PartialConfig = {};
  const checks: StateCheck[] = [];
  const unchecked: string[] = [];
  const files: (readonly [string, number])[] = [];
  let seconds = 0;
  const lowWater = /tcp_notsent_lowat=(\d+)/.exec(text)?.[1];
  for (const words of splitCommands(text)) {
    const name = (words[0] ?? "").replace(/^(\/usr)?\/bin\//, "");
    if (HARMLESS.has(name) || HARMLESS_SCRIPTS.test(name)) continue;
    if (name === "dd") files.push(fileMade(words, line));
    else if (name === "sleep") seconds += Number(words[1]);
    else if (name === "nstat") unchecked.push(...(words.includes("|") ? [words.join(" ")] : []));
    else if (name === "sockstat") checks.push(stateCheck(words, line));
    else changes = joinChanges(changes, commandChanges(words, completeConfig(changes, config), line));
  }
  const unsentLowWater = lowWater === undefined ? null : Number(lowWater);
  return { changes, checks, unchecked, seconds, unsentLowWater, files };
}

function commandChanges(words: Words, config: TcpConfig, line: number): PartialConfig {
  const name = words[0] ?? "";
  if (name === "sysctl" || name === "/sbin/sysctl") return sysctlChanges(words.slice(1), config, line);
  if (/(^|\/)set_sysctls\.py$/.test(name)) return sysctlChanges(words.slice(1), config, line);
  switch (name) {
    case "config":
      return configChanges(words.slice(1), config, line);
    case "tc":
      return trafficControl(words, line);
    case "ethtool":
      return offloads(words, line);
    case "ip":
      return routeChanges(words, line);
    default:
      throw new UnsupportedError(line, name);
  }
}

/** `dd bs=1 count=5 if=/dev/zero of=/tmp/file`. */
function fileMade(words: Words, line: number): readonly [path: string, length: number] {
  const value = (name: string): string | undefined =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const path = value("of");
  const length = Number(value("bs")) * Number(value("count"));
  if (path === undefined || !Number.isInteger(length)) throw new UnsupportedError(line, "dd");
  return [path, length];
}

const SPAN_UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000 };

/** `FIELD=VALUE`, a command of our own scripts: fields of `TcpConfig`, with their group or without; spans as `40ms`, `1s`. */
function configChanges(words: Words, config: TcpConfig, line: number): PartialConfig {
  let changes: PartialConfig = {};
  for (const word of words) {
    const [, name = "", text = ""] = /^([\w.]+)=(.+)$/.exec(word) ?? [];
    const path = pathOf(name, config);
    const value = path === null ? null : valueOf(text, fieldAt(config, path));
    if (path === null || value === null) {
      throw new ScriptError(line, `Cannot set ${word}: give FIELD=VALUE with a field of TcpConfig`);
    }
    changes = joinChanges(changes, changeAt(path, value));
  }
  return changes;
}

/** The field that is called `name`, or `group.name`; null when there is none. */
function pathOf(name: string, config: TcpConfig): ConfigPath | null {
  for (const [group, fields] of Object.entries(config)) {
    for (const field of Object.keys(fields)) {
      const path = `${group}.${field}`;
      if (field === name || path === name) return path as ConfigPath;
    }
  }
  return null;
}

function fieldAt(config: TcpConfig, path: ConfigPath): unknown {
  const [group = "", field = ""] = path.split(".");
  return (config as unknown as Record<string, Record<string, unknown>>)[group]?.[field];
}

/** What `text` says for a field that has the value `before`; null when it is nothing of the sort. */
function valueOf(text: string, before: unknown): unknown {
  if (typeof before === "boolean") return text === "true" ? true : text === "false" ? false : null;
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)(us|ms|s)?$/.exec(text) ?? [];
  if (number !== undefined) return Number(number) * (SPAN_UNITS[unit] ?? 1);
  return typeof before === "string" ? text.replaceAll("_", " ") : null;
}

/** `NAME=VALUE`, also as `/proc/sys/…=VALUE`; options are passed over. */
function sysctlChanges(words: Words, config: TcpConfig, line: number): PartialConfig {
  let changes: PartialConfig = {};
  for (const word of words) {
    if (word.startsWith("-")) continue;
    const equals = word.indexOf("=");
    if (equals < 0) throw new UnsupportedError(line, `sysctl ${word}`);
    const name = word.slice(0, equals).replace(/^\/proc\/sys\//, "").replaceAll("/", ".");
    const asChanged = completeConfig(changes, config);
    changes = joinChanges(changes, setVariable(name, word.slice(equals + 1), asChanged, line));
  }
  return changes;
}

/** A queue that drops or delays is something else than none. */
function trafficControl(words: Words, line: number): PartialConfig {
  const plain = words.includes("qdisc") && !words.includes("netem") && !words.includes("limit") &&
    (words.includes("pfifo") || words.includes("fq") || words.includes("del") ||
      words.includes("pfifo_fast"));
  if (!plain) throw new UnsupportedError(line, words.slice(0, 2).join(" "));
  return {};
}

/** Segmentation is the core's own here, with or without offloads: lines are joined. */
function offloads(words: Words, line: number): PartialConfig {
  if (words[1] !== "-K" && words[1] !== "-k") throw new UnsupportedError(line, words.slice(0, 2).join(" "));
  return {};
}

function routeChanges(words: Words, line: number): PartialConfig {
  const what = words.find((word) => !word.startsWith("-") && word !== "ip");
  if (what === "tcp_metrics" || what === "tcp_metric") return {};
  if (what !== "route" && what !== "link") throw new UnsupportedError(line, `ip ${what ?? ""}`);
  let changes: PartialConfig = {};
  for (let i = 0; i < words.length - 1; i++) {
    const word = words[i] ?? "";
    const value = Number((words[i + 1] === "lock" ? words[i + 2] : words[i + 1])?.replace(/(ms|s)$/, ""));
    if (word === "advmss") changes = joinChanges(changes, { handshake: { mss: value } });
    else if (word === "mtu") changes = joinChanges(changes, { sending: { mtu: value } });
    else if (word === "initcwnd") {
      changes = joinChanges(changes, { congestion: { initialWindow: value } });
    } else if (ROUTE_WORDS_UNKNOWN.has(word)) throw new UnsupportedError(line, `ip route ${word}`);
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

/** How FreeBSD's `sockstat` calls the states. */
const SOCKSTAT_STATES: Readonly<Record<string, State>> = {
  ...Object.fromEntries(STATES.map((state) => [state.replaceAll("-", "_"), state])),
  SYN_RCVD: "SYN-RECEIVED",
  FIN_WAIT_1: "FIN-WAIT-1",
  FIN_WAIT_2: "FIN-WAIT-2",
};

/** `sockstat … | grep -c STATE | grep N`. */
function stateCheck(words: Words, line: number): StateCheck {
  const state = words.map((word) => SOCKSTAT_STATES[word]).find((found) => found !== undefined);
  const count = Number(words[words.length - 1]);
  if (state === undefined || !words.includes("-c") || !Number.isInteger(count)) {
    throw new UnsupportedError(line, "sockstat");
  }
  return { state, count };
}
