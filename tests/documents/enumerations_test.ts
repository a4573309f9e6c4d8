/** False enumerations, imports and citations are found, and true ones believed. */

import { assert, assertEquals } from "@std/assert";
import { falseEnumerations, type Sets } from "./enumerations.ts";

/** A document that enumerates, imports or cites something, and what is to be found wrong; null: nothing. */
const ENUMERATED: readonly (readonly [document: string, wrong: string | null])[] = [
  ["`red`, `green` or `blue`, and `red` and `small`", null],
  ["`red`, `green` and `yellow`", "1 counts yellow among colours"],
  ["`red`, `big`, `green=5`, `small`", null],
  ["`@rawtcp/rawtcp/core`, `npm:fzstd@0.1.1`", null],
  ["`@rawtcp/rawtcp/kernel`", "1 imports @rawtcp/rawtcp/kernel, which there is not"],
  ["`npm:fzstd@0.2.0`", "1 imports npm:fzstd@0.2.0, which there is not"],
  ["RFC 9293 and [RFC 5961 3.2](https://www.rfc-editor.org/rfc/rfc5961)", null],
  ["RFC\n4978 3.6", "1 cites RFC 4978, which no source does"],
  ["[RFC 9293](https://www.rfc-editor.org/rfc/rfc5961)", "1 links RFC 9293 to RFC 5961"],
  ['`packetLink("auto")`, `FILE.svg`, `too-many-gaps`, `[noecn]`, `#ifdef NAME`', null],
  ['`packetLink("best")`', '1 names "best", which no source has'],
  ["`FILE.dot`", "1 names .dot, which no source has"],
  ["`too-many-holes`", "1 names too-many-holes, which no source has"],
  ["`[notect]`", "1 names notect, which no source has"],
  ["`--quick` in `.ci/build.ts`, and `a.ts` is RFC 9293 3.10.7, `a.ts` is 3.10.7.", null],
  ["`--slow` in `.ci/build.ts`", "1 says that .ci/build.ts has --slow"],
  ["`a.ts` is 3.10.8.", "1 says that a.ts has 3.10.8"],
];

for (const [document, wrong] of ENUMERATED) {
  Deno.test(`${document}: ${wrong === null ? "that is so" : `the document ${wrong.slice(2)}`}`, () => {
    const sets: Sets = {
      families: [["colours", new Set(["red", "green", "blue"])], ["sizes", new Set(["small", "big"])]],
      imports: new Set(["@rawtcp/rawtcp/core", "npm:fzstd@0.1.1"]),
      rfcs: new Set(["9293", "5961"]),
      code: 'link("auto") ".svg" "too-many-gaps" "noecn" "ifdef"',
      read: (path) => path === "a.ts" ? "// RFC 9293 3.10.7, fifth" : '["--quick"]',
    };
    const found = falseEnumerations("d", document, sets);
    if (wrong === null) assertEquals(found, []);
    else assert(found.length === 1 && found[0] === `d:${wrong}`, found.join("\n"));
  });
}
