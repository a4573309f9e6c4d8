/**
 * Bulk transfers: octets of a pattern out, whatever the peer sends in and forgotten, and how fast that went. Memory does
 * not grow with the amount.
 *
 * @module
 */

import { elapsed, type Instant, type Micros, micros, OctetRange, toSeconds } from "../tcp/mod.ts";
import { counted, grouped } from "./counted.ts";
import { Pattern } from "./pattern.ts";

/** What a bulk transfer is to do. */
export interface BulkJob {
  /** Octets of the pattern to send; null: none were asked for. */
  readonly octets: number | null;
  /** Whether to read until the peer's FIN. */
  readonly receives: boolean;
  /** CPU time that this process has used so far. */
  readonly cpuTime: () => Micros;
}

/** What a transfer asks of a connection. */
export interface BulkConnection {
  readonly octetsAcknowledged: number;
  readonly segmentsSent: number;
  readonly segmentsReceived: number;
  readonly segmentsRetransmitted: number;
  send(from: Uint8Array, now: Instant): number;
  /** Names what was received, where it lies. @returns octets; 0: none now; null: the end of the stream */
  peek(out: OctetRange): number | null;
  /** Drops so many of these octets. */
  consume(octets: number, now: Instant): void;
}

/** Octets handed over at a time: few enough to stay in a core's own cache. */
const PIECE = 64 << 10;

/** Pieces handed over in one turn of the loop, so that what arrives gets its turn too. */
const PIECES_PER_TURN = 128;

const OCTETS_PER_MEGABYTE = 1e6;
const OCTETS_PER_GIGABYTE = 1e9;

/** One way of a transfer: how much, and from when to when. */
class Way {
  octets = 0;
  #start: Instant;
  #end: Instant;

  constructor(start: Instant) {
    this.#start = start;
    this.#end = start;
  }

  /** So many octets are through at this moment. */
  reached(octets: number, now: Instant): void {
    if (octets === this.octets) return;
    this.octets = octets;
    this.#end = now;
  }

  /** `1,000 bytes in 0.002 s (0.5 MB/s)`; to the last octet's moment, not to the end of the connection. */
  toString(): string {
    const span = toSeconds(elapsed(this.#start, this.#end));
    const rate = span > 0 ? ` (${(this.octets / OCTETS_PER_MEGABYTE / span).toFixed(1)} MB/s)` : "";
    return `${counted(this.octets, "byte")} in ${span.toFixed(3)} s${rate}`;
  }
}

/** One bulk transfer over an established connection. */
export class BulkTransfer {
  readonly #connection: BulkConnection;
  readonly #job: BulkJob;
  readonly #pattern: Pattern | null;
  readonly #sending: Way;
  readonly #receiving: Way;
  readonly #cpuAtStart: Micros;
  readonly #arrived = new OctetRange();
  /** Octets that the connection has taken. */
  #given = 0;

  /** Begins now. */
  constructor(connection: BulkConnection, job: BulkJob, now: Instant) {
    this.#connection = connection;
    this.#job = job;
    this.#pattern = job.octets === null ? null : new Pattern(PIECE);
    this.#sending = new Way(now);
    this.#receiving = new Way(now);
    this.#cpuAtStart = job.cpuTime();
  }

  /** Octets that the peer has acknowledged. */
  get acknowledged(): number {
    return this.#sending.octets;
  }

  /** Octets that were read. */
  get received(): number {
    return this.#receiving.octets;
  }

  /** Whether the peer has acknowledged all that was to be sent. */
  get isSent(): boolean {
    return this.acknowledged === (this.#job.octets ?? 0);
  }

  /** Hands over what the connection takes now, within the turn's bound. */
  send(now: Instant): void {
    const octets = this.#job.octets ?? 0;
    for (let piece = 0; this.#pattern !== null && piece < PIECES_PER_TURN && this.#given < octets; piece++) {
      const next = this.#pattern.from(this.#given);
      const left = octets - this.#given;
      const offered = left < next.length ? next.subarray(0, left) : next;
      const taken = this.#connection.send(offered, now);
      this.#given += taken;
      if (taken < offered.length) return;
    }
  }

  /** Looks how much the peer has acknowledged. */
  look(now: Instant): void {
    this.#sending.reached(this.#connection.octetsAcknowledged, now);
  }

  /** Counts what has arrived and drops it, where it lies. @returns octets; 0: none now; null: the end of the stream */
  receive(now: Instant): number | null {
    const octets = this.#connection.peek(this.#arrived);
    if (octets === null || octets === 0) return octets;
    this.#connection.consume(octets, now);
    this.#receiving.reached(this.received + octets, now);
    return octets;
  }

  /** How it went, in one line: each way that was asked for or used, segments, CPU time. */
  summary(): string {
    const { octets, receives, cpuTime } = this.#job;
    const { segmentsSent, segmentsReceived, segmentsRetransmitted } = this.#connection;
    const ways: string[] = [];
    if (octets !== null) ways.push(`sent ${this.#sending}`);
    if (receives || this.received > 0) ways.push(`received ${this.#receiving}`);
    const figures = [
      `${counted(segmentsSent, "segment")} sent`,
      `${grouped(segmentsReceived)} received`,
      counted(segmentsRetransmitted, "retransmission"),
    ];
    const total = this.acknowledged + this.received;
    if (total > 0) {
      const used = toSeconds(micros(cpuTime() - this.#cpuAtStart));
      figures.push(`${(used * OCTETS_PER_GIGABYTE / total).toFixed(2)} CPU seconds per GB`);
    }
    const text = `${ways.join(", ")}: ${figures.join(", ")}`;
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
}
