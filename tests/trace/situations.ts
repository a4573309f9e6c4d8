/**
 * Situations that neither the scripts nor the simulation have, of which something is to be told.
 *
 * @module
 */

import { Flag, Host, IcmpError, parseAddress, seqDistance } from "../../tcp/mod.ts";
import type { Recorder } from "../../trace/recorder.ts";
import { recording } from "./collect.ts";
import { FakeConnection, onTheWire } from "./fake_connection.ts";
import { QUIET_SITUATIONS } from "./quiet_situations.ts";
import { NOW, Play } from "./situation_kit.ts";

/** An IPv4 packet with a SYN, whole and right. */
export function packet(): Uint8Array {
  const connection = new FakeConnection(recording().recorder);
  const { addresses } = onTheWire(connection.segment({ flags: Flag.syn, seq: 0, mss: 1_460 }, "arrived"));
  return addresses.slice(0, 44);
}

/** Packets that the decoder refuses. */
export const DAMAGE:
  readonly (readonly [name: string, reason: string, damage: (packet: Uint8Array) => Uint8Array])[] = [
    ["a packet that is shorter than it says", "truncated", (octets) => octets.subarray(0, 43)],
    ["another protocol", "not-tcp", (octets) => withIpChecksum(octets, 9, 17)],
    ["a fragment", "fragment", (octets) => withIpChecksum(octets, 6, 0x20)],
    ["a header shorter than one", "bad-ip-header", (octets) => withIpChecksum(octets, 0, 0x44)],
    ["a damaged IP header", "bad-ip-checksum", (octets) => octets.with(8, 1)],
    ["a data offset of less than a header", "bad-data-offset", (octets) => octets.with(32, 0x40)],
    ["a damaged TCP header", "bad-checksum", (octets) => octets.with(24, 1)],
  ];

/** Puts a value into the IP header and makes its checksum right again. */
function withIpChecksum(octets: Uint8Array, at: number, value: number): Uint8Array {
  const changed = octets.with(at, value).with(10, 0).with(11, 0);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += (changed[i] ?? 0) << 8 | (changed[i + 1] ?? 0);
  sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
  return changed.with(10, sum >> 8).with(11, sum & 0xff);
}

/** A host drops what is addressed to others, what comes from nobody, and what opens and closes at once. */
export function strayPackets(recorder: Recorder): void {
  const address = parseAddress("192.0.2.1");
  const host = new Host({
    addresses: [address],
    secret: new Uint8Array(16),
    config: { defence: { synWithFin: "drop" } },
    observer: recorder,
  });
  host.listen({ port: 40_000 });
  const connection = new FakeConnection(recorder);
  const arrive = (change: () => void, flags: number): void => {
    change();
    host.segmentArrives(onTheWire(connection.segment({ flags, seq: 0 }, "arrived")), NOW);
  };
  arrive(() => connection.local = { address: parseAddress("192.0.2.9"), port: 40_000 }, Flag.syn);
  arrive(() => connection.local = { address, port: 40_000 }, Flag.syn | Flag.fin);
  arrive(() => connection.remote = { address: parseAddress("224.0.0.1"), port: 80 }, Flag.syn);
}

/** A SYN in the window of an open connection, which resets it where that is asked for (RFC 793 3.9). */
export function synInWindow(recorder: Recorder): void {
  const play = Play.established(recorder, { defence: { synAnswer: "reset" } });
  play.arrive({ flags: Flag.syn, seq: 5 });
}

/** More gaps than a receiver remembers. */
export function tooManyGaps(recorder: Recorder): void {
  const play = Play.established(recorder, {});
  for (let i = 0; i < 3_000; i++) play.arrive({ flags: Flag.ack, seq: 3 + 2 * i, ack: 1, data: "x" });
}

/** Data for a connection that is closed already. */
export function afterTheEnd(recorder: Recorder): void {
  const play = Play.established(recorder, {});
  play.arrive({ flags: Flag.ack, seq: 1, ack: 1, data: "x" });
  play.connection.abort(NOW);
  play.arrive({ flags: Flag.ack, seq: 2, ack: 1, data: "y" });
  play.arrive({ flags: Flag.ack, seq: 1, ack: 1, data: "xy" });
}

/** The program gives up while its SYN waits for an answer. */
export function abortBeforeAnswer(recorder: Recorder): void {
  const play = Play.opening(recorder, {});
  play.connection.abort(NOW, true);
  play.transmit();
}

/** The driver gives up the way by which data left this host. */
export function otherWay(recorder: Recorder): void {
  const play = Play.established(recorder, {});
  play.send(10_000);
  play.connection.wayChanged(NOW);
  play.transmit();
}

/** A segment is too long for this host's own interface, which says how much it takes, or does not. */
function tooLongHere(recorder: Recorder, mtu: number): void {
  const MSS = 1_460;
  const play = Play.established(recorder, {}, { mss: MSS });
  play.send(MSS);
  const { connection } = play;
  const error = Object.assign(new IcmpError(), { kind: "packet too big", type: 3, code: 4, mtu });
  error.seq = connection.sndUna;
  connection.icmpArrives(error, NOW);
}

/** A router marks something in every round trip, until the threshold cannot come down further. */
function congestionMarks(recorder: Recorder, ssthreshFrom: "FlightSize" | "cwnd"): void {
  const ROUNDS = 8;
  const config = { congestion: { ecn: "request" }, recovery: { ssthreshFrom } } as const;
  const play = Play.established(recorder, config, { flags: Flag.ece });
  const { connection, fake } = play;
  connection.send(new Uint8Array(100_000), NOW);
  for (let i = 0; i < ROUNDS; i++) {
    play.arrive({ flags: Flag.ack | Flag.ece, seq: 1, ack: seqDistance(fake.iss, connection.sndNxt) });
  }
}

/** A congestion control of somebody's own: a segment more for each ACK, and at the third slow start ends. */
function ownCongestionControl(recorder: Recorder): void {
  let acks = 0;
  const control = {
    name: "own",
    cwnd: 4_380,
    ssthresh: Infinity,
    ackReceived(): void {
      this.cwnd += 1_460;
      if (++acks === 3) this.ssthresh = this.cwnd;
    },
    lossDetected(): void {},
    timeout(): void {},
    undo(): void {},
    idle(): void {},
  };
  const config = { congestion: { congestionControl: () => control } };
  const play = Play.established(recorder, config, { mss: 1_460 });
  const { connection, fake } = play;
  play.send(100_000);
  for (let i = 0; i < 4; i++) {
    play.arrive({ flags: Flag.ack, seq: 1, ack: seqDistance(fake.iss, connection.sndNxt) });
  }
}

/** Each tells a recorder something. */
export const SITUATIONS: readonly ((recorder: Recorder) => void)[] = [
  strayPackets,
  synInWindow,
  tooManyGaps,
  afterTheEnd,
  abortBeforeAnswer,
  otherWay,
  (recorder) => tooLongHere(recorder, 1_400),
  (recorder) => tooLongHere(recorder, 0),
  (recorder) => congestionMarks(recorder, "FlightSize"),
  (recorder) => congestionMarks(recorder, "cwnd"),
  ownCongestionControl,
  ...QUIET_SITUATIONS,
];
