/**
 * The glossary as a terminal shows it.
 *
 * @module
 */

import { glossaryLines } from "../../trace/mod.ts";

const WIDTH = 100;

export function glossaryPage(): string {
  return `${glossaryLines(WIDTH).join("\n")}\n`;
}
