/**
 * RESULTS.md, which has a section for each machine, and the table of docs/benchmarks.md, which has the range over all of them.
 *
 * @module
 */

import {
  conditions,
  leftOutOf,
  markText,
  notesOf,
  parseBound,
  type Report,
  summary,
  table,
  tableRow,
} from "./report.ts";
import { markBeside } from "./statistics.ts";

const TITLE = [
  "# How fast",
  "",
  "Written by `deno task bench`, which makes its own namespaces, installs nothing and measures everything side by side: a",
  "section for each machine that it ran on. Medians, in brackets the lowest and the highest round; ratios compare within one",
  "run, and only they carry over to other machines. What falls short comes first.",
  "",
  "![Ratios to the peers on the machine measured last, as bars](results.svg)",
  "",
  "Where the time goes, and went: [profiles](profiles/).",
  "",
].join("\n");

const SECTION = "## ";

/** A machine's name: what its section is called. */
function nameOf({ machine: { cpu, cores } }: Report): string {
  return `${cpu}, ${cores} cores`;
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, "", ...lines.map((line) => `- ${line}`), ""];
}

/** The section of the machine that the report is of. */
export function section(report: Report): string {
  return [
    `${SECTION}${nameOf(report)}`,
    "",
    table(report.results),
    "",
    `${summary(report.results)}.`,
    "",
    "### Measured on",
    "",
    conditions(report),
    "",
    ...list("Left out", leftOutOf(report)),
    ...list("Notes", notesOf(report.results)),
  ].join("\n");
}

/** RESULTS.md, with what `before` has of other machines. */
export function document(report: Report, before = ""): string {
  const own = section(report);
  const heading = own.split("\n")[0];
  const others = sectionsOf(before).filter((text) => text.split("\n")[0] !== heading);
  return [TITLE, own, ...others].join("\n");
}

function sectionsOf(page: string): string[] {
  return page.split(/^(?=## )/m).filter((text) => text.startsWith(SECTION));
}

/** A line of a machine's table. */
interface Line {
  readonly key: string;
  readonly cells: readonly string[];
}

function linesOf(text: string): Line[] {
  const rows = text.split("\n").filter((line) => line.startsWith("|") && !/^[|:\s-]+$/.test(line));
  return rows.slice(1).map((line) => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim());
    return { key: `${cells[0]}|${cells[1]}`, cells };
  });
}

/** What is shown of a line: the ratio, or the value where there is nobody beside. */
function shownOf({ cells }: Line): string {
  const [, beside = "", ratio = "", , , ours = ""] = cells;
  return beside === "—" ? ours : ratio;
}

const MARKS = ["**not met**", "met", "aim met"];

/** The medians of all machines: the cell itself where there is one. */
function rangeOf(shown: readonly string[]): string {
  const [first = ""] = shown;
  if (shown.length === 1) return first;
  const medians = shown.map(parseFloat).filter(Number.isFinite);
  const unit = first.replace(/^[\d.]+( \([^)]*\))?/, "").trim();
  return `${Math.min(...medians)} to ${Math.max(...medians)} ${unit}`.trim();
}

/** How a line stands beside what is wanted now, which may not be what was when its machine was measured. */
function markNow(line: Line, wanted: string): string {
  const { cells } = line;
  if (cells[WANTED] === wanted) return cells[MARK] ?? "";
  return markText(markBeside(parseFloat(shownOf(line)), parseBound(wanted)));
}

function markOver(marks: readonly string[]): string {
  return [...MARKS, ...marks].filter((mark, i, all) => marks.includes(mark) && all.indexOf(mark) === i)
    .join(", ");
}

/** The table of docs/benchmarks.md: of what is wanted now, the range over the machines of RESULTS.md. */
export function rangeTable(results: string): string {
  const byKey = new Map<string, Line[]>();
  for (const line of sectionsOf(results).flatMap(linesOf)) {
    const isJudged = line.cells.length > MARK && line.cells[WANTED] !== "—" && line.cells[WANTED] !== "";
    if (isJudged) byKey.set(line.key, [...byKey.get(line.key) ?? [], line]);
  }
  const rows = [...byKey.values()].map((lines) => {
    const [work = "", beside = "", , wanted = ""] = lines[0]?.cells ?? [];
    return [
      work,
      beside,
      rangeOf(lines.map(shownOf)),
      wanted,
      markOver(lines.map((line) => markNow(line, wanted))),
    ];
  });
  const rank = (cells: readonly string[]): number =>
    MARKS.findIndex((mark) => cells.at(-1)?.startsWith(mark));
  rows.sort((a, b) => rank(a) - rank(b));
  const head = ["work", "beside", "ratio or value", "wanted", ""];
  return [tableRow(head), `|${"---|".repeat(head.length)}`, ...rows.map(tableRow)].join("\n");
}

/** Columns of a machine's table. */
const WANTED = 3;
const MARK = 4;

/** What docs/benchmarks.md says of the machines: the first line of each one's conditions. */
export function machinesOf(results: string): string {
  return sectionsOf(results).map((text) => {
    const [, first = ""] = text.slice(text.indexOf("### Measured on")).split(/\n(?=- )/);
    return (first.split("\n\n")[0] ?? "").replaceAll(/\n\s*/g, " ");
  }).join("\n");
}
