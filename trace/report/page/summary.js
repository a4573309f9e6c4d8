/**
 * What there is to say of a connection as a whole.
 *
 * @module
 */

import { amountText, octetsText, spanText } from "./format.js";

/** Names and values, some with a class, of a connection's summary. */
export function factsOf(trace, connection, indices) {
  const facts = trace.data.facts[connection.id];
  // As `TALLIED` in trace/tally.ts has them.
  const [, , again = 0, , , , , dropped = 0] = trace.totalOf(connection.id).tally;
  const segments = (way) => {
    const { segments: { [way]: count }, octets: { [way]: octets } } = facts;
    return `${octetsText(count)} segment${count === 1 ? "" : "s"}, ${amountText(octets)}`;
  };
  const againOf = (count) => count === null ? "" : `, ${octetsText(count)} sent again`;
  const { ends } = connection;
  const shown = [
    ["Duration", spanText(facts?.duration ?? spanOf(trace, indices)), ""],
    ...facts === undefined ? [] : [
      [ends?.local ?? "Sent", segments(0) + againOf(facts.again[0]), again > 0 ? "again" : ""],
      [ends?.remote ?? "Received", segments(1) + againOf(facts.again[1]), ""],
    ],
    ...dropped === 0 ? [] : [["Lost or dropped", octetsText(dropped), "lost"]],
    ["Minimum RTT", rttText(facts), ""],
    ["Ended", facts?.ending ?? "not known", ""],
    ["Began", trace.data.start ?? "not known", ""],
  ];
  for (const fact of shown) fact[0] = fact[0][0].toUpperCase() + fact[0].slice(1);
  if (facts !== undefined) shown.push(["Filter for Wireshark", facts.filter, "filter"]);
  return shown;
}

/** Of a capture between both ends that saw answers of one only, the way to that one. */
export function rttText(facts) {
  if (facts === undefined || facts.leastRtt === null) return "not measured";
  return `${facts.leastRttIsPart ? "≥ " : ""}${spanText(facts.leastRtt)}`;
}

function spanOf({ columns }, indices) {
  if (indices.length === 0) return 0;
  const [first, last] = [columns.time[indices[0]], columns.time[indices.at(-1)]];
  return first === null || last === null ? null : last - first;
}
