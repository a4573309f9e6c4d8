import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  ARRIVALS,
  type CatalogueEntry,
  claimsOf,
  CONGESTION_REASONS,
  DROP_REASONS,
  FINDINGS,
  ICMP_VERDICTS,
  NOTES,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "../../trace/catalogue.ts";
import { FOUND_VARIABLES, variableNames, VARIABLES } from "../../trace/variables.ts";
import { VIEW } from "../../trace/view.ts";

const TABLES: Readonly<Record<string, Readonly<Record<string, CatalogueEntry>>>> = {
  SEND_REASONS,
  DROP_REASONS,
  STATE_REASONS,
  CONGESTION_REASONS,
  TIMERS,
  ARRIVALS,
  ICMP_VERDICTS,
};

/** Each claim of a table with its code. */
function claims(entries: Readonly<Record<string, CatalogueEntry>>): readonly [string, CatalogueEntry][] {
  return Object.entries(entries).flatMap(([code, entry]) =>
    claimsOf(entry).map((claim): [string, CatalogueEntry] => [code, claim])
  );
}

/** Longer labels do not fit beside an arrow of the ladder. */
const LONGEST_LABEL = 31;

for (const [table, entries] of Object.entries(TABLES)) {
  Deno.test(`${table}: every sentence names only variables that exist`, () => {
    for (const [code, entry] of claims(entries)) {
      for (const name of variableNames(entry)) assert(name in VARIABLES, `${code}: {${name}}`);
      assertEquals(/[{}]/.test(entry.sentence.replaceAll(/\{\w+\}/g, "")), false, code);
    }
  });

  Deno.test(`${table}: every entry cites a rule, has a short label and whole sentences`, () => {
    for (const [code, { rule, label, sentence }] of claims(entries)) {
      assertMatch(rule, /^RFC \d{3,4}\b/, code);
      assert(label.length > 0 && label.length <= LONGEST_LABEL, `${code}: ${label}`);
      assertMatch(sentence, /^[A-Z{].*\.$/, code);
    }
  });

  Deno.test(`${table}: no two codes share a sentence`, () => {
    const sentences = Object.values(entries).flatMap((entry) => [
      ...new Set(claimsOf(entry).map(({ sentence }) => sentence)),
    ]);
    assertEquals(new Set(sentences).size, sentences.length);
  });
}

for (const [table, entries] of Object.entries({ FINDINGS, NOTES })) {
  Deno.test(`${table}: sentences and labels name only variables that exist, each says something of its own`, () => {
    for (const [code, entry] of Object.entries<CatalogueEntry>(entries)) {
      const label = { ...entry, sentence: entry.label };
      for (const name of [...variableNames(entry), ...variableNames(label)]) {
        assert(name in VARIABLES || name in FOUND_VARIABLES, `${code}: {${name}}`);
      }
      assertMatch(entry.rule, /^(RFC \d{3,4}\b|$)/, code);
      assert(entry.label.length > 0 && entry.label.length <= LONGEST_LABEL, `${code}: ${entry.label}`);
      assertMatch(entry.sentence, /^([A-Z].*\.|\{.*\}.*\.?)$/, code);
    }
    const sentences = Object.values<CatalogueEntry>(entries).map(({ sentence }) => sentence);
    assertEquals(new Set(sentences).size, sentences.length);
  });
}

Deno.test("every variable is named by a sentence or a label, but for what any view has", () => {
  const named = new Set(
    Object.values({ ...TABLES, FINDINGS, NOTES }).flatMap((entries) =>
      claims(entries).flatMap(([, entry]) => [
        ...variableNames(entry),
        ...variableNames({ ...entry, sentence: entry.label }),
      ])
    ),
  );
  // What a finding's own words name: "{repeatedFrom} to {repeatedTo}".
  const inWords = ["repeatedFrom", "repeatedTo"];
  const isIdle = (name: string): boolean => !named.has(name) && !(name in VIEW) && !inWords.includes(name);
  assertEquals(Object.keys({ ...VARIABLES, ...FOUND_VARIABLES }).filter(isIdle), []);
});
