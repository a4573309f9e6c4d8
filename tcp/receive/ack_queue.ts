/**
 * ACKs that have fallen due one after another and each must be a segment of its own: what each of them says is kept as it
 * was when it fell due, since the segments that arrive after it change the receiver (RFC 5681 4.2, RFC 2018 4).
 *
 * @module
 */

import { NO_INT32 } from "../base/empty.ts";
import type { SendReason } from "../base/observer.ts";
import { MAX_SACK_BLOCKS, Option, type Segment } from "../base/segment.ts";
import {
  type SeqNumber,
  seqNumber,
  seqToInt32,
  type Timestamp,
  timestamp,
  timestampToInt32,
} from "../base/seq.ts";

/** As many as the segments that a driver takes in before it asks what is to be sent; powers of two. */
const FIRST_CAPACITY = 8;
const MOST_KEPT = 64;

/** Words of one ACK: its fields by index. */
const ACK = 0;
const ECHO = 1;
const COVERED = 2;
const BLOCKS = 3;
const REASON = 4;
const WORDS = 5;

/** For what reasons ACKs have been kept, of whatever connection: a queue has their places in this list, which are numbers. */
const reasonsMet: SendReason[] = ["ack-second-segment"];

/** Edges of the SACK blocks of one ACK. They lie apart: most ACKs have none, and those are close together then. */
const EDGES = 2 * MAX_SACK_BLOCKS;

/** FIFO of ACKs (ring buffer, bounded). Memory comes with the first. */
export class AckQueue {
  #words: Int32Array = NO_INT32;
  #edges: Int32Array = NO_INT32;
  #capacity = 0;
  #head = 0;
  #length = 0;

  /** For how many there is memory. */
  get capacity(): number {
    return this.#capacity;
  }

  /** How many wait to be sent. */
  get length(): number {
    return this.#length;
  }

  /** Whether there is no place for another. */
  get isFull(): boolean {
    return this.#length === MOST_KEPT;
  }

  /**
   * Adds one: `ack` is its ACK field, `echo` its TSecr, `covered` the segments that it acknowledges. SACK blocks are those
   * of `blocks`. The queue must not be full.
   */
  push(reason: SendReason, ack: SeqNumber, echo: Timestamp, covered: number, blocks: Segment): void {
    if (this.#length === this.#capacity) this.#grow();
    const index = this.#head + this.#length++ & this.#capacity - 1;
    const at = index * WORDS;
    this.#words[at + ACK] = seqToInt32(ack);
    this.#words[at + ECHO] = timestampToInt32(echo);
    this.#words[at + COVERED] = covered;
    this.#words[at + BLOCKS] = blocks.sackBlockCount;
    this.#words[at + REASON] = placeOf(reason);
    if (blocks.sackBlockCount > 0) this.#keepBlocks(index, blocks);
  }

  /** Why the oldest fell due, and how many segments it covers. Meaningful while there is one. */
  get reason(): SendReason {
    return reasonsMet[this.#words[this.#head * WORDS + REASON] as number] as SendReason;
  }

  get covered(): number {
    return this.#words[this.#head * WORDS + COVERED] as number;
  }

  /** Takes out the oldest: its ACK field, TSecr and SACK blocks are put on `out`. */
  shiftTo(out: Segment): void {
    const words = this.#words;
    const at = this.#head * WORDS;
    out.ack = seqNumber(words[at + ACK] as number);
    if (out.hasOption(Option.timestamps)) out.timestampEcho = timestamp(words[at + ECHO] as number);
    const count = words[at + BLOCKS] as number;
    out.sackBlockCount = count;
    if (count > 0) {
      const from = this.#head * EDGES;
      for (let i = 0; i < 2 * count; i++) out.sackEdges[i] = this.#edges[from + i] as number;
      out.options |= Option.selectiveAck;
    }
    this.#head = this.#head + 1 & this.#capacity - 1;
    this.#length--;
  }

  /** Drops all. The memory stays for the next use. */
  clear(): void {
    this.#length = 0;
  }

  /** Gives the memory back when nothing waits. */
  trim(): void {
    if (this.#length > 0 || this.#capacity === 0) return;
    this.#words = this.#edges = NO_INT32;
    this.#capacity = 0;
    this.#head = 0;
  }

  #keepBlocks(index: number, { sackBlockCount, sackEdges }: Segment): void {
    if (this.#edges.length === 0) this.#edges = new Int32Array(this.#capacity * EDGES);
    for (let i = 0; i < 2 * sackBlockCount; i++) this.#edges[index * EDGES + i] = sackEdges[i] as number;
  }

  /** Only a full ring grows. */
  #grow(): void {
    const before = this.#capacity;
    const capacity = Math.max(FIRST_CAPACITY, 2 * before);
    this.#words = unrolled(this.#words, this.#head * WORDS, capacity * WORDS);
    if (this.#edges.length > 0) {
      this.#edges = unrolled(this.#edges, this.#head * EDGES, capacity * EDGES);
    }
    this.#capacity = capacity;
    this.#head = 0;
  }
}

/** Where the reason stands in the list; new ones are added. */
function placeOf(reason: SendReason): number {
  const place = reasonsMet.indexOf(reason);
  return place < 0 ? reasonsMet.push(reason) - 1 : place;
}

/** A longer array with what a full ring holds, whose oldest part is at `head`, from its beginning on. */
function unrolled(ring: Int32Array, head: number, length: number): Int32Array {
  const longer = new Int32Array(length);
  longer.set(ring.subarray(head));
  longer.set(ring.subarray(0, head), ring.length - head);
  return longer;
}
