/** The ways to the right CAP_NET_RAW without being root, and the demonstration that needs none. */

import { assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { must, run } from "./process.ts";

const { client, server } = await executables();
const TOP = new URL("../../", import.meta.url).pathname;
const NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
const MINUTE = 60_000;

/** Whether an ordinary user may make a user namespace here; a few systems forbid it. */
const userNamespaces = (await run([...NOBODY, "unshare", "-Urn", "true"])).code === 0;
const withoutNamespaces = userNamespaces ? "" : " (ignored: this system forbids user namespaces)";

/** A folder that everybody may read, with copies of files in it, gone afterwards. */
async function withCopies(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    await Deno.chmod(folder, 0o755);
    for (const [name, source] of Object.entries(files)) await Deno.copyFile(source, `${folder}/${name}`);
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("with setcap cap_net_raw+ep on the executable an ordinary user can run it", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows("listening");
  await withCopies({ "rawtcp-client": client }, async (folder) => {
    await must(["setcap", "cap_net_raw+ep", `${folder}/rawtcp-client`]);
    const { code, out, err } = await network.run([...NOBODY, `${folder}/rawtcp-client`]);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /Data sent successfully/);
  });
  assertMatch((await serving.ended()).out, /closed by peer \(FIN\)/);
});

Deno.test({
  name: `in a user namespace of one's own an ordinary user can run it${withoutNamespaces}`,
  ignore: !userNamespaces,
  fn: async () => {
    await withCopies({ "rawtcp-client": client, "rawtcp-server": server }, async (folder) => {
      const script = `ip link set lo up && cd ${folder} && { ./rawtcp-server --count 1 & } && sleep 0.5 &&
        ./rawtcp-client; code=$?; wait; exit $code`;
      const { code, out, err } = await run([...NOBODY, "unshare", "-Urn", "sh", "-c", script]);
      assertEquals([code, err], [0, ""]);
      assertMatch(out, /TCP connection established!/);
      assertMatch(out, /closed by peer \(FIN\), 29 bytes received/);
    });
  },
});

/** The lines that the demonstration must show, of both sides. */
const DEMO_LINES: readonly RegExp[] = [
  /Server listening on 127\.0\.0\.1:8888/,
  /Starting TCP handshake with 127\.0\.0\.1:8888/,
  /TCP connection established!/,
  /Data sent successfully/,
  /Raw bytes: b'Hello from custom TCP client!'/,
  /closed by peer \(FIN\), 29 bytes received/,
];

Deno.test("deno task demo, as root, shows both sides and ends with exit code 0", async () => {
  const { code, out, err } = await run([Deno.execPath(), "task", "demo"], { cwd: TOP }, MINUTE);
  assertEquals(code, 0, err);
  for (const line of DEMO_LINES) assertMatch(out, line);
});
