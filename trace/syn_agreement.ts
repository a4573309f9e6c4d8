/**
 * What the SYNs of a connection leave a segment to use: the rest of what it carries counts for nothing.
 *
 * @module
 */

import type { Direction } from "./copy.ts";
import { EcnCodepoint, Flag, Option } from "./core.ts";
import type { NotAgreedCode } from "./catalogue/finding_codes.ts";
import type { SegmentRecord } from "./record.ts";

/** What RFC 3168 6.1.1 asks for with a SYN. */
const ECN_SETUP = Flag.ece | Flag.cwr;
/** The ACE field of RFC 9768 3.1. */
const ACE = Flag.ae | ECN_SETUP;
/** What an answer has that does not know ECN, and one that gives back what it got. */
const NO_ECN: readonly number[] = [0, ACE];

/** How far both ends agree on ECN: as of RFC 3168, as of RFC 9768, not at all; or nobody can tell. */
type EcnAgreement = "classic" | "accurate" | "none" | "unknown";

/** What the SYNs of one end offer. */
class Offer {
  /** Of which SYN: one with another number is another offer. */
  #number: number | null = null;
  /** Options that one of them has; that one of them, with all of its options captured, has not. */
  has = 0;
  lacks = 0;
  /** ACE bits of those without ACK, and of the one that answers; null: there is none. */
  asks: number | null = null;
  answers: number | null = null;

  take({ rawSeq, options, optionsAreCut, ack, flags }: SegmentRecord): void {
    if (this.#number !== rawSeq) {
      this.#number = rawSeq;
      this.has = this.lacks = 0;
      this.asks = this.answers = null;
    }
    this.has |= options;
    if (optionsAreCut !== true) this.lacks |= ~options;
    if (ack === null) this.asks = (this.asks ?? 0) | (flags & ACE);
    else this.answers = flags & ACE;
  }

  /** Whether all of its SYNs are without an option. */
  isWithout(option: number): boolean {
    return (this.lacks & option) !== 0 && (this.has & option) === 0;
  }
}

/** What an answer with these ACE bits agrees to; `asked`: null: the SYN has not been seen. */
export function ecnAgreedBy(asked: number | null, answered: number): EcnAgreement {
  const answer = answered & ACE;
  if (asked !== null && (asked & ECN_SETUP) !== ECN_SETUP || NO_ECN.includes(answer)) return "none";
  if ((answer & ECN_SETUP) === Flag.ece) return "classic";
  return asked === null || (asked & Flag.ae) !== 0 ? "accurate" : "none";
}

/** Follows the SYNs of both ends. */
export class SynAgreement {
  readonly #offers: Readonly<Record<Direction, Offer>> = { sent: new Offer(), arrived: new Offer() };

  /** Takes in a SYN that its receiver may take. */
  take(syn: SegmentRecord, direction: Direction): void {
    this.#offers[direction].take(syn);
  }

  /** The segment, with what of it counts for nothing, as far as is known. */
  judged(segment: SegmentRecord): SegmentRecord {
    if ((segment.flags & Flag.syn) !== 0) return segment;
    const notAgreed = this.#notAgreed(segment);
    return notAgreed.length === 0 ? segment : { ...segment, notAgreed };
  }

  #notAgreed({ options, flags, ecn }: SegmentRecord): readonly NotAgreedCode[] {
    const codes: NotAgreedCode[] = [];
    if ((options & Option.selectiveAck) !== 0 && this.#isRefused(Option.selectiveAckPermitted)) {
      codes.push("sack-not-agreed");
    }
    if ((options & Option.timestamps) !== 0 && this.#isRefused(Option.timestamps)) {
      codes.push("timestamps-not-agreed");
    }
    const hasSigns = (flags & ECN_SETUP) !== 0 || ecn === EcnCodepoint.congestionExperienced;
    if (hasSigns && this.ecn === "none") codes.push("ecn-not-agreed");
    return codes;
  }

  #isRefused(option: number): boolean {
    const { sent, arrived } = this.#offers;
    return sent.isWithout(option) || arrived.isWithout(option);
  }

  /** How far both ends agree on ECN. */
  get ecn(): EcnAgreement {
    const { sent, arrived } = this.#offers;
    const asks = [sent.asks, arrived.asks].filter((bits) => bits !== null);
    if (asks.some((bits) => (bits & ECN_SETUP) !== ECN_SETUP)) return "none";
    const answered = sent.answers ?? arrived.answers;
    // Of SYNs that cross no RFC says what their answers agree to.
    if (answered === null || asks.length > 1) return "unknown";
    return ecnAgreedBy(asks[0] ?? null, answered);
  }
}

/** The segment without what counts for nothing. */
export function counted(segment: SegmentRecord): SegmentRecord {
  const { notAgreed } = segment;
  if (notAgreed === undefined) return segment;
  let { options, timestampValue, timestampEcho, sackEdges, flags, ecn } = segment;
  if (notAgreed.includes("sack-not-agreed")) {
    options &= ~Option.selectiveAck;
    sackEdges = [];
  }
  if (notAgreed.includes("timestamps-not-agreed")) {
    options &= ~Option.timestamps;
    timestampValue = timestampEcho = 0;
  }
  if (notAgreed.includes("ecn-not-agreed")) {
    flags &= ~ECN_SETUP;
    ecn = EcnCodepoint.notCapable;
  }
  return { ...segment, options, timestampValue, timestampEcho, sackEdges, flags, ecn };
}
