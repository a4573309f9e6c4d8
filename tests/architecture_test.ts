/**
 * The project's shape: who imports whom, how long files and functions are, what the core must not touch.
 *
 * Reading the sources takes a permission that the plain tests do not have: `deno task check` gives it. The rules
 * themselves are tested without it, each on sources that break it.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { searchesIn, vagueSearches, wrongPlaces } from "./architecture/document.ts";
import { houseText } from "./architecture/house.ts";
import { RULES } from "./architecture/rules.ts";
import { readSources, TOP } from "./architecture/sources.ts";
import { loadedBy, startChanges, STARTS } from "./architecture/start_up.ts";

const permission = Deno.permissions.querySync({ name: "read", path: TOP });
const ignore = permission.state !== "granted";
const reason = ignore
  ? " (ignored: reading the sources needs --allow-read, as deno task check gives it)"
  : "";

for (const [name, rule] of Object.entries(RULES)) {
  Deno.test({
    name: `the project: ${name}${reason}`,
    ignore,
    fn: () => {
      const sources = readSources(TOP);
      assertEquals(sources.has("tests/architecture_test.ts") && sources.has("tcp/base/seq.ts"), true);
      assertEquals(rule(sources), []);
    },
  });
}

for (const start of STARTS) {
  Deno.test({
    name: `${start.what}, starts with the modules that are listed for it, and no other${reason}`,
    ignore,
    fn: () => assertEquals(startChanges(start, readSources(TOP)), []),
  });
}

Deno.test("what a program starts with is what its imports lead to, but for types and what is loaded later", () => {
  const sources = new Map([
    [
      "main.ts",
      `import { a } from "./a.ts";\nimport type { B } from "./b.ts";\nimport { type C } from "./c.ts";\n` +
      `const d = await import("./d.ts");\nexport { type E, e } from "./e.ts";\n`,
    ],
    ["a.ts", `import "./f.ts";\n`],
    ...["b.ts", "c.ts", "d.ts", "e.ts", "f.ts"].map((path) => [path, ""] as const),
  ]);
  assertEquals([...loadedBy("main.ts", sources).keys()].sort(), ["a.ts", "e.ts", "f.ts", "main.ts"]);
  const listed = { entry: "main.ts", what: "", modules: { "": "main a f g" } };
  assertEquals(startChanges(listed, sources), [
    "e.ts came in by main.ts: load it by import() where it is needed, or list it in STARTS",
    "g.ts is not loaded any more: strike it from STARTS",
  ]);
});

const LINES = (count: number): string => "  count++;\n".repeat(count);

/** Rule, file, its text, and what the rule must say; null when the rule must be content. */
const CASES: readonly (readonly [rule: string, path: string, text: string, violation: RegExp | null])[] = [
  ["every file belongs to a part of the project", "lib/a.ts", "", /^lib\/a.ts belongs to no part/],
  ["every file belongs to a part of the project", "server.ts", "", null],

  [
    "a folder imports only what its row",
    "tcp/seq.ts",
    `import { a } from "../ffi/mod.ts";`,
    /seq.ts imports ffi\/mod.ts/,
  ],
  [
    "a folder imports only what its row",
    "ffi/libc.ts",
    `import { a } from "../tcp/mod.ts";`,
    /imports tcp\/mod.ts/,
  ],
  [
    "a folder imports only what its row",
    "driver/a.ts",
    `import { a } from "../tcp/seq.ts";`,
    /imports tcp\/seq.ts/,
  ],
  ["a folder imports only what its row", "driver/a.ts", `import { a } from "../tcp/mod.ts";`, null],
  [
    "a folder imports only what its row",
    "trace/a.ts",
    `export * from "../ffi/mod.ts";`,
    /imports ffi\/mod.ts/,
  ],
  [
    "a folder imports only what its row",
    "trace/a.ts",
    `import {\n  a,\n  b,\n} from "../ffi/mod.ts";`,
    /imports ffi/,
  ],
  [
    "a folder imports only what its row",
    "trace/a.ts",
    `const a = await import("../driver/mod.ts");`,
    /imports driver/,
  ],
  ["a folder imports only what its row", "cli/a.ts", `import "../main.ts";`, /imports main.ts/],
  [
    "a folder imports only what its row",
    "main.ts",
    `import { a } from "./ffi/libc.ts";`,
    /imports ffi\/libc.ts/,
  ],
  ["a folder imports only what its row", "main.ts", `import { a } from "./ffi/mod.ts";`, null],
  ["a folder imports only what its row", "tcp/a.ts", `// import { a } from "../ffi/mod.ts";`, null],
  ["a folder imports only what its row", "tests/a.ts", `import { a } from "../tcp/seq.ts";`, null],

  [
    "only packages that its part may use",
    "tcp/a.ts",
    `import { a } from "@std/assert";`,
    /imports @std\/assert/,
  ],
  ["only packages that its part may use", "cli/a.ts", `import { a } from "npm:chalk";`, /imports npm:chalk/],
  ["only packages that its part may use", "cli/a.ts", `import { a } from "@std/fmt/colors";`, null],

  ["a room of tcp/", "tcp/base/seq.ts", `import { a } from "../send/rtt.ts";`, /which is not before it/],
  ["a room of tcp/", "tcp/send/sender.ts", `import { a } from "../receive/receiver.ts";`, /not before it/],
  ["a room of tcp/", "tcp/wire/ipv4.ts", `import type { A } from "../connection/tcb.ts";`, /not before it/],
  ["a room of tcp/", "tcp/host/host.ts", `import { a } from "../mod.ts";`, /not before it/],
  ["a room of tcp/", "tcp/wire/ipv4.ts", `import { a } from "./checksum.ts";`, null],
  ["a room of tcp/", "tcp/connection/tcb.ts", `import { a } from "../wire/header.ts";`, null],
  ["a room of tcp/", "tcp/mod.ts", `import { a } from "./host/host.ts";`, null],
  ["a room of tcp/", "tcp/extra.ts", "", /tcp\/extra.ts is in no room/],
  ["a room of tcp/", "tcp/other/extra.ts", "", /is in no room/],

  [
    "no files import each other in a circle",
    "ffi/a.ts",
    `import { a } from "./a.ts";`,
    /^ffi\/a.ts > ffi\/a.ts$/,
  ],

  ["no file has more than 450 lines", "cli/a.ts", LINES(451), /has 451 lines/],
  ["no file has more than 450 lines", "cli/a.ts", LINES(450), null],

  [
    "no function has more than 50",
    "cli/a.ts",
    `export function a(): void {\n${LINES(49)}}\n`,
    /cli\/a.ts:1 a has 51/,
  ],
  ["no function has more than 50", "cli/a.ts", `export function a(): void {\n${LINES(48)}}\n`, null],
  [
    "no function has more than 50",
    "cli/a.ts",
    `class A {\n  #b(c: number): void {\n${LINES(60)}  }\n}\n`,
    /#b has 62/,
  ],
  [
    "no function has more than 50",
    "cli/a.ts",
    `class A {\n  static async b<T>(\n    c: D,\n  ): T {\n${LINES(60)}  }\n}\n`,
    / b has 64/,
  ],
  [
    "no function has more than 50",
    "cli/a.ts",
    `class A {\n  constructor(a: B) {\n${LINES(60)}  }\n}\n`,
    /constructor/,
  ],
  [
    "no function has more than 50",
    "cli/a.ts",
    `const a = (b: C): void => {\n${LINES(60)}};\n`,
    /:1 a has 62/,
  ],
  ["no function has more than 50", "cli/a.ts", `interface A {\n  b(c: D): E;\n${LINES(60)}}\n`, null],
  [
    "no function has more than 50",
    "cli/a.ts",
    `  test("a", (b: C): void => {\n${LINES(60)}  });\n  }\n`,
    null,
  ],
  ["no function has more than 50", "cli/a.ts", `if (a) {\n${LINES(60)}}\n`, null],
  ["no function has more than 50", "cli/a.ts", `  a(1);\n${LINES(60)}  }\n`, null],

  ["no banned text", "tcp/a.ts", "const now = Date.now();", /tcp\/a.ts:1 has .*: the time is an argument/],
  ["no banned text", "tcp/a.ts", "const now = performance.now();", /the time is an argument/],
  ["no banned text", "tcp/a.ts", "console.log(1);", /the core shows nothing/],
  ["no banned text", "tcp/a.ts", "a = Math.random();", /seed/],
  ["no banned text", "tcp/a.ts", "setTimeout(a, 1);", /deadlines/],
  ["no banned text", "tcp/a.ts", "Deno.exit(1);", /the core runs anywhere/],
  ["no banned text", "tcp/a.ts", `const a = "node:fs";`, /the core runs anywhere/],
  ["no banned text", "tcp/a.ts", "const a = b >>> 0;", /sequence numbers are int32/],
  ["no banned text", "tcp/a.ts", "const a = b >>> 01;", null],
  ["no banned text", "tcp/base/seq.ts", "const a = b >>> 0;", null],
  ["no banned text", "tcp/a.ts", "a = 1; // not Date.now\n/* console */", null],
  ["no banned text", "driver/a.ts", "const a = Deno.dlopen(b, c);", /ffi\/ alone/],
  ["no banned text", "main.ts", "const a = new Deno.UnsafePointerView(b);", /ffi\/ alone/],
  ["no banned text", "ffi/a.ts", "const a = Deno.dlopen(b, c);", null],
  ["no banned text", "tests/a.ts", "const a = Deno.makeTempDirSync();", /known by its name/],
  ["no banned text", "tests/a.ts", `await Deno.makeTempFile({ suffix: ".a" });`, /known by its name/],
  ["no banned text", "tests/a.ts", "sh(`f=$(mktemp -d)`);", /known by its name/],
  ["no banned text", "tests/a.ts", 'await Deno.writeTextFile("/tmp/left", "");', /known by its name/],
  ["no banned text", "tests/a.ts", 'await Deno.writeTextFile("/tmp/rawtcp-a", "");', null],
  ["no banned text", "tests/a.ts", `await Deno.makeTempFile({ prefix: "rawtcp-a-", suffix: ".b" });`, null],
];

for (const [i, [rule, path, text, violation]] of CASES.entries()) {
  const verdict = violation === null ? "accepts" : "refuses";
  Deno.test(`the rule "${rule}…" ${verdict} case ${i + 1}, ${path}`, () => {
    const found = Object.entries(RULES).find(([name]) => name.startsWith(rule));
    const violations = found?.[1](new Map([[path, text]])) ?? ["no such rule"];
    if (violation === null) assertEquals(violations, []);
    else assertMatch(violations.join("\n"), violation);
  });
}

Deno.test("a circle of three files is found, and named once", () => {
  const sources = new Map([
    ["ffi/a.ts", `import { b } from "./b.ts";`],
    ["ffi/b.ts", `import { c } from "./c.ts";`],
    ["ffi/c.ts", `import { a } from "./a.ts";\nimport { d } from "./d.ts";`],
    ["ffi/d.ts", ""],
  ]);
  assertEquals(RULES["no files import each other in a circle"]?.(sources), [
    "ffi/a.ts > ffi/b.ts > ffi/c.ts > ffi/a.ts",
  ]);
});

Deno.test("the public face of tcp/ names what it exports, in the groups of its docstring, each with a docstring", () => {
  const verdict = (face: string, made: string): readonly string[] | undefined =>
    RULES["the public face of tcp/ is a table of contents"]?.(
      new Map([["tcp/mod.ts", face], ["tcp/base/a.ts", made]]),
    );
  const contents = "/**\n * 1. **Words.** Some.\n */\n\n";
  const good = `${contents}// 1. Words\n\nexport { type A, b } from "./base/a.ts";\n`;
  const made = "/** One. */\nexport type A = 1;\n\n/** Two. */\nexport const b = 2;\n";
  assertEquals(verdict(good, made), []);
  assertEquals(verdict(good, made.replace("/** Two. */\n", "")), [
    "tcp/base/a.ts makes b without a docstring",
  ]);
  assertEquals(verdict(good.replace("**Words", "**Other"), made), [
    "tcp/mod.ts has a group that its table of contents lacks: Words",
  ]);
  assertEquals(verdict(`${good}export * from "./base/a.ts";\n`, made), [
    "tcp/mod.ts exports what it does not name",
  ]);
});

Deno.test("the house in numbers counts rooms, files, lines, and imports within a room and between rooms", () => {
  const sources = new Map([
    ["tcp/base/a.ts", `import { b } from "./b.ts";\n\n`],
    ["tcp/base/b.ts", "1;\n2;\n"],
    ["tcp/wire/c.ts", `import { a } from "../base/a.ts";\nexport * from "../base/b.ts";\n`],
    ["tcp/mod.ts", `export * from "./wire/c.ts";\n`],
    ["main.ts", `import { c } from "./tcp/mod.ts";\nimport { d } from "@std/d";\n`],
  ]);
  assertEquals(houseText(sources).split("\n"), [
    "folder         files  lines within  from others",
    ".                  1      2      0  tcp/ 1",
    "tcp/               4      6      4",
    "",
    "room of tcp/   files  lines within  from others",
    "base               2      3      1",
    "wire               1      2      0  base 2",
    "mod.ts             1      1      0  wire 1",
    "tcp/ 2 rooms, 4 files, 6 lines, 4 imports, 3 of them between rooms",
    "",
  ]);
});

Deno.test({
  name: `docs/architecture.md names what there is, and each of its ten searches finds its answer${reason}`,
  ignore,
  fn: () => {
    const document = Deno.readTextFileSync(new URL("docs/architecture.md", TOP));
    const sources = readSources(TOP);
    assertEquals(wrongPlaces(document, sources), []);
    assertEquals(searchesIn(document), 10);
    assertEquals(vagueSearches(document, sources), []);
  },
});

Deno.test("a document that names what is not there, or a search that leads nowhere or everywhere, is found out", () => {
  const sources = new Map([
    [
      "tcp/base/a.ts",
      "export function nagleAllows(): void {}\n\nclass A {\n  #sendAck(a: B): void {\n  }\n}\n",
    ],
    ["tcp/base/b.ts", "const NAGLE = 1;\n// function fastRetransmit\n"],
    ["tcp/base/c.ts", "export type Nagle = 1;\n"],
    ["driver/d.ts", "function sendAck(): void {}\n"],
  ]);
  const places =
    "`nagleAllows` in `tcp/base/a.ts`, `sendAck`, `gone` and `A`\nin `tcp/base/a.ts`, `x` in `tcp/no.ts`";
  assertEquals(wrongPlaces(places, sources), [
    "tcp/base/a.ts does not define gone",
    "tcp/no.ts does not define x",
  ]);
  const row = (search: string, path: string): string => `| q | \`${search}\` | \`x\` in \`${path}\` |`;
  const table = [
    row("send ?ack", "tcp/base/a.ts"),
    row("nagle", "tcp/base/a.ts"),
    row("fast", "tcp/base/b.ts"),
    row("NAGLE_?A", "tcp/base/c.ts"),
  ];
  assertEquals(searchesIn(table.join("\n")), 4);
  assertEquals(vagueSearches(table.join("\n"), sources), [
    "/nagle/i finds definitions in tcp/base/a.ts, tcp/base/b.ts, tcp/base/c.ts",
    "/fast/i finds definitions in no file",
    "/NAGLE_?A/i finds definitions in tcp/base/a.ts",
  ]);
});
