/**
 * What the report says of a connection as a whole.
 *
 * @module
 */

import { displayFilter } from "../display_filter.ts";
import { LIMITS, type Limits } from "../limits.ts";
import type { ConnectionRecord } from "../record.ts";
import type { ConnectionTotal } from "../recording.ts";
import { againIn, segmentsByDirection } from "../tally.ts";
import type { Course } from "../course.ts";

/** One connection in the report's table. Pairs are of what the local end sends, and of what it receives. */
export interface ConnectionFacts {
  /** Microseconds since the recording's first event. */
  readonly start: number;
  readonly duration: number;
  /** Those that a capture has more than once count once. */
  readonly segments: readonly [number, number];
  readonly octets: readonly [number, number];
  /** Segments that were sent again; null: not known. */
  readonly again: readonly [number | null, number | null];
  /** Null: not measured. */
  readonly leastRtt: number | null;
  /** Whether that is only the way between the point of capture and one end. */
  readonly leastRttIsPart: boolean;
  readonly ending: string;
  /** By which Wireshark shows it. */
  readonly filter: string;
  /** What the sender of each direction waited for; null: it has not sent enough to tell. */
  readonly limits: readonly [SenderLimits | null, SenderLimits | null];
}

/** What a sender waited for. */
export interface SenderLimits {
  /** µs by reason, in the order of `LIMITS`. */
  readonly time: readonly number[];
  /** Octets: the most that was in flight, and the largest window of the receiver; null: not known. */
  readonly largestFlight: number;
  readonly largestWindow: number | null;
  /** Bandwidth-delay product: octets that it sent in the least round trip, on average; null: that was not measured. */
  readonly product: number | null;
  /** Start and end since the recording's first event, and the reason's place in `LIMITS`. */
  readonly spans: readonly (readonly [from: number, to: number, limit: number])[];
}

/** What is known of a connection besides what follows from its record. A sender's waiting is null where nobody can tell. */
export interface KnownFacts extends Omit<ConnectionFacts, "filter" | "limits" | "start"> {
  readonly startedAt: number;
  readonly limits: readonly [Limits | null, Limits | null];
}

/** The facts of a connection; `start` is the moment of the recording's first event. */
export function connectionFacts(record: ConnectionRecord, start: number, known: KnownFacts): ConnectionFacts {
  const { startedAt, limits, ...facts } = known;
  const { octets, leastRtt, leastRttIsPart } = known;
  const roundTrip = leastRttIsPart ? null : leastRtt;
  const windowsAreRaw = record.windowsAreRaw === true;
  return {
    ...facts,
    start: startedAt - start,
    filter: displayFilter(record),
    limits: [
      senderLimits(limits[0], start, octets[0], roundTrip, windowsAreRaw),
      senderLimits(limits[1], start, octets[1], roundTrip, windowsAreRaw),
    ],
  };
}

/** What the events of a connection of our own tell. */
export function factsOfCourse(course: Course, total: ConnectionTotal): KnownFacts {
  const { firstAt, lastAt, leastRtt, ending, limits } = course;
  return {
    startedAt: firstAt,
    duration: lastAt - firstAt,
    segments: segmentsByDirection(total.tally),
    octets: [total.octetsSent, total.octetsReceived],
    again: [againIn(total.tally), null],
    leastRtt,
    leastRttIsPart: false,
    ending,
    limits,
  };
}

function senderLimits(
  limits: Limits | null,
  start: number,
  octets: number,
  roundTrip: number | null,
  windowsAreRaw: boolean,
): SenderLimits | null {
  if (limits === null || !limits.isKnown) return null;
  const { time, spans, total, largestFlight, largestWindow } = limits;
  return {
    largestFlight,
    largestWindow: windowsAreRaw || largestWindow === 0 ? null : largestWindow,
    product: roundTrip === null ? null : Math.round(octets / total * roundTrip),
    time: LIMITS.map((limit) => time[limit]),
    spans: spans.map(([from, to, limit]) => [from - start, to - start, LIMITS.indexOf(limit)]),
  };
}
