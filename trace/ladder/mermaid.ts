/**
 * The ladder as a Mermaid sequence diagram, which code hosts draw.
 *
 * @module
 */

import { mermaidText } from "../escape.ts";
import { spanText } from "../format.ts";
import type { Ladder, LadderRow } from "./rows.ts";

/** Mermaid refuses texts of more than 50,000 characters unless it is told otherwise. */
const MOST_CHARACTERS = 45_000;

/** The text of the diagram. */
export function mermaidLadder(ladder: Ladder): string {
  const lines = [
    "sequenceDiagram",
    `    participant L as ${mermaidText(ladder.local)}`,
    `    participant R as ${mermaidText(ladder.remote)}`,
  ];
  let length = 0;
  for (const [i, row] of ladder.rows.entries()) {
    const text = rowText(row);
    length += text.length + 1;
    if (length > MOST_CHARACTERS) {
      lines.push(`    Note over L,R: ${ladder.rows.length - i} rows more`);
      break;
    }
    lines.push(text);
  }
  return `${lines.join("\n")}\n`;
}

function rowText(row: LadderRow): string {
  const label = mermaidText(row.label);
  const state = row.state === null ? "" : `\n    Note left of L: ${mermaidText(row.state)}`;
  switch (row.kind) {
    case "sent":
    case "arrived": {
      const [from, to] = row.kind === "sent" ? ["L", "R"] : ["R", "L"];
      const head = row.tone === "lost" ? "-x" : row.tone === "again" ? "-->>" : "->>";
      return `    ${from}${head}${to}: ${label}, at ${mermaidText(spanText(row.time))}${state}`;
    }
    case "note":
      return label === "" ? state.slice(1) : `    Note left of L: ${label}${state}`;
    case "more":
      return `    Note over L,R: ${label}`;
  }
}
