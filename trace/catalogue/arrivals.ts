/**
 * What arrived segments mean to whoever receives them: rule, label and sentence of each meaning.
 *
 * The core gives no reason for arrivals: these codes are told from the segment and the variables that it met.
 *
 * @module
 */

import type { CatalogueEntry } from "./entry.ts";

/** What a part of an arrived segment means. One segment may mean several things. */
export type ArrivalMeaning =
  | "syn"
  | "syn-ack"
  | "reset"
  | "acknowledges"
  | "acknowledges-syn"
  | "acknowledges-fin"
  | "duplicate-ack"
  | "old-ack"
  | "selective-ack"
  | "window-opens"
  | "window-shrinks"
  | "window-closes"
  | "data"
  | "data-out-of-order"
  | "data-again"
  | "fin"
  | "probe"
  | "congestion-echo"
  | "congestion-mark"
  | "urgent"
  | "nothing-new";

/** What is said of each meaning. */
export const ARRIVALS: Readonly<Record<ArrivalMeaning, CatalogueEntry>> = {
  "syn": {
    rule: "RFC 9293 3.5",
    label: "asks",
    sentence:
      "The peer asks for a connection: its initial sequence number is {rawSeq}, counted as 0 from here on.",
  },
  "syn-ack": {
    rule: "RFC 9293 3.5; 3.10.7.3, fourth",
    label: "accepts",
    sentence:
      "The peer accepts: ACK {ack} answers our SYN, and its own initial sequence number is {rawSeq}, counted as 0 from here on.",
  },
  "reset": {
    rule: "RFC 9293 3.5.3",
    label: "reset",
    sentence: "The peer says that there is no such connection, or that it wants it no longer.",
  },
  "acknowledges": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges",
    sentence: "ACK {ack}: {acked} octets more of ours have arrived.",
  },
  "acknowledges-syn": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges our SYN",
    sentence: "ACK {ack}: our SYN has arrived.",
  },
  "acknowledges-fin": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges our FIN",
    sentence: "ACK {ack}: the peer has everything that we sent, our FIN included.",
  },
  "duplicate-ack": {
    rule: "RFC 5681 2",
    label: "duplicate ACK",
    sentence:
      "ACK {ack} again, number {nextDupAck}: something after {ack} has arrived, but not {ack} itself.",
  },
  "old-ack": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "old ACK",
    sentence: "ACK {ack} is older than what we know: {sndUna} has been acknowledged already.",
  },
  "selective-ack": {
    rule: "RFC 2018 3; RFC 2883",
    label: "SACK",
    sentence: "SACK: the peer has {sackList} as well.",
  },
  "window-opens": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "window opens",
    sentence: "The peer has room again: its window goes from {sndWnd} to {window} octets.",
  },
  "window-shrinks": {
    rule: "RFC 9293 3.8.6, SHLD-14, MUST-34",
    label: "window shrinks",
    sentence:
      "The peer takes back room that it had promised: its window ends earlier than before, {window} octets from {ack}.",
  },
  "window-closes": {
    rule: "RFC 9293 3.8.6.1",
    label: "window closed",
    sentence: "The peer's window is closed: it has no room for now, and we wait.",
  },
  "data": {
    rule: "RFC 9293 3.10.7.4, seventh",
    label: "data",
    sentence: "{length} octets of data, {seq} to {end}: what we expected next.",
  },
  "data-out-of-order": {
    rule: "RFC 9293 3.10.7.4, seventh, SHLD-31",
    label: "data out of order",
    sentence:
      "{length} octets from {seq}, but {rcvNxt} is expected: {gap} octets before them are missing, so they are kept until those come.",
  },
  "data-again": {
    rule: "RFC 9293 3.10.7.4, first",
    label: "data again",
    sentence: "{length} octets from {seq} that we have already, up to {rcvNxt}.",
  },
  "fin": {
    rule: "RFC 9293 3.6; 3.10.7.4, eighth",
    label: "closes",
    sentence: "FIN: the peer has nothing more to send after {finSeq}.",
  },
  "probe": {
    rule: "RFC 9293 3.8.4, 3.8.6.1",
    label: "probe",
    sentence:
      "The segment lies just before what we expect ({rcvNxt}): the peer asks whether we are still here.",
  },
  "congestion-echo": {
    rule: "RFC 3168 6.1.2",
    label: "congestion echo",
    sentence: "ECE: one of our packets met a congested router.",
  },
  "congestion-mark": {
    rule: "RFC 3168 6.1.3",
    label: "congestion mark",
    sentence: "A congested router has marked this packet.",
  },
  "urgent": {
    rule: "RFC 9293 3.10.7.4, sixth; RFC 6093",
    label: "urgent",
    sentence: "URG: there is urgent data up to {urgentEnd}.",
  },
  "nothing-new": {
    rule: "RFC 9293 3.10.7.4",
    label: "nothing new",
    sentence: "Nothing in it is new to us.",
  },
};
