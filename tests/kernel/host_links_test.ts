/** Bulk data of our Host to the kernel's clients: some by packet socket, each its own way, the others by raw socket. */

import { assert, assertEquals } from "@std/assert";
import { packetLink, RawConnection, RawDialer, RawHost } from "../../driver/mod.ts";
import { setInterfaceMtu, StreamSocket } from "../../ffi/mod.ts";
import { readSmallFile } from "../../ffi/small_file.ts";
import { after, type Connection, type Listener, milliseconds, seconds } from "../../tcp/mod.ts";
import { loopbackAddress } from "../ffi/loopback.ts";
import { kernelTests } from "./network.ts";
import { checkPattern, patternAt } from "./pattern.ts";

const kernelTest = kernelTests();

const EACH = 2_000_000;
const PIECE = 65_536;
const MOST_LINKS = 8;
const LO_MTU = 65_536;

/** Sends its part of the pattern to one client. */
class Source {
  readonly connection: Connection;
  #sent = 0;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Whether the client has all of it. */
  get isDelivered(): boolean {
    const { unsentOctets, unackedOctets } = this.connection;
    return this.#sent === EACH && unsentOctets + unackedOctets === 0;
  }

  get isOver(): boolean {
    return this.connection.state === "TIME-WAIT" || this.connection.state === "CLOSED";
  }

  step({ loop }: RawHost): void {
    for (let taken = 1; taken > 0 && this.#sent < EACH; this.#sent += taken) {
      taken = this.connection.send(patternAt(this.#sent, Math.min(PIECE, EACH - this.#sent)), loop.now);
    }
  }
}

/** A client of the kernel's that checks what it gets, and closes after our host. */
class Sink {
  readonly socket: StreamSocket;
  readonly #into = new Uint8Array(PIECE);
  #received = 0;
  hasAll = false;

  constructor(raw: RawHost) {
    this.socket = StreamSocket.connect(raw.local);
    raw.loop.watch(this.socket.descriptor, () => {});
  }

  step(): void {
    if (this.hasAll || !this.socket.finishConnect()) return;
    for (let length: number | null = 1; length !== 0;) {
      length = this.socket.receive(this.#into);
      checkPattern(this.#into.subarray(0, length ?? 0), this.#received);
      this.#received += length ?? 0;
      if (length !== null) continue;
      assertEquals(this.#received, EACH);
      this.hasAll = true;
      return this.socket.shutdown();
    }
  }
}

/** Serves `count` clients of the kernel's at once. @returns segments that left */
async function serve(raw: RawHost, count: number): Promise<number> {
  const listener = raw.listen();
  const sources: Source[] = [];
  const sinks = Array.from({ length: count }, () => new Sink(raw));
  try {
    const isDone = await raw.loop.run(() => {
      for (let next = listener.accept(); next !== null; next = listener.accept()) {
        sources.push(new Source(next));
      }
      for (const source of sources) source.step(raw);
      // None ends, and leaves its way to another, before all have sent their data.
      if (sources.length === count && sources.every(({ isDelivered }) => isDelivered)) {
        for (const { connection } of sources) connection.close(raw.loop.now);
      }
      for (const sink of sinks) sink.step();
      return sinks.every(({ hasAll }) => hasAll) && sources.every(({ isOver }) => isOver);
    }, after(raw.loop.readClock(), seconds(60)));
    assert(isDone, sources.map(({ connection }) => connection.state).join());
  } finally {
    for (const { socket } of sinks) socket[Symbol.dispose]();
    listener.close(raw.loop.now);
  }
  return sources.reduce((sum, { connection }) => sum + connection.segmentsSent, 0);
}

/** Packet sockets that are open in the test's network. */
function packetSockets(): number {
  return readSmallFile("/proc/thread-self/net/packet").trim().split("\n").length - 1;
}

for (const family of [4, 6] as const) {
  kernelTest(
    `IPv${family}: of twelve connections of a host with bulk data eight send by packet socket, and all arrives; then others may`,
    async () => {
      setInterfaceMtu("lo", 1_500);
      try {
        const changes: string[] = [];
        using raw = RawHost.open({
          local: { address: loopbackAddress(family), port: 0 },
          link: packetLink("packet", (change, reason) => changes.push(`${change}: ${reason}`)),
        });
        await serve(raw, 1);
        const segments = await serve(raw, MOST_LINKS + 4);
        assert(segments < (MOST_LINKS + 4) * EACH / 5_000, `${segments} segments`);
        assertEquals(changes, Array(1 + MOST_LINKS).fill("packet: bulk data flow"));
        await serve(raw, 1);
        assertEquals(changes.length, 2 + MOST_LINKS);
        raw.loop.turn();
        assertEquals(packetSockets(), 0, "ways of connections that are over are closed");
      } finally {
        setInterfaceMtu("lo", LO_MTU);
      }
    },
  );
}

/** Connects `count` clients and sends each of them all of its part; they stay open. */
async function deliver(
  raw: RawHost,
  listener: Listener,
  count: number,
): Promise<{ sources: Source[]; sinks: Sink[] }> {
  const sources: Source[] = [];
  const sinks = Array.from({ length: count }, () => new Sink(raw));
  const isDone = await raw.loop.run(() => {
    for (let next = listener.accept(); next !== null; next = listener.accept()) {
      sources.push(new Source(next));
    }
    for (const source of sources) source.step(raw);
    for (const sink of sinks) sink.step();
    return sources.length === count && sources.every(({ isDelivered }) => isDelivered);
  }, after(raw.loop.readClock(), seconds(60)));
  assert(isDone, sources.map(({ connection }) => connection.state).join());
  return { sources, sinks };
}

kernelTest(
  "a connection with nothing to send for a second leaves its way to another that has bulk data, and gets one again",
  async () => {
    setInterfaceMtu("lo", 1_500);
    const changes: string[] = [];
    using raw = RawHost.open({
      local: { address: loopbackAddress(4), port: 0 },
      link: packetLink("packet", (change, reason, { port }) => changes.push(`${port} ${change}: ${reason}`)),
    });
    const listener = raw.listen();
    const { sources, sinks } = await deliver(raw, listener, MOST_LINKS);
    try {
      const taken = changes.length;
      const early = await deliver(raw, listener, 1);
      sinks.push(...early.sinks);
      assertEquals(
        [taken, changes.length],
        [MOST_LINKS, MOST_LINKS],
        "all places are taken, by those who used them just now",
      );
      await raw.loop.run(() => false, after(raw.loop.readClock(), milliseconds(1_100)));
      const late = await deliver(raw, listener, 1);
      sinks.push(...late.sinks);
      const [first, ninth] = [sources[0], late.sources[0]].map((source) => source?.connection.remote.port);
      const left = changes.slice(MOST_LINKS);
      assertEquals(left[1], `${ninth} packet: bulk data flow`);
      assert(left[0]?.endsWith(" raw: it has nothing to send, and another connection has"), left.join());
      assertEquals([packetSockets(), left.length, first !== ninth], [MOST_LINKS, 2, true]);
    } finally {
      for (const { socket } of sinks) socket[Symbol.dispose]();
      setInterfaceMtu("lo", LO_MTU);
    }
  },
);

kernelTest(
  "a connection of which all goes by raw socket for good holds no place, and is given none again",
  async () => {
    setInterfaceMtu("lo", 1_500);
    let opened = 0;
    const opener = packetLink("packet");
    using raw = RawHost.open({
      local: { address: loopbackAddress(4), port: 0 },
      link: (socket, ends) => {
        opened++;
        const { device } = opener(socket, ends);
        const monitor = {
          isSettled: true,
          closed: () => {},
          segmentArrives: () => {},
          timersFired: () => {},
        };
        return { device, monitorOf: () => monitor };
      },
    });
    const { sinks } = await deliver(raw, raw.listen(), MOST_LINKS + 1);
    for (const { socket } of sinks) socket[Symbol.dispose]();
    setInterfaceMtu("lo", LO_MTU);
    assertEquals(opened, MOST_LINKS + 1, "each once");
  },
);

kernelTest(
  "connections of one process have numbers of their own, of whatever host, dialer or single connection they are",
  () => {
    const address = loopbackAddress(4);
    const remote = { address, port: 9 };
    using one = RawHost.open({ local: { address, port: 0 } });
    using other = RawHost.open({ local: { address, port: 0 } });
    using dialer = RawDialer.open({ source: address });
    using single = RawConnection.open({ remote });
    const all = [one.connect(remote), other.connect(remote), dialer.connect(remote), single.connection];
    assertEquals(new Set(all.map(({ id }) => id)).size, all.length);
  },
);
