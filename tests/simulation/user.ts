/**
 * The user of one side: writes, reads, pauses and closes as its plan says.
 *
 * @module
 */

import {
  after,
  type Connection,
  Event,
  type Instant,
  instant,
  micros,
  NEVER,
  OctetRange,
} from "../../tcp/mod.ts";
import type { UserPlan } from "./plan.ts";
import type { Random } from "../../lab/random.ts";
import type { Stream } from "./stream.ts";

/** What goes wrong for a user: octets that were never sent, or at another place. */
export class WrongOctets extends Error {}

/** One side's user, with the connection once there is one. */
export class User {
  connection: Connection | null = null;
  sent = 0;
  received = 0;
  /** Calls that moved octets out of the connection: each may make it acknowledge. */
  reads = 0;
  /** The end of the peer's stream was read. */
  hasReadEnd = false;
  /** The sending side was ended by this user. */
  hasEnded = false;
  /** The user has left before the end, as its plan says. */
  hasDeparted = false;
  /** What the connection threw at the user. */
  error: Error | null = null;
  readonly plan: UserPlan;
  readonly #random: Random;
  readonly #outgoing: Stream;
  readonly #incoming: Stream;
  readonly #buffer: Uint8Array;
  readonly #range = new OctetRange();
  #mayWrite = false;
  #mayRead = false;
  #nextWrite: Instant = instant(0);
  #nextRead: Instant = instant(0);
  #hasPaused = false;
  #endAt: Instant = NEVER;

  constructor(plan: UserPlan, random: Random, outgoing: Stream, incoming: Stream) {
    this.plan = plan;
    this.#random = random;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    this.#buffer = new Uint8Array(plan.readMost);
  }

  /** When the user wants to act of its own accord. */
  get nextAction(): Instant {
    if (this.connection === null || this.error !== null || this.hasDeparted) return NEVER;
    let next: number = this.#endAt;
    if (this.#mayWrite && this.sent < this.plan.octets) next = Math.min(next, this.#nextWrite);
    if (this.#mayRead && !this.hasReadEnd) next = Math.min(next, this.#nextRead);
    if (this.plan.departure !== "in order") next = Math.min(next, this.plan.departAt);
    return instant(next);
  }

  /** Whether nothing is left to be done: the end was read, or something else ended it. */
  get isFinished(): boolean {
    return this.hasReadEnd || this.hasDeparted || this.error !== null;
  }

  /** Does what is to be done now. */
  act(now: Instant): void {
    const { connection, plan } = this;
    if (connection === null || this.error !== null || this.hasDeparted) return;
    if (plan.departure !== "in order" && now >= plan.departAt) return this.#depart(connection, now);
    const events = connection.takeEvents();
    const tries = !plan.isEventDriven && connection.state !== "LISTEN";
    if (tries || (events & (Event.writable | Event.established)) !== 0) this.#mayWrite = true;
    if (tries || (events & (Event.readable | Event.peerClosed | Event.closed)) !== 0) this.#mayRead = true;
    try {
      this.#write(connection, now);
      this.#read(connection, now);
      this.#end(connection, now);
    } catch (error) {
      if (!(error instanceof Error) || error !== connection.failure) throw error;
      this.error = error;
    }
  }

  #depart(connection: Connection, now: Instant): void {
    this.hasDeparted = true;
    if (this.plan.departure === "abort") connection.abort(now);
    else connection.close(now);
  }

  #write(connection: Connection, now: Instant): void {
    const { plan } = this;
    while (this.#mayWrite && !this.hasEnded && this.sent < plan.octets && now >= this.#nextWrite) {
      const most = Math.min(this.#random.integer(1, plan.writeMost), plan.octets - this.sent);
      const piece = this.#outgoing.piece(this.sent, most);
      const isUrgent = plan.urgent > 0 && this.#random.chance(plan.urgent);
      const taken = isUrgent ? connection.sendUrgent(piece, now) : this.#give(connection, piece, now);
      this.sent += taken;
      if (taken < piece.length) this.#mayWrite = false;
      if (plan.writeGap > 0) this.#nextWrite = this.#later(plan.writeGap, now);
    }
  }

  #read(connection: Connection, now: Instant): void {
    const { plan } = this;
    while (this.#mayRead && !this.hasReadEnd && now >= this.#nextRead) {
      const wanted = this.#random.integer(1, plan.readMost);
      const taken = this.#take(connection, wanted, now);
      if (taken === null) {
        this.hasReadEnd = true;
        return;
      }
      if (taken === 0) {
        this.#mayRead = false;
        return;
      }
      this.reads++;
      this.#check(taken);
      if (plan.readGap > 0) this.#nextRead = this.#later(plan.readGap, now);
      if (plan.pause > 0 && !this.#hasPaused && this.received >= plan.pauseAfter) {
        this.#hasPaused = true;
        this.#nextRead = after(now, plan.pause);
      }
    }
  }

  /** Every second user works in the connection's buffers: nothing on the wire tells the one kind from the other. */
  get #isInPlace(): boolean {
    return this.plan.octets % 2 === 1;
  }

  #give(connection: Connection, piece: Uint8Array, now: Instant): number {
    if (!this.#isInPlace) return connection.send(piece, now);
    const range = this.#range;
    const taken = connection.reserve(piece.length, range);
    range.octets.set(piece.subarray(0, range.firstPartLength), range.offset);
    range.octets.set(piece.subarray(range.firstPartLength, taken));
    connection.commit(taken, now);
    return taken;
  }

  #take(connection: Connection, wanted: number, now: Instant): number | null {
    if (!this.#isInPlace) return connection.receive(this.#buffer.subarray(0, wanted), now);
    const range = this.#range;
    const there = connection.peek(range);
    if (there === null || there === 0) return there;
    const taken = Math.min(there, wanted);
    const first = Math.min(taken, range.firstPartLength);
    this.#buffer.set(range.octets.subarray(range.offset, range.offset + first));
    this.#buffer.set(range.octets.subarray(0, taken - first), first);
    connection.consume(taken, now);
    return taken;
  }

  #check(taken: number): void {
    const wrong = this.#incoming.difference(this.#buffer, taken, this.received);
    if (wrong >= 0) {
      throw new WrongOctets(`The octet at ${this.received + wrong} is not the one that was sent`);
    }
    this.received += taken;
  }

  #end(connection: Connection, now: Instant): void {
    const { plan } = this;
    const mayEnd = this.sent === plan.octets && (plan.ending === "when written" || this.hasReadEnd) &&
      connection.state !== "SYN-SENT" && connection.state !== "LISTEN";
    if (mayEnd && !this.hasEnded) {
      if (this.#endAt === NEVER) this.#endAt = after(now, plan.endDelay);
      if (now >= this.#endAt) {
        connection.shutdown(now);
        this.hasEnded = true;
        this.#endAt = NEVER;
      }
    }
    if (this.hasEnded && this.hasReadEnd && plan.closesAfterwards) connection.close(now);
  }

  #later(most: number, now: Instant): Instant {
    return after(now, micros(this.#random.integer(1, most)));
  }
}
