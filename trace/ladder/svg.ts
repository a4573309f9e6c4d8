/**
 * The ladder as a picture: SVG that stands alone, in light and dark.
 *
 * @module
 */

import { markupText } from "../escape.ts";
import { wrap } from "../explain.ts";
import { secondsText, spanText } from "../format.ts";
import { type ArrowTexts, arrowTexts } from "./arrow_texts.ts";
import { BRACE_STYLE, type BraceEnd, bracesOf } from "./svg_braces.ts";
import type { FarSide, Ladder, LadderRow } from "./ladder.ts";

const WIDTH = 960;
const LEFT_LINE = 330;
const RIGHT_LINE = 900;
const TIME_X = 92;
const STATE_X = LEFT_LINE - 12;
/** The heads of both ends are two lines above each other, with the numbers for which 0 stands. */
const HEAD_Y = 28;
const INITIAL_Y = 44;
const LINES_Y = 54;
const TOP = 84;
const ROW_HEIGHT = 30;
/** What a row needs besides when a line of marks stands below its arrow. */
const MARKS_HEIGHT = 18;
/** How much lower an arrow ends than it begins: time passes under way. */
const SLANT = 14;
const ARROW_LENGTH = 9;
/** How much of the way a lost segment is drawn to go at least. */
const LOST_REACH = 0.7;
/** A pause is drawn as one from this long on, and longer pauses with more room, up to a limit. */
const LEAST_PAUSE = 50_000;
const MOST_PAUSE_HEIGHT = 34;
/** Characters of a label and its marks that fit above an arrow. */
const MOST_LABEL = 66;
const MOST_LOST_LABEL = 56;
const MOST_NOTE = 68;
const LABEL_INDENT = 24;
const NOTE_INDENT = 12;
const CHARACTER_WIDTH = 7.9;
const LEGEND_HEIGHT = 26;
/** Room beside the remote end's lifeline for what a second capture shows, and where it stands. */
const FAR_WIDTH = 170;
const FAR_TIME_X = RIGHT_LINE + 88;
const FAR_STATE_X = RIGHT_LINE + 98;

const STYLE = `
    :root { color-scheme: light dark; }
    .bg { fill: #ffffff; } text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1b1f24; }
    .end { font-weight: bold; } .time, .pause, .initial { fill: #6a737d; font-size: 11px; } .state { fill: #0b5394; font-weight: bold; }
    .life { stroke: #8a929b; stroke-width: 2; } .plain { stroke: #1b1f24; } .again { stroke: #b35900; } .lost { stroke: #c0182b; }
    .arrow { stroke-width: 1.6; fill: none; } .presumed { stroke-dasharray: 6 4; } text.again { fill: #b35900; stroke: none; }
    text.lost { fill: #c0182b; stroke: none; } text.guess { font-size: 20px; font-weight: bold; } text.legend { font-size: 12px; }
    text.note, text.plain { stroke: none; } text.note { fill: #57606a; } .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; }
    ${BRACE_STYLE.light}
    @media (prefers-color-scheme: dark) {
      .bg { fill: #14181d; } text { fill: #e6e9ec; } .time, .pause, .initial, text.note { fill: #9aa4ae; } .state { fill: #79b8ff; }
      .life { stroke: #6a737d; } .plain { stroke: #e6e9ec; } .again { stroke: #ffab40; } .lost { stroke: #ff6b78; }
      text.again { fill: #ffab40; } text.lost { fill: #ff6b78; } .halo { stroke: #14181d; }
      ${BRACE_STYLE.dark}
    }
`;

/** The text of the picture. */
export function svgLadder(ladder: Ladder): string {
  const parts: string[] = [];
  const ends: BraceEnd[] = [];
  let y = TOP;
  let before: LadderRow | null = null;
  for (const row of ladder.rows) {
    const pause = row.time - (before ?? row).time;
    if (pause >= LEAST_PAUSE && row.kind !== "more") {
      const height = pauseHeight(pause);
      parts.push(text(TIME_X, y + height / 2 - 6, "pause", `${spanText(pause)} later`, "end"));
      y += height;
    }
    // An answer leaves the other side above its arrival: not on top of what stands there.
    if (row.kind === "arrived" && before !== null && before.kind !== "arrived") y += SLANT;
    parts.push(drawRow(row, y));
    ends.push({ row, y });
    y += ROW_HEIGHT + textsOf(row).below.length * MARKS_HEIGHT;
    before = row;
  }
  parts.push(...bracesOf(ends, LEFT_LINE), ...legend(ladder, y));
  return frame(ladder, parts, Math.ceil(y) + LEGEND_HEIGHT);
}

function frame(ladder: Ladder, parts: readonly string[], height: number): string {
  const title = `TCP connection from ${ladder.local} to ${ladder.remote}`;
  const { local, remote } = ladder.initial;
  const initial = (x: number, number: number | null): string =>
    number === null ? "" : text(x, INITIAL_Y, "initial", `seq 0 is ${number}`, "middle");
  const width = ladder.rows.some(({ far }) => far !== null) ? WIDTH + FAR_WIDTH : WIDTH;
  const halfRemote = CHARACTER_WIDTH * ladder.remote.length / 2;
  const [remoteX, remoteAnchor] = RIGHT_LINE + halfRemote > width
    ? [width - 4, "end"]
    : [RIGHT_LINE, "middle"];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${markupText(title)}</title>
  <style>${STYLE}  </style>
  <rect class="bg" width="100%" height="100%"/>
  ${text(LEFT_LINE, HEAD_Y, "end", ladder.local, "middle")}
  ${text(remoteX, HEAD_Y, "end", ladder.remote, remoteAnchor)}
  ${initial(LEFT_LINE, local)}${initial(RIGHT_LINE, remote)}
  <line class="life" x1="${LEFT_LINE}" y1="${LINES_Y}" x2="${LEFT_LINE}" y2="${height - LEGEND_HEIGHT}"/>
  <line class="life" x1="${RIGHT_LINE}" y1="${LINES_Y}" x2="${RIGHT_LINE}" y2="${height - LEGEND_HEIGHT}"/>
  ${parts.join("\n  ")}
</svg>
`;
}

function pauseHeight(pause: number): number {
  return Math.min(10 + 6 * Math.log10(pause / LEAST_PAUSE + 1) * 3, MOST_PAUSE_HEIGHT);
}

function drawRow(row: LadderRow, y: number): string {
  const parts: string[] = [];
  const { onArrow, below } = textsOf(row);
  if (row.kind !== "more") parts.push(text(TIME_X, y + 4, "time", secondsText(row.time), "end"));
  if (row.state !== null) parts.push(text(STATE_X, y + 4, "state", row.state, "end"));
  if (row.far !== null) parts.push(farTexts(row.far, y));
  const middle = (LEFT_LINE + RIGHT_LINE) / 2;
  if (row.kind === "sent" || row.kind === "arrived") parts.push(arrow(row, onArrow, y));
  else if (row.kind === "more") parts.push(text(middle, y + 4, "note", `⋮ ${row.label}`, "middle"));
  else parts.push(text(LEFT_LINE + NOTE_INDENT, y + 4, row.tone, onArrow, "start"));
  below.forEach((line, i) =>
    parts.push(text(LEFT_LINE + LABEL_INDENT, y + (i + 1) * MARKS_HEIGHT + 6, row.tone, line, "start"))
  );
  const why = row.why === "" ? "" : `<title>${markupText(row.why)}</title>`;
  return `<g>${why}${parts.join("")}</g>`;
}

/** Time and state beside the remote end's lifeline. */
function farTexts({ time, state }: FarSide, y: number): string {
  return (time === null ? "" : text(FAR_TIME_X, y + 4, "time", secondsText(time), "end")) +
    (state === null ? "" : text(FAR_STATE_X, y + 4, "state", state, "start"));
}

/** What stands on the row itself, and in lines below it. */
function textsOf(row: LadderRow): ArrowTexts {
  const { kind, label, marks, loss } = row;
  if (kind === "note") {
    const [onArrow = "", ...below] = wrap(label, MOST_NOTE);
    return { onArrow, below };
  }
  return arrowTexts(label, marks.join(", "), loss === null ? MOST_LABEL : MOST_LOST_LABEL, MOST_LABEL);
}

/** How far an arrow goes: a lost one not all the way, but farther than its label. */
function reachOf({ loss }: LadderRow, label: string): number {
  if (loss === null) return 1;
  const labelEnd = LABEL_INDENT + label.length * CHARACTER_WIDTH + ARROW_LENGTH;
  return Math.max(LOST_REACH, labelEnd / (RIGHT_LINE - LEFT_LINE));
}

/** The local end of an arrow is at its time; the other one is later for what we send, earlier for what we receive. */
function arrow(row: LadderRow, label: string, y: number): string {
  const isSent = row.kind === "sent";
  const [fromX, fromY] = isSent ? [LEFT_LINE, y] : [RIGHT_LINE, y - SLANT];
  const reach = reachOf(row, label);
  const toX = fromX + ((isSent ? RIGHT_LINE : LEFT_LINE) - fromX) * reach;
  const toY = fromY + SLANT * reach;
  const head = headOf(row, toX, toY);
  const angle = Math.atan2(SLANT, RIGHT_LINE - LEFT_LINE) * 180 / Math.PI * (isSent ? 1 : -1);
  const labelX = isSent ? LEFT_LINE + LABEL_INDENT : RIGHT_LINE - LABEL_INDENT;
  const labelY = fromY + SLANT * (LABEL_INDENT / (RIGHT_LINE - LEFT_LINE)) - 5;
  const presumed = row.loss === "presumed" ? " presumed" : "";
  return `<path class="arrow ${row.tone}${presumed}" d="M${round(fromX)} ${round(fromY)} L${round(toX)} ${
    round(toY)
  }"/>${head}` +
    `<text class="${row.tone} halo" x="${round(labelX)}" y="${round(labelY)}" text-anchor="${
      isSent ? "start" : "end"
    }" ` +
    `transform="rotate(${angle.toFixed(2)} ${round(labelX)} ${round(labelY)})">${markupText(label)}</text>`;
}

/** An arrow's head, the cross of what is lost, or the question mark of what only seems to be. */
function headOf({ loss, kind, tone }: LadderRow, x: number, y: number): string {
  switch (loss) {
    case "known":
      return `<path class="arrow ${tone}" d="M${round(x - 5)} ${round(y - 5)} l10 10 m0 -10 l-10 10"/>`;
    case "presumed":
      return text(x + (kind === "sent" ? 8 : -8), y + 7, `${tone} guess`, "?", "middle");
    case null: {
      const back = round(x - (kind === "sent" ? ARROW_LENGTH : -ARROW_LENGTH));
      return `<path class="arrow ${tone}" d="M${back} ${round(y - 5)} L${round(x)} ${round(y)} L${back} ${
        round(y + 4)
      }"/>`;
    }
  }
}

/** What the ends of arrows mean that do not arrive, where there are any. */
function legend({ rows }: Ladder, y: number): readonly string[] {
  const meanings = [
    ...rows.some(({ loss }) => loss === "known") ? ["✗ known to be lost"] : [],
    ...rows.some(({ loss }) => loss === "presumed") ? ["? presumed lost: nothing tells that it arrived"] : [],
  ];
  if (meanings.length === 0) return [];
  return [
    text(LEFT_LINE + NOTE_INDENT, y + LEGEND_HEIGHT / 2, "lost legend", meanings.join("    "), "start"),
  ];
}

function text(x: number, y: number, className: string, content: string, anchor: string): string {
  return `<text class="${className}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${
    markupText(content)
  }</text>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
