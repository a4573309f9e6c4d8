/**
 * What an arrow says, on it and below it.
 *
 * @module
 */

import { wrap } from "../explain.ts";

/** A text on the arrow, and lines for which it has no room. */
export interface ArrowTexts {
  readonly onArrow: string;
  readonly below: readonly string[];
}

/** The label and its marks on the arrow where both fit into `most` characters, else what fits of the label. */
export function arrowTexts(label: string, marks: string, most: number, mostBelow: number): ArrowTexts {
  const whole = marks === "" ? label : `${label} (${marks})`;
  if (whole.length <= most) return { onArrow: whole, below: [] };
  const [onArrow = "", ...rest] = wrap(label, most);
  return { onArrow, below: [...rest, ...marks === "" ? [] : wrap(marks, mostBelow)] };
}
