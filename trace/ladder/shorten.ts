/**
 * Ladders that would be too long: runs of ordinary segments, and the middle of what is still too long, become rows that say
 * how much they stand for.
 *
 * @module
 */

import { spanText } from "../format.ts";
import { newTally, segmentsText, segmentWords, type Tally } from "../tally.ts";
import { type Draft, moreRow } from "./draft.ts";

/** Long runs of ordinary segments become one row, or up to three where some of them were not kept. */
export function collapsed(rows: readonly Draft[], mostAlike: number): Draft[] {
  const result: Draft[] = [];
  let run: Draft[] = [];
  const endRun = (): void => {
    const kept = run.length <= mostAlike + 1 ? run.length : Math.ceil(mostAlike / 2);
    const tailStart = Math.max(kept, run.length - Math.floor(mostAlike / 2));
    const hidden = run.slice(kept, tailStart);
    result.push(...run.slice(0, kept).flatMap(withWords));
    if (hidden.length > 0) result.push(...hiddenRun(hidden));
    if (kept < run.length) result.push(...run.slice(tailStart).flatMap(withWords));
    run = [];
  };
  for (const row of rows) {
    if (row.ordinary && row.state === null && (row.far?.state ?? null) === null) run.push(row);
    else {
      endRun();
      result.push(row);
    }
  }
  endRun();
  return result;
}

/** Segments that were not kept are told by their kinds in rows of their own, which would be too long otherwise. */
function withWords(row: Draft): Draft[] {
  return row.isGap ? [row, ...wordsRows(row.time, row.tally)] : [row];
}

function hiddenRun(hidden: readonly Draft[]): Draft[] {
  const tally = sumOf(hidden);
  const time = (hidden[0] as Draft).time;
  const last = (hidden.at(-1) as Draft).time;
  const row = { ...moreRow(time, `${segmentsText(tally, " more")} in ${spanText(last - time)}`), tally };
  return hidden.some(({ isGap }) => isGap) ? [row, ...wordsRows(time, tally)] : [row];
}

function wordsRows(time: number, tally: Tally | null): Draft[] {
  return segmentWords(tally ?? []).map((words) => moreRow(time, words));
}

function sumOf(rows: readonly Draft[]): Tally {
  const sum = newTally();
  for (const { tally } of rows) tally?.forEach((count, i) => sum[i] = (sum[i] ?? 0) + count);
  return sum;
}

/** The beginning and the end, with what is between in words. */
export function limited(rows: readonly Draft[], most: number): readonly Draft[] {
  if (rows.length <= most) return rows;
  const WORDS = 3;
  const first = Math.max(Math.ceil((most - WORDS) / 2), 0);
  const last = Math.max(Math.floor((most - WORDS) / 2), 0);
  const hidden = rows.slice(first, rows.length - last);
  const { time } = hidden[0] as Draft;
  const end = (hidden.at(-1) as Draft).time;
  const tally = sumOf(hidden);
  const label = `${hidden.length} more rows in ${spanText(end - time)}, of ${segmentsText(tally)}:`;
  return [
    ...rows.slice(0, first),
    moreRow(time, label),
    ...wordsRows(time, tally),
    ...rows.slice(rows.length - last),
  ];
}
