/**
 * Why segments are sent that only acknowledge: rule, label and sentence of each code.
 *
 * @module
 */

import type { SendReason } from "../core.ts";
import type { SentEvent } from "../record.ts";
import { inState } from "./conditions.ts";
import { duplicateBlock } from "../sack.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";

/** Reasons of segments that only acknowledge. */
export type AckReason = Extract<SendReason, `ack-${string}` | `challenge-${string}`>;

/** Whether the ACK acknowledges something new; then it is no duplicate, whatever made it go. */
function acknowledgesNew({ acked }: SentEvent): boolean {
  return acked > 0;
}

/** Whether the ACK covers several segments, the last of which made it go. */
function coversSeveral({ acked, view }: SentEvent): boolean {
  return acked > 0 && (view?.covered ?? 0) > 1;
}

/** Why ACKs are sent. */
export const ACK_REASONS: Readonly<Record<AckReason, CatalogueEntry<SentEvent>>> = {
  "ack-quick": firstTrue<SentEvent>(
    {
      when: coversSeveral,
      rule: "RFC 9293 3.8.6.3",
      label: "ACK at once",
      sentence:
        "The peer's congestion window may be small, as at the start of a connection, after disorder or after a pause, and it grows by ACKs. So what comes is acknowledged at once: ACK {ack} covers {coveredText}.",
    },
    {
      rule: "RFC 9293 3.8.6.3",
      label: "ACK at once",
      sentence:
        "The peer's congestion window may be small, as at the start of a connection, after disorder or after a pause, and it grows by ACKs. So each segment is acknowledged at once: ACK {ack}.",
    },
  ),
  "ack-second-segment": firstTrue<SentEvent>(
    {
      rule: "RFC 9293 3.8.6.3, SHLD-19",
      label: "ACK: second segment",
      sentence:
        "Since our last ACK {acked} octets have come in order, in {coveredText}, more than one full segment: ACK {ack} is due.",
    },
    {
      rule: "RFC 9293 3.8.6.3, SHLD-19",
      label: "ACK: second segment",
      sentence: "More than one full segment has come since our last ACK: ACK {ack} is due.",
    },
  ),
  "ack-delayed-timer": firstTrue<SentEvent>(
    {
      when: coversSeveral,
      rule: "RFC 9293 3.8.6.3, SHLD-18, MUST-40",
      label: "delayed ACK",
      sentence:
        "ACK {ack} was held back for a moment, in case more data came, or data of our own that could carry it. It covers {coveredText}, and goes alone.",
    },
    {
      rule: "RFC 9293 3.8.6.3, SHLD-18, MUST-40",
      label: "delayed ACK",
      sentence:
        "ACK {ack} was held back for a moment, in case more data came, or data of our own that could carry it. None did, so it goes alone.",
    },
  ),
  "ack-out-of-order": firstTrue<SentEvent>(
    {
      when: acknowledgesNew,
      rule: "RFC 5681 4.2; RFC 2018 4",
      label: "ACK: gap",
      sentence:
        "A segment came out of order: ACK {ack} says at once what is missing first{sackText}. It acknowledges {acked} octets that came before the gap, and waits no longer for more.",
    },
    {
      rule: "RFC 5681 4.2; RFC 2018 4",
      label: "duplicate ACK: gap",
      sentence:
        "A segment came out of order: ACK {ack} says again, and at once, what is missing first{sackText}, so that the peer can tell a loss.",
    },
  ),
  "ack-gap-filled": {
    rule: "RFC 5681 4.2",
    label: "ACK: gap filled",
    sentence: "The segment filled a gap, all or in part: ACK {ack} tells the peer at once{sackText}.",
  },
  "ack-duplicate-segment": {
    rule: "RFC 9293 3.10.7.4, first; RFC 2883 4",
    label: "ACK: had it already",
    sentence:
      "We already had what came: ACK {ack} says so{sackText}. Perhaps our earlier ACK was lost, perhaps the peer did not wait long enough.",
  },
  "ack-window-update": {
    rule: "RFC 9293 3.8.6.2.2, MUST-39",
    label: "window update",
    sentence:
      "The program has taken octets out of the receive buffer: the window is {window} octets now, enough of a change to tell the peer.",
  },
  "ack-fin": {
    rule: "RFC 9293 3.10.7.4, eighth",
    label: "ACK of FIN",
    sentence:
      "The peer's FIN has arrived, and all before it: ACK {ack} covers it. The peer has nothing new to send.",
  },
  "ack-congestion-mark": {
    rule: "RFC 3168 6.1.3",
    label: "congestion seen",
    sentence:
      "A router marked a packet of the peer's instead of dropping it: ECE on ACK {ack} and all that follow tells the peer, until it says that it has slowed down.",
  },
  "ack-unacceptable": firstTrue<SentEvent>(
    {
      when: inState("TIME-WAIT"),
      rule: "RFC 9293 3.10.7.4",
      label: "ACK in TIME-WAIT",
      sentence:
        "All is done, and yet the peer has sent something: ACK {ack} says once more that we have everything.",
    },
    {
      when: ({ segment }) => duplicateBlock(segment) !== null,
      rule: "RFC 9293 3.10.7.4, first; RFC 2883 4",
      label: "ACK: had it already",
      sentence:
        "What came lies before our window, so we have it already: ACK {ack} says so{sackText}. Perhaps our earlier ACK was lost, perhaps the peer did not wait long enough.",
    },
    {
      rule: "RFC 9293 3.10.7.4, first",
      label: "ACK: outside the window",
      sentence:
        "The segment that came lies outside our window: ACK {ack} tells the peer what we expect, {announced}.",
    },
    {
      rule: "RFC 9293 3.10.7.4, first",
      label: "ACK: window is closed",
      sentence: "Our window is closed, so that what came cannot be kept: ACK {ack} says how far we are.",
    },
  ),
  "ack-old-timestamp": {
    rule: "RFC 7323 5.3, R1",
    label: "ACK: old timestamp",
    sentence:
      "The timestamp of what came is older than the last one, so that it is not used: ACK {ack} says where we are.",
  },
  "ack-keep-alive": {
    rule: "RFC 9293 3.8.4; 3.10.7.4, first",
    label: "ACK: still here",
    sentence: "What came lay just before what we expected, as a probe does: ACK {ack} says that we are here.",
  },
  "ack-beyond-window": {
    rule: "RFC 9293 3.10.7.4, first",
    label: "ACK: no room",
    sentence:
      "More came than we have room for: ACK {ack} says how far we are, and the window is {window} octets.",
  },
  "ack-alternate-segment": {
    rule: "RFC 9293 3.8.6.3; TcpConfig acknowledging.ackDelay",
    label: "ACK: every second segment",
    sentence: "{coveredText} since our last ACK, of whatever length: ACK {ack} is due.",
  },
  "ack-partly-duplicate": {
    rule: "RFC 2883 4; TcpConfig acknowledging.ackDelay",
    label: "ACK: had part of it already",
    sentence: "We already had part of what came: ACK {ack} says so at once{sackText}.",
  },
  "ack-too-many-gaps": {
    rule: "RFC 5681 4.2; RFC 9293 3.10.7.4, first, SHLD-31",
    label: "duplicate ACK: too many gaps",
    sentence:
      "What came lies beyond a gap, and we hold as many pieces beyond gaps as we keep account of: it is not kept, and ACK {ack} says again what is missing first.",
  },
  "challenge-reset": {
    rule: "RFC 5961 3.2",
    label: "challenge ACK: RST",
    sentence:
      "An RST came inside our window but not at the number that we expected: it may be forged. A real peer answers this ACK with an exact RST.",
  },
  "challenge-syn": {
    rule: "RFC 5961 4.2",
    label: "challenge ACK: SYN",
    sentence:
      "A SYN came on a connection that exists already: it may be forged. A peer that really restarted answers this ACK with an RST.",
  },
  "challenge-ack": {
    rule: "RFC 5961 5.2",
    label: "challenge ACK: bad ACK",
    sentence:
      "What came acknowledges what we never sent, or what is long past: this ACK says where we are, at {seq}.",
  },
};
