/**
 * One connection as the wire shows it: both ends alike, without asking either.
 *
 * @module
 */

import {
  EcnCodepoint,
  Flag,
  Option,
  type Segment,
  seqAdd,
  seqToUint32,
  type State,
} from "../../trace/core.ts";
import { Conversation } from "../../trace/conversation.ts";
import type { Direction } from "../../trace/copy.ts";
import type { Numberings } from "../../trace/view.ts";
import { spanText } from "../../trace/format.ts";
import type { Numbering } from "../../trace/numbering.ts";
import type { ConnectionRecord, SegmentRecord, ViewRecord } from "../../trace/record.ts";
import { counted, SynAgreement } from "../../trace/syn_agreement.ts";
import { takeAck } from "./acknowledgments.ts";
import type { CapturedConnection } from "./captured_connection.ts";
import { doubled, isPassedOn } from "./copies.ts";
import { dataPass } from "./data_passes.ts";
import type { FindingCode } from "../../trace/catalogue.ts";
import { Half, NO_SHIFT, SHIFT_UNKNOWN, WE } from "./half.ts";
import type { Passage } from "./passage.ts";
import {
  answersOtherSyn,
  hasOlderTimestamp,
  isBeforeFirst,
  isFar,
  isRepeatedAck,
  isShortlyAfter,
  lacksTimestamp,
} from "./segment_checks.ts";
import { Resets, type RevokedResets } from "./resets.ts";
import { stateOf } from "./states.ts";
import { type Passing, Verdict } from "./verdict.ts";

/** RFC 7323 2.3. */
const MAX_WINDOW_SHIFT = 14;

/** Silence that is worth saying, µs. */
const LONG_SILENCE = 1_000_000;

/** Follows one connection. */
export class Flow implements CapturedConnection, Numberings {
  /** The connection as its events refer to it. */
  record: ConnectionRecord;
  /** What was sent, where our own comments say why. */
  readonly conversation: Conversation = new Conversation();
  /** What the SYNs leave segments to use. */
  readonly agreement: SynAgreement = new SynAgreement();
  /** The end that is shown as the near one. */
  readonly local: Half;
  /** The other end. */
  readonly remote: Half;
  /** Whether it was captured by ourselves, whose comments say more than the packets. */
  readonly isOurs: boolean;
  /** Moment of its first packet, microseconds from the capture's first. */
  readonly firstAt: number;
  /** Moment of its last packet so far, as `firstAt`. */
  lastAt: number;
  /** The frame that began it. */
  readonly firstFrame: number;
  /** Whether it is shown; what is not is only followed. */
  isShown = true;
  /** Whether a text that is looked for has passed. */
  hasText = false;
  /** Its packets, where they are kept. */
  readonly passages: Passage[] = [];
  /** Who closed first; null: nobody yet. */
  closedFirst: Half | null = null;
  /** Whether neither end had the other's FIN when it sent its own. */
  haveCrossed = false;
  /** Who has reset it. */
  readonly resets: Resets;
  /** The state before the first segment. */
  readonly #first: State;

  /** `at` and `frame` are those of its first packet. */
  constructor(
    record: ConnectionRecord,
    first: State,
    isOurs: boolean,
    at: number,
    frame: number,
    revoked?: RevokedResets,
  ) {
    this.resets = new Resets(revoked);
    this.record = record;
    this.isOurs = isOurs;
    this.#first = first;
    this.firstAt = at;
    this.lastAt = at;
    this.firstFrame = frame;
    this.local = new Half(record.ends?.local ?? WE, record.local);
    this.remote = new Half(record.ends?.remote ?? "the peer", record.remote);
  }

  /** How the near end's numbers are counted. */
  get own(): Numbering {
    return this.local.numbering;
  }

  /** How the other end's numbers are counted. */
  get peer(): Numbering {
    return this.remote.numbering;
  }

  /** The end that sends in a direction. */
  sender(direction: Direction): Half {
    return direction === "sent" ? this.local : this.remote;
  }

  /** The end that receives in a direction. */
  receiver(direction: Direction): Half {
    return direction === "sent" ? this.remote : this.local;
  }

  /** Whether both SYNs have been seen, or one that offers no scale: windows are known then. */
  get knowsWindows(): boolean {
    const { local, remote } = this;
    return (local.shift !== SHIFT_UNKNOWN && remote.shift !== SHIFT_UNKNOWN) || local.shift === NO_SHIFT ||
      remote.shift === NO_SHIFT;
  }

  /** Shift of the windows that a direction announces; 0 until both SYNs agreed. */
  shiftOf(direction: Direction): number {
    return this.local.shift < 0 || this.remote.shift < 0 ? 0 : this.sender(direction).shift;
  }

  /**
   * Starts the numbering of a direction at its SYN, or before its first octet when the SYN was not seen. `isRefused`: it is a
   * SYN that the connection has dropped.
   */
  number(segment: Segment, direction: Direction, isRefused: boolean): void {
    const sender = this.sender(direction).numbering;
    const receiver = this.receiver(direction).numbering;
    const { hasSyn, hasAnswered } = this.sender(direction);
    const isStray = this.#isOfAnother(
      segment.flags,
      segment.has(Flag.ack) && receiver.base !== null ? receiver.relative(segment.ack) : null,
      this.receiver(direction),
    );
    if (isStray) this.sender(direction).straySeq ??= segment.seq;
    if (isRefused && sender.base !== null) return;
    // The number of what answers no SYN says nothing of the one to come.
    const answersNone = segment.has(Flag.rst) && this.receiver(direction).isUnanswered;
    if (segment.has(Flag.syn) || sender.base === null && !isStray && !answersNone) sender.start(segment.seq);
    if (segment.has(Flag.syn)) this.#noteInitial(seqToUint32(segment.seq), direction);
    if (!segment.has(Flag.ack) || receiver.base !== null) return;
    // What is acknowledged now was of this connection after all.
    const { straySeq } = this.receiver(direction);
    if (straySeq !== null && isShortlyAfter(segment.ack, straySeq)) {
      return receiver.start(seqAdd(straySeq, -1));
    }
    // The first acknowledgment after a SYN is for the other end's.
    const isOfSyn = segment.has(Flag.syn) || (hasSyn && !hasAnswered);
    receiver.start(isOfSyn ? seqAdd(segment.ack, -1) : segment.ack);
  }

  /** RFC 9293 3.5.1, Figure 9: whoever still has an old connection answers a SYN with an ACK of that one. */
  #isOfAnother(flags: number, ack: number | null, receiver: Half): boolean {
    if ((flags & (Flag.syn | Flag.rst)) !== 0 || ack === null || !receiver.isUnanswered) return false;
    return ack <= 0 || ack > receiver.max;
  }

  /** What a segment is that its receiver takes nothing of, by flags and numbers alone; null: it may take some. */
  #strayOf(segment: SegmentRecord, sender: Half, receiver: Half): FindingCode | null {
    const { flags, seq, ack } = segment;
    if (answersOtherSyn(segment, receiver)) return "accepts-other";
    if ((flags & Flag.rst) !== 0) return null;
    if ((flags & (Flag.syn | Flag.ack)) === 0) return "no-ack";
    if (sender.hasSyn && isBeforeFirst(segment)) return "before-first";
    if (this.#isOfAnother(flags, ack, receiver)) return "ack-of-another";
    return isFar(seq, sender) ? "out-of-place" : null;
  }

  /** Takes in a segment of either end; `original` is what it is a copy of. */
  take(told: Passing, original: Segment, direction: Direction, isDoubled: boolean): Verdict {
    const verdict = new Verdict();
    const passing = told.segment.notAgreed === undefined ? told : { ...told, segment: counted(told.segment) };
    const [sender, receiver] = [this.sender(direction), this.receiver(direction)];
    const doublesAll = isDoubled || sender.isDoubled;
    const { segment, time } = passing;
    const isReset = (segment.flags & Flag.rst) !== 0;
    const stray = this.#strayOf(segment, sender, receiver);
    if (stray !== null) {
      verdict.add(stray);
      sender.note(verdict.codes, passing.frame);
      return verdict;
    }
    if (isPassedOn(verdict, passing, sender, receiver, doublesAll)) {
      noteDouble(verdict, sender, passing.frame);
      return verdict;
    }
    const usualHopLimit = sender.hopLimits.take(segment);
    if (isReset) {
      verdict.values["after"] = this.#afterWhat(time);
      this.resets.take(verdict, passing, sender, receiver, usualHopLimit);
    } else {
      const revoked = this.resets.goesOn(segment, sender);
      if (isRepeatedAck(passing, sender, doublesAll)) {
        doubled(verdict, sender.lastAt, sender.lastFrame, passing, "All of it is the same", doublesAll, null);
      } else {
        const answersSyn = (segment.flags & Flag.syn) !== 0 && this.#syn(verdict, passing, sender, receiver);
        if (!answersSyn) dataPass(verdict, passing, sender, receiver, doublesAll);
      }
      if (verdict.isDouble) {
        noteDouble(verdict, sender, passing.frame);
        return verdict;
      }
      sender.numbering.advance(original.seq);
      takeAck(verdict, passing, sender, receiver);
      if ((segment.flags & Flag.syn) === 0 && segment.ack !== null) this.#answered(sender, receiver, time);
      this.#flags(verdict, passing, sender);
      if (revoked !== null) {
        verdict.values["resetFrame"] = String(revoked.frame);
        verdict.add(revoked.how);
      }
    }
    remember(verdict, passing, sender, receiver);
    this.lastAt = time;
    return verdict;
  }

  /** The variables of an end now. Written out: there are one or two for each packet. */
  view(of: Half = this.local): ViewRecord {
    const other = of === this.local ? this.remote : this.local;
    const { srtt, rttvar, latest, minimum, samples } = of.roundTrips;
    const isMeasured = samples > 0;
    return {
      state: this.state(of),
      phase: null,
      sndUna: of.una,
      sndNxt: of.max,
      sndMax: of.max,
      // Without a segment of the other end neither its window nor its numbers are known.
      sndWnd: other.window < 0 ? null : other.window,
      rcvNxt: of.hasAcked || other.packets > 0 ? Math.max(of.ack, other.contiguous) : null,
      rcvWnd: of.window < 0 ? null : of.window,
      // Of an end that has answered, but not here, the ACKs are not seen.
      flight: other.packets === 0 && of.hasAnswered ? null : of.flight,
      cwnd: null,
      ssthresh: null,
      srtt: isMeasured ? Math.round(srtt) : null,
      rto: null,
      pipe: null,
      unsent: null,
      unread: null,
      dupAcks: of.dupAcks,
      covered: null,
      recoveryPoint: null,
      rttvar: isMeasured ? Math.round(rttvar) : null,
      latestRtt: isMeasured ? Math.round(latest) : null,
      minRtt: isMeasured ? Math.round(minimum) : null,
      backoff: null,
      expiries: null,
      mss: null,
      pathMtu: null,
      failedMtu: null,
    };
  }

  /** Whether it has ended: by a RST, or by both FINs, which are acknowledged. */
  get isOver(): boolean {
    return this.resets.by !== null || (this.local.isAcknowledged && this.remote.isAcknowledged);
  }

  /** Whether both states can be told: a SYN was seen, a RST, or of both ends what only open connections carry, or their FINs. */
  get knowsStates(): boolean {
    const { local, remote, resets } = this;
    const isTold = (half: Half): boolean => half.hasSyn || half.finEnd !== Infinity || half.octets > 0;
    return local.hasSyn || remote.hasSyn || resets.by !== null || (isTold(local) && isTold(remote));
  }

  /** The state of an end, as far as segments tell. */
  state(of: Half = this.local): State {
    if (this.local.packets + this.remote.packets === 0) return this.#first;
    if (this.resets.by !== null) return "CLOSED";
    const closedFirst = this.haveCrossed ? of : this.closedFirst;
    return stateOf(of, of === this.local ? this.remote : this.local, closedFirst);
  }

  #noteInitial(number: number, direction: Direction): void {
    const side = direction === "sent" ? "iss" : "irs";
    if (this.record[side] !== number) this.record = { ...this.record, [side]: number };
  }

  /** Where only one direction is seen, the time from its SYN to its next segment is a round trip. */
  #answered(sender: Half, receiver: Half, time: number): void {
    const { oldest } = sender.log;
    const isAlone = receiver.packets === 0 && receiver.straySeq === null;
    if (!sender.hasAnswered && sender.hasSyn && isAlone && oldest?.copies === 1) {
      sender.roundTrips.sample(time - oldest.firstAt);
    }
    sender.hasAnswered = true;
  }

  /** @returns whether it answers a SYN that has crossed the sender's own: that is not sent again (RFC 9293 3.5, figure 7) */
  #syn(verdict: Verdict, { segment, hasAllOptions }: Passing, sender: Half, receiver: Half): boolean {
    const hasShift = (segment.options & Option.windowScale) !== 0;
    sender.shift = hasShift
      ? Math.min(segment.windowScale, MAX_WINDOW_SHIFT)
      : hasAllOptions
      ? NO_SHIFT
      : SHIFT_UNKNOWN;
    sender.windowIsKnown = this.knowsWindows;
    receiver.windowIsKnown = this.knowsWindows;
    const isRepeated = sender.hasSyn;
    const hasCrossed = isRepeated && receiver.hasSyn && segment.ack !== null && !sender.hasAnswered;
    sender.hasSyn = true;
    sender.synEnd = segment.end;
    if (hasAllOptions) {
      sender.syn = segment;
      receiver.full.announced(segment.maximumSegmentSize, segment.family);
    }
    this.agreement.take(segment, sender === this.local ? "sent" : "arrived");
    if (segment.ack !== null) sender.hasAnswered = true;
    if (!isRepeated || hasCrossed) verdict.add(segment.ack === null ? "open" : "accept");
    // A SYN that acknowledges answers one, seen or not.
    if (segment.ack !== null && !receiver.hasSyn && receiver.packets === 0) receiver.hasSyn = true;
    return hasCrossed;
  }

  #flags(verdict: Verdict, passing: Passing, sender: Half): void {
    const { segment, time } = passing;
    if ((segment.flags & Flag.fin) !== 0 && sender.finEnd === Infinity) {
      sender.finEnd = segment.end;
      this.closedFirst ??= sender;
      this.haveCrossed =
        (segment.ack ?? Infinity) < (this.closedFirst === sender ? -Infinity : this.closedFirst.finEnd);
      verdict.values["after"] = segment.length > 0 ? "with its last data" : this.#afterWhat(time);
      verdict.add(this.closedFirst === sender ? "close-first" : "close-second");
    }
    if (lacksTimestamp(passing, this)) verdict.add("timestamp-missing");
    if (verdict.codes.includes("new-data") && hasOlderTimestamp(segment, sender)) {
      verdict.add("timestamp-older");
    }
    if ((segment.flags & Flag.urg) !== 0) verdict.add("urgent-seen");
    if ((segment.flags & (Flag.ece | Flag.syn)) === Flag.ece) {
      verdict.add(this.agreement.ecn === "accurate" ? "accurate-ecn" : "congestion-echo-seen");
    }
    if (segment.ecn === EcnCodepoint.congestionExperienced) verdict.add("congestion-mark-seen");
    for (const code of segment.notAgreed ?? []) verdict.add(code);
  }

  /** What came before an end: data, or silence. */
  #afterWhat(time: number): string {
    const silence = time - this.lastAt;
    if (silence >= LONG_SILENCE) return `after ${spanText(silence)} of silence`;
    const { local, remote } = this;
    if (local.packets + remote.packets === 0) return "with the first packet of it that is seen";
    const isLocal = local.octets > 0 && (remote.octets === 0 || local.lastDataAt >= remote.lastDataAt);
    const last = isLocal ? local : remote;
    if (last.octets === 0) {
      const hasNone = (local.hasSyn || remote.hasSyn) && !local.hasData && !remote.hasData;
      const [packet, data] = hasNone ? ["packet", "any data"] : ["packet seen", "any data seen"];
      return `${laterText(time - this.firstAt)}after the first ${packet}, without ${data}`;
    }
    return `${laterText(time - last.lastDataAt)}after ${last.has("last data")}`;
  }
}

/** What goes before `after`: nothing where it is not known how long. */
function laterText(span: number): string {
  return Number.isNaN(span) ? "" : `${spanText(span)} `;
}

/** All that is known of a connection. @throws TypeError when it is not one that a capture was found to hold */
export function flowOf(connection: CapturedConnection): Flow {
  if (connection instanceof Flow) return connection;
  throw new TypeError("Cannot tell of a connection that no capture holds: give one of a TellingResult");
}

function noteDouble(verdict: Verdict, sender: Half, frame: number): void {
  if (verdict.codes[0] === "captured-twice") sender.captured++;
  sender.note(verdict.codes, frame);
}

/** Notes the packet for those that follow. */
function remember(verdict: Verdict, passing: Passing, sender: Half, receiver: Half): void {
  const { segment, time, frame, ipId, fingerprint } = passing;
  sender.bare.passed(passing);
  sender.packets++;
  sender.note(verdict.codes, frame);
  if (verdict.mark === "retransmission") sender.retransmissions++;
  sender.lastAt = time;
  sender.lastFrame = frame;
  sender.lastIpId = ipId;
  sender.lastFingerprint = fingerprint;
  sender.ids.add(ipId, time);
  if (segment.timestampValue === 0) return;
  sender.timestamps.add(segment.timestampValue, time);
  sender.echoes.passed(segment.timestampValue, time);
  receiver.echoes.echoed(segment.timestampEcho, time);
}
