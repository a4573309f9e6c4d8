/**
 * Writes the modules that import our scripts as text: the tests may not read folders. Run after adding a script:
 * `deno run -A tests/packetdrill/make_index.ts`.
 *
 * @module
 */

/** A module to be written: its path inside the scripts' folder, and its text. */
export interface IndexModule {
  readonly path: string;
  readonly text: string;
}

const NOTE = "Made by make_index.ts: run it after adding a script.";

/** The modules for the scripts in each area, both in order of their names. */
export function indexModules(scriptsByArea: ReadonlyMap<string, readonly string[]>): IndexModule[] {
  const areas = [...scriptsByArea.keys()].sort();
  const modules = areas.map((area) => ({
    path: `${area}/index.ts`,
    text: areaIndex(area, [...scriptsByArea.get(area) ?? []].sort()),
  }));
  const imports = areas.map((area, i) => `import { SCRIPTS as area${i} } from "./${area}/index.ts";\n`);
  const lines = areas.map((_, i) => `  ...area${i},\n`);
  return [...modules, {
    path: "index.ts",
    text: `/** Every script of ours. ${NOTE} */\n\n${imports.join("")}\n` +
      "/** Path inside this folder and text of each. */\n" +
      `export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [\n${lines.join("")}];\n`,
  }];
}

function areaIndex(area: string, names: readonly string[]): string {
  const imports = names.map((name, i) => `import script${i} from "./${name}" with { type: "text" };\n`);
  const lines = names.map((name, i) => `  ["${area}/${name}", script${i}],\n`);
  return `/** Our scripts about ${area.replaceAll("_", " ")}. ${NOTE} */\n\n${imports.join("")}\n` +
    "/** Path and text of each. */\n" +
    `export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [\n${lines.join("")}];\n`;
}

/** Names of the scripts in each area of `folder`. */
export function findScripts(folder: URL): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const area of Deno.readDirSync(folder)) {
    if (!area.isDirectory) continue;
    const names = [...Deno.readDirSync(new URL(`${area.name}/`, folder))].map((entry) => entry.name);
    found.set(area.name, names.filter((name) => name.endsWith(".pkt")));
  }
  return found;
}

/** Where our scripts are. */
export const SCRIPTS_FOLDER = new URL("./scripts/", import.meta.url);

if (import.meta.main) {
  for (const { path, text } of indexModules(findScripts(SCRIPTS_FOLDER))) {
    Deno.writeTextFileSync(new URL(path, SCRIPTS_FOLDER), text);
  }
}
