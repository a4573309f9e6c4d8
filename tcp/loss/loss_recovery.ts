/**
 * What loss recovery needs to know of an acknowledgement.
 *
 * @module
 */

import { type SeqNumber, seqNumber, type Timestamp } from "../base/seq.ts";
import { type Instant, instant, type Micros, micros } from "../base/units.ts";

/** What recovery needs to know of an acknowledgement; one reused record. */
export class AckFacts {
  now: Instant = instant(0);
  /** SND.UNA before and after. */
  priorUna: SeqNumber = seqNumber(0);
  una: SeqNumber = seqNumber(0);
  sndNxt: SeqNumber = seqNumber(0);
  /** Payload of a full segment, octets. */
  mss = 1;
  /** Whether SACK was agreed. */
  selective = false;
  /** Octets newly reported by SACK. */
  newlySacked = 0;
  /** Whether it is a duplicate by RFC 5681 2. */
  isDuplicate = false;
  /** Whether it reports a segment received twice (DSACK). */
  reportsDuplicate = false;
  /** What it reports so: from here to there. */
  duplicateLeft: SeqNumber = seqNumber(0);
  duplicateRight: SeqNumber = seqNumber(0);
  /** The timestamp echoed; null without timestamps. */
  echo: Timestamp | null = null;
  /** Whether the congestion window is what held sending back. */
  windowLimited = false;
  smoothedRtt: Micros = micros(0);
  minimumRtt: Micros = micros(0);
  /** Whether it echoes a congestion mark, ECN being agreed. */
  echoesMark = false;
  /** Whether new text waits that the peer's window lets out. */
  hasSendableText = false;
}
