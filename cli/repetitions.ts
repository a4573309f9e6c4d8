/**
 * What the client says of segments that it sends again: why, and after what silence; of many alike only how many.
 *
 * @module
 */

import {
  after,
  type ConnectionView,
  elapsed,
  Flag,
  type Instant,
  type Micros,
  seconds,
  type Segment,
  type SendReason,
  seqAfter,
  toSeconds,
} from "../tcp/single.ts";
import { counted } from "./counted.ts";
import type { Output } from "./output.ts";

/** Why something is sent again. */
export type RepeatReason = SendReason | "lost with the timeout";

/** What the retransmission timer makes go again. */
const TIMEOUTS: ReadonlySet<SendReason> = new Set([
  "retransmit-timeout",
  "retransmit-shorter",
  "retransmit-long-lost",
]);

/** Lines before the rest is left out. */
const MAX_LINES = 20;

/** What is sent again for the same reason within this time of the line that says so is only counted. */
const JOINED_FOR = seconds(1);

/** Whether a segment that is sent for this reason was sent before, or takes the place of one. */
export function isRepetition(reason: SendReason): boolean {
  if (reason === "data") return false; // nearly always
  return reason.startsWith("retransmit-") || reason === "tail-loss-probe";
}

/** Why this segment is told to be sent again: of all that counts as lost with a timeout only the first has waited for an ACK. */
export function repeatReason(
  { sndUna, expiries }: ConnectionView,
  { seq }: Segment,
  reason: SendReason,
): RepeatReason {
  return TIMEOUTS.has(reason) && (seq !== sndUna || expiries === 0) ? "lost with the timeout" : reason;
}

/** What the last line was about, and what has come of the same kind since. */
interface ToldRepetition {
  readonly reason: RepeatReason;
  readonly cause: string;
  readonly joinedUntil: Instant;
  joined: number;
  octets: number;
}

/** Tells of one connection's. */
export class Repetitions {
  readonly #output: Output;
  #lines = 0;
  /** Since when there is no answer to what was sent; null: nothing was. */
  #quietSince: Instant | null = null;
  #last: ToldRepetition | null = null;

  constructor(output: Output) {
    this.#output = output;
  }

  /** A segment has arrived: progress ends the silence. */
  arrived(connection: ConnectionView, segment: Segment, now: Instant): void {
    const { sndUna, sndMax } = connection;
    if (!segment.has(Flag.ack) || seqAfter(segment.ack, sndMax)) return;
    if (seqAfter(segment.ack, sndUna)) this.#quietSince = now;
  }

  /** A segment was sent, and what is to be told of it is told. */
  sent(connection: ConnectionView, segment: Segment, now: Instant): void {
    if (segment.sequenceLength === 0) return;
    const isFirst = this.#quietSince === null || segment.seq === connection.sndUna;
    if (isFirst) this.#quietSince = now;
  }

  /** Something is sent again. `text` says what, `octets` of how much text. */
  tell(text: string, octets: number, now: Instant, reason: RepeatReason): void {
    const last = this.#last;
    if (last?.reason === reason && now < last.joinedUntil && isJoined(reason)) {
      last.joined++;
      last.octets += octets;
      return;
    }
    this.tellRest();
    const cause = causeOf(reason, elapsed(this.#quietSince ?? now, now));
    this.#last = { reason, cause, joinedUntil: after(now, JOINED_FOR), joined: 0, octets: 0 };
    this.#lines++;
    if (this.#lines > MAX_LINES) return;
    const rest = this.#lines === MAX_LINES ? "; further repetitions are not shown" : "";
    this.#output.warning(`${cause}: ${text}${rest}`);
  }

  /** Says how much has only been counted. */
  tellRest(): void {
    const last = this.#last;
    this.#last = null;
    if (last === null || last.joined === 0 || this.#lines >= MAX_LINES) return;
    const { cause, joined, octets } = last;
    this.#output.warning(`${cause}: ${joined} more for the same reason, ${counted(octets, "byte")} in all`);
  }
}

/** Timeouts are few, and each has its own silence. */
function isJoined(reason: RepeatReason): boolean {
  return reason !== "tail-loss-probe" && !reason.startsWith("syn-") &&
    (reason === "lost with the timeout" || !TIMEOUTS.has(reason));
}

/** `1.50 s`, `2.5 ms`, `85 µs`. */
function formatSpan(span: Micros): string {
  if (span < 1_000) return `${span} µs`;
  return span < 100_000 ? `${(span / 1_000).toFixed(1)} ms` : `${toSeconds(span).toFixed(2)} s`;
}

/** Why something is sent again, after a silence. */
function causeOf(reason: RepeatReason, quiet: Micros): string {
  switch (reason) {
    case "syn-retransmitted":
    case "syn-ack-retransmitted":
    case "retransmit-timeout": // RFC 6298 5.4
      return `No acknowledgement for ${formatSpan(quiet)} (retransmission timeout)`;
    case "tail-loss-probe": // RFC 8985 7.3
      return `No acknowledgement for ${formatSpan(quiet)} (tail loss probe)`;
    case "lost with the timeout":
      return "Counted as lost when the timer expired";
    case "retransmit-duplicate-acks": // RFC 5681 3.2
      return "Duplicate ACKs point to a gap";
    case "syn-ack-repeated": // RFC 9293 3.10.7.4, first
      return "The peer has repeated its SYN";
    case "retransmit-refused":
      return "The peer's window has opened";
    case "retransmit-path-mtu":
      return "The path takes only smaller packets";
    case "retransmit-black-hole":
      return "The longer packet that probed the path was lost";
    case "retransmit-shorter":
      return `No acknowledgement for ${formatSpan(quiet)} (retransmission timeout), now in shorter packets`;
    case "retransmit-long-lost":
      return `No acknowledgement for ${
        formatSpan(quiet)
      } (retransmission timeout), but shorter packets arrived, ` +
        "perhaps because a router drops long ones";
    case "retransmit-mtu-probe":
      return "Short packets arrive; one of the length from before probes the path";
    case "retransmit-lost-probe":
      return "A longer packet that probed the path was lost";
    case "retransmit-other-way":
      return "There is another way out of this host now";
    default:
      return "The peer reports a gap";
  }
}
