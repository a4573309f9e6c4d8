/**
 * What two captures show of a connection together, in some lines.
 *
 * @module
 */

import type { CapturedConnection } from "../analysis/captured_connection.ts";
import type { Passage } from "../analysis/passage.ts";
import { spanText } from "../../trace/format.ts";
import type { Clocks } from "./clocks.ts";
import { type Comparison, pairOf } from "./comparison.ts";
import type { Crossing, Crossings } from "./crossings.ts";
import { synChanges } from "./syn_changes.ts";
import { aheadText } from "./telling.ts";

const MEDIAN = 0.5;

/** The lines about one connection, to stand below its summary; none when it is not one of those compared. */
export function comparedLines(comparison: Comparison, connection: CapturedConnection): readonly string[] {
  const { here, there, clocks, flows } = pairOf(comparison);
  const flow = flows.find((one) => one.here.record.id === connection.record.id);
  if (flow === undefined) return [];
  const { local, remote } = flow.here;
  const [near, far] = flow.leaving === "sent" ? [local, remote] : [remote, local];
  return [
    `  between     ` +
    (clocks.areAtOnePlace
      ? `${here.name} and ${there.name}: hardly any time passes between them, as at one place`
      : `${here.name} (on the side of ${near.name}) and ${there.name} (of ${far.name})`),
    ...clockLines(clocks, there.name),
    ...wayLines(`to ${far.name}`, flow.toThere, here.name, there.name),
    ...wayLines(`to ${near.name}`, flow.toHere, there.name, here.name),
  ];
}

function clockLines(clocks: Clocks, there: string): string[] {
  const { halfway, roundTrip, areTakenAsEqual, drift, driftRate } = clocks;
  if (halfway === null) return ["    clocks      not known: packets of one direction alone are in both"];
  const drifting = drift === 0
    ? ""
    : `, and drifts by ${spanText(Math.abs(drift))} (${driftRate.toFixed(1)} ppm)`;
  const equally = `if both ways take equally long (${spanText(roundTrip / 2)} at least)`;
  return [
    areTakenAsEqual
      ? `    clocks      taken as equal, which no packet contradicts; ${equally} that of ${there} is ${
        aheadText(halfway)
      }`
      : `    clocks      that of ${there} is ${aheadText(clocks.aheadAt(0))}${drifting}, ${equally}${
        drift === 0 ? `; by ${spanText(roundTrip / 2)} more or less at most` : ""
      }`,
  ];
}

function wayLines(title: string, crossings: Crossings, from: string, to: string): string[] {
  const all = [...crossings.byUp.values()];
  if (all.length === 0) return [`    ${title}: nothing of it is in ${from}`];
  const arrived = all.filter(({ arrivals }) => arrivals.length > 0);
  const absent = (absence: Crossing["absence"]): readonly Crossing[] =>
    all.filter((one) => one.absence === absence);
  const late = arrived.filter(({ overtakenBy }) => overtakenBy > 0);
  const most = late.reduce((extent, { overtakenBy }) => Math.max(extent, overtakenBy), 0);
  const facts = [
    ...countOf("lost between", absent("lost")),
    ...countOf("partly lost between", arrived.filter(({ missing }) => missing.length > 0)),
    ...countOf(`lost between, or missed by ${to}`, absent("either")),
    ...countOf(`missed by ${to}`, absent("missed")),
    ...arrived.flatMap(({ up, arrivals }) => changesOf(up, arrivals[0])),
    ...countOf(
      `not covered by ${to}`,
      all.filter(({ arrivals, absence }) => arrivals.length === 0 && absence === null),
    ),
    ...countOf(`overtaken on the way, by up to ${most}`, late),
    ...crossings.doubles.size === 0 ? [] : [
      `${crossings.doubles.size} doubled on the way (first: frame ${
        firstFrame(crossings.doubles.keys())
      } of ${to})`,
    ],
    ...crossings.unsent.length === 0
      ? []
      : [`${crossings.unsent.length} in ${to} alone (first: frame ${firstFrame(crossings.unsent)})`],
  ];
  return [
    `    ${title}: ${all.length} packets in ${from}, ${arrived.length} of them in ${to}${delayText(arrived)}`,
    ...facts.map((fact) => `      ${fact}`),
  ];
}

function changesOf(up: Passage, arrival: Passage | undefined): string[] {
  const changes = arrival === undefined ? "" : synChanges(up, arrival);
  return changes === "" ? [] : [`SYN changed on the way: ${changes} (frame ${up.frame})`];
}

function firstFrame(passages: Iterable<{ readonly frame: number }>): number {
  return Math.min(...[...passages].map(({ frame }) => frame));
}

function countOf(what: string, crossings: readonly Crossing[]): string[] {
  const [first] = crossings;
  return first === undefined ? [] : [`${crossings.length} ${what} (first: frame ${first.up.frame})`];
}

function delayText(arrived: readonly Crossing[]): string {
  const delays = arrived.map(({ delay }) => Math.max(delay ?? 0, 0)).sort((a, b) => a - b);
  const [least, most] = [delays[0], delays.at(-1)];
  if (least === undefined || most === undefined) return "";
  const median = delays[Math.floor(delays.length * MEDIAN)] ?? least;
  return `; on the way ${spanText(least)} to ${spanText(most)}, median ${spanText(median)}`;
}
