/**
 * The way of segments out of the core into a device: whole packets, headers with the payload where it lies, or cut.
 *
 * @module
 */

import {
  encodePacket,
  encodePacketHeaders,
  Flag,
  type Instant,
  type Segment,
  SegmentCutter,
} from "../tcp/single.ts";
import type { PacketBatch, PacketDevice, SendResult } from "../ffi/mod.ts";
import type { Clock } from "./clock.ts";

/** What begins or ends a connection: without text it stays on the way that needs no proof. */
const BEGINS_OR_ENDS = Flag.syn | Flag.fin | Flag.rst;

/** Sends one segment after another; one that found no room waits here. */
export class Outlet {
  readonly #device: PacketDevice;
  readonly #clock: Clock;
  readonly #cutter = new SegmentCutter();
  #waiting: Segment | null = null;
  /** Whether the waiting segment is sent piece by piece, and the cutter stands at the piece that waits. */
  #isCut = false;
  /** Pieces in the device's batch, how many of them have gone, and whether the cutter has more. */
  #queued = 0;
  #gone = 0;
  #hasMore = false;
  /** When the last `send` or `sendAgain` gave the device the first octets: right before the call. */
  offeredAt: Instant;
  #isOffered = false;

  constructor(device: PacketDevice, clock: Clock) {
    this.#device = device;
    this.#clock = clock;
    this.offeredAt = clock();
  }

  /** Whether a segment waits for room in the device. */
  get isFull(): boolean {
    return this.#waiting !== null;
  }

  /**
   * Sends the segment; none may be waiting. At "full" the record, and what it lends, stays here until it has gone.
   *
   * @returns what became of it, or of the first of its pieces that did not go: then those behind it do not either
   */
  send(segment: Segment): SendResult {
    this.#isCut = false;
    if (this.#mustCut(segment)) this.#cut(segment);
    return this.#offer(segment);
  }

  /** Offers the waiting segment again. */
  sendAgain(): SendResult {
    const segment = this.#waiting;
    if (segment === null) return "sent";
    if (!this.#isCut && this.#mustCut(segment)) this.#cut(segment);
    return this.#offer(segment);
  }

  #offer(segment: Segment): SendResult {
    this.#isOffered = false;
    const outcome = this.#isCut ? this.#sendPieces() : this.#sendOne(segment);
    this.#waiting = outcome === "full" ? segment : null;
    return outcome;
  }

  #cut(segment: Segment): void {
    this.#isCut = true;
    this.#queued = 0;
    this.#gone = 0;
    this.#hasMore = true;
    this.#cutter.begin(segment);
  }

  #sendPieces(): SendResult {
    const batch = this.#device.batch ?? null;
    if (batch !== null) return this.#sendBatches(batch);
    do {
      const outcome = this.#sendOne(this.#cutter.piece);
      if (outcome !== "sent") return outcome;
    } while (this.#cutter.next());
    return "sent";
  }

  #sendBatches(batch: PacketBatch): SendResult {
    for (;;) {
      if (this.#gone === this.#queued) {
        if (!this.#hasMore) return "sent";
        this.#fillBatch(batch);
      }
      this.#offering();
      const sent = batch.send(this.#gone, this.#queued - this.#gone);
      if (sent === 0) return batch.refusal;
      this.#gone += sent;
    }
  }

  #fillBatch(batch: PacketBatch): void {
    const { piece } = this.#cutter;
    this.#gone = 0;
    this.#queued = 0;
    while (this.#hasMore && this.#queued < batch.capacity) {
      const at = batch.headersOffset(this.#queued);
      const headersLength = encodePacketHeaders(piece, batch.headers, at, "complete");
      batch.put(this.#queued, headersLength, piece.payload);
      this.#queued++;
      this.#hasMore = this.#cutter.next();
    }
  }

  #sendOne(segment: Segment): SendResult {
    const device = this.#device;
    const gathering = device.gathering ?? null;
    if (gathering === null || segment.payload.length === 0 && (segment.flags & BEGINS_OR_ENDS) !== 0) {
      const length = encodePacket(segment, device.outbound);
      this.#offering();
      return device.send(length);
    }
    const headersLength = encodePacketHeaders(segment, gathering.outbound, 0, "unfinished");
    this.#offering();
    return gathering.sendGathered(
      headersLength,
      segment.payload,
      segment.segmentSize,
    );
  }

  #offering(): void {
    if (this.#isOffered) return;
    this.#isOffered = true;
    this.offeredAt = this.#clock();
  }

  /** Whether nobody but us can make wire segments of it. */
  #mustCut(segment: Segment): boolean {
    return segment.segmentSize > 0 && (this.#device.gathering ?? null) === null;
  }
}
