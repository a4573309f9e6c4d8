/**
 * The head of a terminal's ladder: both ends, each above its lifeline, and the numbers for which 0 stands.
 *
 * @module
 */

import type { Ladder } from "./ladder.ts";

/** The lines of the head; `left` is the column of the left lifeline, `span` the columns from it to the right one. */
export function headingLines(
  { local, remote, initial }: Ladder,
  left: number,
  span: number,
  width: number,
  cut: string,
): string[] {
  const lines = pair(local, remote, left, span, width, cut);
  const own = initialText(initial.local);
  const peers = initialText(initial.remote);
  return own === "" && peers === "" ? lines : [...lines, ...pair(own, peers, left, span, width, cut)];
}

/** Side by side where both fit, else one below the other, the right one always ending where its line is. */
function pair(
  local: string,
  remote: string,
  left: number,
  span: number,
  width: number,
  cut: string,
): string[] {
  const end = Math.min(left + span, width);
  if (local.length + remote.length + 2 <= end - left) {
    return [" ".repeat(left) + local.padEnd(end - left - remote.length) + remote];
  }
  const room = Math.max(end, 1);
  const above = inMiddle(local, room, cut);
  return [" ".repeat(Math.min(left, end - above.length)) + above, inMiddle(remote, room, cut).padStart(end)];
}

/** A text that is too long loses its middle: what tells ends apart is at the end as often as at the beginning. */
function inMiddle(text: string, room: number, cut: string): string {
  if (text.length <= room) return text;
  const kept = room - cut.length;
  const last = Math.ceil(kept / 2);
  return text.slice(0, kept - last) + cut + text.slice(text.length - last);
}

function initialText(number: number | null): string {
  return number === null ? "" : `seq 0 is ${number}`;
}
