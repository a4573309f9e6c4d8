/**
 * Everything that people are shown and that has golden texts, piece by piece: for whoever asks whether a change is noticed.
 * Each loads no more than it needs.
 *
 * @module
 */

/** Everything that is shown, quick ones first. */
export function surfaceNames(stories: readonly string[]): readonly string[] {
  return ["glossary", ...stories, "told"];
}

/** Whether what is shown is as the golden texts have it. */
export async function isAsWritten(surface: string): Promise<boolean> {
  switch (surface) {
    case "glossary": {
      const { glossaryPage } = await import("./glossary_page.ts");
      const { default: golden } = await import("./golden/glossary.txt", { with: { type: "text" } });
      return glossaryPage() === golden;
    }
    case "told": {
      const { isAllTold, toldOfAll, toldPage } = await import("./told.ts");
      const { default: golden } = await import("./golden/told.txt", { with: { type: "text" } });
      const told = await toldOfAll();
      return isAllTold(told) && toldPage(told) === golden;
    }
    default:
      return await storyIsAsWritten(surface);
  }
}

async function storyIsAsWritten(name: string): Promise<boolean> {
  const { runStory } = await import("./run.ts");
  const { GOLDEN, PICTURES } = await import("./golden/index.ts");
  const { live, readBack, pictures } = await runStory(name);
  const golden = GOLDEN.get(name);
  const outputs = ["narration", "trace", "explain", "ladder", "statistics"] as const;
  if (outputs.some((output) => live[output] !== golden?.[output])) return false;
  const drawn = PICTURES.get(name);
  if (drawn !== undefined && (drawn.svg !== pictures.svg || drawn.mermaid !== pictures.mermaid)) return false;
  return readBack.trace === live.trace && readBack.explain === live.explain &&
    readBack.ladder === live.ladder;
}
