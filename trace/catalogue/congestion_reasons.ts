/**
 * Why the congestion window and the slow-start threshold change: rule, label and sentence of each code.
 *
 * A formula is shown only when it is the one that was computed: the control's name and what it computed from come with the
 * event, and what the formula yields must be what the connection has.
 *
 * @module
 */

import type { CongestionReason } from "../core.ts";
import type { CongestionEvent } from "../record.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";

function movesWindow({ cwndBefore, view }: CongestionEvent): boolean {
  return cwndBefore !== view.cwnd;
}

/** A congestion control of somebody's own may do as it likes. */
function isOurs(control: string): boolean {
  return control === "cubic" || control === "reno";
}

/** Claims about a reduction, each with the formula that holds, and without where none does. */
function reduction(
  label: string,
  rule: string,
  first: string,
  cubic = "RFC 9438 4.6",
): CatalogueEntry<CongestionEvent> {
  const formula = `${first} ssthresh = {thresholdFormula}; {windowMove}.`;
  return firstTrue<CongestionEvent>(
    { when: ({ control }) => control === "reno", rule: "RFC 5681 3.1 (4)", label, sentence: formula },
    { rule: cubic, label, sentence: formula },
    { rule, label, sentence: `${first} ssthresh is {ssthresh}; {windowMove}.` },
  );
}

/** Why the congestion window or the slow-start threshold changes. */
export const CONGESTION_REASONS: Readonly<Record<CongestionReason, CatalogueEntry>> = {
  "initial-window": firstTrue<CongestionEvent>(
    {
      rule: "RFC 6928 2",
      label: "initial window",
      sentence: "The connection may start with cwnd = {initialWindowFormula} octets in flight.",
    },
    {
      rule: "RFC 5681 3.1",
      label: "initial window",
      sentence: "The connection may start with {cwnd} octets in flight.",
    },
  ),
  "slow-start": firstTrue<CongestionEvent>(
    {
      when: ({ control, view }) => isOurs(control) && (view.cwnd ?? Infinity) <= (view.ssthresh ?? 0),
      rule: "RFC 5681 3.1; RFC 3465 2.2",
      label: "slow start",
      sentence:
        "An ACK came while cwnd was below ssthresh ({ssthresh}): cwnd grows by what was delivered, from {cwndBefore} to {cwnd}.",
    },
    {
      when: ({ control }) => isOurs(control),
      rule: "RFC 5681 3.1",
      label: "slow start, its end",
      sentence:
        "An ACK came while cwnd was below ssthresh ({ssthresh}): cwnd grows by what was delivered up to there, and for the rest as congestion avoidance has it, from {cwndBefore} to {cwnd}.",
    },
    {
      rule: "RFC 5681 3.1",
      label: "slow start",
      sentence:
        "An ACK came while cwnd was below ssthresh ({ssthresh}): cwnd goes from {cwndBefore} to {cwnd}.",
    },
  ),
  "conservative-slow-start": {
    rule: "RFC 9406 4.2",
    label: "conservative slow start",
    sentence:
      "Round trips take longer than before, perhaps because a queue is building up. To find out, slow start goes on slowly for up to five more: cwnd grows by a quarter of what was delivered, from {cwndBefore} to {cwnd}.",
  },
  "slow-start-exit": firstTrue<CongestionEvent>(
    {
      when: ({ control }) => isOurs(control),
      rule: "RFC 9406 4.2",
      label: "slow start ends",
      sentence:
        "Round trips have taken longer than before, a sign that a queue is building up: slow start ends before it overflows, with ssthresh = {ssthresh}.",
    },
    {
      rule: "RFC 5681 3.1",
      label: "slow start ends",
      sentence: "The congestion control ends slow start, with ssthresh = {ssthresh}.",
    },
  ),
  "slow-start-after-timeout": {
    rule: "RFC 5682 2.1, 3.1",
    label: "slow start, after the timeout",
    sentence:
      "The timeout was genuine, or this ACK does not tell. How much of what it covers had arrived long before nobody knows, so slow start goes on with a few segments: cwnd goes from {cwndBefore} to {cwnd}.",
  },
  "congestion-avoidance": firstTrue<CongestionEvent>(
    {
      when: ({ control }) => control === "cubic",
      rule: "RFC 9438 4.2 to 4.5",
      label: "congestion avoidance",
      sentence:
        "An ACK came while cwnd was at least ssthresh ({ssthresh}): cwnd grows as CUBIC has it, from {cwndBefore} to {cwnd}.",
    },
    {
      when: ({ control }) => control === "reno",
      rule: "RFC 5681 3.1; RFC 3465 2.1",
      label: "congestion avoidance",
      sentence:
        "A whole window has been acknowledged while cwnd was at least ssthresh ({ssthresh}): cwnd grows by one segment, from {cwndBefore} to {cwnd}.",
    },
    {
      rule: "RFC 5681 3.1",
      label: "congestion avoidance",
      sentence:
        "An ACK came while cwnd was at least ssthresh ({ssthresh}): cwnd goes from {cwndBefore} to {cwnd}.",
    },
  ),
  "fast-recovery": reduction(
    "loss: fast recovery",
    "RFC 5681 3.2; RFC 9438 4.6",
    "A segment counts as lost, but ACKs still come.",
  ),
  "proportional-rate-reduction": {
    rule: "RFC 9937 6",
    label: "rate reduction",
    sentence:
      "After a reduction what may be sent follows what is delivered: cwnd goes from {cwndBefore} to {cwnd}, and is to be ssthresh ({ssthresh}) at the end.",
  },
  "recovery-ended": {
    rule: "RFC 5681 3.2, step 6; RFC 6582 3.2, step 3",
    label: "recovery ended",
    sentence:
      "Everything that was in flight when the window was reduced is acknowledged: cwnd goes from {cwndBefore} to {cwnd}.",
  },
  "tail-loss-repaired": reduction(
    "tail loss repaired",
    "RFC 8985 7.4.2",
    "Only the tail loss probe brought the peer what it repeated, so a segment was lost.",
  ),
  "retransmission-timeout": reduction(
    "timeout: slow start again",
    "RFC 5681 3.1",
    "The retransmission timer expired, so that slow start begins again.",
    "RFC 9438 4.8",
  ),
  "ecn-echo": reduction(
    "congestion marked",
    "RFC 3168 6.1.2",
    "The peer reports a router's congestion mark, which counts like a loss.",
  ),
  "spurious-retransmission": firstTrue<CongestionEvent>(
    {
      when: movesWindow,
      rule: "RFC 4015 3.4; RFC 5682 4; RFC 3708 3",
      label: "reduction undone",
      sentence:
        "What counted as lost had not been, so the reduction is undone: cwnd goes from {cwndBefore} to {cwnd}, ssthresh from {ssthreshBefore} to {ssthresh}.",
    },
    {
      rule: "RFC 4015 3.4; RFC 5682 4; RFC 3708 3",
      label: "reduction undone",
      sentence:
        "What counted as lost had not been, so the reduction is undone: ssthresh goes from {ssthreshBefore} to {ssthresh}, and cwnd stays {cwnd}.",
    },
  ),
  "idle-restart": {
    rule: "RFC 5681 4.1",
    label: "restart after idling",
    sentence:
      "Nothing was sent for longer than the retransmission timeout, so what cwnd says of the path is out of date: it goes from {cwndBefore} to {cwnd}.",
  },
  "syn-lost": {
    rule: "RFC 5681 3.1",
    label: "SYN was repeated",
    sentence:
      "Our SYN went more than once, as when it or its answer is lost: the connection starts with one segment, cwnd = {cwnd}.",
  },
};
