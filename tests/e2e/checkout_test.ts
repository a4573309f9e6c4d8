/**
 * A checkout as others use it: from a folder elsewhere, with a home without any cache, by URL and by path.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { Network } from "./network.ts";
import { must, type StartOptions } from "./process.ts";

const TOP = new URL("../../", import.meta.url);
const PORT = 7777;

/** The first program of docs/library.md, by URL. */
const ECHO = `
import { connect, listen } from "${TOP}driver/mod.ts";
const listener = await listen({ port: ${PORT} });
const accepted = listener.accept();
await using conn = await connect({ hostname: "127.0.0.1", port: ${PORT} });
await conn.write(new TextEncoder().encode("Hello"));
await conn.closeWrite();
await using peer = await accepted;
console.log(await new Response(peer.readable).text());
listener.close();
`;

/** Every module that needs no kernel, and the package that only one kind of file needs. */
const OTHERS = `
import * as core from "${TOP}tcp/mod.ts";
import * as trace from "${TOP}trace/mod.ts";
import * as capture from "${TOP}capture/mod.ts";
import * as lab from "${TOP}lab/mod.ts";
import * as packetdrill from "${TOP}packetdrill/mod.ts";
for (const module of [core, trace, capture, lab, packetdrill]) {
  if (Object.keys(module).length === 0) throw new Error("An empty module");
}
async function* file(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  // A frame of one raw block of 300 octets (RFC 8878 3.1.1).
  const block = 300 << 3 | 1;
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x60, 300 - 256, 0, block & 255, block >> 8, 0];
  yield Uint8Array.of(...header, ...new Uint8Array(300));
}
const octets: number[] = [];
try {
  for await (const piece of capture.decompressed(file())) octets.push(...piece);
  console.log("unpacked", octets.length);
} catch (error) {
  console.log(String(error));
}
`;

/** Fetching packages takes its time, milliseconds. */
const FETCHING = 120_000;

/** A folder elsewhere, and a home that nobody has used. */
class Elsewhere implements AsyncDisposable {
  readonly folder: string;
  readonly start: StartOptions;

  constructor(folder: string) {
    this.folder = folder;
    const path = `${folder}/bin:${Deno.env.get("PATH")}`;
    const env = { HOME: `${folder}/home`, DENO_DIR: `${folder}/home/deno`, PATH: path, NO_COLOR: "1" };
    this.start = { cwd: folder, env };
  }

  static async create(files: Readonly<Record<string, string>>): Promise<Elsewhere> {
    const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
    for (const name of ["bin", "home"]) await Deno.mkdir(`${folder}/${name}`);
    // What deno install makes calls it by this name.
    await Deno.symlink(Deno.execPath(), `${folder}/bin/deno`);
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    return new Elsewhere(folder);
  }

  /** Runs Deno there; what it writes. @throws Error when it fails */
  async deno(...args: readonly string[]): Promise<string> {
    return await must([Deno.execPath(), ...args], this.start, FETCHING);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

const CONFIGS = [
  ["without a deno.json", {}, "Cannot unpack zstd without the package fzstd"],
  ["with a deno.json of its own", { "deno.json": "{}" }, "Cannot unpack zstd without the package fzstd"],
  [
    "that gives fzstd in its import map",
    { "deno.json": JSON.stringify({ imports: { fzstd: "npm:fzstd@0.1.1" } }) },
    "unpacked 300",
  ],
] as const;

for (const [what, config, outcome] of CONFIGS) {
  Deno.test(`a program elsewhere ${what} imports every module by URL`, async () => {
    await using elsewhere = await Elsewhere.create({ ...config, "others.ts": OTHERS, "echo.ts": ECHO });
    assertStringIncludes(await elsewhere.deno("run", "--quiet", "others.ts"), outcome);
    await using network = await Network.create();
    const command = [Deno.execPath(), "run", "--quiet", "--allow-ffi", "echo.ts"];
    assertEquals(await network.must(command, elsewhere.start), "Hello\n");
  });
}

Deno.test("the types of what a program elsewhere imports hold by its own rules", async () => {
  await using elsewhere = await Elsewhere.create({ "deno.json": "{}", "others.ts": OTHERS, "echo.ts": ECHO });
  await elsewhere.deno("check", "--quiet", "others.ts", "echo.ts");
});

Deno.test("both programs run from elsewhere by their paths, and installed with the checkout's config", async () => {
  await using elsewhere = await Elsewhere.create({});
  const { pathname } = TOP;
  for (const [name, file] of [["rawtcp-client", "main.ts"], ["rawtcp-server", "server.ts"]] as const) {
    const version = await elsewhere.deno("run", "--quiet", "--allow-ffi", `${pathname}${file}`, "--version");
    assertEquals(version, `${name} ${project.version}\n`);
    const install = [
      "install",
      "--quiet",
      "--global",
      "--allow-ffi",
      "--root",
      elsewhere.folder,
      "--name",
      name,
    ];
    await elsewhere.deno(...install, "--config", `${pathname}deno.json`, `${pathname}${file}`);
  }
  await using network = await Network.create();
  await using server = network.start(
    [`${elsewhere.folder}/bin/rawtcp-server`, "--count", "1"],
    elsewhere.start,
  );
  await server.shows("Server listening");
  await network.must([`${elsewhere.folder}/bin/rawtcp-client`, "-m", "from elsewhere"], elsewhere.start);
  const { out, code } = await server.ended();
  assertEquals(code, 0);
  assertStringIncludes(out, "Text: from elsewhere");
});
