/**
 * The formulas that the congestion control computed, filled in. Null where what a formula yields is not what the connection
 * has: then another one was computed.
 *
 * @module
 */

import type { CongestionEvent } from "./record.ts";

/** RFC 5681 3.1 (4): the threshold is at least so many segments. */
const LEAST_SEGMENTS = 2;

/** RFC 9438 4.6. */
const CUBIC_BETA = 0.7;

/** RFC 6928 2. */
const INITIAL_SEGMENTS = 10;
const INITIAL_OCTETS = 14_600;

/** What the threshold is computed from is more than is in flight when the event is told: FlightSize before the ACK. */
const WHICH_FLIGHT = ", where flight is that before this ACK, with what others just before it let out";

/** `max(flight / 2, 2 · SMSS) = max(14480 / 2, 2896) = 7240`, or CUBIC's. */
export function thresholdFormula({ control, reducedFrom, view }: CongestionEvent): string | null {
  const { mss, ssthresh, flight } = view;
  if (reducedFrom === null || mss === null || ssthresh === null) return null;
  const least = LEAST_SEGMENTS * mss;
  const which = flight !== null && reducedFrom > flight ? WHICH_FLIGHT : "";
  switch (control) {
    case "reno":
      if (Math.max(Math.floor(reducedFrom / 2), least) !== ssthresh) return null;
      return `max(flight / 2, 2 · SMSS) = max(${reducedFrom} / 2, ${least}) = ${ssthresh}${which}`;
    case "cubic":
      if (Math.max(Math.round(reducedFrom * CUBIC_BETA), least) !== ssthresh) return null;
      return `max(0.7 · flight, 2 · SMSS) = max(0.7 · ${reducedFrom}, ${least}) = ${ssthresh}${which}`;
    default:
      return null;
  }
}

/** `min(10 · SMSS, max(2 · SMSS, 14600)) = 14480`. */
export function initialWindowFormula({ view: { mss, cwnd } }: CongestionEvent): string | null {
  if (mss === null) return null;
  const most = Math.max(LEAST_SEGMENTS * mss, INITIAL_OCTETS);
  if (Math.min(INITIAL_SEGMENTS * mss, most) !== cwnd) return null;
  const formula = `min(${INITIAL_SEGMENTS} · SMSS, max(${LEAST_SEGMENTS} · SMSS, ${INITIAL_OCTETS}))`;
  return `${formula} = min(${INITIAL_SEGMENTS} · ${mss}, ${most}) = ${cwnd}`;
}
