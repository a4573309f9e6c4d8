/**
 * Which modules a program loads before it does anything: a plain message waits for each of them, 0.2 ms from the sources.
 * What only some runs need is loaded by `import()` where it is chosen.
 *
 * @module
 */

import { importsOf, type Sources, withoutComments } from "./rules.ts";

/** What a program of the project starts with. */
export interface Start {
  /** The module that is run. */
  readonly entry: string;
  /** The module that imports all the others. */
  readonly list: string;
}

/** The programs. */
export const STARTS: readonly Start[] = [
  { entry: "main.ts", list: "cli/client_modules.ts" },
  { entry: "server.ts", list: "cli/server_modules.ts" },
];

/** The modules that the entry's static imports lead to, itself included, each with the one that led to it first. */
export function loadedBy(entry: string, sources: Sources): ReadonlyMap<string, string> {
  const loaded = new Map([[entry, entry]]);
  for (const path of loaded.keys()) {
    for (const { target } of importsOf(path, withoutTypes(sources.get(path) ?? ""))) {
      if (target !== null && sources.has(target) && !loaded.has(target)) loaded.set(target, path);
    }
  }
  return loaded;
}

/** The text without what is no import when the program runs: imports of types alone, and those that a call makes. */
function withoutTypes(text: string): string {
  return withoutComments(text)
    .replace(/^(?:import|export) type [^;]*? from [^;]*;/gm, "")
    .replace(/^(?:import|export) \{(?:\s*type [^,}]+,?)+\s*\} from [^;]*;/gm, "")
    .replace(/\bimport\(/g, "later(");
}

/** A line for each module that came in or has gone, by all imports but those of the list itself. */
export function startChanges({ entry, list }: Start, sources: Sources): readonly string[] {
  const others = new Map([...sources].filter(([path]) => path !== list));
  const loaded = loadedBy(entry, others);
  const listed = new Set([entry, ...importsOf(list, sources.get(list) ?? "").map(({ target }) => target)]);
  const added = [...loaded].filter(([path]) => !listed.has(path)).map(([path, by]) =>
    `${path} came in by ${by}: load it by import() where it is needed, or list it in ${list}`
  );
  const gone = [...listed].filter((path) => path !== null && !loaded.has(path)).map((path) =>
    `${path} is not loaded any more: strike it from ${list}`
  );
  const isFirst = withoutComments(sources.get(entry) ?? "").trimStart().startsWith(`import "./${list}";`);
  return [...added, ...gone, ...isFirst ? [] : [`${entry} does not import ${list} before everything else`]];
}
