/**
 * Compares what the stack sent with what a line expects, and joins segments that a line expects as one.
 *
 * @module
 */

import { Flag } from "../tcp/mod.ts";
import type { PacketPart, TcpOption, TcpPacket } from "./ast.ts";
import { type Flow, wrap32 } from "./flows.ts";
import { findWrongOctet, flagText, optionText, type WirePacket } from "./packets.ts";

const ECN_BITS = 3;

/** How strictly to compare. */
export interface Strictness {
  /** Whether options must come in the line's order, NOPs and all; otherwise as a set without them. */
  readonly exactOptions: boolean;
  /** Whether PSH is compared. */
  readonly push: boolean;
  /** Whether the timestamp that the stack echoes is compared. */
  readonly echo: boolean;
  /** The length of a tick of the stack's timestamps, microseconds; 0: their values are not compared. */
  readonly timestampTick: number;
  /** How far timestamps may be off, microseconds. */
  readonly tolerance: number;
}

/** A packet that the stack sent, and when. */
export interface SentPacket {
  readonly time: number;
  readonly packet: WirePacket;
}

/**
 * Joins the packets at the start of `queue` until they have the payload that `expected` names: in sequence, of one
 * acknowledgment. A device that cuts for TCP shows them as one.
 *
 * @returns the joined packet, with how many it was made of; null when there are not enough yet
 */
export function joinSegments(
  queue: readonly SentPacket[],
  expected: TcpPacket,
  singly: boolean,
): { readonly joined: SentPacket; readonly count: number } | null {
  const first = queue[0];
  if (first === undefined) return null;
  const pieces = [first];
  let length = first.packet.payload.length;
  while (length < expected.length && length > 0 && !singly) {
    const next = queue[pieces.length];
    if (next === undefined) return null;
    if (!continues(first, length, next)) break;
    pieces.push(next);
    length += next.packet.payload.length;
  }
  return { joined: joinPieces(pieces, length), count: pieces.length };
}

function continues(first: SentPacket, length: number, next: SentPacket): boolean {
  return next.packet.seq === wrap32(first.packet.seq + length) && next.packet.ack === first.packet.ack &&
    next.packet.payload.length > 0;
}

function joinPieces(pieces: readonly SentPacket[], length: number): SentPacket {
  const first = pieces[0] as SentPacket;
  const last = pieces[pieces.length - 1] as SentPacket;
  const payload = new Uint8Array(length);
  let at = 0;
  let flags = 0;
  for (const { packet } of pieces) {
    payload.set(packet.payload, at);
    at += packet.payload.length;
    flags |= packet.flags;
  }
  return { time: last.time, packet: { ...first.packet, flags, payload, window: last.packet.window } };
}

/** What differs, in words, and in which part; a payload is in no part. */
export interface Difference {
  readonly part: PacketPart | null;
  readonly text: string;
}

/** What differs; null when nothing does. Notes the timestamp that the line stood for. */
export function findDifference(
  expected: TcpPacket,
  sent: WirePacket,
  flow: Flow,
  strictness: Strictness,
): Difference | null {
  const actual = flow.scriptView(sent);
  const seq = expected.absolute ? sent.seq : actual.seq;
  const inHeader = headerDifference(expected, { ...actual, seq }, strictness);
  if (inHeader !== null) return inHeader;
  const inOptions = optionDifference(expected, actual, flow, strictness);
  if (inOptions !== null) return { part: "options", text: inOptions };
  const inPayload = payloadDifference(sent, flow);
  return inPayload === null ? null : { part: null, text: inPayload };
}

function headerDifference(
  expected: TcpPacket,
  actual: WirePacket,
  strictness: Strictness,
): Difference | null {
  const mask = strictness.push ? 0x1ff : 0x1ff & ~Flag.psh;
  if ((expected.flags & mask) !== (actual.flags & mask)) {
    const text = `flags: ${flagText(expected.flags)} expected, ${flagText(actual.flags)} sent`;
    return { part: "flags", text };
  }
  const hopLimit = expected.ip.hopLimit === 0 ? null : expected.ip.hopLimit;
  const fields: readonly (readonly [PacketPart | null, string, number | null, number])[] = [
    ["sequence", "sequence number", expected.seq, actual.seq],
    ["sequence", "payload length", expected.length, actual.payload.length],
    ["ack", "acknowledgment", expected.ack, actual.ack],
    ["window", "window", expected.window, actual.window],
    ["urgent pointer", "urgent pointer", expected.urgentPointer, actual.urgentPointer],
    [null, "traffic class", expected.ip.trafficClass, actual.trafficClass],
    [null, "hop limit", hopLimit, actual.hopLimit],
  ];
  for (const [part, name, wanted, found] of fields) {
    if (wanted === null || wanted === found) continue;
    return { part, text: `${name}: ${wanted} expected, ${found} sent` };
  }
  const ecn = actual.trafficClass & ECN_BITS;
  const wanted = expected.ip.ecn;
  const fits = wanted === "ect01" ? ecn === 1 || ecn === 2 : wanted === null || wanted === ecn;
  return fits ? null : { part: null, text: `ECN field: ${wanted} expected, ${ecn} sent` };
}

function optionDifference(
  expected: TcpPacket,
  actual: WirePacket,
  flow: Flow,
  strictness: Strictness,
): string | null {
  const stamps = actual.options.find((option) => option.kind === "TS");
  if (expected.options === "any") return null;
  const wantedStamps = expected.options.find((option) => option.kind === "TS");
  if (typeof wantedStamps?.value === "number" && typeof stamps?.value === "number") {
    flow.noteTimestamp(wantedStamps.value, stamps.value);
  }
  const wanted = comparable(expected.options, strictness.exactOptions);
  const found = comparable(actual.options, strictness.exactOptions);
  if (wanted.map(comparisonKey).join() !== found.map(comparisonKey).join()) {
    return `options: <${optionText(expected.options)}> expected, <${optionText(actual.options)}> sent`;
  }
  return wantedStamps === undefined || stamps === undefined
    ? null
    // RFC 7323 3.2: without ACK the echo says nothing.
    : stampDifference(wantedStamps, stamps, flow, {
      ...strictness,
      echo: strictness.echo && (strictness.exactOptions || (actual.flags & Flag.ack) !== 0),
    });
}

/** The options to compare: all in order, or sorted and without padding. */
function comparable(options: readonly TcpOption[], exact: boolean): TcpOption[] {
  if (exact) return [...options];
  return options.filter((option) => option.kind !== "nop" && option.kind !== "eol")
    .sort((a, b) => a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0);
}

/** Timestamps are compared apart; of others the whole counts. */
function comparisonKey(option: TcpOption): string {
  return option.kind === "TS" ? "TS" : optionText([option]);
}

type Stamps = Extract<TcpOption, { kind: "TS" }>;

function stampDifference(wanted: Stamps, found: Stamps, flow: Flow, strictness: Strictness): string | null {
  if (strictness.echo && wanted.echo !== null && wanted.echo !== found.echo) {
    return `timestamp echo: ${wanted.echo} expected, ${found.echo} sent`;
  }
  if (strictness.timestampTick === 0 || wanted.value === null || found.value === null) return null;
  const value = flow.timestampToScript(found.value);
  if (value === null) return null;
  const off = Math.abs(value - wanted.value | 0) * strictness.timestampTick;
  return off > strictness.tolerance ? `timestamp: ${wanted.value} expected, ${value} sent` : null;
}

function payloadDifference(sent: WirePacket, flow: Flow): string | null {
  const position = flow.sentPosition(sent);
  const wrong = findWrongOctet(true, position, sent.payload);
  return wrong < 0
    ? null
    : `payload: the octet at ${wrong} is not that of position ${position + wrong} of the stream`;
}
