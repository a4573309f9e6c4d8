/**
 * The way of segments out of the core into a device: whole packets, headers with the payload where it lies, or cut.
 *
 * @module
 */

import { encodePacket, encodePacketHeaders, type Segment } from "../tcp/mod.ts";
import type { PacketDevice, SendOutcome } from "./device.ts";
import { SegmentCutter } from "./segment_cutter.ts";

/** Sends one segment after another; one that found no room waits here. */
export class Outlet {
  readonly #device: PacketDevice;
  readonly #cutter = new SegmentCutter();
  #waiting: Segment | null = null;
  /** Whether the waiting segment is sent piece by piece, and the cutter stands at the piece that waits. */
  #isCut = false;

  constructor(device: PacketDevice) {
    this.#device = device;
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
  send(segment: Segment): SendOutcome {
    this.#isCut = false;
    if (this.#mustCut(segment)) this.#cut(segment);
    return this.#offer(segment);
  }

  /** Offers the waiting segment again. */
  sendAgain(): SendOutcome {
    const segment = this.#waiting;
    if (segment === null) return "sent";
    if (!this.#isCut && this.#mustCut(segment)) this.#cut(segment);
    return this.#offer(segment);
  }

  #offer(segment: Segment): SendOutcome {
    const outcome = this.#isCut ? this.#sendPieces() : this.#sendOne(segment);
    this.#waiting = outcome === "full" ? segment : null;
    return outcome;
  }

  #cut(segment: Segment): void {
    this.#isCut = true;
    this.#cutter.begin(segment);
  }

  #sendPieces(): SendOutcome {
    do {
      const outcome = this.#sendOne(this.#cutter.piece);
      if (outcome !== "sent") return outcome;
    } while (this.#cutter.next());
    return "sent";
  }

  #sendOne(segment: Segment): SendOutcome {
    const device = this.#device;
    const gathering = device.gathering ?? null;
    // What has no text stays on the way that needs no proof.
    if (gathering === null || segment.payloadLength === 0) {
      return device.send(encodePacket(segment, device.outbound));
    }
    return gathering.sendGathered(
      encodePacketHeaders(segment, gathering.outbound, 0, "unfinished"),
      segment.payload,
      segment.payloadOffset,
      segment.firstPartLength,
      segment.payloadLength,
      segment.segmentSize,
    );
  }

  /** Whether nobody but us can make wire segments of it. */
  #mustCut(segment: Segment): boolean {
    return segment.segmentSize > 0 && (this.#device.gathering ?? null) === null;
  }
}
