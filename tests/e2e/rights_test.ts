/** The ways to CAP_NET_RAW without being root, and the demonstration that needs none. */

import { assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { complaints, must, run } from "./process.ts";

const { client, server } = await executables();
const TOP = new URL("../../", import.meta.url).pathname;
const NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];
/** Milliseconds, on a busy machine. */
const LONG = 300_000;

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
    assertEquals([code, complaints(err)], [0, ""]);
    assertMatch(out, /Data sent successfully/);
  });
  assertMatch((await serving.ended()).out, /closed by peer \(FIN\)/);
});

/** A library that notes in the file next to it, as soon as it is loaded, who loaded it. */
const INTRUDER = `
#include <stdio.h>
__attribute__((constructor)) static void loaded(void) {
  FILE *file = fopen(TRACES, "a");
  if (file) fclose(file);
}
`;

/** The variables through which a user could try to bring code of his own into a program. */
function intrusions(folder: string): Readonly<Record<string, string>> {
  return {
    RAWTCP_LIBC: `${folder}/libc.so.6`,
    LD_PRELOAD: `${folder}/libc.so.6`,
    LD_LIBRARY_PATH: folder,
    LD_AUDIT: `${folder}/libc.so.6`,
    GCONV_PATH: folder,
    NODE_OPTIONS: `--require ${folder}/intruder.js --import ${folder}/intruder.js`,
    NODE_PATH: folder,
    DENO_V8_FLAGS: `--logfile=${folder}/home/traces --prof`,
    DENO_DIR: `${folder}/home`,
    TMPDIR: `${folder}/home`,
    HOME: `${folder}/home`,
  };
}

async function put(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/home`);
  await Deno.chmod(`${folder}/home`, 0o777);
  await Deno.writeTextFile(`${folder}/intruder.c`, INTRUDER);
  const traces = `-DTRACES="${folder}/home/traces"`;
  await must(["cc", "-shared", "-fPIC", traces, "-o", `${folder}/libc.so.6`, `${folder}/intruder.c`]);
  const script = `require("node:fs").writeFileSync("${folder}/home/traces", "");`;
  await Deno.writeTextFile(`${folder}/intruder.js`, script);
}

Deno.test("with the right of setcap no library of its user's is loaded, whatever the environment says", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows("listening");
  await withCopies({ "rawtcp-client": client }, async (folder) => {
    await put(folder);
    await must(["setcap", "cap_net_raw+ep", `${folder}/rawtcp-client`]);
    const env = Object.entries(intrusions(folder)).map(([name, value]) => `${name}=${value}`);
    const asUser = [...NOBODY, "env", ...env, `${folder}/rawtcp-client`];
    const { code, out, err } = await network.run(asUser);
    assertEquals([...Deno.readDirSync(`${folder}/home`)].map(({ name }) => name), []);
    assertEquals([code, complaints(err)], [0, ""]);
    assertMatch(out, /Data sent successfully/);
  });
  await serving.ended();
});

Deno.test({
  name: `in a user namespace of one's own an ordinary user can run it${withoutNamespaces}`,
  ignore: !userNamespaces,
  fn: async () => {
    await withCopies({ "rawtcp-client": client, "rawtcp-server": server }, async (folder) => {
      const script = `ip link set lo up && cd ${folder} && { ./rawtcp-server --count 1 & } && sleep 0.5 &&
        ./rawtcp-client; code=$?; wait; exit $code`;
      const { code, out, err } = await run([...NOBODY, "unshare", "-Urn", "sh", "-c", script]);
      assertEquals([code, complaints(err)], [0, ""]);
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
  const { code, out, err } = await run([Deno.execPath(), "task", "demo"], { cwd: TOP }, LONG);
  assertEquals(code, 0, err);
  for (const line of DEMO_LINES) assertMatch(out, line);
});

Deno.test("deno task demo waits for no connection of a client that makes none", async () => {
  const rows: readonly (readonly [argument: string, code: number, line: RegExp])[] = [
    ["--explain=glossary", 0, /Notation/],
    ["--doctor", 0, /guard: pass/],
    ["--no-such-option", 2, /Unknown option/],
  ];
  for (const [argument, expected, line] of rows) {
    const { code, out } = await run([Deno.execPath(), "task", "demo", argument], { cwd: TOP }, LONG);
    assertEquals(code, expected, argument);
    assertMatch(out, line);
  }
});
