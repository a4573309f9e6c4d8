/**
 * Names of what the packets of both ends show in a capture that gives no reasons.
 *
 * @module
 */

/** What a segment of a capture is to its connection. One segment may be several things. */
export type FindingCode =
  | "open"
  | "open-again"
  | "accept"
  | "handshake-done"
  | "acknowledges-handshake"
  | "new-data"
  | "after-hole"
  | "fast-retransmit"
  | "retransmission-sack"
  | "retransmission-partial-ack"
  | "retransmission-timeout"
  | "tail-loss-probe"
  | "retransmission"
  | "lost-before-here"
  | "not-needed"
  | "overtaken"
  | "original-after-copy"
  | "doubled-by-network"
  | "captured-twice"
  | "captured-late"
  | "keep-alive"
  | "keep-alive-answer"
  | "window-probe"
  | "window-probe-answer"
  | "new-ack"
  | "ack-of-fin"
  | "old-ack-seen"
  | "duplicate-ack-seen"
  | "sack-seen"
  | "d-sack"
  | "spurious"
  | "window-update"
  | "window-reopened"
  | "window-zero"
  | "window-withdrawn"
  | "window-filled"
  | "capture-gap"
  | "close-first"
  | "close-second"
  | "reset-seen"
  | "reset-from-elsewhere"
  | "reset-out-of-window"
  | "damaged"
  | "urgent-seen"
  | "congestion-echo-seen"
  | "congestion-mark-seen"
  | "nothing-new-seen"
  | CrossingCode;

/** What a second capture shows of a packet. */
export type CrossingCode =
  | "reaches-there"
  | "comes-from-there"
  | "lost-between"
  | "partly-lost-between"
  | "missed-there"
  | "absent-there"
  | "not-sent-there"
  | "overtaken-between"
  | "doubled-on-the-way"
  | "doubled-between"
  | "never-comes"
  | "missed-here"
  | "absent-here";

/** What is remarked of a capture or a connection, beside its segments. */
export type NoteCode =
  | "checksum-offload"
  | "clock-step"
  | "packet-order"
  | "icmp-error"
  | "capture-point"
  | "round-trip-split"
  | "option-unanswered"
  | "begins-in-the-middle"
  | "clocks-equal"
  | "clocks-apart"
  | "clocks-drift"
  | "clocks-one-way"
  | "passed-there-only";
