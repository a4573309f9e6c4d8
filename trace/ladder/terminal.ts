/**
 * The ladder in a terminal: two lifelines and an arrow per segment, never wider than the terminal. Where there is room
 * beside the diagram it has the reasons; where there is little, what an arrow cannot carry stands below it.
 *
 * @module
 */

import { asciiText, terminalText } from "../escape.ts";
import { wrap } from "../explain.ts";
import { secondsText } from "../format.ts";
import { arrowTexts } from "./arrow_texts.ts";
import { headingLines } from "./heading.ts";
import type { Ladder, LadderRow, RowTone } from "./ladder.ts";

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
  readonly known: string;
  readonly presumed: string;
  readonly more: string;
  readonly cut: string;
}

const LINES: Glyphs = {
  lifeline: "│",
  line: "─",
  toRight: "▶",
  toLeft: "◀",
  known: "✗",
  presumed: "?",
  more: "⋮",
  cut: "…",
};

const ASCII: Glyphs = {
  lifeline: "|",
  line: "-",
  toRight: ">",
  toLeft: "<",
  known: "X",
  presumed: "?",
  more: ":",
  cut: "~",
};

const TIME_WIDTH = 11;
const STATE_WIDTH = 13;
/** Without a column for states below this width. */
const LEAST_WITH_STATES = 64;
/** Below this width there is no diagram to speak of, but still no line is longer. */
const LEAST_ARROW = 12;
/** The diagram is as wide as most segments need before there is a column for reasons, which is then as wide as it may be. */
const DIAGRAM_BESIDE_REASONS = 58;
const LEAST_REASONS = 24;
const MOST_REASONS = 44;
/** How much of the way a lost segment is drawn to go. */
const LOST_REACH = 0.7;
/** Columns that a lost one stays away from the other lifeline at least. */
const LOST_GAP = 4;
/** An arrow's line before its label, and what it has besides the label at least: spaces, a bit of line, its head. */
const LEAD = 3;
const LEAST_AROUND = 4;

const COLORS: Readonly<Record<RowTone, string>> = {
  plain: "",
  again: "\x1b[33m",
  lost: "\x1b[31m",
  note: "\x1b[2m",
};
const PLAIN = "\x1b[0m";

interface Columns {
  /** Where the left lifeline stands. */
  readonly left: number;
  /** Columns between the lifelines. */
  readonly inner: number;
  /** Columns for reasons; 0 for none. */
  readonly reasons: number;
}

/** A line of the diagram: what stands between the lifelines, and beside them. */
interface Body {
  readonly text: string;
  readonly beside: string;
}

/** The lines of the diagram. */
export function terminalLadder(ladder: Ladder, options: TerminalLadderOptions): readonly string[] {
  const glyphs = options.ascii ? ASCII : LINES;
  const isTwoSided = ladder.rows.some(({ far }) => far !== null);
  const columns = columnsOf(options.width, isTwoSided);
  const shown = (text: string): string => options.ascii ? asciiText(terminalText(text)) : terminalText(text);
  const ends = {
    ...ladder,
    local: shown(ladder.local),
    remote: shown(ladder.remote),
  };
  const lines = headingLines(ends, columns.left, columns.inner + 2, options.width, glyphs.cut);
  for (const row of ladder.rows) {
    const whole = { ...row, label: shown(row.label), reason: shown(row.reason), marks: row.marks.map(shown) };
    const start = startOf(row, columns, shown);
    bodiesOf(whole, columns, glyphs).forEach(({ text, beside }, i) => {
      const before = (i === 0 ? start : " ".repeat(columns.left)) + glyphs.lifeline;
      const far = i === 0 ? farText(row, columns, shown) : "";
      const behind = glyphs.lifeline + far + (beside === "" ? "" : `  ${beside}`);
      const plain = before + text + behind;
      const painted = before + paint(text, row.tone, options.color) + behind;
      lines.push(plain.length <= options.width ? painted : plain.slice(0, options.width));
    });
  }
  return [...lines, ...legend(ladder, options.width, glyphs)];
}

function columnsOf(width: number, isTwoSided: boolean): Columns {
  const states = width >= LEAST_WITH_STATES ? STATE_WIDTH : 0;
  const left = TIME_WIDTH + 1 + states;
  const room = width - left - 2;
  if (isTwoSided) return { left, inner: Math.max(room - left, LEAST_ARROW), reasons: 0 };
  const beside = Math.min(room - DIAGRAM_BESIDE_REASONS - 2, MOST_REASONS);
  const reasons = beside < LEAST_REASONS ? 0 : beside;
  return { left, inner: Math.max(reasons === 0 ? room : room - reasons - 2, LEAST_ARROW), reasons };
}

function startOf(row: LadderRow, { left }: Columns, shown: (text: string) => string): string {
  const time = row.kind === "more" ? "" : secondsText(row.time);
  const states = left - TIME_WIDTH - 1;
  const state = states === 0 ? "" : shown(row.state ?? "").slice(0, states - 1).padEnd(states);
  return `${time.padStart(TIME_WIDTH)} ${state}`;
}

/** Time and state at the remote end's lifeline, where a second capture shows them. */
function farText({ far }: LadderRow, { left }: Columns, shown: (text: string) => string): string {
  if (far === null) return "";
  const time = far.time === null ? "" : secondsText(far.time);
  const state = left === TIME_WIDTH + 1 ? "" : shown(far.state ?? "");
  return `${time.padStart(TIME_WIDTH)} ${state}`.trimEnd();
}

/** What the row has between the lifelines, a line at least, and beside them. */
function bodiesOf(row: LadderRow, { inner, reasons }: Columns, glyphs: Glyphs): readonly Body[] {
  switch (row.kind) {
    case "sent":
    case "arrived":
      return arrowBodies(row, inner, reasons, glyphs);
    case "more":
      return [{ text: centred(`${glyphs.more} ${row.label}`, inner, glyphs), beside: "" }];
    case "note":
      return wrap(row.label, inner - 2).map((line) => ({ text: remark(line, inner, glyphs), beside: "" }));
  }
}

function arrowBodies(row: LadderRow, inner: number, reasons: number, glyphs: Glyphs): readonly Body[] {
  const room = inner - LEAST_AROUND - (row.loss === null ? 0 : LOST_GAP + 1);
  const marks = row.marks.join(", ");
  const besides = reasons === 0 ? [] : wrap(marks === "" ? row.reason : marks, reasons);
  const { onArrow, below } = arrowTexts(row.label, reasons === 0 ? marks : "", room, inner - 2);
  const texts = [arrow(row, onArrow, inner, glyphs), ...below.map((line) => remark(line, inner, glyphs))];
  const most = Math.max(texts.length, besides.length);
  return Array.from({ length: most }, (_, i) => ({
    text: texts[i] ?? " ".repeat(inner),
    beside: besides[i] ?? "",
  }));
}

function arrow(row: LadderRow, label: string, inner: number, glyphs: Glyphs): string {
  const text = ` ${fit(label, inner - LEAST_AROUND, glyphs)} `;
  if (row.loss !== null) return lostArrow(row, text, inner, glyphs);
  const rest = inner - text.length - 1;
  const before = Math.min(LEAD, rest - 1);
  const body = glyphs.line.repeat(before) + text + glyphs.line.repeat(rest - before);
  return row.kind === "sent" ? body + glyphs.toRight : glyphs.toLeft + body;
}

/** An arrow that ends on its way. */
function lostArrow(row: LadderRow, text: string, inner: number, glyphs: Glyphs): string {
  const head = row.loss === "known" ? glyphs.known : glyphs.presumed;
  const least = Math.max(text.length + LEAD + 2, Math.floor(inner * LOST_REACH));
  const drawn = Math.min(least, inner - LOST_GAP);
  const before = Math.min(LEAD, Math.max(drawn - text.length - 2, 1));
  const body = (glyphs.line.repeat(before) + text).padEnd(drawn - 1, glyphs.line).slice(0, drawn - 1);
  return row.kind === "sent" ? (body + head).padEnd(inner) : (head + body).padStart(inner);
}

/** What the heads of arrows that end on their way mean, where there are any. */
function legend({ rows }: Ladder, width: number, glyphs: Glyphs): readonly string[] {
  const meanings = [
    ...rows.some(({ loss }) => loss === "known") ? [`${glyphs.known} known to be lost`] : [],
    ...rows.some(({ loss }) => loss === "presumed")
      ? [`${glyphs.presumed} presumed lost: nothing tells that it arrived`]
      : [],
  ];
  if (meanings.length === 0) return [];
  return wrap(meanings.join("   "), width - TIME_WIDTH - 1).map((line) =>
    `${" ".repeat(TIME_WIDTH + 1)}${line}`.slice(0, width)
  );
}

function remark(text: string, inner: number, glyphs: Glyphs): string {
  return ` ${fit(text, inner - 2, glyphs)}`.padEnd(inner);
}

function centred(text: string, width: number, glyphs: Glyphs): string {
  const fitting = fit(text, width, glyphs);
  const before = Math.floor((width - fitting.length) / 2);
  return " ".repeat(before) + fitting + " ".repeat(width - before - fitting.length);
}

/** `width`: one column at least. */
function fit(text: string, width: number, glyphs: Glyphs): string {
  if (text.length <= width) return text;
  return text.slice(0, width - glyphs.cut.length) + glyphs.cut;
}

function paint(text: string, tone: RowTone, color: boolean): string {
  return color && COLORS[tone] !== "" ? COLORS[tone] + text + PLAIN : text;
}
