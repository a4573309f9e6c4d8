/**
 * What the client does with a connection: wait for the handshake, deliver the message or transfer in bulk, close in order,
 * and end well when it is interrupted on the way.
 *
 * @module
 */

import {
  after,
  type ConnectionFailure,
  type Instant,
  isSynchronized,
  type Micros,
  NEVER,
  seconds,
  type State,
} from "../tcp/mod.ts";
import { type BulkConnection, type BulkJob, BulkTransfer } from "./bulk.ts";
import {
  type ClientFacts,
  connectionFailed,
  formatSeconds,
  noAnswer,
  notClosed,
  unreachable,
} from "./client_failures.ts";
import { escapeControls } from "./escape.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import type { ProgramFailure } from "./failures.ts";
import type { Narrator } from "./narrator.ts";

/** What the session asks of a connection; the core's `Connection` is one. */
export interface ClientConnection extends BulkConnection {
  readonly state: State;
  readonly failure: ConnectionFailure | null;
  /** What the network last said about our segments, if anything. */
  readonly softError: string | null;
  readonly unackedOctets: number;
  readonly unsentOctets: number;
  /** Octets put into `into`; 0: nothing now; null: the end of the stream. */
  receive(into: Uint8Array, now: Instant): number | null;
  shutdown(now: Instant): void;
  abort(now: Instant, tellUnanswered?: boolean): void;
}

/** What the session asks of whoever runs the connection; the driver's `Loop` is one. */
export interface ClientLoop {
  /** The moment of the present turn. */
  readonly now: Instant;
  /** The time now, for what is done between runs. */
  readClock(): Instant;
  /** Whether a segment still waits for room in the device. */
  readonly hasUnsent: boolean;
  /** Turns until `done` says so at the end of a turn (true), or `until` has come (false). */
  run(done: () => boolean, until: Instant): Promise<boolean>;
  wake(): void;
}

/** What is to be done. */
export interface ClientJob {
  /** The peer, as messages name it. */
  readonly peer: string;
  readonly message: string;
  /** What to transfer instead of the message; null: nothing. */
  readonly bulk: BulkJob | null;
  /** How long the handshake may take; null: as long as the core tries. */
  readonly connectTimeout: Micros | null;
  /** Silence after our FIN before the peer is given up. */
  readonly closeTimeout: Micros;
  /** How long to stay in TIME-WAIT. */
  readonly timeWait: Micros;
}

/** How long an interrupted connection may take to close. */
const INTERRUPTED_CLOSE = seconds(5);

/** Silence after our FIN before the user is told what is being waited for. */
const PATIENCE = seconds(1);

/** SYNs after which the network's word that the peer is unreachable is believed; one may have met a passing trouble. */
const SYNS_UNTIL_BELIEF = 2;

/** Octets taken from the connection at a time. */
const READ_LENGTH = 64 << 10;

/** Thrown out of a wait when the user has interrupted. */
class Interrupted extends Error {}

/** One run of the client over one connection. */
export class ClientSession {
  readonly #connection: ClientConnection;
  readonly #loop: ClientLoop;
  readonly #narrator: Narrator;
  readonly #job: ClientJob;
  readonly #inbound = new Uint8Array(READ_LENGTH);
  #interrupted = false;
  #endOfStream = false;
  /** Why our segments cannot leave this host; empty when they can. */
  #obstacle = "";
  /** Octets of the message, and how many of them the peer has acknowledged. */
  #messageLength = 0;
  #acknowledged = 0;
  /** Null: none, or not yet. */
  #transfer: BulkTransfer | null = null;

  constructor(connection: ClientConnection, loop: ClientLoop, narrator: Narrator, job: ClientJob) {
    this.#connection = connection;
    this.#loop = loop;
    this.#narrator = narrator;
    this.#job = job;
  }

  /** The user wants out: the connection is closed where it stands, and `run` ends soon. */
  interrupt(): void {
    this.#interrupted = true;
    this.#loop.wake();
  }

  /** The device would not carry a segment. `reason`: one line, empty when there is nothing to add. */
  unsent(outcome: "too long" | "unreachable", reason: string): void {
    if (outcome === "too long") {
      this.#narrator.warning("A segment was too long for the path: going on with smaller ones");
      return;
    }
    const obstacle = reason === "" ? "no way to the peer" : reason;
    if (obstacle !== this.#obstacle) {
      this.#narrator.warning(`A segment could not leave this host: ${obstacle}`);
    }
    this.#obstacle = obstacle;
  }

  /**
   * Does the whole job.
   *
   * @returns the exit code
   * @throws ProgramFailure when the job cannot be done; the connection is closed or aborted then
   */
  async run(): Promise<ExitCodeNumber> {
    try {
      await this.#shakeHands();
      if (this.#job.bulk === null) await this.#deliver();
      else await this.#transferBulk(this.#job.bulk);
      await this.#close();
      return ExitCode.ok;
    } catch (error) {
      this.#narrator.flush();
      if (!(error instanceof Interrupted)) throw error;
      await this.#closeInterrupted();
      return ExitCode.interrupted;
    }
  }

  async #shakeHands(): Promise<void> {
    const { connectTimeout } = this.#job;
    const start = this.#loop.readClock();
    const until = connectTimeout === null ? NEVER : after(start, connectTimeout);
    const connected = (): boolean => isSynchronized(this.#connection.state) && !this.#loop.hasUnsent;
    const done = (): boolean => connected() || this.#isUnreachable();
    if (!await this.#runUntil(done, until)) await this.#giveUp(noAnswer(this.#facts()));
    if (!connected()) await this.#giveUp(unreachable(this.#facts(), this.#obstacle));
    this.#narrator.established();
  }

  async #deliver(): Promise<void> {
    const connection = this.#connection;
    const octets = new TextEncoder().encode(this.#job.message);
    if (octets.length === 0) return this.#narrator.nothingToSend();
    this.#messageLength = octets.length;
    this.#narrator.sending(escapeControls(this.#job.message));
    let taken = connection.send(octets, this.#loop.readClock());
    await this.#runUntil(() => {
      if (taken < octets.length) taken += connection.send(octets.subarray(taken), this.#loop.now);
      this.#read();
      this.#acknowledged = taken - connection.unsentOctets - connection.unackedOctets;
      return this.#acknowledged === octets.length;
    }, NEVER);
    this.#narrator.delivered();
  }

  /** Sends all there is and waits for its acknowledgement; without anything to send, for the peer's FIN. */
  async #transferBulk(job: BulkJob): Promise<void> {
    const { octets, receives } = job;
    const transfer = new BulkTransfer(this.#connection, job, this.#loop.readClock());
    this.#transfer = transfer;
    this.#messageLength = octets ?? 0;
    this.#narrator.transferring(octets, receives);
    transfer.send(this.#loop.now);
    await this.#runUntil(() => {
      this.#read();
      transfer.send(this.#loop.now);
      return octets === null ? this.#endOfStream : transfer.isSent;
    }, NEVER);
    if (octets !== null && octets > 0) this.#narrator.delivered();
  }

  /** Sends our FIN and reads on until the peer's has come and is acknowledged. */
  async #close(): Promise<void> {
    const { closeTimeout } = this.#job;
    this.#connection.shutdown(this.#loop.readClock());
    let patience: Instant = after(this.#loop.readClock(), PATIENCE);
    let heard = this.#connection.segmentsReceived;
    let deadline: Instant = after(this.#loop.readClock(), closeTimeout);
    const receivesOn = this.#job.bulk?.receives === true;
    const done = (): boolean => {
      this.#read();
      this.#narrator.flush();
      if (this.#connection.segmentsReceived !== heard) {
        heard = this.#connection.segmentsReceived;
        deadline = after(this.#loop.now, closeTimeout);
        // What was asked for is no wait that has to be explained.
        if (receivesOn && patience !== NEVER) patience = after(this.#loop.now, PATIENCE);
      }
      return this.#isOver();
    };
    while (!await this.#runUntil(done, patience < deadline ? patience : deadline)) {
      if (this.#loop.readClock() < patience && patience < deadline) continue;
      if (this.#loop.readClock() >= deadline) {
        await this.#giveUp(notClosed(this.#facts(), this.#connection.state, closeTimeout));
      }
      if (patience !== NEVER && this.#connection.state === "FIN-WAIT-2") {
        const limit = formatSeconds(closeTimeout);
        this.#narrator.note(
          `Waiting for the peer to close its side (up to ${limit} of silence; Ctrl-C ends it)`,
        );
      }
      patience = NEVER;
    }
    this.#narrator.closed();
    this.#summarize();
    if (this.#connection.state === "TIME-WAIT" && this.#job.timeWait > 0) await this.#stayInTimeWait();
  }

  async #stayInTimeWait(): Promise<void> {
    this.#narrator.note(`Staying in TIME-WAIT for ${formatSeconds(this.#job.timeWait)}`);
    const until = after(this.#loop.readClock(), this.#job.timeWait);
    await this.#runUntil(() => this.#connection.state === "CLOSED", until);
  }

  /**
   * Whether to believe that the peer cannot be reached. The core takes the network's word as a passing trouble (RFC 9293
   * 3.9.2.2, MUST-56) and would go on for minutes; that it need not is its user's to decide.
   */
  #isUnreachable(): boolean {
    return (this.#obstacle !== "" || this.#connection.softError === "unreachable") &&
      this.#narrator.record.syns >= SYNS_UNTIL_BELIEF;
  }

  /** FIN for what was established, RST for what was not, and a short time for the peer to answer. */
  async #closeInterrupted(): Promise<void> {
    const connection = this.#connection;
    const now = this.#loop.readClock();
    if (isSynchronized(connection.state)) {
      this.#narrator.warning("Interrupted: closing the connection (Ctrl-C again ends it at once)");
      if (connection.state === "ESTABLISHED" || connection.state === "CLOSE-WAIT") connection.shutdown(now);
    } else {
      this.#narrator.warning("Interrupted before the connection was established: giving it up");
      connection.abort(now, true);
    }
    const closed = await this.#loop.run(() => {
      this.#read();
      this.#narrator.flush();
      return this.#isOver();
    }, after(now, INTERRUPTED_CLOSE));
    if (!closed) await this.#abort();
    else if (connection.failure === null) this.#narrator.closed();
    this.#summarize();
  }

  /** The figures of a bulk transfer, once it has begun. */
  #summarize(): void {
    if (this.#transfer !== null) this.#narrator.note(this.#transfer.summary());
  }

  /** Whether nothing more is to be said to the peer: closed, or everything acknowledged in both directions. */
  #isOver(): boolean {
    const { state } = this.#connection;
    return (state === "CLOSED" || state === "TIME-WAIT") && !this.#loop.hasUnsent;
  }

  /** Runs the loop until `done`; false when `until` came first. @throws ProgramFailure, Interrupted */
  async #runUntil(done: () => boolean, until: Instant): Promise<boolean> {
    const connection = this.#connection;
    const finished = await this.#loop.run(
      () => connection.failure !== null || this.#interrupted || done(),
      until,
    );
    if (connection.failure !== null) {
      this.#read();
      throw connectionFailed(connection.failure, this.#facts());
    }
    if (this.#interrupted) throw new Interrupted();
    return finished;
  }

  /** Takes what has arrived, and shows it or counts it. */
  #read(): void {
    const transfer = this.#transfer;
    transfer?.look(this.#loop.now);
    while (!this.#endOfStream && isSynchronized(this.#connection.state)) {
      const length = transfer === null
        ? this.#connection.receive(this.#inbound, this.#loop.now)
        : transfer.receive(this.#loop.now);
      if (length === null) this.#endOfStream = true;
      else if (length === 0) return;
      else if (transfer === null) this.#narrator.received(this.#inbound.subarray(0, length));
    }
  }

  /** @throws the failure, once the connection is aborted and its RST has left */
  async #giveUp(failure: ProgramFailure): Promise<never> {
    await this.#abort();
    throw failure;
  }

  async #abort(): Promise<void> {
    const now = this.#loop.readClock();
    this.#connection.abort(now);
    await this.#loop.run(() => !this.#loop.hasUnsent, after(now, PATIENCE));
    this.#narrator.flush();
  }

  /** What the messages of failures tell. */
  #facts(): ClientFacts {
    return {
      peer: this.#job.peer,
      record: this.#narrator.record,
      softError: this.#connection.softError,
      acknowledged: this.#transfer?.acknowledged ?? this.#acknowledged,
      received: this.#transfer?.received ?? null,
      messageLength: this.#messageLength,
      now: this.#loop.readClock(),
    };
  }
}
