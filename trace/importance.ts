/**
 * Which events a recording keeps first when there is no room for all.
 *
 * @module
 */

import { repeatsAck } from "./acknowledging.ts";
import { EcnCodepoint, Flag } from "./core.ts";
import { isGrowth } from "./lines.ts";
import type { SegmentRecord, TraceEvent } from "./record.ts";

/** Kept longer the smaller the number. */
export type Rank = 0 | 1 | 2 | 3 | 4;

/** The course of the connection: states, timers, losses of window, closed windows, SYN, FIN, RST, URG. */
const TURN: Rank = 0;
/** What was sent again, thrown away or taken away. */
const TROUBLE: Rank = 1;
/** What tells of it: SACK blocks, duplicates, gaps, marks of congestion. */
const SIGN: Rank = 2;
/** Data and acknowledgments as they should be. */
const ORDINARY: Rank = 3;
/** The window's growth with each ACK; all that follows shows it too. */
const GROWTH: Rank = 4;

/** How many ranks there are. */
export const RANKS = 5;

/** How much an event is worth keeping. */
export function rankOf(event: TraceEvent): Rank {
  switch (event.kind) {
    case "state":
    case "icmp":
      return TURN;
    case "timer":
      return event.timer === "delayed ACK" ? ORDINARY : TURN;
    case "note":
      return TURN;
    case "congestion":
      return isGrowth(event) ? GROWTH : TURN;
    case "dropped":
    case "lost":
      return TROUBLE;
    case "sent":
      if (isTurn(event.segment)) return TURN;
      if (event.marks.includes("retransmission") || event.reason === "limited-transmit") return TROUBLE;
      return isSign(event.segment) || event.reason === "keep-alive" ? SIGN : ORDINARY;
    case "arrived":
      if (isTurn(event.segment) || opensWindow(event)) return TURN;
      if (event.marks.some((mark) => mark !== "merged")) return SIGN;
      if (isSign(event.segment)) return SIGN;
      return event.view !== null && repeatsAck(event.segment, event.view) ? SIGN : ORDINARY;
  }
}

function isTurn(segment: SegmentRecord): boolean {
  return (segment.flags & (Flag.syn | Flag.fin | Flag.rst | Flag.urg)) !== 0 || segment.window === 0;
}

function opensWindow({ segment, view }: Extract<TraceEvent, { kind: "arrived" }>): boolean {
  return view !== null && view.sndWnd === 0 && segment.window > 0;
}

function isSign(segment: SegmentRecord): boolean {
  return segment.sackEdges.length > 0 || (segment.flags & (Flag.ece | Flag.cwr)) !== 0 ||
    segment.ecn === EcnCodepoint.congestionExperienced;
}
