/**
 * The report: one HTML page that holds everything it needs and asks nobody for anything.
 *
 * @module
 */

import licence from "uplot/licence" with { type: "text" };
import uPlot from "uplot/script" with { type: "text" };
import libraryStyle from "uplot/style" with { type: "text" };
import { markupText } from "../escape.ts";
import { GLOSSARY } from "../glossary.ts";
import { LEGEND } from "../notation.ts";
import { rulePartsOf } from "../rule_links.ts";
import { type ReportData, reportData, type ReportSource } from "./columns.ts";
import type { KnownFacts } from "./facts.ts";
import bands from "./page/bands.js" with { type: "text" };
import baseStyle from "./page/base.css" with { type: "text" };
import charts from "./page/charts.js" with { type: "text" };
import connections from "./page/connections.js" with { type: "text" };
import curves from "./page/curves.js" with { type: "text" };
import data from "./page/data.js" with { type: "text" };
import detailStyle from "./page/detail.css" with { type: "text" };
import detail from "./page/detail.js" with { type: "text" };
import format from "./page/format.js" with { type: "text" };
import grid from "./page/grid.js" with { type: "text" };
import header from "./page/header.js" with { type: "text" };
import ladderStyle from "./page/ladder.css" with { type: "text" };
import ladder from "./page/ladder.js" with { type: "text" };
import main from "./page/main.js" with { type: "text" };
import momentStyle from "./page/moment.css" with { type: "text" };
import moment from "./page/moment.js" with { type: "text" };
import page from "./page/page.html" with { type: "text" };
import player from "./page/player.js" with { type: "text" };
import plot from "./page/plot.js" with { type: "text" };
import rows from "./page/rows.js" with { type: "text" };
import scale from "./page/scale.js" with { type: "text" };
import scaleLayout from "./page/scale_layout.js" with { type: "text" };
import sequence from "./page/sequence.js" with { type: "text" };
import states from "./page/states.js" with { type: "text" };
import summary from "./page/summary.js" with { type: "text" };
import table from "./page/table.js" with { type: "text" };
import tablesStyle from "./page/tables.css" with { type: "text" };
import windows from "./page/windows.js" with { type: "text" };

/** What the page says besides the events. */
export interface ReportOptions {
  /** Name and version of the program. */
  readonly program: string;
  /** Microseconds from 1970-01-01 UTC to the moment 0 of the events' clock; null when not known. */
  readonly epoch: number | null;
  /** Facts of connections that others know better than their events tell, by their numbers. @default none */
  readonly known?: ReadonlyMap<number, KnownFacts>;
}

/** The page's modules, each before those that use it. */
const MODULES: Readonly<Record<string, string>> = {
  format,
  data,
  plot,
  grid,
  summary,
  connections,
  header,
  bands,
  curves,
  sequence,
  charts,
  rows,
  ladder,
  scale_layout: scaleLayout,
  scale,
  states,
  windows,
  moment,
  player,
  table,
  detail,
  main,
};

/** The page's style, after that of the library. */
const STYLES: readonly string[] = [
  libraryStyle,
  baseStyle,
  ladderStyle,
  momentStyle,
  tablesStyle,
  detailStyle,
];

/** Where something is put into the page. */
const PLACES = /CONTENT-POLICY|PROGRAM-NAME|PACKED-DATA|<!-- (?:style|scripts|glossary) -->/g;

/** Octets that are turned into text at a time. */
const CHUNK = 32_768;

/** Values of a column that are written at a time. */
const VALUES = 4_096;

/** The page of a recording. */
export async function htmlReport(source: ReportSource, options: ReportOptions): Promise<string> {
  const script = `"use strict";const modules={};\n${Object.entries(MODULES).map(asFunction).join("\n")}`;
  const library = `/*!\n${licence}*/\n${uPlot}`;
  const policy = await policyFor([library, script]);
  const packed = await gzippedBase64(
    jsonOf(reportData(source, startOf(source, options), options.known ?? new Map())),
  );
  const parts: Readonly<Record<string, string>> = {
    "CONTENT-POLICY": markupText(policy),
    "<!-- style -->": `<style>${STYLES.join("")}</style>`,
    "PROGRAM-NAME": markupText(options.program),
    "PACKED-DATA": packed,
    "<!-- glossary -->": glossaryMarkup(),
    "<!-- scripts -->": `<script>${library}</script>\n<script>${script}</script>`,
  };
  return page.replace(PLACES, (place) => parts[place] ?? "");
}

/** The notation and the words that the page uses. */
function glossaryMarkup(): string {
  const rows = [
    ...LEGEND.map(([notation, meaning]) =>
      `<dt><code>${markupText(notation)}</code></dt><dd>${markupText(meaning)}</dd>`
    ),
    ...GLOSSARY.map(({ term, meaning, rule }) => {
      const places = rulePartsOf(rule).map(([text, url]) =>
        url === null ? markupText(text) : `<a href="${markupText(url)}">${markupText(text)}</a>`
      );
      return `<dt>${markupText(term)}</dt><dd>${markupText(meaning)} <span class="rule">[${
        places.join("")
      }]</span></dd>`;
    }),
  ];
  return `<dl class="glossary">${rows.join("\n")}</dl>`;
}

/** A module of a page that cannot import: a function of its own, whose exports the later ones find by its name. */
function asFunction([name, module]: readonly [string, string]): string {
  const exported = [...module.matchAll(/^export (?:async )?(?:function|class|const) (\w+)/gm)].map((
    [, one],
  ) => one);
  const body = module.replace(/^import (\{[^}]*\}) from "\.\/(\w+)\.js";$/gm, "const $1 = modules.$2;")
    .replace(/^export /gm, "");
  return `modules.${name}=(()=>{\n${body}return {${exported.join(",")}};\n})();`;
}

/** Nothing may be loaded, and only these scripts may run, whatever the data hold. */
async function policyFor(scripts: readonly string[]): Promise<string> {
  const hashes: string[] = [];
  for (const script of scripts) {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
    hashes.push(`'sha256-${base64(new Uint8Array(hash))}'`);
  }
  return `default-src 'none'; script-src ${hashes.join(" ")}; style-src 'unsafe-inline'; base-uri 'none'; ` +
    `form-action 'none'`;
}

/** The data as JSON in pieces, since the whole of it would be large. */
function* jsonOf({ columns, ...rest }: ReportData): Generator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)},"columns":{`;
  let comma = "";
  for (const [name, values] of Object.entries(columns)) {
    yield `${comma}${JSON.stringify(name)}:[`;
    for (let at = 0; at < values.length; at += VALUES) {
      yield (at === 0 ? "" : ",") + JSON.stringify(values.slice(at, at + VALUES)).slice(1, -1);
    }
    yield "]";
    comma = ",";
  }
  yield "}}";
}

async function gzippedBase64(texts: Iterable<string>): Promise<string> {
  const stream = ReadableStream.from(texts).pipeThrough(new TextEncoderStream()).pipeThrough(
    new CompressionStream("gzip"),
  );
  return base64(new Uint8Array(await new Response(stream).arrayBuffer()));
}

function base64(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += CHUNK) {
    text += String.fromCharCode(...octets.subarray(at, at + CHUNK));
  }
  return btoa(text);
}

function startOf(source: ReportSource, options: ReportOptions): string | null {
  if (options.epoch === null) return null;
  for (const _first of source.kept()) return new Date((options.epoch + source.start) / 1_000).toISOString();
  return null;
}
