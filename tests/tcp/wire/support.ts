/**
 * What the tests of `tcp/wire/` share: octets from text, segments to encode, the reference checksum, and how properties
 * are checked.
 *
 * @module
 */

import fc from "fast-check";
import { parseAddress } from "../../../tcp/base/address.ts";
import { Flag, Option, Segment } from "../../../tcp/base/segment.ts";
import { seqNumber, seqToUint32, timestamp, timestampToUint32 } from "../../../tcp/base/seq.ts";
import { encodePacket, packetLength } from "../../../tcp/wire/packet.ts";

/** Where every run of the properties starts; a failure prints its own seed and path beside it. */
const SEED = 20_220_818;

/** One captured IP packet. Sequence numbers and timestamps as unsigned numbers. */
export interface CapturedPacket {
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly ecn: number;
  readonly ports: readonly [number, number];
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly maximumSegmentSize: number | null;
  readonly windowScale: number | null;
  readonly selectiveAckPermitted: boolean;
  readonly timestamps: readonly [number, number] | null;
  readonly sackBlocks: readonly (readonly [number, number])[];
  readonly payloadLength: number;
  readonly checksumUnfinished: boolean;
  readonly hex: string;
}

/** The octets that hexadecimal digits name; spaces are ignored. */
export function hexToOctets(hex: string): Uint8Array {
  const digits = hex.replaceAll(/\s/g, "");
  const octets = new Uint8Array(digits.length / 2);
  for (let i = 0; i < octets.length; i++) octets[i] = parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return octets;
}

/** The octets as hexadecimal digits. */
export function octetsToHex(octets: Uint8Array): string {
  return Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** The internet checksum's sum as RFC 1071 defines it, without any haste: folded, not complemented. */
export function slowSum(octets: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < octets.length; i++) {
    sum += (octets[i] ?? 0) * (i % 2 === 0 ? 0x100 : 1);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum;
}

/** An empty ACK between fixed addresses of the family, for a test to change. */
export function plainSegment(family: 4 | 6): Segment {
  const segment = new Segment();
  const source = parseAddress(family === 4 ? "192.0.2.1" : "2001:db8::1").octets;
  const destination = parseAddress(family === 4 ? "198.51.100.2" : "2001:db8:1::2").octets;
  segment.family = family;
  segment.addresses = Uint8Array.of(...source, ...destination);
  segment.destinationOffset = source.length;
  segment.sourcePort = 40_000;
  segment.destinationPort = 80;
  segment.seq = seqNumber(0xfffffff0);
  segment.ack = seqNumber(0x01020304);
  segment.flags = Flag.ack;
  segment.window = 512;
  return segment;
}

/** The segment as a packet in a buffer of its own. */
export function packetOf(segment: Segment): Uint8Array {
  const packet = new Uint8Array(packetLength(segment));
  encodePacket(segment, packet);
  return packet;
}

/** Puts the right checksum into an IPv4 header of `headerLength` octets that a test has changed. */
export function repairIpv4Checksum(packet: Uint8Array, headerLength = 20): void {
  packet[10] = packet[11] = 0;
  const checksum = 0xffff - slowSum(packet.subarray(0, headerLength));
  packet[10] = checksum >> 8;
  packet[11] = checksum & 0xff;
}

/** Everything that a packet says about a segment, as plain values to compare: what it does not say is null. */
export function meaningOf(segment: Segment): Record<string, unknown> {
  const length = segment.family === 4 ? 4 : 16;
  const has = (option: number): boolean => segment.hasOption(option);
  const payload = new Uint8Array(segment.payload.length);
  segment.payload.copyTo(payload, 0);
  return {
    family: segment.family,
    source: octetsToHex(segment.addresses.slice(segment.sourceOffset, segment.sourceOffset + length)),
    destination: octetsToHex(
      segment.addresses.slice(segment.destinationOffset, segment.destinationOffset + length),
    ),
    ecn: segment.ecn,
    dscp: segment.dscp,
    hopLimit: segment.hopLimit,
    ports: [segment.sourcePort, segment.destinationPort],
    seq: seqToUint32(segment.seq),
    ack: seqToUint32(segment.ack),
    flags: segment.flags,
    window: segment.window,
    urgentPointer: segment.urgentPointer,
    options: segment.options,
    maximumSegmentSize: has(Option.maximumSegmentSize) ? segment.maximumSegmentSize : null,
    windowScale: has(Option.windowScale) ? segment.windowScale : null,
    timestamps: has(Option.timestamps)
      ? [timestampToUint32(segment.timestampValue), timestampToUint32(segment.timestampEcho)]
      : null,
    sackEdges: has(Option.selectiveAck)
      ? Array.from(segment.sackEdges.subarray(0, 2 * segment.sackBlockCount))
      : null,
    userTimeout: has(Option.userTimeout) ? segment.userTimeout : null,
    payload: octetsToHex(payload),
  };
}

/** Any segment that a header has room for, its payload in one or two ranges of a buffer. */
export function anySegment(): fc.Arbitrary<Segment> {
  return fc.record({
    family: fc.constantFrom<4 | 6>(4, 6),
    addresses: fc.uint8Array({ minLength: 40, maxLength: 40 }),
    ipFields: fc.tuple(fc.nat(3), fc.nat(63), fc.nat(255)),
    ports: fc.tuple(fc.nat(0xffff), fc.nat(0xffff)),
    numbers: fc.array(fc.integer(), { minLength: 12, maxLength: 12 }),
    shorts: fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 }),
    flags: fc.nat(0x1ff),
    options: fc.nat(0x3f),
    windowScale: fc.nat(255),
    sackBlocks: fc.integer({ min: 1, max: 4 }),
    order: fc.constantFrom<"linux" | "freebsd">("linux", "freebsd"),
    ring: fc.uint8Array({ minLength: 1, maxLength: 300, size: "max" }),
    payloadOffset: fc.nat(299),
    payloadLength: fc.nat(300),
  }).map((from) => {
    const segment = new Segment();
    segment.family = from.family;
    segment.addresses = from.addresses;
    segment.sourceOffset = 1;
    segment.destinationOffset = 20;
    [segment.ecn, segment.dscp, segment.hopLimit] = from.ipFields;
    [segment.sourcePort, segment.destinationPort] = from.ports;
    segment.flags = from.flags;
    fillNumbers(segment, from.numbers, from.shorts);
    fillOptions(segment, from.options, from.sackBlocks);
    segment.windowScale = from.windowScale;
    segment.synOptionOrder = from.order;
    fillPayload(segment, from.ring, from.payloadOffset % from.ring.length, from.payloadLength);
    return segment;
  });
}

/** Checks a property of `runs` random values, the same ones each time. */
export function holds<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void, runs: number): void {
  fc.assert(fc.property(arbitrary, property), { seed: SEED, numRuns: runs });
}

function fillNumbers(segment: Segment, numbers: readonly number[], shorts: readonly number[]): void {
  const [seq = 0, ack = 0, value = 0, echo = 0, ...edges] = numbers;
  segment.seq = seqNumber(seq);
  segment.ack = seqNumber(ack);
  segment.timestampValue = timestamp(value);
  segment.timestampEcho = timestamp(echo);
  segment.sackEdges.set(edges);
  const [window = 0, urgentPointer = 0, maximumSegmentSize = 0, userTimeout = 0] = shorts;
  segment.window = window;
  segment.urgentPointer = urgentPointer;
  segment.maximumSegmentSize = maximumSegmentSize;
  segment.userTimeout = userTimeout;
}

/** Leaves out what a decoder would not heed, and the SACK blocks for which there is no room. */
function fillOptions(segment: Segment, options: number, sackBlocks: number): void {
  const synOnly = Option.maximumSegmentSize | Option.windowScale | Option.selectiveAckPermitted;
  segment.options = segment.has(Flag.syn) ? options : options & ~synOnly;
  const before = [
    segment.hasOption(Option.maximumSegmentSize) ? 4 : 0,
    segment.hasOption(Option.windowScale) ? 4 : 0,
    segment.hasOption(Option.timestamps) ? 12 : segment.hasOption(Option.selectiveAckPermitted) ? 4 : 0,
    segment.hasOption(Option.userTimeout) ? 4 : 0,
  ].reduce((sum, length) => sum + length, 0);
  segment.sackBlockCount = Math.min(sackBlocks, Math.floor((40 - before - 4) / 8));
}

function fillPayload(segment: Segment, ring: Uint8Array, offset: number, length: number): void {
  const payloadLength = Math.min(length, ring.length);
  segment.payload.set(ring, offset, payloadLength);
  segment.payload.firstPartLength = Math.min(payloadLength, ring.length - offset);
}
