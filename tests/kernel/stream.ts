/**
 * One direction of a connection: the pattern, written at one end and checked at the other.
 *
 * @module
 */

import type { Link } from "./link.ts";
import { checkPattern, patternAt, skewAt } from "./pattern.ts";

/** Octets that one call moves. */
const PIECE = 1 << 18;

/** Calls that one step makes at most, so that the network gets its turn. */
const CALLS_PER_STEP = 8;

/** The two ends of one direction. */
interface Ends {
  /** @returns octets taken */
  readonly send: (octets: Uint8Array) => number;
  /** Ends the stream. */
  readonly finish: () => void;
  /** @returns octets received; null at the end of the stream */
  readonly receive: (into: Uint8Array) => number | null;
}

/** Octets until `total`, then the end of the stream. */
export class Stream {
  readonly total: number;
  readonly #ends: Ends;
  readonly #buffer = new Uint8Array(PIECE + 3);
  /** Octets that the sending end has taken. */
  sent = 0;
  /** Octets that have come out of the other end, all of them right. */
  received = 0;
  isFinished = false;
  /** Whether the receiving end has seen the end of the stream. */
  hasEnded = false;

  private constructor(total: number, ends: Ends) {
    this.total = total;
    this.#ends = ends;
  }

  /** From our core to the kernel. */
  static up({ connection, loop, kernel }: Link, total: number): Stream {
    return new Stream(total, {
      send: (octets) => connection.send(octets, loop.now),
      finish: () => connection.shutdown(loop.now),
      receive: (into) => kernel.receive(into),
    });
  }

  /** From the kernel to our core. */
  static down({ connection, loop, kernel }: Link, total: number): Stream {
    return new Stream(total, {
      send: (octets) => kernel.send(octets),
      finish: () => kernel.shutdown(),
      receive: (into) => connection.receive(into, loop.now),
    });
  }

  /** Writes as much as the sending end takes now; true when all of it is written. */
  write(): boolean {
    for (let call = 0; call < CALLS_PER_STEP && this.sent < this.total; call++) {
      const taken = this.#ends.send(patternAt(this.sent, Math.min(PIECE, this.total - this.sent)));
      if (taken === 0) break;
      this.sent += taken;
    }
    return this.sent === this.total;
  }

  /** Writes as much as the sending end takes now, and ends the stream behind the last octet. */
  writeAndFinish(): void {
    if (!this.write() || this.isFinished) return;
    this.isFinished = true;
    this.#ends.finish();
  }

  /**
   * Reads and checks what has come.
   *
   * @param most octets to read at a time @default 256 KiB
   * @throws Error for a wrong octet, and for a stream that ends too early or too late
   */
  read(most: number = PIECE): void {
    for (let call = 0; call < CALLS_PER_STEP && !this.hasEnded; call++) {
      const skew = skewAt(this.received);
      const into = this.#buffer.subarray(skew, skew + most);
      const length = this.#ends.receive(into);
      if (length === 0) return;
      if (length === null) {
        this.hasEnded = true;
        if (this.received === this.total) return;
        throw new Error(`The stream ended after ${this.received} octets of ${this.total}`);
      }
      checkPattern(into.subarray(0, length), this.received);
      this.received += length;
      if (this.received > this.total) throw new Error(`More than ${this.total} octets came`);
    }
  }
}
