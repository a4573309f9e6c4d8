/**
 * Everything that people are shown and that has golden texts, piece by piece: for whoever asks whether a change is noticed.
 * Each loads no more than it needs.
 *
 * @module
 */

/** Everything that is shown, quick ones first. */
export function surfaceNames(stories: readonly string[]): readonly string[] {
  return ["glossary", "words", "limits", "situations", "captures", "several", "shapes", ...stories, "told"];
}

/** A text that is shown, and what it should be. */
export type Shown = readonly [text: string, golden: string | undefined];

/** Everything of a surface. */
export async function shownBy(surface: string): Promise<readonly Shown[]> {
  switch (surface) {
    case "glossary": {
      const { glossaryPage } = await import("./glossary_page.ts");
      const { default: golden } = await import("./golden/glossary.txt", { with: { type: "text" } });
      return [[glossaryPage(), golden]];
    }
    case "words": {
      const { wordsPage } = await import("./words.ts");
      const { default: golden } = await import("./golden/words.txt", { with: { type: "text" } });
      return [[wordsPage(), golden]];
    }
    case "limits": {
      const { limitsPage } = await import("./limits_page.ts");
      const { default: golden } = await import("./golden/limits.txt", { with: { type: "text" } });
      return [[limitsPage(), golden]];
    }
    case "situations": {
      const { situationsPage } = await import("./situations_page.ts");
      const { default: golden } = await import("./golden/situations.txt", { with: { type: "text" } });
      return [[situationsPage(), golden]];
    }
    case "captures": {
      const { capturesPage } = await import("./captures_page.ts");
      const { default: golden } = await import("./golden/captures.txt", { with: { type: "text" } });
      return [[capturesPage(), golden]];
    }
    case "several": {
      const { severalPage } = await import("./several_page.ts");
      const { default: golden } = await import("./golden/several.txt", { with: { type: "text" } });
      return [[severalPage(), golden]];
    }
    case "shapes": {
      const { shapesPage } = await import("./shapes_page.ts");
      const { default: golden } = await import("./golden/shapes.txt", { with: { type: "text" } });
      return [[shapesPage(), golden]];
    }
    case "told": {
      const { toldOfAll, toldPage } = await import("./told.ts");
      const { default: golden } = await import("./golden/told.txt", { with: { type: "text" } });
      return [[toldPage(await toldOfAll()), golden]];
    }
    default:
      return await shownByStory(surface);
  }
}

async function shownByStory(name: string): Promise<readonly Shown[]> {
  const { runStory } = await import("./run.ts");
  const { GOLDEN, PICTURES } = await import("./golden/index.ts");
  const { live, readBack, pictures } = await runStory(name);
  const golden = GOLDEN.get(name);
  const drawn = PICTURES.get(name);
  return [
    ...(["narration", "trace", "explain", "ladder", "statistics"] as const).map((output): Shown => [
      live[output],
      golden?.[output],
    ]),
    ...(["trace", "explain", "ladder"] as const).map((output): Shown => [readBack[output], live[output]]),
    ...(["svg", "mermaid", "narrow", "wide"] as const).flatMap((kind): readonly Shown[] =>
      drawn === undefined ? [] : [[pictures[kind], drawn[kind]]]
    ),
  ];
}
