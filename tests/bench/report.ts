/**
 * What was measured, as a table in Markdown.
 *
 * @module
 */

import { isNoisy, type Machine } from "./machine.ts";
import type { Bound, Claim, Figure, Outcome } from "./row.ts";
import { judgedValue, markOf, type Spread, spreadOf } from "./statistics.ts";
import type { Tools } from "./tools.ts";

/** What became of each row asked for. */
export type Result =
  | { readonly name: string; readonly kind: "measured"; readonly outcome: Outcome }
  | { readonly name: string; readonly kind: "failed" | "left out"; readonly reason: string };

/** A whole run. */
export interface Report {
  readonly machine: Machine;
  readonly tools: Tools;
  readonly rounds: number;
  readonly seconds: number;
  readonly results: readonly Result[];
  /** How long all of it took, seconds. */
  readonly duration: number;
  /** Rows that were not asked for. */
  readonly isPartial: boolean;
  /** Less was measured than usual. */
  readonly isShort: boolean;
}

/** Digits that say something about a measured value. */
const DIGITS = 3;

/** Least value that is written without a fraction. */
const WHOLE = 100;

/** A measured value in as few digits as say something. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return "—";
  if (Math.abs(value) >= WHOLE) return value.toFixed(0);
  return Number(value.toPrecision(DIGITS)).toString();
}

function formatSpread({ median, least, most }: Spread): string {
  return least === most
    ? formatValue(median)
    : `${formatValue(median)} (${formatValue(least)} to ${formatValue(most)})`;
}

function formatFigure({ unit, values }: Figure): string {
  return `${formatSpread(spreadOf(values))} ${unit}`;
}

function formatBound({ kind, limit, aim }: Bound): string {
  return `${kind} ${limit}${aim === undefined ? "" : `, aim ${aim}`}`;
}

/** The judged value first, then what is wanted, then both figures. */
const HEADER = ["work", "beside", "ratio", "wanted", "", "ours", "theirs", "octets"] as const;

/** Whether anything of it is wrong: a row failed, or octets differed. */
export function hasFailed(results: readonly Result[]): boolean {
  return results.some((result) =>
    result.kind === "failed" ||
    result.kind === "measured" &&
      result.outcome.claims.some(({ octets }) => octets !== undefined && octets !== "exact")
  );
}

/** The cells of a claim. */
function cellsOf(claim: Claim): readonly string[] {
  const { work, ours, peer, bound, octets, ratio } = claim;
  const judged = peer === undefined ? "—" : formatSpread(judgedValue(claim));
  const times = ratio === "theirs to ours" ? `${judged} times less` : judged;
  const mark = markOf(claim);
  return [
    work,
    peer?.who ?? "—",
    peer === undefined ? "—" : times,
    bound === undefined ? "—" : formatBound(bound),
    mark === "NOT MET" ? "**not met**" : mark === "for information" ? "" : mark,
    formatFigure(ours),
    peer === undefined ? "—" : formatFigure(peer),
    octets === undefined ? "" : octets === "exact" ? octets : `**${octets}**`,
  ];
}

/** A cell's text must not end the cell. */
function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

/** The table: a line for each claim, and for each row that has none, why. */
export function table(results: readonly Result[]): string {
  const lines = [tableRow(HEADER), `|${"---|".repeat(HEADER.length)}`];
  for (const result of results) {
    if (result.kind === "measured") {
      lines.push(...result.outcome.claims.map((claim) => tableRow(cellsOf(claim))));
    } else {
      const what = result.kind === "failed" ? "**failed**" : "left out";
      lines.push(tableRow([result.name, "", what, "", "", shortened(result.reason), "", ""]));
    }
  }
  return lines.join("\n");
}

/** The table in short: what is wanted of us and what came of it. */
export function shortTable(results: readonly Result[]): string {
  const lines = [
    tableRow(["work", "beside", "ratio or value", "wanted", ""]),
    `|${"---|".repeat(SHORT_COLUMNS)}`,
  ];
  for (const result of results) {
    if (result.kind !== "measured") {
      lines.push(tableRow([result.name, "", result.kind, "", ""]));
      continue;
    }
    for (const claim of result.outcome.claims.filter(({ bound }) => bound !== undefined)) {
      const [work = "", beside = "", ratio = "", wanted = "", mark = "", ours = "", , octets = ""] = cellsOf(
        claim,
      );
      const isWrong = octets !== "" && octets !== "exact";
      lines.push(
        tableRow([work, beside, claim.peer === undefined ? ours : ratio, wanted, isWrong ? octets : mark]),
      );
    }
  }
  return lines.join("\n");
}

const SHORT_COLUMNS = 5;

/** Of a reason, the line that says most, as far as it fits a table. */
function shortened(reason: string): string {
  const lines = reason.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const line = (lines.find((text) => /\berror\b/i.test(text)) ?? lines[0] ?? "").replace(
    "Uncaught (in promise) ",
    "",
  );
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}…` : line;
}

const LONGEST_REASON = 300;

/** How many of the wanted are met, in words. */
export function summary(results: readonly Result[]): string {
  const marks = results.flatMap((result) =>
    result.kind === "measured" ? result.outcome.claims.map(markOf) : []
  );
  const count = (mark: string): number => marks.filter((it) => it === mark).length;
  const failed = results.filter(({ kind }) => kind === "failed").length;
  const leftOut = results.filter(({ kind }) => kind === "left out").length;
  return `${count("aim met")} aims met, ${count("met")} met, ${count("NOT MET")} not met; ` +
    `${failed} rows failed, ${leftOut} left out`;
}

/** What the figures were measured on, as a list. */
export function conditions({ machine, rounds, seconds, duration, isPartial, isShort }: Report): string {
  const load = machine.load.map((value) => value.toFixed(2)).join(", ");
  const noise = isNoisy(machine)
    ? " **The machine was busy when this began: look at the spreads before believing anything.**"
    : "";
  const short = isShort ? " **A short run: more chance in the figures than usual.**" : "";
  return [
    `- ${machine.date}; ${machine.kernel}; ${machine.cpu}, ${machine.cores} cores; load at the start ${load}.${noise}`,
    `- ${machine.deno}; congestion control available: ${machine.congestionControl}; CUBIC on both sides unless said; shortest RTO 200 ms, the kernel's, on both.`,
    `- ${rounds} rounds, in which the contenders take turns; bulk runs of ${seconds} s each, from the connection's ` +
    `beginning, nothing left out; ${duration.toFixed(0)} s in all${
      isPartial ? ", some rows only" : ""
    }.${short}`,
    ...machine.versions.map((version) => `- ${version}`),
  ].join("\n");
}

function leftOutOf({ tools, results }: Report): string[] {
  const missing = [...tools.missing].map(([name, why]) => `${name}: ${why}`);
  const variants = results.flatMap((result) =>
    result.kind === "measured" ? result.outcome.leftOut ?? [] : []
  );
  return [...new Set([...missing, ...variants])];
}

function notesOf(results: readonly Result[]): string[] {
  return results.flatMap((result) => result.kind === "measured" ? result.outcome.notes ?? [] : []);
}

function list(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines.map((line) => `- ${line}`), ""];
}

/** RESULTS.md. */
export function document(report: Report): string {
  return [
    "# How fast",
    "",
    "Written by `deno task bench`, which makes its own namespaces, installs nothing and measures everything side by side.",
    "Medians, in brackets the lowest and the highest round; ratios compare within one run, and only they carry over to",
    "other machines.",
    "",
    "![Ratios to the peers, as bars](results.svg)",
    "",
    "Where the time goes, and went: [profiles](profiles/).",
    "",
    table(report.results),
    "",
    `${summary(report.results)}.`,
    "",
    "## Measured on",
    "",
    conditions(report),
    "",
    ...list("Left out", leftOutOf(report)),
    ...list("Notes", notesOf(report.results)),
  ].join("\n");
}
