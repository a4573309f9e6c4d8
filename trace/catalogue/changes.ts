/**
 * Why states and windows change and what the timers are for: rule, label and sentence of each code.
 *
 * @module
 */

import type { CongestionReason, StateReason, TimerName } from "../core.ts";
import type { CatalogueEntry } from "./entry.ts";

/** Why connections change their state. */
export const STATE_REASONS: Readonly<Record<StateReason, CatalogueEntry>> = {
  "active-open": {
    rule: "RFC 9293 3.10.1",
    label: "active open",
    sentence: "The connection begins in {to}: we take the first step.",
  },
  "passive-open": {
    rule: "RFC 9293 3.10.1",
    label: "passive open",
    sentence: "The connection begins in {to}: we wait for a peer to take the first step.",
  },
  "syn-received": {
    rule: "RFC 9293 3.10.7.2, third",
    label: "SYN received",
    sentence: "A peer asks for a connection: {from} becomes {to}.",
  },
  "syn-ack-received": {
    rule: "RFC 9293 3.10.7.3, fourth",
    label: "SYN-ACK received",
    sentence: "The peer has acknowledged our SYN and sent its own: {from} becomes {to}, data may flow.",
  },
  "simultaneous-open": {
    rule: "RFC 9293 3.5, MUST-10; 3.10.7.3, fourth",
    label: "both opened",
    sentence: "The peer's SYN crossed ours: both sides have opened at once, {from} becomes {to}.",
  },
  "syn-acknowledged": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "our SYN acknowledged",
    sentence: "The peer has acknowledged our SYN: {from} becomes {to}, data may flow.",
  },
  "user-close": {
    rule: "RFC 9293 3.10.4",
    label: "user closes",
    sentence: "The user has nothing more to send: {from} becomes {to}, and a FIN follows the last octet.",
  },
  "fin-received": {
    rule: "RFC 9293 3.10.7.4, eighth",
    label: "FIN received",
    sentence: "The peer has nothing more to send: {from} becomes {to}.",
  },
  "fin-acknowledged": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "our FIN acknowledged",
    sentence: "The peer has everything we sent, and our FIN: {from} becomes {to}.",
  },
  "time-wait-over": {
    rule: "RFC 9293 3.10.8, 3.6.1, MUST-13",
    label: "TIME-WAIT over",
    sentence:
      "Twice the longest life of a segment has passed, no stray can come any more: the connection is gone.",
  },
  "fin-wait-2-over": {
    rule: "RFC 9293 3.6.1, MAY-1; RFC 1122 4.2.2.20",
    label: "FIN-WAIT-2 over",
    sentence:
      "The peer did not send its FIN for too long, and nobody reads here any more: the connection is forgotten.",
  },
  "reset-received": {
    rule: "RFC 9293 3.10.7.4, second; 3.5.3",
    label: "reset by peer",
    sentence: "The peer has reset the connection: {from} becomes {to}, what was under way is lost.",
  },
  "refused": {
    rule: "RFC 9293 3.10.7.3, second",
    label: "refused",
    sentence: "The peer answered our SYN with RST: nobody listens on that port.",
  },
  "timed-out": {
    rule: "RFC 9293 3.8.3, MUST-20; 3.10.8",
    label: "timed out",
    sentence: "The peer did not answer for longer than we are ready to wait: {from} becomes {to}.",
  },
  "user-abort": {
    rule: "RFC 9293 3.10.5",
    label: "aborted",
    sentence: "The user aborted the connection: {from} becomes {to}.",
  },
  "unreachable": {
    rule: "RFC 9293 3.9.2.2, SHLD-26",
    label: "unreachable",
    sentence: "The network says that the peer cannot be reached: {from} becomes {to}.",
  },
  "data-after-close": {
    rule: "RFC 9293 3.6.1, SHLD-3",
    label: "data after close",
    sentence: "Data came that nobody will read, since the user has closed: {from} becomes {to}.",
  },
  "returned-to-listen": {
    rule: "RFC 9293 3.10.7.4, second",
    label: "back to LISTEN",
    sentence: "The peer took its SYN back: {from} becomes {to} again, and the next peer may come.",
  },
  "closed-before-established": {
    rule: "RFC 9293 3.10.4",
    label: "closed early",
    sentence: "The user closed before there was a connection: {from} becomes {to}.",
  },
};

/** Why the congestion window or the slow-start threshold changes. */
export const CONGESTION_REASONS: Readonly<Record<CongestionReason, CatalogueEntry>> = {
  "initial-window": {
    rule: "RFC 6928 2",
    label: "initial window",
    sentence: "The connection may start with {cwnd} octets under way.",
  },
  "slow-start": {
    rule: "RFC 5681 3.1; RFC 3465 2.2",
    label: "slow start",
    sentence:
      "An ACK came, and cwnd is below ssthresh ({ssthresh}): it grows by what was acknowledged, from {cwndBefore} to {cwnd}.",
  },
  "slow-start-exit": {
    rule: "RFC 9406 4.2",
    label: "slow start ends",
    sentence:
      "Round trips take longer: a queue is building up. Slow start ends before it overflows, ssthresh becomes {ssthresh}.",
  },
  "congestion-avoidance": {
    rule: "RFC 9438 4; RFC 5681 3.1",
    label: "congestion avoidance",
    sentence:
      "An ACK came, and cwnd is at least ssthresh ({ssthresh}): it grows slowly, from {cwndBefore} to {cwnd}.",
  },
  "fast-recovery": {
    rule: "RFC 5681 3.2; RFC 9438 4.6",
    label: "loss: window reduced",
    sentence:
      "A segment was lost, but ACKs still come: the path is overloaded, not broken. ssthresh goes from {ssthreshBefore} to {ssthresh}, cwnd from {cwndBefore} to {cwnd}.",
  },
  "proportional-rate-reduction": {
    rule: "RFC 9937",
    label: "rate reduction",
    sentence:
      "During recovery what may be sent follows what is delivered: cwnd goes from {cwndBefore} to {cwnd}, towards ssthresh ({ssthresh}).",
  },
  "recovery-ended": {
    rule: "RFC 5681 3.2, step 6; RFC 6582 3.2",
    label: "recovery ended",
    sentence: "Everything that was under way when the loss was noticed has arrived: cwnd is {cwnd} now.",
  },
  "retransmission-timeout": {
    rule: "RFC 5681 3.1; RFC 9438 4.8",
    label: "time-out: window reduced",
    sentence:
      "Nothing came back at all: ssthresh goes from {ssthreshBefore} to {ssthresh}, and cwnd starts again from {cwnd}.",
  },
  "ecn-echo": {
    rule: "RFC 3168 6.1.2",
    label: "congestion marked",
    sentence:
      "The peer saw a congestion mark: cwnd goes from {cwndBefore} to {cwnd} as after a loss, but nothing was lost.",
  },
  "spurious-retransmission": {
    rule: "RFC 4015 3; RFC 5682 3",
    label: "reduction undone",
    sentence:
      "The retransmission was needless, nothing had been lost: cwnd goes back from {cwndBefore} to {cwnd}, ssthresh from {ssthreshBefore} to {ssthresh}.",
  },
  "idle-restart": {
    rule: "RFC 5681 4.1",
    label: "restart after idling",
    sentence:
      "Nothing was sent for longer than the time-out, so what cwnd says of the path is out of date: from {cwndBefore} to {cwnd}.",
  },
  "syn-lost": {
    rule: "RFC 5681 3.1; RFC 6298 5.7",
    label: "SYN was lost",
    sentence: "The SYN had to be sent again: the connection starts carefully, with {cwnd} octets.",
  },
};

/** What the timers are for. */
export const TIMERS: Readonly<Record<TimerName, CatalogueEntry>> = {
  "retransmission": {
    rule: "RFC 6298 5; RFC 9293 3.10.8",
    label: "retransmission timer",
    sentence:
      "No acknowledgement came for {sndUna} in time; time-out number {backoff} in a row, the next is after {rto}.",
  },
  "tail loss probe": {
    rule: "RFC 8985 7.3",
    label: "probe timer",
    sentence: "Nothing has come back for a while: it is time to probe, before the retransmission timer ends.",
  },
  "reordering": {
    rule: "RFC 8985 6.2, step 5",
    label: "reordering timer",
    sentence: "What is still missing has had time enough to arrive late: it counts as lost now.",
  },
  "persist": {
    rule: "RFC 9293 3.8.6.1, SHLD-29, SHLD-30",
    label: "persist timer",
    sentence: "The peer's window is too small to send ({sndWnd}): it is time to ask whether it has opened.",
  },
  "delayed ACK": {
    rule: "RFC 9293 3.8.6.3, MUST-40",
    label: "delayed-ACK timer",
    sentence: "What came up to {rcvNxt} has waited for its acknowledgement long enough.",
  },
  "keep-alive": {
    rule: "RFC 9293 3.8.4, MUST-26",
    label: "keep-alive timer",
    sentence: "Nothing was heard for long: it is time to ask whether the peer is still there.",
  },
  "TIME-WAIT": {
    rule: "RFC 9293 3.10.8, MUST-13",
    label: "TIME-WAIT timer",
    sentence: "Twice the longest life of a segment has passed.",
  },
  "FIN-WAIT-2": {
    rule: "RFC 9293 3.6.1; RFC 1122 4.2.2.20",
    label: "FIN-WAIT-2 timer",
    sentence: "The peer's FIN did not come in the time it was given.",
  },
  "connect": {
    rule: "RFC 9293 3.8.3, MUST-23",
    label: "connect timer",
    sentence: "The handshake was not done in the time it was given.",
  },
  "user time-out": {
    rule: "RFC 9293 3.10.8, MUST-21; RFC 5482",
    label: "user time-out",
    sentence: "What was sent has been unacknowledged for longer than the user allows.",
  },
};
