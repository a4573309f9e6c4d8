/**
 * Loss detection by counting what the peer reported beyond a hole: IsLost and NextSeg of RFC 6675 4. Used when RACK is off.
 *
 * @module
 */

import type { InFlight } from "./scoreboard.ts";
import { Mark } from "./mark.ts";

/** Marks every record with `dupThresh` reported ranges, or more than `dupThresh` - 1 segments reported, beyond it. */
export function markLostByCount(inFlight: InFlight, dupThresh: number, mss: number): void {
  let octetsAbove = 0;
  let rangesAbove = 0;
  let inRange = false;
  for (let index = inFlight.count - 1; index >= 0; index--) {
    const marks = inFlight.marks(index);
    if ((marks & Mark.sacked) !== 0) {
      octetsAbove += inFlight.length(index);
      if (!inRange) rangesAbove++;
      inRange = true;
      continue;
    }
    inRange = false;
    const isLost = rangesAbove >= dupThresh || octetsAbove > (dupThresh - 1) * mss;
    if (isLost && (marks & (Mark.lost | Mark.everResent)) === 0) inFlight.markLost(index, "retransmit-sack");
  }
}

/** Marks the first hole below the highest report that was not sent again yet, however little was reported beyond it. */
export function markNextHole(inFlight: InFlight): void {
  if (inFlight.hasLostToResend) return;
  let found = -1;
  for (let index = 0; index < inFlight.count; index++) {
    const marks = inFlight.marks(index);
    if (found >= 0 && (marks & Mark.sacked) !== 0) return inFlight.markLost(found, "retransmit-sack");
    const isHole = (marks & (Mark.sacked | Mark.lost | Mark.everResent)) === 0;
    if (found < 0 && isHole) found = index;
  }
}
