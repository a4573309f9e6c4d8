/** A connection of the core's over raw sockets to the kernel's own TCP, on loopback in a network of the test's own. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RawConnection } from "../../driver/mod.ts";
import {
  type Endpoint,
  isErrno,
  PortGuard,
  setInterfaceMtu,
  StreamListener,
  type StreamSocket,
} from "../../ffi/mod.ts";
import { after, type Connection, parseAddress, seconds, seqNumber } from "../../tcp/mod.ts";
import { kernelTests, openDescriptors } from "../ffi/support.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const kernelTest = kernelTests();

/** No wait of these tests takes longer. */
const LIMIT = seconds(60);

/** The kernel's side: accepts one connection, keeps what it receives and, when that has ended, says `farewell` and closes. */
class KernelServer implements Disposable {
  readonly listener: StreamListener;
  readonly received: Uint8Array[] = [];
  socket: StreamSocket | null = null;
  ended = false;
  readonly #buffer = new Uint8Array(1 << 16);

  constructor(family: 4 | 6) {
    this.listener = StreamListener.open({ address: loopbackAddress(family), port: 0 });
  }

  /** Does what can be done now; `farewell`: null to leave the connection open at the end of the stream. */
  serve(farewell: string | null = ""): void {
    this.socket ??= this.listener.accept() ?? null;
    while (this.socket !== null && !this.ended) {
      const length = this.socket.receive(this.#buffer);
      if (length === 0) return;
      if (length !== null) this.received.push(this.#buffer.slice(0, length));
      else {
        this.ended = true;
        if (farewell === null) return;
        if (farewell !== "") this.socket.send(new TextEncoder().encode(farewell));
        this.socket[Symbol.dispose]();
      }
    }
  }

  /** What was received, as one piece. */
  get octets(): Uint8Array {
    const all = new Uint8Array(this.received.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of this.received) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  [Symbol.dispose](): void {
    this.socket?.[Symbol.dispose]();
    this.listener[Symbol.dispose]();
  }
}

/** Runs the loop until `done`, letting `step` act each turn. @throws when that takes too long */
async function until(raw: RawConnection, done: () => boolean, step: () => void = () => {}): Promise<void> {
  const finished = await raw.loop.run(() => {
    step();
    return done();
  }, after(raw.loop.readClock(), LIMIT));
  assert(finished, `state ${raw.connection.state} after ${LIMIT} µs`);
}

/** Sends everything, as there is room. */
async function sendAll(raw: RawConnection, octets: Uint8Array, step: () => void): Promise<void> {
  let taken = 0;
  await until(raw, () => {
    taken += raw.connection.send(octets.subarray(taken), raw.loop.now);
    return taken === octets.length && raw.connection.unackedOctets === 0 && raw.connection.unsentOctets === 0;
  }, step);
}

function receiveText(connection: Connection, raw: RawConnection): string {
  const buffer = new Uint8Array(1_000);
  const length = connection.receive(buffer, raw.loop.now);
  return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
}

/** Octets that no shifted copy of themselves equals. */
function pattern(length: number): Uint8Array {
  const octets = new Uint8Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
    octets[i] = state >> 16;
  }
  return octets;
}

for (const family of [4, 6] as const) {
  kernelTest(`opens, delivers, answers and closes against the kernel's TCP over IPv${family}`, async () => {
    const before = openDescriptors();
    let local: Endpoint;
    {
      using server = new KernelServer(family);
      using raw = RawConnection.open({ remote: server.listener.local, isn: () => seqNumber(0x7fff_fffa) });
      const { connection, loop } = raw;
      local = connection.local;
      const serve = (): void => server.serve("goodbye");
      await until(raw, () => connection.state === "ESTABLISHED", serve);
      const octets = pattern(300_000);
      await sendAll(raw, octets, serve);
      connection.shutdown(loop.readClock());
      using _watch = server.socket === null
        ? loop.watch(server.listener.descriptor, serve)
        : loop.watch(server.socket.descriptor, serve);
      await until(raw, () => connection.state === "TIME-WAIT", serve);
      assertEquals(receiveText(connection, raw), "goodbye");
      assertEquals(server.octets, octets);
      assertThrows(() => PortGuard.open(local)); // the port is ours as long as we live
    }
    PortGuard.open(local)[Symbol.dispose]();
    assertEquals(openDescriptors(), before);
  });

  kernelTest(`a port without a listener refuses over IPv${family}`, async () => {
    const listener = StreamListener.open({ address: loopbackAddress(family), port: 0 });
    const remote = listener.local;
    listener[Symbol.dispose]();
    using raw = RawConnection.open({ remote });
    await until(raw, () => raw.connection.state === "CLOSED");
    assertEquals(raw.connection.failure?.kind, "refused");
  });
}

kernelTest("a peer that aborts is reported as a reset", async () => {
  using server = new KernelServer(4);
  using raw = RawConnection.open({ remote: server.listener.local });
  await until(
    raw,
    () => raw.connection.state === "ESTABLISHED" && server.socket !== null,
    () => server.serve(null),
  );
  server.socket?.abort();
  await until(raw, () => raw.connection.state === "CLOSED");
  assertEquals(raw.connection.failure?.kind, "reset");
});

kernelTest(
  "an MTU that shrinks under a connection is met with smaller segments, and nothing is lost",
  async () => {
    const MTU = 1_000;
    using server = new KernelServer(4);
    const outcomes: string[] = [];
    using raw = RawConnection.open({
      remote: server.listener.local,
      onUnsent: (outcome) => outcomes.push(outcome),
    });
    await until(raw, () => raw.connection.state === "ESTABLISHED");
    try {
      setInterfaceMtu("lo", MTU);
      const octets = pattern(100_000);
      await sendAll(raw, octets, () => server.serve());
      await until(raw, () => server.octets.length === octets.length, () => server.serve());
      assertEquals(server.octets, octets);
      assert(outcomes.includes("too long"), `outcomes ${outcomes}`);
      assert(raw.connection.sendMss < MTU, `MSS ${raw.connection.sendMss}`);
    } finally {
      setInterfaceMtu("lo", 65_536);
    }
  },
);

kernelTest(
  "sleeps end at a deadline: a SYN that nobody answers is repeated after a second (RFC 6298 5.7)",
  async () => {
    using silent = PortGuard.open({ address: loopbackAddress(4), port: 0 }); // hears SYNs and says nothing
    using raw = RawConnection.open({ remote: silent.local });
    await until(raw, () => raw.connection.segmentsSent === 1);
    const first = performance.now();
    await until(raw, () => raw.connection.segmentsSent === 2);
    const span = performance.now() - first;
    assert(span > 990, `repeated after ${span} ms`); // on a busy machine later
  },
);

kernelTest(
  "connections of one process have numbers of their own, by which an observer tells them apart",
  () => {
    using server = new KernelServer(4);
    using one = RawConnection.open({ remote: server.listener.local });
    using other = RawConnection.open({ remote: server.listener.local });
    assertEquals(other.connection.id, one.connection.id + 1);
  },
);

kernelTest("an aborted signal ends a sleep in poll", async () => {
  using silent = PortGuard.open({ address: loopbackAddress(4), port: 0 });
  using raw = RawConnection.open({ remote: silent.local });
  const abort = new AbortController();
  queueMicrotask(() => setTimeout(() => abort.abort(new Error("enough")), 20));
  const limit = after(raw.loop.readClock(), LIMIT);
  await assertRejects(() => raw.loop.run(() => false, limit, abort.signal), Error, "enough");
  assertEquals(raw.connection.segmentsSent, 1, "the sleep ended before its deadline, that of the SYN");
});

kernelTest("what cannot be connected is refused before anything is opened", () => {
  const before = openDescriptors();
  const here = (port: number): Endpoint => ({ address: loopbackAddress(4), port });
  const to = (text: string): Endpoint => ({ address: parseAddress(text), port: 80 });
  const isRange = (error: unknown): boolean => error instanceof RangeError;
  const cases: [what: string, attempt: () => RawConnection, wrong: (error: unknown) => boolean][] = [
    ["multicast", () => RawConnection.open({ remote: to("224.0.0.1") }), isRange],
    ["IPv6 multicast", () => RawConnection.open({ remote: to("ff02::1") }), isRange],
    ["unspecified", () => RawConnection.open({ remote: to("0.0.0.0") }), isRange],
    ["both families", () => RawConnection.open({ remote: here(80), source: parseAddress("::1") }), isRange],
    ["port 0", () => RawConnection.open({ remote: here(0) }), isRange],
    ["port 65536", () => RawConnection.open({ remote: here(65_536) }), isRange],
    ["port 1.5", () => RawConnection.open({ remote: here(1.5) }), isRange],
    [
      "itself",
      () => RawConnection.open({ remote: here(80), sourcePort: 80 }),
      isRange,
    ],
    ["no route", () => RawConnection.open({ remote: to("192.0.2.1") }), (e) => isErrno(e, 101)],
    [
      "foreign source",
      () => RawConnection.open({ remote: here(80), source: parseAddress("192.0.2.7") }),
      (e) => isErrno(e, 99),
    ],
  ];
  for (const [what, attempt, wrong] of cases) assert(wrong(assertThrows(attempt)), what);
  using taken = PortGuard.open(here(0));
  const error = assertThrows(() => RawConnection.open({ remote: here(80), sourcePort: taken.local.port }));
  assert(isErrno(error, 98), `${error}`);
  taken[Symbol.dispose]();
  assertEquals(openDescriptors(), before);
});
