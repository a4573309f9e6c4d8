/** A capture that is not read to its end is told as far as it goes, and is a failure, whatever is written of it. */

import { assertEquals, assertMatch } from "@std/assert";
import { ExitCode } from "../../cli/exit_codes.ts";
import { executables } from "./executables.ts";
import { must, run } from "./process.ts";

const { client } = await executables();

const CAPTURES = new URL("../capture/", import.meta.url);

Deno.test("a capture that is cut off is shown up to there, and exits as what could not be read", async () => {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    const text = await Deno.readTextFile(new URL("kernel_lo.pcap.base64", CAPTURES));
    const whole = Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (character) => character.charCodeAt(0));
    const [file, cut] = [`${folder}/whole.pcap`, `${folder}/cut.pcap`];
    await Deno.writeFile(file, whole);
    await Deno.writeFile(cut, whole.subarray(0, -1));
    const shown = (await must([client, "--read", file, "--trace"])).trimEnd().split("\n");
    for (const how of [["--trace"], ["--json"], ["--stats"]]) {
      const { code, out, err } = await run([client, "--read", cut, ...how]);
      assertEquals(code, ExitCode.system, how.join(" "));
      assertMatch(err, /cut\.pcap": \d+ packets, .*the file ends in the middle of something\n$/);
      if (how.includes("--trace")) {
        assertEquals(shown.slice(0, out.trimEnd().split("\n").length).join("\n"), out.trimEnd());
      }
    }
    const pair = await run([client, "--read", file, cut, "--stats"]);
    assertEquals(pair.code, ExitCode.system, pair.err);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
