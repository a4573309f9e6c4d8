/**
 * Values of options: numbers, amounts, spans of time and words, each with its range.
 *
 * @module
 */

import { alternatives, quoted, UsageError } from "./options.ts";

/** Longest span that an option takes, seconds: a day. */
const MAX_SECONDS = 86_400;

/** The largest port, RFC 9293 3.1: the field has 16 bits. */
const MAX_PORT = 65_535;

/** How packets travel: all by raw socket, text and ACKs by packet socket, or so once much of it flows. */
export const LINK_CHOICES = ["auto", "raw", "packet"] as const;
/** One of {@link LINK_CHOICES}. */
export type LinkChoice = (typeof LINK_CHOICES)[number];

/** A whole number in decimal digits. @throws UsageError naming `what` when it is none or out of range */
export function parseWhole(text: string, what: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`Cannot use ${quoted(text)} as ${what}: give a whole number from ${least} to ${most}`);
}

/** Octets per unit, by its name in capitals: thousands, and the powers of two that IEC 80000-13 names. */
const OCTETS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["K", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["KI", 2 ** 10],
  ["MI", 2 ** 20],
  ["GI", 2 ** 30],
  ["TI", 2 ** 40],
]);

/**
 * An amount of octets: digits, perhaps with a unit behind them, as in `1500`, `10M`, `10MB`, `64KiB`.
 *
 * @throws UsageError naming `what` when it is none or out of range
 */
export function parseOctets(
  text: string,
  what: string,
  least: number = 0,
  most: number = Number.MAX_SAFE_INTEGER,
): number {
  const [, digits = "", unit = ""] = /^(\d{1,16})([KMGT]?|[KMGT]B|[KMGT]iB)$/i.exec(text) ?? [];
  const scale = OCTETS_PER_UNIT.get(unit.toUpperCase().replace(/B$/, ""));
  const octets = digits === "" || scale === undefined ? NaN : Number(digits) * scale;
  if (octets >= least && octets <= most) return octets;
  const range = most === Number.MAX_SAFE_INTEGER ? "less than 2^53" : `from ${least} to ${most}`;
  throw new UsageError(
    `Cannot use ${
      quoted(text)
    } as ${what}: give a whole number of bytes, ${range}, such as 5000, 5K (5,000) or 5KiB (5,120)`,
  );
}

/** A port; `least` is 1 for a destination, 0 where 0 means "any". @throws UsageError */
export function parsePort(text: string, what: string, least: 0 | 1): number {
  return parseWhole(text, what, least, MAX_PORT);
}

const MILLISECONDS = 1_000;

/** Seconds per unit of time; a number without one is seconds. */
const SECONDS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["us", 1e-6],
  ["ms", 1e-3],
  ["s", 1],
  ["m", 60],
  ["min", 60],
  ["h", 3_600],
]);

/**
 * A span of time, as in `500ms`, `2s`, `1.5`, `3m`; more than 0 unless `zeroAllowed`, and at most a day.
 *
 * @returns seconds
 * @throws UsageError naming `what`
 */
export function parseDuration(text: string, what: string, zeroAllowed = false): number {
  const [, digits = "", unit = ""] = /^(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})(us|ms|s|m|min|h)?$/.exec(text) ?? [];
  const span = digits === "" ? NaN : Number(digits) * (SECONDS_PER_UNIT.get(unit) ?? NaN);
  if (span <= MAX_SECONDS && (span > 0 || (zeroAllowed && span === 0))) return span;
  const least = zeroAllowed ? "0 or more" : "more than 0";
  throw new UsageError(
    `Cannot use ${quoted(text)} as ${what}: give a time such as 500ms, 2s or 3m, ${least} and at most 24h`,
  );
}

/** The same with other bounds, in seconds. @throws UsageError naming `what` */
export function parseDurationWithin(text: string, what: string, least: number, most: number): number {
  const span = parseDuration(text, what);
  if (span >= least && span <= most) return span;
  throw new UsageError(
    `Cannot use ${quoted(text)} as ${what}: give a time from ${least * MILLISECONDS}ms to ${most}s`,
  );
}

/** One of the given words. @throws UsageError */
export function parseChoice<T extends string>(text: string, what: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`Cannot use ${quoted(text)} as ${what}: give ${alternatives(choices)}`);
}
