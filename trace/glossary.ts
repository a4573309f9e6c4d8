/**
 * The words and the notation that the trace uses, for whoever meets them for the first time.
 *
 * @module
 */

import { wrap } from "./explain.ts";
import { LEGEND } from "./notation.ts";

/** One word. */
export interface GlossaryEntry {
  readonly term: string;
  readonly meaning: string;
  /** Where it is defined; empty for words of this program's own. */
  readonly rule: string;
}

/** The words in alphabetical order. */
export const GLOSSARY: readonly GlossaryEntry[] = [
  {
    term: "ACK",
    meaning:
      "Flag and number by which a side says: everything before this number is here, and it is what I expect next.",
    rule: "RFC 9293 3.4",
  },
  {
    term: "congestion avoidance",
    meaning: "Growing cwnd slowly, once it has reached ssthresh.",
    rule: "RFC 5681 3.1",
  },
  {
    term: "congestion window, cwnd",
    meaning:
      "How much a sender believes the network will carry: a limit of its own, beside the peer's window.",
    rule: "RFC 5681 2",
  },
  {
    term: "CUBIC",
    meaning:
      "The congestion control whose window follows a cubic curve of the time since the last reduction.",
    rule: "RFC 9438 1",
  },
  {
    term: "D-SACK",
    meaning: "A SACK block that reports what arrived twice.",
    rule: "RFC 2883 4",
  },
  {
    term: "delayed ACK",
    meaning:
      "An ACK held back for a moment, so that it can cover more data, or travel with data of one's own.",
    rule: "RFC 9293 3.8.6.3",
  },
  {
    term: "duplicate ACK",
    meaning: "The same ACK again without news: a sign that something beyond a gap has arrived.",
    rule: "RFC 5681 2",
  },
  {
    term: "ECN, ECE, CWR",
    meaning:
      "Routers mark packets (CE) instead of dropping them; the receiver echoes the mark (ECE), and the sender says that it has slowed down (CWR).",
    rule: "RFC 3168 6.1",
  },
  {
    term: "F-RTO",
    meaning: "Sending new data after a timeout, to find out whether anything was lost at all.",
    rule: "RFC 5682 2.1",
  },
  {
    term: "fast retransmit",
    meaning: "Sending again what duplicate ACKs or SACK show to be missing, without waiting for the timer.",
    rule: "RFC 5681 3.2",
  },
  {
    term: "FIN",
    meaning: "Flag that closes one direction. It takes one sequence number, behind the last octet.",
    rule: "RFC 9293 3.6",
  },
  {
    term: "flight, FlightSize",
    meaning: "What was sent and is not acknowledged.",
    rule: "RFC 5681 2",
  },
  {
    term: "ICMP",
    meaning: "Messages of hosts and routers about packets that they could not deliver.",
    rule: "RFC 792; RFC 4443",
  },
  {
    term: "initial sequence number, ISN",
    meaning: "Where a side begins to count; its SYN has it. Here it is shown as 0.",
    rule: "RFC 9293 3.4.1",
  },
  {
    term: "keep-alive",
    meaning: "A segment that makes a quiet peer answer if it is still there.",
    rule: "RFC 9293 3.8.4",
  },
  {
    term: "limited transmit",
    meaning: "Sending new data at the first duplicate ACKs, so that more ACKs come back.",
    rule: "RFC 3042 2",
  },
  {
    term: "MSS, SMSS",
    meaning: "Octets of data in the largest segment: what the peer takes, and what is really sent.",
    rule: "RFC 9293 3.7.1; RFC 5681 2",
  },
  {
    term: "octet",
    meaning: "Eight bits; sequence numbers count them.",
    rule: "RFC 9293 3.4",
  },
  {
    term: "PAWS",
    meaning: "Telling old segments by their timestamps, when sequence numbers have wrapped.",
    rule: "RFC 7323 5",
  },
  {
    term: "persist timer, window probe",
    meaning: "While the peer's window is closed, a probe asks from time to time whether it has opened.",
    rule: "RFC 9293 3.8.6.1",
  },
  {
    term: "pipe",
    meaning:
      "An estimate of what is really in the network: flight without what SACK has reported and what counts as lost.",
    rule: "RFC 6675 2",
  },
  {
    term: "proportional rate reduction, PRR",
    meaning: "Bringing cwnd down during recovery, in step with what is delivered.",
    rule: "RFC 9937 1",
  },
  {
    term: "PSH",
    meaning: "Flag that asks the receiver to hand on at once what it has.",
    rule: "RFC 9293 3.9.1.2",
  },
  {
    term: "RACK",
    meaning: "Taking a segment for lost when one that left later has arrived and some time has passed.",
    rule: "RFC 8985 3.1",
  },
  {
    term: "RCV.NXT, RCV.WND",
    meaning: "The next number expected, and our window.",
    rule: "RFC 9293 3.3.1",
  },
  {
    term: "recovery",
    meaning: "The time from noticing a loss until everything that was in flight then is acknowledged.",
    rule: "RFC 5681 3.2; RFC 6582 3.2",
  },
  {
    term: "retransmission",
    meaning: "Sending again what was sent before.",
    rule: "RFC 9293 3.8.1",
  },
  {
    term: "RST",
    meaning: "Flag that ends a connection at once, or says that there is none.",
    rule: "RFC 9293 3.5.2",
  },
  {
    term: "RTO, timeout",
    meaning:
      "How long the retransmission timer waits for an ACK: from SRTT and RTTVAR, doubled each time it expires.",
    rule: "RFC 6298 2, 5.5",
  },
  {
    term: "RTT, SRTT, RTTVAR",
    meaning: "Round-trip time, its smoothed value, and how much it varies.",
    rule: "RFC 6298 2",
  },
  {
    term: "SACK",
    meaning: "Option by which a receiver says what it has beyond a gap.",
    rule: "RFC 2018 3",
  },
  {
    term: "sequence number",
    meaning: "The place of an octet in the stream; SYN and FIN take one each.",
    rule: "RFC 9293 3.4",
  },
  {
    term: "slow start",
    meaning: "Growing cwnd by what each ACK reports delivered: it doubles in a round trip.",
    rule: "RFC 5681 3.1",
  },
  {
    term: "SND.UNA, SND.NXT, SND.WND",
    meaning: "The oldest number not acknowledged, the next to send, and the peer's window.",
    rule: "RFC 9293 3.3.1",
  },
  {
    term: "ssthresh",
    meaning: "The cwnd up to which slow start goes on; unlimited at first.",
    rule: "RFC 5681 3.1",
  },
  {
    term: "SYN",
    meaning: "Flag that opens one direction. It takes the initial sequence number.",
    rule: "RFC 9293 3.5",
  },
  {
    term: "tail loss probe",
    meaning: "A segment sent before the timer expires, so that an ACK tells whether the last ones arrived.",
    rule: "RFC 8985 7",
  },
  {
    term: "TIME-WAIT",
    meaning: "Staying for twice the maximum segment lifetime (MSL) after both sides have closed.",
    rule: "RFC 9293 3.6.1",
  },
  {
    term: "timestamps",
    meaning:
      "Option with the sender's clock and an echo of the peer's, to measure round trips and to tell old segments.",
    rule: "RFC 7323 3",
  },
  {
    term: "window",
    meaning: "How many octets, counted from its ACK, a receiver has room for; scaled as the SYNs agreed.",
    rule: "RFC 9293 3.8.6; RFC 7323 2",
  },
];

const INDENT = "    ";

/** The glossary and the legend of the notation, for a terminal. */
export function glossaryLines(width: number): readonly string[] {
  return [
    "Notation",
    ...LEGEND.flatMap(([notation, meaning]) => [`  ${notation}`, ...indented(meaning, width)]),
    "",
    "Words",
    ...GLOSSARY.flatMap(({ term, meaning, rule }) => [
      `  ${term}`,
      ...indented(`${meaning} [${rule}]`, width),
    ]),
  ];
}

function indented(text: string, width: number): readonly string[] {
  return wrap(text, width - INDENT.length).map((line) => INDENT + line);
}
