/**
 * The ladder as a Mermaid sequence diagram, which code hosts draw.
 *
 * @module
 */

import { mermaidText } from "../escape.ts";
import { spanText } from "../format.ts";
import type { Ladder, LadderRow } from "./ladder.ts";

/** Mermaid refuses texts of more than 50,000 characters unless it is told otherwise. */
const MOST_CHARACTERS = 45_000;

/** The text of the diagram; of one that is too long, the beginning and the end. */
export function mermaidLadder(ladder: Ladder): string {
  const lines = [
    "sequenceDiagram",
    `    participant L as ${mermaidText(ladder.local)}`,
    `    participant R as ${mermaidText(ladder.remote)}`,
    ...initialNotes(ladder),
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

/** What is lost ends in a cross; what is only presumed to be has a dotted line as well. */
function headOf({ loss, tone }: LadderRow): string {
  switch (loss) {
    case "known":
      return "-x";
    case "presumed":
      return "--x";
    case null:
      return tone === "again" ? "-->>" : "->>";
  }
}

/** The header's own numbers for which 0 stands. */
function initialNotes({ initial }: Ladder): readonly string[] {
  const note = (side: string, number: number | null): readonly string[] =>
    number === null ? [] : [`    Note ${side}: seq 0 is ${number}`];
  return [...note("left of L", initial.local), ...note("right of R", initial.remote)];
}

function rowText(row: LadderRow): string {
  const label = mermaidText(row.label);
  const state = row.state === null ? "" : `\n    Note left of L: ${mermaidText(row.state)}`;
  switch (row.kind) {
    case "sent":
    case "arrived": {
      const [from, to] = row.kind === "sent" ? ["L", "R"] : ["R", "L"];
      const words = [...row.loss === "presumed" ? ["presumed lost"] : [], ...row.marks].join(", ");
      const marks = words === "" ? "" : ` (${mermaidText(words)})`;
      const time = mermaidText(spanText(row.time));
      return `    ${from}${headOf(row)}${to}: ${label}${marks}, at ${time}${state}`;
    }
    case "note":
      return label === "" ? state.slice(1) : `    Note left of L: ${label}${state}`;
    case "more":
      return `    Note over L,R: ${label}`;
  }
}
