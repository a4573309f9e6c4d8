/**
 * The table of events.
 *
 * @module
 */

import { flagsText, octetsText, secondsText, spanText } from "./format.js";
import { Grid } from "./grid.js";

const ARROWS = {
  sent: "→",
  arrived: "←",
  dropped: "✗",
  lost: "✗",
  state: "=",
  timer: "!",
  congestion: "~",
  note: "#",
  icmp: "?",
};

/** Shows the events of `indices` in `place`; `onPick(index)` when one is chosen. */
export function makeTable(trace, indices, place, onPick) {
  const { columns } = trace;
  const ofSegment = (i, text) => trace.isSegment(i) ? text(i) : "";
  const known = (i, text) => columns.state[i] === null ? "" : text(i);
  return new Grid(place, indices, {
    label: "Events: arrow keys move, Enter shows the header",
    columns: [
      { name: "#", className: "number", value: (i) => columns.number[i] },
      { name: "Time", className: "number", value: (i) => secondsText(columns.time[i]) },
      { name: "", className: "arrow", value: (i) => ARROWS[trace.kind(i)] },
      { name: "Flags", className: "", value: (i) => ofSegment(i, () => flagsText(columns.flags[i])) },
      { name: "Seq", className: "number", value: (i) => ofSegment(i, () => trace.numbers(i)) },
      {
        name: "Octets",
        className: "number",
        value: (i) => ofSegment(i, () => octetsText(columns.length[i])),
      },
      { name: "Ack", className: "number ack", value: (i) => columns.ack[i] ?? "" },
      {
        name: "Window",
        className: "number",
        value: (i) =>
          ofSegment(i, () => `${octetsText(columns.window[i])}${trace.isWindowRaw(i) ? "×?" : ""}`),
      },
      { name: "Why", className: "why", value: (i) => whyOf(trace, i) },
      { name: "State", className: "spare", value: (i) => trace.state(i) },
      { name: "cwnd", className: "number spare", value: (i) => known(i, () => octetsText(columns.cwnd[i])) },
      {
        name: "Flight",
        className: "number spare",
        value: (i) => known(i, () => octetsText(columns.flight[i])),
      },
      {
        name: "SRTT",
        className: "number spare",
        value: (i) => columns.srtt[i] > 0 ? spanText(columns.srtt[i]) : "",
      },
    ],
    classOf: (i) => {
      const kind = trace.kind(i);
      return kind === "dropped" || kind === "lost" ? "lost" : trace.isMarked(i) ? "again" : kind;
    },
    onPick,
    onMove: onPick,
    onEnter: () => document.getElementById("detail").focus(),
  });
}

/** Shows only events that have all these words, or only those with a mark. @returns how many they are */
export function filterEvents(grid, trace, wanted, onlyMarked) {
  const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return grid.filter((i) => {
    if (onlyMarked && !trace.isMarked(i) && trace.kind(i) !== "timer") return false;
    if (words.length === 0) return true;
    const text = grid.textOf(i);
    return words.every((word) => text.includes(word));
  });
}

function whyOf(trace, i) {
  const tally = trace.columns.leftOut[i];
  const gap = tally === 0 ? "" : ` (not kept before it: ${trace.words(tally)})`;
  return (trace.isAgain(i) ? "again: " : "") + trace.label(i) + gap;
}
