/** A device, a clock and a poller that tests control. */

import type { PacketDevice, SendResult } from "../../ffi/mod.ts";
import { Loop, type LoopOptions, type NetworkSide } from "../../driver/loop.ts";
import type { Poller } from "../../driver/readiness.ts";
import { POLLIN, POLLOUT } from "../../ffi/mod.ts";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqNumber, seqToUint32 } from "../../tcp/base/seq.ts";
import { after, type Instant, instant, micros, milliseconds, NEVER } from "../../tcp/base/units.ts";
import { encodePacket } from "../../tcp/wire/packet.ts";

/** Time that passes when somebody waits, and a little each time it is read. */
export class FakeTime {
  now: Instant = instant(1_000_000);
  /** Microseconds that one reading takes. */
  readonly cost: number;
  readings = 0;

  constructor(cost = 1) {
    this.cost = cost;
  }

  read = (): Instant => {
    this.readings++;
    return this.now = instant(this.now + this.cost);
  };
}

/** What one wait was asked for. */
export interface Wait {
  readonly milliseconds: number;
  readonly deviceEvents: number;
}

/** A poller whose waits take fake time: up to their end, or until `wakeAt`. Descriptor 1 is the device. */
export class FakePoller implements Poller {
  readonly waits: Wait[] = [];
  readonly #time: FakeTime;
  readonly #interest = new Map<number, number>();
  /** Called at the start of each wait; returns the events by descriptor that end it at once, or nothing. */
  onWait: (count: number) => ReadonlyMap<number, number> | undefined = () => undefined;
  /** Milliseconds of each wait that held the thread. */
  readonly polls: number[] = [];
  /** As `onWait`, for the waits that hold the thread. */
  onPoll: (count: number) => ReadonlyMap<number, number> | undefined = () => undefined;
  /** As `onWait`, for the turns of others. */
  onOthersTurn: (count: number) => void = () => {};
  /** Microseconds of each rest, and what is called at its end. */
  readonly rests: number[] = [];
  onRest: () => void = () => {};
  ready: ReadonlyMap<number, number> = new Map();
  othersTurns = 0;
  #othersAsked = false;
  disposed = false;
  wakes = 0;

  constructor(time: FakeTime) {
    this.#time = time;
  }

  add(descriptor: number, events: number): number {
    this.#interest.set(descriptor, events);
    return descriptor;
  }

  setEvents(slot: number, events: number): void {
    this.#interest.set(slot, events);
  }

  remove(slot: number): void {
    this.#interest.delete(slot);
  }

  events(slot: number): number {
    return this.ready.get(slot) ?? 0;
  }

  poll(count: number): number {
    this.polls.push(count);
    this.ready = this.onPoll(this.polls.length) ?? new Map();
    if (this.ready.size === 0) this.#time.now = after(this.#time.now, milliseconds(count));
    return this.ready.size;
  }

  rest(microseconds: number): void {
    this.rests.push(microseconds);
    this.#time.now = after(this.#time.now, micros(microseconds));
    this.onRest();
  }

  async wait(count: number): Promise<number> {
    this.waits.push({ milliseconds: count, deviceEvents: this.#interest.get(1) ?? 0 });
    if (this.waits.length > 1_000) throw new Error("A thousand waits: the loop is not getting anywhere");
    await Promise.resolve();
    const wakes = this.wakes;
    this.ready = this.onWait(this.waits.length) ?? new Map();
    if (this.ready.size > 0 || this.wakes > wakes) return this.ready.size;
    this.#time.now = after(this.#time.now, milliseconds(count));
    return 0;
  }

  wake(): void {
    this.wakes++;
  }

  letOthers(): Promise<void> | null {
    const isFirst = !this.#othersAsked;
    this.#othersAsked = true;
    if (isFirst) return null;
    this.onOthersTurn(++this.othersTurns);
    return Promise.resolve();
  }

  [Symbol.dispose](): void {
    this.disposed = true;
  }
}

/** A device of two queues. */
export class FakeDevice implements PacketDevice {
  readonly descriptor = 1;
  readonly mtu = 1_500;
  readonly inbound = new Uint8Array(65_536);
  readonly outbound = new Uint8Array(2_000);
  readonly waiting: Uint8Array[] = [];
  /** Time stamps of the packets that wait, in their order; 0 for those without. */
  readonly stamps: number[] = [];
  inboundStamp = 0;
  readonly sent: Uint8Array[] = [];
  /** Answers of the next sends; "sent" when there are none. */
  readonly answers: SendResult[] = [];

  receive(): number {
    const packet = this.waiting.shift();
    if (packet === undefined) return 0;
    this.inbound.set(packet);
    this.inboundStamp = this.stamps.shift() ?? 0;
    return packet.length;
  }

  send(length: number): SendResult {
    const answer = this.answers.shift() ?? "sent";
    if (answer === "sent") this.sent.push(this.outbound.slice(0, length));
    return answer;
  }

  [Symbol.dispose](): void {}
}

/** A core that keeps a diary, sends what it is told to and has the deadlines that it is given. */
export class FakeCore implements NetworkSide {
  readonly diary: string[] = [];
  /** Sequence numbers of segments to send. */
  readonly queue: number[] = [];
  /** When the timer is to fire; it fires once for each. */
  readonly deadlines: Instant[] = [];
  readonly firedAt: Instant[] = [];
  readonly leftAt: Instant[] = [];
  userProgress = 0;
  onArrival: (seq: number) => void = () => {};

  segmentArrives(segment: Segment): void {
    const seq = seqToUint32(segment.seq);
    this.diary.push(`arrives ${seq}`);
    this.onArrival(seq);
  }

  timersFire(now: Instant): void {
    this.diary.push("fires");
    this.firedAt.push(now);
    this.deadlines.shift();
  }

  nextDeadline(): Instant {
    return this.deadlines[0] ?? NEVER;
  }

  transmit(out: Segment): boolean {
    const seq = this.queue.shift();
    if (seq === undefined) return false;
    this.diary.push(`sends ${seq}`);
    fillSegment(out, seq);
    return true;
  }

  segmentLeft(moment: Instant): void {
    this.leftAt.push(moment);
  }
}

const ADDRESSES = new Uint8Array([...parseAddress("192.0.2.1").octets, ...parseAddress("192.0.2.2").octets]);

/** Makes the segment one with that sequence number and no payload. */
export function fillSegment(segment: Segment, seq: number): void {
  segment.clear();
  segment.addresses = ADDRESSES;
  segment.destinationOffset = 4;
  segment.sourcePort = 1_000;
  segment.destinationPort = 2_000;
  segment.flags = Flag.ack;
  segment.seq = seqNumber(seq);
}

/** The packet of such a segment. */
export function packet(seq: number): Uint8Array {
  const segment = new Segment();
  fillSegment(segment, seq);
  const octets = new Uint8Array(100);
  return octets.subarray(0, encodePacket(segment, octets));
}

/** Something to read, something to write. */
export const READABLE = new Map([[1, POLLIN]]);
export const WRITABLE = new Map([[1, POLLOUT]]);

/** A loop and all that a test controls of it. */
export interface Bench {
  readonly time: FakeTime;
  readonly poller: FakePoller;
  readonly device: FakeDevice;
  readonly core: FakeCore;
  readonly loop: Loop;
}

/** Makes one. @param clockCost microseconds that a reading of the clock takes */
export function bench(options: Partial<LoopOptions> = {}, clockCost = 1): Bench {
  const time = new FakeTime(clockCost);
  const poller = new FakePoller(time);
  const device = new FakeDevice();
  const core = new FakeCore();
  const loop = new Loop({ device, side: core, clock: time.read, poller, ...options });
  return { time, poller, device, core, loop };
}
