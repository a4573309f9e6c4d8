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

/** How it shows that a RST has not ended its connection, as a finding of the segment that shows it. */
export type Revocation = Extract<FindingCode, "reset-revoked" | "challenge-seen">;

/** RSTs that have not ended a connection, by their frames. */
export type RevokedResets = ReadonlyMap<number, Revocation>;

const NONE: RevokedResets = new Map();

/** What is said of such a RST by whoever knows beforehand. */
const REVOKED_RESETS: Readonly<Record<Revocation, FindingCode>> = {
  "reset-revoked": "reset-without-effect",
  "challenge-seen": "reset-inexact",
};

/** Why a RST is not taken (RFC 9293 3.10.7.3, first and second; 3.10.7.4, second; RFC 5961 3.2); null: it is, or may be. */
function refusalOf({ seq, ack }: SegmentRecord, sender: Half, receiver: Half): FindingCode | null {
  // Whoever waits for an answer to its SYN sends no RST for it: what it has not asked for it answers with the number of its ACK.
  if (sender.isUnanswered && ack === null && (seq <= 0 || seq > sender.max)) return "reset-of-another";
  if (!receiver.hasAnswered && receiver.hasSyn && receiver.una === 0) {
    return ack === null || ack <= 0 || ack > receiver.max ? "reset-no-answer" : null;
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
  /** Whether it is all that its sender has said to a SYN. */
  isRefusal = false;
  /** Those that have ended nothing after all. */
  readonly revoked: Map<number, Revocation> = new Map();
  readonly #known: RevokedResets;
  #frame = 0;
  #seq = 0;
  /** What its receiver expected, where it had another number (RFC 5961 3.2); null: it had that. */
  #expected: number | null = null;

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
      verdict.values["expected"] = refusal === "reset-of-another" ? sender.max : receiver.ack;
      return verdict.add(refusal);
    }
    const revocation = this.#known.get(frame);
    if (revocation !== undefined) {
      verdict.values["expected"] = receiver.ack;
      return verdict.add(REVOKED_RESETS[revocation]);
    }
    this.by = sender;
    this.after = String(verdict.values["after"]);
    this.isForeign = usual !== null;
    this.#frame = frame;
    this.#seq = Math.max(segment.seq, sender.una);
    this.#expected = receiver.hasAcked && segment.seq !== receiver.ack ? receiver.ack : null;
    if (sender.packets + receiver.packets === 0) return verdict.add("reset-alone");
    if (sender.isAcknowledged && receiver.isAcknowledged) return verdict.add("reset-after-close");
    this.isRefusal = receiver.isUnanswered && sender.packets === 0;
    if (this.isRefusal) return verdict.add("reset-refuses");
    if (usual === null) return verdict.add("reset-seen");
    verdict.values["usual"] = usual;
    verdict.add("reset-from-elsewhere");
  }

  /**
   * Whoever has ended a connection sends nothing more of it but further RSTs: another segment shows that it has not. Nor has a
   * RST that its receiver answers with a challenge ACK (RFC 5961 3.2).
   *
   * @returns the frame of the RST that is revoked by a segment, and how; null: none
   */
  goesOn(segment: SegmentRecord, sender: Half): { readonly frame: number; readonly how: Revocation } | null {
    if (this.by === null || (segment.flags & (Flag.syn | Flag.rst)) !== 0) return null;
    if (this.by !== sender) return this.#isChallenge(segment) ? this.#revoke("challenge-seen") : null;
    // What was sent before the RST may come after it.
    const isNew = segment.seq > this.#seq || segment.end > sender.max || (segment.ack ?? 0) > sender.ack;
    return isNew ? this.#revoke("reset-revoked") : null;
  }

  #isChallenge({ seq, end, ack }: SegmentRecord): boolean {
    return this.#expected !== null && seq === end && ack === this.#expected;
  }

  #revoke(how: Revocation): { readonly frame: number; readonly how: Revocation } {
    this.by = null;
    this.revoked.set(this.#frame, how);
    return { frame: this.#frame, how };
  }
}
