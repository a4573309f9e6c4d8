/**
 * Runs a core on a device: what arrived goes in, timers fire, what is due goes out, and when nothing is to do it sleeps.
 *
 * @module
 */

import { POLLIN } from "../ffi/constants.ts";
import type { PacketDevice, SendResult } from "../ffi/packet_device.ts";
import { PollSet } from "../ffi/poll.ts";
import {
  after,
  type ChecksumPolicy,
  decodePacket,
  type DropReason,
  earliest,
  elapsed,
  type Instant,
  type Micros,
  micros,
  milliseconds,
  NEVER,
  Segment,
  toMilliseconds,
} from "../tcp/single.ts";
import { type Clock, monotonicNow } from "./clock.ts";
import { Outlet } from "./outlet.ts";
import { type Poller, Readiness } from "./readiness.ts";
import { WireClock } from "./wire_clock.ts";
import type { WireObserver } from "./wire_observer.ts";

/** The network side of a core: one connection or a host of them. */
export interface NetworkSide {
  /** A segment came; borrows it. */
  segmentArrives(segment: Segment, now: Instant): void;
  /** Does what is due at this moment. */
  timersFire(now: Instant): void;
  /** NEVER when no timer runs. */
  nextDeadline(): Instant;
  /** Fills `out` with the next segment due; false: nothing due now. */
  transmit(out: Segment, now: Instant): boolean;
  /** Grows with what the user does: with octets given and taken. */
  readonly userProgress: number;
  /** When the segment filled last really left: right after it has. */
  segmentLeft(moment: Instant): void;
}

/** Looks on while a core is run, and acts on the device or the kernel where the core knows neither. */
export interface Monitor {
  /** A segment has come, which the core gets next; borrows it. */
  segmentArrives(segment: Segment, now: Instant): void;
  /** The core has done what was due. */
  timersFired(now: Instant): void;
  /** The core is asked next for what it has to send. @default nothing */
  transmitBegins?(now: Instant): void;
  /** The device gets the segment next; borrows it. @default nothing */
  segmentLeaves?(segment: Segment): void;
}

/** What a loop runs and on what. */
export interface LoopOptions {
  /** Stays its owner's. */
  readonly device: PacketDevice;
  /** The core that it runs. */
  readonly side: NetworkSide;
  /** Who looks on. @default nobody */
  readonly monitors?: readonly Monitor[];
  /** Which checksums to believe. @default "verify" */
  readonly checksums?: ChecksumPolicy;
  /** Called for each packet that is not a sound TCP segment, which is lent for the call. @default nothing */
  readonly onDrop?: (reason: DropReason, now: Instant, packet: Uint8Array) => void;
  /** Called for each segment that the device would not carry; the core takes it for lost. @default nothing */
  readonly onUnsent?: (
    segment: Segment,
    outcome: Exclude<SendResult, "sent" | "full">,
    now: Instant,
  ) => void;
  /**
   * For how many milliseconds after a busy turn to wait with this thread in hand, before it is left to others: saves the way
   * over another thread, some 16 µs, or milliseconds where all processors are busy. Signals, timers and other loops wait as
   * well: a thread is held for as long as that or 5 ms, whichever is longer, and one such wait.
   *
   * @default 0
   */
  readonly patience?: number;
  /** Between the core and its observer: told when segments arrive and leave. @default null, nobody observes */
  readonly watcher?: WireObserver | null;
  /** What tells the time. @default the system's monotonic clock */
  readonly clock?: Clock;
  /** What the device's time stamps are read off, microseconds since 1970. @default CLOCK_REALTIME */
  readonly wallClock?: () => number;
  /** Disposed of with the loop. @default a new PollSet */
  readonly poller?: Poller;
}

/** Packets taken from the device in one turn, and segments given to it: both sides get their share. */
const BATCH = 64;

/**
 * Octets taken from the device in one turn: so many that a reader takes them while they are in the processor's cache. More
 * made bulk data on loopback a sixth slower, less did so where packets are small. Measured.
 */
const BATCH_OCTETS = 1 << 19;

/**
 * How long packets are taken in before what they draw is sent, and after how many the clock is read for it. The first hundreds of
 * packets take ten times as long as later ones, until the engine has compiled what they run through: ACKs that wait for a whole
 * batch then look like a queue on the path, and end the peer's slow start (HyStart, RFC 9406).
 */
const LONGEST_DRAIN = micros(500);
const PACKETS_PER_CLOCK = 8;

/**
 * For how long a timer that is due waits for packets to be read that may have come before it: where they have no stamps, nobody
 * knows which, and more may come as fast as they are read.
 */
const LONGEST_LAG = milliseconds(200);

/**
 * How long a busy loop keeps the thread before others (signals, timers) get their turn, where it is not to be more patient; and
 * from when that turn is asked for after a sleep until it is waited for, by when it costs no time but theirs.
 */
const USUAL_HOLD = milliseconds(5);

/** The same before the first time: a message is over soon, and Deno keeps what it has compiled of modules in such a turn only. */
const FIRST_HOLD = milliseconds(1);

/**
 * How long a rest is that comes before a wait where packets come densely, and what that means: one in so many microseconds, over
 * that time. To wake a thread that waits takes whoever delivers a packet some microseconds, on one host the sender itself, and
 * does so the more often the faster packets are dealt with; what comes during a rest is found after it. Measured
 * (tests/bench/profiles/bulk.md).
 */
const REST = micros(20);
const DENSE_GAP = micros(5);
const DENSE_FOR = micros(500);

/**
 * By how much of its length Linux may end a wait late, so that it can wake for several at once (fs/select.c; at most 100 ms).
 * Waits are shorter by that; what is left is waited for again.
 */
const WAIT_SLACK = 1 / 1_000;

/** Drives one network side on one device. One `run` at a time. */
export class Loop implements Disposable {
  readonly #device: PacketDevice;
  readonly #side: NetworkSide;
  readonly #monitors: readonly Monitor[];
  readonly #checksums: ChecksumPolicy;
  readonly #onDrop: LoopOptions["onDrop"];
  readonly #onUnsent: LoopOptions["onUnsent"];
  readonly #patience: number;
  readonly #longestHold: Micros;
  readonly #clock: Clock;
  readonly #readiness: Readiness;
  readonly #arrived = new Segment();
  readonly #leaving = new Segment();
  readonly #outlet: Outlet;
  readonly #watcher: WireObserver | null;
  readonly #wire: WireClock;
  /** When the device was last found to have nothing: what is found later came later. */
  #emptyAt: Instant;
  /** What had arrived by then has been read: that, or the moment of the last packet. */
  #readUntil: Instant;
  /** When a timer that has not fired yet was found to be due; NEVER: there is none. */
  #dueSince: Instant = NEVER;
  #now: Instant;
  /** When others are to get their turn, though there is more to do: kept over runs, which may be short and many. */
  #yieldAt: Instant;
  /** Packets that have come since that moment, and whether they came densely before it. */
  #came = 0;
  #countedFrom: Instant;
  #wasDense = false;
  #isDisposed = false;

  /** Nothing happens before `run` is called. */
  constructor(options: LoopOptions) {
    this.#device = options.device;
    this.#side = options.side;
    this.#monitors = options.monitors ?? [];
    this.#checksums = options.checksums ?? "verify";
    this.#onDrop = options.onDrop;
    this.#onUnsent = options.onUnsent;
    this.#patience = options.patience ?? 0;
    this.#longestHold = micros(Math.max(USUAL_HOLD, milliseconds(this.#patience)));
    this.#clock = options.clock ?? monotonicNow;
    this.#watcher = options.watcher ?? null;
    this.#wire = new WireClock(this.#clock, options.wallClock);
    this.#outlet = new Outlet(options.device, this.#clock);
    this.#readiness = new Readiness(options.device, options.poller ?? new PollSet());
    this.#now =
      this.#emptyAt =
      this.#readUntil =
      this.#countedFrom =
        this.#clock();
    this.#yieldAt = after(this.#now, FIRST_HOLD);
  }

  /** The moment of the present turn, or of the last one. */
  get now(): Instant {
    return this.#now;
  }

  /** What time it is, for calls to the core between runs. */
  readClock(): Instant {
    return this.#now = this.#clock();
  }

  /** Whether a segment of the core's still waits for room in the device. */
  get hasUnsent(): boolean {
    return this.#outlet.isFull;
  }

  /**
   * Calls `ready` in a turn after `descriptor` got something to read, or what `events` says. @returns ends the watch when
   * disposed of
   */
  watch(descriptor: number, ready: (now: Instant) => void, events: number = POLLIN): Disposable {
    return this.#readiness.watch(descriptor, ready, events);
  }

  /** Does what is to do now, a batch at most. @returns whether there was anything, so that there may be more */
  turn(): boolean {
    if (this.#isDisposed) {
      throw new Error("Cannot run a loop after its disposal: open another connection or host");
    }
    const now = this.readClock();
    let busy = this.#readiness.callWatches(now);
    if (this.#drain(now)) busy = true;
    if (this.#mayFire(now)) {
      this.#side.timersFire(now);
      for (const monitor of this.#monitors) monitor.timersFired(now);
      busy = true;
    }
    if (this.#fill(now)) busy = true;
    return busy;
  }

  /**
   * Whether a timer is due, and what had arrived when it was found to be has been read: what a timer waits for may be among
   * that, and this thread is what was late. More than a batch waits for the next turns, and the timer with it.
   */
  #mayFire(now: Instant): boolean {
    if (this.#side.nextDeadline() > now) {
      this.#dueSince = NEVER;
      return false;
    }
    this.#dueSince = earliest(this.#dueSince, now);
    if (this.#readUntil < this.#dueSince && elapsed(this.#dueSince, now) < LONGEST_LAG) return false;
    this.#dueSince = NEVER;
    this.#readiness.callWatchesAnew(now);
    return this.#side.nextDeadline() <= now;
  }

  /**
   * Turns until `done` says so at the end of a turn, or `until` has come. `done` may use the core: what it makes due is sent,
   * and it is asked again as long as it reads or writes something, so that it need not read all there is at once.
   *
   * @returns whether `done`; false when the time was up
   * @throws the signal's reason when it is aborted; what the device throws
   */
  async run(done: () => boolean, until: Instant = NEVER, signal?: AbortSignal): Promise<boolean> {
    const wake = (): void => this.wake();
    signal?.addEventListener("abort", wake);
    try {
      let wasBusy = false;
      let mayRest = false;
      for (;;) {
        signal?.throwIfAborted();
        if (this.#now >= this.#yieldAt) await this.#letOthers();
        let busy = this.turn();
        if (busy) this.#readiness.wasBusy();
        const progress = this.#side.userProgress;
        if (done()) return true;
        if (this.#now >= until) return false;
        // `done` may have given the core something to send: it goes before the sleep
        if (!busy && !this.#outlet.isFull) busy = this.#fill(this.#now);
        if (this.#side.userProgress !== progress) busy = true;
        const wait = busy ? -1 : this.#idleTime(until);
        const isPatient: boolean = wasBusy && wait > 0 && this.#patience > 0;
        const rests: boolean = isPatient && mayRest && this.#comesDensely() && !this.#outlet.isFull;
        wasBusy = busy || rests;
        mayRest = busy; // if nothing has come in a rest, the wait is yet to come
        if (rests) this.#readiness.rest(REST);
        else if (isPatient) this.#waitInPlace(wait);
        else if (wait > 0) await this.#readiness.wait(wait, this.#outlet.isFull);
      }
    } finally {
      signal?.removeEventListener("abort", wake);
    }
  }

  /** Ends a sleep, so that the running `run` takes a turn and asks `done` again. */
  wake(): void {
    this.#readiness.wake();
  }

  /** Ends the waiting; the device stays its owner's. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#readiness[Symbol.dispose]();
  }

  #drain(now: Instant): boolean {
    const device = this.#device;
    let octets = 0;
    for (let count = 0; count < BATCH && octets < BATCH_OCTETS; count++) {
      const length = device.receive();
      octets += length;
      if (length === 0) {
        this.#emptyAt = this.#readUntil = now;
        return count > 0;
      }
      this.#came++;
      const known = device.inboundChecksum ?? "unknown";
      const checksums = known === "unknown" ? this.#checksums : "trust";
      const { inbound, inboundOffset: offset = 0 } = device;
      const refusal = decodePacket(inbound, length, this.#arrived, checksums, offset);
      if (refusal !== null) {
        this.#onDrop?.(refusal, now, inbound.subarray(offset, offset + length));
        continue;
      }
      if (known === "unfinished") this.#arrived.checksumUnfinished = true;
      this.#arrived.segmentSize = device.inboundSegmentSize ?? 0;
      this.#take(device.inboundStamp ?? 0);
      if (
        count % PACKETS_PER_CLOCK === PACKETS_PER_CLOCK - 1 && elapsed(now, this.#clock()) > LONGEST_DRAIN
      ) break;
    }
    const stamp = device.inboundStamp ?? 0;
    if (stamp !== 0) this.#readUntil = this.#wire.momentOf(stamp, this.#emptyAt);
    return true;
  }

  /**
   * Has the core take in what came by another socket than the device: observers are told of it, and of what it causes, at the moment
   * at which the kernel received it.
   *
   * @param stamp microseconds since 1970; 0: there is none, and the moment is that of the turn
   */
  takeBeside(stamp: number, take: (now: Instant) => void): void {
    this.#watcher?.arriving(this.#wire.momentOf(stamp, this.#emptyAt));
    take(this.#now);
    this.#watcher?.arriving(NEVER);
  }

  /** Gives the core the segment that came with this stamp. */
  #take(stamp: number): void {
    const arrived = this.#arrived;
    arrived.arrivedAt = this.#wire.momentOf(stamp, this.#emptyAt);
    // It may have come in the course of this turn.
    if (arrived.arrivedAt > this.#now && arrived.arrivedAt !== NEVER) this.#now = arrived.arrivedAt;
    this.#watcher?.arriving(arrived.arrivedAt);
    for (const monitor of this.#monitors) monitor.segmentArrives(arrived, this.#now);
    this.#side.segmentArrives(arrived, this.#now);
    this.#watcher?.arriving(NEVER);
  }

  #fill(now: Instant): boolean {
    const outlet = this.#outlet;
    if (outlet.isFull && !this.#gone(outlet.sendAgain(), now)) return false;
    for (const monitor of this.#monitors) monitor.transmitBegins?.(now);
    for (let count = 0; count < BATCH; count++) {
      this.#watcher?.sending();
      if (!this.#side.transmit(this.#leaving, now)) {
        this.#watcher?.left(now);
        return count > 0;
      }
      for (const monitor of this.#monitors) monitor.segmentLeaves?.(this.#leaving);
      const outcome = outlet.send(this.#leaving);
      if (outcome !== "full") this.#side.segmentLeft(outlet.offeredAt);
      if (!this.#gone(outcome, now)) return true;
    }
    return true;
  }

  /** Whether the segment on its way out is out of it, one way or the other. */
  #gone(outcome: SendResult, now: Instant): boolean {
    if (outcome === "full") return false;
    this.#readiness.tookSegment();
    this.#watcher?.left(this.#outlet.offeredAt);
    if (outcome !== "sent") this.#onUnsent?.(this.#leaving, outcome, now);
    return true;
  }

  #comesDensely(): boolean {
    const time = elapsed(this.#countedFrom, this.#now);
    if (time >= DENSE_FOR) {
      this.#wasDense = this.#came * DENSE_GAP >= time;
      this.#came = 0;
      this.#countedFrom = this.#now;
    }
    return this.#wasDense;
  }

  /**
   * Whole milliseconds to sleep; -1 for not at all. Rounded down, so that no sleep goes past a deadline: what is left in
   * the end is about a millisecond, and spent in turns that find nothing.
   */
  #idleTime(until: Instant): number {
    const left = elapsed(this.#clock(), earliest(this.#side.nextDeadline(), until));
    const whole = Math.floor(toMilliseconds(left) * (1 - WAIT_SLACK));
    return whole > 0 ? whole : -1;
  }

  /**
   * Lets others have the thread, or only asks for their turn if nobody has yet. To wait on another thread for no time is no such
   * turn: the runtime went on with the result time and again, for up to 2 s, before it looked for timers and signals. Measured.
   */
  async #letOthers(): Promise<void> {
    const turn = this.#readiness.letOthers();
    await turn;
    this.#yieldAt = after(this.readClock(), turn === null ? USUAL_HOLD : this.#longestHold);
  }

  #waitInPlace(wait: number): void {
    if (!this.#outlet.isFull) this.#readiness.waitInPlace(Math.min(wait, this.#patience));
  }
}
