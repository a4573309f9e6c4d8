/** The page of the report is made from its parts, and current. Reading them takes the permission that `deno task check` gives. */

import { assert } from "@std/assert";
import { templateModule } from "../.ci/template.ts";

const MADE = new URL("../trace/report/template.ts", import.meta.url);
const readable = Deno.permissions.querySync({ name: "read", path: MADE }).state === "granted";
const reason = readable ? "" : " (ignored: needs --allow-read, as deno task check gives it)";

Deno.test({
  name: `trace/report/template.ts is what deno task template makes of trace/report/page/${reason}`,
  ignore: !readable,
  fn: async () => {
    const isCurrent = await Deno.readTextFile(MADE) === await templateModule();
    assert(isCurrent, "a part has changed: run deno task template");
  },
});
