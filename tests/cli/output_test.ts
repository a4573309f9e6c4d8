import { ExitCode } from "../../cli/exit_codes.ts";
import { assertEquals } from "@std/assert";
import { Output, type TextSink, writeAll } from "../../cli/output.ts";
import { memoryOutput, MemorySink } from "./support.ts";

Deno.test("narration goes to standard output with a mark, troubles to standard error", () => {
  const { output, out, err } = memoryOutput();
  output.line("note", "starting");
  output.line("sent", "Grüße, 世界");
  output.line("received", "this");
  output.line("done", "ready");
  output.continuation("    more");
  output.warning("careful");
  output.failure("broken");
  assertEquals(out.lines, ["[*] starting", "[>] Grüße, 世界", "[<] this", "[+] ready", "    more"]);
  assertEquals(err.lines, ["[!] careful", "[-] broken"]);
});

Deno.test("quiet leaves failures only", () => {
  const { output, out, err } = memoryOutput({ quiet: true });
  assertEquals([output.isSilent, memoryOutput().output.isSilent], [true, false]);
  output.line("note", "starting");
  output.continuation("more");
  output.warning("careful");
  output.failure("broken");
  assertEquals(out.text, "");
  assertEquals(err.lines, ["[-] broken"]);
});

Deno.test("colour is chosen, or follows each stream's being a terminal", () => {
  const cases: [color: "always" | "never" | "auto", terminal: boolean, colored: boolean][] = [
    ["always", false, true],
    ["never", true, false],
    ["auto", false, false],
    ["auto", true, !Deno.noColor],
  ];
  for (const [color, terminal, colored] of cases) {
    const out = new MemorySink(terminal);
    const err = new MemorySink(!terminal);
    const output = new Output({ color, quiet: false, out, err });
    output.line("done", "ready");
    output.failure("broken");
    assertEquals(out.text.includes("\x1b["), colored, `${color}, terminal ${terminal}`);
    assertEquals(out.text.replaceAll(new RegExp("\x1b\\[\\d+m", "g"), ""), "[+] ready\n");
    if (color === "auto") assertEquals(err.text.includes("\x1b["), !terminal && !Deno.noColor);
  }
});

Deno.test("what a sink takes in pieces arrives whole", () => {
  const taken: number[] = [];
  const sink = {
    writeSync(octets: Uint8Array): number {
      taken.push(...octets.subarray(0, 3));
      return Math.min(octets.length, 3);
    },
  };
  for (const octets of [new Uint8Array(), Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6, 7, 8, 9, 10)]) {
    writeAll(sink, octets);
  }
  assertEquals(taken, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

/** Fails after some lines. */
function failingSink(error: Error, after: number): TextSink & { attempts: number } {
  return {
    attempts: 0,
    writeSync(octets: Uint8Array): number {
      this.attempts++;
      if (this.attempts > after) throw error;
      return octets.length;
    },
    isTerminal: () => false,
  };
}

Deno.test("a reader that went away is no error, and is not written to again", async () => {
  const out = failingSink(new Deno.errors.BrokenPipe("gone"), 1);
  const { output, err } = memoryOutput({ out });
  for (let i = 0; i < 5; i++) output.line("note", "line");
  assertEquals(out.attempts, 2);
  assertEquals(await output.finish(), ExitCode.ok);
  output.failure("still told");
  assertEquals(err.lines, ["[-] still told"]);
});

Deno.test("another failure to write is told at the end, and is the end's exit code if all else went well", async () => {
  const out = failingSink(new Error("No space left on device"), 0);
  const { output, err } = memoryOutput({ out });
  output.line("note", "line");
  assertEquals(err.lines, []);
  assertEquals(await output.finish(), ExitCode.system);
  assertEquals(err.lines, ["[-] Cannot write to standard output: No space left on device"]);
  assertEquals(await output.finish(ExitCode.refused), ExitCode.refused);
});

Deno.test("a standard error that cannot be written does not throw, nor change the exit code", async () => {
  const { output } = memoryOutput({ err: failingSink(new Error("closed"), 0) });
  output.failure("nobody hears");
  assertEquals(await output.finish(ExitCode.refused), ExitCode.refused);
});

/** A pipe that nobody reads. */
function unreadSink(octets: number): TextSink & { lost: number } {
  return {
    lost: 0,
    writeSync: (taken): number => taken.length,
    isTerminal: () => false,
    async drained(late): Promise<void> {
      await late;
      this.lost = octets;
    },
    giveUp(): void {
      this.lost = octets;
    },
  };
}

Deno.test("what a reader has not taken when it is late is told, and is no failure of the work", async () => {
  const { output, err } = memoryOutput({ out: unreadSink(1_234) });
  assertEquals(await output.finish(ExitCode.ok, Promise.resolve()), ExitCode.ok);
  assertEquals(err.lines, [
    "[-] Cannot write to standard output: its reader did not take the last 1,234 bytes",
  ]);
});

Deno.test("a program that ends here and now says what it has not written", () => {
  const { output, err } = memoryOutput({ out: unreadSink(1) });
  output.giveUp();
  assertEquals(err.lines, ["[-] Cannot write to standard output: its reader did not take the last 1 byte"]);
});
