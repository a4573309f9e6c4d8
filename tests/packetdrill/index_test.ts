/**
 * The generated index of our scripts. Comparing it with the folder takes a permission that the plain tests do not have.
 */

import { assertEquals } from "@std/assert";
import { findScripts, indexModules, SCRIPTS_FOLDER } from "./make_index.ts";

const permission = Deno.permissions.querySync({ name: "read", path: SCRIPTS_FOLDER });
const ignore = permission.state !== "granted";
const reason = ignore ? " (ignored: reading the folder needs --allow-read, as deno task check gives it)" : "";

Deno.test({
  name: `the index of packetdrill scripts is what make_index.ts writes${reason}`,
  ignore,
  fn: () => {
    for (const { path, text } of indexModules(findScripts(SCRIPTS_FOLDER))) {
      assertEquals(Deno.readTextFileSync(new URL(path, SCRIPTS_FOLDER)), text, path);
    }
  },
});

Deno.test("an index imports each script of each area as text, in order of names", () => {
  const modules = indexModules(new Map([["zeta", ["b.pkt", "a.pkt"]], ["alpha", ["c.pkt"]]]));
  assertEquals(modules.map((module) => module.path), ["alpha/index.ts", "zeta/index.ts", "index.ts"]);
  assertEquals(modules[1]?.text.match(/import .*/g), [
    'import script0 from "./a.pkt" with { type: "text" };',
    'import script1 from "./b.pkt" with { type: "text" };',
  ]);
  assertEquals(modules[2]?.text.includes("...area0,\n  ...area1,\n"), true);
});
