/**
 * RSTs of a connection: which of them their receiver takes, and which did not end it although it could have.
 *
 * @module
 */

import { Flag } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import type { Half } from "./half.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** RSTs that have not ended a connection, by their frames. */
export type RevokedResets = ReadonlySet<number>;

const NONE: RevokedResets = new Set();

/** Who has reset a connection. */
export class Resets {
  /** Null: nobody. */
  by: Half | null = null;
  /** What came before it. */
  after = "";
  /** Whether it came another way than the other segments of the end in whose name it was sent. */
  isForeign = false;
  /** Frames of those that the end in whose name they were sent goes on after. */
  readonly revoked: number[] = [];
  readonly #known: RevokedResets;
  #frame = 0;
  #seq = 0;

  /** `known`: those that a first reading has found to have ended nothing. */
  constructor(known: RevokedResets = NONE) {
    this.#known = known;
  }

  /**
   * A RST passes (RFC 9293 3.10.7): outside the window it is nothing to its receiver, and proves nothing. `usual`: the hop
   * limit of its sender's other segments where this one has another.
   */
  take(
    verdict: Verdict,
    { segment, frame }: Passing,
    sender: Half,
    receiver: Half,
    usual: number | null,
  ): void {
    const isAnswer = !receiver.hasAnswered && segment.ack !== null && segment.ack >= receiver.una;
    const last = Math.max(receiver.edge, sender.max);
    const isAcceptable = isAnswer || !receiver.hasAcked ||
      (segment.seq >= receiver.ack && segment.seq <= last);
    if (!isAcceptable) {
      verdict.values["expected"] = receiver.ack;
      return verdict.add("reset-out-of-window");
    }
    if (this.#known.has(frame)) return verdict.add("reset-without-effect");
    this.by = sender;
    this.after = String(verdict.values["after"]);
    this.isForeign = usual !== null;
    this.#frame = frame;
    this.#seq = Math.max(segment.seq, sender.una);
    if (usual === null) return verdict.add("reset-seen");
    verdict.values["usual"] = usual;
    verdict.add("reset-from-elsewhere");
  }

  /**
   * Whoever has ended a connection sends nothing more of it but further RSTs: another segment shows that it has not.
   *
   * @returns the frame of the RST that is revoked by a segment; null: none
   */
  goesOn(segment: SegmentRecord, sender: Half): number | null {
    if (this.by !== sender || (segment.flags & (Flag.syn | Flag.rst)) !== 0) return null;
    // What was sent before the RST may come after it.
    const isNew = segment.seq > this.#seq || segment.end > sender.max || (segment.ack ?? 0) > sender.ack;
    if (!isNew) return null;
    this.by = null;
    this.revoked.push(this.#frame);
    return this.#frame;
  }
}
