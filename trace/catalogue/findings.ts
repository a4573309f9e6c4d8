/**
 * What the packets of both ends show in a capture that gives no reasons: rule, label and sentence of each finding.
 *
 * Neither end is "us" here: `{Sender}` and `{sender}` are the end that sent the segment, `{receiver}` is the other one.
 *
 * @module
 */

import type { TraceEvent } from "../record.ts";
import { reportedBlocks } from "../sack.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";
import { CROSSINGS } from "./crossings.ts";
import { NOT_AGREED } from "./not_agreed.ts";
import type { FindingCode } from "./finding_codes.ts";

/** What is said of each finding. */
export const FINDINGS: Readonly<Record<FindingCode, CatalogueEntry>> = {
  "open": {
    rule: "RFC 9293 3.5",
    label: "asks",
    sentence: "{Sender} asks for a connection: its initial sequence number is {rawSeq}{countedAs}.",
  },
  "open-again": {
    rule: "RFC 9293 3.4.1",
    label: "new attempt",
    sentence: "Another initial sequence number than the SYN {since} before: this is a new attempt.",
  },
  "accept": {
    rule: "RFC 9293 3.5; 3.10.7.3, fourth",
    label: "accepts",
    sentence:
      "{Sender} accepts: ACK {ack} answers the SYN, and its own initial sequence number is {rawSeq}{countedAs}.",
  },
  "no-ack": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "without ACK bit",
    sentence: "Neither ACK nor SYN nor RST: {receiver} takes nothing of it.",
  },
  "before-first": {
    rule: "RFC 9293 3.10.7.4, first",
    label: "before the first octet",
    sentence: "Its numbers end before the first octet of {sender}: {receiver} takes nothing of it.",
  },
  "timestamp-missing": {
    rule: "RFC 7323 3.2",
    label: "no timestamp",
    sentence: "It has no timestamp, although both SYNs have one: {receiver} may drop it for that.",
  },
  "timestamp-older": {
    rule: "RFC 7323 5.3",
    label: "older timestamp",
    sentence:
      "Its timestamp is older than that of a segment of {sender} that passed here before: {receiver} drops it if it had that one by then.",
  },
  "ack-of-another": {
    rule: "RFC 9293 3.5.1; 3.10.7.3, first",
    label: "ACK, not for the SYN",
    sentence:
      "ACK {ack} is not for the SYN of {receiver}, and nothing else of {receiver} has passed here: it is of another connection, or the capture has missed what it is for.",
  },
  "reset-of-another": {
    rule: "RFC 9293 3.5.2; 3.10.7.3, first",
    label: "RST of something else",
    sentence:
      "RST with the number {seq}, where {expected} follows the SYN of {sender}: it ends nothing that this SYN asks for. With such a RST {sender} would answer an ACK of {seq}.",
  },
  "accepts-other": {
    rule: "RFC 9293 3.10.7.3, first",
    label: "SYN-ACK, of another SYN",
    sentence: "A SYN with ACK {ack}, which is not for the SYN of {receiver}: it changes nothing.",
  },
  "handshake-done": {
    rule: "RFC 9293 3.10.7.3, fourth",
    label: "handshake done",
    sentence: "ACK {ack}: {sender} has the SYN of {receiver}, and so both initial sequence numbers.",
  },
  "acknowledges-handshake": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges the SYN",
    sentence: "ACK {ack} acknowledges the SYN of {receiver}.",
  },
  "new-data": {
    rule: "RFC 9293 3.10.2",
    label: "data",
    sentence: "{length} octets of data, {span}, for the first time.",
  },
  "after-fin": {
    rule: "RFC 9293 3.10.7.4, seventh",
    label: "data after FIN",
    sentence:
      "{length} octets of data, {span}, behind the FIN of {sender}: {receiver} takes nothing of them.",
  },
  "after-hole": {
    rule: "RFC 9293 3.10.7.4, seventh",
    label: "after a hole",
    sentence: "There is a hole of {hole} octets before it: {holeCause}.",
  },
  "fast-retransmit": {
    rule: "RFC 5681 3.2",
    label: "fast retransmit",
    sentence: "{Sender} sends {again} again, {since}: {evidence}.",
  },
  "retransmission-sack": {
    rule: "RFC 6675 5",
    label: "retransmission: SACK",
    sentence: "{Sender} sends {again} again in recovery, {since}: {evidence}.",
  },
  "retransmission-partial-ack": {
    rule: "RFC 6582 3.2, step 3",
    label: "retransmission: partial ACK",
    sentence:
      "{Sender} sends {again} again, {since}: an ACK has come that covers only a part of what was in flight when recovery began.",
  },
  "retransmission-timeout": {
    rule: "RFC 6298 5.4",
    label: "retransmission: timeout",
    sentence: "{Sender} sends {again} again, {since}, as after a timeout: {evidence}.",
  },
  "tail-loss-probe": {
    rule: "RFC 8985 7",
    label: "tail loss probe",
    sentence:
      "{Sender} sends the last that it has sent, {again}, again, {since}, as a tail loss probe does: {evidence}.",
  },
  "retransmission": {
    rule: "RFC 9293 3.8.1",
    label: "retransmission",
    sentence: "{Sender} sends {again} again, {since}; what made it do so is not seen here.",
  },
  "retransmission-syn-data": {
    rule: "RFC 9293 3.4; RFC 7413 4.2.2",
    label: "data of the SYN again",
    sentence: "{Sender} sends {again} again, {since}: {receiver} has acknowledged the SYN without them.",
  },
  "retransmission-refused": {
    rule: "RFC 9293 3.8.6.1",
    label: "refused before",
    sentence: "{Sender} sends {again} again, {since}: {receiver} did not take it then.",
  },
  "with-new-data": {
    rule: "RFC 9293 3.8.1",
    label: "with new data",
    sentence: "From {newFrom} on it is new.",
  },
  "lost-before-here": {
    rule: "",
    label: "fills a hole",
    sentence: "The first copy has not passed here: it was lost before this point. {proof}.",
  },
  "not-needed": {
    rule: "RFC 3522 3; RFC 3708 2",
    label: "not needed",
    sentence: "It is not needed: {spurious}.",
  },
  "overtaken": {
    rule: "RFC 4737 3",
    label: "out of order",
    sentence:
      "{Numbers} should have come {passed} earlier, before what passed here {lateness} ago: it was overtaken on its way, and not sent again. {proof}.",
  },
  "fills-hole": {
    rule: "",
    label: "fills a hole",
    sentence:
      "{Numbers} pass here behind what follows on them or acknowledges them: late, or sent again. Without times nobody can tell.",
  },
  "alike": {
    rule: "",
    label: "the same again",
    sentence:
      "The same as {since}: sent again, doubled on its way, or captured twice. Without times nobody can tell.",
  },
  "original-after-copy": {
    rule: "RFC 4737 3",
    label: "the original, late",
    sentence: "The first copy of {numbers} passes here after its retransmission. {proof}.",
  },
  "doubled": {
    rule: "",
    label: "the same packet again",
    sentence:
      "The same packet as {since}, and not sent again: doubled on its way, or captured twice. {proof}.",
  },
  "doubled-by-network": {
    rule: "",
    label: "doubled by the network",
    sentence: "The same packet as {since}, and not sent again: the network has doubled it. {proof}.",
  },
  "captured-twice": {
    rule: "",
    label: "captured twice",
    sentence: "The same packet as {since}: the capture has it more than once. {proof}.",
  },
  "captured-late": {
    rule: "",
    label: "captured late",
    sentence:
      "{Again} was acknowledged {lateness} before it stands here, sooner than anybody could have sent it again: the capture has it too late.",
  },
  "keep-alive": {
    rule: "RFC 9293 3.8.4",
    label: "keep-alive",
    sentence:
      "All is acknowledged, and the segment lies just before {una}: {sender} asks whether {receiver} is still there.",
  },
  "keep-alive-answer": {
    rule: "RFC 9293 3.8.4; 3.10.7.4, first",
    label: "answer to a keep-alive",
    sentence: "ACK {ack} answers the keep-alive {since}: {sender} is still there.",
  },
  "window-probe": {
    rule: "RFC 9293 3.8.6.1",
    label: "window probe",
    sentence: "The window of {receiver} is {peerWindow}: {sender} asks whether it has opened.",
  },
  "window-probe-answer": {
    rule: "RFC 9293 3.8.6.1",
    label: "answer to a window probe",
    sentence: "ACK {ack}, window {windowNow}: the answer to the probe {since}.",
  },
  "new-ack": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges",
    sentence: "ACK {ack} acknowledges {newly} more octets of {receiver}.",
  },
  "ack-of-fin": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "acknowledges the FIN",
    sentence: "ACK {ack}: {sender} has everything that {receiver} has sent, its FIN included.",
  },
  "old-ack-seen": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "old ACK",
    sentence: "ACK {ack} is older than {acknowledged}, which passed here before: it was overtaken.",
  },
  "ack-beyond-window": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "ACK beyond the window",
    sentence:
      "ACK {ack} is for more than the window of {sender} has let {receiver} send, which ends at {edge}: {receiver} takes nothing of it, unless the capture has missed much.",
  },
  "duplicate-ack-seen": firstTrue<TraceEvent>(
    {
      when: (event) =>
        "segment" in event && event.segment !== null && reportedBlocks(event.segment).length > 0,
      rule: "RFC 5681 2",
      label: "duplicate ACK {nth}",
      sentence: "ACK {ack} again, number {nth}: something after {ack} has arrived, but not {ack} itself.",
    },
    {
      rule: "RFC 5681 2, 3.2",
      label: "duplicate ACK {nth}",
      sentence:
        "ACK {ack} again, number {nth}: something after {ack} has arrived, but not {ack} itself, unless it answers what {sender} did not take, such as the same again.",
    },
  ),
  "repeated-ack-seen": {
    rule: "RFC 5681 2; RFC 6675 2",
    label: "ACK again",
    sentence: "ACK {ack} again: {cause}.",
  },
  "sack-seen": {
    rule: "RFC 2018 3",
    label: "SACK",
    sentence: "SACK: {sender} has {sackList} as well.",
  },
  "d-sack": {
    rule: "RFC 2883 4",
    label: "D-SACK {twice}",
    sentence: "D-SACK: {sender} has received {twice} more than once.",
  },
  "spurious": {
    rule: "RFC 3522 3; RFC 3708 2",
    label: "proves one spurious",
    sentence: "The retransmission of {repeated} {repeatedSince} was not needed: {spurious}.",
  },
  "window-update": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "window update",
    sentence: "The window of {sender} goes from {windowBefore} to {windowNow}.",
  },
  "window-reopened": {
    rule: "RFC 9293 3.8.6.1",
    label: "window opens",
    sentence:
      "{Sender} has room again, after {closedFor}: its window goes from {windowBefore} to {windowNow}.",
  },
  "window-zero": {
    rule: "RFC 9293 3.8.6.1",
    label: "zero window",
    sentence: "The window of {sender} is closed: it has no room for now.",
  },
  "window-withdrawn": {
    rule: "RFC 9293 3.8.6, SHLD-14, MUST-34",
    label: "window shrinks",
    sentence:
      "{Sender} withdraws room that it had promised: its window ends at {edge}, and has ended at {edgeBefore}.",
  },
  "window-smaller": {
    rule: "RFC 9293 3.8.6, SHLD-14, MUST-34; 3.10.7.4, fifth",
    label: "window shrinks",
    sentence:
      "The window of {sender} ends at {edge} in it, and has ended at {edgeBefore}: {sender} withdraws room that it had promised, or what passed here just before, with the same numbers, was sent later.",
  },
  "window-filled": {
    rule: "RFC 9293 3.8.6",
    label: "window full",
    sentence: "The window of {receiver} is used up: it has room for {room} more octets.",
  },
  "capture-gap": {
    rule: "",
    label: "capture gap",
    sentence:
      "ACK {ack} covers {missed} octets of {receiver} that did not pass here before, {missedFrom} to {missedTo}: missed by the capture, captured too late, or never sent.",
  },
  "close-first": {
    rule: "RFC 9293 3.6",
    label: "first FIN",
    sentence:
      "FIN: {sender} has nothing more to send after {finSeq}, and closes, {after}; no FIN of {receiver} has passed here before.",
  },
  "close-second": {
    rule: "RFC 9293 3.6",
    label: "closes",
    sentence: "FIN: {sender} has nothing more to send after {finSeq}, and closes too, {after}.",
  },
  "reset-seen": {
    rule: "RFC 9293 3.5.3; 3.10.7.4, second",
    label: "reset",
    sentence: "RST: {sender} ends the connection, {after}.",
  },
  "reset-refuses": {
    rule: "RFC 9293 3.5.2, group 1; 3.10.7.3, second",
    label: "refused",
    sentence: "RST: the SYN of {receiver} is not accepted.",
  },
  "reset-alone": {
    rule: "RFC 9293 3.5.2; 3.5.3",
    label: "reset",
    sentence: "RST: it ends the connection, if there is one. Nothing else of that has passed here before.",
  },
  "reset-after-close": {
    rule: "RFC 9293 3.6.1; RFC 1337 2",
    label: "RST after the end",
    sentence:
      "RST, {after}: both directions were closed, and both FINs acknowledged before. Nothing was left to end but TIME-WAIT.",
  },
  "reset-again": {
    rule: "RFC 9293 3.5.2",
    label: "RST again",
    sentence: "RST of a connection that the RST of frame {resetFrame} has ended.",
  },
  "reset-from-elsewhere": {
    rule: "RFC 9293 3.5.3; 3.10.7.4, second",
    label: "reset, {hopLimits}",
    sentence:
      "RST with {hopField} {hopLimit}, where all packets of {sender} before it have {usualHopLimit}: something on the way has sent it, by the look of it. It ends the connection, {after}.",
  },
  "reset-without-effect": {
    rule: "RFC 9293 3.10.7.4, second; RFC 5961 3.2",
    label: "RST without effect",
    sentence:
      "RST with the number {seq}: {sender} goes on sending afterwards, so that it was not {sender} who sent it, or it did not mean to end this connection.",
  },
  "reset-revoked": {
    rule: "RFC 9293 3.5.2",
    label: "goes on after a RST",
    sentence:
      "{Sender} goes on after the RST of frame {resetFrame}, which has ended nothing: whoever resets a connection sends nothing more of it.",
  },
  "reset-inexact": {
    rule: "RFC 5961 3.2",
    label: "RST, challenged",
    sentence:
      "RST with the number {seq}, where {receiver} expects {expected}: {receiver} asks with an ACK whether it is meant, and the connection goes on.",
  },
  "challenge-seen": {
    rule: "RFC 5961 3.2",
    label: "challenge ACK",
    sentence:
      "{Sender} still expects {ack}, which was not the number of the RST of frame {resetFrame}: it asks whether that was meant, and the connection goes on.",
  },
  "retransmission-path-mtu": {
    rule: "RFC 1191 6.4; RFC 8201 5.4",
    label: "retransmission: path MTU",
    sentence: "{Sender} sends {again} again, {since}, in smaller packets: {evidence}.",
  },
  "reset-out-of-window": {
    rule: "RFC 9293 3.10.7.4, second; RFC 5961 3.2",
    label: "RST, not acceptable",
    sentence:
      "RST with the number {seq}, where {receiver} expects {expected}: it does not lie in the window, and changes nothing.",
  },
  "reset-no-answer": {
    rule: "RFC 9293 3.10.7.3, first and second",
    label: "RST, not acceptable",
    sentence: "RST that does not acknowledge the SYN of {receiver}: it changes nothing.",
  },
  "damaged": {
    rule: "RFC 9293 3.1, MUST-3",
    label: "wrong checksum",
    sentence:
      "The checksum is wrong, and nothing so far says that a device was to fill it in: if nothing does, {receiver} drops it.",
  },
  "urgent-seen": {
    rule: "RFC 9293 3.8.5; RFC 6093",
    label: "urgent",
    sentence: "URG: the urgent data end before {urgentEnd}.",
  },
  "congestion-echo-seen": {
    rule: "RFC 3168 6.1.3",
    label: "congestion echo",
    sentence: "ECE: a packet of {receiver} was marked by a congested router, if both ends use ECN.",
  },
  "congestion-mark-seen": {
    rule: "RFC 3168 5",
    label: "congestion mark",
    sentence: "A congested router has marked this packet.",
  },
  "accurate-ecn": {
    rule: "RFC 9768 3.2",
    label: "feedback of Accurate ECN",
    sentence: "AE, CWR and ECE are feedback of Accurate ECN here, {ace}: no echo of a mark.",
  },
  "out-of-place": {
    rule: "RFC 9293 3.4",
    label: "numbers far away",
    sentence:
      "Its numbers lie farther beyond all that has passed here than any window reaches: the capture has missed very much, or this is not of this connection.",
  },
  "nothing-new-seen": {
    rule: "RFC 9293 3.10.7.4",
    label: "nothing new",
    sentence: "Nothing in it is new.",
  },
  ...NOT_AGREED,
  ...CROSSINGS,
};
