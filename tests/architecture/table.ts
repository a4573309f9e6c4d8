/**
 * The shape of the project as data: which folder may import what, and the order of the rooms inside `tcp/`. Edit
 * here when a folder is added; what reads these tables is in `rules.ts`.
 *
 * @module
 */

/** What the files of one part may import, besides files of their own part. */
export interface Part {
  /** Path from the top: a folder with its slash, or a file. The first part that fits a file is the file's. */
  readonly path: string;
  /** Files, folders (with a slash), or `*` for everything. */
  readonly mayImport: readonly string[];
  /** Names of the import map, or `*` for all. */
  readonly packages: readonly string[];
}

const MODULES = [
  "tcp/mod.ts",
  "ffi/mod.ts",
  "driver/mod.ts",
  "trace/mod.ts",
  "capture/mod.ts",
  "lab/mod.ts",
  "packetdrill/mod.ts",
] as const;
const STD = ["@std/cli/parse-args", "@std/fmt/bytes", "@std/fmt/colors", "@std/fmt/duration"] as const;

/** Every TypeScript file of the project belongs to one of these. */
export const PARTS: readonly Part[] = [
  { path: "tcp/", mayImport: [], packages: [] },
  { path: "ffi/", mayImport: [], packages: [] },
  // Module by module where each start would load what only some need: `ffi/mod.ts` and `driver/mod.ts` have all.
  { path: "driver/", mayImport: ["tcp/mod.ts", "tcp/single.ts", "ffi/"], packages: [] },
  { path: "trace/", mayImport: ["tcp/mod.ts", "tcp/single.ts"], packages: STD },
  { path: "capture/", mayImport: ["tcp/mod.ts", "trace/"], packages: [...STD, "fzstd", "node:zlib"] },
  { path: "packetdrill/main.ts", mayImport: ["cli/"], packages: [] },
  { path: "packetdrill/", mayImport: ["tcp/mod.ts"], packages: [] },
  { path: "lab/", mayImport: ["tcp/mod.ts", "trace/mod.ts"], packages: [] },
  // Escaping, and who has sent a RST, is wanted at every start, the rest of trace/ only when something is to be shown; of
  // driver/ a connection and its clocks, of tcp/ what is no host, of lab/ faults. What only a `mod.ts` has besides would be
  // looked up at every start.
  {
    path: "cli/",
    mayImport: [
      ...MODULES,
      "tcp/single.ts",
      "ffi/",
      "driver/clock.ts",
      "driver/connect.ts",
      "driver/link.ts",
      "driver/stream/happy_eyeballs.ts",
      "driver/wire_clock.ts",
      "lab/fault_syntax.ts",
      "lab/faults.ts",
      "lab/faulty_path.ts",
      "lab/random.ts",
      "trace/escape.ts",
      "trace/hop_limits.ts",
      "trace/live_limits.ts",
      "capture/analysis/selection.ts",
      "deno.json",
    ],
    packages: [...STD, "@std/text/levenshtein-distance", "node:crypto"],
  },
  { path: "main.ts", mayImport: [...MODULES, "ffi/signals.ts", "cli/"], packages: STD },
  { path: "server.ts", mayImport: [...MODULES, "ffi/", "cli/"], packages: STD },
  { path: "examples/", mayImport: MODULES.filter((path) => path !== "ffi/mod.ts"), packages: [] },
  { path: "tests/", mayImport: ["*"], packages: ["*"] },
  { path: "types/", mayImport: [], packages: [] },
  { path: ".ci/", mayImport: ["ffi/mod.ts"], packages: [...STD, "uplot/", "node:vm"] },
];

/** The rooms of `tcp/`, from the ground up: a room imports only from rooms before it. `mod.ts` may import all. */
export const TCP_ROOMS: readonly string[] = [
  "base",
  "buffer",
  "congestion",
  "config",
  "wire",
  "send",
  "receive",
  "loss",
  "connection",
  "host",
];

/** Text that some files must not contain (comments do not count). */
export interface Ban {
  readonly text: RegExp;
  /** Whether the ban holds for this path. */
  readonly where: (path: string) => boolean;
  readonly because: string;
}

const inTcp = (path: string): boolean => path.startsWith("tcp/");

/** The bans, each with its reason. */
export const BANS: readonly Ban[] = [
  { text: /\bDeno\b/, where: inTcp, because: "the core runs anywhere" },
  { text: /\bnode:/, where: inTcp, because: "the core runs anywhere" },
  { text: /\bconsole\b/, where: inTcp, because: "the core shows nothing: that is what observers are for" },
  {
    text: /\bDate\.now\b|\bnew Date\b|\bperformance\.now\b/,
    where: inTcp,
    because: "the time is an argument",
  },
  {
    text: /\bMath\.random\b|\bcrypto\b/,
    where: inTcp,
    because: "randomness is a seed given at construction",
  },
  { text: /\bset(Timeout|Interval)\b/, where: inTcp, because: "deadlines are returned, not waited for" },
  {
    text: />>> 0\b/,
    where: (path) => inTcp(path) && path !== "tcp/base/seq.ts",
    because: "sequence numbers are int32; only seq.ts makes them unsigned, to write them",
  },
  {
    text: /\bDeno\.(dlopen|Unsafe)/,
    where: (path) => !/^(ffi\/|tests\/ffi\/|tests\/architecture)/.test(path),
    because: "ffi/ alone talks to the C library",
  },
  {
    text: /\bmakeTemp(Dir|File)(Sync)?\((?!\{ prefix: "rawtcp-)|\bmktemp (?!-[du] -t rawtcp-)/,
    where: (path) => !path.startsWith("tests/architecture"),
    because: "what a test leaves behind is known by its name, which begins with rawtcp-",
  },
  {
    text: /\/tmp\/(?!rawtcp-)/,
    where: (path) => !/^tests\/architecture|packetdrill\//.test(path), // scripts name files that nobody makes
    because: "what is left there is known by its name, which begins with rawtcp-",
  },
];

/** Lines of the longest file allowed. */
export const MAX_FILE_LINES = 450;

/** Lines of the longest function allowed outside `tests/`, from its first line to its closing brace. */
export const MAX_FUNCTION_LINES = 50;
