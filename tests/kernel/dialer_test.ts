/** Many outgoing connections by one RawDialer, to the kernel's own TCP, on loopback in a network of the test's own. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { RawDialer, type RawDialerOptions } from "../../driver/mod.ts";
import { F_GETFD } from "../../ffi/constants.ts";
import {
  type Endpoint,
  isErrno,
  loadLibc,
  openRawSocket,
  PortGuard,
  StreamListener,
  type StreamSocket,
} from "../../ffi/mod.ts";
import {
  after,
  type Connection,
  encodeIcmpPacket,
  IcmpError,
  parseAddress,
  seconds,
  Segment,
} from "../../tcp/mod.ts";
import { sendIcmp } from "../ffi/icmp.ts";
import { readPacket, RST } from "../ffi/support.ts";
import { kernelTests } from "./network.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const kernelTest = kernelTests();

const ADDRESS = loopbackAddress(4);
const GREETING = new Uint8Array([7]);
const PATIENCE = seconds(60);
const IPV4_HEADER_LENGTH = 20;
/** More than any test here opens. */
const MOST_DESCRIPTORS = 8_192;

/** A kernel server that sends back what it gets and closes after its client, driven by the loop of the dialer. */
class EchoServer implements Disposable {
  readonly listener: StreamListener;
  readonly #open = new Map<StreamSocket, Disposable>();
  readonly #buffer = new Uint8Array(1_000);
  readonly #watch: Disposable;
  readonly #dialer: RawDialer;
  /** What went wrong with connections, such as ECONNRESET. */
  readonly failures: string[] = [];
  served = 0;

  constructor(dialer: RawDialer, local: Endpoint) {
    this.listener = StreamListener.open(local, 1_000);
    this.#dialer = dialer;
    this.#watch = dialer.loop.watch(this.listener.descriptor, () => this.#accept());
  }

  #accept(): void {
    for (let next = this.listener.accept(); next !== undefined; next = this.listener.accept()) {
      const socket = next;
      this.#open.set(socket, this.#dialer.loop.watch(socket.descriptor, () => this.#serve(socket)));
    }
  }

  #serve(socket: StreamSocket): void {
    try {
      const length = socket.receive(this.#buffer);
      if (length === null) this.#close(socket);
      else if (length > 0) socket.send(this.#buffer.subarray(0, length));
    } catch (error) {
      this.failures.push(String(error));
      this.#close(socket);
    }
  }

  #close(socket: StreamSocket): void {
    this.#open.get(socket)?.[Symbol.dispose]();
    this.#open.delete(socket);
    socket[Symbol.dispose]();
    this.served++;
  }

  [Symbol.dispose](): void {
    for (const socket of this.#open.keys()) this.#close(socket);
    this.#watch[Symbol.dispose]();
    this.listener[Symbol.dispose]();
  }
}

/** Sees what flags the segments to a port have, as a packet capture does. */
class Witness implements Disposable {
  readonly #socket;
  readonly #watch: Disposable;
  segments = 0;
  resets = 0;

  constructor(dialer: RawDialer, local: Endpoint) {
    this.#socket = openRawSocket({ local });
    this.#watch = dialer.loop.watch(this.#socket.descriptor, () => this.look());
  }

  look(): void {
    const { inbound } = this.#socket;
    while (this.#socket.receive() > 0) {
      this.segments++;
      if ((readPacket(inbound).flags & RST) !== 0) this.resets++;
    }
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }
}

/** How many descriptors are open. */
function openDescriptors(): number {
  const { fcntl } = loadLibc();
  let count = 0;
  for (let number = 0; number < MOST_DESCRIPTORS; number++) {
    if (fcntl(number, F_GETFD, 0) >= 0) count++;
  }
  return count;
}

function open(options: Partial<RawDialerOptions> = {}): RawDialer {
  return RawDialer.open({ source: ADDRESS, ...options });
}

/** Runs until `done`. @throws Error naming what was waited for */
async function until(dialer: RawDialer, what: string, done: () => boolean): Promise<void> {
  const { loop } = dialer;
  if (await loop.run(done, after(loop.readClock(), PATIENCE))) return;
  throw new Error(`Waited in vain for ${what}`);
}

/** Connects, exchanges one octet and closes in order. */
async function exchange(dialer: RawDialer, remote: Endpoint): Promise<Connection> {
  const connection = dialer.connect(remote);
  const into = new Uint8Array(10);
  await until(dialer, "the handshake", () => connection.state !== "SYN-SENT");
  assertEquals(connection.send(GREETING, dialer.loop.readClock()), 1);
  await until(dialer, "the echo", () => connection.receive(into, dialer.loop.now) === 1);
  assertEquals(into[0], GREETING[0]);
  connection.shutdown(dialer.loop.readClock());
  await until(dialer, "the end", () => connection.receive(into, dialer.loop.now) === null);
  assertEquals(connection.failure, null);
  return connection;
}

const MANY = 3_000;

kernelTest(
  `${MANY} connections one after another, without a RST, leave no descriptor and no port`,
  async () => {
    const before = openDescriptors();
    const ports: number[] = [];
    {
      using dialer = open();
      using server = new EchoServer(dialer, { address: ADDRESS, port: 0 });
      using witness = new Witness(dialer, server.listener.local);
      for (let i = 0; i < MANY; i++) {
        const { local, state } = await exchange(dialer, server.listener.local);
        assertEquals(state, "TIME-WAIT");
        ports.push(local.port);
      }
      assertEquals([dialer.guardedPorts, dialer.host.connectionCount], [MANY, MANY]); // TIME-WAIT guards its port
      witness.look();
      assertEquals([server.served, server.failures, witness.resets], [MANY, [], 0]);
      assert(witness.segments >= 5 * MANY, `${witness.segments} segments`); // SYN, ACK, octet, FIN, ACK
    }
    assertEquals(openDescriptors(), before);
    assertEquals(new Set(ports).size, MANY);
    for (const port of ports) PortGuard.open({ address: ADDRESS, port })[Symbol.dispose]();
  },
);

kernelTest("connections at once share the sockets, and each gets its own octets", async () => {
  const COUNT = 500;
  using dialer = open();
  using server = new EchoServer(dialer, { address: ADDRESS, port: 0 });
  const before = openDescriptors();
  const all = Array.from({ length: COUNT }, () => dialer.connect(server.listener.local));
  assertEquals(openDescriptors(), before + COUNT); // a guard for each
  await until(dialer, "the handshakes", () => all.every(({ state }) => state === "ESTABLISHED"));
  all.forEach((connection, i) => connection.send(new Uint8Array([i & 0xff, i >> 8]), dialer.loop.now));
  await until(dialer, "the echoes", () => all.every(({ unreadOctets }) => unreadOctets === 2));
  const into = new Uint8Array(10);
  for (const [i, connection] of all.entries()) {
    assertEquals(connection.receive(into, dialer.loop.now), 2);
    assertEquals([into[0], into[1]], [i & 0xff, i >> 8]);
    connection.abort(dialer.loop.now);
  }
  await until(dialer, "the ends", () => dialer.host.connectionCount === 0 && server.served === COUNT);
  assertEquals([dialer.guardedPorts, openDescriptors()], [0, before]);
});

kernelTest("IPv6: 200 connections one after another, without a RST", async () => {
  const address = loopbackAddress(6);
  using dialer = open({ source: address });
  using server = new EchoServer(dialer, { address, port: 0 });
  for (let i = 0; i < 200; i++) {
    const { local, state } = await exchange(dialer, server.listener.local);
    assertEquals([local.address.family, state], [6, "TIME-WAIT"]);
  }
  assertEquals([server.served, server.failures, dialer.guardedPorts], [200, [], 200]);
});

kernelTest("a port is the kernel's again once its connection was refused", async () => {
  const listener = StreamListener.open({ address: ADDRESS, port: 0 });
  listener[Symbol.dispose]();
  using dialer = open();
  const connection = dialer.connect(listener.local);
  assertEquals(dialer.guardedPorts, 1);
  assertThrows(() => PortGuard.open(connection.local));
  await until(dialer, "the refusal", () => connection.state === "CLOSED" && dialer.guardedPorts === 0);
  assertEquals(connection.failure?.kind, "refused");
  PortGuard.open(connection.local)[Symbol.dispose]();
});

kernelTest("two dialers at once do not answer each other's segments, nor the kernel's", async () => {
  using one = open();
  using two = open();
  using servers = new EchoServer(one, { address: ADDRESS, port: 0 });
  using others = new EchoServer(two, { address: ADDRESS, port: 50_000 }); // in the range of local ports
  using witness = new Witness(one, servers.listener.local);
  using second = new Witness(two, others.listener.local);
  for (let i = 0; i < 200; i++) {
    const [first] = await Promise.all([
      exchange(one, servers.listener.local),
      exchange(two, others.listener.local),
    ]);
    assert(first.local.port !== 50_000);
  }
  one.loop.turn();
  two.loop.turn();
  for (const it of [witness, second]) it.look();
  assertEquals([witness.resets, second.resets, servers.failures, others.failures], [0, 0, [], []]);
});

kernelTest("a range of a few ports: no port is used twice, and none left is an error", async () => {
  using dialer = open({ ports: { first: 61_000, last: 61_004 } });
  using server = new EchoServer(dialer, { address: ADDRESS, port: 0 });
  using _taken = PortGuard.open({ address: ADDRESS, port: 61_002 });
  const ports = [];
  for (let i = 0; i < 4; i++) ports.push((await exchange(dialer, server.listener.local)).local.port);
  assertEquals(ports.toSorted(), [61_000, 61_001, 61_003, 61_004]);
  assertThrows(() => dialer.connect(server.listener.local), RangeError, "no local port from 61000 to");
  assertEquals(dialer.guardedPorts, 4);
});

kernelTest(
  "with timestamps and `timeWaitTakeover` a port is used again from TIME-WAIT (RFC 6191 2)",
  async () => {
    const config = { closing: { timeWaitTakeover: seconds(1) } };
    using dialer = open({ config, ports: { first: 61_000, last: 61_000 } });
    using server = new EchoServer(dialer, { address: ADDRESS, port: 0 });
    await exchange(dialer, server.listener.local);
    assertThrows(() => dialer.connect(server.listener.local), RangeError, "no local port from 61000 to");
    await dialer.loop.run(() => false, after(dialer.loop.readClock(), seconds(1.1)));
    await exchange(dialer, server.listener.local);
    assertEquals([dialer.guardedPorts, server.served, server.failures], [1, 2, []]);
  },
);

/** Tells this host that a segment of the connection found no way, as a router would. */
function reportUnreachable({ local, remote, iss }: Connection): void {
  const error = new IcmpError();
  error.type = 3; // RFC 792: destination unreachable
  error.code = 1; // host
  const about = new Segment();
  about.addresses = new Uint8Array([...local.address.octets, ...remote.address.octets]);
  about.destinationOffset = local.address.octets.length;
  about.sourcePort = local.port;
  about.destinationPort = remote.port;
  about.seq = iss;
  const packet = new Uint8Array(200);
  const message = packet.slice(IPV4_HEADER_LENGTH, encodeIcmpPacket(error, about, packet));
  sendIcmp(message, ADDRESS);
}

kernelTest(
  "an ICMP error reaches the connection whose segment it quotes, and no other (MUST-54)",
  async () => {
    using silent = PortGuard.open({ address: ADDRESS, port: 0 }); // hears SYNs and says nothing
    using dialer = open();
    const all = Array.from({ length: 5 }, () => dialer.connect(silent.local));
    const [, , third] = all;
    assert(third !== undefined);
    await until(dialer, "the SYNs", () => all.every(({ segmentsSent }) => segmentsSent === 1));
    reportUnreachable(third);
    await until(dialer, "the report", () => third.softError !== null);
    assertEquals(all.map(({ softError }) => softError), [null, null, "unreachable", null, null]);
  },
);

kernelTest("what cannot be connected is refused, and holds no port", () => {
  const before = openDescriptors();
  const to = (text: string): Endpoint => ({ address: parseAddress(text), port: 80 });
  {
    using dialer = open();
    const opened = openDescriptors();
    assertThrows(() => dialer.connect(to("224.0.0.1")), RangeError);
    assertThrows(() => dialer.connect({ address: ADDRESS, port: 0 }), RangeError);
    assert(isErrno(assertThrows(() => dialer.connect(to("192.0.2.1"))), 101));
    assertEquals([dialer.guardedPorts, openDescriptors()], [0, opened]);
  }
  assertThrows(() => open({ source: parseAddress("0.0.0.0") }), RangeError, "name one");
  assertThrows(() => open({ ports: { first: 9, last: 8 } }), RangeError, "range");
  assert(isErrno(assertThrows(() => open({ source: parseAddress("192.0.2.7") })), 99));
  assertThrows(() => open({ config: { sending: { hopLimit: 0 } } }), RangeError, "hopLimit");
  assertEquals(openDescriptors(), before);
});
