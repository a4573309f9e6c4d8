/**
 * Why arrived segments are not used: rule, label and sentence of each code.
 *
 * @module
 */

import type { DropReason, State } from "../core.ts";
import type { DroppedEvent } from "../record.ts";
import { inState } from "./conditions.ts";
import { type CatalogueEntry, claimsOf, firstTrue } from "./entry.ts";

const isSynSent = inState("SYN-SENT");

/** Why arrived segments are not used further. */
export const DROP_REASONS: Readonly<Record<DropReason, CatalogueEntry>> = {
  "truncated": {
    rule: "RFC 9293 3.1",
    label: "truncated",
    sentence: "The packet is shorter than its headers say.",
  },
  "not-tcp": {
    rule: "RFC 9293 3.1",
    label: "not TCP",
    sentence: "The packet carries another protocol than TCP.",
  },
  "fragment": {
    rule: "RFC 791 3.2; RFC 8200 4.5",
    label: "fragment",
    sentence: "The packet is a fragment of a larger one, which the system should have put together.",
  },
  "bad-ip-header": {
    rule: "RFC 791 3.1; RFC 8200 3",
    label: "bad IP header",
    sentence: "The IP header makes no sense.",
  },
  "bad-ip-checksum": {
    rule: "RFC 791 3.1",
    label: "bad IP checksum",
    sentence: "The checksum of the IP header does not match: the packet was damaged on its way.",
  },
  "bad-data-offset": {
    rule: "RFC 9293 3.1",
    label: "bad data offset",
    sentence: "The TCP header claims a length that is shorter than a header or longer than the segment.",
  },
  "bad-checksum": {
    rule: "RFC 9293 3.1, MUST-3",
    label: "bad checksum",
    sentence:
      "The TCP checksum does not match: the segment was damaged on its way and is not looked at further.",
  },
  "bad-option-length": {
    rule: "RFC 9293 3.1, MUST-7",
    label: "bad option",
    sentence: "An option of the TCP header has an impossible length.",
  },
  "not-ours": {
    rule: "RFC 9293 3.10.7",
    label: "not ours",
    sentence: "The packet is addressed to somebody else.",
  },
  "no-connection": {
    rule: "RFC 9293 3.10.7.1",
    label: "no connection",
    sentence: "No connection of ours has these addresses and ports.",
  },
  "unacceptable-sequence": firstTrue<DroppedEvent>(
    {
      when: isSynSent,
      rule: "RFC 9293 3.10.7.3, fifth",
      label: "neither SYN nor RST",
      sentence: "While our SYN waits for its answer, only SYN and RST mean something.",
    },
    {
      rule: "RFC 9293 3.10.7.4, first",
      label: "outside the window",
      sentence: "Nothing of the segment at {seq} is inside our window, {rcvSpan}.",
    },
    {
      rule: "RFC 9293 3.10.7.4, first",
      label: "outside the window",
      sentence: "Our window has no room for the segment at {seq}: it is not kept.",
    },
  ),
  "timestamp-too-old": {
    rule: "RFC 7323 5.3, R1",
    label: "old timestamp",
    sentence:
      "The timestamp is older than the last one: the segment counts as a stray from the past, whatever its sequence number says (PAWS).",
  },
  "reset-out-of-window": {
    rule: "RFC 5961 3.2; RFC 9293 3.10.7.4, second",
    label: "RST outside the window",
    sentence:
      "The RST at {seq} lies outside our window, which begins at {rcvNxt}: forged or stray, it is ignored.",
  },
  "reset-challenged": {
    rule: "RFC 5961 3.2",
    label: "RST not exact",
    sentence: "The RST at {seq} is inside our window but not at {rcvNxt}: the peer must confirm it first.",
  },
  "reset-in-time-wait": {
    rule: "RFC 1337 3",
    label: "RST in TIME-WAIT",
    sentence: "An RST must not cut TIME-WAIT short, or old segments could reach a new connection.",
  },
  "reset-bad-ack": firstTrue<DroppedEvent>(
    {
      rule: "RFC 9293 3.10.7.3, first",
      label: "RST not ours",
      sentence: "The RST acknowledges {ack}, which is not our SYN: it is not an answer to us.",
    },
    {
      rule: "RFC 9293 3.10.7.3, second",
      label: "RST not ours",
      sentence: "The RST acknowledges nothing: it is not an answer to our SYN.",
    },
  ),
  "syn-challenged": {
    rule: "RFC 5961 4.2; RFC 9293 3.10.7.4, fourth",
    label: "SYN on existing connection",
    sentence:
      "A SYN on a connection that exists already changes nothing: an ACK asks the peer what it means, unless such ACKs have just gone.",
  },
  "no-ack-flag": firstTrue<DroppedEvent>(
    {
      when: isSynSent,
      rule: "RFC 9293 3.10.7.3, fifth",
      label: "no ACK flag",
      sentence: "While our SYN waits for its answer, a segment without SYN, RST and ACK means nothing.",
    },
    {
      rule: "RFC 9293 3.10.7.4, fifth",
      label: "no ACK flag",
      sentence: "Every segment after the handshake carries ACK; this one does not.",
    },
  ),
  "ack-not-acceptable": firstTrue<DroppedEvent>(
    {
      when: inState("SYN-SENT", "SYN-RECEIVED"),
      rule: "RFC 9293 3.10.7.3, first; 3.10.7.4, fifth",
      label: "ACK not acceptable",
      sentence: "ACK {ack} is not for our SYN.",
    },
    {
      rule: "RFC 5961 5.2",
      label: "ACK not acceptable",
      sentence: "ACK {ack} is too old: everything before {sndUna} was acknowledged long ago.",
    },
  ),
  "ack-of-unsent": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "ACK of unsent data",
    sentence: "ACK {ack} acknowledges what we have not sent: the next to send is {sndNxt}.",
  },
  "invalid-source": {
    rule: "RFC 9293 3.9.2.3, MUST-63, MUST-57",
    label: "invalid source",
    sentence: "A broadcast, multicast or unspecified address cannot open a connection.",
  },
  "backlog-full": {
    rule: "RFC 9293 3.10.7.2; RFC 4987 2",
    label: "backlog full",
    sentence: "Too many connections wait to be accepted: the SYN is ignored, and its sender may try again.",
  },
  "listening": {
    rule: "RFC 9293 3.10.7.2",
    label: "not a SYN",
    sentence: "We only listen here: a segment without SYN means nothing to us.",
  },
  "closed": {
    rule: "RFC 9293 3.10.7.1",
    label: "closed",
    sentence: "The connection is closed already.",
  },
  "syn-with-fin": {
    rule: "RFC 9293 3.10.7.2",
    label: "SYN and FIN",
    sentence:
      "The segment both opens and closes. The standard would take its SYN; it is dropped, as was asked for.",
  },
  "missing-timestamp": {
    rule: "RFC 7323 3.2",
    label: "no timestamp",
    sentence:
      "Both sides agreed to put timestamps on every segment of this connection, and this one has none.",
  },
  "data-after-fin": {
    rule: "RFC 9293 3.10.7.4, seventh",
    label: "data after FIN",
    sentence: "The peer has sent its FIN before: nothing can follow it.",
  },
  "too-many-gaps": {
    rule: "RFC 9293 3.10.7.4, SHLD-31",
    label: "too many gaps",
    sentence:
      "The segment lies beyond a gap, and we hold as many pieces beyond gaps as we keep account of: the peer will have to send it again.",
  },
};

/** The label for a segment that meets a connection in this state; null: none. Claims with a condition are those of SYN-SENT. */
export function dropLabel(reason: DropReason, state: State | null): string {
  const entry = DROP_REASONS[reason];
  const general = claimsOf(entry).find((claim) => claim.when === undefined) ?? entry;
  return state === "SYN-SENT" ? entry.label : general.label;
}
