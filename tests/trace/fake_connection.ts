/**
 * A connection that only plays one: its variables are set by the test, its segments go to an observer as the core's do.
 *
 * @module
 */

import { type Endpoint, parseAddress } from "../../tcp/base/address.ts";
import type {
  CongestionReason,
  ConnectionView,
  DropReason,
  Observer,
  RecoveryPhase,
  SendReason,
  StateReason,
  TimerName,
} from "../../tcp/base/observer.ts";
import { Option, Segment } from "../../tcp/base/segment.ts";
import { seqAdd, type SeqNumber, seqNumber, seqToInt32, timestamp } from "../../tcp/base/seq.ts";
import type { State } from "../../tcp/base/state.ts";
import { type Instant, type Micros, micros } from "../../tcp/base/units.ts";
import { decodePacket, encodePacket } from "../../tcp/wire/packet.ts";

/** What a test says of a segment; numbers are relative to the initial ones. */
export interface Said {
  readonly flags: number;
  readonly seq: number;
  readonly ack?: number;
  readonly window?: number;
  readonly data?: string | Uint8Array;
  readonly sack?: readonly number[];
  readonly mss?: number;
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamps?: readonly [value: number, echo: number];
  readonly ecn?: number;
  readonly urgent?: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The variables of a connection, freely set. */
export class FakeConnection implements Writable<ConnectionView> {
  id = 1;
  local: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
  remote: Endpoint = { address: parseAddress("198.51.100.7"), port: 80 };
  state: State = "SYN-SENT";
  iss: SeqNumber = seqNumber(4_294_967_290);
  irs: SeqNumber = seqNumber(0);
  sndUna: SeqNumber = this.iss;
  sndNxt: SeqNumber = this.iss;
  sndMax: SeqNumber = this.iss;
  sndWnd = 0;
  rcvNxt: SeqNumber = seqNumber(0);
  rcvWnd = 64_240;
  rcvWindowShift = 0;
  sndWindowShift = 0;
  cwnd = 14_480;
  ssthresh = Infinity;
  pipe = 0;
  unackedOctets = 0;
  unsentOctets = 0;
  unreadOctets = 0;
  dupAcks = 0;
  congestionControl = "cubic";
  reducedFrom = 0;
  recoveryPhase: RecoveryPhase = "open";
  recoveryPoint: SeqNumber = this.iss;
  smoothedRtt: Micros = micros(0);
  rttVariation: Micros = micros(0);
  latestRtt: Micros = micros(0);
  minimumRtt: Micros = micros(0);
  retransmissionTimeout: Micros = micros(1_000_000);
  backoff = 0;
  expiries = 0;
  sendMss = 1_448;
  segmentsSent = 0;
  segmentsReceived = 0;
  octetsSent = 0;
  octetsAcknowledged = 0;
  octetsReceived = 0;
  segmentsRetransmitted = 0;
  octetsRetransmitted = 0;
  segmentsCovered = 0;
  pathMtu = 1_500;
  failedMtu = 0;

  readonly observer: Observer;
  /** The peer's initial sequence number, which the connection learns from its SYN. */
  readonly peerIss: SeqNumber = seqNumber(1_000);

  constructor(observer: Observer) {
    this.observer = observer;
  }

  /** Sets sequence variables by relative numbers. */
  numbers(una: number, nxt: number, rcvNxt: number | null): void {
    this.sndUna = seqAdd(this.iss, una);
    this.sndNxt = seqAdd(this.iss, nxt);
    this.sndMax = seqAdd(this.iss, Math.max(nxt, una));
    this.unackedOctets = nxt - una;
    this.pipe = nxt - una;
    if (rcvNxt === null) return;
    this.irs = this.peerIss;
    this.rcvNxt = seqAdd(this.peerIss, rcvNxt);
  }

  send(now: Instant, reason: SendReason, said: Said): void {
    this.segmentsSent++;
    this.observer.segmentSent(this, this.segment(said, "sent"), reason, now);
  }

  /** The segment passes through the real encoder and decoder, and lies in a packet as it would. */
  arrive(now: Instant, said: Said): Segment {
    const segment = onTheWire(this.segment(said, "arrived"));
    this.segmentsReceived++;
    this.observer.segmentArrived(this, segment, now);
    return segment;
  }

  drop(now: Instant, said: Said, reason: DropReason): void {
    this.observer.segmentDropped(this, this.arrive(now, said), reason, now);
  }

  change(now: Instant, to: State, reason: StateReason): void {
    const from = this.state;
    this.state = to;
    this.observer.stateChanged(this, from, to, reason, now);
  }

  /** `timeoutBefore`: of the retransmission timer, microseconds. */
  fire(now: Instant, timer: TimerName, timeoutBefore = 0): void {
    this.observer.timerFired(this, timer, micros(timeoutBefore), now);
  }

  /** Sets window and threshold, and says so. */
  congest(now: Instant, window: number, threshold: number, reason: CongestionReason): void {
    const windowBefore = this.cwnd;
    const thresholdBefore = this.ssthresh;
    this.cwnd = window;
    this.ssthresh = threshold;
    this.observer.congestionChanged(this, windowBefore, thresholdBefore, reason, now);
  }

  segment(said: Said, direction: "sent" | "arrived"): Segment {
    const own = direction === "sent";
    const [from, to] = own ? [this.local, this.remote] : [this.remote, this.local];
    const segment = new Segment();
    segment.family = from.address.family;
    segment.addresses = new Uint8Array([...from.address.octets, ...to.address.octets]);
    segment.destinationOffset = from.address.octets.length;
    segment.sourcePort = from.port;
    segment.destinationPort = to.port;
    segment.flags = said.flags;
    segment.seq = seqAdd(own ? this.iss : this.peerIss, said.seq);
    if (said.ack !== undefined) segment.ack = seqAdd(own ? this.peerIss : this.iss, said.ack);
    segment.window = said.window ?? 64_240;
    segment.ecn = said.ecn ?? 0;
    segment.urgentPointer = said.urgent ?? 0;
    const octets = typeof said.data === "string" ? new TextEncoder().encode(said.data) : said.data;
    if (octets !== undefined) segment.payload.set(octets, 0, octets.length);
    this.#addOptions(segment, said, own ? this.peerIss : this.iss);
    return segment;
  }

  #addOptions(segment: Segment, said: Said, sackBase: SeqNumber): void {
    if (said.mss !== undefined) {
      segment.options |= Option.maximumSegmentSize;
      segment.maximumSegmentSize = said.mss;
    }
    if (said.windowScale !== undefined) {
      segment.options |= Option.windowScale;
      segment.windowScale = said.windowScale;
    }
    if (said.sackPermitted === true) segment.options |= Option.selectiveAckPermitted;
    if (said.timestamps !== undefined) {
      segment.options |= Option.timestamps;
      segment.timestampValue = timestamp(said.timestamps[0]);
      segment.timestampEcho = timestamp(said.timestamps[1]);
    }
    if (said.sack === undefined) return;
    segment.options |= Option.selectiveAck;
    segment.sackBlockCount = said.sack.length / 2;
    said.sack.forEach((edge, i) => segment.sackEdges[i] = seqToInt32(seqAdd(sackBase, edge)));
  }
}

/** The segment encoded and decoded again, as the network hands it over. */
export function onTheWire(segment: Segment): Segment {
  const packet = new Uint8Array(65_575);
  const length = encodePacket(segment, packet);
  const decoded = new Segment();
  const refusal = decodePacket(packet, length, decoded, "strict");
  if (refusal !== null) throw new Error(`The test's own segment is refused: ${refusal}`);
  return decoded;
}
