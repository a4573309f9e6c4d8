/**
 * What the two SYNs agreed on, in sentences.
 *
 * @module
 */

import { Flag, Option } from "./core.ts";
import { capitalized, countText } from "./format.ts";
import { DEFAULT_MSS } from "./full_size.ts";
import { optionsText } from "./options.ts";
import { ecnAgreedBy } from "./syn_agreement.ts";
import type {
  ArrivedEvent,
  ConnectionRecord,
  SegmentRecord,
  SentEvent,
  TraceEvent,
  TraceSink,
} from "./record.ts";

/** An MSS below this is seldom taken at its word: Linux sends no shorter segments than of 48 octets, FreeBSD of 216. */
const LEAST_BELIEVED = 216;

/** RFC 7323 2.3: larger shifts count as this one. */
const MAX_WINDOW_SHIFT = 14;

/** How the ends are called in these sentences. */
interface Wording {
  readonly peerTakes: string;
  readonly weTake: string;
  readonly ourField: string;
  readonly peersField: string;
}

const OURS: Wording = {
  peerTakes: "The peer takes",
  weTake: "we take",
  ourField: "our window field",
  peersField: "the peer's",
};

/** What both SYNs agree on in one respect, and the rule. */
interface Agreed {
  readonly sentence: string;
  readonly rule: string;
}

/**
 * What was agreed, one fact each with its rule; `own` is the SYN of the local end, `peer` the other one. `ends`: what the
 * ends are called where neither is "us".
 */
export function agreementOf(
  own: SegmentRecord,
  peer: SegmentRecord,
  ends?: ConnectionRecord["ends"],
): readonly Agreed[] {
  const wording = ends === undefined ? OURS : {
    peerTakes: `${capitalized(ends.remote)} takes`,
    weTake: `${ends.local} takes`,
    ourField: `the window field of ${ends.local}`,
    peersField: `that of ${ends.remote}`,
  };
  return [
    segmentSize(own, peer, wording),
    windowScaling(own, peer, wording),
    ...bothOrNot(own, peer),
    ...congestionNotification(own, peer),
  ];
}

function segmentSize(own: SegmentRecord, peer: SegmentRecord, wording: Wording): Agreed {
  const told = (syn: SegmentRecord): string =>
    has(syn, Option.maximumSegmentSize)
      ? announced(syn.maximumSegmentSize)
      : syn.optionsAreCut === true
      ? "a length that is not known (the capture has not kept the option)"
      : `${DEFAULT_MSS[syn.family]} octets (assumed: no option says otherwise)`;
  return {
    rule: "RFC 9293 3.7.1",
    sentence: `${wording.peerTakes} segments of up to ${told(peer)}, ${wording.weTake} up to ${told(own)}.`,
  };
}

function announced(size: number): string {
  const octets = countText(size, "octet");
  return size < LEAST_BELIEVED ? `${octets} (very few: longer ones may come all the same)` : octets;
}

function windowScaling(own: SegmentRecord, peer: SegmentRecord, wording: Wording): Agreed {
  if (isUnknown(Option.windowScale, own, peer)) return unknown("Whether windows are scaled", "RFC 7323 2.2");
  const agreed = has(own, Option.windowScale) && has(peer, Option.windowScale);
  const units = ({ windowScale }: SegmentRecord): string => {
    const factor = countText(2 ** Math.min(windowScale, MAX_WINDOW_SHIFT), "octet");
    return windowScale <= MAX_WINDOW_SHIFT
      ? factor
      : `${factor} (the shift of ${windowScale} counts as ${MAX_WINDOW_SHIFT})`;
  };
  return {
    rule: agreed && Math.max(own.windowScale, peer.windowScale) > MAX_WINDOW_SHIFT
      ? "RFC 7323 2.2, 2.3"
      : "RFC 7323 2.2",
    sentence: agreed
      ? `Windows are scaled: ${wording.ourField} counts units of ${
        units(own)
      }, ${wording.peersField} units of ${units(peer)}.`
      : "Windows are not scaled: neither side can offer more than 65535 octets.",
  };
}

function bothOrNot(own: SegmentRecord, peer: SegmentRecord): readonly Agreed[] {
  const both = (option: number): boolean => has(own, option) && has(peer, option);
  return [
    isUnknown(Option.timestamps, own, peer) ? unknown("Whether timestamps are used", "RFC 7323 3.2") : {
      rule: both(Option.timestamps) ? "RFC 7323 3.2" : "RFC 6298 3",
      sentence: both(Option.timestamps)
        ? "Every segment but a RST is to carry timestamps: to measure round trips, and to tell old segments."
        : "No timestamps: what was sent more than once measures no round trip.",
    },
    isUnknown(Option.selectiveAckPermitted, own, peer) ? unknown("Whether SACK is used", "RFC 2018 2") : {
      rule: "RFC 2018 2",
      sentence: both(Option.selectiveAckPermitted)
        ? "Selective acknowledgment: each side says what it has beyond a gap."
        : "No selective acknowledgment: each side can only say up to where it has everything.",
    },
  ];
}

/** Told only where the first SYN asks for it: with ECE and CWR, to which ECE alone agrees. */
function congestionNotification(own: SegmentRecord, peer: SegmentRecord): readonly Agreed[] {
  const SETUP = Flag.ece | Flag.cwr;
  const [syn, answer] = own.ack === null ? [own, peer] : [peer, own];
  if ((syn.flags & SETUP) !== SETUP) return [];
  const agreed = ecnAgreedBy(syn.flags, answer.flags);
  const marks = "routers may mark packets of this connection instead of dropping them";
  return [
    agreed === "accurate"
      ? { rule: "RFC 9768 3.1", sentence: `Accurate ECN: ${marks}, and each end tells how many it got.` }
      : {
        rule: "RFC 3168 6.1.1",
        sentence: agreed === "classic"
          ? `Explicit congestion notification: ${marks}.`
          : "No explicit congestion notification: it was asked for, and the answer does not agree.",
      },
  ];
}

/** Whether an option that counts only where both SYNs have it may be one that the capture has not kept. */
function isUnknown(option: number, ...syns: readonly SegmentRecord[]): boolean {
  const missing = syns.filter((syn) => !has(syn, option));
  return missing.length > 0 && missing.every(({ optionsAreCut }) => optionsAreCut === true);
}

function unknown(what: string, rule: string): Agreed {
  return { rule, sentence: `${what} is not known: the capture has not kept all options of the SYNs.` };
}

function has(segment: SegmentRecord, option: number): boolean {
  return (segment.options & option) !== 0;
}

interface SynPair {
  readonly own: SegmentRecord;
  readonly peer: SegmentRecord;
}

/** Whether a SYN-ACK acknowledges something else than our SYN: it is not taken (RFC 9293 3.10.7.3, first). */
function isOfAnother({ segment: { ack }, view }: ArrivedEvent, own: SegmentRecord | undefined): boolean {
  if (ack === null || own === undefined || view?.state !== "SYN-SENT") return false;
  return ack <= own.seq || ack > own.end;
}

/** Both SYNs of each connection, until they are complete. */
export class SynPairs {
  readonly #own = new Map<number, SegmentRecord>();
  readonly #peer = new Map<number, SegmentRecord>();

  /** Takes in a segment; returns both SYNs when this one completes the pair, else null. */
  add(event: SentEvent | ArrivedEvent): SynPair | null {
    if (event.connection === 0 || (event.segment.flags & Flag.syn) === 0) return null;
    if ((event.segment.flags & Flag.rst) !== 0) return null;
    // A SYN-ACK that ends a simultaneous open repeats a SYN that was told before.
    if (event.kind === "arrived" && event.view?.state === "SYN-RECEIVED") return null;
    if (event.kind === "arrived" && isOfAnother(event, this.#own.get(event.connection))) return null;
    (event.kind === "sent" ? this.#own : this.#peer).set(event.connection, event.segment);
    const own = this.#own.get(event.connection);
    const peer = this.#peer.get(event.connection);
    if (own === undefined || peer === undefined) return null;
    this.#own.delete(event.connection);
    this.#peer.delete(event.connection);
    return { own, peer };
  }
}

/**
 * Writes the options of both SYNs and what was agreed: what `-v` adds to the client's narration. After a SYN-ACK that
 * arrived it waits for our ACK, so that what is told of those comes first.
 */
export class AgreementSink implements TraceSink {
  readonly #write: (line: string) => void;
  readonly #pairs = new SynPairs();
  readonly #waiting = new Map<number, SynPair>();

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    if (event.kind !== "sent" && event.kind !== "arrived") return;
    const pair = this.#pairs.add(event) ?? this.#waiting.get(event.connection) ?? null;
    if (pair === null) return;
    if (event.kind === "arrived") {
      this.#waiting.set(event.connection, pair);
      return;
    }
    this.#waiting.delete(event.connection);
    const ends = connection?.ends;
    const [own, peer] = ends === undefined
      ? ["Our SYN's options", "The peer's"]
      : [`Options of ${ends.local}`, `Options of ${ends.remote}`];
    this.#write(`${own}: ${optionsText(pair.own) || "none"}`);
    this.#write(`${peer}: ${optionsText(pair.peer) || "none"}`);
    for (const { sentence, rule } of agreementOf(pair.own, pair.peer, ends)) {
      this.#write(`${sentence} [${rule}]`);
    }
  }

  finish(): void {}
}
