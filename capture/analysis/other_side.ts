/**
 * What another capture of the same connections shows, as somebody who tells this one asks for it.
 *
 * @module
 */

import type { FindingCode, NoteCode } from "../../trace/catalogue.ts";
import type { Direction } from "../../trace/copy.ts";
import type { Far, SegmentRecord } from "../../trace/record.ts";

/** The first copy of something; one that was sent again; a packet that was there once and is here twice. */
export type CopyElsewhere = "first" | "again" | "double";

/** What is to be added to what is found of a packet. */
export interface FoundThere {
  readonly codes: readonly FindingCode[];
  readonly values: Readonly<Record<string, number | string>>;
  readonly far: Far;
  /** Which copy it is, where that capture is nearer to the sender; null: it is not, or does not have it. */
  readonly copy: CopyElsewhere | null;
}

/** Something that this capture does not have. */
export type ThereOnly =
  & {
    /** Its number; null: of all of them. */
    readonly connection: number | null;
    readonly time: number;
  }
  & (
    | {
      readonly kind: "lost";
      readonly direction: Direction;
      readonly found: FoundThere;
      readonly segment: SegmentRecord;
    }
    | {
      readonly kind: "note";
      readonly code: NoteCode;
      readonly values: Readonly<Record<string, number | string>>;
    }
  );

/** Answers by frame and by time. */
export interface OtherSide {
  /** What the other capture shows of a packet; null: nothing. */
  of(frame: number): FoundThere | null;
  /** What happened before a moment and has not been asked for yet, in order. */
  before(time: number): readonly ThereOnly[];
}
