/**
 * Runs a loop in the background for as long as somebody has a connection or a listener on it.
 *
 * @module
 */

import type { Instant } from "../../tcp/single.ts";
import type { Loop } from "../loop.ts";

/** A connection or a listener, as the background sees it. */
export interface Member {
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

/** The loop of one raw socket, shared by all connections on it. Errors of one member never end another. */
export class Background {
  readonly #loop: Loop;
  readonly #onIdle: () => void;
  readonly #members = new Set<Member>();
  #isRunning = false;

  /** `onIdle`: called when the last member is over, and the loop has stopped. */
  constructor(loop: Loop, onIdle: () => void) {
    this.#loop = loop;
    this.#onIdle = onIdle;
  }

  /** What time it is, for calls to the core. */
  now(): Instant {
    return this.#loop.readClock();
  }

  /** Runs the loop until the member is over. */
  add(member: Member): void {
    this.#members.add(member);
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
    for (const member of this.#members) if (member.keepsAlive) return true;
    return false;
  }

  #start(): void {
    this.#isRunning = true;
    this.#run().catch((error: unknown) => {
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const member of this.#members) member.failed(reason);
      this.#members.clear();
    }).finally(() => {
      this.#isRunning = false;
      // Whoever was told of the end may have added another meanwhile.
      if (this.#members.size > 0) this.#start();
      else this.#onIdle();
    });
  }

  async #run(): Promise<void> {
    while (this.#members.size > 0) {
      if (this.#keepsAlive) {
        await this.#loop.run(() => this.#tell() || !this.#keepsAlive);
      } else {
        this.#loop.turn();
        this.#tell();
        await unrefTimer(UNREF_INTERVAL);
      }
      for (let i = 0; i < CONTINUATIONS; i++) await undefined;
    }
  }

  /** Tells the members of the turn. Returns whether the loop is to let go of the thread. */
  #tell(): boolean {
    let goesOn = false;
    for (const member of this.#members) {
      try {
        if (member.turnEnded()) goesOn = true;
      } catch (error) {
        member.failed(error instanceof Error ? error : new Error(String(error)));
      }
      if (member.isOver) goesOn = this.#members.delete(member);
    }
    return goesOn;
  }
}

/** A pause that lets the process end. */
function unrefTimer(milliseconds: number): Promise<void> {
  // A number in Deno 2.4, an object of its own later: unrefTimer takes what setTimeout gave.
  return new Promise((resolve) => Deno.unrefTimer(setTimeout(resolve, milliseconds) as unknown as number));
}
