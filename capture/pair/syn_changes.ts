/**
 * What middle boxes have changed of a SYN between two points.
 *
 * @module
 */

import type { Passage } from "../analysis/passage.ts";
import { changesText } from "../analysis/syn_options.ts";
import { Flag } from "../../trace/core.ts";

/** In words; empty: nothing, or not all of its options were captured. */
export function synChanges(before: Passage, after: Passage): string {
  if ((before.segment.flags & Flag.syn) === 0 || before.isCut || after.isCut) return "";
  return changesText(before.segment, after.segment);
}
