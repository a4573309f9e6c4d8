/**
 * F-RTO, RFC 5682: after a timeout new segments are sent in place of old ones, so that the acknowledgements tell whether
 * what was sent before had been lost or only late.
 *
 * @module
 */

import { seqAfter, seqAtOrAfter, type SeqNumber } from "../base/seq.ts";
import type { ForwardRtoEvidence } from "../config/config.ts";
import type { AckSample } from "./ack_sample.ts";

/** New segments that step 2b lets out. */
const NEW_SEGMENTS = 2;

/** How far the algorithm has come. */
type Step =
  /** Recovery is as usual. */
  | "off"
  /** The oldest segment was sent again; the ACK of that is waited for (step 2). */
  | "resent"
  /** That ACK has come: new segments are to be sent (step 2b). */
  | "sending"
  /** At least one was sent. The next ACK decides (step 3), also where it has come in one turn with the one before it. */
  | "sent";

/** What an acknowledgement tells: that the timeout was spurious, that it was genuine, or nothing. */
export type TimeoutVerdict = "spurious" | "genuine" | null;

/** The variables of the algorithm, for one connection. */
export class ForwardRto {
  readonly #evidence: ForwardRtoEvidence;
  #step: Step = "off";
  #octetsLeft = Infinity;

  constructor(evidence: ForwardRtoEvidence) {
    this.#evidence = evidence;
  }

  /** Step 1: the timer fired, and the oldest segment is sent again. */
  begin(): void {
    this.#step = "resent";
    this.#octetsLeft = Infinity;
  }

  /** Recovery goes on as usual, or is over. */
  end(): void {
    this.#step = "off";
    this.#octetsLeft = Infinity;
  }

  /** Whether the ACK of the oldest segment is waited for: another timeout of that begins anew (3.2). */
  get awaitsFirstAck(): boolean {
    return this.#step === "resent";
  }

  /** Whether new segments are to be sent rather than old ones. */
  get prefersNewData(): boolean {
    return this.#step === "sending";
  }

  /** Whether nothing is sent again until the next acknowledgement. */
  get holdsRetransmissions(): boolean {
    return this.#step === "sent";
  }

  /** Octets of new data that may be sent until then; Infinity: only the window bounds them. */
  get newOctetsLeft(): number {
    return this.#octetsLeft;
  }

  /** New data went out. */
  newDataSent(octets: number): void {
    if (this.#step === "sending") this.#step = "sent";
    if (this.#step === "sent") this.#octetsLeft = Math.max(0, this.#octetsLeft - octets);
  }

  /** Something was sent again. In step 2b that means that there was nothing new to send: recovery goes on as usual. */
  resent(): void {
    if (this.#step === "sending") this.end();
  }

  /**
   * Takes in an acknowledgement. `recover`: SND.NXT when the timer fired; `coversResent`: it covers all that was sent
   * again then.
   */
  ackArrived(ack: AckSample, recover: SeqNumber, coversResent: boolean): TimeoutVerdict {
    const { advanced } = ack;
    const byAny = this.#evidence === "any ACK" && ack.deliversOriginal &&
      !seqAfter(ack.lowestOriginalEnd, recover) && (ack.selective || !ack.acknowledgesResent);
    if (byAny && this.#step !== "off") return this.#decide("spurious");
    switch (this.#step) {
      case "off":
        return null;
      case "resent":
        if (advanced && coversResent && !seqAtOrAfter(ack.una, recover)) {
          this.#step = "sending";
          this.#octetsLeft = NEW_SEGMENTS * ack.mss;
          return null;
        }
        // Step 2a. With SACK duplicates may still come: 3.1 goes on waiting.
        return advanced || (ack.isDuplicate && !ack.selective) ? this.#decide("genuine") : null;
      case "sending":
      case "sent": {
        const hasNews = advanced || ack.newlySacked > 0;
        if (!hasNews) return ack.isDuplicate ? this.#decide("genuine") : null;
        return this.#decide(!ack.selective || isOlder(ack, recover) ? "spurious" : "genuine");
      }
    }
  }

  #decide(verdict: TimeoutVerdict): TimeoutVerdict {
    this.end();
    return verdict;
  }
}

/** 3.1, step 3: whether what an acknowledgement brings was sent before the timeout and never again. */
function isOlder(ack: AckSample, recover: SeqNumber): boolean {
  return ack.deliversOriginal && !seqAfter(ack.originalEnd, recover);
}
