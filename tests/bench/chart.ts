/**
 * Ratios as horizontal bars, in an SVG that can be read on light and on dark ground.
 *
 * @module
 */

import type { Result } from "./report.ts";
import { formatValue } from "./report.ts";
import type { Claim } from "./row.ts";
import { judgedValue, markOf } from "./statistics.ts";

/** One bar. */
interface Bar {
  readonly label: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** What is wanted; null: nothing. */
  readonly limit: number | null;
  readonly mark: string;
}

/** Bars of one kind, with their own scale. */
interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}

const WIDTH = 920;
const LABEL_WIDTH = 440;
const VALUE_WIDTH = 60;
const BAR_SPACE = WIDTH - LABEL_WIDTH - VALUE_WIDTH;
const ROW_HEIGHT = 24;
const BAR_HEIGHT = 14;
const TITLE_HEIGHT = 44;
const MARGIN = 12;

/** Longest ratio that the scale is made for; longer bars end there. */
const SCALE_MOST = 3;

const STYLE = `
  :root { color-scheme: light dark; }
  .ground { fill: #ffffff; }
  text { font: 13px system-ui, "DejaVu Sans", sans-serif; fill: #1b1f24; }
  .title { font-weight: bold; }
  .aim { fill: #1a7f37; }
  .met { fill: #2f6fb3; }
  .missed { fill: #bc4c00; }
  .plain { fill: #8a929b; }
  .spread { stroke: #1b1f24; stroke-width: 1.5; }
  .limit { stroke: #1b1f24; stroke-width: 2; stroke-dasharray: 3 2; }
  .one { stroke: #8a929b; stroke-width: 1; }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117; }
    text { fill: #e6edf3; }
    .aim { fill: #3fb950; }
    .met { fill: #58a6ff; }
    .missed { fill: #f0883e; }
    .spread, .limit { stroke: #e6edf3; }
  }
`;

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}

function barOf(claim: Claim): Bar {
  const { median, least, most } = judgedValue(claim);
  const mark =
    { "aim met": "aim", "met": "met", "NOT MET": "missed", "for information": "plain" }[markOf(claim)];
  const label = `${claim.work} (${claim.peer?.who})`;
  return { label, value: median, least, most, limit: claim.bound?.limit ?? null, mark };
}

/** What has a ratio to a peer: rates, where more is better, and costs, where less is. */
function groupsOf(results: readonly Result[]): readonly Group[] {
  const claims = results.flatMap((result) => result.kind === "measured" ? result.outcome.claims : [])
    .filter(({ peer, ratio }) => peer !== undefined && ratio !== "theirs to ours");
  const isCost = ({ ours: { unit } }: Claim): boolean => ["s/GB", "ms", "µs", "ns"].includes(unit);
  return [
    {
      title: "Rates beside the peer's: longer is better",
      bars: claims.filter((it) => !isCost(it)).map(barOf),
    },
    { title: "Costs beside the peer's: shorter is better", bars: claims.filter(isCost).map(barOf) },
  ].filter(({ bars }) => bars.length > 0);
}

function drawBar(bar: Bar, top: number, scale: number): string[] {
  const x = (value: number): number => Math.round(LABEL_WIDTH + Math.min(value, scale) / scale * BAR_SPACE);
  const middle = top + ROW_HEIGHT / 2;
  const edge = middle - BAR_HEIGHT / 2;
  const line = (kind: string, x1: number, y1: number, x2: number, y2: number): string =>
    `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
  return [
    `<text x="${LABEL_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escapeXml(bar.label)}</text>`,
    `<rect class="${bar.mark}" x="${LABEL_WIDTH}" y="${edge}" width="${
      x(bar.value) - LABEL_WIDTH
    }" height="${BAR_HEIGHT}"/>`,
    line("spread", x(bar.least), middle, x(bar.most), middle),
    ...bar.limit === null ? [] : [line("limit", x(bar.limit), edge - 3, x(bar.limit), edge + BAR_HEIGHT + 3)],
    `<text x="${WIDTH - VALUE_WIDTH + 8}" y="${middle + 4}">${formatValue(bar.value)}</text>`,
  ];
}

/** The picture; empty groups are left away. */
export function chart(results: readonly Result[]): string {
  const parts: string[] = [];
  let top = 0;
  for (const { title, bars } of groupsOf(results)) {
    const scale = Math.min(
      SCALE_MOST,
      Math.max(...bars.flatMap(({ value, limit }) => [value, limit ?? 1, 1])) * 1.1,
    );
    parts.push(`<text class="title" x="${MARGIN}" y="${top + 28}">${escapeXml(title)}</text>`);
    top += TITLE_HEIGHT;
    const one = Math.round(LABEL_WIDTH + BAR_SPACE / scale);
    parts.push(
      `<line class="one" x1="${one}" y1="${top}" x2="${one}" y2="${top + bars.length * ROW_HEIGHT}"/>`,
    );
    for (const bar of bars) {
      parts.push(...drawBar(bar, top, scale));
      top += ROW_HEIGHT;
    }
  }
  const legend =
    "In brackets: the peer. Dashed: what is wanted. Thin line: as the peer. Line in a bar: lowest to highest round.";
  const colors =
    `Green: aim met; blue: met; orange: not met; grey: for information. Bars end at ${SCALE_MOST}.`;
  parts.push(`<text x="${MARGIN}" y="${top + 28}">${legend}</text>`);
  parts.push(`<text x="${MARGIN}" y="${top + 48}">${colors}</text>`);
  const height = top + 64;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>Ratios to the peers</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
