/**
 * What a segment is called by whoever has sent or received it, and by whoever reads a capture of it: one table of kinds. A
 * reader may say less than the ends know, and never something else.
 *
 * @module
 */

import { type ArrivalMeaning, type FindingCode, SEND_REASONS } from "../../trace/catalogue.ts";
import type { SendReason } from "../../tcp/mod.ts";

/** A kind: by which codes the ends tell it, and by which a reader may. */
export interface Kind {
  readonly name: string;
  readonly sent: readonly SendReason[];
  readonly arrived: readonly ArrivalMeaning[];
  readonly read: readonly FindingCode[];
  /** Whether the ends say so of all that is read as such. */
  readonly isMutual: boolean;
}

/** What is sent again, for whatever reason. */
const AGAIN: readonly FindingCode[] = [
  "fast-retransmit",
  "retransmission-sack",
  "retransmission-partial-ack",
  "retransmission-timeout",
  "retransmission-path-mtu",
  "retransmission-refused",
  "retransmission-syn-data",
  "tail-loss-probe",
  "retransmission",
];

/** Why ends send something again. */
const SENT_AGAIN: readonly SendReason[] = (Object.keys(SEND_REASONS) as SendReason[]).filter((reason) =>
  reason.startsWith("retransmit-") || reason.endsWith("-retransmitted") || reason === "tail-loss-probe"
);

/** An arrival that a reader calls the same, and nothing else. */
function arrival(name: string, arrived: ArrivalMeaning, ...read: FindingCode[]): Kind {
  return { name, sent: [], arrived: [arrived], read, isMutual: true };
}

/** Something sent again: a reader who does not see why says less. */
function again(name: string, sent: readonly SendReason[], ...read: FindingCode[]): Kind {
  return { name, sent, arrived: [], read, isMutual: false };
}

/** All kinds that a segment may be. */
export const KINDS: readonly Kind[] = [
  { name: "opens", sent: ["syn"], arrived: ["syn"], read: ["open"], isMutual: true },
  {
    name: "accepts",
    sent: ["syn-ack"],
    arrived: ["syn-ack"],
    read: ["accept", "accepts-other", ...AGAIN],
    isMutual: false,
  },
  {
    name: "new data",
    sent: ["data", "urgent-data", "limited-transmit", "forward-rto-probe", "mtu-probe"],
    arrived: [],
    read: ["new-data"],
    isMutual: true,
  },
  // What was lost before the reader's point is new to a receiver, and was sent again to both.
  {
    name: "data that the receiver lacks",
    sent: [],
    arrived: ["data", "data-out-of-order"],
    read: ["new-data", "overtaken", ...AGAIN],
    isMutual: false,
  },
  {
    name: "sent again",
    sent: SENT_AGAIN,
    arrived: [],
    read: AGAIN,
    isMutual: true,
  },
  {
    name: "arrives again",
    sent: [],
    arrived: ["data-again"],
    read: [...AGAIN, "original-after-copy"],
    isMutual: false,
  },
  {
    name: "answers the first SYN",
    sent: [],
    arrived: ["answers-first-syn"],
    read: ["accept"],
    isMutual: false,
  },
  again("sent again by the timer", ["retransmit-timeout", "syn-retransmitted"], "retransmission-timeout"),
  again(
    "sent again in recovery",
    ["retransmit-duplicate-acks", "retransmit-sack", "retransmit-rack"],
    "fast-retransmit",
    "retransmission-sack",
  ),
  again(
    "sent again after a partial ACK",
    ["retransmit-partial-ack"],
    "retransmission-partial-ack",
    "retransmission-sack",
  ),
  again("a probe of the tail", ["tail-loss-probe"], "tail-loss-probe", "retransmission-timeout"),
  // What a window refused that closed while it was under way looks to a reader as after a timeout.
  again(
    "sent again after the probes",
    ["retransmit-refused"],
    "retransmission-refused",
    "retransmission-timeout",
  ),
  { name: "window probe", sent: ["window-probe"], arrived: [], read: ["window-probe"], isMutual: true },
  { name: "keep-alive", sent: ["keep-alive"], arrived: [], read: ["keep-alive"], isMutual: true },
  { name: "FIN", sent: ["fin"], arrived: ["fin"], read: ["close-first", "close-second"], isMutual: false },
  arrival("acknowledges", "acknowledges", "new-ack", "handshake-done"),
  arrival("acknowledges the FIN", "acknowledges-fin", "ack-of-fin"),
  arrival("duplicate ACK", "duplicate-ack", "duplicate-ack-seen"),
  arrival("the same ACK, which tells of no gap", "repeated-ack", "repeated-ack-seen"),
  arrival("old ACK", "old-ack", "old-ack-seen"),
  arrival("SACK", "selective-ack", "sack-seen"),
  arrival("D-SACK", "duplicate-report", "d-sack"),
  arrival("window opens", "window-opens", "window-reopened"),
  arrival("window update", "window-grows", "window-update"),
  arrival("window shrinks", "window-shrinks", "window-withdrawn", "window-smaller"),
  arrival("zero window", "window-closes", "window-zero"),
  arrival("answer to a window probe", "answers-window-probe", "window-probe-answer"),
  arrival("answer to a keep-alive", "answers-keep-alive", "keep-alive-answer"),
  arrival(
    "RST",
    "reset",
    "reset-seen",
    "reset-refuses",
    "reset-no-answer",
    "reset-from-elsewhere",
    "reset-again",
  ),
  arrival("congestion echo", "congestion-echo", "congestion-echo-seen"),
  arrival("congestion mark", "congestion-mark", "congestion-mark-seen"),
  arrival("urgent", "urgent", "urgent-seen"),
];
