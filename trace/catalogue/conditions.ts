/**
 * Conditions under which sentences may be said.
 *
 * @module
 */

import { Flag, type State } from "../core.ts";
import type { SentEvent, TraceEvent, ViewRecord } from "../record.ts";

/** The variables at the event; null where there are none. */
function viewOf(event: TraceEvent): ViewRecord | null {
  return "view" in event ? event.view : null;
}

/** The connection is in one of these states. */
export function inState(...states: readonly State[]): (event: TraceEvent) => boolean {
  return (event) => {
    const view = viewOf(event);
    return view !== null && states.includes(view.state);
  };
}

/** The connection is opening: the peer has not acknowledged our SYN. */
export const isOpening: (event: TraceEvent) => boolean = inState("SYN-SENT", "SYN-RECEIVED");

/** The peer's window is closed. */
export function isWindowClosed(event: TraceEvent): boolean {
  return viewOf(event)?.sndWnd === 0;
}

/** What is in flight fits into both windows. */
export function fitsIntoBoth(event: SentEvent): boolean {
  const { view } = event;
  if (view === null || view.cwnd === null || view.sndWnd === null || view.flight === null) return false;
  return view.flight <= view.sndWnd && Math.max(view.flight, view.pipe ?? 0) <= view.cwnd;
}

/** More is in flight than the congestion window allows (FlightSize, RFC 5681 2). */
export function exceedsCongestionWindow({ view }: SentEvent): boolean {
  return view !== null && view.cwnd !== null && view.flight !== null && view.flight > view.cwnd;
}

/** The segment carries FIN. */
export function carriesFin({ segment }: SentEvent): boolean {
  return (segment.flags & Flag.fin) !== 0;
}

/** The segment begins with the earliest octet that is not acknowledged. */
function isEarliest({ segment, view }: SentEvent): boolean {
  return view !== null && segment.seq === view.sndUna;
}

/** The timer has expired for the earliest octet that is not acknowledged, with which the segment begins. */
export function hasTimedOut(event: SentEvent): boolean {
  return isEarliest(event) && (event.view?.expiries ?? 0) > 0;
}

/** What both conditions ask for. */
export function both<E extends TraceEvent>(
  one: (event: E) => boolean,
  other: (event: E) => boolean,
): (event: E) => boolean {
  return (event) => one(event) && other(event);
}
