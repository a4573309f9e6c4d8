/**
 * Numbers and header fields as people write them.
 *
 * @module
 */

import { Flag, Option } from "./core.ts";
import type { SegmentRecord } from "./record.ts";

const MICROS_PER_MILLISECOND = 1_000;
const MICROS_PER_SECOND = 1_000_000;

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

/** A span of microseconds with the unit that fits it: `85 µs`, `1.25 ms`, `200 ms`, `3 s`. */
export function spanText(micros: number): string {
  const size = Math.abs(micros);
  if (size < MICROS_PER_MILLISECOND) return `${Math.round(micros)} µs`;
  if (size < MICROS_PER_SECOND) return `${threeDigits(micros / MICROS_PER_MILLISECOND)} ms`;
  return `${threeDigits(micros / MICROS_PER_SECOND)} s`;
}

/** Seconds since the start with six decimals, to stand in a column. */
export function secondsText(micros: number): string {
  return (micros / MICROS_PER_SECOND).toFixed(6);
}

/** An amount of octets with the unit that fits it: `512 B`, `64 KiB`, `1.5 MiB`. */
export function octetsAmountText(octets: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let amount = octets;
  let unit = 0;
  while (Math.abs(amount) >= 1_024 && unit < units.length - 1) {
    amount /= 1_024;
    unit++;
  }
  return `${unit === 0 ? Math.round(amount) : threeDigits(amount)} ${units[unit]}`;
}

/** A number of octets that may be unlimited or unknown: `14600`, `∞`, `?`. */
export function amountText(octets: number | null): string {
  if (octets === null) return "?";
  return octets === Infinity ? "∞" : String(Math.round(octets));
}

/** SACK blocks as `1449-2897 4345-5793`. */
export function sackText(edges: readonly number[]): string {
  const blocks: string[] = [];
  for (let i = 0; i + 1 < edges.length; i += 2) blocks.push(`${edges[i]}-${edges[i + 1]}`);
  return blocks.join(" ");
}

/** The options as one text, in a fixed order: `mss 1460 sack-ok ts 1:0 ws 8`; empty for none. */
export function optionsText(segment: SegmentRecord): string {
  const texts: string[] = [];
  const has = (option: number): boolean => (segment.options & option) !== 0;
  if (has(Option.maximumSegmentSize)) texts.push(`mss ${segment.maximumSegmentSize}`);
  if (has(Option.selectiveAckPermitted)) texts.push("sack-ok");
  if (has(Option.timestamps)) texts.push(`ts ${segment.timestampValue}:${segment.timestampEcho}`);
  if (has(Option.windowScale)) texts.push(`ws ${segment.windowScale}`);
  if (has(Option.selectiveAck)) texts.push(`sack ${sackText(segment.sackEdges)}`);
  if (has(Option.userTimeout)) texts.push(`uto ${userTimeoutText(segment.userTimeout)}`);
  return texts.join(" ");
}

/** The user timeout option, RFC 5482 3.1: minutes when the granularity bit is set, else seconds. */
function userTimeoutText(field: number): string {
  const GRANULARITY = 0x8000;
  return `${field & (GRANULARITY - 1)}${(field & GRANULARITY) !== 0 ? "min" : "s"}`;
}

function threeDigits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
