/**
 * `deno task packetdrill`: the scripts' command as `rawtcp-client --script` has it.
 *
 * @module
 */

import { describeFailure } from "../cli/failures.ts";
import { runScripts } from "../cli/scripts.ts";

const NAME = "deno task packetdrill";

/** Where the task was called: tasks run in the project's folder. */
function callersFolder(): string | null {
  const permission = { name: "env", variable: "INIT_CWD" } as const;
  if (Deno.permissions.querySync(permission).state !== "granted") return null;
  return Deno.env.get(permission.variable) ?? null;
}

if (import.meta.main) {
  try {
    Deno.exit(await runScripts(Deno.args, { name: NAME, base: callersFolder() }));
  } catch (error) {
    const { code, text } = describeFailure(error, NAME);
    Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
    Deno.exit(code);
  }
}
