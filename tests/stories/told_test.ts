/**
 * Every claim of the catalogue is told of a real connection somewhere, in words that were read.
 */

import { assertEquals } from "@std/assert";
import { TOLD } from "./golden/index.ts";
import { claimsOf } from "../../trace/catalogue.ts";
import { TABLES, toldOfAll, toldPage } from "./told.ts";

const told = await toldOfAll();

Deno.test("every claim of the catalogue is told of a real connection somewhere", () => {
  const claims = Object.values(TABLES).flatMap((entries) => Object.values(entries).flatMap(claimsOf));
  assertEquals(claims.filter((claim) => !told.tellings.has(claim)), []);
});

Deno.test("the claims as they are first told", () => {
  assertEquals(toldPage(told), TOLD);
});
