/**
 * Citations name places that exist: sections of RFCs, and for the numbered requirements of RFC 9293 the section that has them.
 *
 * What the tests cannot know is whether the place says what it is cited for: that takes a reader.
 */

import { assert, assertEquals } from "@std/assert";
import { TOP } from "./architecture/sources.ts";

/**
 * The RFCs cited by section: how many sections each has, and how many those have that are cited in parts (`section:parts`).
 * One that is not here is not looked at: add it when you cite it.
 */
const SECTIONS = `
791 3 3:3; 793 3 3:9; 1071 5; 1122 5 2:5 2.3:3 2.3.2:2 3:5 3.2:3 3.2.1:8 3.2.2:9 3.3:8 4:2 4.2:5 4.2.3:12;
1191 8 6:6; 1337 4; 1661 6; 1662 7 3:2; 1812 11 4:4 4.3:3 4.3.2:8 5:3 5.2:8 5.2.7:3; 2018 11; 2474 9;
2525 7 2:18; 2661 11 3:2; 2663 10 4:4; 2861 10 3:2; 2883 8 4:3 4.1:3 4.2:3; 2923 7 2:3; 3042 4;
3168 25 6:1 6.1:6 6.1.1:2; 3465 7 2:4; 3522 5 3:4; 3649 11; 3708 9; 3986 10 3:5 3.2:3; 4015 7 3:6;
4253 15 7:3; 4291 6 2:8 2.5:7 2.5.5:2; 4380 11 5:5 5.1:2; 4385 10; 4391 16; 4443 8 2:4 3:4; 4737 12 3:6;
4821 12 5:4 7:8 7.6:4; 4861 14 4:6 4.6:4; 4862 8 5:7; 4987 7 3:8; 5461 9 2:2; 5482 9 3:4; 5560 9;
5681 9 3:2 4:3; 5682 7 2:2 3:2; 5927 10 4:3 5:2 7:4; 5952 10; 5961 13 3:2 4:2 5:2; 6056 7 3:5 3.3:5;
6093 9 3:4; 6191 7; 6298 9 2:5 5:7; 6275 16 6:8; 6335 13 5:2; 6437 9; 6528 6; 6550 23 20:19; 6582 10 3:2 4:2; 6633 11;
6675 11 5:1; 6724 11; 6864 9 4:3; 6928 17; 6946 7; 7112 9; 7323 9 1:4 2:4 3:2 4:3 5:8; 7413 11 4:3 4.1:3 4.2:2; 7661 7 4:5;
7679 8 3:8; 7680 7; 8200 11 4:8 8:4; 8201 8 5:6; 8305 12; 8684 8 7:4; 8754 9 5:6; 8878 9 3:1 3.1:2; 8883 9;
8899 9 5:4 5.1:4; 8961 8; 8985 12 3:6 5:4 6:3 7:4 7.4:2; 9112 13 2:3;
9293 8 3:10 3.3:2 3.4:3 3.5:3 3.6:1 3.7:5 3.8:6 3.8.6:3 3.8.6.2:2 3.9:2 3.9.1:9 3.9.2:3 3.10:8 3.10.7:4;
9406 8 4:3; 9438 8 4:10 4.1:2 4.9:2 5:10; 9768 8 3:3 3.2:3; 9937 11 6:4`;

/** The requirements of RFC 9293 by the sections that state them. */
const HOMES = `
3.1 MUST-1 REC-1 MUST-2 MUST-3 MUST-69 MUST-4 MUST-5 MUST-6 MUST-68 MUST-7; 3.1+3.7.1 MUST-14;
3.2 MUST-64 MUST-65; 3.4 MUST-66; 3.4.1 MUST-8 SHLD-1 MUST-9; 3.5 MUST-10 MUST-11; 3.5.3 SHLD-2; 3.6 MUST-12;
3.6.1 MAY-1 SHLD-3 MUST-13 MAY-2 SHLD-4; 3.7.1 SHLD-5 MAY-3 MUST-15 MUST-16 MUST-67; 3.7.3 SHLD-6;
3.7.4 SHLD-7 MUST-17; 3.8.1 MUST-18 MAY-4; 3.8.2 MUST-19 MAY-18 SHLD-8;
3.8.3 MUST-20 MUST-21 SHLD-9 SHLD-10 SHLD-11 MUST-23 MUST-22;
3.8.4 MAY-5 MUST-24 MUST-25 MUST-26 MUST-27 MUST-28 MUST-29 SHLD-12 MAY-6;
3.8.5 MUST-30 MUST-31 MUST-62 MUST-32 MUST-33; 3.8.5+3.9.1.2 SHLD-13;
3.8.6 SHLD-14 MUST-34 SHLD-15 SHLD-16 MAY-7 SHLD-17 MUST-35; 3.8.6.1 MUST-36 MAY-8 MUST-37 SHLD-29 SHLD-30;
3.8.6.2.1 MUST-38; 3.8.6.2.2 MUST-39; 3.8.6.3 SHLD-18 MUST-40 SHLD-19;
3.9.1.1 MUST-41 MUST-42 MUST-43 MUST-44 MUST-45 MUST-46; 3.9.1.2 MAY-15 MUST-60 MUST-61 SHLD-27 MAY-16 SHLD-28;
3.9.1.3 MAY-17; 3.9.1.7 MAY-14; 3.9.1.8 MUST-47 SHLD-20; 3.9.1.9 MUST-48 SHLD-21 SHLD-22 MAY-9;
3.9.2 MUST-49 SHLD-23 MUST-50 MAY-10 MAY-11; 3.9.2.1 MUST-51 MUST-52 MUST-53 SHLD-24;
3.9.2.2 MUST-54 MUST-55 MUST-56 SHLD-25 SHLD-26; 3.9.2.3 MUST-63 MUST-57;
3.10.7.4 MUST-58 MUST-59 SHLD-31 MAY-12 MAY-13`;

/** A number of a section, which is neither the beginning of another number nor an amount. */
const SECTION = String.raw`\d{1,2}(?:\.\d{1,2})*(?![\w.]|,\d)`;

/** An RFC with the sections behind it, as far as they follow one another. */
const CITATION = new RegExp(String.raw`RFC (\d{3,5})((?:(?:,? and|,| to|;)? ${SECTION})+)`, "g");

/** What is cited of RFC 9293 together with numbered requirements: the text between two breaks. */
const WITH_NUMBERS = /RFC 9293 [^()":]*?\(?(?:MUST|SHLD|MAY|REC)-\d+(?:, (?:MUST|SHLD|MAY|REC)-\d+)*/g;

/** The number of parts of a section, by the RFC and the section, which is "" for the whole RFC. */
const parts: ReadonlyMap<string, number> = new Map(
  SECTIONS.split(/[;\n]+/).flatMap((entry): (readonly [string, number])[] => {
    const [rfc = "", ...counts] = entry.trim().split(" ");
    return counts.map((part) => {
      const [count = "", section = ""] = part.split(":").reverse();
      return [`${rfc} ${section}`, Number(count)];
    });
  }),
);

const homes: ReadonlyMap<string, readonly string[]> = new Map(
  HOMES.split(/[;\n]+/).flatMap((entry) => {
    const [section = "", ...numbers] = entry.trim().split(" ");
    return numbers.map((number) => [number, section.split("+")] as const);
  }),
);

function exists(rfc: string, section: string): boolean {
  const steps = section.split(".");
  return !parts.has(`${rfc} `) || steps.every((step, depth) => {
    const count = parts.get(`${rfc} ${steps.slice(0, depth).join(".")}`) ?? 0;
    return Number(step) >= 1 && Number(step) <= count;
  });
}

/** The citations of a text that name no section of the RFC, or one in which the requirement beside it does not stand. */
function wrongCitations(text: string): readonly string[] {
  const flowing = text.replaceAll(/\s*\n\s*(?:\*|\/\/)?\s*/g, " ");
  const missing = [...flowing.matchAll(CITATION)].flatMap(([, rfc = "", sections = ""]) =>
    [...sections.matchAll(/\d+(?:\.\d+)*/g)].filter(([section]) => !exists(rfc, section)).map(([section]) =>
      `RFC ${rfc} ${section}`
    )
  );
  const astray = [...flowing.matchAll(WITH_NUMBERS)].flatMap(([cited]) =>
    [...cited.matchAll(/(?:MUST|SHLD|MAY|REC)-\d+/g)].filter(([number]) => {
      const named = cited.match(/\d+(?:\.\d+)+/g);
      return named !== null && !homes.get(number)?.some((section) => named.includes(section));
    }).map(([number]) => `${number} in "${cited}"`)
  );
  return [...missing, ...astray];
}

const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "golden", "template.ts", "citations_test.ts"]);

/** Every text of ours in which something may be cited, by its path. */
function texts(folder: URL, prefix: string, into: Map<string, string>): ReadonlyMap<string, string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (name.startsWith(".") || SKIPPED.has(name)) continue;
    if (isDirectory) texts(new URL(`${name}/`, folder), `${prefix}${name}/`, into);
    else if (/\.(?:ts|md|pkt)$/.test(name)) {
      into.set(prefix + name, Deno.readTextFileSync(new URL(name, folder)));
    }
  }
  return into;
}

const mayRead = Deno.permissions.querySync({ name: "read", path: TOP }).state === "granted";
const without = mayRead ? "" : " (ignored: needs --allow-read, as deno task check gives it)";

Deno.test({
  name: `every section that is cited exists, and states the requirement whose number is beside it${without}`,
  ignore: !mayRead,
  fn: () => {
    const found = texts(TOP, "", new Map());
    assert(found.size > 500 && found.has("tcp/loss/rack.ts") && found.has("README.md"));
    assertEquals(
      [...found].flatMap(([path, text]) => wrongCitations(text).map((what) => `${path}: ${what}`)),
      [],
    );
  },
});

Deno.test("a section that does not exist is found, and a requirement cited from elsewhere", () => {
  assertEquals(
    wrongCitations("RFC 9293 3.10.7.4, fifth; 3.5, RFC 6298 5.4 to 5.7 and RFC 8961 4 (1), in 3 s"),
    [],
  );
  assertEquals(wrongCitations('"RFC 9293 3.10.7.4, eighth; 3.6.1, MUST-13" (RFC 9293 3.1, MUST-3)'), []);
  assertEquals(wrongCitations("RFC 7323 2.2, 2.5; RFC 9293 3.10.9 to\n * 3.11"), [
    "RFC 7323 2.5",
    "RFC 9293 3.10.9",
    "RFC 9293 3.11",
  ]);
  assertEquals(wrongCitations("RFC 99999 1"), []);
  assertEquals(wrongCitations("// RFC 9293 3.9.1.8 (MUST-47, MUST-48): one of them"), [
    'MUST-48 in "RFC 9293 3.9.1.8 (MUST-47, MUST-48"',
  ]);
  assertEquals(wrongCitations("RFC 9293 3.1, MUST-70"), ['MUST-70 in "RFC 9293 3.1, MUST-70"']);
});
