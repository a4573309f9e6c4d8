/**
 * What documents show of traces and explanations: each label and sentence with its rule is one of the catalogue's.
 *
 * @module
 */

import { type CatalogueEntry, claimsOf } from "../../trace/catalogue.ts";

/** Signs that mean nothing else in a pattern. */
const SPECIAL = /[.*+?^${}()|[\]\\]/g;

/** Every label or sentence in a sample that no claim with that rule has, a line each. */
export function falseSamples(
  name: string,
  text: string,
  catalogue: readonly CatalogueEntry[],
): readonly string[] {
  const claims = catalogue.flatMap(claimsOf).filter(({ rule }) => rule !== "");
  return blocksOf(text).flatMap((block) => {
    const words = block.replaceAll(/\s+/g, " ");
    return [...words.matchAll(/\[(RFC [^\]]+)\]/g)].flatMap(({ index, 1: rule = "" }) => {
      const before = words.slice(0, index).trimEnd();
      const isTold = claims.some((claim) =>
        claim.rule === rule && [claim.label, claim.sentence].some((said) => patternOf(said).test(before))
      );
      return isTold ? [] : [`${name}: nothing that is told ends in "${before.slice(-40)} [${rule}]"`];
    });
  });
}

/** How many rules samples cite. */
export function rulesIn(text: string): number {
  return blocksOf(text).reduce((sum, block) => sum + [...block.matchAll(/\[RFC/g)].length, 0);
}

function blocksOf(text: string): readonly string[] {
  return [...text.matchAll(/^```\n([^]*?)^```/gm)].map(([, block = ""]) => block);
}

/** What is said with its variables filled in, at the end of a text. */
function patternOf(said: string): RegExp {
  const pieces = said.split(/\{\w+\}/).map((piece) => piece.replaceAll(SPECIAL, "\\$&"));
  return new RegExp(`(?:^|\\W)${pieces.join(".{0,80}?")}$`, "i");
}
