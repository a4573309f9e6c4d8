/** The test server's loop around sockets that fail on purpose. */

import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Output } from "../../cli/output.ts";
import type { ServerStream } from "../../cli/server_connection.ts";
import { Server, type ServerListener, type ServerPollSet } from "../../cli/server_loop.ts";
import { ServerReport } from "../../cli/server_report.ts";
import { SystemError } from "../../ffi/errno.ts";

const READABLE = 1;
const WRITABLE = 4;
const LISTENER = 100;
const EMFILE = 24;
const ECONNRESET = 104;

/** No loop here takes longer, milliseconds. */
const LONGEST_RUN = 2_000;

/** Says that everything asked for has happened, and keeps what was asked for. */
class EagerPollSet implements ServerPollSet {
  readonly wanted: number[] = [];
  readonly #end = performance.now() + LONGEST_RUN;

  add(_descriptor: number, events: number): number {
    return this.wanted.push(events) - 1;
  }
  setEvents(slot: number, events: number): void {
    this.wanted[slot] = events;
  }
  remove(slot: number): void {
    this.wanted[slot] = 0;
  }
  events(slot: number): number {
    return this.wanted[slot] ?? 0;
  }
  poll(): number {
    if (performance.now() > this.#end) throw new Error("The loop does not end");
    return this.wanted.filter((events) => events !== 0).length;
  }
  wait(): Promise<number> {
    return Promise.resolve(this.poll());
  }
  wake(): void {}
  letOthers(): Promise<void> | null {
    return null;
  }
}

/** A stream that gives each reading in turn: octets, null for its end, an error to throw. */
class ScriptedStream implements ServerStream {
  readonly descriptor = 7;
  readonly readings: (number | null | Error)[];
  closed = 0;

  constructor(...readings: (number | null | Error)[]) {
    this.readings = readings;
  }
  receive(): number | null {
    const reading = this.readings.shift() ?? null;
    if (reading instanceof Error) throw reading;
    return reading;
  }
  send(from: Uint8Array): number {
    return from.length;
  }
  shutdown(): void {}
  [Symbol.dispose](): void {
    this.closed++;
  }
}

/** A listener that gives each entry in turn: a stream, an error to throw, null for "none waits". */
class ScriptedListener implements ServerListener<ScriptedStream> {
  readonly descriptor = LISTENER;
  readonly entries: (ScriptedStream | Error | null)[];
  closed = 0;

  constructor(...entries: (ScriptedStream | Error | null)[]) {
    this.entries = entries;
  }
  accept(): ScriptedStream | undefined {
    const entry = this.entries.shift();
    if (entry instanceof Error) throw entry;
    return entry ?? undefined;
  }
  [Symbol.dispose](): void {
    this.closed++;
  }
}

async function serve(listener: ScriptedListener, count: number): Promise<string> {
  let text = "";
  const sink = {
    writeSync: (octets: Uint8Array): number => {
      text += new TextDecoder().decode(octets);
      return octets.length;
    },
    isTerminal: (): boolean => false,
  };
  const server = new Server({
    listener,
    pollSet: new EagerPollSet(),
    readable: READABLE,
    writable: WRITABLE,
    nameOf: () => "PEER",
    report: new ServerReport(new Output({ color: "never", quiet: false, out: sink, err: sink }), true),
    mode: { kind: "discard" },
    count,
  });
  await server.run();
  return text;
}

Deno.test("with no descriptor left, new connections wait until one has ended", async () => {
  const first = new ScriptedStream(1, 0, 1, null);
  const second = new ScriptedStream(2, null);
  const listener = new ScriptedListener(first, new SystemError("accept4", EMFILE), second);
  assertEquals(
    await serve(listener, 2),
    `[+] Connection from PEER
[*] Cannot accept more connections now (EMFILE): waiting for one to end
[*] Connection from PEER closed by peer (FIN), 2 bytes received
[+] Connection from PEER
[*] Connection from PEER closed by peer (FIN), 2 bytes received
`,
  );
  assertEquals([first.closed, second.closed, listener.closed], [1, 1, 1]);
});

Deno.test("with no descriptor left and no connection to wait for, the server ends with that error", async () => {
  const listener = new ScriptedListener(new SystemError("accept4", EMFILE));
  await assertRejects(() => serve(listener, 1), SystemError, "EMFILE");
  assertEquals(listener.closed, 1);
});

Deno.test("an unexpected error of one connection ends that connection and leaves the others alone", async () => {
  const broken = new ScriptedStream(3, new SystemError("recv", 5));
  const reset = new ScriptedStream(new SystemError("recv", ECONNRESET));
  const sound = new ScriptedStream(4, null);
  const text = await serve(new ScriptedListener(broken, reset, sound), 3);
  assertStringIncludes(text, "[!] Connection from PEER failed: EIO, 3 bytes received");
  assertStringIncludes(text, "[!] Connection from PEER reset by peer, 0 bytes received");
  assertStringIncludes(text, "[*] Connection from PEER closed by peer (FIN), 4 bytes received");
  assertEquals([broken.closed, reset.closed, sound.closed], [1, 1, 1]);
});

/** Something is always ready, as far as `poll` says or, where it is to be `waitedFor`, each wait; `yielding` is called for each turn of others. */
class BusyPollSet extends EagerPollSet {
  yielding: () => void = () => {};
  waitedFor = false;

  override poll(): number {
    const ready = super.poll();
    return this.waitedFor ? 0 : ready;
  }
  override wait(): Promise<number> {
    return Promise.resolve(super.poll());
  }
  override letOthers(): Promise<void> {
    this.yielding();
    return Promise.resolve();
  }
}

/** A server of one connection, or of none, whose report is behind as long as `state.isBehind`. */
function busyServer(listener: ScriptedListener, state: { isBehind: boolean }): {
  readonly server: Server<ScriptedStream>;
  readonly pollSet: BusyPollSet;
} {
  const pollSet = new BusyPollSet();
  const report = {
    get isBehind() {
      return state.isBehind;
    },
    connected: () => {},
    received: () => {},
    ended: () => {},
  } as unknown as ServerReport;
  const common = { listener, pollSet, readable: READABLE, writable: WRITABLE, nameOf: () => "PEER" };
  return { server: new Server({ ...common, report, mode: { kind: "print" }, count: 1 }), pollSet };
}

for (const waitedFor of [false, true]) {
  const when = waitedFor ? "as soon as it waits" : "at once";
  Deno.test(`a server that finds something to do ${when}, always, lets others have their turn: signals come in there`, async () => {
    const { server, pollSet } = busyServer(new ScriptedListener(), { isBehind: false });
    pollSet.waitedFor = waitedFor;
    pollSet.yielding = () => server.stop();
    await server.run(); // or the poll set complains
  });
}

Deno.test("a server that is asked to end while others have their turn accepts nothing more", async () => {
  const listener = new ScriptedListener();
  const { server, pollSet } = busyServer(listener, { isBehind: false });
  pollSet.yielding = () => {
    listener.entries.push(new ScriptedStream(1));
    server.stop();
  };
  await server.run();
  assertEquals(listener.entries.length, 1);
});

Deno.test("what was not read for the sake of a report that is behind is read when it has caught up", async () => {
  const state = { isBehind: true };
  const stream = new ScriptedStream(3, null);
  const { server, pollSet } = busyServer(new ScriptedListener(stream), state);
  pollSet.yielding = () => {
    assertEquals(stream.readings.length, 2);
    state.isBehind = false;
    server.resume();
  };
  await server.run();
  assertEquals([stream.readings.length, stream.closed], [0, 1]);
});
