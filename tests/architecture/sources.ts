/**
 * The project's sources, read from the disk.
 *
 * @module
 */

import type { Sources } from "./rules.ts";

/** The top of the project. */
export const TOP: URL = new URL("../../", import.meta.url);

const SKIPPED = new Set([".git", "node_modules", "coverage", ".vscode"]);

/** Every TypeScript file below `top`, by its path from there. Takes the permission to read. */
export function readSources(top: URL): Sources {
  const sources = new Map<string, string>();
  readFolder(top, "", sources);
  return sources;
}

function readFolder(folder: URL, prefix: string, into: Map<string, string>): void {
  for (const entry of Deno.readDirSync(folder)) {
    if (SKIPPED.has(entry.name)) continue;
    const path = prefix + entry.name;
    if (entry.isDirectory) readFolder(new URL(`${entry.name}/`, folder), `${path}/`, into);
    else if (path.endsWith(".ts")) into.set(path, Deno.readTextFileSync(new URL(entry.name, folder)));
  }
}
