/**
 * What touches no kernel runs on other runtimes too: the core, the network in memory, traces and captures on Node 24 and Bun,
 * from the npm registry. A runtime that cannot be had is left out by name.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "./process.ts";

const TOP = new URL("../../", import.meta.url).pathname;

const RUNTIMES = [
  { name: "Node 24", command: ["npx", "-y", "-p", "node@24", "node"] },
  { name: "Bun", command: ["npx", "-y", "-p", "bun@1", "bun"] },
] as const;

const MODULES = ["tcp", "trace", "capture", "lab"];

/** Imports every module, and says how many names each has. */
const IMPORTS = MODULES.map((name) => `import * as ${name} from "${TOP}${name}/mod.ts";`).join("\n") +
  `\nconsole.log([${MODULES}].map((module) => Object.keys(module).length > 0).join());\n`;

for (const { name, command } of RUNTIMES) {
  const { code, out } = await run([...command, "--version"]);
  const isThere = code === 0;
  const reason = isThere ? out.trim() : "left out: it cannot be had here";

  Deno.test({
    name: `two hosts exchange the same segments on ${name} as on Deno (${reason})`,
    ignore: !isThere,
    fn: async () => {
      const example = `${TOP}examples/two_cores.ts`;
      const ours = await run([Deno.execPath(), "run", "--quiet", example]);
      assertStringIncludes(ours.out, "1000000 octets in ");
      const theirs = await run([...command, example]);
      assertEquals([theirs.out, theirs.code], [ours.out, 0]);
    },
  });

  Deno.test({
    name: `core, traces, captures and lab load on ${name} (${reason})`,
    ignore: !isThere,
    fn: async () => {
      const file = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".mts" });
      try {
        await Deno.writeTextFile(file, IMPORTS);
        const { out, err } = await run([...command, file]);
        assertEquals(out, `${MODULES.map(() => true).join()}\n`, err);
      } finally {
        await Deno.remove(file);
      }
    },
  });
}
