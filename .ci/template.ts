/**
 * Makes trace/report/template.ts: the page of the report with its style and scripts in it, one module instead of some thirty
 * texts, since not every registry and runtime can import text.
 *
 *     deno task template          writes it
 *
 * tests/template_test.ts says when that was forgotten.
 *
 * @module
 */

import licence from "uplot/licence" with { type: "text" };
import library from "uplot/script" with { type: "text" };
import libraryStyle from "uplot/style" with { type: "text" };

const FOLDER = new URL("../trace/report/page/", import.meta.url);
const MADE = new URL("../trace/report/template.ts", import.meta.url);

/** Where report.ts puts something into the page; the character before and after is in no text. */
const PLACES = ["<!-- glossary -->", "PROGRAM-NAME", "PACKED-DATA"] as const;
const MARK = "\u0001";

/** The page's own styles, each before those that may overrule it. */
const STYLES: readonly string[] = ["base.css", "ladder.css", "moment.css", "tables.css", "detail.css"];

/** The module's text. Reads the files of trace/report/page/. */
export async function templateModule(): Promise<string> {
  const files = [...Deno.readDirSync(FOLDER)].map(({ name }) => name).toSorted();
  const read = (name: string): string => Deno.readTextFileSync(new URL(name, FOLDER));
  const modules = new Map(
    files.filter((name) => name.endsWith(".js")).map((name) => [name.slice(0, -3), read(name)]),
  );
  const stray = files.filter((name) => name.endsWith(".css") && !STYLES.includes(name));
  if (stray.length > 0) throw new Error(`Say where these stand among the styles: ${stray.join(", ")}`);
  const script = `"use strict";const modules={};\n${inOrder(modules).map(asFunction).join("\n")}`;
  const foreign = `/*!\n${licence}*/\n${library}`;
  const parts: Readonly<Record<string, string>> = {
    "CONTENT-POLICY": escaped(await policyFor([foreign, script])),
    "<!-- style -->": `<style>${libraryStyle}${STYLES.map(read).join("")}</style>`,
    "<!-- scripts -->": `<script>${foreign}</script>\n<script>${script}</script>`,
    ...Object.fromEntries(PLACES.map((place, i) => [place, `${MARK}${i}${MARK}`])),
  };
  const pattern = /CONTENT-POLICY|PROGRAM-NAME|PACKED-DATA|<!-- (?:style|scripts|glossary) -->/g;
  const page = read("page.html").replace(pattern, (place) => parts[place] ?? "");
  if (page.split(MARK).length !== 1 + 2 * PLACES.length) {
    throw new Error("A place is missing in page.html, or there twice");
  }
  return `// deno-lint-ignore-file
// Made by \`deno task template\` from trace/report/page/ and uPlot: change those.

/** The report's page around what each one has of its own: the glossary, the program's name, the data. */
export const TEMPLATE: readonly [string, string, string, string] = ${JSON.stringify(split(page), null, 1)};
`;
}

/** The page in four, at its places, which come in this order. */
function split(page: string): readonly string[] {
  const pieces = page.split(MARK);
  const order = pieces.filter((_, i) => i % 2 === 1);
  if (order.join() !== PLACES.map((_, i) => i).join()) {
    throw new Error(`The places are in another order: ${order}`);
  }
  return pieces.filter((_, i) => i % 2 === 0);
}

/** Each module after those that it imports. */
function inOrder(modules: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const done = new Map<string, string>();
  const visit = (name: string): void => {
    const text = modules.get(name);
    if (text === undefined) throw new Error(`There is no module ${name}`);
    if (done.has(name)) return;
    for (const [, other = ""] of text.matchAll(/ from "\.\/(\w+)\.js";$/gm)) visit(other);
    done.set(name, text);
  };
  for (const name of modules.keys()) visit(name);
  return [...done];
}

/** A module of a page that cannot import: a function of its own, whose exports the later ones find by its name. */
function asFunction([name, module]: readonly [string, string]): string {
  const names = /^export (?:async )?(?:function|class|const) (\w+)/gm;
  const exported = [...module.matchAll(names)].map(([, one]) => one);
  const body = module.replace(/^import (\{[^}]*\}) from "\.\/(\w+)\.js";$/gm, "const $1 = modules.$2;")
    .replace(/^export /gm, "");
  return `modules.${name}=(()=>{\n${body}return {${exported.join(",")}};\n})();`;
}

/** Nothing may be loaded, and only these scripts may run, whatever the data hold. */
async function policyFor(scripts: readonly string[]): Promise<string> {
  const hashes: string[] = [];
  for (const script of scripts) {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script)));
    hashes.push(`'sha256-${btoa(String.fromCharCode(...hash))}'`);
  }
  return `default-src 'none'; script-src ${hashes.join(" ")}; style-src 'unsafe-inline'; base-uri 'none'; ` +
    `form-action 'none'`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("'", "&#39;");
}

if (import.meta.main) await Deno.writeTextFile(MADE, await templateModule());
