/** The command `deno task packetdrill`: what it prints, and how it exits. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const MAIN = new URL("../../packetdrill/main.ts", import.meta.url).pathname;
const SCRIPTS = new URL("../packetdrill/scripts", import.meta.url).pathname;

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** As the task does, but that it may write nowhere else. */
async function run(...args: string[]): Promise<Run> {
  const rights = ["--allow-read", `--allow-write=${Deno.env.get("TMPDIR") ?? "/tmp"}`, "--allow-ffi"];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...rights, MAIN, ...args],
  });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

async function withScripts(
  scripts: Record<string, string>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    for (const [name, text] of Object.entries(scripts)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const GOOD = "0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 1 win 0\n";
const BAD = "0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 2 win 0\n";
const UNKNOWN = "0 < S 0:0(0) win 1000 <FO>\n";

Deno.test("packetdrill prints ok, FAIL and skip with what there is to know, counts them, and exits with 1", async () => {
  await withScripts(
    { "a.pkt": GOOD, "b.pkt": BAD, "c.pkt": UNKNOWN, "d.txt": "no script" },
    async (folder) => {
      const { code, out } = await run(folder);
      assertEquals(code, 1);
      const lines = out.trimEnd().split("\n");
      assertEquals(lines[0], `ok    ${folder}/a.pkt`);
      assertEquals(lines[1], `FAIL  ${folder}/b.pkt`);
      assertMatch(lines[2] ?? "", /b\.pkt:2:16: acknowledgment: 2 expected, 1 sent/);
      assertEquals(lines.slice(3, 5), ["        +0 > R. 0:0(0) ack 2 win 0", "                       ^"]);
      assertMatch(lines[5] ?? "", /expected {2}0\.000000 > R\. 0:0\(0\) ack 2 win 0/);
      assertMatch(lines[6] ?? "", /actual {4}0\.000000 > R\. 0:0\(0\) ack 1 win 0/);
      assertStringIncludes(out, `skip  ${folder}/c.pkt: FO (line 1)`);
      assertEquals(lines.at(-1), "1 passed, 1 failed, 1 skipped, 0 with errors");
    },
  );
});

Deno.test("packetdrill exits with 0 when nothing fails, also with mutants and over both families", async () => {
  const { code, out } = await run("--strict", "--mutate", "--both", "-q", `${SCRIPTS}/reset`);
  assertEquals(code, 0, out);
  assertMatch(
    out,
    /^[\d,]+ mutants, 0 of them not noticed\n\d+ passed, 0 failed, 0 skipped, 0 with errors\n$/,
  );
});

Deno.test("packetdrill exits with 2 for wrong usage, and says what is wrong", async () => {
  for (
    const args of [[], ["--nonsense", "x"], ["--profile", "windows", "x"], ["-D", "x", "y"], [
      "/nonexistent.pkt",
    ], ["/dev/zero"]]
  ) {
    const { code, err } = await run(...args);
    assertEquals(code, 2, args.join(" "));
    assertMatch(err, /^(Cannot|Unknown|There is nothing to run:) .*\(see deno task packetdrill --help\)\n$/);
  }
});

Deno.test("packetdrill replaces words given by -D, and begins just below 2^32 when asked", async () => {
  await withScripts({ "a.pkt": GOOD.replace("win 1000", "win WINDOW") }, async (folder) => {
    assertEquals((await run("-D", "WINDOW=5", "--wrap", folder)).code, 0);
    const { code, out } = await run(folder);
    assertEquals(code, 2);
    assertMatch(out, /a\.pkt:1:18: Cannot use "WINDOW" as a number: it is not defined/);
  });
});

Deno.test("packetdrill exits with 2 for a script that is none, whatever becomes of others", async () => {
  await withScripts({ "a.pkt": GOOD, "b.pkt": BAD, "c.pkt": `${GOOD}+0 foo(1) = 2\n` }, async (folder) => {
    const { code, out } = await run("-q", folder);
    assertEquals(code, 2);
    assertMatch(out, /^ERROR .*c\.pkt\n.*c\.pkt:3:4: Cannot read "foo" as a system call/m);
    assertMatch(out, /1 passed, 1 failed, 0 skipped, 1 with errors\n$/);
  });
});

Deno.test("packetdrill --strict fails what it would skip", async () => {
  await withScripts({ "a.pkt": UNKNOWN }, async (folder) => {
    const { code, out } = await run("--strict", folder);
    assertEquals(code, 1);
    assertMatch(out, /a\.pkt:1:24: Not supported: FO/);
  });
});

const OPENED = `0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 listen(3, 1) = 0
+0 < S 0:0(0) win 1000 <mss 1000>
+0 > S. 0:0(0) ack 1 <mss 1460>
+.1 < R 1:1(0) win 0
`;

Deno.test("packetdrill shows a run that passed or failed: lines, ladder, JSON, a capture", async () => {
  const scripts = { "a.pkt": OPENED, "b.pkt": `${OPENED}+0 > . 1:1(0) ack 1\n` };
  await withScripts(scripts, async (folder) => {
    for (const [name, exit] of [["a", 0], ["b", 1]] as const) {
      const script = `${folder}/${name}.pkt`;
      const traced = await run("--trace", script);
      assertEquals([traced.code, /SYN/.test(traced.err) && /RST/.test(traced.err)], [exit, true], traced.err);
      const told = await run("--json", script);
      const events = told.out.trimEnd().split("\n").map((line) =>
        JSON.parse(line) as Record<string, unknown>
      );
      assertEquals([told.code, events.length > 2], [exit, true]);
      assertMatch(told.err, /(passed|failed), .*0 with errors/);
      const ladder = await run("--ladder", "--ascii", script);
      assertEquals([ladder.code, /SYN/.test(ladder.out)], [exit, true]);
      const capture = await run("--pcap", `${folder}/${name}.pcapng`, script);
      assertEquals(capture.code, exit, capture.err);
      const octets = await Deno.readFile(`${folder}/${name}.pcapng`);
      assertEquals([...octets.subarray(0, 4)], [0x0a, 0x0d, 0x0d, 0x0a]);
    }
    const many = await run("--trace", folder);
    assertEquals(many.code, 2);
    assertMatch(many.err, /Cannot show several runs: name one script/);
  });
});

Deno.test("deno task packetdrill: relative paths begin where it was called", async () => {
  // Whoever runs these tests by a task, or by npx, leaves the folder where that was called.
  const { INIT_CWD: _, ...env } = Deno.env.toObject();
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "packetdrill", "-q", "reset"],
    cwd: SCRIPTS,
    clearEnv: true,
    env,
  }).output();
  assertMatch(new TextDecoder().decode(stdout), /^\d+ passed, 0 failed, 0 skipped, 0 with errors\n$/);
  assertEquals(code, 0);
});

Deno.test("rawtcp-client --script says of itself where its help is", async () => {
  const client = new URL("../../main.ts", import.meta.url).pathname;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", client, "--script", "/nonexistent.pkt"],
  }).output();
  assertEquals(code, 2);
  assertMatch(
    new TextDecoder().decode(stderr),
    /Cannot read "\/nonexistent\.pkt": there is no such file or folder \(see rawtcp-client --script --help\)\n$/,
  );
});

Deno.test("rawtcp-client --script runs scripts with the same options, and no right but to read them", async () => {
  const client = new URL("../../main.ts", import.meta.url).pathname;
  const args = ["run", "--no-prompt", "--allow-read", client, "--script", "--strict", "--profile", "linux"];
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args, `${SCRIPTS}/profiles`, `${SCRIPTS}/reset`],
  }).output();
  const out = new TextDecoder().decode(stdout);
  assertMatch(out, /^ok .*profiles\//m);
  assertMatch(out, /^ok .*reset\//m);
  assertEquals(code, / 0 failed, /.test(out) ? 0 : 1);
});
