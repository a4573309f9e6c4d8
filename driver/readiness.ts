/**
 * Waiting until a device, or a descriptor that somebody watches, has something to do.
 *
 * @module
 */

import { POLLIN, POLLOUT } from "../ffi/constants.ts";
import type { PacketDevice } from "../ffi/packet_device.ts";
import type { Instant, Micros } from "../tcp/single.ts";

/** What the loop asks of a set of descriptors to wait for; `PollSet` of ffi/ is one. */
export interface Poller extends Disposable {
  /** Adds a descriptor. @returns its slot */
  add(descriptor: number, events: number): number;
  /** Changes what is waited for. */
  setEvents(slot: number, events: number): void;
  /** Forgets the descriptor of the slot. */
  remove(slot: number): void;
  /** What the last wait found for the slot. */
  events(slot: number): number;
  /** Waits up to that many milliseconds, holding this thread. @returns how many are ready */
  poll(milliseconds: number): number;
  /** Holds this thread for so many microseconds or somewhat longer, whatever comes. */
  rest(microseconds: number): void;
  /** Waits up to that many milliseconds without holding this thread. @returns how many are ready */
  wait(milliseconds: number): Promise<number>;
  /** Ends the running wait. */
  wake(): void;
  /** Lets timers and signals have this thread. @returns resolves when they have had it; null: it is only asked for */
  letOthers(): Promise<void> | null;
}

/** The longest wait, milliseconds, that leaves out a device which says that it is ready, and is not. */
const DEAF_WAIT = 1;

/**
 * Waits in a row that a readable device ends without having a packet, before one leaves it out. A device that holds packets
 * back, as losses and delays on request do, is in its right with a few.
 */
const FALSE_ALARMS = 8;

/** No descriptor of the device is in the set. */
const NO_DESCRIPTOR = -1;

interface Watch {
  readonly slot: number;
  readonly ready: (now: Instant) => void;
  pending: boolean;
}

/** One device and the descriptors beside it. */
export class Readiness implements Disposable {
  readonly #device: PacketDevice;
  readonly #poller: Poller;
  readonly #watches = new Set<Watch>();
  /** The device's descriptor that is in the set, and its slot. */
  #descriptor: number;
  #slot: number;
  /** Waits in a row that the device has ended as readable without having a packet. */
  #falseAlarms = 0;
  /** The device has ended the last wait as writable; if it is full all the same, `poll` cannot see the end of that. */
  #saidWritable = false;

  /** Waits by `poller`, which is disposed of with it. */
  constructor(device: PacketDevice, poller: Poller) {
    this.#device = device;
    this.#poller = poller;
    this.#descriptor = device.descriptor;
    this.#slot = poller.add(this.#descriptor, POLLIN);
  }

  /** Calls `ready` in `callWatches` after `descriptor` got what `events` says. @returns ends the watch when disposed of */
  watch(descriptor: number, ready: (now: Instant) => void, events: number): Disposable {
    const watch: Watch = { slot: this.#poller.add(descriptor, events), ready, pending: false };
    this.#watches.add(watch);
    return {
      [Symbol.dispose]: (): void => {
        if (this.#watches.delete(watch)) this.#poller.remove(watch.slot);
      },
    };
  }

  /** Calls those whose descriptors the last wait has found ready. @returns whether there were any */
  callWatches(now: Instant): boolean {
    let busy = false;
    for (const watch of this.#watches) {
      if (!watch.pending) continue;
      watch.pending = false;
      watch.ready(now);
      busy = true;
    }
    return busy;
  }

  /** As `callWatches`, of what is ready now: it may have become so since the last wait ended. */
  callWatchesAnew(now: Instant): void {
    if (this.#watches.size === 0) return;
    this.#look(0);
    this.callWatches(now);
  }

  /** There was something to do since the last wait. */
  wasBusy(): void {
    this.#falseAlarms = 0;
  }

  /** The device has taken something. */
  tookSegment(): void {
    this.#saidWritable = false;
  }

  /** Waits with the thread in hand. */
  waitInPlace(milliseconds: number): void {
    this.#listen(POLLIN);
    this.#look(milliseconds);
  }

  /** As the poller's; looks then at once which descriptors have something. */
  letOthers(): Promise<void> | null {
    return this.#poller.letOthers()?.then(() => this.#look(0)) ?? null;
  }

  /** Holds the thread that long; what comes meanwhile has nobody to wake. */
  rest(time: Micros): void {
    this.#poller.rest(time);
  }

  /** Waits without the thread; `isFull`: also for room in the device. */
  async wait(milliseconds: number, isFull: boolean): Promise<void> {
    const poller = this.#poller;
    // The kernel's device queue may be full while the socket's own buffer has room.
    const awaitsRoom = isFull && !this.#saidWritable;
    const isDeaf = this.#falseAlarms >= FALSE_ALARMS;
    const { descriptor, outboundDescriptor = descriptor } = this.#device;
    const isApart = awaitsRoom && (isDeaf || outboundDescriptor !== descriptor);
    if (isDeaf) this.#listenNoMore();
    else this.#listen(awaitsRoom && !isApart ? POLLIN | POLLOUT : POLLIN);
    const outSlot = isApart ? poller.add(outboundDescriptor, POLLOUT) : this.#slot;
    const isShort = isDeaf || isFull && !awaitsRoom;
    const ready = await poller.wait(isShort ? Math.min(milliseconds, DEAF_WAIT) : milliseconds);
    // After one wait without the device the next is with it again.
    if (isDeaf) this.#falseAlarms = FALSE_ALARMS - 1;
    else this.#falseAlarms = poller.events(this.#slot) !== 0 ? this.#falseAlarms + 1 : 0;
    this.#saidWritable = awaitsRoom && ready > 0 && (poller.events(outSlot) & POLLOUT) !== 0;
    if (isApart) poller.remove(outSlot);
    if (ready > 0) this.#noteWatches();
  }

  /** Ends the running wait. */
  wake(): void {
    this.#poller.wake();
  }

  /** Disposes of the poller; the device stays its owner's. */
  [Symbol.dispose](): void {
    this.#poller[Symbol.dispose]();
  }

  /** Has the next wait look for these events of the device, whose descriptor may be another one than last time. */
  #listen(events: number): void {
    const { descriptor } = this.#device;
    if (descriptor !== this.#descriptor) {
      this.#listenNoMore();
      this.#slot = this.#poller.add(descriptor, events);
      this.#descriptor = descriptor;
    }
    this.#poller.setEvents(this.#slot, events);
  }

  #listenNoMore(): void {
    if (this.#descriptor === NO_DESCRIPTOR) return;
    this.#poller.remove(this.#slot);
    this.#descriptor = NO_DESCRIPTOR;
  }

  #look(milliseconds: number): void {
    if (this.#poller.poll(milliseconds) > 0) this.#noteWatches();
  }

  #noteWatches(): void {
    for (const watch of this.#watches) {
      if (this.#poller.events(watch.slot) !== 0) watch.pending = true;
    }
  }
}
