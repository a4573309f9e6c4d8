/**
 * Why arrived segments are not used: rule, label and sentence of each code.
 *
 * @module
 */

import type { DropReason } from "../core.ts";
import type { CatalogueEntry } from "./entry.ts";

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
  "unacceptable-sequence": {
    rule: "RFC 9293 3.10.7.4, first",
    label: "outside the window",
    sentence: "The segment {seq} to {end} has nothing inside our window, {rcvNxt} to {rcvEnd}.",
  },
  "timestamp-too-old": {
    rule: "RFC 7323 5.3, R1",
    label: "old timestamp",
    sentence:
      "The timestamp is older than the last one: this is a stray from the past, whatever its sequence number says (PAWS).",
  },
  "reset-out-of-window": {
    rule: "RFC 5961 3.2; RFC 9293 3.10.7.4, second",
    label: "RST outside the window",
    sentence:
      "The RST at {seq} lies outside our window, {rcvNxt} to {rcvEnd}: forged or stray, it is ignored.",
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
  "reset-bad-ack": {
    rule: "RFC 9293 3.10.7.3, second",
    label: "RST not ours",
    sentence: "The RST acknowledges {ack}, which is not our SYN: it is not an answer to us.",
  },
  "syn-challenged": {
    rule: "RFC 5961 4.2; RFC 9293 3.10.7.4, fourth",
    label: "SYN on open connection",
    sentence: "A SYN on an open connection changes nothing: the peer is asked with an ACK what it means.",
  },
  "no-ack-flag": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "no ACK flag",
    sentence: "Every segment after the handshake carries ACK; this one does not.",
  },
  "ack-not-acceptable": {
    rule: "RFC 5961 5.2; RFC 9293 3.10.7.3, first",
    label: "ACK not acceptable",
    sentence:
      "ACK {ack} is not between what is plausible: we have sent {sndUna} to {sndNxt} and await ACKs for that.",
  },
  "ack-of-unsent": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "ACK of unsent data",
    sentence: "ACK {ack} acknowledges octets that we have not sent: we are at {sndNxt}.",
  },
  "invalid-source": {
    rule: "RFC 9293 3.9.2.3, MUST-63, MUST-57",
    label: "invalid source",
    sentence: "A broadcast, multicast or unspecified address cannot open a connection.",
  },
  "backlog-full": {
    rule: "RFC 9293 3.10.7.2; RFC 4987 2",
    label: "backlog full",
    sentence: "Too many connections wait to be accepted: the SYN is ignored, its sender will try again.",
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
    rule: "RFC 9293 3.10.7.2; TcpConfig dropSynFin",
    label: "SYN and FIN",
    sentence:
      "A segment that both opens and closes is none that an honest peer sends; it is dropped, as was asked for.",
  },
  "missing-timestamp": {
    rule: "RFC 7323 3.2",
    label: "no timestamp",
    sentence: "Timestamps were agreed for every segment of this connection, and this one has none.",
  },
  "data-after-fin": {
    rule: "RFC 9293 3.10.7.4, seventh",
    label: "data after FIN",
    sentence: "The peer has sent its FIN before: nothing can follow it.",
  },
};
