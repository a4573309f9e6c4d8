/**
 * The report: one HTML page that holds everything it needs and asks nobody for anything.
 *
 * @module
 */

import { markupText } from "../escape.ts";
import { GLOSSARY } from "../glossary.ts";
import { LEGEND } from "../notation.ts";
import { rulePartsOf } from "../rule_links.ts";
import { type ReportData, reportData, type ReportSource } from "./columns.ts";
import type { KnownFacts } from "./facts.ts";
import { TEMPLATE } from "./template.ts";

/** What the page says besides the events. */
export interface ReportOptions {
  /** Name and version of the program. */
  readonly program: string;
  /** Microseconds from 1970-01-01 UTC to the moment 0 of the events' clock; null when not known. */
  readonly epoch: number | null;
  /** Facts of connections that others know better than their events tell, by their numbers. @default none */
  readonly known?: ReadonlyMap<number, KnownFacts>;
}

/** Octets that are turned into text at a time. */
const CHUNK = 32_768;

/** Values of a column that are written at a time. */
const VALUES = 4_096;

/** The page of a recording. */
export async function htmlReport(source: ReportSource, options: ReportOptions): Promise<string> {
  const data = reportData(source, startOf(source, options), options.known ?? new Map());
  const [beforeGlossary, beforeProgram, beforeData, rest] = TEMPLATE;
  const packed = await gzippedBase64(jsonOf(data));
  return [
    beforeGlossary,
    glossaryMarkup(),
    beforeProgram,
    markupText(options.program),
    beforeData,
    packed,
    rest,
  ].join("");
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
  if (Number.isNaN(source.start)) return null;
  for (const _first of source.kept()) return new Date((options.epoch + source.start) / 1_000).toISOString();
  return null;
}
