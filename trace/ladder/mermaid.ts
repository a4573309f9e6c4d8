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

/** As many from both ends as there is room for. */
function shortened(texts: readonly string[]): readonly string[] {
  let lines = texts;
  for (let kept = texts.length; lines.join("\n").length > MOST_CHARACTERS; kept--) {
    const last = Math.floor(kept / 2);
    const note = `    Note over L,R: rows left out here: ${texts.length - kept}`;
    lines = [...texts.slice(0, kept - last), note, ...texts.slice(texts.length - last)];
  }
  return lines;
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
