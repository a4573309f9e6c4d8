/**
 * Everything that people are shown and that has golden texts, piece by piece: for whoever asks whether a change is noticed.
 *
 * @module
 */

import { claimsOf } from "../../trace/catalogue.ts";
import { GLOSSARY, GOLDEN, PICTURES, TOLD } from "./golden/index.ts";
import { glossaryPage } from "./glossary_page.ts";
import { runStory } from "./run.ts";
import { PICTURED, STORIES } from "./stories.ts";
import { TABLES, toldOfAll, toldPage } from "./told.ts";

/** What is shown by its name: each tells whether it is as the golden texts have it. */
export const SURFACES: ReadonlyMap<string, () => Promise<boolean>> = new Map([
  ["glossary", () => Promise.resolve(glossaryPage() === GLOSSARY)],
  ...STORIES.map(({ name }) => [name, () => storyIsAsWritten(name)] as const),
  ["told", toldIsAsWritten],
]);

async function storyIsAsWritten(name: string): Promise<boolean> {
  const { live, readBack, pictures } = await runStory(name);
  const golden = GOLDEN.get(name);
  const outputs = ["narration", "trace", "explain", "ladder", "statistics"] as const;
  if (outputs.some((output) => live[output] !== golden?.[output])) return false;
  if (PICTURED.includes(name) && JSON.stringify(pictures) !== JSON.stringify(PICTURES.get(name))) {
    return false;
  }
  return readBack.trace === live.trace && readBack.explain === live.explain &&
    readBack.ladder === live.ladder;
}

async function toldIsAsWritten(): Promise<boolean> {
  const told = await toldOfAll();
  const claims = Object.values(TABLES).flatMap((entries) => Object.values(entries).flatMap(claimsOf));
  return claims.every((claim) => told.tellings.has(claim)) && toldPage(told) === TOLD;
}
