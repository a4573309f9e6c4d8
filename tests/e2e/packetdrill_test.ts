/** The command `deno task packetdrill`: what it prints, and how it exits. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const MAIN = new URL("../../packetdrill/main.ts", import.meta.url).pathname;
const SCRIPTS = new URL("../packetdrill/scripts", import.meta.url).pathname;

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(...args: string[]): Promise<Run> {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "--allow-read", MAIN, ...args] });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

async function withScripts(
  scripts: Record<string, string>,
  test: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
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
      assertMatch(lines[2] ?? "", /b\.pkt:2: acknowledgment: 2 expected, 1 sent/);
      assertMatch(lines[3] ?? "", /expected {2}0\.000000 > R\. 0:0\(0\) ack 2 win 0/);
      assertMatch(lines[4] ?? "", /actual {4}0\.000000 > R\. 0:0\(0\) ack 1 win 0/);
      assertStringIncludes(out, `skip  ${folder}/c.pkt: FO (line 1)`);
      assertEquals(lines.at(-1), "1 passed, 1 failed, 1 skipped");
    },
  );
});

Deno.test("packetdrill exits with 0 when nothing fails, also with mutants and over both families", async () => {
  const { code, out } = await run("--strict", "--mutate", "--both", "-q", `${SCRIPTS}/reset`);
  assertEquals(code, 0, out);
  assertMatch(out, /^\d+ mutants, 0 of them not noticed\n\d+ passed, 0 failed, 0 skipped\n$/);
});

Deno.test("packetdrill exits with 2 for wrong usage, and says what is wrong", async () => {
  for (
    const args of [[], ["--nonsense", "x"], ["--profile", "windows", "x"], ["-D", "x", "y"], [
      "/nonexistent.pkt",
    ]]
  ) {
    const { code, err } = await run(...args);
    assertEquals(code, 2, args.join(" "));
    assertMatch(err, /^Cannot /);
  }
});

Deno.test("packetdrill replaces words given by -D, and begins just below 2^32 when asked", async () => {
  await withScripts({ "a.pkt": GOOD.replace("win 1000", "win WINDOW") }, async (folder) => {
    assertEquals((await run("-D", "WINDOW=5", "--wrap", folder)).code, 0);
    const { code, out } = await run(folder);
    assertEquals(code, 0);
    assertMatch(out, /^skip .*a\.pkt: WINDOW/m);
  });
});
