/**
 * Why segments with SYN, data or FIN are sent, and why RSTs are: rule, label and sentence of each code.
 *
 * @module
 */

import type { SendReason } from "../core.ts";
import type { SentEvent } from "../record.ts";
import { ACK_REASONS, type AckReason } from "./ack_reasons.ts";
import {
  both,
  carriesFin,
  exceedsCongestionWindow,
  fitsIntoBoth,
  hasTimedOut,
  inState,
  isWindowClosed,
} from "./conditions.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";

type Entry = CatalogueEntry<SentEvent>;

const OPENING: Readonly<
  Record<
    | "syn"
    | "syn-ack"
    | "syn-ack-cookie"
    | "syn-retransmitted"
    | "syn-ack-retransmitted"
    | "syn-ack-repeated"
    | "handshake-ack",
    Entry
  >
> = {
  "syn": {
    rule: "RFC 9293 3.10.1, 3.5",
    label: "open",
    sentence:
      "We ask {remote} for a connection: SYN takes our initial sequence number, {rawSeq}{countedAs}. The options say what we can do.",
  },
  "syn-ack": {
    rule: "RFC 9293 3.5",
    label: "accept",
    sentence:
      "SYN takes our initial sequence number, {rawSeq}{countedAs}, and ACK {ack} says that the peer's SYN has arrived.",
  },
  "syn-retransmitted": {
    rule: "RFC 9293 3.8.3, MUST-22; RFC 6298 5.4",
    label: "SYN again",
    sentence: "Our SYN was not acknowledged in time, so it goes again. The next timeout is after {rto}.",
  },
  "syn-ack-cookie": {
    rule: "RFC 4987 3.6",
    label: "SYN cookie",
    sentence:
      "We keep nothing of the SYN: number {seq} of this SYN-ACK is a SYN cookie, from which the peer's ACK, should one come, brings the connection back.",
  },
  "syn-ack-retransmitted": {
    rule: "RFC 9293 3.8.3, MUST-22; RFC 6298 5.4",
    label: "SYN-ACK again",
    sentence:
      "Our SYN was not acknowledged in time, so it goes again, with ACK {ack} of the peer's. The next timeout is after {rto}.",
  },
  "syn-ack-repeated": {
    rule: "RFC 9293 3.10.7.4, first",
    label: "SYN-ACK again",
    sentence: "The peer has repeated its SYN, so our answer goes again: ACK {ack} says that it has arrived.",
  },
  "handshake-ack": {
    rule: "RFC 9293 3.10.7.3, fourth",
    label: "handshake done",
    sentence:
      "ACK {ack} tells the peer that its SYN has arrived. With that, both sides know both initial sequence numbers.",
  },
};

type TextReason =
  | "data"
  | "urgent-data"
  | "fin"
  | "limited-transmit"
  | "forward-rto-probe"
  | "mtu-probe"
  | "window-probe"
  | "keep-alive";

const TEXT: Readonly<Record<TextReason, Entry>> = {
  "data": firstTrue<SentEvent>(
    {
      when: both(carriesFin, fitsIntoBoth),
      rule: "RFC 9293 3.10.2, 3.10.4; RFC 5681 3.1",
      label: "data, close",
      sentence:
        "{length} octets of data, {span}, and FIN behind them, which takes {finSeq}. In flight now: {flight}, within the peer's window ({sndWnd}) and the congestion window ({cwnd}).",
    },
    {
      when: carriesFin,
      rule: "RFC 9293 3.10.2, 3.10.4",
      label: "data, close",
      sentence: "{length} octets of data, {span}, and FIN behind them, which takes {finSeq}.",
    },
    {
      when: fitsIntoBoth,
      rule: "RFC 9293 3.10.2; RFC 5681 3.1",
      label: "data",
      sentence:
        "{length} octets of data, {span}; the next is {end}. In flight now: {flight}, within the peer's window ({sndWnd}) and the congestion window ({cwnd}).",
    },
    {
      rule: "RFC 9293 3.10.2",
      label: "data",
      sentence: "{length} octets of data, {span}; the next is {end}.",
    },
  ),
  "urgent-data": {
    rule: "RFC 9293 3.8.5, MUST-30, MUST-62; RFC 6093 4",
    label: "urgent data",
    sentence: "{length} octets of data, {span}, with URG: the urgent data end before {urgentEnd}.",
  },
  "fin": firstTrue<SentEvent>(
    {
      when: inState("FIN-WAIT-1"),
      rule: "RFC 9293 3.10.4, 3.6",
      label: "close",
      sentence:
        "We have nothing more to send: FIN takes sequence number {finSeq}. That closes one direction; the peer's stays open until its own FIN.",
    },
    {
      when: inState("LAST-ACK"),
      rule: "RFC 9293 3.10.4, 3.6",
      label: "close",
      sentence:
        "We have nothing more to send either: FIN takes sequence number {finSeq}. The peer's direction is closed already.",
    },
    {
      rule: "RFC 9293 3.10.4, 3.6",
      label: "close",
      sentence: "We have nothing more to send: FIN takes sequence number {finSeq}.",
    },
  ),
  "limited-transmit": firstTrue<SentEvent>(
    {
      when: exceedsCongestionWindow,
      rule: "RFC 3042 2; RFC 5681 3.2, step 1",
      label: "limited transmit",
      sentence:
        "Too little is known to presume a loss. New data, {span}, leave although the congestion window ({cwnd}) is used up, so that more ACKs come back.",
    },
    {
      rule: "RFC 9293 3.10.2; RFC 5681 3.1",
      label: "data",
      sentence: "Too little is known to presume a loss. New data, {span}, leave meanwhile.",
    },
  ),
  "forward-rto-probe": {
    rule: "RFC 5682 2.1, 3.1",
    label: "F-RTO probe",
    sentence:
      "After the timeout an ACK moved the window on, so perhaps nothing was lost: new data, {span}, leave to find out, instead of everything again.",
  },
  "mtu-probe": {
    rule: "RFC 4821 7.5",
    label: "MTU probe",
    sentence:
      "New data, {span}, leave in a packet longer than those of {pathMtu} octets that are known to pass: its ACK will tell whether the path takes it.",
  },
  "window-probe": firstTrue<SentEvent>(
    {
      when: (event) => isWindowClosed(event) && event.segment.length > 0,
      rule: "RFC 9293 3.8.6.1, MUST-36, SHLD-29, SHLD-30",
      label: "window probe",
      sentence:
        "The peer's window is closed: a probe with octet {seq} asks whether it has opened, so that a window update that gets lost cannot stop the connection for ever.",
    },
    {
      when: isWindowClosed,
      rule: "RFC 9293 3.8.6.1, MUST-36, SHLD-29, SHLD-30",
      label: "window probe",
      sentence:
        "The peer's window is closed: a probe asks whether it has opened, so that a window update that gets lost cannot stop the connection for ever.",
    },
    {
      rule: "RFC 9293 3.8.6.2.1",
      label: "override timeout",
      sentence:
        "What may be sent is less than a full segment, and has waited long enough for more: it goes now ({content}).",
    },
  ),
  "keep-alive": {
    rule: "RFC 9293 3.8.4",
    label: "keep-alive",
    sentence:
      "Nothing has come for as long as we wait before we ask: a segment with number {seq}, which the peer has acknowledged already, makes it answer if it is still there.",
  },
};

type RepeatReason =
  | "retransmit-timeout"
  | "retransmit-duplicate-acks"
  | "retransmit-sack"
  | "retransmit-rack"
  | "retransmit-partial-ack"
  | "retransmit-path-mtu"
  | "retransmit-shorter"
  | "retransmit-long-lost"
  | "retransmit-mtu-probe"
  | "retransmit-black-hole"
  | "retransmit-lost-probe"
  | "retransmit-refused"
  | "retransmit-other-way"
  | "tail-loss-probe";

const REPEATED: Readonly<Record<RepeatReason, Entry>> = {
  "retransmit-timeout": firstTrue<SentEvent>(
    {
      when: hasTimedOut,
      rule: "RFC 6298 5.4",
      label: "retransmission: timeout",
      sentence:
        "No ACK of {sndUna} came in time: the earliest segment that is not acknowledged goes again ({content}). The next timeout is after {rto}.",
    },
    {
      rule: "RFC 5681 3.1",
      label: "retransmission: timeout",
      sentence:
        "What counted as lost when the timer expired goes again, now that the congestion window has room for it ({content}).",
    },
  ),
  "retransmit-duplicate-acks": firstTrue<SentEvent>(
    {
      rule: "RFC 5681 3.2",
      label: "fast retransmit: duplicate ACKs",
      sentence:
        "{dupAcks} duplicate ACKs for {sndUna} have come: the segment there is presumed lost, and goes again now, without waiting for the timer ({content}).",
    },
    {
      rule: "RFC 5681 3.2",
      label: "fast retransmit: duplicate ACKs",
      sentence:
        "The segment is presumed lost, and goes again now, without waiting for the timer ({content}).",
    },
  ),
  "retransmit-sack": {
    rule: "RFC 6675 5",
    label: "retransmission: SACK",
    sentence:
      "The peer's SACK blocks show a hole at {seq}, with enough received beyond it: the segment there is presumed lost, and goes again ({content}).",
  },
  "retransmit-rack": {
    rule: "RFC 8985 6.2",
    label: "retransmission: RACK",
    sentence:
      "A segment that left later than this one has arrived, and the time allowed for reordering has passed: this one is presumed lost, and goes again ({content}).",
  },
  "retransmit-partial-ack": {
    rule: "RFC 6582 3.2, step 3",
    label: "retransmission: partial ACK",
    sentence:
      "The ACK reached only {sndUna}, not the end of this recovery at {recoveryPoint}: the segment at {seq} must be missing as well, and goes again ({content}).",
  },
  "retransmit-path-mtu": {
    rule: "RFC 1191 6.4; RFC 8201 5.4",
    label: "retransmission: path MTU",
    sentence:
      "The path takes only smaller packets: what was too long goes again, in segments of at most {mss} octets ({content}). This is no sign of congestion.",
  },
  "retransmit-shorter": firstTrue<SentEvent>(
    {
      when: hasTimedOut,
      rule: "RFC 4821 7.7",
      label: "retransmission: shorter packets",
      sentence:
        "No ACK of {sndUna} came in time, for timeout number {expiries} in a row: what waits there goes again in packets of at most {pathMtu} octets ({content}). They would pass where a router drops longer ones without telling; whether one does is not known yet.",
    },
    {
      rule: "RFC 4821 7.7",
      label: "retransmission: shorter packets",
      sentence:
        "What was lost in longer packets goes again in those of at most {pathMtu} octets ({content}), in case a router drops long packets without telling.",
    },
  ),
  "retransmit-long-lost": firstTrue<SentEvent>(
    {
      when: hasTimedOut,
      rule: "RFC 4821 7.7; RFC 2923 2.1",
      label: "suspected PMTU black hole",
      sentence:
        "No ACK of {sndUna} came in time, for timeout number {expiries} in a row, while the peer has reported shorter segments and none as long: perhaps a router drops long packets without telling. What waits there goes again in packets of at most {pathMtu} octets ({content}).",
    },
    {
      rule: "RFC 4821 7.7; RFC 2923 2.1",
      label: "suspected PMTU black hole",
      sentence:
        "Long packets were lost again and again while shorter ones arrived: what was in them goes again in those of at most {pathMtu} octets ({content}).",
    },
  ),
  "retransmit-mtu-probe": {
    rule: "RFC 4821 7.5",
    label: "retransmission: MTU probe",
    sentence:
      "Packets of {pathMtu} octets arrive. What was lost in a longer one goes again in a packet that is longer than those ({content}), to see whether it passes.",
  },
  "retransmit-black-hole": {
    rule: "RFC 4821 7.6; RFC 2923 2.1",
    label: "PMTU black hole",
    sentence:
      "Small packets pass, those of {failedMtu} octets do not: a router drops them without telling (PMTU black hole); going on with {pathMtu}. What was in the probe goes again ({content}). This is no sign of congestion.",
  },
  "retransmit-lost-probe": {
    rule: "RFC 4821 7.6",
    label: "retransmission: MTU probe lost",
    sentence:
      "The probe, a packet of more than {pathMtu} octets, was lost while shorter ones arrived: what was in it goes again in packets of {pathMtu} ({content}). This is no sign of congestion.",
  },
  "retransmit-refused": {
    rule: "RFC 9293 3.8.6.1",
    label: "after the probes",
    sentence:
      "The peer's window has opened: what it refused while the window was closed goes again, and with it what waits behind it, if all fits one segment ({content}). This is no sign of congestion.",
  },
  "retransmit-other-way": {
    rule: "RFC 9293 3.8",
    label: "retransmission: another way",
    sentence:
      "There is another way out of this host now. What is in flight may have got nowhere by the one before, and goes again ({content}). This is no sign of congestion.",
  },
  "tail-loss-probe": firstTrue<SentEvent>(
    {
      when: ({ marks }) => !marks.includes("retransmission"),
      rule: "RFC 8985 7.3",
      label: "tail loss probe",
      sentence:
        "No ACK has come for longer than a round trip takes (SRTT {srtt}): new data, {span}, leave as a probe, so that the peer says what it has before the retransmission timer expires.",
    },
    {
      rule: "RFC 8985 7.3",
      label: "tail loss probe",
      sentence:
        "No ACK has come for longer than a round trip takes (SRTT {srtt}): the last segment that was sent goes again as a probe ({content}), so that the peer says what it has before the retransmission timer expires.",
    },
    {
      rule: "RFC 8985 7.3",
      label: "tail loss probe",
      sentence:
        "No ACK has come for a while: a probe leaves ({content}), so that the peer says what it has before the retransmission timer expires.",
    },
  ),
};

type ResetReason = Extract<SendReason, `reset-${string}`>;

const RESETS: Readonly<Record<ResetReason, Entry>> = {
  "reset-no-connection": {
    rule: "RFC 9293 3.10.7.1; 3.5.2, group 1",
    label: "RST: no connection",
    sentence: "The segment belongs to no connection of ours: RST tells its sender so.",
  },
  "reset-bad-ack": {
    rule: "RFC 9293 3.5.2, group 2",
    label: "RST: bad ACK",
    sentence:
      "The peer acknowledged something that we have not sent in this handshake: RST at {seq} clears it up.",
  },
  "reset-abort": firstTrue<SentEvent>(
    {
      when: ({ segment }) => segment.ack === null,
      rule: "RFC 9293 3.10.5",
      label: "abort",
      sentence:
        "The program gives up before any answer has come. The standard asks for no RST here; this one, at {seq}, ends what our SYN may have begun at the peer.",
    },
    {
      when: ({ view }) => (view?.flight ?? 0) > 0 || (view?.unsent ?? 0) > 0,
      rule: "RFC 9293 3.10.5",
      label: "abort",
      sentence:
        "The program aborts: RST at {seq} ends the connection at once, and what was not acknowledged is given up.",
    },
    {
      rule: "RFC 9293 3.10.5",
      label: "abort",
      sentence: "The program aborts: RST at {seq} ends the connection at once.",
    },
  ),
  "reset-syn-in-window": {
    rule: "RFC 793 3.9",
    label: "RST: SYN in window",
    sentence:
      "A SYN came within the window of the open connection, which ends it by the old rule; RFC 5961 would challenge it.",
  },
  "reset-data-after-close": {
    rule: "RFC 9293 3.6.1, SHLD-3; RFC 2525 2.17",
    label: "RST: data lost",
    sentence:
      "Data came, or were left unread, after the program had closed: nobody will read them, and RST lets the peer know that they are lost.",
  },
  "reset-timeout": {
    rule: "RFC 9293 3.8.4, 3.5.2",
    label: "RST: gave up",
    sentence:
      "Our last keep-alive probes were not answered: RST ends the connection at the peer too, if it can hear it.",
  },
};

/** Why segments are sent. */
export const SEND_REASONS: Readonly<Record<SendReason, CatalogueEntry>> = {
  ...OPENING,
  ...TEXT,
  ...REPEATED,
  ...ACK_REASONS,
  ...RESETS,
} satisfies Readonly<Record<Exclude<SendReason, AckReason>, Entry>>;
