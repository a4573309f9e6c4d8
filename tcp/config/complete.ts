/**
 * From any part of a config to a whole one that is in range and stays as it is.
 *
 * @module
 */

import { milliseconds, seconds } from "../base/units.ts";
import type { CongestionControlFactory } from "../congestion/control.ts";
import type { PartialConfig, TcpConfig } from "./config.ts";
import { STANDARD } from "./standard.ts";

type GroupName = keyof TcpConfig;

/** Fields of one group that are words. */
type Words<Group> = {
  [
    Field in keyof Group as Exclude<Group[Field], CongestionControlFactory> extends string ? Field : never
  ]: Exclude<Group[Field], CongestionControlFactory>;
};

/** Lowest and highest value of fields; spans and counts not named here are only "not negative". */
const RANGES: {
  readonly [Group in GroupName]?: {
    readonly [Field in keyof TcpConfig[Group]]?: readonly [least: number, most: number];
  };
} = {
  handshake: { mss: [0, 65_495], leastPeerMss: [1, 1_460], windowScale: [0, 14] },
  buffers: { sendBuffer: [1, 2 ** 30], receiveBuffer: [1, 2 ** 30], receiveBufferMax: [1, 2 ** 30] },
  sending: {
    mtu: [68, 65_535],
    timeoutsUntilShorter: [0, 15],
    baseMtu: [68, 65_535],
    dscp: [0, 63],
    hopLimit: [1, 255],
    timestampTick: [milliseconds(1), seconds(1)],
  },
  congestion: { initialWindow: [1, 1_000] },
  acknowledging: { delayedAckTime: [0, milliseconds(499)], segmentsPerAck: [1, 255] },
  retransmission: {
    initialRto: [milliseconds(1), seconds(3_600)],
    maxRto: [milliseconds(1), seconds(3_600)],
    rtoAfterSynLoss: [milliseconds(1), seconds(3_600)],
    dupThresh: [1, 300],
  },
  closing: {
    keepAliveIdle: [milliseconds(1), seconds(32_767)],
    keepAliveInterval: [milliseconds(1), seconds(32_767)],
    keepAliveProbes: [2, 127],
  },
  defence: { challengesAtOnce: [1, 1_000] },
};

/** What each field that is a word may be. */
const CHOICES: {
  readonly [Group in GroupName]: {
    readonly [Field in keyof Words<TcpConfig[Group]>]: readonly Words<TcpConfig[Group]>[Field][];
  };
} = {
  handshake: {},
  buffers: {},
  sending: { nagleVariant: ["outstanding data", "earlier sends", "minshall"] },
  congestion: {
    congestionControl: ["cubic", "reno"],
    ecn: ["off", "accept", "request"],
    ecnCapable: ["new data", "new data and syn-ack", "everything"],
  },
  acknowledging: { ackDelay: ["fixed", "adaptive", "every second segment"] },
  retransmission: {},
  recovery: {
    ssthreshFrom: ["FlightSize", "cwnd"],
    reorderingDegree: ["fixed", "measured"],
    forwardRtoEvidence: ["second ACK", "any ACK"],
    partialAcksRestart: ["first", "each"],
    slowStartExit: ["after rounds", "at once"],
    idleEnds: ["when sent", "when given"],
  },
  closing: {},
  defence: {
    resetAcceptance: ["exact", "in window"],
    synAnswer: ["challenge", "reset"],
    synWithFin: ["use", "drop in LISTEN", "drop"],
    synCookies: ["off", "when full", "always"],
    icmpEndsOpening: ["never", "hard", "refused or expired", "any"],
  },
  compatibility: {
    synOptionOrder: ["linux", "freebsd"],
    timestampsOnReset: ["all", "own", "none"],
    receiveBufferCounts: ["data", "packets"],
    windowProbe: ["new octet", "old number"],
    lateDataReset: ["in order", "as unknown"],
    timeWaitAnswers: ["old data and FIN", "all but the next", "ACKs"],
  },
};

/** A table by group and field, as one looks names up in it. */
type Table<Value> = Readonly<Record<string, Readonly<Record<string, Value>> | undefined>>;

/** Configs made by {@link completeConfig}: in range, and nothing can change them. */
const completed = new WeakSet<PartialConfig>([STANDARD]);

/**
 * The config that `changes` make of `base`, and of {@link STANDARD} where that lacks a field: whole, in range, and frozen.
 * What was completed before is passed on as it is, so that many connections can share one.
 *
 * @throws RangeError naming group, field and value, as in `retransmission.minRto = -1`
 */
export function completeConfig(changes: PartialConfig = {}, base: PartialConfig = STANDARD): TcpConfig {
  if (isCompleted(changes)) return changes;
  const ground = isCompleted(base) ? base : completeConfig(base);
  const groups: Record<string, object> = { ...ground };
  for (const [group, fields] of Object.entries(changes)) {
    const before = groups[group];
    if (before === undefined) throw new RangeError(`Cannot use ${group}: there is no such group of fields`);
    if (fields !== undefined) groups[group] = completeGroup(group, fields, before);
  }
  if (Object.keys(groups).every((group) => groups[group] === Reflect.get(ground, group))) return ground;
  const config = groups as unknown as TcpConfig;
  checkTogether(config);
  completed.add(Object.freeze(config));
  return config;
}

/** Changes that say what all of `parts` say; of two that name the same field the later one holds. */
export function joinChanges(...parts: readonly (PartialConfig | undefined)[]): PartialConfig {
  const joined: Record<string, object> = {};
  for (const part of parts) {
    for (const [group, fields] of Object.entries(part ?? {})) joined[group] = { ...joined[group], ...fields };
  }
  return joined;
}

function isCompleted(config: PartialConfig): config is TcpConfig {
  return completed.has(config);
}

function completeGroup(group: string, changes: object, base: object): object {
  const fields: Record<string, unknown> = { ...base };
  for (const [field, value] of Object.entries(changes)) {
    if (value === undefined) continue;
    checkField(group, field, value, fields[field]);
    fields[field] = value;
  }
  return Object.freeze(fields);
}

/** `before`: the value that the field has now, for the type. */
function checkField(group: string, field: string, value: unknown, before: unknown): void {
  const name = `${group}.${field}`;
  if (before === undefined) throw new RangeError(`Cannot use ${name}: there is no such field`);
  if (name === "handshake.windowScale" && value === "auto") return;
  if (name === "congestion.congestionControl" && typeof value === "function") return;
  const refuse = (expected: string): never => {
    throw new RangeError(`Cannot use ${name} = ${String(value)}: give ${expected}`);
  };
  const choices = (CHOICES as Table<readonly unknown[]>)[group]?.[field];
  if (choices !== undefined) {
    if (!choices.includes(value)) refuse(`one of ${choices.map((choice) => `"${choice}"`).join(", ")}`);
  } else if (typeof before === "boolean") {
    if (typeof value !== "boolean") refuse("true or false");
  } else {
    const [least, most] = (RANGES as Table<readonly [number, number]>)[group]?.[field] ??
      [0, Number.MAX_SAFE_INTEGER];
    const isInRange = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    const orAuto = name === "handshake.windowScale" ? ', or "auto"' : "";
    if (!isInRange) refuse(`a whole number from ${least} to ${most}${orAuto}`);
  }
}

/** What two fields say together. */
function checkTogether({ buffers, retransmission }: TcpConfig): void {
  if (buffers.receiveBufferMax < buffers.receiveBuffer) {
    throw new RangeError(
      `Cannot use buffers.receiveBufferMax = ${buffers.receiveBufferMax}: ` +
        `give at least buffers.receiveBuffer, ${buffers.receiveBuffer}`,
    );
  }
  if (retransmission.minRto > retransmission.maxRto) {
    throw new RangeError(
      `Cannot use retransmission.minRto = ${retransmission.minRto}: ` +
        `give at most retransmission.maxRto, ${retransmission.maxRto}`,
    );
  }
}
