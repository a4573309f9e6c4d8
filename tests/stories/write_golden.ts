/**
 * Writes the golden texts of all stories, and the module that imports them: the tests may not read folders. Run it after
 * changing what people are shown, and read what `git diff` shows against the RFCs before committing it:
 * `deno task stories`.
 *
 * @module
 */

import { type Pictures, runStory } from "./run.ts";
import { PICTURED, STORIES } from "./stories.ts";
import { capturesPage } from "./captures_page.ts";
import { glossaryPage } from "./glossary_page.ts";
import { limitsPage } from "./limits_page.ts";
import { severalPage } from "./several_page.ts";
import { shapesPage } from "./shapes_page.ts";
import { situationsPage } from "./situations_page.ts";
import { toldOfAll, toldPage } from "./told.ts";
import { wordsPage } from "./words.ts";

const FOLDER = new URL("./golden/", import.meta.url);

/** What is drawn of some stories, and the files that have it. */
const DRAWN = [
  ["svg", "ladder.svg"],
  ["mermaid", "ladder.mmd"],
  ["narrow", "ladder.60.txt"],
  ["wide", "ladder.140.txt"],
] as const satisfies readonly (readonly [keyof Pictures, string])[];

const imports: string[] = [];
const entries: string[] = [];
const drawn: string[] = [];
for (const { name } of STORIES) {
  const folder = new URL(`${name}/`, FOLDER);
  Deno.mkdirSync(folder, { recursive: true });
  const { live, pictures } = await runStory(name);
  const fields = Object.entries(live).map(([output, text]) => {
    Deno.writeTextFileSync(new URL(`${output}.txt`, folder), text);
    const variable = `${name}_${output}`;
    imports.push(`import ${variable} from "./${name}/${output}.txt" with { type: "text" };`);
    return `${output}: ${variable}`;
  });
  if (PICTURED.includes(name)) {
    const fields = DRAWN.map(([kind, file]) => {
      Deno.writeTextFileSync(new URL(file, folder), pictures[kind]);
      imports.push(`import ${name}_${kind} from "./${name}/${file}" with { type: "text" };`);
      return `${kind}: ${name}_${kind}`;
    });
    drawn.push(`  [${JSON.stringify(name)}, { ${fields.join(", ")} }],`);
  }
  entries.push(`  [${JSON.stringify(name)}, { ${fields.join(", ")} }],`);
}
Deno.writeTextFileSync(new URL("told.txt", FOLDER), toldPage(await toldOfAll()));
Deno.writeTextFileSync(new URL("glossary.txt", FOLDER), glossaryPage());
Deno.writeTextFileSync(new URL("captures.txt", FOLDER), capturesPage());
Deno.writeTextFileSync(new URL("limits.txt", FOLDER), limitsPage());
Deno.writeTextFileSync(new URL("several.txt", FOLDER), severalPage());
Deno.writeTextFileSync(new URL("shapes.txt", FOLDER), shapesPage());
Deno.writeTextFileSync(new URL("words.txt", FOLDER), wordsPage());
Deno.writeTextFileSync(new URL("situations.txt", FOLDER), situationsPage());
for (const { name } of Deno.readDirSync(FOLDER)) {
  if (name === "index.ts" || name.endsWith(".txt") || STORIES.some((story) => story.name === name)) continue;
  Deno.removeSync(new URL(name, FOLDER), { recursive: true });
}

Deno.writeTextFileSync(
  new URL("index.ts", FOLDER),
  `/** The golden texts of every story. Made by write_golden.ts. */

import type { Pictures, Texts } from "../run.ts";
${imports.join("\n")}
import captures from "./captures.txt" with { type: "text" };
import glossary from "./glossary.txt" with { type: "text" };
import limits from "./limits.txt" with { type: "text" };
import shapes from "./shapes.txt" with { type: "text" };
import several from "./several.txt" with { type: "text" };
import told from "./told.txt" with { type: "text" };
import situations from "./situations.txt" with { type: "text" };
import words from "./words.txt" with { type: "text" };

/** By the story's name. */
// deno-fmt-ignore
export const GOLDEN: ReadonlyMap<string, Texts> = new Map([
${entries.join("\n")}
]);

/** The ladders of some stories as files. */
// deno-fmt-ignore
export const PICTURES: ReadonlyMap<string, Pictures> = new Map([
${drawn.join("\n")}
]);

/** The glossary as a terminal shows it. */
export const GLOSSARY: string = glossary;

/** What is told of captures of others. */
export const CAPTURES: string = captures;

/** What senders wait for. */
export const LIMITS: string = limits;

/** What is shown of several connections at once. */
export const SEVERAL: string = several;

/** Ladders of shapes that no story has. */
export const SHAPES: string = shapes;

/** How numbers and names are written. */
export const WORDS: string = words;

/** What is shown of the situations that no story has. */
export const SITUATIONS_PAGE: string = situations;

/** Every claim of the catalogue as it is first told. */
export const TOLD: string = told;
`,
);
