/** What `.ci/build.ts` makes of a bundle: one script, and modules that stand for what is in it. */

import { assertEquals } from "@std/assert";
import { linked, PROGRAM } from "../.ci/link.ts";

const BUNDLE: Readonly<Record<string, string>> = {
  "main.js":
    `import{a as x,b}from"./chunk-A.js";import"./chunk-B.js";told.push(x(),b);import.meta.main&&told.push(await import("./later-C.js"));\n`,
  "chunk-A.js":
    `import{c as $2}from"./chunk-B.js";function f(){return"imports "+$2}var b=2;export{f as a,b};\n`,
  "chunk-B.js": `told.push("B first");var y="export{z as q};";export{y as c};\n`,
};

Deno.test("a bundle becomes a script in which each file runs once, after those that it imports", async () => {
  const files = linked("main.js", (name) => BUNDLE[name] ?? "");
  const told: unknown[] = [];
  const run = new Function("told", `return ${files.get(PROGRAM)}`)(told);
  const exported = {};
  run(exported, (name: string) => Promise.resolve(`loaded ${name}`));
  await Promise.resolve();
  assertEquals(told, ["B first", "imports export{z as q};", 2, "loaded ./later-C.js"]);
  assertEquals(Object.keys(exported), ["chunk-B.js", "chunk-A.js"]);
});

Deno.test("in place of a file that is in the script stands a module that exports the same from there", () => {
  const files = linked("main.js", (name) => BUNDLE[name] ?? "");
  assertEquals(
    files.get("chunk-A.js"),
    `import{files}from"./start.ts";export const{a,b}=files["chunk-A.js"];`,
  );
  assertEquals(files.get("main.js"), "");
});
