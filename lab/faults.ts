/**
 * Faults on request, as people write them: `drop:syn`, `out:drop:data:2`, `in:delay:100ms`, `rate:1Mbit`.
 *
 * @module
 */

import { Flag, type Micros, micros, type Segment } from "../tcp/mod.ts";
import { FAULT_SYNTAX } from "./fault_syntax.ts";

/** Packets that we send, those that we receive, or both. */
export type FaultWay = "out" | "in" | "both";

/** Which packets a fault hits: some by chance, or the n-th to the m-th that are of a kind. */
export type FaultChoice =
  | { readonly by: "chance"; readonly probability: number }
  | { readonly by: "count"; readonly kind: PacketKind; readonly from: number; readonly to: number };

/** What a packet is, as its sender means it. */
export type PacketKind = "packet" | "syn" | "data" | "fin" | "ack" | "rst";

/** One fault. */
export type Fault =
  & {
    /** As it was written. */
    readonly text: string;
    readonly way: FaultWay;
  }
  & (
    | { readonly kind: "drop" | "duplicate" | "corrupt"; readonly choice: FaultChoice }
    /** So many packets overtake the first one with data; or with a probability, three overtake any. */
    | { readonly kind: "reorder"; readonly overtakers: number; readonly probability: number | null }
    | { readonly kind: "delay" | "jitter"; readonly span: Micros }
    | { readonly kind: "rate"; readonly octetsPerSecond: number }
    | { readonly kind: "queue"; readonly packets: number }
  );

/** Whether a seed decides about it. */
export function isByChance(fault: Fault): boolean {
  switch (fault.kind) {
    case "drop":
    case "duplicate":
    case "corrupt":
      return fault.choice.by === "chance" || fault.kind === "corrupt";
    case "reorder":
      return fault.probability !== null;
    case "jitter":
      return true;
    case "delay":
    case "rate":
    case "queue":
      return false;
  }
}

const KINDS: readonly PacketKind[] = ["packet", "syn", "data", "fin", "ack", "rst"];

/** Packets that overtake one that is reordered by chance: as many as fast retransmit takes for a loss (RFC 5681 3.2). */
const OVERTAKERS = 3;

const MICROS_PER_UNIT: ReadonlyMap<string, number> = new Map([["us", 1], ["ms", 1e3], ["s", 1e6], ["", 1e6]]);
const BITS_PER_UNIT: ReadonlyMap<string, number> = new Map([["", 1], ["k", 1e3], ["m", 1e6], ["g", 1e9]]);
const BITS_PER_OCTET = 8;

/** Reads faults that are written with commas between them. @throws RangeError that names the wrong one and what can be written */
export function parseFaults(text: string): readonly Fault[] {
  return text.split(",").map((part) => {
    const fault = parseFault(part.trim());
    if (fault !== null) return fault;
    throw new RangeError(`Cannot make the fault "${part}": give ${FAULT_SYNTAX}`);
  });
}

function parseFault(text: string): Fault | null {
  const [, prefix, kind = "", rest = ""] = /^(?:(in|out):)?([a-z]+):(.+)$/i.exec(text.toLowerCase()) ?? [];
  const way = prefix === "in" || prefix === "out" ? prefix : null;
  switch (kind) {
    case "drop":
    case "duplicate":
    case "corrupt": {
      const choice = parseChoice(rest);
      if (choice === null) return null;
      // What is named by its kind is meant of what we send; chance strikes both ways.
      return { text, kind, choice, way: way ?? (choice.by === "count" ? "out" : "both") };
    }
    case "reorder":
      return parseReordering(text, rest, way);
    case "delay":
    case "jitter": {
      const span = parseSpan(rest);
      return span === null ? null : { text, kind, span, way: way ?? "both" };
    }
    case "rate": {
      const octetsPerSecond = parseRate(rest);
      return octetsPerSecond === null ? null : { text, kind, octetsPerSecond, way: way ?? "both" };
    }
    case "queue": {
      const packets = parseCount(rest);
      return packets === null ? null : { text, kind, packets, way: way ?? "both" };
    }
    default:
      return null;
  }
}

function parseReordering(text: string, rest: string, way: "in" | "out" | null): Fault | null {
  const probability = parsePercent(rest);
  if (probability !== null) {
    return { text, kind: "reorder", overtakers: OVERTAKERS, probability, way: way ?? "both" };
  }
  const overtakers = parseCount(rest);
  return overtakers === null
    ? null
    : { text, kind: "reorder", overtakers, probability: null, way: way ?? "out" };
}

/** `2%`, `syn`, `data:2`, `data:2-4`. */
function parseChoice(text: string): FaultChoice | null {
  const probability = parsePercent(text);
  if (probability !== null) return { by: "chance", probability };
  const [, name = "", first = "1", last = first] = /^([a-z]+)(?::(\d{1,6})(?:-(\d{1,6}))?)?$/.exec(text) ??
    [];
  const kind = KINDS.find((candidate) => candidate === name);
  const [from, to] = [Number(first), Number(last)];
  return kind === undefined || from < 1 || to < from ? null : { by: "count", kind, from, to };
}

function parsePercent(text: string): number | null {
  const [, digits] = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text) ?? [];
  return digits === undefined || Number(digits) > 100 ? null : Number(digits) / 100;
}

function parseCount(text: string): number | null {
  return /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : null;
}

/** `100ms`, `1.5s`; a number is seconds. */
function parseSpan(text: string): Micros | null {
  const [, digits, unit = ""] = /^(\d{1,6}(?:\.\d{1,6})?)(us|ms|s)?$/.exec(text) ?? [];
  return digits === undefined
    ? null
    : micros(Math.round(Number(digits) * (MICROS_PER_UNIT.get(unit) ?? NaN)));
}

/** `1Mbit`, `500kbit`; per second. */
function parseRate(text: string): number | null {
  const [, digits, unit = ""] = /^(\d{1,6}(?:\.\d{1,6})?)([kmg]?)(?:bit|bps|bit\/s)$/.exec(text) ?? [];
  const bits = digits === undefined ? 0 : Number(digits) * (BITS_PER_UNIT.get(unit) ?? NaN);
  return bits > 0 ? bits / BITS_PER_OCTET : null;
}

/** Whether the packet is of this kind: `ack` is one that carries nothing else. */
export function isOfKind(segment: Segment, kind: PacketKind): boolean {
  switch (kind) {
    case "packet":
      return true;
    case "syn":
      return segment.has(Flag.syn);
    case "data":
      return segment.payload.length > 0;
    case "fin":
      return segment.has(Flag.fin);
    case "rst":
      return segment.has(Flag.rst);
    case "ack":
      return segment.sequenceLength === 0 && segment.has(Flag.ack) && !segment.has(Flag.rst);
  }
}
