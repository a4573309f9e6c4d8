/**
 * What the documents and help texts say of options, exit codes, ports and paths is what the project has. Documents are
 * read from the disk, which takes a permission that `deno task check` gives.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CLIENT_TEXT } from "../cli/client_text.ts";
import { ExitCode, exitMeaning } from "../cli/exit_codes.ts";
import { fullHelp } from "../cli/help.ts";
import { SERVER_TEXT } from "../cli/server_text.ts";
import { scriptsText } from "../cli/scripts.ts";
import project from "../deno.json" with { type: "json" };
import { parseFaults } from "../lab/mod.ts";
import { STANDARD } from "../tcp/mod.ts";
import { FINDINGS, NOTES } from "../trace/catalogue.ts";
import { withoutComments } from "./architecture/rules.ts";
import { readSources } from "./architecture/sources.ts";
import { codeOf, type Facts, falseClaims, optionsIn, optionsOf } from "./documents/claims.ts";
import { refusedCommands, refusedOptions } from "./documents/commands.ts";
import { falseEnumerations, type Sets } from "./documents/enumerations.ts";
import { FIGURES, figuresIn, numberOf } from "./documents/figures.ts";
import { falseNames, type Names } from "./documents/names.ts";
import { falseSamples, rulesIn } from "./documents/samples.ts";
import { TABLES } from "./stories/told.ts";

/** Rules that samples cite, at least: fewer, and they are not found any more. */
const LEAST_RULES = 4;

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

/** The text of a file of the project. */
function textOf(path: string): string {
  return Deno.readTextFileSync(new URL(path, TOP));
}

/** Every word of what is no document; of these tests, which name what there is not, none. */
function words(): ReadonlySet<string> {
  const sources = [...readSources(TOP)].filter(([path]) => !path.startsWith("tests/documents"));
  const texts = [
    ...sources.map(([, text]) => text),
    textOf("deno.json"),
    textOf(".ci/run"),
    textOf(".ci/denort.sh"),
  ];
  return new Set(texts.flatMap((text) => text.match(/[A-Za-z_$][\w$]*/g) ?? []));
}

function namesOf(known: ReadonlySet<string>): Names {
  const options = [...CLIENT_TEXT.groups, ...SERVER_TEXT.groups].flatMap((group) => group.options);
  const given = options.flatMap(({ name, choices }) =>
    choices === undefined ? [] : [[name, new Set(choices)] as const]
  );
  return {
    words: known,
    config: { ...STANDARD },
    choices: new Map(given),
    faultError: (fault) => {
      try {
        parseFaults(fault);
        return null;
      } catch (error) {
        return error instanceof Error ? error.message : `${error}`;
      }
    },
    versions: VERSIONS,
    exists: FACTS.exists,
  };
}

function setsOf(): Sets {
  const options = [...CLIENT_TEXT.groups, ...SERVER_TEXT.groups].flatMap((group) => group.options);
  const code = [...readSources(TOP)].filter(([path]) => !path.startsWith("tests/documents")).map(([, text]) =>
    text
  );
  return {
    families: [
      ...options.flatMap(({ name, choices }) =>
        choices === undefined
          ? []
          : [[`what --${name} takes`, new Set(choices.map((word) => word.replace(/=.*/, "")))] as const]
      ),
      ["the modes", new Set(["print", "echo", "discard", "source", "file", "reply"])],
      ["what defence.synCookies may be", new Set(["when full", "always", "off"])],
      ["what a check says", new Set(["pass", "fail", "unknown"])],
      ["the tasks", new Set(Object.keys(project.tasks))],
      ["the groups of the config", new Set(Object.keys(STANDARD))],
    ],
    imports: new Set([
      ...Object.keys(project.exports).map((path) => path.replace(/^\./, project.name)),
      ...Object.values(project.imports).flatMap((specifier) => /^npm:[^/]+/.exec(specifier) ?? []),
    ]),
    rfcs: new Set(
      code.flatMap((text) => [...text.matchAll(/\bRFC\s*(\d+)/g)].map(([, number = ""]) => number)),
    ),
    code: code.map(withoutComments).join("\n"),
    read: (path) => FACTS.exists(path) ? textOf(path) : null,
  };
}

/** Of Deno that `.ci/run` uses, and of Node that end-to-end tests use. */
const VERSIONS = new Set(["2.9.6", "2.4.2", "Node 24"]);

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

Deno.test({
  name:
    `documents name what there is: words of the sources, fields, values of options, folders, versions${reason}`,
  ignore: !readable,
  fn: () => {
    const names = namesOf(words());
    assert(names.choices.size > 5 && names.words.size > 5_000);
    const found = documents(TOP, "", new Map());
    assertEquals([...found].flatMap(([name, text]) => falseNames(name, text, names)), []);
    assertEquals(
      [`newer=${[...VERSIONS][0]} `, `older=${[...VERSIONS][1]} `].filter((line) =>
        !textOf(".ci/run").includes(line)
      ),
      [],
    );
    assertStringIncludes(textOf("tests/e2e/runtimes_test.ts"), `"${[...VERSIONS][2]}"`);
  },
});

Deno.test({
  name: `labels and sentences with their rules in samples are those of the catalogue${reason}`,
  ignore: !readable,
  fn: () => {
    const found = [...documents(TOP, "", new Map())];
    const catalogue = [...Object.values(TABLES), FINDINGS, NOTES].flatMap((table) => Object.values(table));
    assertEquals(found.flatMap(([name, text]) => falseSamples(name, text, catalogue)), []);
    assert(found.reduce((sum, [, text]) => sum + rulesIn(text), 0) >= LEAST_RULES);
  },
});

Deno.test({
  name: `the figures that documents and help texts give are those of the sources${reason}`,
  ignore: !readable,
  fn: () => {
    const texts = new Map([
      ...documents(TOP, "", new Map()),
      ...[CLIENT_TEXT, SERVER_TEXT].map((text) => [`${text.name} --help`, fullHelp(text)] as const),
    ]);
    for (const figure of FIGURES) {
      const said = figuresIn(texts, figure);
      assert(said.length > 0, `nothing says ${figure.sentence.source}`);
      const value = figure.value(textOf);
      for (const [where, given] of said) {
        const isSo = typeof value === "number" ? numberOf(given) === value : given === value;
        assert(isSo, `${where} says ${given}, and not ${value}: ${figure.sentence.source}`);
      }
    }
    const named = /variables: ([^;]*?), which/.exec(textOf("README.md").replaceAll(/\s+/g, " "))?.[1] ?? "";
    const allowed = /--allow-env=([\w,]+)/.exec(textOf(".ci/build.ts"))?.[1] ?? "none";
    assertEquals(named.match(/\w+_?\w+/g)?.filter((word) => word !== "and"), allowed.split(","));
  },
});

Deno.test({
  name: `what documents enumerate, import and cite is what there is${reason}`,
  ignore: !readable,
  fn: () => {
    const sets = setsOf();
    assertEquals(
      [...documents(TOP, "", new Map())].flatMap(([name, text]) => falseEnumerations(name, text, sets)),
      [],
    );
  },
});

Deno.test({
  name: `the commands in documents and help texts are such as the programs take${reason}`,
  ignore: !readable,
  fn: async () => {
    let commands = 0;
    for (const [name, text] of documents(TOP, "", new Map())) {
      for (const piece of codeOf(text)) {
        const wrong = [
          ...await refusedCommands(piece),
          ...name.startsWith("packetdrill/") ? [] : await refusedOptions(piece),
        ];
        assertEquals(wrong, [], name);
        if (/rawtcp-|task demo/.test(piece.text)) commands++;
      }
    }
    assert(commands > 40, `${commands}`);
    for (const { name, examples } of [CLIENT_TEXT, SERVER_TEXT]) {
      for (const [text] of examples) assertEquals(await refusedCommands({ line: 0, text }), [], name);
    }
  },
});

Deno.test("an exit code means the same for both programs: the server's words for it have some of the client's", () => {
  for (const [code, meaning] of SERVER_TEXT.exitCodes) {
    const words = (text: string): ReadonlySet<string> => new Set(text.match(/[a-z]{4,}/gi));
    const own = exitMeaning(code as Parameters<typeof exitMeaning>[0]);
    assert(words(meaning).intersection(words(own)).size > 0, `${code}: "${meaning}", "${own}"`);
  }
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
  ["Without CAP_NET_RAW it exits with 77.", null],
  ["It exits with 78.", "1 names exit code 78"],
  ["What cannot be written is one line and exit code 9.", null],
  ["What cannot be written is one line and exit code 8.", "1 says of exit code 8 what it does not mean"],
  ["The exit code is 0 when nothing fails, else 11.", null],
  ["The exit code is 0 when nothing fails, else 12.", "1 names exit code 12"],
  [
    "The exit code is 0 when nothing failed, 3 when a script failed.",
    "1 says of exit code 3 what it does not mean",
  ],
  ["[*] Server listening on 127.0.0.1:8889", "1 names 8889 as the default port"],
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

/** A document that names something, and what is to be found wrong; null: nothing. */
const NAMES: readonly (readonly [document: string, wrong: string | null])[] = [
  ["`connectTimeout`, `AF_INET`, `tests/packetdrill/scripts_test.ts`", null],
  ["`connectTimelimit`", "1 names connectTimelimit, which no source has"],
  ["the variable `RAWTCP_LIB`", "1 names RAWTCP_LIB, which no source has"],
  ["`conn.closeWriting()`", "1 names closeWriting, which no source has"],
  ["`defence.synCookies`", null],
  ["`defence.cookies`", "1 names defence.cookies, which the config does not have"],
  ["`--cc reno`, `--mode source=5`, `--mode MODE`, `--link=raw`", null],
  ["`--cc vegas`", "1 gives --cc the value vegas, not one of cubic, reno"],
  ["`--mode swallow`", "1 gives --mode the value swallow, not one of print"],
  ["`--fault drop:data:1,delay:20ms`", null],
  ["`--fault lose:data:1`", "1 gives --fault the value lose:data:1: "],
  ["`tcp/`, `kernel/`", "1 names kernel/, which does not exist"],
  ["`deno@2.9.6`, Deno 2.4.2, Node 24", null],
  ["Deno 2.3.1 is the oldest", "1 names Deno 2.3.1, which is not used"],
  ["runs on Node 18", "1 names Node 18, which is not used"],
];

for (const [document, wrong] of NAMES) {
  Deno.test(`${document}: ${wrong === null ? "all is there" : `the document ${wrong.slice(2)}`}`, () => {
    const known = new Set("connectTimeout AF_INET closeWrite synCookies".split(" "));
    const names = { ...namesOf(known), exists: (path: string) => path === "tcp/" };
    const found = falseNames("d", document, names);
    if (wrong === null) assertEquals(found, []);
    else assert(found.length === 1 && found[0]?.startsWith(`d:${wrong}`), found.join("\n"));
  });
}
