/**
 * The rules of the project's shape, as functions from the sources (path to text) to what is wrong with them.
 *
 * @module
 */

import { BANS, MAX_FILE_LINES, MAX_FUNCTION_LINES, type Part, PARTS, TCP_ROOMS } from "./table.ts";

/** The sources by path from the top of the project, `/` between folders. */
export type Sources = ReadonlyMap<string, string>;

/** One `import` or `export … from`. */
export interface Import {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** The path from the top that a relative specifier means; null for a name of the import map. */
  readonly target: string | null;
}

/** Every rule by its name; each returns a line for each violation, none when the sources are as they should be. */
export const RULES: Readonly<Record<string, (sources: Sources) => readonly string[]>> = {
  "every file belongs to a part of the project": filesWithoutPart,
  "a folder imports only what its row of the table allows": forbiddenEdges,
  "only packages that its part may use": forbiddenPackages,
  "a room of tcp/ imports only from rooms before it": roomOrder,
  "no files import each other in a circle": circles,
  "no file has more than 450 lines": longFiles,
  "no function has more than 50 lines": longFunctions,
  "no banned text": bannedText,
  "the public face of tcp/ is a table of contents": publicFace,
};

const FROM = /^[ \t]*(?:import|export)\b[^;"'`]*?\bfrom\s+["']([^"']+)["']/gm;
const BARE = /^[ \t]*import\s+["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']/g;

/** The imports of one file, in no order. */
export function importsOf(path: string, text: string): readonly Import[] {
  const code = withoutComments(text);
  const specifiers = [FROM, BARE, DYNAMIC].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => match[1] ?? "")
  );
  return specifiers.map((specifier) => ({ from: path, specifier, target: resolve(path, specifier) }));
}

/** The text without comments; strings that hold ` //` lose their end, which no rule here minds. */
export function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, "");
  return text.replace(/(^|[\s(,;{])\/\*[\s\S]*?\*\//g, blank).replace(/(^|\s)\/\/.*$/gm, "$1");
}

function resolve(path: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  return new URL(specifier, `file:///${path}`).pathname.slice(1);
}

function allImports(sources: Sources): readonly Import[] {
  return [...sources].flatMap(([path, text]) => importsOf(path, text));
}

function covers(allowed: string, path: string): boolean {
  return allowed === "*" || (allowed.endsWith("/") ? path.startsWith(allowed) : path === allowed);
}

function partOf(path: string): Part | undefined {
  return PARTS.find((part) => covers(part.path, path));
}

function filesWithoutPart(sources: Sources): string[] {
  return [...sources.keys()].filter((path) => partOf(path) === undefined)
    .map((path) => `${path} belongs to no part: give it a row in PARTS`);
}

function forbiddenEdges(sources: Sources): string[] {
  const wrong: string[] = [];
  for (const { from, target } of allImports(sources)) {
    const part = partOf(from);
    if (part === undefined || target === null || partOf(target) === part) continue;
    if (!part.mayImport.some((allowed) => covers(allowed, target))) wrong.push(`${from} imports ${target}`);
  }
  return wrong;
}

function forbiddenPackages(sources: Sources): string[] {
  return allImports(sources)
    .filter(({ from, specifier, target }) =>
      target === null && !partOf(from)?.packages.some((allowed) => covers(allowed, specifier))
    )
    .map(({ from, specifier }) => `${from} imports ${specifier}`);
}

/** The public face, and the part of it that a connection alone needs. */
const FACE = "tcp/mod.ts";
const SINGLE = "tcp/single.ts";

/** The room of a path inside `tcp/`; FACE for the public face, undefined for a file that is in no room. */
function roomOf(path: string): string | undefined {
  if (path === FACE || path === SINGLE) return FACE;
  const [top, room = ""] = path.split("/");
  return top === "tcp" && TCP_ROOMS.includes(room) ? room : undefined;
}

function roomOrder(sources: Sources): string[] {
  const wrong: string[] = [];
  for (const [path, text] of sources) {
    if (!path.startsWith("tcp/")) continue;
    const room = roomOf(path);
    if (room === undefined) wrong.push(`${path} is in no room: TCP_ROOMS has them`);
    if (room === undefined || room === FACE) continue;
    for (const { target } of importsOf(path, text)) {
      const other = target === null ? undefined : roomOf(target);
      if (other === undefined || other === room) continue;
      const isBefore = other !== FACE && TCP_ROOMS.indexOf(other) < TCP_ROOMS.indexOf(room);
      if (!isBefore) wrong.push(`${path} imports ${target}, which is not before it`);
    }
  }
  return wrong;
}

function circles(sources: Sources): string[] {
  const found = new Set<string>();
  const finished = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const start = way.indexOf(path);
    if (start >= 0) found.add([...way.slice(start), path].join(" > "));
    if (start >= 0 || finished.has(path)) return;
    for (const { target } of importsOf(path, sources.get(path) ?? "")) {
      if (target !== null && sources.has(target)) visit(target, [...way, path]);
    }
    finished.add(path);
  };
  // In tests, which have no layers, two files may share each other's types.
  for (const path of sources.keys()) if (!path.startsWith("tests/")) visit(path, []);
  return [...found];
}

function longFiles(sources: Sources): string[] {
  return [...sources].map(([path, text]) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > MAX_FILE_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines: find its two subjects`);
}

/** How the first line of a function begins, as `deno fmt` writes it: a declaration, a method, an arrow function. */
const FUNCTION_STARTS: readonly RegExp[] = [
  /^( *)(?:export )?(?:default )?(?:async )?function\*? ?(\w*)/,
  /^( +)(?:static |override |async |get |set |\*)*(#?[\w$]+|\[[\w.]+\])(?:<[^(]*>)?\(/,
  /^( *)(?:export )?const (\w+)(?:: [^=]+)? = (?:async )?\(/,
];
const NOT_METHODS = new Set(["if", "for", "while", "switch", "catch", "return"]);

/** Relies on the layout of `deno fmt`: a function ends at the first brace that stands at its own indentation. */
function longFunctions(sources: Sources): string[] {
  const wrong: string[] = [];
  for (const [path, text] of sources) {
    const lines = path.startsWith("tests/") ? [] : text.split("\n");
    for (const [start, line] of lines.entries()) {
      const kind = FUNCTION_STARTS.findIndex((pattern) => pattern.test(line));
      const [, indent = "", name = ""] = FUNCTION_STARTS[kind]?.exec(line) ?? [];
      if (kind < 0 || NOT_METHODS.has(name) || !hasBody(lines, start, indent, kind)) continue;
      const end = lines.findIndex((other, i) => i > start && new RegExp(`^${indent}\\}[;,]?$`).test(other));
      const length = end - start + 1;
      if (length > MAX_FUNCTION_LINES) wrong.push(`${path}:${start + 1} ${name} has ${length} lines`);
    }
  }
  return wrong;
}

/** Whether the parameters that begin on this line are followed by a body: calls and declarations in types have none. */
function hasBody(lines: readonly string[], start: number, indent: string, kind: number): boolean {
  const first = lines[start] ?? "";
  const last = first.endsWith("(")
    ? lines.find((line, i) => i > start && line.startsWith(`${indent})`)) ?? ""
    : first;
  const arrow = last.endsWith("=> {");
  return kind === 2 ? arrow : !arrow && /\)(?:: .*)? \{$/.test(last);
}

function bannedText(sources: Sources): string[] {
  const wrong: string[] = [];
  for (const [path, text] of sources) {
    const lines = withoutComments(text).split("\n");
    for (const ban of BANS.filter(({ where }) => where(path))) {
      for (const [i, line] of lines.entries()) {
        if (ban.text.test(line)) wrong.push(`${path}:${i + 1} has "${line.trim()}": ${ban.because}`);
      }
    }
  }
  return wrong;
}

/** Names one by one, each with a docstring where it is made, in groups that the module's own docstring lists. */
function publicFace(sources: Sources): string[] {
  const face = sources.get(FACE)?.replace('export * from "./single.ts";', sources.get(SINGLE) ?? "");
  if (face === undefined) return [];
  const wrong = /^export (?:type )?\*/m.test(face) ? [`${FACE} exports what it does not name`] : [];
  const contents = face.slice(0, face.indexOf("*/"));
  for (const [heading, title] of face.matchAll(/^\/\/ \d+\. (.+)$/gm)) {
    if (!contents.includes(heading.slice(3).replace(title ?? "", `**${title}`))) {
      wrong.push(`${FACE} has a group that its table of contents lacks: ${title}`);
    }
  }
  for (
    const [, names = "", specifier = ""] of face.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)";/gm)
  ) {
    const path = resolve(FACE, specifier) ?? "";
    for (const name of names.split(",").map((text) => text.trim().replace(/^type /, "")).filter(Boolean)) {
      const text = sources.get(path) ?? "";
      const made = new RegExp(`\\*/\\nexport (?:const|function|class|interface|type|let) ${name}\\b`);
      if (!made.test(text)) wrong.push(`${path} makes ${name} without a docstring`);
    }
  }
  return wrong;
}
