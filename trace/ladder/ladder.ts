/**
 * What a ladder diagram consists of, whoever draws it.
 *
 * @module
 */

import type { Fate } from "../fates.ts";

/** How a row is to be taken. */
export type RowTone =
  /** As it should be. */
  | "plain"
  /** Something is sent or received again, or out of order. */
  | "again"
  /** Something is lost or thrown away. */
  | "lost"
  /** A remark that is no trouble. */
  | "note";

/** A line of the ladder. */
export interface LadderRow {
  /** The event's number; 0 for a row that stands for many. */
  readonly event: number;
  /** Microseconds since the first event of the recording. */
  readonly time: number;
  readonly kind: "sent" | "arrived" | "note" | "more";
  readonly tone: RowTone;
  /** Of an arrow the segment, in the notation of all outputs. */
  readonly label: string;
  /** Whether the arrow ends on its way: the segment is known to be lost, or only presumed to be. */
  readonly loss: Fate["loss"];
  /** What is remarkable about an arrow, in a few words each. */
  readonly marks: readonly string[];
  /** Why it was sent, or what it means, in a few words. */
  readonly reason: string;
  /** The event whose segment the arrow repeats, and how much later; null: none. */
  readonly repeats: number | null;
  readonly later: string;
  /** The local end's state from here on, when it is another than before. */
  readonly state: string | null;
  /** The packet at the remote end's lifeline, where a second capture shows it; null: there is none. */
  readonly far: FarSide | null;
  /** What is said of the event, one sentence after the other. */
  readonly why: string;
}

/** What a second capture shows at the remote end's lifeline. */
export interface FarSide {
  /** Microseconds since the first event of the recording; null: the packet has not passed there. */
  readonly time: number | null;
  /** The remote end's state from here on, when it is another than before. */
  readonly state: string | null;
}

/** What is drawn. */
export interface Ladder {
  readonly local: string;
  readonly remote: string;
  /** The header's own numbers for which 0 stands at either end; null: not known, or nothing counts from them. */
  readonly initial: { readonly local: number | null; readonly remote: number | null };
  readonly rows: readonly LadderRow[];
}
