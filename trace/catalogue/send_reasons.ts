/**
 * Why segments are sent: rule, label and sentence of each code.
 *
 * @module
 */

import type { SendReason } from "../core.ts";
import type { CatalogueEntry } from "./entry.ts";

/** Why segments are sent. */
export const SEND_REASONS: Readonly<Record<SendReason, CatalogueEntry>> = {
  "syn": {
    rule: "RFC 9293 3.10.1; RFC 6528 3",
    label: "open",
    sentence:
      "We ask {remote} for a connection: SYN takes sequence number {seq}, our initial one, and the options say what we can do.",
  },
  "syn-ack": {
    rule: "RFC 9293 3.10.7.2, third",
    label: "accept",
    sentence:
      "We accept: our own SYN has sequence number {seq}, and ACK {ack} says that the peer's SYN has arrived.",
  },
  "syn-retransmitted": {
    rule: "RFC 9293 3.8.3, MUST-22; RFC 6298 5.5",
    label: "SYN again",
    sentence:
      "Our SYN was not answered in time, so it is sent again, and the time-out is doubled: {rto} until the next attempt.",
  },
  "syn-ack-retransmitted": {
    rule: "RFC 9293 3.8.3, MUST-22; RFC 6298 5.5",
    label: "SYN-ACK again",
    sentence: "Our SYN was not acknowledged, so SYN and ACK are sent again; the time-out is now {rto}.",
  },
  "handshake-ack": {
    rule: "RFC 9293 3.10.7.3, fourth",
    label: "handshake done",
    sentence:
      "Our ACK {ack} tells the peer that its SYN has arrived. Both sides now know both initial sequence numbers.",
  },
  "data": {
    rule: "RFC 9293 3.10.2, 3.7.4; RFC 5681 3.1",
    label: "data",
    sentence:
      "{length} octets of data, {seq} to {end}: they fit into the peer's window ({sndWnd} octets) and into the congestion window ({cwnd}).",
  },
  "urgent-data": {
    rule: "RFC 9293 3.8.5, MUST-30, MUST-62; RFC 6093",
    label: "urgent data",
    sentence:
      "{length} octets from {seq}, with URG: the urgent pointer names the first octet after the urgent data.",
  },
  "fin": {
    rule: "RFC 9293 3.10.4, 3.6",
    label: "close",
    sentence:
      "We have nothing more to send: FIN takes sequence number {finSeq}. The peer may go on sending to us.",
  },
  "limited-transmit": {
    rule: "RFC 3042 2; RFC 5681 3.2, step 1",
    label: "limited transmit",
    sentence:
      "Only {dupAcks} duplicate ACKs have come, too few to presume a loss: a new segment from {seq} is sent, although the window is used up, so that more ACKs come back.",
  },
  "retransmit-timeout": {
    rule: "RFC 6298 5.4 to 5.6; RFC 9293 3.8.1, MUST-18",
    label: "retransmission: time-out",
    sentence:
      "No ACK for {sndUna} came in time: the earliest unacknowledged segment, {seq} to {end}, is sent again, and the time-out is doubled to {rto}.",
  },
  "retransmit-duplicate-acks": {
    rule: "RFC 5681 3.2",
    label: "fast retransmit: duplicate ACKs",
    sentence:
      "Duplicate ACK number {dupAcks} for {sndUna}: the segment at {seq} is presumed lost, so it is sent again now instead of waiting for the timer. ssthresh is {ssthresh}.",
  },
  "retransmit-sack": {
    rule: "RFC 6675 5",
    label: "retransmission: SACK",
    sentence:
      "The peer's SACK blocks show a hole at {seq} with enough received beyond it: {length} octets are presumed lost and sent again; {pipe} octets are thought to be in the network.",
  },
  "retransmit-rack": {
    rule: "RFC 8985 6.2",
    label: "retransmission: RACK",
    sentence:
      "Something sent later than {seq} has arrived, and more than the reordering window has passed: {length} octets are presumed lost and sent again.",
  },
  "retransmit-partial-ack": {
    rule: "RFC 6582 3.2, step 3",
    label: "retransmission: partial ACK",
    sentence:
      "The ACK reached {sndUna} only, not {recoveryPoint}, where this recovery ends: the next segment, at {seq}, must be missing as well and is sent again.",
  },
  "retransmit-path-mtu": {
    rule: "RFC 1191 6.4; RFC 8201 5.4",
    label: "retransmission: path MTU",
    sentence:
      "The path takes only smaller packets: the octets from {seq} are sent again in segments of at most {mss} octets. This is not a sign of congestion.",
  },
  "tail-loss-probe": {
    rule: "RFC 8985 7.3",
    label: "tail loss probe",
    sentence:
      "Nothing has come back for about two round trips (srtt {srtt}): a probe of {length} octets from {seq} makes the peer say what it has, before the time-out of {rto} would.",
  },
  "forward-rto-probe": {
    rule: "RFC 5682 2.1",
    label: "F-RTO probe",
    sentence:
      "After the time-out the window moved on, so perhaps nothing was lost: new data from {seq} are sent to find out, instead of sending everything again.",
  },
  "window-probe": {
    rule: "RFC 9293 3.8.6.1, MUST-36, SHLD-29, SHLD-30",
    label: "window probe",
    sentence:
      "The peer's window is {sndWnd} and nothing is on its way that would open it: {length} octets from {seq} ask again, so that a lost window update cannot stop the connection for ever.",
  },
  "keep-alive": {
    rule: "RFC 9293 3.8.4",
    label: "keep-alive",
    sentence:
      "The connection has been quiet for long: a segment at {seq}, which the peer already has, makes it answer if it is still there.",
  },
  "ack-quick": {
    rule: "RFC 9293 3.8.6.3, MUST-40",
    label: "ACK at once",
    sentence:
      "Data are acknowledged up to {ack} at once, without a delay, so that the peer's window grows quickly at the start.",
  },
  "ack-second-segment": {
    rule: "RFC 9293 3.8.6.3, SHLD-19",
    label: "ACK: second segment",
    sentence: "Two full segments have come since the last ACK: ACK {ack} is due.",
  },
  "ack-delayed-timer": {
    rule: "RFC 9293 3.8.6.3, SHLD-18, MUST-40",
    label: "delayed ACK",
    sentence:
      "We waited a moment for more data, or for data of our own that could carry the ACK; none came, so ACK {ack} goes alone.",
  },
  "ack-out-of-order": {
    rule: "RFC 5681 4.2; RFC 2018 4",
    label: "duplicate ACK: gap",
    sentence:
      "A segment came out of order: ACK {ack} says again what is missing first{sackText}, at once, so that the peer can tell a loss.",
  },
  "ack-gap-filled": {
    rule: "RFC 5681 4.2",
    label: "ACK: gap filled",
    sentence: "The segment filled a gap, all or in part: ACK {ack} tells the peer at once.",
  },
  "ack-duplicate-segment": {
    rule: "RFC 9293 3.10.7.4, first; RFC 2883 4",
    label: "ACK: had it already",
    sentence:
      "What came we had already: ACK {ack} says so{sackText}. Perhaps our earlier ACK was lost, perhaps the peer was too quick.",
  },
  "ack-window-update": {
    rule: "RFC 9293 3.8.6.2.2, MUST-39",
    label: "window update",
    sentence:
      "The application has taken octets out of the receive buffer: the window is {window} octets now, worth telling the peer.",
  },
  "ack-fin": {
    rule: "RFC 9293 3.10.7.4, eighth",
    label: "ACK of FIN",
    sentence: "The peer's FIN has arrived: ACK {ack} counts it. The peer will send nothing more.",
  },
  "ack-congestion-mark": {
    rule: "RFC 3168 6.1.3",
    label: "congestion seen",
    sentence:
      "A router marked a packet of the peer's instead of dropping it: ACK {ack} carries ECE, until the peer says that it has slowed down.",
  },
  "ack-unacceptable": {
    rule: "RFC 9293 3.10.7.4, first",
    label: "ACK: outside the window",
    sentence:
      "The segment that came lies outside our window: ACK {ack} tells the peer what we expect, {rcvNxt} to {rcvEnd}.",
  },
  "ack-keep-alive": {
    rule: "RFC 9293 3.8.4; 3.10.7.4, first",
    label: "ACK: still here",
    sentence: "The peer asks whether we are still here: ACK {ack} says yes.",
  },
  "ack-beyond-window": {
    rule: "RFC 9293 3.8.6.1; 3.10.7.4, first",
    label: "ACK: window is full",
    sentence: "More came than our window of {rcvWnd} octets takes: ACK {ack} says how far we are.",
  },
  "challenge-reset": {
    rule: "RFC 5961 3.2",
    label: "challenge ACK: RST",
    sentence:
      "An RST came inside our window but not at {rcvNxt}: it may be forged. A real peer answers this ACK with an exact RST.",
  },
  "challenge-syn": {
    rule: "RFC 5961 4.2",
    label: "challenge ACK: SYN",
    sentence:
      "A SYN came on an open connection: it may be forged. A peer that really restarted answers this ACK with an RST.",
  },
  "challenge-ack": {
    rule: "RFC 5961 5.2",
    label: "challenge ACK: bad ACK",
    sentence:
      "An ACK came for something we never sent, or long ago: we say where we are, {seq}, and drop it.",
  },
  "reset-no-connection": {
    rule: "RFC 9293 3.10.7.1; 3.5.2, group 1",
    label: "RST: no connection",
    sentence: "The segment belongs to no connection of ours: RST tells its sender so.",
  },
  "reset-bad-ack": {
    rule: "RFC 9293 3.5.2, group 2",
    label: "RST: bad ACK",
    sentence:
      "The peer acknowledged something that we did not send in this handshake: RST at {seq} clears it up.",
  },
  "reset-abort": {
    rule: "RFC 9293 3.10.5",
    label: "abort",
    sentence:
      "The user aborts: RST at {seq} ends the connection at once, and what was not delivered is thrown away.",
  },
  "reset-syn-in-window": {
    rule: "RFC 793 3.9; TcpConfig synAnswer",
    label: "RST: SYN in window",
    sentence:
      "A SYN came within the window of the open connection, which ends it by the old rule; RFC 5961 would challenge it.",
  },
  "reset-data-after-close": {
    rule: "RFC 9293 3.6.1, SHLD-3; RFC 2525 2.17",
    label: "RST: data lost",
    sentence:
      "Data came, or were left unread, after the user had closed: nobody will read them, and RST lets the peer know that they are lost.",
  },
  "reset-time-out": {
    rule: "RFC 9293 3.8.3, 3.10.8",
    label: "RST: gave up",
    sentence:
      "The peer was silent for too long: the connection is given up, and RST tells the peer, if it can hear it.",
  },
};
