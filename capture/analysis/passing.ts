/**
 * Makes of what was found in a packet a segment as it passes the point of capture, and of that what is compared with another
 * point's.
 *
 * @module
 */

import { copySegment, type Direction } from "../../trace/copy.ts";
import type { State } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import type { Flow } from "./flow.ts";
import type { AnalysisOptions } from "./options.ts";
import type { Passage } from "./passage.ts";
import type { FoundSegment } from "./segment_finder.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** Of which connection a segment is, and where in the capture. */
interface Place extends Pick<Passing, "time" | "frame" | "elsewhere"> {
  readonly flow: Flow;
  readonly direction: Direction;
}

/** What was found, as a segment that passes. Copies. */
export function passingOf(
  found: FoundSegment,
  { flow, direction, time, frame, elsewhere }: Place,
  kept: AnalysisOptions,
): Passing {
  return {
    segment: recordOf(found, flow, direction, kept),
    time,
    frame,
    ipId: found.ipId,
    hasAllOptions: found.hasAllOptions,
    fingerprint: fingerprintOf(found),
    elsewhere,
  };
}

function recordOf(
  { segment, headers, keptPayload, hasAllOptions }: FoundSegment,
  flow: Flow,
  direction: Direction,
  kept: AnalysisOptions,
): SegmentRecord {
  const { excerpt } = kept;
  const header = kept.headers ? headers.slice() : null;
  const copy = copySegment(segment, direction, flow, flow.shiftOf(direction), header, { excerpt });
  const record = flow.agreement.judged(hasAllOptions ? copy : { ...copy, optionsAreCut: true });
  if (record.excerpt === null || record.excerpt.length <= keptPayload) return record;
  return { ...record, excerpt: record.excerpt.slice(0, keptPayload) };
}

/** A hash of the TCP header and of how much data there is (FNV-1a): what does not change when a packet is doubled. */
function fingerprintOf({ segment, headers, transport }: FoundSegment): number {
  const PRIME = 0x0100_0193;
  let hash = 0x811c_9dc5 ^ segment.payload.length;
  for (let i = transport; i < headers.length; i++) hash = Math.imul(hash ^ (headers[i] as number), PRIME);
  return hash;
}

/** The passage of a segment of which this was found, once its connection has taken it. */
export function passageOf(
  { segment, time, frame, ipId, hasAllOptions }: Passing,
  direction: Direction,
  flow: Flow,
  { values: { missedFrom, missedTo }, mark }: Verdict,
): Passage {
  const stateOf = (end: Flow["local"]): State | null => flow.knowsStates ? flow.state(end) : null;
  return {
    direction,
    frame,
    time,
    ipId,
    segment,
    states: { local: stateOf(flow.local), remote: stateOf(flow.remote) },
    isCut: !hasAllOptions,
    isAgain: mark === "retransmission",
    missed: typeof missedFrom === "number" && typeof missedTo === "number"
      ? { start: missedFrom, end: missedTo + 1 }
      : null,
  };
}
