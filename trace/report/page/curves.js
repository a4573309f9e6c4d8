/**
 * What the graphs of windows, throughput and round trips of one end draw, as makePlot wants it.
 *
 * @module
 */

import { amountText, color, octetsText, spanText } from "./format.js";
import { line } from "./plot.js";

const SECOND = 1_000_000;
/** Points of the throughput graph. */
const BINS = 80;
/** The peer's window belongs to the story when what is in flight comes as near to it as this. */
const NEAR = 0.5;

const number = (value) => typeof value === "number" ? value : null;

/** Windows and flight of the end whose variables have that prefix; null when none of them is known. */
export function windowSpec(trace, indices, prefix) {
  const column = (name) => trace.columns[prefix + name];
  const known = knownOf(trace, indices, prefix);
  if (known.length === 0) return null;
  const [cwnd, ssthresh, flight, pipe, window] = ["cwnd", "ssthresh", "flight", "pipe", "sndWnd"]
    .map((name) => known.map((i) => number(column(name)[i])));
  // A FIN counts in pipe alone.
  const hasOwnPipe = pipe.some((value, k) => value !== null && Math.abs(value - flight[k]) > 1);
  const curves = [
    [cwnd, line("cwnd", "cwnd", true), true],
    [ssthresh, line("ssthresh", "ssthresh", true, [6, 4]), true],
    [flight, line("flight", "flight", true), true],
    [pipe, line("pipe", "again", true, [3, 3]), hasOwnPipe],
    [window, line("peer's window", "edge", true, [2, 4]), isWindowTheStory(flight, window, cwnd)],
  ].filter(([values]) => values.some((value) => value !== null));
  const most = curves.slice(0, 3).map(([values, { label }]) => `${label} ${octetsText(largest(values))}`);
  return {
    label: "Octets",
    value: (value) => octetsText(Math.round(value)),
    data: [known.map((i) => trace.columns.time[i] / SECOND), ...curves.map(([values]) => values)],
    series: curves.map(([, series, show]) => ({ ...series, show })),
    summary: `at most: ${most.join(", ")} octets`,
  };
}

/** Whether the receiver's window held the sender back, or nearly: it was closed, or flight came near it, or it ends the picture. */
function isWindowTheStory(flight, window, cwnd) {
  const most = Math.max(largest(flight), largest(cwnd));
  return window.some((value, k) =>
    value !== null &&
    ((flight[k] > 0 && flight[k] >= NEAR * value) || value <= most)
  );
}

/** How fast an end sends new octets, and how fast they are acknowledged: from the highest numbers, so that repeats do not count. */
export function throughputSpec(trace, sequence) {
  const { columns } = trace;
  const { segments, answers } = sequence;
  const times = [...segments, ...answers].map((i) => columns.time[i]).sort((a, b) => a - b);
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 1];
  if (last <= first) return null;
  const step = (last - first) / BINS;
  const rates = (events, value) => {
    const counts = new Array(BINS).fill(0);
    let highest = null;
    for (const i of events) {
      const reached = value(i);
      if (highest !== null && reached > highest) {
        counts[Math.min(Math.floor((columns.time[i] - first) / step), BINS - 1)] += reached - highest;
      }
      highest = Math.max(highest ?? reached, reached);
    }
    return [...counts.map((count) => count / step * SECOND), 0];
  };
  const sent = rates(segments, (i) => columns.end[i]);
  return {
    label: "Octets a second",
    value: (value) => `${amountText(value)}/s`,
    axisValue: amountText,
    data: [
      Array.from({ length: BINS + 1 }, (_value, k) => (first + k * step) / SECOND),
      sent,
      rates(answers, (i) => columns.ack[i]),
    ],
    series: [line("sent for the first time", "data", true), line("acknowledged", "ack", true, [5, 3])],
    summary: `each point stands for ${spanText(step)}; at most ${amountText(largest(sent))}/s sent`,
  };
}

/** Round trips of an end, and its timeout where it is known; null when none was measured. */
export function roundTripSpec(trace, indices, prefix) {
  const column = (name) => trace.columns[prefix + name];
  const known = knownOf(trace, indices, prefix).filter((i) => column("srtt")[i] > 0);
  if (known.length === 0) return null;
  const milliseconds = (name) => known.map((i) => column(name)[i] === null ? null : column(name)[i] / 1_000);
  const latest = milliseconds("latestRtt");
  const smoothed = milliseconds("srtt");
  return {
    label: "Milliseconds",
    logarithmic: true,
    value: (value) => spanText(value * 1_000),
    data: [
      known.map((i) => trace.columns.time[i] / SECOND),
      latest.map((value, k) => value !== latest[k - 1] ? value : null),
      smoothed,
      milliseconds("rto"),
    ],
    series: [
      {
        ...line("RTT", "data", false),
        paths: () => null,
        points: { show: true, size: 5, fill: () => color("data") },
      },
      line("SRTT", "cwnd", true),
      line("RTO", "again", true, [6, 4]),
    ],
    summary: `smoothed round trip at last ${spanText(smoothed.at(-1) * 1_000)}`,
  };
}

function knownOf({ columns }, indices, prefix) {
  const state = columns[`${prefix}state`];
  return state === undefined ? [] : indices.filter((i) => state[i] !== null);
}

function largest(values) {
  return values.reduce((most, value) => Math.max(most, value ?? 0), 0);
}
