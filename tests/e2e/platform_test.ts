/** What calls of `connect` and `listen` come to is what those of the platform come to. */

import { assertEquals } from "@std/assert";
import { Network } from "./network.ts";

const PROGRAM = new URL("platform_program.ts", import.meta.url).pathname;

/** Each line of what the program tells of one of both. */
async function told(network: Network, whose: string): Promise<readonly string[]> {
  const command = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "--allow-net",
    "--allow-ffi",
    PROGRAM,
    whose,
  ];
  return (await network.must(command)).trimEnd().split("\n");
}

Deno.test("results and errors of connections and listeners are those of Deno.connect and Deno.listen", async () => {
  await using network = await Network.create();
  const platform = await told(network, "platform");
  assertEquals(platform.length, 22);
  assertEquals(await told(network, "ours"), platform);
});
