/**
 * Braces of the picture: from a segment to the one that repeats it, with the time between.
 *
 * @module
 */

import { markupText } from "../escape.ts";
import type { LadderRow } from "./ladder.ts";

/** A row, and the height at which its arrow has its local end. */
export interface BraceEnd {
  readonly row: LadderRow;
  readonly y: number;
}

/** Braces that stand beside each other; what finds no room has only the words at its arrow. */
const LANES = 3;
const LANE_WIDTH = 14;
/** How far the first lane is from the left lifeline: the names of states are between. */
const FIRST_LANE = 112;
const DEPTH = 8;
/** Texts nearer to each other than this would overlap. */
const TEXT_HEIGHT = 15;

/** How braces look on light and on dark. */
export const BRACE_STYLE: Readonly<Record<"light" | "dark", string>> = {
  light:
    ".brace { stroke: #b35900; stroke-width: 1.3; fill: none; } .later { fill: #b35900; font-size: 11px; }",
  dark: ".brace { stroke: #ffab40; } .later { fill: #ffab40; }",
};

/** The braces of all rows that repeat another one. */
export function bracesOf(ends: readonly BraceEnd[], lifeline: number): readonly string[] {
  const places = new Map(ends.map(({ row, y }) => [row.event, y]));
  const taken = new Array<number>(LANES).fill(-Infinity);
  const texts: number[] = [];
  const braces: string[] = [];
  for (const { row, y } of ends) {
    const from = row.repeats === null ? undefined : places.get(row.repeats);
    if (from === undefined || from >= y) continue;
    const lane = taken.findIndex((end) => end < from);
    if (lane < 0) continue;
    taken[lane] = y;
    const x = lifeline - FIRST_LANE - lane * LANE_WIDTH;
    const middle = (from + y) / 2;
    braces.push(`<path class="brace" d="${bracePath(x, from, y)}"/>`);
    if (texts.some((at) => Math.abs(at - middle) < TEXT_HEIGHT)) continue;
    texts.push(middle);
    const left = lifeline - FIRST_LANE - LANES * LANE_WIDTH;
    braces.push(
      `<text class="later" x="${left}" y="${round(middle + 4)}" text-anchor="end">${
        markupText(row.later)
      }</text>`,
    );
  }
  return braces;
}

/** A curly brace that opens to the right and points to the left in its middle. */
function bracePath(x: number, from: number, to: number): string {
  const middle = (from + to) / 2;
  const curve = Math.min(DEPTH, (to - from) / 4);
  const edge = x - DEPTH / 2;
  return `M${x} ${round(from)} Q${edge} ${round(from)} ${edge} ${round(from + curve)} L${edge} ${
    round(middle - curve)
  } Q${edge} ${round(middle)} ${x - DEPTH} ${round(middle)} Q${edge} ${round(middle)} ${edge} ${
    round(middle + curve)
  } L${edge} ${round(to - curve)} Q${edge} ${round(to)} ${x} ${round(to)}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
