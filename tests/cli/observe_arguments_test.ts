import { assertEquals, assertRejects } from "@std/assert";
import { parseClientArguments } from "../../cli/client_arguments.ts";
import { isObserved, type ObserveArguments, takesStandardOutput } from "../../cli/observe_arguments.ts";
import { UNOBSERVED } from "./unobserved.ts";
import { UsageError } from "../../cli/options.ts";

async function observeOf(...args: readonly string[]): Promise<ObserveArguments> {
  const command = await parseClientArguments(args);
  if (command.kind === "run") return command.arguments.observe;
  if (command.kind === "read") return command.observe;
  throw new Error("Not a run");
}

const ROWS: readonly (readonly [args: readonly string[], changes: Partial<ObserveArguments>])[] = [
  [[], {}],
  [["-v"], { verbose: true }],
  [["--trace"], { trace: true }],
  [["--absolute"], { trace: true, absolute: true }],
  [["--absolute", "--explain"], { explain: true, absolute: true }],
  [["--explain", "--stats", "--ladder", "--ascii", "--force", "--report", "r.html"], {
    report: "r.html",
    explain: true,
    statistics: true,
    ladder: true,
    ascii: true,
    force: true,
  }],
  [["--json", "--no-payload"], { json: true, payload: false }],
  [["--pcap", "a.pcapng", "--snaplen", "96"], { pcap: "a.pcapng", snapLength: 96 }],
  [["--pcap", "-"], { pcap: "-" }],
  [["--ladder"], { ladder: true }],
  [["--ladder", "example.org"], { ladder: true }],
  [["--ladder", "a.svg"], { ladderFile: "a.svg" }],
  [["--ladder", "a b.mmd", "example.org"], { ladderFile: "a b.mmd" }],
  [["--ladder=a.svg"], { ladderFile: "a.svg" }],
  [["--ladder", "--trace"], { ladder: true, trace: true }],
  [["-m", "--ladder", "--report", "r.html"], { report: "r.html" }],
];

for (const [args, changes] of ROWS) {
  Deno.test(`"${args.join(" ")}" asks to be shown: ${JSON.stringify(changes)}`, async () => {
    assertEquals(await observeOf(...args), { ...UNOBSERVED, ...changes });
  });
}

Deno.test("a host after --ladder stays the host", async () => {
  assertEquals((await observeOf("--ladder", "tcp://example.org:80")).ladder, true);
  const command = await parseClientArguments(["--ladder", "example.org", "80"]);
  assertEquals(command.kind === "run" ? Object.values(command.arguments.target) : null, [
    "example.org",
    80,
  ]);
});

const WRONG: readonly (readonly string[])[] = [
  ["--pcap", ""],
  ["--report="],
  ["--ladder=a.png"],
  ["--ladder", "a.png"],
  ["--ladder", "A.SVG"],
  ["--ladder", "out/a"],
  ["--snaplen", "40"],
  ["--snaplen", "many"],
  ["--pcap"],
];

for (const args of WRONG) {
  Deno.test(`"${args.join(" ")}" is refused`, async () => {
    await assertRejects(() => observeOf(...args), UsageError);
  });
}

Deno.test("--read shows a capture instead of connecting", async () => {
  const command = await parseClientArguments(["--read", "a.pcapng", "--explain"]);
  assertEquals(command.kind === "read" ? [command.read.file, command.observe.explain] : null, [
    "a.pcapng",
    true,
  ]);
});

Deno.test("nothing is watched unless something is asked for", () => {
  assertEquals(isObserved(UNOBSERVED), false);
  assertEquals(isObserved({ ...UNOBSERVED, force: true, payload: false, ascii: true }), false);
  for (
    const one of [{ verbose: true }, { pcap: "a" }, { report: "a" }, { ladderFile: "a.svg" }, {
      statistics: true,
    }]
  ) {
    assertEquals(isObserved({ ...UNOBSERVED, ...one }), true);
  }
});

Deno.test("standard output belongs to whoever reads JSON or packets from it", () => {
  assertEquals(takesStandardOutput({ ...UNOBSERVED, json: true }), true);
  assertEquals(takesStandardOutput({ ...UNOBSERVED, pcap: "-" }), true);
  assertEquals(takesStandardOutput({ ...UNOBSERVED, pcap: "a", trace: true, ladder: true }), false);
});

Deno.test("--explain=glossary asks for the words, and nothing else can be asked for", async () => {
  assertEquals(await parseClientArguments(["--explain=glossary"]), { kind: "glossary" });
  await assertRejects(() => parseClientArguments(["--explain=words"]), UsageError, "--explain");
});
