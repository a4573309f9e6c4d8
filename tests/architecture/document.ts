/**
 * What a document says of the sources: which names are in which files, and what a search finds first.
 *
 * @module
 */

import { type Sources, withoutComments } from "./rules.ts";

/** `name` in `path`, as the document writes it. */
const PLACE = /`(\w+)`(?:,? (?:and )?`(\w+)`)*\s+in\s+`([\w./]+\.ts)`/g;

/** A row of its table of searches: what is asked, what is searched for, where the answer is. */
const SEARCH = /^\| [^|]+ \| `([^`]+)` +\| `\w+` in `([^`]+)` +\|$/gm;

/** Files in which a search may find definitions. */
const MOST_FILES = 2;

/** A line that defines something by a name: a function, method, class, constant or type. */
const DEFINITION =
  /^(?:export )?(?:async )?(?:function|class|interface|const|type) (\w+)|^ {2}(?:static |get |set )*#?(\w+)\(.*\{$/;
const NOT_METHODS = new Set(["if", "for", "while", "switch", "catch", "return", "constructor"]);

/** Names that are not defined where the document says. */
export function wrongPlaces(document: string, sources: Sources): string[] {
  return [...document.matchAll(PLACE)].flatMap(([whole, , , path = ""]) => {
    const names = [...whole.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "");
    const defined = definitionsIn(sources.get(path) ?? "");
    return names.filter((name) => !defined.includes(name)).map((name) => `${path} does not define ${name}`);
  });
}

/** Searches of the document's table that lead to more files of the core than they should, or not to the answer's. */
export function vagueSearches(document: string, sources: Sources): string[] {
  return [...document.matchAll(SEARCH)].flatMap(([, search = "", answer = ""]) => {
    const pattern = new RegExp(search, "i");
    const found = [...sources].filter(([path, text]) =>
      path.startsWith("tcp/") && definitionsIn(text).some((name) => pattern.test(name))
    ).map(([path]) => path);
    const isFound = found.includes(answer) && found.length <= MOST_FILES;
    return isFound ? [] : [`/${search}/i finds definitions in ${found.join(", ") || "no file"}`];
  });
}

/** How many searches the document's table has. */
export function searchesIn(document: string): number {
  return [...document.matchAll(SEARCH)].length;
}

function definitionsIn(text: string): readonly string[] {
  return withoutComments(text).split("\n").flatMap((line) => {
    const [, outer, method] = DEFINITION.exec(line) ?? [];
    const name = outer ?? method;
    return name === undefined || NOT_METHODS.has(name) ? [] : [name];
  });
}
