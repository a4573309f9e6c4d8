/**
 * Finds the TCP segment in a captured packet, or the ICMP error about one: whole or cut by a snap length, in tunnels, in
 * fragments, with checksums that an offloading device was to fill in.
 *
 * @module
 */

import type { CapturedPacket } from "../capture.ts";
import { Fragments } from "../link/fragments.ts";
import { FRAGMENT, Protocol } from "../link/ip_layer.ts";
import { Cursor, CUT_SHORT } from "../link/layer.ts";
import { unwrap, unwrapFrom } from "../link/unwrap.ts";
import {
  checksumOf,
  decodeIcmpPacket,
  decodeTcpSegment,
  type DropReason,
  IcmpError,
  Segment,
  sumOctets,
} from "../../trace/core.ts";

/** What a checksum says: cut packets and those that a device was to finish are not to be checked. */
export type Soundness = "good" | "unchecked" | "zero" | "wrong";

/** A segment as found. */
export interface FoundSegment {
  readonly kind: "segment";
  /** Reused for the next packet. */
  readonly segment: Segment;
  /** The octets of IP and TCP header, as far as they were captured; borrowed. */
  readonly headers: Uint8Array;
  /** Where in them TCP's begins. */
  readonly transport: number;
  /** Octets of payload that the capture has. */
  readonly keptPayload: number;
  readonly soundness: Soundness;
  /** Whether all of its options were captured. */
  readonly hasAllOptions: boolean;
  /** Of the IPv4 header's own checksum. */
  readonly ipSoundness: Soundness;
  /** Identification of the IPv4 packet; -1 in IPv6. */
  readonly ipId: number;
  readonly direction: CapturedPacket["direction"];
  /** Names of tunnels that it came through, outermost first; borrowed. */
  readonly tunnels: readonly string[];
}

/** An ICMP error about a segment. */
export interface FoundError {
  readonly kind: "icmp";
  /** Reused for the next packet. */
  readonly error: IcmpError;
}

/** The longest packet that is rebuilt when it was cut: what a device may have merged. */
const MOST_OCTETS = 1 << 20;

/** The fixed part of a TCP header. */
const TCP_HEADER = 20;
const DATA_OFFSET = 12;
const CHECKSUM_OFFSET = 16;
const IPV4_CHECKSUM_OFFSET = 10;
const NO_OPERATION = 1;
const WORD_OCTETS = 4;

/** Finds segments, one at a time, and counts what it could not read. */
export class SegmentFinder {
  /** How many frames of what kind could not be read. */
  readonly unread = new Map<string, number>();
  readonly #segment = new Segment();
  readonly #error = new IcmpError();
  readonly #cursor = new Cursor();
  readonly #fragments = new Fragments();
  #scratch = new Uint8Array(65_600);

  /** Frames with fragments of packets that never became whole. */
  get incompleteFragments(): number {
    return this.#fragments.incomplete;
  }

  /** What the packet holds; null when it is neither a segment nor an error about one, which is counted. */
  find(captured: CapturedPacket): FoundSegment | FoundError | null {
    if (captured.unread !== undefined) return this.#pass(captured.unread);
    const cursor = this.#cursor;
    unwrap(cursor, captured.linkType, captured.octets, captured.originalLength);
    let octets = captured.octets;
    while (cursor.unread === FRAGMENT) {
      const whole = this.#fragments.add(cursor, captured.time);
      if (whole === null) return null;
      const { direction } = cursor;
      octets = whole.octets.subarray(0, whole.captured);
      cursor.start(octets, whole.octets.length);
      cursor.direction = direction;
      unwrapFrom(cursor, "ip");
    }
    if (cursor.unread !== null) return this.#pass(cursor.unread);
    if (cursor.protocol !== Protocol.tcp) return this.#icmp(cursor);
    const found = this.#tcp(cursor, octets, captured.octets);
    return typeof found === "string" ? this.#pass(found) : found;
  }

  #pass(what: string): null {
    this.unread.set(what, (this.unread.get(what) ?? 0) + 1);
    return null;
  }

  #icmp(cursor: Cursor): FoundError | null {
    const packet = cursor.octets.subarray(cursor.ip, cursor.end);
    if (!decodeIcmpPacket(packet, packet.length, this.#error)) return this.#pass("other ICMP");
    return { kind: "icmp", error: this.#error };
  }

  #tcp(cursor: Cursor, octets: Uint8Array, captured: Uint8Array): FoundSegment | string {
    const { transport, end, ip } = cursor;
    const isWhole = octets.length >= end;
    const kept = isWhole ? end : octets.length;
    if (kept < transport + TCP_HEADER) return CUT_SHORT;
    if (end - ip > MOST_OCTETS) return "packets beyond 1 MiB";
    const packet = isWhole ? octets : this.#filledUp(octets, end, transport);
    const segment = this.#segment;
    readIpHeader(packet, cursor, segment);
    const length = end - transport;
    let refusal: DropReason | null = isWhole
      ? decodeTcpSegment(packet, transport, length, segment, "verify")
      : null;
    const isWrong = refusal === "bad-checksum";
    const isUnchecked = !isWhole || segment.checksumUnfinished;
    if (!isWhole || isWrong) refusal = decodeTcpSegment(packet, transport, length, segment, "trust");
    if (refusal !== null) return "malformed TCP headers";
    const headersEnd = segment.payload.offset;
    return {
      kind: "segment",
      segment,
      headers: packet.subarray(ip, Math.min(headersEnd, kept)),
      transport: transport - ip,
      keptPayload: Math.max(Math.min(kept - headersEnd, segment.payload.length), 0),
      soundness: isWrong
        ? (isZero(packet, transport + CHECKSUM_OFFSET) ? "zero" : "wrong")
        : isUnchecked
        ? "unchecked"
        : "good",
      hasAllOptions: headersEnd <= kept,
      ipSoundness: segment.family === 4 && octets === captured ? ipSoundness(packet, ip) : "good",
      ipId: segment.family === 4 ? (packet[ip + 4] ?? 0) << 8 | (packet[ip + 5] ?? 0) : -1,
      direction: cursor.direction,
      tunnels: cursor.tunnels,
    };
  }

  /**
   * A cut packet with something where octets are missing, so that its lengths are right: with zeros in the headers, and no
   * option half there. What there is of payload, nobody looks at it beyond what was kept.
   */
  #filledUp(kept: Uint8Array, length: number, transport: number): Uint8Array {
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length);
    const scratch = this.#scratch;
    scratch.set(kept);
    const headerEnd = transport + (scratch[transport + DATA_OFFSET] as number >> 4) * WORD_OCTETS;
    if (headerEnd <= kept.length) return scratch.subarray(0, length);
    scratch.fill(0, kept.length, headerEnd);
    let at = transport + TCP_HEADER;
    while (at < kept.length && scratch[at] !== 0) {
      const next = at + (scratch[at] === NO_OPERATION ? 1 : Math.max(scratch[at + 1] ?? 0, 2));
      if (next > kept.length) scratch.fill(0, at, kept.length);
      at = next;
    }
    return scratch.subarray(0, length);
  }
}

/** What TCP needs to know of IP. */
function readIpHeader(packet: Uint8Array, { ip, source, destination }: Cursor, out: Segment): void {
  const isIpv4 = (packet[ip] ?? 0) >> 4 === 4;
  const trafficClass = isIpv4
    ? packet[ip + 1] ?? 0
    : ((packet[ip] ?? 0) << 4 | (packet[ip + 1] ?? 0) >> 4) & 0xff;
  out.family = isIpv4 ? 4 : 6;
  out.addresses = packet;
  out.sourceOffset = source;
  out.destinationOffset = destination;
  out.ecn = trafficClass & 3;
  out.dscp = trafficClass >> 2;
  out.hopLimit = packet[ip + (isIpv4 ? 8 : 7)] ?? 0;
}

function ipSoundness(packet: Uint8Array, ip: number): Soundness {
  const headerLength = ((packet[ip] ?? 0) & 0xf) * WORD_OCTETS;
  if (checksumOf(sumOctets(packet, ip, headerLength)) === 0) return "good";
  return isZero(packet, ip + IPV4_CHECKSUM_OFFSET) ? "zero" : "wrong";
}

function isZero(octets: Uint8Array, at: number): boolean {
  return octets[at] === 0 && octets[at + 1] === 0;
}
