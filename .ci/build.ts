/**
 * Makes the executables ./rawtcp-client and ./rawtcp-server, and starts each once to see that it runs.
 *
 *     deno task build [rawtcp-client | rawtcp-server]...
 *
 * First `deno bundle` joins some two hundred modules into a handful of files: what a program always loads, and pieces
 * that it loads when asked for (traces, reports, captures). What it always loads becomes one script (`link.ts`), and an
 * executable of that does its job once, in a network of its own (`rehearse.ts`): what V8 has compiled for it goes into
 * the executable that is kept, which so has nothing left to compile when it starts. `deno compile` puts all of this into
 * it and nothing else, no package as a whole. Start-up, measured part by part: tests/bench/profiles/startup.md.
 *
 * `deno bundle` fetches its bundler, esbuild, from the npm registry, once.
 * `deno compile` fetches its runtime, denort, from Deno's download site. Where that cannot be reached, DENORT_BIN names
 * a local one of the same version as the Deno that compiles; `.ci/denort.sh` obtains one for 2.4.2.
 */

import { COMPILED, KEEP, linked, START } from "./link.ts";

const TOP = new URL("../", import.meta.url).pathname;

/**
 * What the executables may do is fixed here: call the C library, read the variables that say which characters and
 * colours the terminal knows, and read and write the files that their user names (captures, ladders, reports). No variable of the
 * environment chooses code: SECURITY.md.
 */
const PERMISSIONS = [
  "--allow-ffi",
  "--allow-env=LC_ALL,LC_CTYPE,LANG,TERM,FORCE_COLOR",
  "--allow-read",
  "--allow-write",
  "--no-prompt",
] as const;

/**
 * Checked as if it were run from its sources. Minified, because V8 reads all of what it loads, and so 4 ms sooner; the
 * programs tell people of errors in words and show no stack.
 */
const BUNDLE = ["bundle", "--quiet", "--check", "--frozen", "--minify", "--code-splitting"] as const;

/**
 * Without Deno's own code cache: it would be the file /tmp/deno-compile-rawtcp-client.cache, whoever made it, and a
 * program that has the right to open raw sockets runs no code that others may have left there.
 */
const COMPILE = ["compile", "--quiet", "--no-config", "--no-check", "--no-code-cache"] as const;

/** Executables and their main modules. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "rawtcp-client": "main.ts",
  "rawtcp-server": "server.ts",
};

/** Ways to a network of one's own, for root and for everybody else. */
const PRIVATE_NETWORKS = [["--net"], ["--user", "--map-root-user", "--net"]] as const;

const HINT =
  `Where Deno's download site cannot be reached, build with Deno 2.4.2 and a runtime from the npm registry:
  DENORT_BIN=$(bash .ci/denort.sh) npx -y deno@2.4.2 task build`;

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

function fail(text: string): never {
  say(`build: ${text}`);
  Deno.exit(1);
}

/** Runs a program; its output is shown unless `isQuiet`. @returns whether it went well */
async function run(program: string, args: readonly string[], isQuiet = false): Promise<boolean> {
  const command = new Deno.Command(program, { args: [...args], cwd: TOP, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  if (isQuiet) return success;
  Deno.stderr.writeSync(stdout);
  Deno.stderr.writeSync(stderr);
  return success;
}

/** Makes the executable; what it is made of is gone afterwards. @returns what went wrong, if anything */
async function make(program: string, main: string, executable: string): Promise<string | undefined> {
  const folder = `${executable}.bundle.tmp`;
  const rehearsal = `${executable}.rehearsal.tmp`;
  const compile = (start: string, output: string): Promise<boolean> => {
    const files = ["--include", folder, "--output", output, `${folder}/${start}`];
    return run(Deno.execPath(), [...COMPILE, ...PERMISSIONS, ...files]);
  };
  const failed = `deno compile failed for ${main}\n${HINT}`;
  try {
    const bundled = await run(Deno.execPath(), [...BUNDLE, "--outdir", folder, main]);
    if (!bundled) return `deno bundle failed for ${main}`;
    const files = linked(main.replace(/\.ts$/, ".js"), (name) => Deno.readTextFileSync(`${folder}/${name}`));
    for (const [name, text] of files) await Deno.writeTextFile(`${folder}/${name}`, text);
    for (const name of [START, KEEP]) {
      await Deno.copyFile(new URL(name, import.meta.url), `${folder}/${name}`);
    }
    await Deno.writeTextFile(`${folder}/${COMPILED}`, "");
    if (!await compile(KEEP, rehearsal)) return failed;
    if (await rehearse(program, rehearsal)) {
      await Deno.rename(`${rehearsal}.compiled.tmp`, `${folder}/${COMPILED}`);
    } else {
      say(`build: ${program} starts slower than it could: it could not be run in a network of its own`);
    }
    return await compile(START, executable) ? undefined : failed;
  } finally {
    for (const path of [folder, rehearsal, `${rehearsal}.compiled.tmp`]) {
      await Deno.remove(path, { recursive: true }).catch(() => {});
    }
  }
}

/** Has the executable do its job once. @returns whether that was possible */
async function rehearse(program: string, executable: string): Promise<boolean> {
  const job = [Deno.execPath(), "run", "--quiet", "--allow-ffi", "--allow-net", "--allow-run"];
  for (const network of PRIVATE_NETWORKS) {
    const command = [...network, "--", ...job, `${TOP}.ci/rehearse.ts`, program, executable];
    if (await run("unshare", command, true).catch(() => false)) return true;
  }
  return false;
}

/** Starts the executable: a runtime of another version than the compiler's makes one that cannot start. */
async function tryOut(program: string, executable: string): Promise<string> {
  const command = new Deno.Command(executable, { args: ["--version"], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const version = new TextDecoder().decode(stdout).trim();
  if (success && version.startsWith(`${program} `)) return version;
  const denort = Deno.env.get("DENORT_BIN");
  const cause = denort === undefined ? "" : `, is DENORT_BIN (${denort}) of version ${Deno.version.deno}?`;
  await Deno.remove(executable);
  return fail(`${program} does not start${cause}\n${new TextDecoder().decode(stderr)}${HINT}`);
}

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(PROGRAMS);
for (const program of wanted) {
  const main = PROGRAMS[program];
  if (main === undefined) fail(`there is no program ${program}: give ${Object.keys(PROGRAMS).join(" or ")}`);
  const executable = `${TOP}${program}.tmp`;
  const trouble = await make(program, main, executable);
  if (trouble !== undefined) fail(trouble);
  const version = await tryOut(program, executable);
  await Deno.rename(executable, TOP + program);
  const { size } = await Deno.stat(TOP + program);
  say(`./${program}: ${version}, ${Math.round(size / 1e6)} MB`);
}
