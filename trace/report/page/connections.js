/**
 * The table of connections, which comes first when there are several.
 *
 * @module
 */

import { amountText, secondsText, spanText } from "./format.js";
import { Grid } from "./grid.js";
import { rttText } from "./summary.js";

const MILLISECONDS = 1_000;

/** Shows all connections in `place`; `onPick(connection)` when one is chosen. */
export function makeConnections(trace, place, onPick) {
  const { connections, facts, start } = trace.data;
  const began = start === null ? null : Date.parse(start);
  const fact = ({ id }) => facts[id];
  const each = (name, text) => (connection) => {
    const values = fact(connection)?.[name];
    return values === undefined ? "" : values.map((value) => value === null ? "?" : text(value)).join(" / ");
  };
  const sum = (name) => (connection) => fact(connection)?.[name].reduce((a, b) => a + (b ?? 0), 0) ?? null;
  const grid = new Grid(place, connections, {
    label: "Connections: arrow keys move, Enter shows one",
    columns: [
      { name: "#", className: "number", value: ({ id }) => id, order: ({ id }) => id },
      { name: "From", className: "end", value: ({ local }) => local, order: ({ local }) => local },
      { name: "To", className: "end", value: ({ remote }) => remote, order: ({ remote }) => remote },
      {
        name: "Start",
        className: "number",
        value: (one) => startText(fact(one)?.start, began),
        order: (one) => fact(one)?.start ?? null,
      },
      {
        name: "Duration",
        className: "number",
        value: (one) => spanText(fact(one)?.duration),
        order: (one) => fact(one)?.duration ?? null,
      },
      { name: "Octets → / ←", className: "number", value: each("octets", amountText), order: sum("octets") },
      { name: "Again → / ←", className: "number", value: each("again", String), order: sum("again") },
      {
        name: "Minimum RTT",
        className: "number",
        value: (one) => rttText(fact(one)),
        order: (one) => fact(one)?.leastRtt ?? null,
      },
      {
        name: "How it ended",
        className: "ending",
        value: (one) => fact(one)?.ending ?? "?",
        order: (one) => fact(one)?.ending ?? null,
      },
      { name: "Filter for Wireshark", className: "filter", value: (one) => fact(one)?.filter ?? "" },
    ],
    classOf: () => "",
    onPick,
    onMove: (one) => grid.select(one),
    onEnter: onPick,
  });
  return grid;
}

/** By the wall clock, or else from the first packet on. */
function startText(start, began) {
  if (start === undefined) return "?";
  if (began === null) return `${secondsText(start)} s`;
  return new Date(began + start / MILLISECONDS).toISOString().slice(11, 23);
}
