/**
 * Segments to and from a host or a connection under test, without octets in between.
 *
 * @module
 */

import { type Endpoint, formatEndpoint, parseAddress } from "../../tcp/base/address.ts";
import type { PartialConfig, TcpConfig } from "../../tcp/config/config.ts";
import { completeConfig } from "../../tcp/config/complete.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import { Host } from "../../tcp/host/host.ts";
import { Flag, formatFlags, Option, Segment } from "../../tcp/base/segment.ts";
import { seqNumber, seqToUint32 } from "../../tcp/base/seq.ts";
import { type Instant, instant } from "../../tcp/base/units.ts";

/** Where the host under test is. */
export const HERE = parseAddress("192.0.2.1");
export const HERE_IPV6 = parseAddress("2001:db8::1");

/** Where its peers are. */
export const THERE: Endpoint = { address: parseAddress("198.51.100.7"), port: 443 };
export const THERE_IPV6: Endpoint = { address: parseAddress("2001:db8::7"), port: 443 };

/** Our initial sequence number, and that of peers. */
export const ISS = 5_000;
export const IRS = 9_000;

/** Options would only be in the way. */
export const PLAIN: TcpConfig = completeConfig({
  handshake: { timestamps: false, selectiveAck: false, windowScaling: false },
});

export const SECRET = Uint8Array.from({ length: 16 }, (_, i) => 5 * i + 1);

/** The moment `seconds` after the tests' beginning. */
export function at(seconds: number): Instant {
  return instant(1_000_000_000 + Math.round(seconds * 1_000_000));
}

/** A host with both addresses whose connections all begin at {@link ISS}. */
export function newHost(changes: PartialConfig = {}): Host {
  return new Host({
    addresses: [HERE, HERE_IPV6],
    secret: SECRET,
    config: completeConfig(changes, PLAIN),
    isn: () => seqNumber(ISS),
  });
}

/** What a segment says. */
export interface Said {
  readonly flags: number;
  readonly seq: number;
  readonly ack?: number;
  readonly window?: number;
  readonly length?: number;
  readonly urgentPointer?: number;
}

/** A segment from one end to another; its octets are those of their numbers. */
export function segmentOf(from: Endpoint, to: Endpoint, said: Said): Segment {
  const segment = new Segment();
  segment.family = from.address.family;
  segment.addresses = new Uint8Array([...from.address.octets, ...to.address.octets]);
  segment.destinationOffset = from.address.octets.length;
  segment.sourcePort = from.port;
  segment.destinationPort = to.port;
  segment.flags = said.flags;
  segment.seq = seqNumber(said.seq);
  segment.ack = seqNumber(said.ack ?? 0);
  segment.window = said.window ?? 8_000;
  segment.urgentPointer = said.urgentPointer ?? 0;
  const payload = Uint8Array.from({ length: said.length ?? 0 }, (_, i) => (said.seq + i) & 0xff);
  segment.payload.set(payload, 0, payload.length);
  return segment;
}

/** The SYN-ACK of {@link THERE} to a connection of ours from `local`: it permits SACK, and takes segments of `mss` octets. */
export function synAckWithSack(local: Endpoint, mss: number): Segment {
  const segment = segmentOf(THERE, local, {
    flags: Flag.syn | Flag.ack,
    seq: IRS,
    ack: ISS + 1,
    window: 60_000,
  });
  segment.options = Option.selectiveAckPermitted | Option.maximumSegmentSize;
  segment.maximumSegmentSize = mss;
  return segment;
}

/** What was sent, in plain values. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly flags: string;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
}

/** Everything that a host or a connection has to send now. */
export function sentBy(source: { transmit(out: Segment, now: Instant): boolean }, now: Instant): Sent[] {
  const sent: Sent[] = [];
  const out = new Segment();
  while (source.transmit(out, now)) {
    if (sent.length > 1_000) throw new Error("It does not stop sending");
    const length = out.family === 4 ? 4 : 16;
    const endpoint = (offset: number, port: number): string =>
      formatEndpoint({
        address: { family: out.family, octets: out.addresses.slice(offset, offset + length) },
        port,
      });
    sent.push({
      from: endpoint(out.sourceOffset, out.sourcePort),
      to: endpoint(out.destinationOffset, out.destinationPort),
      flags: formatFlags(out.flags),
      seq: seqToUint32(out.seq),
      ack: out.has(Flag.ack) ? seqToUint32(out.ack) : 0,
      length: out.payload.length,
    });
    out.clear();
  }
  return sent;
}

/** Those of {@link sentBy} in few words: `ACK 5001 ack 9001 (0)`. */
export function wordsOf(sent: readonly Sent[]): string[] {
  return sent.map(({ flags, seq, ack, length }) => `${flags} ${seq} ack ${ack} (${length})`);
}

/**
 * A connection from {@link HERE} to {@link THERE}, established at `now`; `iss`, `irs`: both initial numbers; `mss`: the peer's,
 * where it says one.
 */
export function establish(
  changes: PartialConfig,
  now: Instant,
  { iss = ISS, irs = IRS, mss = 0 } = {},
): { connection: Connection; arrive(said: Said, now: Instant): void } {
  const local = { address: HERE, port: 40_000 };
  const connection = Connection.connect({
    config: completeConfig(changes, PLAIN),
    local,
    remote: THERE,
    isn: () => seqNumber(iss),
  }, now);
  const arrive = (said: Said, then: Instant): void => {
    connection.segmentArrives(segmentOf(THERE, local, said), then);
  };
  sentBy(connection, now);
  const synAck = segmentOf(THERE, local, { flags: Flag.syn | Flag.ack, seq: irs, ack: iss + 1 });
  if (mss > 0) synAck.options = Option.maximumSegmentSize | Option.selectiveAckPermitted;
  synAck.maximumSegmentSize = mss;
  connection.segmentArrives(synAck, now);
  sentBy(connection, now);
  connection.takeEvents();
  return { connection, arrive };
}
