/**
 * What is found of one segment, while it is looked at.
 *
 * @module
 */

import type { CopyElsewhere, FoundThere } from "./other_side.ts";
import type { FindingCode } from "../../trace/catalogue.ts";
import type { Findings, SegmentMark, SegmentRecord } from "../../trace/record.ts";

/** A segment as it passes. */
export interface Passing {
  readonly segment: SegmentRecord;
  /** µs since the capture's start. */
  readonly time: number;
  /** Number of the packet in the file. */
  readonly frame: number;
  /** Identification of the IPv4 packet; -1: none. */
  readonly ipId: number;
  /** Whether the capture has all of its options. */
  readonly hasAllOptions: boolean;
  /** What does not change when a packet is doubled. */
  readonly fingerprint: number;
  /** What a capture nearer to its sender shows of it; null: there is none. */
  readonly elsewhere: CopyElsewhere | null;
}

const NO_MARKS: readonly SegmentMark[] = [];

/** Gathers findings. */
export class Verdict {
  readonly codes: FindingCode[] = [];
  readonly values: Record<string, number | string> = {};
  mark: SegmentMark | null = null;
  /** Whether nothing else is to be said of the segment, nor learnt from it: it has passed before. */
  isDouble = false;

  add(code: FindingCode): void {
    this.codes.push(code);
  }

  get marks(): readonly SegmentMark[] {
    return this.mark === null ? NO_MARKS : [this.mark];
  }

  /** What was found; at least that there is nothing new. `there`: what another capture shows of it. */
  findings(there: FoundThere | null = null): Findings {
    if (this.codes.length === 0) this.codes.push("nothing-new-seen");
    if (there === null) return { codes: this.codes, values: this.values };
    const { codes, values, far } = there;
    return { codes: [...this.codes, ...codes], values: { ...this.values, ...values }, far };
  }
}
