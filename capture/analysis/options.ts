/**
 * What is asked of a reading of a capture, and what one reading tells the next.
 *
 * @module
 */

import type { OtherSide } from "./other_side.ts";
import type { Selection } from "./selection.ts";

/** How much is kept of each segment. */
export interface AnalysisOptions {
  /** Whether each segment's headers are kept as octets. */
  readonly headers: boolean;
  /** Octets of payload kept with each event. */
  readonly excerpt: number;
}

/** What a first reading has shown, for a second one to know beforehand. */
export interface Hindsight {
  /** Addresses of ends that leave their checksums to a device. */
  readonly offloading: readonly string[];
  /** Whether the file has its packets in another order than that of their times. */
  readonly isUnsorted: boolean;
  /** Nanoseconds by which they are late there at most. */
  readonly disorder: bigint;
  /** Whether it has most packets twice. */
  readonly doublesAll: boolean;
  /** RSTs that have ended nothing, by their frames. */
  readonly revokedResets: ReadonlyMap<number, "reset-revoked" | "challenge-seen">;
}

/** Which connections of a capture are told, and what is known of it. */
export interface ReadingOptions {
  /** What an earlier reading of the same file found out. */
  readonly hindsight?: Hindsight;
  /** The connections to tell of. @default all */
  readonly selection?: Selection;
  /** A text to look for in what connections carry. */
  readonly find?: string;
}

/** How much is shown, and of which connections. */
export interface TellingOptions extends ReadingOptions {
  /** How many events are kept, and of what. */
  readonly kept: AnalysisOptions;
  /** What another capture shows of the same connections. */
  readonly other?: OtherSide;
  /** Whether the packets of each connection are kept with it. @default false */
  readonly keepsPassages?: boolean;
  /** Whether our own comments are left aside. @default false */
  readonly ignoresComments?: boolean;
}
