import type { ExitCodeNumber } from "../../cli/exit_codes.ts";
import { assertEquals, assertThrows } from "@std/assert";
import { type Interruptible, Interruption, type Signals } from "../../cli/interruption.ts";

class Exit extends Error {}

type Name = Parameters<Signals["addSignalListener"]>[0];

/** Signals that the test sends; `exit` throws, as the real one does not return either. */
function fakeSignals(ignored: readonly Name[] = []): Signals & { send(signal: Name): void; code: number } {
  const listeners = new Map<string, () => void>();
  return {
    code: -1,
    addSignalListener: (signal, listener): void => void listeners.set(signal, listener),
    isIgnored: (signal) => ignored.includes(signal),
    exit(code: number): never {
      this.code = code;
      throw new Exit();
    },
    send: (signal): void => listeners.get(signal)?.(),
  };
}

/** Work that notes what it is asked. */
function fakeWork(): Interruptible & { readonly asked: string[] } {
  const asked: string[] = [];
  return { asked, interrupt: () => void asked.push("interrupt"), end: () => void asked.push("end") };
}

Deno.test("before there is work, a signal ends the program at once", () => {
  const signals = fakeSignals();
  new Interruption(signals);
  assertThrows(() => signals.send("SIGINT"), Exit);
  assertEquals(signals.code, 130);
});

Deno.test("the first Ctrl-C asks the work to end, the second ends work and program", () => {
  const signals = fakeSignals();
  const interruption = new Interruption(signals);
  const work = fakeWork();
  interruption.attach(work);
  signals.send("SIGINT");
  assertEquals([work.asked, signals.code, interruption.exitCode], [["interrupt"], -1, 130]);
  assertThrows(() => signals.send("SIGINT"), Exit);
  assertEquals([work.asked, signals.code], [["interrupt", "end"], 130]);
});

Deno.test("work that cannot be ended keeps no program alive", () => {
  const signals = fakeSignals();
  new Interruption(signals).attach({
    interrupt: () => {},
    end: () => {
      throw new Error("no");
    },
  });
  signals.send("SIGTERM");
  assertThrows(() => signals.send("SIGTERM"), Exit);
  assertEquals(signals.code, 143);
});

for (const [signal, code] of [["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`${signal} asks in the same way, and has its own exit code`, () => {
    const signals = fakeSignals();
    const interruption = new Interruption(signals);
    const work = fakeWork();
    interruption.attach(work);
    signals.send(signal);
    assertEquals([work.asked, interruption.exitCode], [["interrupt"], code]);
    assertThrows(() => signals.send("SIGINT"), Exit);
  });
}

Deno.test("a program that is to outlive its terminal does (nohup)", () => {
  const signals = fakeSignals(["SIGHUP"]);
  const work = fakeWork();
  new Interruption(signals).attach(work);
  signals.send("SIGHUP");
  assertEquals([work.asked, signals.code], [[], -1]);
});

Deno.test("once the work is over, the first signal has readers waited for a second at most, the second ends the program", async () => {
  const signals = fakeSignals();
  const interruption = new Interruption(signals);
  const told: string[] = [];
  const output = {
    finish: async (code?: ExitCodeNumber, late?: Promise<void>): Promise<ExitCodeNumber> => {
      await late;
      told.push("late");
      return code ?? 0;
    },
    giveUp: (): void => void told.push("given up"),
  };
  const finished = interruption.finish(output, 0);
  assertEquals(interruption.isAsked, false);
  signals.send("SIGTERM");
  assertEquals([interruption.isAsked, interruption.exitCode, signals.code], [true, 143, -1]);
  assertThrows(() => signals.send("SIGINT"), Exit);
  assertEquals(told, ["given up"]);
  assertEquals([await finished, told], [0, ["given up", "late"]]);
});
