/** Our Host as a server for the kernel's clients: many at once, refusals, ports that are used again. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Loop, RawConnection, RawHost } from "../../driver/mod.ts";
import {
  anyAddress,
  type Endpoint,
  isErrno,
  StreamListener,
  StreamSocket,
  SystemError,
} from "../../ffi/mod.ts";
import { after, type Connection, milliseconds, seconds } from "../../tcp/mod.ts";
import { connectFrom, tcpInfo } from "../ffi/kernel_tcp.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { kernelTests } from "./network.ts";
import { checkPattern, patternAt } from "./pattern.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const kernelTest = kernelTests();

const ADDRESS = loopbackAddress(4);

/** Runs until `done`. @throws Error naming what was waited for */
async function until(loop: Loop, what: string, done: () => boolean): Promise<void> {
  if (!await loop.run(done, after(loop.readClock(), seconds(60)))) {
    throw new Error(`Waited in vain for ${what}`);
  }
}

const CLIENTS = 100;
const EACH = 50_000;

/** A kernel client that sends its part of the pattern, closes, and reads it back. */
class EchoClient {
  readonly socket: StreamSocket;
  readonly #start: number;
  readonly #into = new Uint8Array(EACH);
  #sent = 0;
  received = 0;
  hasEnded = false;
  #isConnected = false;

  constructor(remote: Endpoint, index: number) {
    this.socket = StreamSocket.connect(remote);
    this.#start = index * EACH;
  }

  step(): void {
    this.#isConnected ||= this.socket.finishConnect();
    if (!this.#isConnected) return;
    if (this.#sent < EACH) {
      this.#sent += this.socket.send(patternAt(this.#start + this.#sent, EACH - this.#sent));
      if (this.#sent === EACH) this.socket.shutdown();
    }
    const length = this.hasEnded ? 0 : this.socket.receive(this.#into);
    if (length === null) this.hasEnded = true;
    else checkPattern(this.#into.subarray(0, length), this.#start + this.received);
    this.received += length ?? 0;
  }
}

/** Sends back what the connection receives, and closes after the peer. */
class Echo {
  readonly #connection: Connection;
  readonly #buffer = new Uint8Array(16_384);
  #waiting = new Uint8Array(0);
  isDone = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  step(loop: Loop): void {
    while (!this.isDone) {
      if (this.#waiting.length > 0) {
        this.#waiting = this.#waiting.subarray(this.#connection.send(this.#waiting, loop.now));
        if (this.#waiting.length > 0) return;
      }
      const length = this.#connection.receive(this.#buffer, loop.now);
      if (length === 0) return;
      if (length === null) {
        this.#connection.shutdown(loop.now);
        this.isDone = true;
      } else this.#waiting = this.#buffer.slice(0, length);
    }
  }
}

kernelTest(`${CLIENTS} clients of the kernel's at once each get their own octets back`, async () => {
  using raw = RawHost.open({ local: { address: ADDRESS, port: 0 } });
  const listener = raw.listen(CLIENTS);
  const clients = Array.from({ length: CLIENTS }, (_, i) => new EchoClient(raw.local, i));
  const echoes: Echo[] = [];
  try {
    await until(raw.loop, "all echoes", () => {
      for (let connection = listener.accept(); connection !== null; connection = listener.accept()) {
        echoes.push(new Echo(connection));
      }
      for (const echo of echoes) echo.step(raw.loop);
      for (const client of clients) client.step();
      return clients.every(({ hasEnded }) => hasEnded) && raw.host.connectionCount === 0;
    });
    assertEquals(clients.map(({ received }) => received), clients.map(() => EACH));
    assertEquals(echoes.length, CLIENTS);
  } finally {
    for (const { socket } of clients) socket[Symbol.dispose]();
  }
});

kernelTest(
  "a port of ours on which nobody listens refuses the kernel's SYN with RST (RFC 9293 3.10.7.1)",
  async () => {
    using raw = RawHost.open({ local: { address: ADDRESS, port: 0 } });
    using socket = StreamSocket.connect(raw.local);
    let refusal: unknown;
    await until(raw.loop, "the refusal", () => {
      try {
        return socket.finishConnect();
      } catch (error) {
        refusal = error;
        return true;
      }
    });
    assert(isErrno(refusal, 111), String(refusal));
  },
);

kernelTest("a listener that closes resets who waits there, and refuses who comes", async () => {
  using raw = RawHost.open({ local: { address: ADDRESS, port: 0 } });
  const listener = raw.listen();
  using socket = StreamSocket.connect(raw.local);
  await until(raw.loop, "the connection", () => socket.finishConnect() && listener.takeEvents() !== 0);
  listener.close(raw.loop.now);
  await until(raw.loop, "its end", () => raw.host.connectionCount === 0);
  assertEquals(assertThrows(() => socket.receive(new Uint8Array(1)), SystemError).errnoName, "ECONNRESET");
  using late = StreamSocket.connect(raw.local);
  raw.loop.turn();
  raw.loop.turn();
  assertThrows(() => late.finishConnect(100), SystemError, "ECONNREFUSED");
});

kernelTest("beyond the backlog a SYN is dropped, and the client gets in when there is room", async () => {
  using raw = RawHost.open({ local: { address: ADDRESS, port: 0 } });
  const listener = raw.listen(1);
  using first = StreamSocket.connect(raw.local);
  await until(raw.loop, "the first", () => first.finishConnect() && listener.takeEvents() !== 0);
  using second = StreamSocket.connect(raw.local);
  await raw.loop.run(() => false, after(raw.loop.readClock(), milliseconds(100)));
  assertEquals(tcpInfo(second).state, "SYN-SENT");
  assert(listener.accept() !== null);
  await until(raw.loop, "the second", () => listener.accept() !== null); // Linux repeats its SYN after a second
  assert(second.finishConnect());
});

kernelTest(
  "a client that comes again from the same port replaces our TIME-WAIT (RFC 9293 MAY-2, RFC 6191)",
  async () => {
    using raw = RawHost.open({ local: { address: ADDRESS, port: 0 } });
    const listener = raw.listen();
    let port = 0;
    for (let round = 0; round < 3; round++) {
      using socket = connectFrom({ address: ADDRESS, port }, raw.local);
      port = socket.local.port;
      let connection: Connection | null = null;
      await until(raw.loop, `connection ${round}`, () => (connection ??= listener.accept()) !== null);
      const accepted = connection as Connection | null;
      assert(accepted !== null && socket.finishConnect(100));
      accepted.shutdown(raw.loop.now);
      await until(raw.loop, "our FIN", () => accepted.state === "FIN-WAIT-2");
      socket.shutdown();
      await until(raw.loop, "TIME-WAIT", () => accepted.state === "TIME-WAIT");
      await raw.loop.run(() => false, after(raw.loop.readClock(), milliseconds(5))); // its clock of timestamps goes on
    }
    assertEquals(raw.host.connectionCount, 1, "the last one's TIME-WAIT");
  },
);

kernelTest("one port of ours has connections to two listeners of the kernel's at once", async () => {
  using raw = RawHost.open({ local: { address: ADDRESS, port: 0 } });
  using first = StreamListener.open({ address: ADDRESS, port: 0 });
  using second = StreamListener.open({ address: ADDRESS, port: 0 });
  const links = [first, second].map((listener) => ({ listener, connection: raw.connect(listener.local) }));
  for (const [i, { listener, connection }] of links.entries()) {
    assertEquals(connection.local.port, raw.local.port);
    await until(raw.loop, `connection ${i}`, () => connection.state === "ESTABLISHED");
    using socket = listener.accept();
    assert(socket !== undefined);
    connection.send(patternAt(i, 100), raw.loop.now);
    const into = new Uint8Array(200);
    let length = 0;
    await until(
      raw.loop,
      `octets ${i}`,
      () => (length += socket.receive(into.subarray(length)) ?? 0) === 100,
    );
    checkPattern(into.subarray(0, length), i);
  }
});

kernelTest("a host of every address at once is refused: its packets need one to come from", () => {
  assertThrows(() => RawHost.open({ local: { address: anyAddress(4), port: 0 } }), RangeError, "name one");
});

kernelTest("SYNs that cross open one connection (RFC 9293 3.5, MUST-10)", async () => {
  let device: FaultyDevice | undefined;
  using probe = StreamSocket.connect({ address: ADDRESS, port: 9 }, { address: ADDRESS, port: 0 });
  const kernelPort = probe.local.port;
  probe[Symbol.dispose]();
  using raw = RawConnection.open({
    remote: { address: ADDRESS, port: kernelPort },
    throughDevice: (inner) => device = new FaultyDevice(inner, { outward: () => "held" }),
  });
  const { connection, loop } = raw;
  assert(device !== undefined);
  loop.turn();
  using kernel = connectFrom({ address: ADDRESS, port: kernelPort }, connection.local);
  assertEquals(tcpInfo(kernel).state, "SYN-SENT", "our SYN is held");
  await until(loop, "the kernel's SYN", () => connection.state === "SYN-RECEIVED");
  device.release(1);
  assertEquals(tcpInfo(kernel).state, "SYN-RECEIVED", "our SYN has crossed its own");
  device.outward = () => "passes";
  device.release();
  await until(
    loop,
    "both to be established",
    () => connection.state === "ESTABLISHED" && tcpInfo(kernel).state === "ESTABLISHED",
  );
  connection.send(patternAt(0, 1_000), loop.now);
  kernel.send(patternAt(0, 1_000));
  const into = new Uint8Array(2_000);
  let [up, down] = [0, 0];
  await until(loop, "data both ways", () => {
    up += kernel.receive(into) ?? 0;
    down += connection.receive(into, loop.now) ?? 0;
    return up === 1_000 && down === 1_000;
  });
});
