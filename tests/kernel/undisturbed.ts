/**
 * Tests of times and of what follows from them, on machines that do other things as well.
 *
 * @module
 */

/** How often a disturbed test is tried. */
const TRIES = 8;

/** Milliseconds: how often the thread's turn is looked for, and how late it must be to count as held up. */
const INTERVAL = 2;
const HELD_UP = 15;

/** Whether this thread was held up, from the making to the end. */
class Watch implements Disposable {
  #last = performance.now();
  #longest = 0;
  readonly #timer = setInterval(() => this.#look(), INTERVAL);

  get wasHeldUp(): boolean {
    this.#look();
    return this.#longest >= HELD_UP;
  }

  #look(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/**
 * A test's body that is run again when it fails while the machine held this thread up: late timers, and what the peer
 * does meanwhile, are then no fault of ours. A failure without that stands at once.
 */
export function undisturbed(body: () => Promise<void>): () => Promise<void> {
  return async (): Promise<void> => {
    for (let tries = 1;; tries++) {
      using watch = new Watch();
      try {
        return await body();
      } catch (error) {
        if (tries === TRIES || !watch.wasHeldUp) throw error;
      }
    }
  };
}
