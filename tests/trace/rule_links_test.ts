import { assert, assertEquals } from "@std/assert";
import * as catalogue from "../../trace/catalogue.ts";
import { GLOSSARY, glossaryLines } from "../../trace/glossary.ts";
import { rulePartsOf } from "../../trace/rule_links.ts";

const EDITOR = "https://www.rfc-editor.org/rfc";

Deno.test("each place of a rule is a link to its section, what qualifies it is not", () => {
  assertEquals(rulePartsOf("RFC 9293 3.10.7.4, fifth, MAY-12"), [
    ["RFC 9293 3.10.7.4", `${EDITOR}/rfc9293#section-3.10.7.4`],
    [", fifth, MAY-12", null],
  ]);
  assertEquals(rulePartsOf("RFC 9293 3.5; 3.10.7.3, fourth; RFC 5681 3.1 (4)"), [
    ["RFC 9293 3.5", `${EDITOR}/rfc9293#section-3.5`],
    ["; ", null],
    ["3.10.7.3", `${EDITOR}/rfc9293#section-3.10.7.3`],
    [", fourth; ", null],
    ["RFC 5681 3.1", `${EDITOR}/rfc5681#section-3.1`],
    [" (4)", null],
  ]);
  assertEquals(rulePartsOf("RFC 9438 4.2 to 4.5"), [
    ["RFC 9438 4.2", `${EDITOR}/rfc9438#section-4.2`],
    [" to ", null],
    ["4.5", `${EDITOR}/rfc9438#section-4.5`],
  ]);
  assertEquals(rulePartsOf("RFC 792; RFC 4443"), [
    ["RFC 792", `${EDITOR}/rfc792`],
    ["; ", null],
    ["RFC 4443", `${EDITOR}/rfc4443`],
  ]);
});

Deno.test("the parts of every rule of the catalogue are the rule again, and the first is a link", () => {
  const { SEND_REASONS, DROP_REASONS, STATE_REASONS, CONGESTION_REASONS, TIMERS, ARRIVALS, ICMP_VERDICTS } =
    catalogue;
  const tables = [
    SEND_REASONS,
    DROP_REASONS,
    STATE_REASONS,
    CONGESTION_REASONS,
    TIMERS,
    ARRIVALS,
    ICMP_VERDICTS,
  ];
  const entries = tables.flatMap((table) => Object.values(table)).flatMap(catalogue.claimsOf);
  for (const rule of [...entries.map(({ rule }) => rule), ...GLOSSARY.map(({ rule }) => rule)]) {
    const parts = rulePartsOf(rule);
    assertEquals(parts.map(([text]) => text).join(""), rule);
    assert(parts[0]?.[1] !== null, rule);
  }
});

Deno.test("the glossary is in alphabetical order, and fits a terminal", () => {
  const terms = GLOSSARY.map(({ term }) => term.toLowerCase());
  assertEquals(terms, terms.toSorted());
  for (const width of [60, 80]) {
    for (const line of glossaryLines(width)) assert(line.length <= width, line);
  }
});
