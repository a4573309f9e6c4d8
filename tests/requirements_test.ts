/**
 * `tcp/REQUIREMENTS.md` tells the truth: every MUST of RFC 9293 is there and has a test, and what is named exists.
 *
 * Scripts are looked up in the index that the tests import anyway; other files need the permission to read, which
 * `deno task check` gives.
 */

import { assertEquals } from "@std/assert";
import requirements from "../tcp/REQUIREMENTS.md" with { type: "text" };
import { SCRIPTS } from "./packetdrill/scripts/index.ts";

const TOP = new URL("../", import.meta.url);

/** Numbers that RFC 9293, Appendix B gives. */
const MUSTS = 69;
const SHOULDS = 31;
const MAYS = 18;

/** MUSTs that mean nothing on a raw socket; the table says why. */
const NOT_MEANINGFUL: ReadonlySet<string> = new Set(["MUST-51", "MUST-52", "MUST-53"]);

/** One row of the table: its number, where it is met, and the tests named. */
interface Row {
  readonly number: string;
  readonly where: string;
  readonly tests: readonly string[];
}

function rowsOf(text: string): Row[] {
  return text.split("\n").filter((line) => /^\| (MUST|SHLD|MAY|REC)-\d+ *\|/.test(line)).map((line) => {
    const [, number = "", , where = "", tests = ""] = line.split("|").map((cell) => cell.trim());
    return { number, where, tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name) };
  });
}

/** MUSTs that do not say where they are met, or name no test. */
function bareMusts(rows: readonly Row[]): string[] {
  return rows.filter(({ number, where, tests }) =>
    number.startsWith("MUST") && !NOT_MEANINGFUL.has(number) && (tests.length === 0 || !where.includes("`"))
  ).map(({ number }) => number);
}

/** Scripts that are named and not in the index. */
function missingScripts(rows: readonly Row[]): string[] {
  const known = new Set(SCRIPTS.map(([path]) => path.replace(/\.pkt$/, "")));
  return rows.flatMap(({ number, tests }) =>
    tests.filter((name) => !name.startsWith("tests/") && !known.has(name)).map((name) => `${number}: ${name}`)
  );
}

/** Files and folders that are named and do not exist; names of functions that are not in the file beside them. */
function missingFiles(rows: readonly Row[]): string[] {
  return rows.flatMap(({ number, where, tests }) =>
    [
      ...tests.filter((name) => name.startsWith("tests/") && textAt(name) === null),
      ...[...where.matchAll(/`([\w/]+(?:\.ts|\/))`( #?[\w.]+(?:, #?[\w.]+)*)?/g)].flatMap(
        ([, path = "", names = ""]) => {
          const text = textAt(/^(tests|driver|ffi|cli)\//.test(path) ? path : `tcp/${path}`);
          if (text === null) return [path];
          if (path.endsWith("/")) return [];
          const parts = names.split(/[ ,.]+/).filter((name) => name !== "");
          return parts.filter((name) => !text.includes(name)).map((name) => `${name} in ${path}`);
        },
      ),
    ].map((what) => `${number}: ${what}`)
  );
}

/** The text of a file, "" for a folder; null when there is none. */
function textAt(path: string): string | null {
  try {
    const url = new URL(path, TOP);
    return Deno.statSync(url).isDirectory ? "" : Deno.readTextFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

const rows = rowsOf(requirements);

Deno.test("the table has every MUST, SHOULD and MAY of RFC 9293 once", () => {
  const wanted = [
    ...Array.from({ length: MUSTS }, (_, i) => `MUST-${i + 1}`),
    ...Array.from({ length: SHOULDS }, (_, i) => `SHLD-${i + 1}`),
    "REC-1",
    ...Array.from({ length: MAYS }, (_, i) => `MAY-${i + 1}`),
  ];
  assertEquals(rows.map((row) => row.number), wanted);
});

Deno.test("every MUST that is meaningful names where it is met and a test", () => {
  assertEquals(bareMusts(rows), []);
});

Deno.test("every script that the table names exists", () => {
  assertEquals(missingScripts(rows), []);
});

Deno.test("a MUST without a test, or without a place, is found; so is a script that is not there", () => {
  const wrong = rowsOf([
    "| MUST-1 | the window is unsigned | `wire/header.ts` decodeHeader | |",
    "| MUST-2  | a checksum is computed | somewhere | `handshake/active_open` |",
    "| MUST-3 | a checksum is checked | `wire/packet.ts` | `handshake/active_open`, `handshake/no_such_script` |",
    "| MUST-51 | source routes | not implemented | |",
    "| SHLD-1 | a keyed function | not done | |",
  ].join("\n"));
  assertEquals(wrong.length, 5);
  assertEquals(bareMusts(wrong), ["MUST-1", "MUST-2"]);
  assertEquals(missingScripts(wrong), ["MUST-3: handshake/no_such_script"]);
});

const mayRead = Deno.permissions.querySync({ name: "read", path: TOP }).state === "granted";
const without = mayRead ? "" : " (ignored: needs --allow-read, as deno task check gives it)";

Deno.test({
  name: `every file and function that the table names exists${without}`,
  ignore: !mayRead,
  fn: () => assertEquals(missingFiles(rows), []),
});

Deno.test({
  name: `a file or a function that is not there is found${without}`,
  ignore: !mayRead,
  fn: () => {
    const wrong = rowsOf([
      "| MUST-1 | one | `wire/header.ts` decodeHeader, noSuchFunction | `tests/no_such_test.ts` |",
      "| MUST-2 | two | `no_such_file.ts`; `congestion/`, `no_such_folder/` | `handshake/active_open` |",
      "| MUST-3 | three | `driver/raw_stack.ts` RawStack.noSuchMethod: and so on | `handshake/active_open` |",
      "| MUST-4 | four | `host/host.ts` #mayUse, connect: as it is | `tests/requirements_test.ts` |",
    ].join("\n"));
    assertEquals(missingFiles(wrong), [
      "MUST-1: tests/no_such_test.ts",
      "MUST-1: noSuchFunction in wire/header.ts",
      "MUST-2: no_such_file.ts",
      "MUST-2: no_such_folder/",
      "MUST-3: noSuchMethod in driver/raw_stack.ts",
    ]);
  },
});
