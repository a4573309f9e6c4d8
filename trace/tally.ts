/**
 * How much of what there was: events counted by kind, and the counts told in words.
 *
 * @module
 */

import { isGrowth } from "./lines.ts";
import type { TraceEvent } from "./record.ts";
import { counted } from "./syn_agreement.ts";

/** What is counted apart, as it is said after a number; segments first. */
export const TALLIED = [
  "data sent",
  "ACKs sent",
  "sent again",
  "data received",
  "ACKs received",
  "received with SACK",
  "received again or out of order",
  "dropped",
  "changes of the congestion window",
  "other events",
] as const;

const DATA_SENT = 0;
const ACK_SENT = 1;
const SENT_AGAIN = 2;
const DATA_RECEIVED = 3;
const ACK_RECEIVED = 4;
const SACK_RECEIVED = 5;
const DISORDER_RECEIVED = 6;
const DROPPED = 7;
const GROWTH = 8;
const OTHER = 9;

/** The segments of each direction, as they are said where there is little room. */
const DIRECTIONS: readonly (readonly [direction: string, names: readonly (readonly [number, string])[]])[] = [
  ["sent", [[DATA_SENT, "data"], [ACK_SENT, "ACKs"], [SENT_AGAIN, "again"]]],
  ["received", [
    [DATA_RECEIVED, "data"],
    [ACK_RECEIVED, "ACKs"],
    [SACK_RECEIVED, "with SACK"],
    [DISORDER_RECEIVED, "not in order"],
  ]],
];

/** A number for each of `TALLIED`. */
export type Tally = readonly number[];

/** A tally of nothing, to be added to. */
export function newTally(): number[] {
  return new Array(TALLIED.length).fill(0);
}

/** The place in a tally where the event counts. */
export function counterOf(event: TraceEvent): number {
  switch (event.kind) {
    case "sent":
      if (event.marks.includes("retransmission")) return SENT_AGAIN;
      return event.segment.length > 0 ? DATA_SENT : ACK_SENT;
    case "arrived":
      if (event.marks.some((mark) => mark !== "merged")) return DISORDER_RECEIVED;
      if (counted(event.segment).sackEdges.length > 0) return SACK_RECEIVED;
      return event.segment.length > 0 ? DATA_RECEIVED : ACK_RECEIVED;
    case "dropped":
    case "lost":
      return DROPPED;
    case "congestion":
      return isGrowth(event) ? GROWTH : OTHER;
    case "state":
    case "timer":
    case "note":
    case "icmp":
      return OTHER;
  }
}

/** How many segments a tally has: sent, and received. */
export function segmentsByDirection(tally: Tally): [sent: number, received: number] {
  const [sent = 0, received = 0] = DIRECTIONS.map(([, names]) =>
    names.reduce((sum, [counter]) => sum + (tally[counter] ?? 0), 0)
  );
  return [sent, received];
}

/** How many segments a tally has, sent and received. */
export function segmentsIn(tally: Tally): number {
  const [sent, received] = segmentsByDirection(tally);
  return sent + received;
}

/** How many segments were sent again. */
export function againIn(tally: Tally): number {
  return tally[SENT_AGAIN] ?? 0;
}

/** The same with the word: `1 segment`, `3 more segments`. */
export function segmentsText(tally: Tally, more = ""): string {
  const count = segmentsIn(tally);
  return `${count}${more} segment${count === 1 ? "" : "s"}`;
}

/**
 * What a tally has of segments in words, a text for each direction that has any: `sent: 1200 data, 3 again`,
 * `received: 600 ACKs`. Counts of six digits fit into a ladder of 100 columns.
 */
export function segmentWords(tally: Tally): readonly string[] {
  return DIRECTIONS.flatMap(([direction, names]) => {
    const parts = names.flatMap(([counter, name]) => {
      const count = tally[counter] ?? 0;
      return count === 0 ? [] : [`${count} ${count === 1 ? name.replace("ACKs", "ACK") : name}`];
    });
    return parts.length === 0 ? [] : [`${direction}: ${parts.join(", ")}`];
  });
}
