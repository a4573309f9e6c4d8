/** How connections end with their block, what their peers hear of it, and loops that are asked again as long as they should. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RawConnection, RawDialer, RawHost } from "../../driver/mod.ts";
import { StreamListener, type StreamSocket } from "../../ffi/mod.ts";
import { after, type Connection, seconds } from "../../tcp/mod.ts";
import { connectPrepared, SlowReader, tcpInfo } from "../ffi/kernel_tcp.ts";
import { kernelTests, openDescriptors } from "../ffi/support.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const kernelTest = kernelTests();
const ADDRESS = loopbackAddress(4);

/** No wait of these tests takes longer. */
const LIMIT = seconds(60);

/** Runs until the kernel has accepted the connection. @returns its end */
async function accepted(raw: RawConnection, listener: StreamListener): Promise<StreamSocket> {
  let socket: StreamSocket | undefined;
  const { connection, loop } = raw;
  const done = (): boolean => {
    socket ??= listener.accept();
    return socket !== undefined && connection.state === "ESTABLISHED";
  };
  assert(await loop.run(done, after(loop.readClock(), LIMIT)));
  return socket as StreamSocket;
}

kernelTest("`using` tells the peer by RST at once, and nothing half-open stays with it", async () => {
  using listener = StreamListener.open({ address: ADDRESS, port: 0 });
  const before = openDescriptors();
  let peer: StreamSocket;
  let connection: Connection;
  {
    using raw = RawConnection.open({ remote: listener.local });
    connection = raw.connection;
    peer = await accepted(raw, listener);
    assertEquals(tcpInfo(peer).state, "ESTABLISHED");
  }
  assertEquals([tcpInfo(peer).state, connection.state], ["CLOSED", "CLOSED"]);
  assertThrows(() => peer.receive(new Uint8Array(10)), Error, "ECONNRESET");
  peer[Symbol.dispose]();
  assertEquals(openDescriptors(), before);
});

kernelTest("`await using` delivers what was given and closes in order", async () => {
  using listener = StreamListener.open({ address: ADDRESS, port: 0 });
  let peer: StreamSocket;
  let connection: Connection;
  const into = new Uint8Array(100_000);
  let received = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  {
    await using raw = RawConnection.open({ remote: listener.local });
    connection = raw.connection;
    peer = await accepted(raw, listener);
    connection.send(new Uint8Array(50_000), raw.loop.now);
    timer = setInterval(() => {
      const octets = peer.receive(into);
      if (octets === null) peer.shutdown();
      else received += octets;
    }, 1);
  }
  clearInterval(timer);
  assertEquals([received, connection.failure, connection.state], [50_000, null, "TIME-WAIT"]);
  peer[Symbol.dispose]();
});

kernelTest("`await using` delivers to a peer that reads for longer than 5 s", async () => {
  using listener = StreamListener.open({ address: ADDRESS, port: 0 });
  const raw = RawConnection.open({ remote: listener.local, config: { buffers: { sendBuffer: 512 << 10 } } });
  using reader = new SlowReader(await accepted(raw, listener));
  raw.connection.send(new Uint8Array(400_000), raw.loop.now);
  await raw[Symbol.asyncDispose]();
  assertEquals([reader.octets, raw.connection.failure], [400_000, null]);
});

kernelTest("a peer that does not close is reset when `await using` has waited for 5 s", async () => {
  using listener = StreamListener.open({ address: ADDRESS, port: 0 });
  let peer: StreamSocket;
  const start = performance.now();
  {
    await using raw = RawConnection.open({ remote: listener.local });
    peer = await accepted(raw, listener);
  }
  assert(performance.now() - start > 4_900);
  assertEquals(tcpInfo(peer).state, "CLOSED");
  peer[Symbol.dispose]();
});

kernelTest("calls on what is disposed of throw; once more it is harmless", async () => {
  using listener = StreamListener.open({ address: ADDRESS, port: 0 });
  const raw = RawConnection.open({ remote: listener.local });
  const peer = await accepted(raw, listener);
  raw[Symbol.dispose]();
  raw[Symbol.dispose]();
  await raw[Symbol.asyncDispose]();
  const { connection, loop } = raw;
  assertThrows(() => connection.send(new Uint8Array(1), loop.now), Error, "aborted");
  assertThrows(() => connection.receive(new Uint8Array(1), loop.now), Error, "aborted");
  assertThrows(() => loop.turn(), Error, "after its disposal");
  await assertRejects(() => loop.run(() => true), Error, "after its disposal");
  peer[Symbol.dispose]();
  const dialer = RawDialer.open({ source: ADDRESS });
  dialer[Symbol.dispose]();
  assertThrows(() => dialer.connect(listener.local), Error, "after the disposal");
  const host = RawHost.open({ local: { address: ADDRESS, port: 0 } });
  host[Symbol.dispose]();
  assertThrows(() => host.listen(), Error, "after the disposal");
  assertThrows(() => host.connect(listener.local), Error, "after the disposal");
});

kernelTest("a dialer and a host tell the peers of all their connections", async () => {
  using listener = StreamListener.open({ address: ADDRESS, port: 0 });
  const peers: StreamSocket[] = [];
  {
    using dialer = RawDialer.open({ source: ADDRESS });
    for (let i = 0; i < 100; i++) dialer.connect(listener.local);
    const done = (): boolean => {
      for (let peer = listener.accept(); peer !== undefined; peer = listener.accept()) peers.push(peer);
      return peers.length === 100;
    };
    assert(await dialer.loop.run(done, after(dialer.loop.readClock(), LIMIT)));
  }
  {
    using host = RawHost.open({ local: { address: ADDRESS, port: 0 } });
    const ours = host.listen();
    for (let i = 0; i < 3; i++) peers.push(connectPrepared(host.local, () => {}));
    const taken: Connection[] = [];
    const done = (): boolean => {
      const connection = ours.accept(); // one at a time: asked again as long as there are more
      if (connection !== null) taken.push(connection);
      return taken.length === 2;
    };
    assert(await host.loop.run(done, after(host.loop.readClock(), LIMIT)));
    assert(
      await host.loop.run(
        () => peers.slice(100).every((peer) => peer.finishConnect()),
        after(host.loop.now, LIMIT),
      ),
    );
  }
  assertEquals(new Set(peers.map((peer) => tcpInfo(peer).state)), new Set(["CLOSED"]));
  for (const peer of peers) peer[Symbol.dispose]();
});

kernelTest(
  "`done` that reads once a turn gets all there is: it is asked again as long as it reads",
  async () => {
    using listener = StreamListener.open({ address: ADDRESS, port: 0 });
    using raw = RawConnection.open({
      remote: listener.local,
      config: { buffers: { receiveBuffer: 1 << 20 } },
    });
    using peer = await accepted(raw, listener);
    const amount = 3_000_000;
    let given = 0;
    const push = (): void => {
      while (given < amount) {
        const octets = peer.send(new Uint8Array(Math.min(1 << 17, amount - given)));
        if (octets === 0) return;
        given += octets;
      }
    };
    const timer = setInterval(push, 1);
    const into = new Uint8Array(8_192);
    let received = 0;
    const done = (): boolean => {
      received += raw.connection.receive(into, raw.loop.now) ?? 0;
      return received === amount;
    };
    const finished = await raw.loop.run(done, after(raw.loop.readClock(), LIMIT));
    clearInterval(timer);
    assertEquals([finished, received], [true, amount]);
  },
);
