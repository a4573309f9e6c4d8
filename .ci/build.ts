/**
 * Makes the executables ./rawtcp-client and ./rawtcp-server, and starts each once to see that it runs.
 *
 *     deno task build [rawtcp-client | rawtcp-server]...
 *
 * First `deno bundle` joins some two hundred modules into a handful of files: what a program always loads, and pieces
 * that it loads when asked for (traces, reports, captures). `deno compile` puts these into the executable and nothing
 * else, no package as a whole. Start-up, measured part by part: tests/bench/profiles/startup.md.
 *
 * `deno bundle` fetches its bundler, esbuild, from the npm registry, once.
 * `deno compile` fetches its runtime, denort, from Deno's download site. Where that cannot be reached, DENORT_BIN names
 * a local one of the same version as the Deno that compiles; `.ci/denort.sh` obtains one for 2.4.2.
 */

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
 * Without the code cache: it would be the file /tmp/deno-compile-rawtcp-client.cache, whoever made it, and a program
 * that has the right to open raw sockets runs no code that others may have left there.
 */
const COMPILE = ["compile", "--quiet", "--no-config", "--no-check", "--no-code-cache"] as const;

/** Executables and their main modules. */
const PROGRAMS: Readonly<Record<string, string>> = {
  "rawtcp-client": "main.ts",
  "rawtcp-server": "server.ts",
};

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

/** Runs this Deno with `args`; its output is shown. @returns whether it went well */
async function deno(args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: TOP, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  Deno.stderr.writeSync(stdout);
  Deno.stderr.writeSync(stderr);
  return success;
}

/** Makes the executable; the folder for the bundle is gone afterwards. @returns what went wrong, if anything */
async function compile(main: string, executable: string): Promise<string | undefined> {
  const folder = `${executable}.bundle.tmp`;
  try {
    if (!await deno([...BUNDLE, "--outdir", folder, main])) return `deno bundle failed for ${main}`;
    const bundle = `${folder}/${main.replace(/\.ts$/, ".js")}`;
    const made = await deno([...COMPILE, ...PERMISSIONS, "--output", executable, bundle]);
    return made ? undefined : `deno compile failed for ${main}\n${HINT}`;
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
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
  const trouble = await compile(main, executable);
  if (trouble !== undefined) fail(trouble);
  const version = await tryOut(program, executable);
  await Deno.rename(executable, TOP + program);
  const { size } = await Deno.stat(TOP + program);
  say(`./${program}: ${version}, ${Math.round(size / 1e6)} MB`);
}
