/**
 * Whether times that go back mean that a clock was set back, or that the file is not sorted: numbers of connections go on in
 * the first case, and back as well in the second. A capture keeps the order of what one end sends, even where several queues
 * of a network card fill it: two segments of one end that changed places did so before they were captured.
 *
 * @module
 */

import type { SegmentRecord } from "../../trace/record.ts";
import type { Half } from "./half.ts";

/** Watches the packets of a file. */
export class OrderWatch {
  /** Steps back after which numbers went on, or before what is acknowledged then, and others. */
  #clocksSet = 0;
  #others = 0;
  /** The frame at which times went back by much, until it is known what that means; Infinity: none. */
  #pendingSince = Infinity;
  /** Whether the packet in hand has a time that is a little before that of the one before it. */
  #isBack = false;
  /** Who sent the segment before, and where that ends if it takes up numbers; Infinity: it takes up none. */
  #previous: Half | null = null;
  #previousEnd = Infinity;
  #latest = 0n;
  #disorder = 0n;

  /** Whether the packets had better be sorted by their times. */
  get isUnsorted(): boolean {
    return this.#others > this.#clocksSet || (this.#others > 0 && this.#clocksSet === 0);
  }

  /** Nanoseconds that the time of a packet is at most before that of one which stands before it in the file. */
  get disorder(): bigint {
    return this.#disorder;
  }

  /** The time stamp of the next packet, whatever it holds, in nanoseconds. */
  stamped(time: bigint): void {
    this.#isBack = false;
    if (time >= this.#latest) this.#latest = time;
    else if (this.#latest - time > this.#disorder) this.#disorder = this.#latest - time;
  }

  /** The time of a packet is before that of the one before it: a little, or so much that its clock may have been set. */
  stepped(code: "clock-step" | "packet-order", frame: number): void {
    if (code === "clock-step") this.#others++;
    else this.#isBack = true;
    this.#pendingSince = code === "clock-step" ? frame : Infinity;
  }

  /** A segment is about to be taken in, of a connection that began with a frame. */
  passed({ seq, end, ack }: SegmentRecord, sender: Half, receiver: Half, firstFrame: number): void {
    if (this.#isBack && sender !== this.#previous) {
      // What is acknowledged was sent before, whatever its time says.
      const acknowledges = this.#previous === receiver && ack !== null && ack >= this.#previousEnd;
      if (acknowledges) this.#clocksSet++;
      else this.#others++;
    }
    this.#previous = sender;
    this.#previousEnd = end > seq ? end : Infinity;
    if (
      this.#pendingSince === Infinity || firstFrame >= this.#pendingSince || end === seq ||
      sender.packets === 0
    ) return;
    this.#pendingSince = Infinity;
    if (end <= sender.max) return;
    this.#clocksSet++;
    this.#others--;
  }
}
