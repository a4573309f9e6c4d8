/**
 * What was measured, as a table in Markdown.
 *
 * @module
 */

import { isNoisy, type Machine } from "./machine.ts";
import type { Bound, Claim, Figure, Outcome } from "./row.ts";
import { judgedValue, type Mark, markOf, type Spread, spreadOf } from "./statistics.ts";
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
  readonly bulkSeconds: readonly number[];
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

/** The bound in the words of `formatBound`. @throws RangeError for other words */
export function parseBound(text: string): Bound {
  const [, kind, limit, aim] = /^(at least|at most) ([\d.]+)(?:, aim ([\d.]+))?$/.exec(text) ?? [];
  if (kind !== "at least" && kind !== "at most") throw new RangeError(`Not a bound: ${text}`);
  return { kind, limit: Number(limit), ...aim === undefined ? {} : { aim: Number(aim) } };
}

/** How a mark is written. */
export function markText(mark: Mark): string {
  return mark === "NOT MET" ? "**not met**" : mark === "for information" ? "" : mark;
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
  return [
    work,
    peer?.who ?? "—",
    peer === undefined ? "—" : times,
    bound === undefined ? "—" : formatBound(bound),
    markText(markOf(claim)),
    formatFigure(ours),
    peer === undefined ? "—" : formatFigure(peer),
    octets === undefined ? "" : octets === "exact" ? octets : `**${octets}**`,
  ];
}

/** A cell's text must not end the cell. */
function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();
}

/** A line of a table in Markdown. */
export function tableRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

/** How far up in the table: what failed, what is not met, what loses against whoever is beside, the rest. */
function rankOf(claim: Claim): number {
  if (claim.octets !== undefined && claim.octets !== "exact") return 0;
  if (markOf(claim) === "NOT MET") return 1;
  if (claim.peer === undefined || claim.bound === undefined) return 3;
  const { median } = judgedValue(claim);
  return (claim.bound.kind === "at least" ? median < 1 : median > 1) ? 2 : 3;
}

/** The table: what failed first, then what falls short. A line for each claim, and for each row that has none, why. */
export function table(results: readonly Result[]): string {
  const lines: { readonly rank: number; readonly text: string }[] = [];
  for (const result of results) {
    if (result.kind === "measured") {
      for (const claim of result.outcome.claims) {
        lines.push({ rank: rankOf(claim), text: tableRow(cellsOf(claim)) });
      }
    } else {
      const hasFailed = result.kind === "failed";
      const what = hasFailed ? "**failed**" : "left out";
      const text = tableRow([result.name, "", what, "", "", shortened(result.reason), "", ""]);
      lines.push({ rank: hasFailed ? 0 : 3, text });
    }
  }
  lines.sort((a, b) => a.rank - b.rank);
  return [tableRow(HEADER), `|${"---|".repeat(HEADER.length)}`, ...lines.map(({ text }) => text)].join("\n");
}

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
export function conditions({ machine, rounds, bulkSeconds, duration, isPartial, isShort }: Report): string {
  const load = machine.load.map((value) => value.toFixed(2)).join(", ");
  const noise = isNoisy(machine)
    ? " **The machine was busy when this began: look at the spreads before believing anything.**"
    : "";
  const short = isShort ? " **A short run: more chance in the figures than usual.**" : "";
  return [
    `- ${machine.date}; ${machine.kernel}; ${machine.cpu}, ${machine.cores} cores; load at the start ${load}.${noise}`,
    `- ${machine.deno}; congestion control available: ${machine.congestionControl}; CUBIC on both sides unless said; shortest RTO 200 ms, the kernel's, on both.`,
    `- ${rounds} rounds, in which the contenders take turns; bulk runs of ${
      bulkSeconds.join(" and ")
    } s each, from the connection's ` +
    `beginning, nothing left out; ${duration.toFixed(0)} s in all${
      isPartial ? ", some rows only" : ""
    }.${short}`,
    ...machine.versions.map((version) => `- ${version}`),
  ].join("\n");
}

/** Peers and variants that were not measured, with the reasons. */
export function leftOutOf({ tools, results }: Report): string[] {
  const missing = [...tools.missing].map(([name, why]) => `${name}: ${why}`);
  const variants = results.flatMap((result) =>
    result.kind === "measured" ? result.outcome.leftOut ?? [] : []
  );
  return [...new Set([...missing, ...variants])];
}

/** What a reader should know of the figures. */
export function notesOf(results: readonly Result[]): string[] {
  return results.flatMap((result) => result.kind === "measured" ? result.outcome.notes ?? [] : []);
}
