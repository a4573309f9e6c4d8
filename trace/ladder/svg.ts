/**
 * The ladder as a picture: SVG that stands alone, in light and dark.
 *
 * @module
 */

import { markupText } from "../escape.ts";
import { secondsText, spanText } from "../format.ts";
import type { Ladder, LadderRow } from "./rows.ts";

const WIDTH = 860;
const LEFT_LINE = 230;
const RIGHT_LINE = 800;
const TIME_X = 92;
const STATE_X = LEFT_LINE - 12;
const TOP = 70;
const ROW_HEIGHT = 30;
/** How much lower an arrow ends than it begins: time passes under way. */
const SLANT = 14;
const ARROW_LENGTH = 9;
/** A pause is drawn as one from this long on, and longer pauses with more room, up to a limit. */
const LEAST_PAUSE = 50_000;
const MOST_PAUSE_HEIGHT = 34;
const MOST_LABEL = 62;

const STYLE = `
    :root { color-scheme: light dark; }
    .bg { fill: #ffffff; } text { font: 13px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1b1f24; }
    .end { font-weight: bold; } .time, .pause { fill: #6a737d; font-size: 11px; } .state { fill: #0b5394; font-weight: bold; }
    .life { stroke: #8a929b; stroke-width: 2; } .plain { stroke: #1b1f24; } .again { stroke: #b35900; } .lost { stroke: #c0182b; }
    .arrow { stroke-width: 1.6; fill: none; } text.again { fill: #b35900; stroke: none; } text.lost { fill: #c0182b; stroke: none; }
    text.note, text.plain { stroke: none; } text.note { fill: #57606a; } .halo { paint-order: stroke; stroke: #ffffff; stroke-width: 5px; }
    @media (prefers-color-scheme: dark) {
      .bg { fill: #14181d; } text { fill: #e6e9ec; } .time, .pause, text.note { fill: #9aa4ae; } .state { fill: #79b8ff; }
      .life { stroke: #6a737d; } .plain { stroke: #e6e9ec; } .again { stroke: #ffab40; } .lost { stroke: #ff6b78; }
      text.again { fill: #ffab40; } text.lost { fill: #ff6b78; } .halo { stroke: #14181d; }
    }
`;

/** The text of the picture. */
export function svgLadder(ladder: Ladder): string {
  const parts: string[] = [];
  let y = TOP;
  let before: LadderRow | null = null;
  for (const row of ladder.rows) {
    const pause = before === null || row.kind === "more" ? 0 : row.time - before.time;
    if (pause >= LEAST_PAUSE) {
      const height = pauseHeight(pause);
      parts.push(text(TIME_X, y + height / 2 - 6, "pause", `${spanText(pause)} later`, "end"));
      y += height;
    }
    // An answer leaves the other side above its arrival: not on top of the arrow before.
    if (row.kind === "arrived" && before?.kind === "sent") y += SLANT;
    parts.push(drawRow(row, y));
    y += ROW_HEIGHT;
    before = row;
  }
  return frame(ladder, parts, Math.ceil(y) + 20);
}

function frame(ladder: Ladder, parts: readonly string[], height: number): string {
  const title = `TCP connection from ${ladder.local} to ${ladder.remote}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>${markupText(title)}</title>
  <style>${STYLE}  </style>
  <rect class="bg" width="100%" height="100%"/>
  ${text(LEFT_LINE, 28, "end", ladder.local, "middle")}
  ${
    text(
      RIGHT_LINE,
      28,
      "end",
      ladder.remote,
      RIGHT_LINE + 8 * ladder.remote.length / 2 > WIDTH ? "end" : "middle",
      50,
    )
  }
  <line class="life" x1="${LEFT_LINE}" y1="40" x2="${LEFT_LINE}" y2="${height - 10}"/>
  <line class="life" x1="${RIGHT_LINE}" y1="40" x2="${RIGHT_LINE}" y2="${height - 10}"/>
  ${parts.join("\n  ")}
</svg>
`;
}

function pauseHeight(pause: number): number {
  return Math.min(10 + 6 * Math.log10(pause / LEAST_PAUSE + 1) * 3, MOST_PAUSE_HEIGHT);
}

function drawRow(row: LadderRow, y: number): string {
  const parts: string[] = [];
  if (row.kind !== "more") parts.push(text(TIME_X, y + 4, "time", secondsText(row.time), "end"));
  if (row.state !== null) parts.push(text(STATE_X, y + 4, "state", row.state, "end"));
  const middle = (LEFT_LINE + RIGHT_LINE) / 2;
  if (row.kind === "sent" || row.kind === "arrived") parts.push(arrow(row, y));
  else if (row.kind === "more") parts.push(text(middle, y + 4, "note", `⋮ ${row.label}`, "middle"));
  else parts.push(text(LEFT_LINE + 12, y + 4, row.tone, row.label, "start"));
  const why = row.why === "" ? "" : `<title>${markupText(row.why)}</title>`;
  return `<g>${why}${parts.join("")}</g>`;
}

/** The local end of an arrow is at its time; the other one is later for what we send, earlier for what we receive. */
function arrow(row: LadderRow, y: number): string {
  const isSent = row.kind === "sent";
  const isLost = row.tone === "lost";
  const [fromX, fromY] = isSent ? [LEFT_LINE, y] : [RIGHT_LINE, y - SLANT];
  const reach = isLost ? 0.6 : 1;
  const toX = fromX + ((isSent ? RIGHT_LINE : LEFT_LINE) - fromX) * reach;
  const toY = fromY + SLANT * reach;
  const head = isLost ? cross(toX, toY) : arrowHead(toX, toY, isSent ? 1 : -1);
  const label = row.label.length > MOST_LABEL ? `${row.label.slice(0, MOST_LABEL)}…` : row.label;
  const angle = Math.atan2(SLANT, RIGHT_LINE - LEFT_LINE) * 180 / Math.PI * (isSent ? 1 : -1);
  const labelX = isSent ? LEFT_LINE + 24 : RIGHT_LINE - 24;
  const labelY = fromY + SLANT * (24 / (RIGHT_LINE - LEFT_LINE)) - 5;
  return `<path class="arrow ${row.tone}" d="M${round(fromX)} ${round(fromY)} L${round(toX)} ${
    round(toY)
  } ${head}"/>` +
    `<text class="${row.tone} halo" x="${round(labelX)}" y="${round(labelY)}" text-anchor="${
      isSent ? "start" : "end"
    }" ` +
    `transform="rotate(${angle.toFixed(2)} ${round(labelX)} ${round(labelY)})">${markupText(label)}</text>`;
}

function arrowHead(x: number, y: number, way: 1 | -1): string {
  const back = round(x - way * ARROW_LENGTH);
  return `M${back} ${round(y - 5)} L${round(x)} ${round(y)} L${back} ${round(y + 4)}`;
}

function cross(x: number, y: number): string {
  return `M${round(x - 5)} ${round(y - 5)} l10 10 m0 -10 l-10 10`;
}

function text(x: number, y: number, className: string, content: string, anchor: string, lift = 0): string {
  const top = lift === 0 ? y : Math.min(y, lift);
  return `<text class="${className}" x="${round(x)}" y="${round(top)}" text-anchor="${anchor}">${
    markupText(content)
  }</text>`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
