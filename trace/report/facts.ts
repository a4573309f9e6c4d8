/**
 * What the report says of a connection as a whole.
 *
 * @module
 */

import { displayFilter } from "../display_filter.ts";
import { LIMITS, type Limits } from "../limits.ts";
import type { ConnectionRecord } from "../record.ts";
import type { ConnectionTotal } from "../recording.ts";
import { againIn } from "../tally.ts";
import type { Course } from "../course.ts";

/** One connection in the report's table. Pairs are of what the local end sends, and of what it receives. */
export interface ConnectionFacts {
  /** Microseconds since the recording's first event. */
  readonly start: number;
  readonly duration: number;
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
  /** Start and end since the recording's first event, and the reason's place in `LIMITS`. */
  readonly spans: readonly (readonly [from: number, to: number, limit: number])[];
}

/** What is known of a connection besides what follows from its record. */
export interface KnownFacts extends Omit<ConnectionFacts, "filter" | "limits" | "start"> {
  readonly startedAt: number;
  readonly limits: readonly [Limits, Limits];
}

/** The facts of a connection; `start` is the moment of the recording's first event. */
export function connectionFacts(record: ConnectionRecord, start: number, known: KnownFacts): ConnectionFacts {
  const { startedAt, limits: [sent, received], ...facts } = known;
  return {
    ...facts,
    start: startedAt - start,
    filter: displayFilter(record),
    limits: [senderLimits(sent, start), senderLimits(received, start)],
  };
}

/** What the events of a connection of our own tell. */
export function factsOfCourse(course: Course, total: ConnectionTotal): KnownFacts {
  const { firstAt, lastAt, leastRtt, ending, limits } = course;
  return {
    startedAt: firstAt,
    duration: lastAt - firstAt,
    octets: [total.octetsSent, total.octetsReceived],
    again: [againIn(total.tally), null],
    leastRtt,
    leastRttIsPart: false,
    ending,
    limits,
  };
}

function senderLimits({ time, spans, total }: Limits, start: number): SenderLimits | null {
  if (total === 0) return null;
  return {
    time: LIMITS.map((limit) => time[limit]),
    spans: spans.map(([from, to, limit]) => [from - start, to - start, LIMITS.indexOf(limit)]),
  };
}
