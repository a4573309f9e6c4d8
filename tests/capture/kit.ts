import { Analysis } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import {
  checksumOf,
  encodePacket,
  Flag,
  Option,
  parseAddress,
  Segment,
  seqNumber,
  sumOctets,
  timestamp,
} from "../../tcp/mod.ts";
import { LineSink } from "../../trace/lines.ts";

/** What a segment has besides its place in the conversation. */
export interface Details {
  readonly length?: number;
  readonly window?: number;
  /** Edges of SACK blocks. */
  readonly sack?: readonly number[];
  readonly mss?: number;
  readonly sackPermitted?: boolean;
  readonly scale?: number;
  readonly timestamps?: readonly [value: number, echo: number];
  /** Identification of the IPv4 packet. */
  readonly id?: number;
  readonly clientPort?: number;
  /** TTL. */
  readonly hopLimit?: number;
  /** The field of explicit congestion notification. */
  readonly ecn?: number;
  /** Octets that the capture has of the packet. */
  readonly kept?: number;
  /** The fields of IPv4's and TCP's checksum as the capture has them. */
  readonly ipChecksum?: number;
  readonly tcpChecksum?: number;
}

const EPOCH = 1_700_000_000_000_000_000n;
const CLIENT = "10.0.0.1";
const SERVER = "10.0.0.2";
const CLIENT_PORT = 40_000;

/** A packet of the client (`>`) or of the server (`<`) at a moment in milliseconds. */
export function packet(
  at: number,
  way: ">" | "<",
  flags: string,
  seq: number,
  ack: number,
  details: Details = {},
): CapturedPacket {
  const segment = new Segment();
  const [source, destination] = way === ">" ? [CLIENT, SERVER] : [SERVER, CLIENT];
  segment.addresses = Uint8Array.of(...parseAddress(source).octets, ...parseAddress(destination).octets);
  segment.destinationOffset = 4;
  const port = details.clientPort ?? CLIENT_PORT;
  [segment.sourcePort, segment.destinationPort] = way === ">" ? [port, 80] : [80, port];
  segment.seq = seqNumber(seq);
  segment.ack = seqNumber(ack);
  segment.flags = flags.split(",").reduce((bits, name) => bits | Flag[name as keyof typeof Flag], 0);
  segment.window = details.window ?? 65_535;
  segment.hopLimit = details.hopLimit ?? segment.hopLimit;
  segment.ecn = details.ecn ?? segment.ecn;
  putOptions(segment, details);
  const { length = 0 } = details;
  segment.payload.set(new Uint8Array(length).fill(0x61), 0, length);
  const room = new Uint8Array(length + 120);
  const octets = room.slice(0, encodePacket(segment, room));
  putFields(octets, details);
  const { kept = octets.length } = details;
  return {
    time: EPOCH + BigInt(Math.round(at * 1_000)) * 1_000n,
    linkType: 101,
    interfaceName: "",
    direction: null,
    octets: octets.subarray(0, kept),
    originalLength: octets.length,
    comments: [],
  };
}

function putOptions(segment: Segment, { sack = [], mss, sackPermitted, scale, timestamps }: Details): void {
  if (sackPermitted === true) segment.options |= Option.selectiveAckPermitted;
  if (mss !== undefined) {
    segment.options |= Option.maximumSegmentSize;
    segment.maximumSegmentSize = mss;
  }
  if (scale !== undefined) {
    segment.options |= Option.windowScale;
    segment.windowScale = scale;
  }
  if (timestamps !== undefined) {
    segment.options |= Option.timestamps;
    [segment.timestampValue, segment.timestampEcho] = [timestamp(timestamps[0]), timestamp(timestamps[1])];
  }
  if (sack.length === 0) return;
  segment.options |= Option.selectiveAck;
  segment.sackBlockCount = sack.length / 2;
  sack.forEach((edge, i) => segment.sackEdges[i] = edge);
}

function putFields(octets: Uint8Array, { id, ipChecksum, tcpChecksum }: Details): void {
  const view = new DataView(octets.buffer, octets.byteOffset);
  if (id !== undefined) {
    view.setUint16(4, id);
    view.setUint16(10, 0);
    view.setUint16(10, checksumOf(sumOctets(octets, 0, 20)));
  }
  if (ipChecksum !== undefined) view.setUint16(10, ipChecksum);
  if (tcpChecksum !== undefined) view.setUint16(36, tcpChecksum);
}

/** The handshake at the client's side, 10 ms to the server and back; ISNs 1,000 and 5,000. */
export function handshake(details: Details = {}): readonly CapturedPacket[] {
  return [
    packet(0, ">", "syn", 1_000, 0, details),
    packet(10, "<", "syn,ack", 5_000, 1_001, details),
    packet(10.1, ">", "ack", 1_001, 5_001),
  ];
}

/** The trace of the packets: way and label of each segment, remarks and changes of state. */
export function told(packets: readonly CapturedPacket[]): readonly string[] {
  const lines: string[] = [];
  const sink = new LineSink((line) => lines.push(line), { color: false });
  const first = packets[0]?.time ?? 0n;
  const analysis = new Analysis(first, [sink], { kept: { headers: false, excerpt: 0 } });
  for (const one of packets) analysis.packet(one);
  analysis.finish();
  return lines.map((line) => line.replace(/^ *(?:[\d.]+|-) +(#\d+ +)?/, "$1")).filter((line) =>
    !line.startsWith("# seq 0")
  )
    .map((line) => line.includes(" | ") ? `${line.slice(0, 2).trim()} ${line.split(" | ").at(-1)}` : line);
}
