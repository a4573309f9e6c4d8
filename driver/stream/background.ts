/**
 * Runs a loop in the background for as long as somebody has a connection or a listener on it.
 *
 * @module
 */

import type { ConnectionView, Instant } from "../../tcp/single.ts";
import type { Loop } from "../loop.ts";

/** A connection or a listener, as the background sees it. */
export interface Member {
  /** The connection, which is told of turns in which something has happened to it; null: a listener, told of each. */
  readonly connection: ConnectionView | null;
  /** The loop has taken a turn. @returns whether somebody who waited for that goes on */
  turnEnded(): boolean;
  /** Whether the process is not to end while this one goes on. */
  readonly keepsAlive: boolean;
  /** Whether nothing will happen here any more. */
  readonly isOver: boolean;
  /** The loop cannot go on: its device has failed. */
  failed(error: Error): void;
}

/** Milliseconds between two turns while nobody keeps the process alive: a wait in the kernel would. */
const UNREF_INTERVAL = 10;

/** Microtasks that those who go on get before the loop sleeps: what they send then leaves without waking it. */
const CONTINUATIONS = 12;

/** The loop of one raw socket, shared by all connections on it. Errors of one member never end another; those of the core end all. */
export class Background {
  readonly #loop: Loop;
  readonly #nextEventful: () => ConnectionView | null;
  readonly #onIdle: () => void;
  readonly #listeners = new Set<Member>();
  /** By their connections. Asking each in every turn would take as long as there are connections. */
  readonly #connected = new Map<ConnectionView, Member>();
  /** Those of them that have not been told of a turn yet: something may have happened before they came. */
  #newcomers: Member[] = [];
  #isRunning = false;

  /**
   * `nextEventful`: the next connection to which something has happened, once for each time; null: none. `onIdle`: called when
   * the last member is over, and the loop has stopped.
   */
  constructor(loop: Loop, nextEventful: () => ConnectionView | null, onIdle: () => void) {
    this.#loop = loop;
    this.#nextEventful = nextEventful;
    this.#onIdle = onIdle;
  }

  /** What time it is, for calls to the core. */
  now(): Instant {
    return this.#loop.readClock();
  }

  /** Runs the loop until the member is over. */
  add(member: Member): void {
    if (member.connection === null) this.#listeners.add(member);
    else {
      this.#connected.set(member.connection, member);
      this.#newcomers.push(member);
    }
    if (!this.#isRunning) this.#start();
    else this.wake();
  }

  /** Ends as after the last member if there has been none: a loop that is not run keeps its sockets for nothing. */
  endUnlessUsed(): void {
    if (!this.#isRunning) this.#onIdle();
  }

  /** Something may be due, or a member has changed its mind about keeping the process alive. */
  wake(): void {
    this.#loop.wake();
  }

  get #keepsAlive(): boolean {
    for (const member of this.#listeners) if (member.keepsAlive) return true;
    for (const member of this.#connected.values()) if (member.keepsAlive) return true;
    return false;
  }

  get #isEmpty(): boolean {
    return this.#listeners.size === 0 && this.#connected.size === 0;
  }

  #start(): void {
    this.#isRunning = true;
    this.#run().catch((error: unknown) => this.#fail(asError(error))).finally(() => {
      this.#isRunning = false;
      // Whoever was told of the end may have added another meanwhile.
      if (!this.#isEmpty) this.#start();
      else this.#onIdle();
    });
  }

  async #run(): Promise<void> {
    while (!this.#isEmpty) {
      if (this.#keepsAlive) {
        await this.#loop.run(() => this.#tellAll() || !this.#keepsAlive);
      } else {
        this.#loop.turn();
        this.#tellAll();
        await unrefTimer(UNREF_INTERVAL);
      }
      for (let i = 0; i < CONTINUATIONS; i++) await undefined;
    }
  }

  #fail(error: Error): void {
    const members = [...this.#listeners, ...this.#connected.values()];
    for (const member of members) member.failed(error);
    for (const member of members) this.#remove(member);
  }

  /** Tells of the turn whom it concerns. Returns whether the loop is to let go of the thread. */
  #tellAll(): boolean {
    let goesOn = false;
    for (const member of this.#listeners) goesOn = this.#tell(member) || goesOn;
    for (const member of this.#newcomers.splice(0)) goesOn = this.#tell(member) || goesOn;
    for (let next = this.#nextEventful(); next !== null; next = this.#nextEventful()) {
      const member = this.#connected.get(next);
      if (member !== undefined) goesOn = this.#tell(member) || goesOn;
    }
    return goesOn;
  }

  #tell(member: Member): boolean {
    let goesOn = false;
    try {
      goesOn = member.turnEnded();
    } catch (error) {
      member.failed(asError(error));
    }
    if (!member.isOver) return goesOn;
    this.#remove(member);
    return true;
  }

  #remove(member: Member): void {
    this.#listeners.delete(member);
    const { connection } = member;
    // Whoever waited for the connection to be made may have handed it over.
    if (connection !== null && this.#connected.get(connection) === member) this.#connected.delete(connection);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** A pause that lets the process end. */
function unrefTimer(milliseconds: number): Promise<void> {
  // A number in Deno 2.4, an object of its own later: unrefTimer takes what setTimeout gave.
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, milliseconds) as unknown as number));
}
