/** Commands that a program would refuse are found, and others believed. */

import { assert, assertEquals } from "@std/assert";
import { refusedCommands, refusedOptions } from "./commands.ts";

/** A command in a document, and what is to be found wrong; null: nothing. */
const COMMANDS: readonly (readonly [command: string, wrong: RegExp | null])[] = [
  ["$ sudo ./rawtcp-client -m $'GET / HTTP/1.0\\r\\n' HOST 80 | head -1", null],
  ["rawtcp-client HOST 80 90", /Too many operands/],
  ["deno run --allow-ffi server.ts --port 80000", /80000/],
  ["npx -y deno@2.9.6 run --allow-net server.ts", /--allow-net, which no program needs/],
  ["npx -y deno@2.9.6 run server.ts", /without --allow-ffi/],
  ["deno task demo --explain --mode source=5 --fault drop:data:1 # a loss", null],
  ["deno task demo --fault lose:data:1", /lose:data:1/],
  ["echo hello | rawtcp-client HOST PORT && rawtcp-server --mode sauce=1GB", /sauce=1GB/],
  ["--window 8K", null],
  ["--window 8Q", /8Q/],
  ["deno task demo --mode source=1XB", /1XB/],
  ["--allow-read", null],
  ["--allow-net", /--allow-net/],
  ["-q", null],
  ["-s", /-s/],
];

for (const [command, wrong] of COMMANDS) {
  Deno.test(`${command}: ${wrong === null ? "a program takes it" : `${wrong.source} is found`}`, async () => {
    const piece = { line: 1, text: command };
    const found = [...await refusedCommands(piece), ...await refusedOptions(piece)];
    if (wrong === null) assertEquals(found, []);
    else assert(found.length > 0 && wrong.test(found[0] ?? ""), found.join("\n"));
  });
}
