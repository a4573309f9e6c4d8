import { assert, assertEquals, assertMatch } from "@std/assert";
import { Output } from "../../cli/output.ts";
import { withProgress } from "../../cli/progress.ts";
import { FakeConnection } from "../trace/fake_connection.ts";
import { recording } from "../trace/collect.ts";

class FakeTerminal {
  text = "";
  readonly #isTerminal: boolean;

  constructor(isTerminal: boolean) {
    this.#isTerminal = isTerminal;
  }

  writeSync(octets: Uint8Array): number {
    this.text += new TextDecoder().decode(octets);
    return octets.length;
  }

  isTerminal(): boolean {
    return this.#isTerminal;
  }
}

/** What is written while a transfer of a mebibyte takes a second of real time. */
async function shown(isTerminal: boolean, isBusy: boolean, total = 1 << 20): Promise<string> {
  const sink = new FakeTerminal(isTerminal);
  const output = new Output({ color: "never", quiet: false, out: sink, err: sink });
  const connection = new FakeConnection(recording().recorder);
  const result = await withProgress({ connection, total, output, isBusy, sink }, async () => {
    for (let step = 1; step <= 9; step++) {
      connection.octetsAcknowledged = step * 100_000;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    output.line("done", "said");
    return "result";
  });
  assertEquals(result, "result");
  return sink.text;
}

Deno.test("a long transfer on a terminal shows one live line, which makes room for others and goes away", async () => {
  const text = await shown(true, false);
  assert(text.startsWith("\r"), JSON.stringify(text));
  assertMatch(text, /\d KiB of 1 MiB {2}\d+ % {2}/);
  // Nothing of the live line stands before the line that is said.
  // deno-lint-ignore no-control-regex
  assertMatch(text, /\r\x1b\[K\[\+\] said\n$/);
});

const SILENT: readonly (readonly [name: string, isTerminal: boolean, isBusy: boolean, total: number])[] = [
  ["not a terminal", false, false, 1 << 20],
  ["a trace is written there", true, true, 1 << 20],
  ["the transfer is short", true, false, 29],
];

for (const [name, isTerminal, isBusy, total] of SILENT) {
  Deno.test(`no live line is shown: ${name}`, async () => {
    assertEquals(await shown(isTerminal, isBusy, total), "[+] said\n");
  });
}
