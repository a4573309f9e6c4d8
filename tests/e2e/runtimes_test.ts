/**
 * What touches no kernel runs on other runtimes too: the core, the network in memory, traces and captures on Node 24 and Bun,
 * from the npm registry. A runtime that cannot be had is left out by name.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { run } from "./process.ts";

const TOP = new URL("../../", import.meta.url).pathname;

const RUNTIMES = [
  { name: "Node 24", command: ["npx", "-y", "-p", "node@24", "node"] },
  { name: "Bun", command: ["npx", "-y", "-p", "bun@1", "bun"] },
] as const;

/** A capture of the kernel's, told in lines, and a report of it: what the traces, the reader and the unpacking of gzip come to. */
const READING = `
import { readFileSync } from "node:fs";
import { CaptureTeller, connectionSummary, decompressed } from "${TOP}capture/mod.ts";

const text = readFileSync("${TOP}tests/capture/kernel_lo.pcap.base64", "utf8");
const file = Uint8Array.from(atob(text.replaceAll(/\\s/g, "")), (character) => character.charCodeAt(0));
const packed = new Response(new Blob([file]).stream().pipeThrough(new CompressionStream("gzip")));
async function* pieces() {
  yield new Uint8Array(await packed.arrayBuffer());
}
const write = (line) => console.log(line);
const teller = new CaptureTeller({ program: "test", payload: true, lines: { write, color: false }, report: true });
for await (const octets of decompressed(pieces())) teller.push(octets);
const { flows } = teller.end();
for (const flow of flows) console.log(connectionSummary(flow).join("\\n"));
console.log((await teller.outputs.report()).startsWith("<!doctype html>"));
`;

for (const { name, command } of RUNTIMES) {
  const { code, out } = await run([...command, "--version"]);
  const isThere = code === 0;
  const reason = isThere ? out.trim() : "left out: it cannot be had here";

  Deno.test({
    name: `two hosts exchange the same segments on ${name} as on Deno (${reason})`,
    ignore: !isThere,
    fn: async () => {
      const example = `${TOP}examples/two_cores.ts`;
      const ours = await run([Deno.execPath(), "run", "--quiet", example]);
      assertStringIncludes(ours.out, "1000000 octets in ");
      const theirs = await run([...command, example]);
      assertEquals([theirs.out, theirs.code], [ours.out, 0]);
    },
  });

  Deno.test({
    name: `a capture is told in the same lines, summary and report on ${name} as on Deno (${reason})`,
    ignore: !isThere,
    fn: async () => {
      const file = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".mjs" });
      try {
        await Deno.writeTextFile(file, READING);
        const ours = await run([Deno.execPath(), "run", "--quiet", "--allow-read", file]);
        assertStringIncludes(ours.out, "  handshake   ", ours.err);
        const theirs = await run([...command, file]);
        assertEquals([theirs.out, theirs.code], [ours.out, 0], theirs.err);
      } finally {
        await Deno.remove(file);
      }
    },
  });
}
