import { assertEquals, assertThrows } from "@std/assert";
import { Interruption, type Signals } from "../../cli/interruption.ts";

class Exit extends Error {}

/** Signals that the test sends; `exit` throws, as the real one does not return either. */
function fakeSignals(): Signals & { send(signal: "SIGINT" | "SIGTERM"): void; code: number } {
  const listeners = new Map<string, () => void>();
  return {
    code: -1,
    addSignalListener: (signal, listener): void => void listeners.set(signal, listener),
    exit(code: number): never {
      this.code = code;
      throw new Exit();
    },
    send: (signal): void => listeners.get(signal)?.(),
  };
}

Deno.test("before there is work, a signal ends the program at once", () => {
  const signals = fakeSignals();
  new Interruption(signals);
  assertThrows(() => signals.send("SIGINT"), Exit);
  assertEquals(signals.code, 130);
});

Deno.test("the first Ctrl-C asks the work to end, the second ends the program", () => {
  const signals = fakeSignals();
  const interruption = new Interruption(signals);
  let asked = 0;
  interruption.attach({ interrupt: () => void asked++ });
  signals.send("SIGINT");
  assertEquals([asked, signals.code, interruption.exitCode], [1, -1, 130]);
  assertThrows(() => signals.send("SIGINT"), Exit);
  assertEquals([asked, signals.code], [1, 130]);
});

Deno.test("SIGTERM asks in the same way, and has its own exit code", () => {
  const signals = fakeSignals();
  const interruption = new Interruption(signals);
  let asked = 0;
  interruption.attach({ interrupt: () => void asked++ });
  signals.send("SIGTERM");
  assertEquals([asked, interruption.exitCode], [1, 143]);
  assertThrows(() => signals.send("SIGINT"), Exit);
});
