import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { ExitCode } from "../../cli/exit_codes.ts";
import { ProgramFailure } from "../../cli/failures.ts";
import { checkAbsent, checkCanWrite, readWhole } from "../../cli/files.ts";
import type { ObserveArguments } from "../../cli/observe_arguments.ts";
import { refuseOneFileTwice } from "../../cli/written_files.ts";
import { loadWholeLibc } from "../../ffi/mod.ts";
import { UNOBSERVED } from "../cli/unobserved.ts";

loadWholeLibc();

/** A folder with a capture, a link to it, and a folder of another name that leads to the same place. */
async function withFolder(test: (path: string) => void | Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir({ prefix: "rawtcp-files-" });
  try {
    Deno.mkdirSync(`${path}/folder`);
    Deno.symlinkSync("folder", `${path}/other`);
    Deno.writeTextFileSync(`${path}/folder/a`, "capture");
    Deno.symlinkSync("folder/a", `${path}/link`);
    await test(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const refused = (act: () => void, words: string): void => {
  const error = assertThrows(act, ProgramFailure, words);
  assertEquals(error.code, ExitCode.usage);
};

Deno.test("one file for two purposes is refused, however it is written", async () => {
  await withFolder((path) => {
    const wanted = (changes: Partial<ObserveArguments>): ObserveArguments => ({ ...UNOBSERVED, ...changes });
    const [name, sameName] = [`${path}/folder/x`, `${path}/other/./x`];
    const words = "give another name";
    refused(() => refuseOneFileTwice(wanted({ pcap: name, report: name })), "it is the file of --pcap");
    refused(() => refuseOneFileTwice(wanted({ pcap: name, report: sameName })), words);
    refused(() => refuseOneFileTwice(wanted({ ladderFile: name }), sameName), "it is the file of --ladder");
    const [capture, link] = [`${path}/folder/a`, `${path}/link`];
    refused(
      () => refuseOneFileTwice(wanted({ pcap: capture }), null, [["--read", capture]]),
      "it is the file of --read",
    );
    refused(
      () => refuseOneFileTwice(wanted({ report: capture }), null, [["--read", "-"], ["--input", link]]),
      words,
    );
    refuseOneFileTwice(wanted({ pcap: name, report: `${path}/x`, ladderFile: `${path}/y` }), `${path}/z`, [
      ["--read", capture],
    ]);
    // A link is replaced, not what it leads to.
    refuseOneFileTwice(wanted({ pcap: link }), null, [["--read", capture]]);
    refuseOneFileTwice(wanted({ pcap: "-", report: "/dev/null" }), "/dev/null");
  });
});

Deno.test("a folder in the place of a file is named as one, replaceable or not", async () => {
  await withFolder((path) => {
    for (const force of [false, true]) {
      assertThrows(() => checkAbsent(`${path}/folder`, force), ProgramFailure, "it is a folder");
    }
    refused(() => checkAbsent(`${path}/folder/a`, false), "it exists");
    checkAbsent(`${path}/folder/a`, true);
  });
});

Deno.test("a folder that takes no file is found before there is anything to write, and nothing is left", async () => {
  await withFolder((path) => {
    checkCanWrite(`${path}/folder/new`, false);
    assertEquals([...Deno.readDirSync(`${path}/folder`)].map(({ name }) => name), ["a"]);
    checkCanWrite("/dev/null", false);
    assertThrows(() => checkCanWrite("/proc/self/new", false), ProgramFailure, "Cannot write");
  });
});

Deno.test("of what has no end no whole is read", async () => {
  await assertRejects(() => readWhole("/dev/zero"), ProgramFailure, "it is longer than 1 GiB");
  assertEquals(await readWhole("/dev/null"), new Uint8Array());
});
