/** What the programs load when they start, where they look for the C library, and what they leave behind: nothing. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { complaints, must, run } from "./process.ts";

const { client, server } = await executables();
const TOP = new URL("../../", import.meta.url).pathname;
const FROM_SOURCES = [Deno.execPath(), "run", "--allow-ffi", "--allow-env", "--no-prompt", `${TOP}main.ts`];
const NOWHERE = "/no/such/libc.so";

/** From exit_codes.ts. */
const SYSTEM = 9;

Deno.test("main.ts: a RAWTCP_LIBC that is not there is an error that says what was tried", async () => {
  const { code, err } = await run([...FROM_SOURCES, "127.0.0.1", "1"], { env: { RAWTCP_LIBC: NOWHERE } });
  assertEquals(code, SYSTEM);
  assertMatch(err, /^\[-\] Cannot open the C library, tried \/no\/such\/libc\.so \(.+\): set RAWTCP_LIBC/);
});

Deno.test("main.ts: RAWTCP_LIBC names the C library to use, of which all is used that is needed", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows("listening");
  const { code, out, err } = await network.run(FROM_SOURCES, { env: { RAWTCP_LIBC: await pathOfLibc() } });
  assertEquals([code, complaints(err)], [0, ""]);
  assertMatch(out, /Connection closed/);
  await serving.ended();
});

Deno.test("the executables: RAWTCP_LIBC is not obeyed, they may have a right that their user lacks", async () => {
  for (
    const [executable, args] of [[client, ["127.0.0.1", "1"]], [server, ["--host", "192.0.2.1"]]] as const
  ) {
    const { err } = await run([executable, ...args], { env: { RAWTCP_LIBC: NOWHERE } });
    assertEquals(err.includes(NOWHERE) || err.includes("C library"), false, err);
  }
});

Deno.test("the executables: with too few descriptors for signals and sockets they say so in a line", async () => {
  for (const limit of [13, 16]) {
    for (const command of [`${client} 127.0.0.1 1`, `${server} --port 8899`]) {
      const { code, out, err } = await run(["sh", "-c", `ulimit -n ${limit} && exec ${command}`]);
      assertEquals([code, out], [SYSTEM, ""]);
      assertMatch(err, /^\[-\] System call \w.*EMFILE \(24\), this process has too many files open.*\n$/);
    }
  }
});

Deno.test("the executables leave no file behind, no code for a later run either", async () => {
  const home = await Deno.makeTempDir({ prefix: "rawtcp-home-" });
  try {
    const env = { HOME: home, TMPDIR: home, XDG_CACHE_HOME: home };
    await using network = await Network.create();
    await using serving = network.start([server, "--count", "2"], { env });
    await serving.shows("listening");
    for (const args of [[], ["--trace", "--stats"]]) {
      assertEquals((await network.run([client, ...args], { env })).code, 0);
    }
    assertEquals((await serving.ended()).code, 0);
    assertEquals([...Deno.readDirSync(home)].map(({ name }) => name), []);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("main.ts: the right to write one file is enough to save there what comes", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--count", "1", "--mode", "source=1k"]);
  await serving.shows("listening");
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    const path = `${folder}/saved`;
    const rights = FROM_SOURCES.toSpliced(-1, 0, `--allow-write=${path}`);
    const { code, err } = await network.run([...rights, "--receive", "-o", path]);
    assertEquals([code, complaints(err)], [0, ""]);
    assertEquals((await Deno.stat(path)).size, 1000);
    await serving.ended();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("main.ts: one message is enough for Deno to keep what it has compiled of the modules", async () => {
  const home = await Deno.makeTempDir({ prefix: "rawtcp-home-" });
  try {
    await using network = await Network.create();
    await using serving = network.start([server, "--count", "1"]);
    await serving.shows("listening");
    assertEquals((await network.run(FROM_SOURCES, { env: { DENO_DIR: home } })).code, 0);
    const kept = [...Deno.readDirSync(home)].filter(({ name }) => name.startsWith("v8_code_cache"));
    const texts = kept.map(({ name }) => Deno.readFileSync(`${home}/${name}`));
    const names = texts.map((text) => new TextDecoder("latin1").decode(text)).join();
    assert(names.includes("/main.ts"), kept.map(({ name }) => name).join());
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("to deliver a message no package is loaded, and nothing of trace/ but how octets are escaped and whose a RST is; they come when they are asked for", async () => {
  const graph: Graph = JSON.parse(await must([Deno.execPath(), "info", "--json", `${TOP}main.ts`]));
  const ofTrace = (reached: ReadonlySet<string>): string[] =>
    [...reached].filter((specifier) => specifier.startsWith(`file://${TOP}trace/`));
  assertEquals(ofTrace(reachable(graph, false)), [
    `file://${TOP}trace/escape.ts`,
    `file://${TOP}trace/hop_limits.ts`,
  ]);
  assertEquals(ofTrace(reachable(graph, true)).length > 0, true);
  const packages = (reached: ReadonlySet<string>): string[] =>
    [...reached].filter((specifier) => /^(npm|jsr):/.test(specifier));
  assertEquals(packages(reachable(graph, false)), []);
  assertEquals(packages(reachable(graph, true)).length > 0, true);
});

/** As far as it matters here, what `deno info --json` says. */
interface Graph {
  readonly roots: readonly string[];
  readonly modules: readonly {
    readonly specifier: string;
    readonly dependencies?: readonly {
      readonly code?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** What is loaded from the roots on: at once, or with what may be loaded later. */
function reachable({ roots, modules }: Graph, isLaterToo: boolean): ReadonlySet<string> {
  const reached = new Set<string>(roots);
  for (const specifier of reached) {
    const found = modules.find((module) => module.specifier === specifier);
    for (const { code, isDynamic } of found?.dependencies ?? []) {
      if (code?.specifier !== undefined && (isLaterToo || isDynamic !== true)) reached.add(code.specifier);
    }
  }
  return reached;
}

/** Where this process has its own from. */
async function pathOfLibc(): Promise<string> {
  const maps = await Deno.readTextFile("/proc/self/maps");
  const path = /\/\S*\/(libc\.so\.6|libc-\S+\.so|ld-musl-\S+)$/m.exec(maps)?.[0];
  if (path === undefined) throw new Error("There is no C library in /proc/self/maps");
  return path;
}
