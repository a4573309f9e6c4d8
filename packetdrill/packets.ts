/**
 * Packets as octets: those that a script injects are built here, those that the stack sends are read here. Both
 * independently of `tcp/wire`, which stands between these octets and the core: what the one writes wrong, the other
 * finds.
 *
 * @module
 */

import { type Family, Flag } from "../tcp/mod.ts";
import type { TcpOption } from "./ast.ts";

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const TCP_PROTOCOL = 6;
const DEFAULT_HOP_LIMIT = 64;
const WORD = 4;
const MAX_IP_LENGTH = 65_535;
const U16 = 0x1_0000;

/** Octets of options that a header has room for (RFC 9293 3.1). */
export const MAX_OPTIONS = 40;

/** Octets of payload that one injected packet can carry beside the longest headers. */
export const MAX_PAYLOAD = MAX_IP_LENGTH - IPV4_HEADER - 60;

/** What one TCP packet says, with numbers as they are on the wire. */
export interface WirePacket {
  readonly family: Family;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  /** DiffServ codepoint and ECN field. */
  readonly trafficClass: number;
  readonly hopLimit: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOption[];
  readonly payload: Uint8Array;
}

/** The octet at `position` of a stream (0 for the first after the SYN): tells positions and the two streams apart. */
function streamOctet(fromStack: boolean, position: number): number {
  const place = position | 0;
  return (place * 31 + (place >> 8) * 17 + (place >> 16) * 11 + (fromStack ? 0x5a : 0xa5)) & 0xff;
}

/** `length` octets of a stream from `position` on, in a new array. */
export function streamOctets(fromStack: boolean, position: number, length: number): Uint8Array {
  const octets = new Uint8Array(length);
  for (let i = 0; i < length; i++) octets[i] = streamOctet(fromStack, position + i);
  return octets;
}

/** Where `octets` differs from the stream at `position`, as an index; -1 when nowhere. */
export function findWrongOctet(fromStack: boolean, position: number, octets: Uint8Array): number {
  for (let i = 0; i < octets.length; i++) {
    if (octets[i] !== streamOctet(fromStack, position + i)) return i;
  }
  return -1;
}

/** Builds a packet, checksums right unless something else is given. The options are padded with zeros to whole words. */
export function buildPacket(packet: WirePacket, badChecksum = false): Uint8Array {
  const options = buildOptions(packet.options);
  const headerLength = TCP_HEADER + options.length;
  const ipLength = packet.family === 4 ? IPV4_HEADER : IPV6_HEADER;
  const tcpLength = headerLength + packet.payload.length;
  const octets = new Uint8Array(ipLength + tcpLength);
  const view = new DataView(octets.buffer);
  if (packet.family === 4) writeIpv4(packet, octets.length, octets, view);
  else writeIpv6(packet, tcpLength, octets, view);
  view.setUint16(ipLength, packet.sourcePort);
  view.setUint16(ipLength + 2, packet.destinationPort);
  view.setUint32(ipLength + 4, packet.seq);
  view.setUint32(ipLength + 8, packet.ack);
  view.setUint16(ipLength + 12, (headerLength / WORD) << 12 | packet.flags);
  view.setUint16(ipLength + 14, packet.window);
  view.setUint16(ipLength + 18, packet.urgentPointer);
  octets.set(options, ipLength + TCP_HEADER);
  octets.set(packet.payload, ipLength + headerLength);
  const sum = tcpSum(packet.source, packet.destination, octets.subarray(ipLength));
  // RFC 1071: what is stored is the complement; one bit off makes it wrong.
  view.setUint16(ipLength + 16, badChecksum ? ~sum & 0xffff ^ 0x0100 : ~sum & 0xffff);
  return octets;
}

function writeIpv4(packet: WirePacket, length: number, octets: Uint8Array, view: DataView): void {
  octets[0] = 0x45;
  octets[1] = packet.trafficClass;
  view.setUint16(2, length);
  octets[8] = packet.hopLimit === 0 ? DEFAULT_HOP_LIMIT : packet.hopLimit;
  octets[9] = TCP_PROTOCOL;
  octets.set(packet.source, 12);
  octets.set(packet.destination, 16);
  view.setUint16(10, ~sumOf(octets.subarray(0, IPV4_HEADER), 0) & 0xffff);
}

function writeIpv6(packet: WirePacket, tcpLength: number, octets: Uint8Array, view: DataView): void {
  view.setUint16(0, 0x6000 | packet.trafficClass << 4);
  view.setUint16(4, tcpLength);
  octets[6] = TCP_PROTOCOL;
  octets[7] = packet.hopLimit === 0 ? DEFAULT_HOP_LIMIT : packet.hopLimit;
  octets.set(packet.source, 8);
  octets.set(packet.destination, 24);
}

/** A packet from the stack that is none. */
export class PacketFormError extends Error {
  override readonly name = "PacketFormError";
}

/** Reads a packet from the stack. @throws PacketFormError saying what is wrong with its form or its checksums */
export function readPacket(octets: Uint8Array): WirePacket {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  const family: Family = (octets[0] ?? 0) >> 4 === 4 ? 4 : 6;
  const ipLength = family === 4 ? ((octets[0] ?? 0) & 0xf) * WORD : IPV6_HEADER;
  const total = family === 4 ? view.getUint16(2) : view.getUint16(4) + IPV6_HEADER;
  if (total !== octets.length) {
    throw new PacketFormError(`The IP header says ${total} octets, the packet has ${octets.length}`);
  }
  if (family === 4 && sumOf(octets.subarray(0, ipLength), 0) !== 0xffff) {
    throw new PacketFormError("Wrong IP checksum");
  }
  const source = family === 4 ? octets.slice(12, 16) : octets.slice(8, 24);
  const destination = family === 4 ? octets.slice(16, 20) : octets.slice(24, 40);
  const tcp = octets.subarray(ipLength);
  if (tcpSum(source, destination, tcp) !== 0xffff) throw new PacketFormError("Wrong TCP checksum");
  const dataOffset = (tcp[12] ?? 0) >> 4;
  const headerLength = dataOffset * WORD;
  if (headerLength < TCP_HEADER || headerLength > tcp.length) {
    throw new PacketFormError(`Wrong data offset ${dataOffset}`);
  }
  if ((tcp[12] ?? 0) & 0x0e) throw new PacketFormError("Reserved bits are set");
  return {
    family,
    source,
    destination,
    trafficClass: family === 4 ? octets[1] ?? 0 : view.getUint16(0) >> 4 & 0xff,
    hopLimit: octets[family === 4 ? 8 : 7] ?? 0,
    sourcePort: view.getUint16(ipLength),
    destinationPort: view.getUint16(ipLength + 2),
    seq: view.getUint32(ipLength + 4),
    ack: view.getUint32(ipLength + 8),
    flags: view.getUint16(ipLength + 12) & 0x1ff,
    window: view.getUint16(ipLength + 14),
    urgentPointer: view.getUint16(ipLength + 18),
    options: readOptions(tcp.subarray(TCP_HEADER, headerLength)),
    payload: tcp.slice(headerLength),
  };
}

function buildOptions(options: readonly TcpOption[]): Uint8Array {
  const octets: number[] = [];
  for (const option of options) octets.push(...optionOctets(option));
  while (octets.length % WORD !== 0) octets.push(0);
  return new Uint8Array(octets);
}

/** An option on the wire. */
export function optionOctets(option: TcpOption): number[] {
  switch (option.kind) {
    case "eol":
      return [0];
    case "nop":
      return [1];
    case "mss":
      return [2, 4, option.value >> 8, option.value & 0xff];
    case "wscale":
      return [3, 3, option.value];
    case "sackOK":
      return [4, 2];
    case "sack":
      return [
        5,
        2 + 8 * option.blocks.length,
        ...option.blocks.flatMap((edges) => edges.flatMap(uint32Octets)),
      ];
    case "TS":
      return [8, 10, ...uint32Octets(option.value ?? 0), ...uint32Octets(option.echo ?? 0)];
    case "uto":
      return [28, 4, option.value >> 8, option.value & 0xff];
    case "raw":
      return [...option.octets];
  }
}

function uint32Octets(value: number): number[] {
  return [value >>> 24, value >>> 16 & 0xff, value >>> 8 & 0xff, value & 0xff];
}

function readOptions(octets: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  let at = 0;
  while (at < octets.length) {
    const kind = octets[at] ?? 0;
    const length = kind < 2 ? 1 : octets[at + 1] ?? 0;
    if (kind >= 2 && (length < 2 || at + length > octets.length)) {
      throw new PacketFormError(`Wrong length of option ${kind}`);
    }
    options.push(readOption(kind, length, at, octets, view));
    at += length;
  }
  return options;
}

function readOption(kind: number, length: number, at: number, octets: Uint8Array, view: DataView): TcpOption {
  if (kind === 0) return { kind: "eol" };
  if (kind === 1) return { kind: "nop" };
  if (kind === 2 && length === 4) return { kind: "mss", value: view.getUint16(at + 2) };
  if (kind === 3 && length === 3) return { kind: "wscale", value: view.getUint8(at + 2) };
  if (kind === 4 && length === 2) return { kind: "sackOK" };
  if (kind === 8 && length === 10) {
    return { kind: "TS", value: view.getUint32(at + 2), echo: view.getUint32(at + 6) };
  }
  if (kind === 28 && length === 4) return { kind: "uto", value: view.getUint16(at + 2) };
  if (kind === 5 && length % 8 === 2) {
    const blocks: (readonly [number, number])[] = [];
    for (let i = at + 2; i < at + length; i += 8) blocks.push([view.getUint32(i), view.getUint32(i + 4)]);
    return { kind: "sack", blocks };
  }
  return { kind: "raw", octets: [...octets.subarray(at, at + length)] };
}

/** The folded sum of a TCP segment with its pseudo-header (RFC 9293 3.1): 0xffff when a checksum in it is right. */
function tcpSum(source: Uint8Array, destination: Uint8Array, tcp: Uint8Array): number {
  return sumOf(tcp, sumOf(source, 0) + sumOf(destination, 0) + TCP_PROTOCOL + tcp.length);
}

function sumOf(octets: Uint8Array, start: number): number {
  let sum = start;
  for (let i = 0; i < octets.length; i++) sum += (i % 2 === 0 ? 0x100 : 1) * (octets[i] ?? 0);
  while (sum >= U16) sum = sum % U16 + Math.floor(sum / U16);
  return sum;
}

const FLAG_TEXT: readonly (readonly [number, string])[] = [
  [Flag.fin, "F"],
  [Flag.syn, "S"],
  [Flag.rst, "R"],
  [Flag.psh, "P"],
  [Flag.urg, "U"],
  [Flag.ece, "E"],
  [Flag.cwr, "W"],
  [Flag.ae, "A"],
  [Flag.ack, "."],
];

/** Flags as a script writes them. */
export function flagText(flags: number): string {
  const text = FLAG_TEXT.map(([bit, letter]) => (flags & bit) !== 0 ? letter : "").join("");
  return text === "" ? "-" : text;
}

/** Options as a script writes them, without the angle brackets. */
export function optionText(options: readonly TcpOption[]): string {
  return options.map((option) => {
    switch (option.kind) {
      case "nop":
      case "eol":
      case "sackOK":
        return option.kind;
      case "mss":
      case "wscale":
      case "uto":
        return `${option.kind} ${option.value}`;
      case "TS":
        return `TS val ${option.value ?? "..."} ecr ${option.echo ?? "..."}`;
      case "sack":
        return `sack ${option.blocks.map(([left, right]) => `${left}:${right}`).join(" ")}`;
      case "raw":
        return `raw ${option.octets.map((octet) => octet.toString(16).padStart(2, "0")).join("")}`;
    }
  }).join(",");
}
