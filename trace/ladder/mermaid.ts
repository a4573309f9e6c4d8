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

/** The text of the diagram; of one that is too long, the beginning and the end. */
export function mermaidLadder(ladder: Ladder): string {
  const lines = [
    "sequenceDiagram",
    `    participant L as ${mermaidText(ladder.local)}`,
    `    participant R as ${mermaidText(ladder.remote)}`,
    ...shortened(ladder.rows.map(rowText)),
  ];
  return `${lines.join("\n")}\n`;
}

function shortened(texts: readonly string[]): readonly string[] {
  let length = texts.reduce((sum, text) => sum + text.length + 1, 0);
  if (length <= MOST_CHARACTERS) return texts;
  const first: string[] = [];
  const last: string[] = [];
  length = 0;
  for (let i = 0; length <= MOST_CHARACTERS; i++) {
    const [side, text = ""] = i % 2 === 0 ? [first, texts[i / 2]] : [last, texts.at(-(i + 1) / 2)];
    length += text.length + 1;
    if (length <= MOST_CHARACTERS) side.push(text);
  }
  const hidden = texts.length - first.length - last.length;
  return [...first, `    Note over L,R: ${hidden} more rows`, ...last.reverse()];
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
