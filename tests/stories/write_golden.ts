/**
 * Writes the golden texts of all stories, and the module that imports them: the tests may not read folders. Run it after
 * changing what people are shown, and read what `git diff` shows against the RFCs before committing it:
 * `deno task stories`.
 *
 * @module
 */

import { runStory } from "./run.ts";
import { STORIES } from "./stories.ts";

const FOLDER = new URL("./golden/", import.meta.url);

const imports: string[] = [];
const entries: string[] = [];
for (const { name } of STORIES) {
  const folder = new URL(`${name}/`, FOLDER);
  Deno.mkdirSync(folder, { recursive: true });
  const { live } = await runStory(name);
  const fields = Object.entries(live).map(([output, text]) => {
    Deno.writeTextFileSync(new URL(`${output}.txt`, folder), text);
    const variable = `text${imports.length}`;
    imports.push(`import ${variable} from "./${name}/${output}.txt" with { type: "text" };`);
    return `${output}: ${variable}`;
  });
  entries.push(`  [${JSON.stringify(name)}, { ${fields.join(", ")} }],`);
}
for (const { name } of Deno.readDirSync(FOLDER)) {
  if (name === "index.ts" || STORIES.some((story) => story.name === name)) continue;
  Deno.removeSync(new URL(name, FOLDER), { recursive: true });
}

Deno.writeTextFileSync(
  new URL("index.ts", FOLDER),
  `/** The golden texts of every story. Made by write_golden.ts. */

import type { Texts } from "../run.ts";
${imports.join("\n")}

/** By the story's name. */
// deno-fmt-ignore
export const GOLDEN: ReadonlyMap<string, Texts> = new Map([
${entries.join("\n")}
]);
`,
);
