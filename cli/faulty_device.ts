/**
 * A device between the core and the network on which faults happen as asked for: no firewall rule is needed for them.
 *
 * @module
 */

import { type Clock, monotonicNow } from "../driver/clock.ts";
import { WireClock } from "../driver/wire_clock.ts";
import type { PacketDevice, SendResult } from "../ffi/packet_device.ts";
import type { Fault, FaultWay } from "../lab/faults.ts";
import { FaultyPath, ipHeaderLength } from "../lab/faulty_path.ts";
import { Random } from "../lab/random.ts";
import { checksumOf, decodePacket, type Instant, instant, NEVER, Segment, sumOctets } from "../tcp/single.ts";

/** What the device is told, and whom it tells. */
export interface FaultyDeviceOptions {
  readonly faults: readonly Fault[];
  /** Of the faults that happen by chance. */
  readonly seed: number;
  /** A fault took the packet away, or is about to change it. Borrows. */
  readonly onFault: (packet: Uint8Array, direction: "sent" | "arrived", fault: string, now: Instant) => void;
  /** There is something to receive. */
  readonly wake: () => void;
  /** @default the driver's */
  readonly clock?: Clock;
  /** What time stamps are read off, microseconds since 1970. @default CLOCK_REALTIME */
  readonly wallClock?: () => number;
}

/** A packet on its way. */
interface Travelling {
  readonly packet: Uint8Array;
  readonly at: Instant;
}

/** Octets of the TCP header before its checksum (RFC 9293 3.1). */
const CHECKSUM_OFFSET = 16;

const MICROS_PER_MILLISECOND = 1_000;

/** How often it is looked whether all has left, milliseconds. */
const LOOK_INTERVAL = 5;

/** A device in front of another, which stays its owner's. */
export class FaultyDevice implements PacketDevice {
  readonly outbound: Uint8Array;
  /** Checksums are complete here, and to be verified: damage is to be noticed. */
  readonly inboundChecksum = "unknown";
  readonly #inner: PacketDevice;
  readonly #options: FaultyDeviceOptions;
  readonly #segment = new Segment();
  readonly #outward: FaultyPath;
  readonly #inward: FaultyPath;
  readonly #leaving: Travelling[] = [];
  readonly #arriving: Travelling[] = [];
  #inbound: Uint8Array = new Uint8Array();
  /** Those of the kernel, later by what faults took; 0 where it gives none. */
  #inboundStamp = 0;
  #isStamped = false;
  readonly #clock: Clock;
  readonly #wire: WireClock;
  /** When nothing was left to receive last. */
  #emptyAt: Instant = instant(0);
  /** What was struck of ours, to be told once whoever sent it has told that it was sent. */
  #reports: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;
  #hurries = false;

  constructor(inner: PacketDevice, options: FaultyDeviceOptions) {
    this.#inner = inner;
    this.#options = options;
    this.outbound = inner.outbound;
    this.#clock = options.clock ?? monotonicNow;
    this.#wire = new WireClock(this.#clock, options.wallClock);
    const random = new Random(options.seed);
    const path = (way: FaultWay, direction: "sent" | "arrived", into: Travelling[]): FaultyPath => {
      const faults = options.faults.filter((fault) => fault.way === way || fault.way === "both");
      return new FaultyPath(faults, random.fork(), {
        deliver: (packet, at) => insert(into, { packet, at }),
        struck: (packet, fault, now) => {
          const copy = packet.slice();
          const report = (): void => options.onFault(copy, direction, fault, now);
          if (direction === "sent") this.#reports.push(report);
          else report();
        },
      });
    };
    this.#outward = path("out", "sent", this.#leaving);
    this.#inward = path("in", "arrived", this.#arriving);
  }

  get descriptor(): number {
    return this.#inner.descriptor;
  }

  get mtu(): number {
    return this.#inner.mtu;
  }

  get inbound(): Uint8Array {
    return this.#inbound;
  }

  get inboundStamp(): number {
    return this.#inboundStamp;
  }

  receive(): number {
    this.#report();
    for (let length = this.#inner.receive(); length > 0; length = this.#inner.receive()) {
      const { inbound, inboundOffset = 0, inboundChecksum, inboundStamp = 0 } = this.#inner;
      const packet = inbound.slice(inboundOffset, inboundOffset + length);
      this.#isStamped = inboundStamp !== 0;
      const at = this.#isStamped ? this.#wire.momentOf(inboundStamp, this.#emptyAt) : this.#clock();
      this.#enter(this.#inward, packet, inboundChecksum === "unfinished", at);
    }
    const now = this.#clock();
    this.#emptyAt = now;
    this.#settle(now);
    const [first] = this.#arriving;
    if (first === undefined || !this.#isDue(first, now)) return 0;
    this.#arriving.shift();
    this.#inbound = first.packet;
    this.#inboundStamp = this.#isStamped ? this.#wire.stampOf(first.at) : 0;
    return first.packet.length;
  }

  send(length: number): SendResult {
    this.#report();
    const now = this.#clock();
    const packet = this.outbound.slice(0, length);
    if (this.#hurries) insert(this.#leaving, { packet, at: now });
    else this.#enter(this.#outward, packet, false, now);
    return this.#settle(now);
  }

  /** Faults, as they were written, of which no packet that they mean has come either way. */
  get pending(): readonly string[] {
    const ways = [this.#outward, this.#inward];
    const pending = new Set(ways.flatMap((path) => path.pending));
    return [...pending].filter((fault) =>
      fault.way !== "both" || ways.every((path) => path.pending.includes(fault))
    )
      .map(({ text }) => text);
  }

  /** Waits until everything that was sent has left, or until `late`. */
  async drained(late: Promise<void>): Promise<void> {
    let isLate = false;
    void late.then(() => isLate = true);
    while (!isLate && (this.#leaving.length > 0 || this.#outward.deadline !== NEVER)) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
    }
  }

  /** From now on nothing waits on its way, and nothing more is struck: the program ends, and the peer is to hear of it. */
  hurry(): void {
    if (this.#isDisposed) return;
    this.#hurries = true;
    this.#settle(this.#clock());
  }

  [Symbol.dispose](): void {
    this.#report();
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #report(): void {
    if (this.#reports.length === 0) return;
    const reports = this.#reports;
    this.#reports = [];
    for (const report of reports) report();
  }

  /** What is no TCP segment passes as it is: it is not ours to judge. */
  #enter(path: FaultyPath, packet: Uint8Array, isUnfinished: boolean, now: Instant): void {
    const refusal = decodePacket(packet, packet.length, this.#segment, isUnfinished ? "trust" : "verify");
    if (refusal !== null) {
      if (path === this.#inward) insert(this.#arriving, { packet, at: now });
      return;
    }
    if (isUnfinished || this.#segment.checksumUnfinished) finishChecksum(packet);
    path.send(packet, this.#segment, now);
  }

  #isDue({ at }: Travelling, now: Instant): boolean {
    return this.#hurries || at <= now;
  }

  /** Sends what is due, and sets the timer for what is not. @returns what became of the last packet that was due */
  #settle(now: Instant): SendResult {
    for (const path of [this.#outward, this.#inward]) if (path.deadline <= now) path.release(now);
    if (this.#hurries && this.#outward.deadline !== NEVER) this.#outward.release(this.#outward.deadline);
    let result: SendResult = "sent";
    while (result !== "full" && this.#leaving[0] !== undefined && this.#isDue(this.#leaving[0], now)) {
      const { packet } = this.#leaving[0];
      this.#inner.outbound.set(packet);
      result = this.#inner.send(packet.length);
      if (result !== "full") this.#leaving.shift();
    }
    this.#setTimer(now);
    return result === "full" ? "sent" : result;
  }

  #setTimer(now: Instant): void {
    clearTimeout(this.#timer);
    const next = Math.min(
      this.#leaving[0]?.at ?? NEVER,
      this.#arriving[0]?.at ?? NEVER,
      this.#outward.deadline,
      this.#inward.deadline,
    );
    if (next === NEVER || this.#isDisposed) return;
    const wait = Math.max(0, Math.ceil((next - now) / MICROS_PER_MILLISECOND));
    this.#timer = setTimeout(() => {
      this.#settle(this.#clock());
      this.#options.wake();
    }, wait);
  }
}

/** Puts a packet where its time has it; equal times keep their order. */
function insert(into: Travelling[], one: Travelling): void {
  let place = into.length;
  while (place > 0 && (into[place - 1]?.at ?? 0) > one.at) place--;
  into.splice(place, 0, one);
}

/** Does what a network card would have done: the field holds the sum of the pseudo-header, to be completed. */
function finishChecksum(packet: Uint8Array): void {
  const start = ipHeaderLength(packet);
  const checksum = checksumOf(sumOctets(packet, start, packet.length - start));
  packet[start + CHECKSUM_OFFSET] = checksum >> 8;
  packet[start + CHECKSUM_OFFSET + 1] = checksum & 0xff;
}
