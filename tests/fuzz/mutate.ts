/**
 * Segments that no well-behaved peer would send: every field drawn near the edges where something is decided, and packets
 * with octets changed at random.
 *
 * @module
 */

import {
  type Connection,
  encodePacket,
  Flag,
  type IcmpError,
  Option,
  type Segment,
  seqAdd,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  timestamp,
} from "../../tcp/mod.ts";
import type { Random } from "../../lab/random.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";

const TEXT = new Uint8Array(65_536);

/** Octets of room that a packet needs at most. */
export const PACKET_ROOM = 70_000;

/** Largest payload of a mutated segment, but for a few that are as long as a packet can be. */
const PAYLOAD_MOST = 3_000;

/** Flags in the combinations that mean something, and so most often. */
const USUAL_FLAGS: readonly number[] = [
  Flag.ack,
  Flag.ack,
  Flag.ack,
  Flag.ack | Flag.psh,
  Flag.ack | Flag.fin,
  Flag.syn,
  Flag.syn | Flag.ack,
  Flag.rst,
  Flag.rst | Flag.ack,
  Flag.fin,
  Flag.ack | Flag.urg,
  Flag.ack | Flag.ece,
  Flag.syn | Flag.fin,
  0,
];

/** Fills in a segment for the connection, each field near something that matters or anywhere. */
export function mutateSegment(segment: Segment, connection: Connection, random: Random): void {
  segment.flags = random.chance(0.85) ? random.pick(USUAL_FLAGS) : random.integer(0, 511);
  // A RST ends most connections: it is to come now and then only.
  if (random.chance(0.9)) segment.flags &= ~Flag.rst;
  segment.seq = drawSeq(connection, random);
  segment.ack = drawAck(connection, random);
  segment.window = random.pick([0, 1, 2, 1_000, 65_535, random.integer(0, 65_535)]);
  segment.urgentPointer = random.pick([0, 1, 2, 1_000, 65_535]);
  segment.ecn = random.integer(0, 3);
  const isHuge = random.chance(0.002);
  const most = isHuge ? 65_000 : random.pick([0, 0, 1, 2, 100, PAYLOAD_MOST]);
  segment.payload.set(TEXT, 0, random.integer(0, most));
  drawOptions(segment, connection, random);
}

/** Numbers near the edges of the receive window, at its other side, and anywhere. */
function drawSeq(connection: Connection, random: Random): SeqNumber {
  const { rcvNxt, rcvWnd, irs } = connection;
  const near = random.integer(-2, 2);
  switch (random.integer(0, 9)) {
    case 0:
      return seqAdd(rcvNxt, rcvWnd + near);
    case 1:
      return seqAdd(irs, near);
    case 2:
      return seqAdd(rcvNxt, 0x7fffffff + near);
    case 3:
      return seqNumber(random.int32());
    case 4:
      return seqAdd(rcvNxt, random.integer(-5_000, 5_000));
    case 5:
      return seqAdd(rcvNxt, random.integer(0, Math.max(1, rcvWnd)));
    case 6:
      return seqAdd(rcvNxt, near);
    default:
      return rcvNxt;
  }
}

/** Numbers near SND.UNA, SND.NXT and the limits of RFC 5961 5.2. */
function drawAck(connection: Connection, random: Random): SeqNumber {
  const { sndUna, sndNxt, iss, unackedOctets } = connection;
  const near = random.integer(-2, 2);
  switch (random.integer(0, 7)) {
    case 0:
      return seqAdd(sndNxt, near);
    case 1:
      return seqAdd(sndUna, near);
    case 2:
      return seqAdd(iss, near);
    case 3:
      return seqNumber(random.int32());
    case 4:
      return seqAdd(sndUna, random.integer(-70_000, -1));
    case 5:
      return seqAdd(sndUna, random.integer(0, Math.max(1, unackedOctets)));
    default:
      return sndUna;
  }
}

function drawOptions(segment: Segment, connection: Connection, random: Random): void {
  segment.options = 0;
  segment.sackBlockCount = 0;
  if (random.chance(0.7)) {
    segment.options |= Option.timestamps;
    const tick = controlBlockOf(connection).timestamps.recent as unknown as number;
    segment.timestampValue = timestamp(tick + random.pick([0, 1, 100, -1, 0x7fffffff, random.int32()]));
    segment.timestampEcho = timestamp(random.pick([0, 5_000, 5_100, random.int32()]));
  }
  if (segment.has(Flag.syn)) {
    segment.options |= random.integer(0, 63) & ~Option.selectiveAck;
    segment.maximumSegmentSize = random.pick([0, 1, 87, 536, 1_460, 65_535]);
    segment.windowScale = random.pick([0, 7, 14, 15, 255]);
    segment.userTimeout = random.integer(0, 65_535);
  } else if (random.chance(0.4)) drawSelectiveAck(segment, connection, random);
}

/** Blocks within what is outstanding, across its edges, the wrong way round, or anywhere. */
function drawSelectiveAck(segment: Segment, connection: Connection, random: Random): void {
  segment.options |= Option.selectiveAck;
  segment.sackBlockCount = random.integer(1, (segment.options & Option.timestamps) === 0 ? 4 : 3);
  const { sndUna, unackedOctets } = connection;
  for (let i = 0; i < 2 * segment.sackBlockCount; i++) {
    const within = random.integer(-10, unackedOctets + 10);
    const isAnywhere = random.chance(0.05);
    segment.sackEdges[i] = isAnywhere ? random.int32() : seqToInt32(seqAdd(sndUna, within));
  }
  if (random.chance(0.9)) sortBlocks(segment);
}

/** Puts each block's edges in order, as octets from each other. */
function sortBlocks(segment: Segment): void {
  for (let i = 0; i < segment.sackBlockCount; i++) {
    const left = segment.sackEdges[2 * i] as number;
    const right = segment.sackEdges[2 * i + 1] as number;
    if ((right - left | 0) >= 0) continue;
    segment.sackEdges[2 * i] = right;
    segment.sackEdges[2 * i + 1] = left;
  }
}

/** Encodes the segment, and on demand changes up to four octets behind the addresses. Returns the packet's length. */
export function mutatePacket(
  segment: Segment,
  packet: Uint8Array,
  random: Random,
  changesOctets: boolean,
): number {
  const length = encodePacket(segment, packet);
  if (!changesOctets) return length;
  const header = segment.family === 4 ? 20 : 40;
  for (let changes = random.integer(1, 4); changes > 0; changes--) {
    // The ports stay, or hardly any packet would reach the connection.
    packet[random.integer(header + 4, Math.min(length, header + 64) - 1)] = random.int32();
  }
  return random.chance(0.1) ? random.integer(0, length) : length;
}

/** An ICMP error of any kind about a segment near what is outstanding. */
export function mutateIcmpError(error: IcmpError, connection: Connection, random: Random): void {
  error.family = connection.local.address.family;
  error.kind = random.pick([
    "unreachable",
    "packet too big",
    "time exceeded",
    "parameter problem",
    "source quench",
  ]);
  error.type = random.integer(0, 255);
  error.code = random.pick([0, 1, 2, 3, 4, 5, random.integer(0, 255)]);
  error.mtu = random.pick([0, 1, 67, 68, 576, 1_279, 1_280, 1_400, random.integer(0, 65_535)]);
  error.seq = drawAck(connection, random);
}

/** Random octets, mostly with the first of a packet. Returns how many. */
export function randomPacket(packet: Uint8Array, random: Random): number {
  const length = random.integer(0, 120);
  for (let i = 0; i < length; i++) packet[i] = random.int32();
  if (length > 0 && random.chance(0.8)) packet[0] = random.pick([0x45, 0x46, 0x60]);
  return length;
}
