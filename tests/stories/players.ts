/**
 * Peers that play a part no core would play.
 *
 * @module
 */

import { Flag, type Segment } from "../../tcp/base/segment.ts";
import { type Instant, NEVER } from "../../tcp/base/units.ts";
import type { Peer } from "./world.ts";

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
