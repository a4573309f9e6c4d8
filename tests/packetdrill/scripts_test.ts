/**
 * Runs every script of ours, each four times: over IPv4 with ordinary initial sequence numbers, with both just below
 * 2^32, with both just below the change of sign of an int32, and over IPv6 (a script that names its family: over that).
 */

import { assert, fail } from "@std/assert";
import { OWN_SCRIPTS } from "../../packetdrill/options.ts";
import { reportLines } from "../../packetdrill/report.ts";
import { runScript } from "../../packetdrill/run.ts";
import { SCRIPTS } from "./scripts/index.ts";
import type { SequenceStart } from "../../packetdrill/world.ts";

const RUNS: readonly (readonly [family: 4 | 6, sequences: SequenceStart])[] = [
  [4, "ordinary"],
  [4, "wrap"],
  [4, "sign"],
  [6, "ordinary"],
];

for (const [path, text] of SCRIPTS) {
  Deno.test(`packetdrill: ${path.replace(/\.pkt$/, "")}`, () => {
    assert(
      /^\/\/ RFC \d+/.test(text),
      "The first line of a script is a comment that names the rule: // RFC …",
    );
    for (const [family, sequences] of RUNS) {
      const result = runScript(text, path, { ...OWN_SCRIPTS, family, sequences });
      if (result.outcome !== "ok") {
        fail(
          `IPv${family}, ${sequences} sequence numbers:\n${
            reportLines({ path, variant: "", text, result }, false).join("\n")
          }`,
        );
      }
    }
  });
}
