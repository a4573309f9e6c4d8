/** What calls of `connect` and `listen` come to is what those of the platform come to. */

import { assertEquals } from "@std/assert";
import { type Network, Pair } from "./network.ts";

const PROGRAM = new URL("platform_program.ts", import.meta.url).pathname;

/** Each line of what the program tells of one of both, at this address. */
async function told(network: Network, whose: string, host: string): Promise<readonly string[]> {
  const command = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "--allow-net",
    "--allow-ffi",
    PROGRAM,
    whose,
    host,
  ];
  return (await network.must(command)).trimEnd().split("\n");
}

/** The link-local address of the network's end of the cable, which belongs to another interface than the way there does. */
async function linkLocal(network: Network): Promise<string> {
  const listed = await network.must(["ip", "-6", "-o", "address", "show", "dev", "cable", "scope", "link"]);
  const [address = ""] = /fe80::[0-9a-f:]+/.exec(listed) ?? [];
  return `${address}%cable`;
}

Deno.test("results and errors of connections and listeners are those of Deno.connect and Deno.listen", async () => {
  await using pair = await Pair.create();
  for (const host of ["127.0.0.1", "::1", await linkLocal(pair.near)]) {
    const platform = await told(pair.near, "platform", host);
    assertEquals(platform.length, 22, host);
    assertEquals(await told(pair.near, "ours", host), platform, host);
  }
});
