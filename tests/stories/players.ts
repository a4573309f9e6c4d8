/**
 * Peers that play a part no core would play.
 *
 * @module
 */

import { Flag, Option, type Segment } from "../../tcp/base/segment.ts";
import { seqAdd, seqNumber, seqToInt32, timestamp } from "../../tcp/base/seq.ts";
import { type Instant, NEVER } from "../../tcp/base/units.ts";
import { type Peer, SERVER_ISS } from "./world.ts";

/** Answers every segment with what a function makes of it. */
export class Player implements Peer {
  readonly #answer: (segment: Segment, answer: (fill: (out: Segment) => void) => void) => void;
  readonly #waiting: ((out: Segment) => void)[] = [];
  #addresses = new Uint8Array(0);
  #ports: readonly [source: number, destination: number] = [0, 0];

  constructor(answer: (segment: Segment, answer: (fill: (out: Segment) => void) => void) => void) {
    this.#answer = answer;
  }

  segmentArrives(segment: Segment, _now: Instant): void {
    const length = segment.destinationOffset - segment.sourceOffset;
    const { addresses, sourceOffset, destinationOffset } = segment;
    this.#addresses = new Uint8Array([
      ...addresses.slice(destinationOffset, destinationOffset + length),
      ...addresses.slice(sourceOffset, sourceOffset + length),
    ]);
    this.#ports = [segment.destinationPort, segment.sourcePort];
    this.#answer(segment, (fill) => this.#waiting.push(fill));
  }

  timersFire(_now: Instant): void {}

  nextDeadline(): Instant {
    return NEVER;
  }

  transmit(out: Segment, _now: Instant): boolean {
    const fill = this.#waiting.shift();
    if (fill === undefined) return false;
    out.clear();
    out.addresses = this.#addresses;
    out.destinationOffset = this.#addresses.length / 2;
    [out.sourcePort, out.destinationPort] = this.#ports;
    fill(out);
    return true;
  }
}

/** A host on which nobody listens: RST for whatever comes (RFC 9293 3.10.7.1). */
export class Refusing extends Player {
  constructor() {
    super((segment, answer) => {
      const end = segment.end;
      const isAcknowledging = segment.has(Flag.ack);
      const { ack } = segment;
      answer((out) => {
        out.flags = isAcknowledging ? Flag.rst : Flag.rst | Flag.ack;
        if (isAcknowledging) out.seq = ack;
        else out.ack = end;
      });
    });
  }
}

/** What a peer that plays by hand says: numbers count from the initial ones, as in all that is shown. */
export interface Line {
  readonly flags: number;
  /** @default 1, or 0 with SYN */
  readonly seq?: number;
  /** @default all that has come */
  readonly ack?: number;
  /** Octets, at most 65,535: nothing is scaled. @default 65,535 */
  readonly window?: number;
  /** Edges of SACK blocks. */
  readonly sack?: readonly number[];
  /** TSval and TSecr. */
  readonly timestamps?: readonly [value: number, echo: number];
  /** The ECN field of the IP header. */
  readonly ecn?: number;
  /** Options of a SYN that have no value. @default SACK-permitted */
  readonly permits?: number;
}

/** A peer that keeps nothing, and says what its part has it say. */
export class ByHand extends Player {
  /** `part`: what answers a segment that it has got, the n-th, from 1. */
  constructor(part: (segment: Segment, nth: number) => readonly Line[]) {
    let [iss, end, count] = [seqNumber(0), seqNumber(0), 0];
    super((segment, answer) => {
      if (segment.has(Flag.syn)) [iss, end] = [segment.seq, segment.end];
      else if (segment.seq === end) end = segment.end;
      const all = end;
      for (const line of part(segment, ++count)) {
        const { flags, seq, ack, window, sack = [], timestamps, ecn = 0 } = line;
        answer((out) => {
          out.ecn = ecn;
          out.flags = flags;
          out.seq = seqAdd(seqNumber(SERVER_ISS), seq ?? ((flags & Flag.syn) === 0 ? 1 : 0));
          if ((flags & Flag.ack) !== 0) out.ack = ack === undefined ? all : seqAdd(iss, ack);
          out.window = window ?? 65_535;
          if ((flags & Flag.syn) !== 0) out.options = line.permits ?? Option.selectiveAckPermitted;
          if (timestamps !== undefined) {
            out.options |= Option.timestamps;
            [out.timestampValue, out.timestampEcho] = [timestamp(timestamps[0]), timestamp(timestamps[1])];
          }
          if (sack.length === 0) return;
          out.options |= Option.selectiveAck;
          out.sackBlockCount = sack.length / 2;
          sack.forEach((edge, i) => out.sackEdges[i] = seqToInt32(seqAdd(iss, edge)));
        });
      }
    });
  }
}
