/**
 * How much a Linux socket takes from a writer, and when it wakes one: buffers are filled chunk by chunk, the last of which
 * may go beyond the limit; the limit grows with the congestion window; a writer that reached it is woken when a third is free.
 * The core takes all that it is given; this stands before it.
 *
 * @module
 */

import type { Connection } from "../tcp/mod.ts";
/** What the core is told to take: more than any script writes. */
export const UNLIMITED = 64 << 20;

/** Longest chunk: what a device takes at once, less headers. */
const MOST_CHUNK = 65_215;

/** The limit has room for this many windows … */
const WINDOWS_HELD = 2;
const LEAST_WINDOW_SEGMENTS = 10;
/** … of segments with what each costs besides its payload. */
const SEGMENT_HEADERS = 640;
const SEGMENT_RECORD = 256;

/** Limit and chunks of one socket. */
export class LinuxSendBuffer {
  /** Octets; 0: as the settings have it. */
  limit = 0;
  /** SO_SNDBUF was set: the limit does not grow. */
  locked = false;
  /** TCP_NOTSENT_LOWAT: octets never sent beyond which no more are taken. */
  lowWater = Infinity;
  /** A writer reached the limit, and was not woken yet. */
  #isFull = false;
  /** Where in the stream the last chunk begins. */
  #chunkStart = 0;
  /** How often writers were woken. */
  wakes = 0;

  /** Whether a writer waits for room. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Octets to take now of `wanted`; 0: the limit is reached. `written`: octets of the stream so far. */
  chunk(connection: Connection, written: number, wanted: number): number {
    const size = chunkSize(connection);
    const tail = Math.min(written - this.#chunkStart, connection.unsentOctets);
    if (tail > 0 && tail < size) return Math.min(size - tail, wanted);
    if (queuedIn(connection) >= this.limit || connection.unsentOctets >= this.lowWater) {
      this.#isFull = true;
      return 0;
    }
    this.#chunkStart = written;
    return Math.min(size, wanted);
  }

  /** Whether there is room worth a writer's while. Asked for it, a socket that has none will wake whoever asked. */
  isWritable(connection: Connection): boolean {
    if (this.#isFull) this.#grow(connection);
    const queued = queuedIn(connection);
    const isWritable = this.limit - queued >= queued / 2 && 2 * connection.unsentOctets < this.lowWater;
    if (isWritable && this.#isFull) this.wakes++;
    this.#isFull = !isWritable;
    return isWritable;
  }

  #grow(connection: Connection): void {
    const window = Math.floor(connection.cwnd / connection.sendMss);
    if (this.locked) return;
    const cost = 2 ** Math.ceil(Math.log2(connection.sendMss + SEGMENT_HEADERS)) + SEGMENT_RECORD;
    this.limit = Math.max(this.limit, WINDOWS_HELD * Math.max(window, LEAST_WINDOW_SEGMENTS) * cost);
  }
}

/** Half the largest window that the peer ever had, in whole segments. */
function chunkSize(connection: Connection): number {
  const { fullSegment, maxSndWnd } = connection.info();
  const most = Math.min(MOST_CHUNK, maxSndWnd / 2);
  return Math.max(Math.floor(most / fullSegment), 1) * fullSegment;
}

function queuedIn(connection: Connection): number {
  return connection.unackedOctets + connection.unsentOctets;
}
