/**
 * Waiting for descriptors: `poll` on one long-lived array, at once or on Deno's thread pool for a bounded time.
 *
 * @module
 */

import { EFD_CLOEXEC, EFD_NONBLOCK, POLLIN, SC_NPROCESSORS_ONLN } from "./constants.ts";
import { check } from "./errno.ts";
import { FileDescriptor } from "./file_descriptor.ts";
import { type Libc, loadLibc } from "./libc.ts";

/** The longest single wait, milliseconds; a longer one ends early with nothing ready. */
export const MAX_WAIT = 60_000;

// struct pollfd, <bits/poll.h>: int fd, short events, short revents
const POLLFD_LENGTH = 8;
const DEFAULT_CAPACITY = 16;

/** Place of the descriptor that wakes the waiting thread. */
const WAKE_SLOT = 0;

const MICROS_PER_MILLISECOND = 1_000;

/** Spins without anything found, one after another, until waits do without, and how many of them. */
const SPINS_IN_VAIN = 8;
const WAITS_WITHOUT_SPIN = 64;

const EVENTFD_ONE = new Uint8Array(new BigUint64Array([1n]).buffer);
const EVENTFD_VALUE = new Uint8Array(8);

/**
 * A set of descriptors to wait for. Each has a slot; slots are reused after `remove`.
 *
 * The array stays where it is while a wait runs on the other thread. Changes made meanwhile count from the next wait
 * or `poll` on; call `wake` to make that now. An event may then be seen once for a slot that has changed hands: read
 * with nonblocking calls.
 */
export class PollSet implements Disposable {
  readonly #libc: Libc = loadLibc();
  readonly #wake: FileDescriptor;
  readonly #free: number[] = [];
  #slots = 1;
  #count = 1n; // #slots, as FFI wants it
  #array: Uint8Array<ArrayBuffer>;
  #view: DataView<ArrayBuffer>;
  #pointer: Deno.PointerValue;
  readonly #spin: number;
  #spinsInVain = 0;
  #waitsWithoutSpin = 0;
  #waiting = false;
  #hasLetOthers = false;
  /** The turn of others that was asked for and has not come. */
  #othersTurn: Promise<void> | null = null;
  #endOthersTurn: () => void = () => {};
  #disposed = false;

  /**
   * @param capacity descriptors expected; the array grows beyond
   * @param spin microseconds for which `poll` asks again and again before it lets the thread sleep: to wake it costs some
   * 30 µs, where the answer of a peer on the same host or cable may be there sooner. A wait in vain lasts that much longer,
   * and after a few of them it sleeps at once for a while. Not on a host of one core, which the peer may need
   */
  constructor(capacity: number = DEFAULT_CAPACITY, spin: number = 0) {
    // the host's cores, not those that this process is confined to
    const maySpin = spin > 0 && this.#libc.sysconf(SC_NPROCESSORS_ONLN) > 1;
    this.#spin = maySpin ? spin / MICROS_PER_MILLISECOND : 0;
    const number = this.#libc.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    this.#wake = new FileDescriptor(check("eventfd", number));
    this.#array = new Uint8Array((capacity + 1) * POLLFD_LENGTH);
    this.#view = new DataView(this.#array.buffer);
    this.#pointer = Deno.UnsafePointer.of(this.#array);
    this.#put(WAKE_SLOT, number, POLLIN);
  }

  /** Adds a descriptor. @param events `POLLIN`, `POLLOUT` or both @returns its slot */
  add(descriptor: number, events: number = POLLIN): number {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#put(slot, descriptor, events);
    return slot;
  }

  /** Changes what the slot waits for; 0 leaves only errors and hang-ups. */
  setEvents(slot: number, events: number): void {
    this.#view.setInt16(slot * POLLFD_LENGTH + 4, events, true);
  }

  /** Gives the slot back; do this before closing the descriptor. */
  remove(slot: number): void {
    this.#put(slot, -1, 0); // poll skips negative descriptors
    this.#free.push(slot);
  }

  /** What the last `poll` or `wait` found for the slot: `POLLIN`, `POLLOUT`, `POLLERR`, `POLLHUP`, `POLLNVAL`, or 0. */
  events(slot: number): number {
    return this.#view.getInt16(slot * POLLFD_LENGTH + 6, true);
  }

  /**
   * Asks at once. Blocks this thread when `milliseconds` is above 0.
   *
   * @returns how many descriptors are ready
   * @throws SystemError ENOMEM and the like
   */
  poll(milliseconds: number = 0): number {
    const spun = milliseconds > 0 && this.#spin > 0 ? this.#pollSpinning() : 0;
    if (spun > 0) return this.#settled(spun);
    const ready = this.#libc.poll(this.#pointer, this.#count, milliseconds);
    if (ready >= 0) return this.#settled(ready);
    // Interrupted, or worse: then it is so again, and with a number that can be trusted (see lastErrno).
    return this.#settled(check("poll", this.#libc.poll(this.#pointer, this.#count, 0)));
  }

  /** Holds this thread for so many microseconds or somewhat longer, whatever comes meanwhile: nobody has to wake it. */
  rest(microseconds: number): void {
    this.#libc.usleep(microseconds);
  }

  /**
   * Waits on another thread until a descriptor is ready, `wake` is called or the time is over. One wait at a time.
   *
   * @param milliseconds parts count as a whole; at most MAX_WAIT
   * @returns how many descriptors are ready; 0 also when woken or interrupted
   * @throws Error when a wait is running already, or the set was disposed
   */
  async wait(milliseconds: number): Promise<number> {
    if (this.#disposed) throw new Error("Cannot wait on a PollSet after its disposal: make a new one");
    if (this.#waiting) throw new Error("Cannot wait twice at once on one PollSet: await the first wait");
    const bounded = Math.ceil(Math.min(Math.max(milliseconds, 0), MAX_WAIT));
    const array = this.#array; // the pointer lives as long as this reference
    this.#waiting = true;
    try {
      const ready = await this.#libc.pollOnPool(this.#pointer, this.#count, bounded);
      if (this.#disposed) return 0;
      // -1: the number of the error is lost on the other thread; ask again here, where it is not
      return ready < 0 || array !== this.#array ? this.poll() : this.#settled(ready);
    } finally {
      this.#waiting = false;
      if (this.#disposed) this.#wake.close();
    }
  }

  /** Ends the running wait, if there is one. */
  wake(): void {
    if (this.#waiting) this.#libc.write(this.#wake.number, EVENTFD_ONE, 8n);
  }

  /**
   * Lets the runtime's timers and signals have this thread. A timer tells when they have: what was due before it has had its turn
   * by then. It is set when a turn is asked for, at the second call and after each turn: where calls are some milliseconds apart it
   * is due when it is waited for, and a turn takes no longer than what others do in it.
   *
   * The first turn is a wait on another thread for no time: few short jobs come to a second one, and a first timer takes the
   * runtime some 5 ms. It is enough for Deno to keep what it has compiled of the modules.
   *
   * @returns resolves after their turn, or when the set is disposed of; null: none was asked for before, one is now
   */
  letOthers(): Promise<void> | null {
    if (!this.#hasLetOthers && !this.#disposed) return this.#letOthersFirst();
    const turn = this.#othersTurn;
    if (turn === null) this.#askForOthers();
    return turn?.then(() => this.#askForOthers()) ?? null;
  }

  /** Ends the running wait and gives the waker back; the descriptors in the set stay their owners'. */
  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#endOthersTurn();
    // The other thread may be about to look at the waker: it stays open until that wait is over.
    if (this.#waiting) this.wake();
    else this.#wake.close();
  }

  async #letOthersFirst(): Promise<void> {
    this.#hasLetOthers = true;
    await this.wait(0);
  }

  #askForOthers(): void {
    if (this.#disposed) return;
    this.#othersTurn = new Promise((resolve) => {
      this.#endOthersTurn = () => {
        clearTimeout(timer);
        this.#othersTurn = null;
        resolve();
      };
      const timer = setTimeout(this.#endOthersTurn, 0);
    });
  }

  /** How many are ready before the time to spin is over; 0: none, or this is no time to spin. */
  #pollSpinning(): number {
    if (this.#waitsWithoutSpin > 0) {
      this.#waitsWithoutSpin--;
      return 0;
    }
    const end = performance.now() + this.#spin;
    do {
      const ready = this.#libc.poll(this.#pointer, this.#count, 0);
      if (ready > 0) {
        this.#spinsInVain = 0;
        return ready;
      }
    } while (performance.now() < end);
    if (++this.#spinsInVain === SPINS_IN_VAIN) {
      this.#spinsInVain = 0;
      this.#waitsWithoutSpin = WAITS_WITHOUT_SPIN;
    }
    return 0;
  }

  /** The number of ready descriptors without the waker, whose signal is taken off. */
  #settled(ready: number): number {
    if (ready === 0 || this.events(WAKE_SLOT) === 0) return ready;
    this.#libc.read(this.#wake.number, EVENTFD_VALUE, 8n);
    return ready - 1;
  }

  #put(slot: number, descriptor: number, events: number): void {
    this.#view.setInt32(slot * POLLFD_LENGTH, descriptor, true);
    this.#view.setInt16(slot * POLLFD_LENGTH + 4, events, true);
    this.#view.setInt16(slot * POLLFD_LENGTH + 6, 0, true);
  }

  #newSlot(): number {
    const slot = this.#slots++;
    this.#count = BigInt(this.#slots);
    if (slot * POLLFD_LENGTH >= this.#array.length) this.#grow();
    return slot;
  }

  /** Moves to an array of twice the length; a running wait keeps the old one. */
  #grow(): void {
    const larger = new Uint8Array(this.#array.length * 2);
    larger.set(this.#array);
    this.#array = larger;
    this.#view = new DataView(larger.buffer);
    this.#pointer = Deno.UnsafePointer.of(larger);
  }
}
