/**
 * TCP options as text and as JSON, one row each.
 *
 * @module
 */

import { Option } from "./core.ts";
import { sackText } from "./format.ts";
import type { SegmentRecord } from "./record.ts";

/** How one option is shown. */
interface ShownOption {
  /** One of `Option`. */
  readonly bit: number;
  /** Its name in JSON. */
  readonly name: string;
  readonly text: (segment: SegmentRecord) => string;
  readonly value: (segment: SegmentRecord) => unknown;
}

/** The options in the order in which they are shown. */
const OPTIONS: readonly ShownOption[] = [
  {
    bit: Option.maximumSegmentSize,
    name: "mss",
    text: ({ maximumSegmentSize }) => `mss ${maximumSegmentSize}`,
    value: ({ maximumSegmentSize }) => maximumSegmentSize,
  },
  { bit: Option.selectiveAckPermitted, name: "sackPermitted", text: () => "sack-ok", value: () => true },
  {
    bit: Option.timestamps,
    name: "timestamps",
    text: ({ timestampValue, timestampEcho }) => `ts ${timestampValue}:${timestampEcho}`,
    value: ({ timestampValue, timestampEcho }) => ({ value: timestampValue, echo: timestampEcho }),
  },
  {
    bit: Option.windowScale,
    name: "windowScale",
    text: ({ windowScale }) => `ws ${windowScale}`,
    value: ({ windowScale }) => windowScale,
  },
  {
    bit: Option.selectiveAck,
    name: "sack",
    text: ({ sackEdges }) => `sack ${sackText(sackEdges)}`,
    value: ({ sackEdges }) =>
      sackEdges.filter((_edge, i) => i % 2 === 0).map((left, i) => [left, sackEdges[2 * i + 1]]),
  },
  {
    bit: Option.userTimeout,
    name: "userTimeout",
    text: ({ userTimeout }) => `uto ${userTimeoutText(userTimeout)}`,
    value: ({ userTimeout }) => userTimeout,
  },
];

/** The options as one text: `mss 1460 sack-ok ts 1:0 ws 8`; `…` stands for those that were cut off; empty for none. */
export function optionsText(segment: SegmentRecord): string {
  let all = "";
  for (const { bit, text } of OPTIONS) {
    if ((segment.options & bit) !== 0) all += all === "" ? text(segment) : ` ${text(segment)}`;
  }
  const { otherOptions, optionsAreCut } = segment;
  if (otherOptions !== undefined) all += all === "" ? otherOptions : ` ${otherOptions}`;
  if (optionsAreCut === true) all += all === "" ? "…" : " …";
  return all;
}

/** The options as JSON has them, by their names. */
export function optionsJson(segment: SegmentRecord): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const { bit, name, value } of OPTIONS) {
    if ((segment.options & bit) !== 0) json[name] = value(segment);
  }
  if (segment.otherOptions !== undefined) json["other"] = segment.otherOptions;
  if (segment.optionsAreCut === true) json["cut"] = true;
  return json;
}

/** The user timeout option, RFC 5482 3.3: minutes when the granularity bit is set, else seconds. */
function userTimeoutText(field: number): string {
  const GRANULARITY = 0x8000;
  return `${field & (GRANULARITY - 1)}${(field & GRANULARITY) !== 0 ? "min" : "s"}`;
}
