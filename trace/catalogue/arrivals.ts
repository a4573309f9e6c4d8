/**
 * What arrived segments mean to whoever receives them: rule, label and sentence of each meaning.
 *
 * The core gives no reason for arrivals: these codes are told from the segment and the variables that it met.
 *
 * @module
 */

import type { ArrivedEvent } from "../record.ts";
import { inState } from "./conditions.ts";
import { reportedBlocks, reportsUnsent } from "../sack.ts";
import type { NotAgreedCode } from "./finding_codes.ts";
import { NOT_AGREED } from "./not_agreed.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";

/** The connection is none yet, or only opens. */
function isNotYetOpen({ view }: ArrivedEvent): boolean {
  return view === null || ["CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED"].includes(view.state);
}

/** The peer may still send, so that something is expected next. */
const takesData: (event: ArrivedEvent) => boolean = inState(
  "SYN-RECEIVED",
  "ESTABLISHED",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
);

/** SACK blocks tell of what we have not sent. */
function tellsOfUnsent({ segment, view }: ArrivedEvent): boolean {
  return view !== null && reportsUnsent(segment, view.sndMax);
}

/** The RST acknowledges our SYN, the only thing that we have sent. */
function refusesSyn({ segment, view }: ArrivedEvent): boolean {
  return view !== null && view.state === "SYN-SENT" && segment.ack === view.sndNxt;
}

/** The peer's FIN has come before. */
const hasClosed: (event: ArrivedEvent) => boolean = inState("CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT");

/** What a part of an arrived segment means. One segment may mean several things. */
export type ArrivalMeaning =
  | "syn"
  | "syn-ack"
  | "answers-first-syn"
  | "reset"
  | "acknowledges"
  | "acknowledges-syn"
  | "acknowledges-fin"
  | "duplicate-ack"
  | "old-ack"
  | "selective-ack"
  | "selective-ack-empty"
  | "duplicate-report"
  | "window-opens"
  | "window-grows"
  | "window-shrinks"
  | "window-closes"
  | "answers-window-probe"
  | "answers-keep-alive"
  | "repeated-ack"
  | "ack-of-unsent-data"
  | "data"
  | "data-out-of-order"
  | "data-again"
  | "fin"
  | "probe"
  | "congestion-echo"
  | "congestion-mark"
  | "urgent"
  | "nothing-new"
  | NotAgreedCode;

type Entry = CatalogueEntry<ArrivedEvent>;

type HandshakeMeaning = "syn" | "syn-ack" | "answers-first-syn" | "reset";

const HANDSHAKE: Readonly<Record<HandshakeMeaning, Entry>> = {
  "syn": firstTrue<ArrivedEvent>(
    {
      when: isNotYetOpen,
      rule: "RFC 9293 3.5",
      label: "asks",
      sentence: "The peer asks for a connection: its initial sequence number is {rawSeq}{countedAs}.",
    },
    {
      rule: "RFC 9293 3.10.7.4, fourth",
      label: "SYN",
      sentence: "A SYN, number {seq}, on a connection that exists already.",
    },
  ),
  "syn-ack": firstTrue<ArrivedEvent>(
    {
      when: ({ view, segment }) => view !== null && view.state === "SYN-SENT" && segment.ack === view.sndNxt,
      rule: "RFC 9293 3.5; 3.10.7.3, fourth",
      label: "accepts",
      sentence:
        "The peer accepts: ACK {ack} answers our SYN, and its own initial sequence number is {rawSeq}{countedAs}.",
    },
    {
      when: (event) => isNotYetOpen(event) && event.segment.ack !== event.view?.sndNxt,
      rule: "RFC 9293 3.10.7.3, first; 3.10.7.4, fifth",
      label: "SYN-ACK, not of our SYN",
      sentence: "A SYN with initial sequence number {rawSeq}, but ACK {ack} is not for our SYN.",
    },
    {
      when: ({ view, segment }) => view !== null && view.rcvNxt !== null && segment.seq === 0,
      rule: "RFC 9293 3.5",
      label: "SYN-ACK",
      sentence: "The peer's SYN once more, number {rawSeq}, with ACK {ack}.",
    },
    {
      rule: "RFC 9293 3.5",
      label: "SYN-ACK",
      sentence: "A SYN with initial sequence number {rawSeq}, and ACK {ack}.",
    },
  ),
  "answers-first-syn": {
    rule: "RFC 7323 3.2",
    label: "answers our first SYN",
    sentence:
      "Its timestamp echo, {timestampEcho}, is that of our first SYN: that one had arrived, and its answer was lost or late.",
  },
  "reset": firstTrue<ArrivedEvent>(
    {
      when: refusesSyn,
      rule: "RFC 9293 3.5.2, group 1",
      label: "reset",
      sentence: "RST: our SYN is not accepted.",
    },
    {
      when: inState("SYN-SENT"),
      rule: "RFC 9293 3.10.7.3, first and second",
      label: "RST, not of our SYN",
      sentence: "RST that does not acknowledge our SYN: it is of something else.",
    },
    {
      rule: "RFC 9293 3.5.3",
      label: "reset, {hopLimits}",
      sentence:
        "RST with {hopField} {hopLimit}, where all segments of the peer's before it had {usualHopLimit}: something on the way has sent it, by the look of it.",
    },
    {
      rule: "RFC 9293 3.5.3",
      label: "reset",
      sentence:
        "RST: the peer knows no such connection or wants it no longer, or something on the way that looks the same says so.",
    },
  ),
};

type AckMeaning =
  | "acknowledges"
  | "acknowledges-syn"
  | "acknowledges-fin"
  | "duplicate-ack"
  | "old-ack"
  | "selective-ack"
  | "selective-ack-empty"
  | "duplicate-report"
  | "answers-window-probe"
  | "answers-keep-alive"
  | "repeated-ack"
  | "ack-of-unsent-data";

const ACKNOWLEDGMENTS: Readonly<Record<AckMeaning, Entry>> = {
  "acknowledges": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges",
    sentence: "ACK {ack} acknowledges {acked} more octets of ours.",
  },
  "acknowledges-syn": firstTrue<ArrivedEvent>(
    {
      when: inState("SYN-SENT"),
      rule: "RFC 9293 3.10.7.3, first and fifth",
      label: "ACK of our SYN alone",
      sentence: "ACK {ack} is for our SYN, but without a SYN of the peer's the handshake gets no further.",
    },
    {
      rule: "RFC 9293 3.10.7.4, fifth",
      label: "acknowledges our SYN",
      sentence: "ACK {ack} acknowledges our SYN.",
    },
  ),
  "acknowledges-fin": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges our FIN",
    sentence: "ACK {ack}: the peer has everything that we sent, our FIN included.",
  },
  "duplicate-ack": firstTrue<ArrivedEvent>(
    {
      when: ({ segment }) => reportedBlocks(segment).length > 0,
      rule: "RFC 5681 2",
      label: "duplicate ACK {nextDupAck}",
      sentence:
        "ACK {ack} again, duplicate number {nextDupAck}: something after {ack} has arrived, but not {ack} itself.",
    },
    {
      rule: "RFC 5681 2, 3.2",
      label: "duplicate ACK {nextDupAck}",
      sentence:
        "ACK {ack} again, duplicate number {nextDupAck}: something after {ack} has arrived, but not {ack} itself, unless it answers what the peer did not take, such as the same again, or has come twice itself.",
    },
  ),
  "repeated-ack": firstTrue<ArrivedEvent>(
    {
      when: ({ segment }) => segment.window === 0,
      rule: "RFC 9293 3.8.6",
      label: "ACK again, zero window",
      sentence: "ACK {ack} again, and the window is closed: the peer has no room for what begins there.",
    },
    {
      rule: "RFC 6675 2",
      label: "ACK again",
      sentence:
        "ACK {ack} again, without a SACK block of what was sent beyond it: it does not say that any of that has arrived.",
    },
  ),
  "ack-of-unsent-data": firstTrue<ArrivedEvent>(
    {
      when: inState("SYN-SENT"),
      rule: "RFC 9293 3.10.7.3, first",
      label: "ACK of unsent data",
      sentence: "ACK {ack} is for more than our SYN, which is all that we have sent.",
    },
    {
      rule: "RFC 9293 3.10.7.4, fifth",
      label: "ACK of unsent data",
      sentence: "ACK {ack} is for more than we have sent: the next to send is {sndNxt}.",
    },
  ),
  "old-ack": firstTrue<ArrivedEvent>(
    {
      when: inState("SYN-SENT"),
      rule: "RFC 9293 3.10.7.3, first",
      label: "ACK, not of our SYN",
      sentence: "ACK {ack} is for what was before our SYN: it belongs to something else.",
    },
    {
      rule: "RFC 9293 3.10.7.4, fifth",
      label: "old ACK",
      sentence: "ACK {ack} is older than what we know: everything before {sndUna} is acknowledged already.",
    },
  ),
  "selective-ack": firstTrue<ArrivedEvent>(
    {
      when: tellsOfUnsent,
      rule: "RFC 2018 3, 5",
      label: "SACK of unsent data",
      sentence:
        "SACK of {sackList}, where the next to send is {sndNxt}: what was not sent nobody can have, and that is ignored.",
    },
    {
      rule: "RFC 2018 3",
      label: "SACK",
      sentence: "SACK: beyond the gap the peer has {sackList}.",
    },
  ),
  "selective-ack-empty": {
    rule: "RFC 2018 3",
    label: "SACK block without octets",
    sentence: "A SACK block, {emptyBlocks}, ends before it begins: it says nothing.",
  },
  "duplicate-report": {
    rule: "RFC 2883 4",
    label: "D-SACK",
    sentence: "D-SACK: {duplicateList} arrived twice: sent again without need, or doubled on the way.",
  },
  "answers-window-probe": firstTrue<ArrivedEvent>(
    {
      when: ({ segment }) => segment.window === 0,
      rule: "RFC 9293 3.8.6.1, MUST-37",
      label: "answers the probe, zero window",
      sentence:
        "The peer answers our window probe: it still waits for {ack}, and its window is still closed.",
    },
    {
      rule: "RFC 9293 3.8.6.1",
      label: "answers the probe",
      sentence: "The peer answers our window probe: it waits for {ack}.",
    },
  ),
  "answers-keep-alive": {
    rule: "RFC 9293 3.8.4",
    label: "still here",
    sentence: "The peer answers our keep-alive: it is still there.",
  },
};

type WindowMeaning = "window-opens" | "window-grows" | "window-shrinks" | "window-closes";

const WINDOWS: Readonly<Record<WindowMeaning, Entry>> = {
  "window-opens": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "window opens",
    sentence: "The peer has room again: its window is {window} octets.",
  },
  "window-grows": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "window update",
    sentence: "The peer has more room than it had said: its window goes from {sndWnd} to {window} octets.",
  },
  "window-shrinks": firstTrue<ArrivedEvent>(
    {
      when: ({ windowAge }) => windowAge === "newer",
      rule: "RFC 9293 3.8.6, SHLD-14, MUST-34",
      label: "window shrinks",
      sentence:
        "The peer withdraws room that it had promised: its window ends earlier than before, {window} octets from {ack}.",
    },
    {
      rule: "RFC 9293 3.8.6, SHLD-14, MUST-34; 3.10.7.4, fifth",
      label: "window shrinks",
      sentence:
        "The window ends earlier than before, {window} octets from {ack}: the peer withdraws room that it had promised, or the segment was overtaken by one with the same numbers.",
    },
  ),
  "window-closes": {
    rule: "RFC 9293 3.8.6.1",
    label: "zero window",
    sentence: "The peer's window is closed: it has no room for more at present.",
  },
};

type DataMeaning = "data" | "data-out-of-order" | "data-again" | "fin" | "probe" | "urgent";

const DATA: Readonly<Record<DataMeaning, Entry>> = {
  "data": firstTrue<ArrivedEvent>(
    {
      when: (event) => takesData(event) && event.segment.seq === event.view?.rcvNxt,
      rule: "RFC 9293 3.10.7.4, seventh",
      label: "data",
      sentence: "{length} octets of data, {span}: what we expected next.",
    },
    {
      when: takesData,
      rule: "RFC 9293 3.10.7.4, seventh",
      label: "data",
      sentence: "{length} octets of data, {span}, of which those from {rcvNxt} on are new.",
    },
    {
      rule: "RFC 9293 3.10.7.4, seventh",
      label: "data",
      sentence: "{length} octets of data, {span}.",
    },
  ),
  "data-out-of-order": firstTrue<ArrivedEvent>(
    {
      when: takesData,
      rule: "RFC 9293 3.10.7.4, first, SHLD-31",
      label: "data out of order",
      sentence: "{length} octets of data, {span}, but {rcvNxt} is expected, which has not arrived.",
    },
    {
      rule: "RFC 9293 3.10.7.4, seventh",
      label: "data, not expected",
      sentence: "{length} octets of data, {span}, when nothing is expected any more.",
    },
  ),
  "data-again": {
    rule: "RFC 9293 3.10.7.4, first",
    label: "data again",
    sentence: "{length} octets of data, {span}, that we have already: everything before {rcvNxt} is here.",
  },
  "fin": firstTrue<ArrivedEvent>(
    {
      when: (event) => hasClosed(event) && event.segment.end <= (event.view?.rcvNxt ?? -1),
      rule: "RFC 9293 3.10.7.4, first and eighth",
      label: "FIN again",
      sentence:
        "FIN again, number {finSeq}: our ACK of it was lost or late, or the network has doubled the segment.",
    },
    {
      when: hasClosed,
      rule: "RFC 9293 3.10.7.4, eighth",
      label: "another FIN",
      sentence: "FIN, number {finSeq}, although the peer has sent one before.",
    },
    {
      rule: "RFC 9293 3.6; 3.10.7.4, eighth",
      label: "closes",
      sentence: "FIN, number {finSeq}: the peer has nothing more to send.",
    },
  ),
  "probe": firstTrue<ArrivedEvent>(
    {
      when: ({ segment }) => segment.length === 0,
      rule: "RFC 9293 3.8.4, 3.8.6.1",
      label: "probe",
      sentence:
        "The segment lies just before what we expect ({rcvNxt}): the peer asks whether we are still here, or whether our window has opened, unless the segment has only been overtaken.",
    },
    {
      when: ({ segment }) => segment.seq === 0,
      rule: "RFC 9293 3.8.4, 3.8.6.1",
      label: "probe",
      sentence:
        "An octet with the number just before what we expect ({rcvNxt}), which is that of the peer's SYN: the peer asks whether we are still here, or whether our window has opened.",
    },
    {
      rule: "RFC 9293 3.8.4, 3.8.6.1",
      label: "probe, or the last octet again",
      sentence:
        "The last octet before what we expect ({rcvNxt}) again: the peer asks whether we are still here, or whether our window has opened, or it has not had our ACK of that octet.",
    },
  ),
  "urgent": {
    rule: "RFC 9293 3.10.7.4, sixth; RFC 6093 4",
    label: "urgent",
    sentence: "URG: the urgent data end before {urgentEnd}.",
  },
};

/** What is said of each meaning. */
export const ARRIVALS: Readonly<Record<ArrivalMeaning, CatalogueEntry>> = {
  ...HANDSHAKE,
  ...ACKNOWLEDGMENTS,
  ...WINDOWS,
  ...DATA,
  "congestion-echo": {
    rule: "RFC 3168 6.1.2",
    label: "congestion echo",
    sentence:
      "ECE: a packet of ours reached the peer with a router's congestion mark, if both sides use ECN.",
  },
  "congestion-mark": {
    rule: "RFC 3168 6.1.3",
    label: "congestion mark",
    sentence: "A router has put a congestion mark on this packet.",
  },
  "nothing-new": {
    rule: "RFC 9293 3.10.7.4",
    label: "nothing new",
    sentence: "Nothing in it is new to us.",
  },
  ...NOT_AGREED,
};
