/**
 * What the documents and help texts say of options, exit codes, ports and paths is what the project has. Documents are
 * read from the disk, which takes a permission that `deno task check` gives.
 */

import { assert, assertEquals } from "@std/assert";
import { CLIENT_TEXT } from "../cli/client_text.ts";
import { ExitCode, exitMeaning } from "../cli/exit_codes.ts";
import { fullHelp } from "../cli/help.ts";
import { SERVER_TEXT } from "../cli/server_text.ts";
import { scriptsText } from "../cli/scripts.ts";
import project from "../deno.json" with { type: "json" };
import { type Facts, falseClaims, optionsIn, optionsOf } from "./documents/claims.ts";

const packetdrillHelp = fullHelp(scriptsText("deno task packetdrill"));

const TOP = new URL("../", import.meta.url);
const readable = Deno.permissions.querySync({ name: "read", path: TOP }).state === "granted";
const reason = readable ? "" : " (ignored: needs --allow-read, as deno task check gives it)";

const FACTS: Facts = {
  options: new Map([
    // With --script it has those of the scripts' command.
    ["rawtcp-client", optionsOf(fullHelp(CLIENT_TEXT)).union(optionsOf(packetdrillHelp))],
    ["rawtcp-server", optionsOf(fullHelp(SERVER_TEXT))],
    ["packetdrill", optionsOf(packetdrillHelp)],
    // Tasks for developers, which say in deno.json what they take.
    ["tasks", new Set(optionsIn(Object.values(project.tasks).map((task) => task.description).join(" ")))],
    // Lines in scripts, as packetdrill has them, and options of other programs that the documents warn of or advise.
    [
      "scripts",
      new Set([
        "ip_version",
        "tolerance_usecs",
        "mtu",
        "mss",
        "tcp_ts_tick_usecs",
        "define",
        "tolerance_percent",
        "tcp_ts_ecr_scaled",
        "strict_segments",
      ]),
    ],
    ["others", new Set(["require", "import", "no-code-cache", "cap-add"])],
  ]),
  exitCodes: new Map(Object.values(ExitCode).map((code) => [code, exitMeaning(code)])),
  defaultPort: Number(/PORT \(default (\d+)\)/.exec(fullHelp(CLIENT_TEXT))?.[1]),
  exists: (path) => {
    try {
      Deno.statSync(new URL(path, TOP));
      return true;
    } catch {
      return false;
    }
  },
};

/** Of `bench`: notes on measurements, which name many options of V8. */
const SKIPPED: ReadonlySet<string> = new Set(["node_modules", "bench"]);

/** Every Markdown file of the project by its path. */
function documents(folder: URL, prefix: string, into: Map<string, string>): ReadonlyMap<string, string> {
  for (const entry of Deno.readDirSync(folder)) {
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
    const path = prefix + entry.name;
    if (entry.isDirectory) documents(new URL(`${entry.name}/`, folder), `${path}/`, into);
    else if (path.endsWith(".md")) into.set(path, Deno.readTextFileSync(new URL(entry.name, folder)));
  }
  return into;
}

Deno.test({
  name: `every document tells the truth of options, exit codes, ports and paths${reason}`,
  ignore: !readable,
  fn: () => {
    const found = documents(TOP, "", new Map());
    assert(found.has("README.md") && found.has("CHANGELOG.md") && found.has("packetdrill/README.md"));
    assertEquals([...found].flatMap(([name, text]) => falseClaims(name, text, FACTS)), []);
  },
});

Deno.test("help texts name options of their own program only, wherever they name one", () => {
  const programs = [["rawtcp-client", fullHelp(CLIENT_TEXT)], ["rawtcp-server", fullHelp(SERVER_TEXT)], [
    "packetdrill",
    packetdrillHelp,
  ]];
  for (const [program = "", help = ""] of programs) {
    const own = FACTS.options.get(program) ?? new Set();
    assert(own.size > 5, program);
    for (
      const line of help.split("\n").filter((line) =>
        !/\bsetcap\b|\bdeno (?:run|test)\b|--allow-ffi\b/.test(line)
      )
    ) {
      const named = /rawtcp-(?:client|server)/.exec(line)?.[0] ?? program;
      const known = own.union(FACTS.options.get(named) ?? new Set());
      assertEquals(optionsIn(line).filter((option) => !known.has(option)), [], `${program}: ${line}`);
    }
  }
});

Deno.test("the client's help lists every exit code with its meaning", () => {
  const listed = [...fullHelp(CLIENT_TEXT).matchAll(/^ +(\d+) {2}\w/gm)].map((match) => Number(match[1]));
  assertEquals(listed, [...FACTS.exitCodes.keys()]);
});

/** A document that makes the claim, and what is to be found wrong; null: nothing. */
const CLAIMS: readonly (readonly [document: string, wrong: string | null])[] = [
  ["`--trace` shows", null],
  ["`--tarce` shows", "1 names --tarce, which rawtcp-client, rawtcp-server"],
  ["`rawtcp-client --trace`", null],
  ["`rawtcp-server --isn`", "1 names --isn, which rawtcp-server do not have"],
  ["```\nsudo ./rawtcp-client --count 1\n```", "2 names --count, which rawtcp-client do not have"],
  ["`sudo setcap --x a`, `tcpdump --foo`, `deno test --allow-ffi`", null],
  ["`deno task packetdrill --strict a.pkt`", null],
  ["`deno task packetdrill --sloppy a.pkt`", "1 names --sloppy, which"],
  ["runs over\nlines: `--trace\n--nonsense`", "2 names --nonsense"],
  [`| 3 | ${exitMeaning(3)} |`, null],
  ["| 3 | all is well |", '1 says of exit code 3 "all is well"'],
  ["| 11 | new |", '1 says of exit code 11 "new"'],
  ["It exits with 77.", null],
  ["It exits with 78.", "1 names exit code 78"],
  ["(default `127.0.0.1 8888`)", null],
  ["(default `127.0.0.1 8889`)", "1 names 8889 as the default port"],
  ["listens on port 9999 by default", "1 names 9999 as the default port"],
];

for (const [i, [document, wrong]] of CLAIMS.entries()) {
  Deno.test(`claim ${i + 1} is ${wrong === null ? "believed" : "found to be false"}`, () => {
    const found = falseClaims("d", document, FACTS);
    if (wrong === null) assertEquals(found, []);
    else assert(found.length === 1 && found[0]?.startsWith(`d:${wrong}`), found.join("\n"));
  });
}

Deno.test("a path that does not exist is found, in a span and in a block", () => {
  const facts = { ...FACTS, exists: (path: string) => path === "tcp/mod.ts" || path === "docs/" };
  assertEquals(falseClaims("d", "`tcp/mod.ts`, `docs/`", facts), []);
  assertEquals(
    falseClaims("d", "`tcp/nod.ts`\n```\ncat docs/no.md\n```", facts),
    [
      "d:1 names tcp/nod.ts, which does not exist",
      "d:3 names docs/no.md, which does not exist",
    ].toSorted((a, b) => a < b ? 1 : -1),
  );
});

Deno.test("a link that leads nowhere is found, to a file and to a heading", () => {
  const facts = { ...FACTS, exists: (path: string) => path === "docs/a.md" || path === "README.md" };
  const good =
    "# Two words, and more\n[a](a.md) [b](../README.md#use) [c](#two-words-and-more) [d](https://example.org/x)";
  assertEquals(falseClaims("docs/d.md", good, facts), []);
  assertEquals(falseClaims("docs/d.md", "# A\n[a](b.md)\n![p](../a.md)\n[c](#b)", facts), [
    "docs/d.md:2 links to b.md, which does not exist",
    "docs/d.md:3 links to ../a.md, which does not exist",
    "docs/d.md:4 links to #b, which does not exist",
  ]);
});

Deno.test("the docstrings of every module that the package exports are checked, and the modules' examples run", () => {
  const { check, "test:docs": examples } = project.tasks;
  const linted = /deno doc --quiet --lint ([^&]+)/.exec(check.command)?.[1]?.trim().split(" ") ?? [];
  const exported = Object.values(project.exports).map((path) => path.slice("./".length));
  assertEquals(linted.toSorted(), exported.toSorted());
  const modules = exported.filter((path) => path.endsWith("/mod.ts"));
  assertEquals(
    examples.command.split(" ").filter((word) => word.endsWith(".ts")).toSorted(),
    modules.toSorted(),
  );
});
