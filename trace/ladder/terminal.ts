/**
 * The ladder in a terminal: two lifelines and an arrow per segment, never wider than the terminal.
 *
 * @module
 */

import { terminalText } from "../escape.ts";
import { secondsText } from "../format.ts";
import type { Ladder, LadderRow, RowTone } from "./rows.ts";

/** How it is drawn. */
export interface TerminalLadderOptions {
  /** Columns. */
  readonly width: number;
  /** Only characters that every terminal has. */
  readonly ascii: boolean;
  /** Whether arrows have colours. */
  readonly color: boolean;
}

interface Glyphs {
  readonly lifeline: string;
  readonly line: string;
  readonly toRight: string;
  readonly toLeft: string;
  readonly lost: string;
  readonly more: string;
  readonly cut: string;
}

const LINES: Glyphs = {
  lifeline: "│",
  line: "─",
  toRight: "▶",
  toLeft: "◀",
  lost: "✗",
  more: "⋮",
  cut: "…",
};

const ASCII: Glyphs = {
  lifeline: "|",
  line: "-",
  toRight: ">",
  toLeft: "<",
  lost: "X",
  more: ":",
  cut: "~",
};

const TIME_WIDTH = 11;
const STATE_WIDTH = 13;
/** Without a column for states below this width. */
const LEAST_WITH_STATES = 64;
/** Below this width there is no diagram to speak of, but still no line is longer. */
const LEAST_ARROW = 12;

const COLORS: Readonly<Record<RowTone, string>> = {
  plain: "",
  again: "\x1b[33m",
  lost: "\x1b[31m",
  note: "\x1b[2m",
};
const PLAIN = "\x1b[0m";

/** The lines of the diagram. */
export function terminalLadder(ladder: Ladder, options: TerminalLadderOptions): readonly string[] {
  const glyphs = options.ascii ? ASCII : LINES;
  const stateWidth = options.width >= LEAST_WITH_STATES ? STATE_WIDTH : 0;
  const left = TIME_WIDTH + 1 + stateWidth;
  const inner = Math.max(options.width - left - 2, LEAST_ARROW);
  const lines = [heading(ladder, left, inner, options.width, glyphs)];
  for (const row of ladder.rows) {
    const time = row.kind === "more" ? "" : secondsText(row.time);
    const state = stateWidth === 0
      ? ""
      : terminalText(row.state ?? "").slice(0, stateWidth - 1).padEnd(stateWidth);
    const start = `${time.padStart(TIME_WIDTH)} ${state}`;
    const body = bodyOf(row, inner, glyphs);
    const plain = start + glyphs.lifeline + body + glyphs.lifeline;
    const painted = start + glyphs.lifeline + paint(body, row.tone, options.color) + glyphs.lifeline;
    lines.push(plain.length <= options.width ? painted : plain.slice(0, options.width));
  }
  return lines;
}

/** Both ends above their lifelines; the remote one ends where its line is. */
function heading(ladder: Ladder, left: number, inner: number, width: number, glyphs: Glyphs): string {
  const remote = fit(terminalText(ladder.remote), Math.floor(inner / 2), glyphs);
  const local = fit(terminalText(ladder.local), Math.floor(inner / 2), glyphs);
  const gap = Math.max(inner + 2 - local.length - remote.length, 1);
  return (" ".repeat(left) + local + " ".repeat(gap) + remote).slice(0, width);
}

function bodyOf(row: LadderRow, inner: number, glyphs: Glyphs): string {
  const label = terminalText(row.label);
  switch (row.kind) {
    case "sent":
    case "arrived":
      return arrow(row, label, inner, glyphs);
    case "more":
      return centred(`${glyphs.more} ${label}`, inner, glyphs);
    case "note":
      return ` ${fit(label, inner - 2, glyphs)}`.padEnd(inner);
  }
}

function arrow(row: LadderRow, label: string, inner: number, glyphs: Glyphs): string {
  const text = ` ${fit(label, inner - 6, glyphs)} `;
  const rest = inner - text.length - 1;
  const before = Math.min(3, rest);
  const body = glyphs.line.repeat(before) + text + glyphs.line.repeat(rest - before);
  if (row.tone === "lost") return lostArrow(row, text, inner, glyphs);
  return row.kind === "sent" ? body + glyphs.toRight : glyphs.toLeft + body;
}

/** An arrow that ends half way. */
function lostArrow(row: LadderRow, text: string, inner: number, glyphs: Glyphs): string {
  const drawn = Math.max(text.length + 4, Math.floor(inner * 0.7));
  const cut = Math.min(drawn, inner);
  const body = `${glyphs.line.repeat(2)}${text}`.padEnd(cut - 1, glyphs.line).slice(0, cut - 1);
  return row.kind === "sent" ? (body + glyphs.lost).padEnd(inner) : (glyphs.lost + body).padStart(inner);
}

function centred(text: string, width: number, glyphs: Glyphs): string {
  const fitting = fit(text, width, glyphs);
  const before = Math.floor((width - fitting.length) / 2);
  return " ".repeat(before) + fitting + " ".repeat(width - before - fitting.length);
}

function fit(text: string, width: number, glyphs: Glyphs): string {
  if (text.length <= width) return text;
  return text.slice(0, Math.max(width - 1, 0)) + (width > 0 ? glyphs.cut : "");
}

function paint(text: string, tone: RowTone, color: boolean): string {
  return color && COLORS[tone] !== "" ? COLORS[tone] + text + PLAIN : text;
}
