/**
 * Numbers and header fields as people write them.
 *
 * @module
 */

import { isAbsolute } from "./absolute.ts";
import { Flag } from "./core.ts";
import type { SegmentRecord } from "./record.ts";

const MICROS_PER_MILLISECOND = 1_000;
const MICROS_PER_SECOND = 1_000_000;
/** 999.5 of a unit is 1000 in three digits. */
const ROUNDED_UP = 1_000 / 999.5;

/** The flags in the order in which tools name them. */
const FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [Flag.syn, "SYN"],
  [Flag.fin, "FIN"],
  [Flag.rst, "RST"],
  [Flag.psh, "PSH"],
  [Flag.ack, "ACK"],
  [Flag.urg, "URG"],
  [Flag.ece, "ECE"],
  [Flag.cwr, "CWR"],
  [Flag.ae, "AE"],
];

/** The flags of each set, made once. */
const flagTexts: (string | undefined)[] = [];

/** The flags, SYN and FIN first: `SYN,ACK`; `-` for none. */
export function flagsText(flags: number): string {
  let text = flagTexts[flags];
  if (text === undefined) {
    const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
    text = names.length === 0 ? "-" : names.join(",");
    flagTexts[flags] = text;
  }
  return text;
}

/** A span of microseconds with the unit that fits it: `85 µs`, `1.25 ms`, `200 ms`, `3 s`; NaN is one that is not known. */
export function spanText(micros: number): string {
  if (Number.isNaN(micros)) return "an unknown time";
  // What would be rounded up to 1000 has the next unit.
  const size = Math.abs(micros) * ROUNDED_UP;
  if (size < MICROS_PER_MILLISECOND) return `${Math.round(micros)} µs`;
  if (size < MICROS_PER_SECOND) return `${threeDigits(micros / MICROS_PER_MILLISECOND)} ms`;
  return `${threeDigits(micros / MICROS_PER_SECOND)} s`;
}

/** Seconds since the start with six decimals, to stand in a column; `-` for a moment that is not known. */
export function secondsText(micros: number): string {
  return Number.isNaN(micros) ? "-" : (micros / MICROS_PER_SECOND).toFixed(6);
}

/** A moment by the wall clock, with microseconds, which `Date` does not have: `2026-01-31T12:00:00.000001Z`. */
export function wallClockText(micros: number): string {
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const rest = Math.floor(micros - seconds * MICROS_PER_SECOND);
  return new Date(seconds * 1_000).toISOString().replace(".000Z", `.${String(rest).padStart(6, "0")}Z`);
}

/** Fewer octets than that, as of a slow rate, are not rounded to whole ones. */
const FEW = 10;

/** An amount of octets with the unit that fits it: `512 B`, `64 KiB`, `1.5 MiB`. */
export function octetsAmountText(octets: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let amount = octets;
  let unit = 0;
  while (Math.abs(amount) >= 1_024 && unit < units.length - 1) {
    amount /= 1_024;
    unit++;
  }
  return `${unit === 0 && amount >= FEW ? Math.round(amount) : threeDigits(amount)} ${units[unit]}`;
}

/** A number of octets that may be unlimited or unknown: `14600`, `∞`, `?`. */
export function amountText(octets: number | null): string {
  if (octets === null) return "?";
  return octets === Infinity ? "∞" : String(Math.round(octets));
}

/** A sequence number: a relative one as it is, the header's own modulo 2^32. */
export function sequenceText(number: number): string {
  return String(isAbsolute(number) ? number % 2 ** 32 : number);
}

/** The numbers from `start` to before `end`, as first and last: `1..29`; one of them: `30`. */
export function rangeText(start: number, end: number): string {
  return end - start <= 1 ? sequenceText(start) : `${sequenceText(start)}..${sequenceText(end - 1)}`;
}

/** The same in a sentence: `1 to 29`; one of them: `30`. */
export function spanOf(start: number, end: number): string {
  return end - start <= 1 ? sequenceText(start) : `${sequenceText(start)} to ${sequenceText(end - 1)}`;
}

/** The octets of a segment's text in a sentence, without SYN and FIN: `1 to 29`. */
export function textSpan(segment: SegmentRecord): string {
  const start = textStart(segment);
  return spanOf(start, start + segment.length);
}

/** The number of a segment's first octet of text. */
export function textStart({ seq, flags }: SegmentRecord): number {
  return (flags & Flag.syn) === 0 ? seq : seq + 1;
}

/** SACK blocks in the notation, as first and last octet of each: `1449..2896 4345..5792`. */
export function sackText(edges: readonly number[]): string {
  return blocks(edges).map(([left, right]) =>
    right > left ? rangeText(left, right) : `${sequenceText(left)}..${sequenceText(right - 1)}`
  ).join(" ");
}

/** SACK blocks in a sentence: `1449 to 2896, 4345 to 5792`. */
export function blocksText(edges: readonly number[]): string {
  return blocks(edges).map(([left, right]) => spanOf(left, right)).join(", ");
}

function blocks(edges: readonly number[]): (readonly [left: number, right: number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0; i + 1 < edges.length; i += 2) pairs.push([edges[i] as number, edges[i + 1] as number]);
  return pairs;
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** A text as a sentence begins with it. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `1 segment`, `2 segments`. */
export function countText(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
