/**
 * RSTs of a connection: which of them their receiver takes, and which did not end it although it could have.
 *
 * @module
 */

import { Flag } from "../../trace/core.ts";
import type { FindingCode } from "../../trace/catalogue.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import type { Half } from "./half.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** RSTs that have not ended a connection, by their frames. */
export type RevokedResets = ReadonlySet<number>;

const NONE: RevokedResets = new Set();

/** Why a RST is not taken (RFC 9293 3.10.7.3, second; 3.10.7.4, second; RFC 5961 3.2); null: it is, or may be. */
function refusalOf({ seq, ack }: SegmentRecord, sender: Half, receiver: Half): FindingCode | null {
  if (!receiver.hasAnswered && receiver.hasSyn && receiver.una === 0) {
    return ack === null || ack <= 0 ? "reset-no-answer" : null;
  }
  const isAnswer = !receiver.hasAnswered && ack !== null && ack >= receiver.una;
  if (isAnswer || !receiver.hasAcked) return null;
  return seq >= receiver.ack && seq <= Math.max(receiver.edge, sender.max) ? null : "reset-out-of-window";
}

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
    if (this.by !== null) {
      verdict.values["resetFrame"] = String(this.#frame);
      return verdict.add("reset-again");
    }
    const refusal = refusalOf(segment, sender, receiver);
    if (refusal !== null) {
      verdict.values["expected"] = receiver.ack;
      return verdict.add(refusal);
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
