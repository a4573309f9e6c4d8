/**
 * What an ACK costs a sender with many segments in flight, of which some are lost: a connection and a peer that is played,
 * in one memory. The window is fixed by a congestion control of its own.
 *
 * @module
 */

import {
  completeConfig,
  type CongestionControl,
  Connection,
  Flag,
  type Instant,
  instant,
  Option,
  parseAddress,
  Segment,
  seqDistance,
  seqNumber,
} from "../../../tcp/mod.ts";
import { Random } from "../../../lab/random.ts";
import { answer, type FlightAnswer, type FlightJob, readJob } from "./jobs.ts";

const MSS = 100;
const SEED = 7;

/** ACKs that are measured in one piece: reading the clock is to cost nothing beside. */
const BATCH = 64;

/** Measurements, of which the median counts, and ACKs of each; ACKs of the warm-up beside those that fill the window. */
const PIECES = 21;
const ACKS = 10_000;
const WARM_UP = 100_000;

/** µs of one round trip. */
const ROUND_TRIP = 100_000;

/** The same window, whatever happens. */
class FixedWindow implements CongestionControl {
  readonly name = "fixed";
  readonly ssthresh: number;

  constructor(octets: number) {
    this.ssthresh = octets;
  }

  get cwnd(): number {
    return this.ssthresh;
  }

  set cwnd(_octets: number) {
    // Recovery would lead it to the threshold, where it is.
  }

  ackReceived(): void {}
  lossDetected(): void {}
  timeout(): void {}
  undo(): void {}
  idle(): void {}
}

/** The peer's side: which segments it has, by their place in the stream. */
class Receiver {
  /** Segments that lack below the highest that came, in order. */
  readonly #holes: number[] = [];
  #end = 0;

  /** The first segment that lacks. */
  get next(): number {
    return this.#holes[0] ?? this.#end;
  }

  /** Takes in a segment, or learns by one that came that those before it were lost. Writes the ACK. */
  take(index: number, ack: Segment): void {
    const at = this.#holeAt(index);
    if (index < this.#end) {
      if (this.#holes[at] === index) this.#holes.splice(at, 1);
    } else {
      for (let lost = this.#end; lost < index; lost++) this.#holes.push(lost);
      this.#end = index + 1;
    }
    ack.ack = seqNumber(1 + this.next * MSS);
    this.#writeBlocks(index, ack);
  }

  #holeAt(index: number): number {
    let low = 0;
    let high = this.#holes.length;
    while (low < high) {
      const middle = low + high >> 1;
      if ((this.#holes[middle] as number) < index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The range that the segment came into first, then those before it (RFC 2018 4). */
  #writeBlocks(index: number, ack: Segment): void {
    ack.sackBlockCount = 0;
    ack.options &= ~Option.selectiveAck;
    if (index < this.next) return;
    let hole = this.#holeAt(index);
    for (; hole > 0 && ack.sackBlockCount < 3; hole--) {
      const left = (this.#holes[hole - 1] as number) + 1;
      const right = this.#holes[hole] ?? this.#end;
      if (left === right) continue;
      ack.sackEdges[2 * ack.sackBlockCount] = 1 + left * MSS;
      ack.sackEdges[2 * ack.sackBlockCount + 1] = 1 + right * MSS;
      ack.sackBlockCount++;
      ack.options |= Option.selectiveAck;
    }
  }
}

class Flight {
  readonly #job: FlightJob;
  readonly #sender: Connection;
  readonly #receiver = new Receiver();
  readonly #random = new Random(SEED);
  readonly #out = new Segment();
  readonly #data = new Uint8Array(1 << 16);
  readonly #acks = Array.from({ length: BATCH }, () => bareAck());
  /** Places of the segments on their way, in the order of sending; those that are lost are in it as well. */
  readonly #under: Int32Array;
  #head = 0;
  #tail = 0;
  #now: Instant = instant(10_000_000_000);
  /** Milliseconds that the connection took. */
  spent = 0;

  constructor(job: FlightJob) {
    this.#job = job;
    this.#under = new Int32Array(2 ** Math.ceil(Math.log2(4 * job.window)));
    const config = completeConfig({
      handshake: { timestamps: false },
      buffers: { sendBuffer: Math.max(1 << 20, 4 * job.window * MSS), sendBufferTuning: false },
      congestion: { congestionControl: () => new FixedWindow(job.window * MSS) },
    });
    const local = { address: parseAddress("192.0.2.1"), port: 40_000 };
    const remote = { address: parseAddress("192.0.2.2"), port: 9 };
    this.#sender = Connection.connect({ config, local, remote, isn: () => seqNumber(0) }, this.#now);
    this.#sender.transmit(this.#out, this.#now);
    this.#sender.segmentArrives(synAck(), this.#now);
    while (this.#sender.send(this.#data, this.#now) > 0);
    this.#send();
    this.#now = instant(this.#now + ROUND_TRIP);
  }

  /** So many ACKs arrive, and what they let out is sent. */
  run(acks: number): void {
    for (let i = 0; i < acks;) {
      const count = this.#nextAcks();
      i += count;
      const start = performance.now();
      this.#send();
      for (let k = 0; k < count; k++) {
        this.#sender.segmentArrives(this.#acks[k] as Segment, this.#now);
        this.#send();
      }
      this.spent += performance.now() - start;
    }
  }

  /** What arrives at the peer next, as the ACKs of it. Time goes on as if the window took one round trip. */
  #nextAcks(): number {
    let count = 0;
    for (; count < BATCH && this.#head !== this.#tail;) {
      const index = this.#under[this.#head++ & this.#under.length - 1] as number;
      if (this.#random.chance(this.#job.loss)) continue;
      this.#receiver.take(index, this.#acks[count++] as Segment);
    }
    this.#now = instant(this.#now + Math.max(1, Math.round(BATCH * ROUND_TRIP / this.#job.window)));
    this.#sender.timersFire(this.#now);
    while (this.#sender.send(this.#data, this.#now) > 0);
    return count;
  }

  #send(): void {
    const sender = this.#sender;
    while (sender.transmit(this.#out, this.#now)) {
      if (this.#out.payload.length === 0) continue;
      const place = sender.octetsAcknowledged + seqDistance(sender.sndUna, this.#out.seq);
      this.#under[this.#tail++ & this.#under.length - 1] = place / MSS;
    }
  }
}

function bareAck(): Segment {
  const ack = new Segment();
  ack.flags = Flag.ack;
  ack.seq = seqNumber(1);
  ack.window = 0xffff;
  ack.sourcePort = 9;
  ack.destinationPort = 40_000;
  return ack;
}

function synAck(): Segment {
  const segment = bareAck();
  segment.flags = Flag.syn | Flag.ack;
  segment.seq = seqNumber(0);
  segment.ack = seqNumber(1);
  // Not scaled yet: a whole number of segments, so that every one is full.
  segment.window = 0xffff - 0xffff % MSS;
  segment.options = Option.maximumSegmentSize | Option.windowScale | Option.selectiveAckPermitted;
  segment.maximumSegmentSize = MSS;
  segment.windowScale = 14;
  return segment;
}

const job = readJob<FlightJob>();
const flight = new Flight(job);
flight.run(2 * job.window + WARM_UP);
const pieces = Array.from({ length: PIECES }, () => {
  flight.spent = 0;
  flight.run(ACKS);
  return flight.spent * 1e6 / ACKS;
}).sort((a, b) => a - b);
answer<FlightAnswer>({ nanosecondsPerAck: pieces[PIECES >> 1] ?? NaN });
