/**
 * The shape of the project as data: which folder may import what, and the order inside `tcp/`. Edit here when a file
 * is added or finds another place; what reads these tables is in `rules.ts`.
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

const MODULES = ["tcp/mod.ts", "ffi/mod.ts", "driver/mod.ts", "trace/mod.ts"] as const;
const STD = ["@std/cli/parse-args", "@std/fmt/bytes", "@std/fmt/colors", "@std/fmt/duration"] as const;

/** Every TypeScript file of the project belongs to one of these. */
export const PARTS: readonly Part[] = [
  { path: "tcp/", mayImport: [], packages: [] },
  { path: "ffi/", mayImport: [], packages: [] },
  { path: "driver/", mayImport: ["tcp/mod.ts", "ffi/mod.ts"], packages: [] },
  { path: "trace/", mayImport: ["tcp/mod.ts"], packages: [...STD, "uplot/"] },
  { path: "cli/demo.ts", mayImport: [...MODULES, "cli/"], packages: STD },
  { path: "cli/", mayImport: ["tcp/mod.ts", "trace/mod.ts"], packages: STD },
  { path: "main.ts", mayImport: [...MODULES, "cli/"], packages: STD },
  { path: "server.ts", mayImport: [...MODULES, "cli/"], packages: STD },
  { path: "tests/", mayImport: ["*"], packages: ["*"] },
  { path: "types/", mayImport: [], packages: [] },
  { path: ".ci/", mayImport: [], packages: STD },
];

/**
 * The order inside `tcp/`: a file imports only from rows above its own. Entries of one row never know each other; a
 * folder (with a slash) is one entry, whose files may import each other.
 */
export const TCP_ORDER: readonly (readonly string[])[] = [
  ["units.ts", "seq.ts"],
  ["address.ts", "state.ts"],
  ["events.ts", "errors.ts", "buffer/copy.ts"],
  ["segment.ts"],
  ["buffer/"],
  ["config.ts"],
  ["profiles.ts"],
  ["observer.ts", "icmp_error.ts"],
  ["congestion/"],
  ["wire/"],
  [
    "timers.ts",
    "octet_count.ts",
    "rtt.ts",
    "timestamps.ts",
    "ecn.ts",
    "window_tuning.ts",
    "send_tuning.ts",
    "ack_pace.ts",
    "packet_memory.ts",
    "challenge_limiter.ts",
    "siphash.ts",
    "deadline_heap.ts",
    "demultiplexer.ts",
    "turn_queue.ts",
    "rounds.ts",
  ],
  ["retransmission/", "handshake.ts"],
  ["sender.ts", "receiver.ts"],
  ["acknowledging.ts"],
  ["tcb.ts"],
  ["timer_rules.ts", "segment_timers.ts", "reset.ts", "closing.ts", "idle.ts", "acknowledging_arrivals.ts"],
  ["octet_acknowledgement.ts", "segment_acknowledgement.ts", "time_wait.ts"],
  ["octet_rules.ts", "segment_rules.ts"],
  ["sending_rules.ts"],
  ["transmission.ts", "acknowledgement.ts"],
  ["calls.ts", "arrival.ts", "timeouts.ts", "icmp_arrival.ts"],
  ["connection.ts"],
  ["isn.ts", "path_mtus.ts", "ports.ts", "time_wait_reuse.ts"],
  ["listener.ts", "stray_resets.ts"],
  ["host.ts"],
  ["mod.ts"],
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
    where: (path) => inTcp(path) && path !== "tcp/seq.ts",
    because: "sequence numbers are int32; only seq.ts makes them unsigned, to write them",
  },
  {
    text: /\bDeno\.(dlopen|Unsafe)/,
    where: (path) => !/^(ffi\/|tests\/ffi\/|tests\/architecture)/.test(path),
    because: "ffi/ alone talks to the C library",
  },
];

/** Lines of the longest file allowed. */
export const MAX_FILE_LINES = 450;

/** Lines of the longest function allowed outside `tests/`, from its first line to its closing brace. */
export const MAX_FUNCTION_LINES = 50;
