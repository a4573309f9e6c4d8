import { assert, assertEquals, assertMatch } from "@std/assert";
import { Output } from "../../cli/output.ts";
import { type ProgressClock, withProgress } from "../../cli/progress.ts";
import { type Instant, instant } from "../../tcp/mod.ts";
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

/** Time passes when it is told to. */
class ManualClock implements ProgressClock {
  #milliseconds = 0;
  #next = Infinity;
  #interval = Infinity;
  #tick = (): void => {};

  now(): Instant {
    return instant(1_000 * this.#milliseconds);
  }

  every(interval: number, tick: () => void): () => void {
    this.#next = this.#milliseconds + interval;
    this.#interval = interval;
    this.#tick = tick;
    return () => this.#next = Infinity;
  }

  pass(milliseconds: number): void {
    this.#milliseconds += milliseconds;
    for (; this.#next <= this.#milliseconds; this.#next += this.#interval) this.#tick();
  }
}

/** What is written while a transfer of a mebibyte takes a second. */
async function shown(
  isTerminal: boolean,
  isBusy: boolean,
  total = 1 << 20,
  sink = new FakeTerminal(isTerminal),
): Promise<string> {
  const output = new Output({ color: "never", quiet: false, out: sink, err: sink });
  const connection = new FakeConnection(recording().recorder);
  const clock = new ManualClock();
  const result = await withProgress({ connection, total, output, isBusy, sink, clock }, () => {
    for (let step = 1; step <= 9; step++) {
      connection.octetsAcknowledged = step * 100_000;
      clock.pass(100);
    }
    output.line("done", "said");
    return Promise.resolve("result");
  });
  assertEquals(result, "result");
  return sink.text;
}

Deno.test("a terminal that hangs up does not end the transfer", async () => {
  const terminal = new FakeTerminal(true);
  terminal.writeSync = (): number => {
    throw new Error("EIO");
  };
  assertEquals(await shown(true, false, 1 << 20, terminal), "");
});

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

/** What is written while octets go out, or in, for one and a half seconds. */
async function shownOf(
  total: number,
  receives: boolean,
  step: (connection: FakeConnection, count: number) => void,
): Promise<string> {
  const sink = new FakeTerminal(true);
  const output = new Output({ color: "never", quiet: false, out: sink, err: sink });
  const connection = new FakeConnection(recording().recorder);
  connection.state = "ESTABLISHED";
  const clock = new ManualClock();
  await withProgress({ connection, total, receives, output, isBusy: false, sink, clock }, () => {
    for (let count = 1; count <= 16; count++) {
      step(connection, count);
      clock.pass(100);
    }
    return Promise.resolve();
  });
  return sink.text;
}

Deno.test("of what is received nobody knows the whole: amount and rate are shown", async () => {
  const text = await shownOf(0, true, (connection, count) => connection.octetsReceived = count * 1_000_000);
  assertMatch(text, /\r\d[\d.]* MiB {2}[\d.]+ MiB\/s {2}cwnd /);
  assertEquals(/ of |%|left/.test(text), false, JSON.stringify(text));
});

Deno.test("once all is delivered, what still comes in is shown", async () => {
  const text = await shownOf(700_000, true, (connection, count) => {
    connection.octetsAcknowledged = Math.min(count, 7) * 100_000;
    connection.octetsReceived = count * 1_000_000;
  });
  const sending = text.lastIndexOf("KiB of 684 KiB");
  assert(sending > 0, JSON.stringify(text));
  assertMatch(text.slice(sending), /\r\d[\d.]* MiB {2}[\d.]+ MiB\/s {2}/);
});

Deno.test("nothing is shown any more once the peer has closed its side", async () => {
  const text = await shownOf(0, true, (connection, count) => {
    connection.octetsReceived = Math.min(count, 9) * 1_000_000;
    if (count === 9) connection.state = "CLOSE-WAIT";
  });
  assert(text.endsWith("\r\x1b[K"), JSON.stringify(text));
  assertEquals(text.split("\x1b[K").length - 1 <= 9 - 5 + 1, true, JSON.stringify(text));
});
