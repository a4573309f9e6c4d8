/**
 * What the client does with a connection: wait for the handshake, deliver the message or transfer in bulk, close in order,
 * and end well when it is interrupted on the way.
 *
 * @module
 */

import {
  after,
  earliest,
  elapsed,
  type Instant,
  isSynchronized,
  type Micros,
  micros,
  NEVER,
  seconds,
} from "../tcp/single.ts";
import {
  type ClientFacts,
  connectionFailed,
  formatSeconds,
  noAnswer,
  notClosed,
  resetAfter,
  stalled,
  unreachable,
  unreachableAt,
} from "./client_failures.ts";
import type { ClientConnection, ClientJob, ClientLoop } from "./client_job.ts";
import { EndWatches } from "./end_watches.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import type { Narrator } from "./narrator.ts";
import { StallWatch } from "./stall_watch.ts";
import { Transfer } from "./transfer.ts";

/** How long an interrupted connection may take to close. */
const INTERRUPTED_CLOSE = seconds(5);

/** How long the peer may think before we say that we wait for it. */
const FIRST_ANSWER = seconds(3);

/** Silence after our FIN before we say what is being waited for. */
const PATIENCE = seconds(1);

/** Thrown out of a wait when the user has interrupted. */
class Interrupted extends Error {}

/** One run of the client over one connection. */
export class ClientSession {
  readonly #connection: ClientConnection;
  readonly #loop: ClientLoop;
  readonly #narrator: Narrator;
  readonly #job: ClientJob;
  #interrupted = false;
  #isConnected = false;
  /** It is closed in order, and that is told. */
  #isClosed = false;
  #endOfStream = false;
  /** Why our segments cannot leave this host; empty when they can. */
  #unreachableReason = "";
  /** When one could not leave; null: not yet. */
  #unsentAt: Instant | null = null;
  /** Why nothing can leave this host now; null: it can, as far as is known. */
  #blockage: string | null = null;
  /** Null: not yet. */
  #transfer: Transfer | null = null;
  readonly #ends: EndWatches;

  constructor(connection: ClientConnection, loop: ClientLoop, narrator: Narrator, job: ClientJob) {
    this.#connection = connection;
    this.#loop = loop;
    this.#narrator = narrator;
    this.#job = job;
    this.#ends = new EndWatches(loop, job);
  }

  /** The user wants out: the connection is closed where it stands, and `run` ends soon. */
  interrupt(): void {
    this.#interrupted = true;
    this.#loop.wake();
  }

  /** The device would not carry a segment. `reason`: one line, empty when there is nothing to add. */
  unsent(outcome: "too long" | "unreachable", reason: string): void {
    if (outcome === "too long") return; // the core hears of it in the form of an ICMP error, and tells
    this.#narrator.unsent();
    const shown = reason === "" ? "no way to the peer" : reason;
    if (shown !== this.#unreachableReason) {
      this.#narrator.warning(`A segment could not leave this host: ${shown}`);
    }
    this.#unreachableReason = shown;
    this.#unsentAt = this.#loop.now;
  }

  /** This host has no way to the peer any more, for that reason; null: it has one again. */
  blocked(reason: string | null): void {
    this.#blockage = reason;
    this.#narrator.warning(
      reason === null
        ? "This host has a way to the peer again"
        : `This host has no way to the peer any more: ${reason}`,
    );
    this.#unreachableReason = reason ?? "";
  }

  /**
   * Shakes hands, or is interrupted; `run` tells which and goes on from there.
   *
   * @throws ProgramFailure when there is no connection; it is aborted then
   */
  async connect(): Promise<void> {
    try {
      await this.#shakeHands();
    } catch (error) {
      this.#narrator.settle();
      if (!(error instanceof Interrupted)) throw await this.#aborted(error);
    }
  }

  /** Gives up an attempt to connect that is not needed any more. */
  async abandon(): Promise<void> {
    const now = this.#loop.readClock();
    this.#connection.abort(now, true);
    await this.#loop.run(() => !this.#loop.hasUnsent, after(now, PATIENCE));
  }

  /**
   * Does the whole job, from the handshake on if `connect` has not been called.
   *
   * @returns the exit code
   * @throws ProgramFailure when the job cannot be done; the connection is closed or aborted then
   */
  async run(): Promise<ExitCodeNumber> {
    try {
      if (!this.#isConnected) await this.#shakeHands();
      await this.#deliver();
      if (this.#job.aborts) await this.#abortAsAsked();
      else await this.#close();
      return ExitCode.ok;
    } catch (error) {
      this.#narrator.settle();
      if (!(error instanceof Interrupted)) throw await this.#aborted(error);
      await this.#closeInterrupted();
      return ExitCode.interrupted;
    } finally {
      this.#ends[Symbol.dispose]();
    }
  }

  async #shakeHands(): Promise<void> {
    const { connectTimeout } = this.#job;
    const start = this.#loop.readClock();
    const until = connectTimeout === null ? NEVER : after(start, connectTimeout);
    const connected = (): boolean => isSynchronized(this.#connection.state) && !this.#loop.hasUnsent;
    const decided = (): boolean => connected() || this.#isUnreachable();
    while (!decided()) {
      const belief = this.#unreachableAt();
      const done = (): boolean => decided() || this.#unreachableAt() !== belief;
      const inTime = await this.#runUntil(done, earliest(until, belief), false);
      if (!inTime && this.#loop.now >= until) throw noAnswer(this.#facts());
    }
    if (!connected()) throw unreachable(this.#facts(), this.#unreachableReason);
    this.#isConnected = true;
    this.#narrator.established();
  }

  /** Sends all there is, waits for its acknowledgement, and for what has to come from the peer before we may close. */
  async #deliver(): Promise<void> {
    const { sending, receives, source, sink } = this.#job;
    sink.begin?.();
    const transfer = new Transfer(this.#connection, this.#job, this.#loop.readClock());
    this.#transfer = transfer;
    if (sending !== null) this.#narrator.sending(source.total === 0 ? null : sending);
    if (receives) this.#narrator.receiving();
    if (sending !== null) {
      this.#move(transfer);
      // A message comes first and its answer after it, however they cross each other; what streams is shown as it comes.
      await this.#runWatched(transfer, () => transfer.isSent, source.total === null);
      if (transfer.total > 0) this.#narrator.delivered(!this.#job.isMeasured);
    }
    this.#narrator.flush();
    const watch = this.#watch(transfer);
    const { timeout } = this.#job;
    const patience = timeout === null ? FIRST_ANSWER : micros(Math.min(FIRST_ANSWER, timeout));
    if (!await this.#comesWithin(transfer, patience)) this.#narrator.note(this.#whatIsAwaited());
    await this.#runWatched(transfer, () => this.#mayEnd(transfer), true, watch);
  }

  /** Watches the transfer from now on. */
  #watch(transfer: Transfer): StallWatch {
    const watch = new StallWatch(this.#connection, this.#job.timeout, this.#loop.readClock());
    this.#look(watch, transfer);
    return watch;
  }

  #look(watch: StallWatch, transfer: Transfer): void {
    const { unackedOctets, unsentOctets } = this.#connection;
    const waitsForPeer = unackedOctets > 0 || unsentOctets > 0 || this.#awaitsPeer(transfer);
    const isIdle = !waitsForPeer || transfer.isStalled || this.#job.isHeldBack();
    watch.look(transfer.received, isIdle, this.#loop.now);
  }

  /** Runs until `done`, tells what is being waited for, and gives up what does not get on. @throws ProgramFailure */
  async #runWatched(
    transfer: Transfer,
    done: () => boolean,
    tells: boolean,
    watch: StallWatch = this.#watch(transfer),
  ): Promise<void> {
    const look = (): void => this.#look(watch, transfer);
    const watchedDone = (): boolean => {
      look();
      return done();
    };
    while (!await this.#runUntil(watchedDone, watch.deadline, tells)) {
      look();
      const verdict = watch.verdict(this.#loop.readClock());
      if (verdict.kind === "say") this.#narrator.warning(`Still waiting: ${verdict.text}`);
      if (verdict.kind === "give up") {
        throw stalled(this.#facts(), verdict.text, this.#troubleSince(watch.progressAt));
      }
    }
  }

  /** What has shown since that moment of why our segments do not get through; null: nothing. */
  #troubleSince(moment: Instant): string | null {
    if (this.#blockage !== null) return this.#blockage;
    if (this.#unsentAt !== null && this.#unsentAt > moment) return this.#unreachableReason;
    const { report, reportAt } = this.#narrator.record;
    return reportAt !== null && reportAt > moment ? report : null;
  }

  /** Whether all is said, and the rest is the peer's to say within the time that the user has set. */
  #awaitsPeer(transfer: Transfer): boolean {
    return this.#job.timeout !== null && transfer.isSent && !this.#endOfStream;
  }

  /** Whether the end, or anything of the peer's, comes within this time. */
  async #comesWithin(transfer: Transfer, span: Micros): Promise<boolean> {
    const before = transfer.received;
    const until = after(this.#loop.readClock(), span);
    return await this.#runUntil(() => this.#mayEnd(transfer) || transfer.received > before, until, true);
  }

  #whatIsAwaited(): string {
    return this.#job.ending === "answered"
      ? "Waiting for the peer's answer (--wait; Ctrl-C closes)"
      : "Waiting for the peer to close its side before we close ours (Ctrl-C closes)";
  }

  /** Whether what the end waits for has come. */
  #mayEnd(transfer: Transfer): boolean {
    switch (this.#job.ending) {
      case "delivered":
        return true;
      case "answered":
        return transfer.received > 0 || this.#endOfStream;
      case "peer closed":
        return this.#endOfStream;
    }
  }

  async #abortAsAsked(): Promise<void> {
    await this.#abort();
    this.#narrator.note("Connection aborted, as asked (RST)");
    this.#summarize();
  }

  /** Sends our FIN and reads on until the peer's has come and is acknowledged. */
  async #close(): Promise<void> {
    const { closeTimeout, linger, receives } = this.#job;
    const start = this.#loop.readClock();
    this.#connection.shutdown(start);
    let patience: Instant = after(start, PATIENCE);
    let heard = this.#connection.segmentsReceived;
    let deadline: Instant = after(start, closeTimeout);
    const last = linger === null ? NEVER : after(start, linger);
    const done = (): boolean => {
      if (this.#connection.segmentsReceived !== heard || this.#transfer?.isStalled === true) {
        heard = this.#connection.segmentsReceived;
        deadline = after(this.#loop.now, closeTimeout);
        // What was asked for is no wait that has to be explained.
        if (receives && patience !== NEVER) patience = after(this.#loop.now, PATIENCE);
      }
      return this.#isOver();
    };
    while (!await this.#runUntil(done, earliest(earliest(patience, deadline), last), true)) {
      const now = this.#loop.readClock();
      const { state } = this.#connection;
      if (now >= last) {
        throw notClosed(
          this.#facts(),
          state,
          last === NEVER ? closeTimeout : elapsed(start, last),
          "lingering",
        );
      }
      if (now >= deadline) {
        throw notClosed(this.#facts(), state, closeTimeout, "silent", this.#troubleSince(start));
      }
      if (now < patience && patience < deadline) continue;
      if (patience !== NEVER && state === "FIN-WAIT-2") {
        const limit = linger === null ? `${formatSeconds(closeTimeout)} of silence` : formatSeconds(linger);
        this.#narrator.note(`Waiting for the peer to close its side (up to ${limit}; Ctrl-C ends it)`);
      }
      patience = NEVER;
    }
    this.#narrator.closed();
    this.#isClosed = true;
    this.#summarize();
    if (this.#connection.state === "TIME-WAIT" && this.#job.timeWait > 0) await this.#stayInTimeWait();
  }

  async #stayInTimeWait(): Promise<void> {
    this.#narrator.note(`Staying in TIME-WAIT for ${formatSeconds(this.#job.timeWait)}`);
    const until = after(this.#loop.readClock(), this.#job.timeWait);
    await this.#runUntil(() => this.#connection.state === "CLOSED", until, true);
  }

  /**
   * Whether to believe that the peer cannot be reached. The core takes the network's word as a passing trouble (RFC 9293
   * 3.9.2.2, MUST-56) and would go on for minutes; that it need not is its user's to decide.
   */
  #isUnreachable(): boolean {
    return this.#loop.now >= this.#unreachableAt();
  }

  #unreachableAt(): Instant {
    const isSaid = this.#connection.softError === "unreachable";
    return unreachableAt(this.#narrator.record, isSaid, this.#unreachableReason !== "");
  }

  /** FIN for what was established, RST for what was not, and a short time for the peer to answer. */
  async #closeInterrupted(): Promise<void> {
    const connection = this.#connection;
    const now = this.#loop.readClock();
    if (this.#isClosed) return this.#narrator.warning("Interrupted: leaving TIME-WAIT early");
    if (isSynchronized(connection.state)) {
      this.#narrator.warning("Interrupted: closing the connection (Ctrl-C again ends it at once)");
      if (connection.state === "ESTABLISHED" || connection.state === "CLOSE-WAIT") connection.shutdown(now);
    } else {
      this.#narrator.warning("Interrupted before the connection was established: giving it up");
      connection.abort(now, true);
    }
    const closed = await this.#loop.run(() => {
      this.#read((transfer) => transfer.forget(this.#loop.now));
      this.#narrator.flush();
      return this.#isOver();
    }, after(now, INTERRUPTED_CLOSE));
    if (!closed) {
      const text = resetAfter(INTERRUPTED_CLOSE, this.#facts());
      await this.#abort();
      this.#narrator.warning(text);
    } else if (connection.failure === null) this.#narrator.closed();
    this.#summarize();
  }

  /** The figures of a transfer, once it has begun. */
  #summarize(): void {
    if (this.#transfer === null) return;
    this.#narrator.limited();
    if (this.#job.isMeasured) this.#narrator.note(this.#transfer.summary());
    const afterword = this.#job.afterword();
    if (afterword !== null) this.#narrator.note(afterword);
  }

  /** Whether nothing more is to be said to the peer, in both directions, and all that it said is read. */
  #isOver(): boolean {
    const { state, unreadOctets } = this.#connection;
    return (state === "CLOSED" || state === "TIME-WAIT") && !this.#loop.hasUnsent && unreadOctets === 0;
  }

  /**
   * Moves what there is to move and runs the loop until `done`; false when `until` came first. `tells`: whether what has
   * happened is shown at once. @throws ProgramFailure, Interrupted
   */
  async #runUntil(done: () => boolean, until: Instant, tells: boolean): Promise<boolean> {
    const connection = this.#connection;
    const finished = await this.#loop.run(() => {
      if (connection.failure !== null || this.#interrupted) return true;
      if (this.#transfer !== null) this.#move(this.#transfer);
      if (tells) this.#narrator.flush();
      return done();
    }, until);
    if (connection.failure !== null) {
      this.#read((transfer) => transfer.receive(this.#loop.now));
      throw connectionFailed(connection.failure, this.#facts());
    }
    if (this.#interrupted) throw new Interrupted();
    return finished;
  }

  /** Takes what has arrived and hands over what is to go, unless readers of what we tell are too far behind. */
  #move(transfer: Transfer): void {
    if (this.#job.isHeldBack()) return;
    const { now } = this.#loop;
    this.#read(() => transfer.receive(now));
    const { state } = this.#connection;
    if (state === "ESTABLISHED" || state === "CLOSE-WAIT") transfer.send(now);
    this.#ends.update(transfer);
  }

  #read(take: (transfer: Transfer) => number | null): void {
    const transfer = this.#transfer;
    transfer?.look(this.#loop.now);
    while (transfer !== null && !this.#endOfStream && this.#mayRead()) {
      const length = take(transfer);
      if (length === null) this.#endOfStream = true;
      else if (length === 0) return;
    }
  }

  /** What has arrived may be read once the connection is over, too. */
  #mayRead(): boolean {
    const { state, unreadOctets } = this.#connection;
    return isSynchronized(state) || unreadOctets > 0;
  }

  /** The error, once a connection that it leaves behind is aborted and the RST has left. */
  async #aborted(error: unknown): Promise<unknown> {
    if (this.#connection.failure === null) await this.#abort();
    return error;
  }

  async #abort(): Promise<void> {
    const now = this.#loop.readClock();
    // A peer that has closed waits for our FIN; one that never answered is left alone.
    this.#connection.abort(now, isSynchronized(this.#connection.state));
    await this.#loop.run(() => !this.#loop.hasUnsent, after(now, PATIENCE));
    this.#narrator.flush();
  }

  /** What the messages of failures tell. */
  #facts(): ClientFacts {
    const transfer = this.#transfer;
    return {
      peer: this.#job.peer,
      ends: this.#connection,
      record: this.#narrator.record,
      acknowledged: transfer?.acknowledged ?? 0,
      received: this.#job.isMeasured ? transfer?.received ?? null : null,
      messageLength: this.#job.sending !== null ? transfer?.total ?? 0 : 0,
      now: this.#loop.readClock(),
    };
  }
}
