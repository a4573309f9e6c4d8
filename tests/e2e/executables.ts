/**
 * The two programs under test: compiled, and no older than their sources.
 *
 * @module
 */

import { run } from "./process.ts";

const TOP = new URL("../../", import.meta.url).pathname;
const SOURCES = [
  "main.ts",
  "server.ts",
  "deno.json",
  "capture",
  "cli",
  "driver",
  "ffi",
  "lab",
  "packetdrill",
  "tcp",
  "trace",
];

/** Milliseconds; the first build fetches what it needs. */
const BUILD_PATIENCE = 300_000;

/** Paths of the executables. */
export interface Executables {
  readonly client: string;
  readonly server: string;
}

/**
 * The executables that `RAWTCP_CLIENT` and `RAWTCP_SERVER` name; otherwise those at the top of the project, built anew
 * when they are missing or older than a source.
 *
 * @throws Error when they cannot be built
 */
export async function executables(): Promise<Executables> {
  const client = Deno.env.get("RAWTCP_CLIENT");
  const server = Deno.env.get("RAWTCP_SERVER");
  if (client !== undefined && server !== undefined) return { client, server };
  const made = { client: `${TOP}rawtcp-client`, server: `${TOP}rawtcp-server` };
  const newest = Math.max(...SOURCES.map((path) => newestIn(TOP + path)));
  if (Math.min(modified(made.client), modified(made.server)) < newest) await build();
  return made;
}

/** With this Deno where it can get its runtime, else with the one whose runtime is in the npm registry. */
async function build(): Promise<void> {
  const first = await run(
    [Deno.execPath(), "task", "build"],
    { cwd: TOP, env: { NO_COLOR: "1" } },
    BUILD_PATIENCE,
  );
  if (first.code === 0) return;
  const other = "DENORT_BIN=$(bash .ci/denort.sh) npx -y deno@2.4.2 task build";
  const second = await run(
    ["bash", "-c", other],
    { cwd: TOP, env: { DENO_TLS_CA_STORE: "system,mozilla" } },
    BUILD_PATIENCE,
  );
  if (second.code !== 0) throw new Error(`Cannot build the executables:\n${first.err}\n${second.err}`);
}

function modified(path: string): number {
  try {
    return Deno.statSync(path).mtime?.getTime() ?? 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function newestIn(path: string): number {
  if (!Deno.statSync(path).isDirectory) return modified(path);
  const entries = [...Deno.readDirSync(path)].filter(({ isDirectory, name }) =>
    isDirectory || /\.(ts|js|css|html)$/.test(name)
  );
  return Math.max(0, ...entries.map(({ name }) => newestIn(`${path}/${name}`)));
}
