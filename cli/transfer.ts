/**
 * One transfer over a connection: octets of a source out, whatever the peer sends into a sink, and how fast that went. Memory
 * does not grow with the amount: what the sink has no room for stays in the connection, whose window then closes.
 *
 * @module
 */

import { elapsed, type Instant, type Micros, micros, OctetRange, toSeconds } from "../tcp/single.ts";
import { counted, grouped } from "./counted.ts";
import type { OctetSink } from "./sinks.ts";
import type { OctetSource } from "./sources.ts";

/** What is to be transferred. */
export interface TransferJob {
  readonly source: OctetSource;
  readonly sink: OctetSink;
  /** What is sent, for people, safe to show; null: nothing is to be sent. */
  readonly sending: string | null;
  /** Whether the peer's octets are what it is about. */
  readonly receives: boolean;
  /** CPU time that this process has used so far. */
  readonly cpuTime: () => Micros;
}

/** What a transfer asks of a connection. */
export interface TransferConnection {
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

/** Octets handed over in one turn of the loop, so that what arrives gets its turn too. */
const OCTETS_PER_TURN = 8 << 20;

/** Octets below which the CPU time of the start is most of it. */
const LEAST_FOR_CPU_TIME = 100_000;

/** Units of rates, and how many octets a second each is; the first one in which a rate does not round to 0.0 is taken. */
const RATES = [["MB/s", 1e6], ["kB/s", 1e3], ["bytes/s", 1]] as const;
/** What rounds to a tenth. */
const LEAST_FIGURE = 0.05;

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
    const rate = span > 0 ? this.octets / span : 0;
    const [unit, octets] = RATES.find(([, octets]) => rate / octets >= LEAST_FIGURE) ?? ["", 0];
    const figure = unit === "" ? "" : ` (${(rate / octets).toFixed(1)} ${unit})`;
    return `${counted(this.octets, "byte")} in ${span.toFixed(3)} s${figure}`;
  }
}

/** One transfer over an established connection. */
export class Transfer {
  /** Whether the source had nothing at the last `send`, but may have more. */
  isDry = false;
  /** Whether the sink had no room for all that had arrived at the last `receive`. */
  isStalled = false;
  readonly #connection: TransferConnection;
  readonly #job: TransferJob;
  readonly #sending: Way;
  readonly #receiving: Way;
  readonly #cpuAtStart: Micros;
  readonly #arrived = new OctetRange();
  /** Octets that the connection has taken. */
  #given = 0;
  #hasEnded = false;

  /** Begins now. */
  constructor(connection: TransferConnection, job: TransferJob, now: Instant) {
    this.#connection = connection;
    this.#job = job;
    this.#sending = new Way(now);
    this.#receiving = new Way(now);
    this.#cpuAtStart = job.cpuTime();
  }

  /** Octets that the peer has acknowledged. */
  get acknowledged(): number {
    return this.#sending.octets;
  }

  /** Octets that there are to be sent, as far as it is known. */
  get total(): number {
    return this.#job.source.total ?? this.#given;
  }

  /** Octets that were read. */
  get received(): number {
    return this.#receiving.octets;
  }

  /** Whether the peer has acknowledged all that was to be sent. */
  get isSent(): boolean {
    return this.#hasEnded && this.acknowledged === this.#given;
  }

  /** Hands over what the connection takes now, within the turn's bound. @throws ProgramFailure */
  send(now: Instant): void {
    const { source } = this.#job;
    this.isDry = false;
    for (const bound = this.#given + OCTETS_PER_TURN; this.#given < bound;) {
      const octets = source.next();
      this.#hasEnded = octets === null;
      this.isDry = octets?.length === 0;
      if (octets === null || octets.length === 0) return;
      const taken = this.#connection.send(octets, now);
      this.#given += taken;
      source.taken(taken);
      if (taken < octets.length) return;
    }
  }

  /** Looks how much the peer has acknowledged. */
  look(now: Instant): void {
    this.#sending.reached(this.#connection.octetsAcknowledged, now);
  }

  /**
   * Gives the sink what has arrived, where it lies.
   *
   * @returns octets; 0: none now, or no room for them; null: the end of the stream
   * @throws ProgramFailure
   */
  receive(now: Instant): number | null {
    const arrived = this.#arrived;
    const length = this.#connection.peek(arrived);
    this.isStalled = false;
    if (length === null || length === 0) return length;
    const { octets, offset, firstPartLength } = arrived;
    const { sink } = this.#job;
    let taken = sink.take(octets.subarray(offset, offset + firstPartLength));
    if (taken === firstPartLength && taken < length) taken += sink.take(octets.subarray(0, length - taken));
    this.isStalled = taken < length;
    this.#connection.consume(taken, now);
    this.#receiving.reached(this.received + taken, now);
    return taken;
  }

  /** Drops what has arrived, whether the sink has room or not. @returns as `receive` */
  forget(now: Instant): number | null {
    const length = this.#connection.peek(this.#arrived);
    if (length !== null && length > 0) this.#connection.consume(length, now);
    return length;
  }

  /** How it went, in one line: each way that was asked for or used, segments, CPU time. */
  summary(): string {
    const { sending, receives, cpuTime } = this.#job;
    const { segmentsSent, segmentsReceived, segmentsRetransmitted } = this.#connection;
    const ways: string[] = [];
    if (sending !== null) ways.push(`sent ${this.#sending}`);
    if (receives || this.received > 0) ways.push(`received ${this.#receiving}`);
    const figures = [
      `${counted(segmentsSent, "segment")} sent`,
      `${grouped(segmentsReceived)} received`,
      counted(segmentsRetransmitted, "retransmission"),
    ];
    const total = this.acknowledged + this.received;
    if (total >= LEAST_FOR_CPU_TIME) {
      const used = toSeconds(micros(cpuTime() - this.#cpuAtStart));
      figures.push(`${(used * OCTETS_PER_GIGABYTE / total).toFixed(2)} CPU seconds per GB`);
    }
    const text = `${ways.join(", ")}: ${figures.join(", ")}`;
    return text.charAt(0).toUpperCase() + text.slice(1);
  }
}
