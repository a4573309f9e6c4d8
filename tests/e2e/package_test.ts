/** What would be published, and what is handed out: what is in it, and how much. */

import { assert, assertEquals } from "@std/assert";

const TOP = new URL("../../", import.meta.url).pathname;

/** Most that the package may weigh, packed as it is uploaded, octets. */
const MOST_PACKED = 1_300_000;

async function output(command: string, ...args: string[]): Promise<Uint8Array> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd: TOP }).output();
  assert(success, new TextDecoder().decode(stderr));
  return stdout.length > 0 ? stdout : stderr;
}

Deno.test("the package has what can be imported and run, nothing of tests and checks, and is small", async () => {
  const listed = new TextDecoder().decode(
    await output(Deno.execPath(), "publish", "--dry-run", "--allow-dirty"),
  );
  const files = [...listed.matchAll(/file:\/\/(\S+) \(/g)].map(([, path = ""]) => path.replace(TOP, ""));
  assert(files.length > 300, listed);
  const folders = new Set(files.map((file) => file.split("/")[0]));
  assertEquals(
    [...folders].toSorted(),
    [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "capture",
      "cli",
      "deno.json",
      "driver",
      "ffi",
      "lab",
      "main.ts",
      "packetdrill",
      "server.ts",
      "tcp",
      "trace",
      "types",
    ],
  );
  const packed = await output("tar", "--create", "--gzip", ...files);
  assert(packed.length < MOST_PACKED, `${packed.length} octets`);
});
