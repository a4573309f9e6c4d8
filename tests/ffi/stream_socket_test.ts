/** The kernel's TCP through libc, on loopback in a network of the test's own. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Endpoint,
  IcmpSocket,
  openRawSocket,
  PollSet,
  PortGuard,
  StreamListener,
  StreamSocket,
  SystemError,
} from "../../ffi/mod.ts";
import { connectBlocking, kernelTests, openDescriptors, untilReadable } from "./support.ts";
import { loopbackAddress } from "./loopback.ts";

const kernelTest = kernelTests();
const SECOND = 1000;
const text = new TextEncoder();

/** A listener and both ends of a connection to it. */
function connected(family: 4 | 6): [StreamListener, StreamSocket, StreamSocket] {
  const listener = StreamListener.open({ address: loopbackAddress(family), port: 0 });
  const client = connectBlocking(listener.local, SECOND);
  const server = listener.accept();
  assert(server !== undefined);
  return [listener, client, server];
}

/** Waits for octets, the end or an error, and returns them. */
function receiveText(socket: StreamSocket): string | null {
  untilReadable(socket.descriptor);
  const into = new Uint8Array(1000);
  const octets = socket.receive(into);
  return octets === null ? null : new TextDecoder().decode(into.subarray(0, octets));
}

for (const family of [4, 6] as const) {
  kernelTest(`an IPv${family} connection carries octets both ways and ends one way at a time`, () => {
    const [listener, client, server] = connected(family);
    using _1 = listener, _2 = client, _3 = server;
    assertEquals(server.remote, client.local);
    assertEquals(client.remote, server.local);
    assertEquals(client.receive(new Uint8Array(10)), 0, "nothing is waiting");
    assertEquals(client.send(text.encode("question")), 8);
    assertEquals(receiveText(server), "question");
    client.shutdown();
    assertEquals(receiveText(server), null);
    assertEquals(server.send(text.encode("answer")), 6);
    assertEquals(receiveText(client), "answer");
    server[Symbol.dispose]();
    assertEquals(receiveText(client), null);
    assertEquals(client.takeError(), 0);
  });
}

kernelTest("nobody waiting: accept has nothing", () => {
  using listener = StreamListener.open({ address: loopbackAddress(4), port: 0 });
  assertEquals(listener.accept(), undefined);
});

kernelTest("an empty send or receive does nothing", () => {
  const [listener, client, server] = connected(4);
  using _1 = listener, _2 = client, _3 = server;
  assertEquals([client.send(new Uint8Array()), server.receive(new Uint8Array())], [0, 0]);
});

kernelTest("parts of larger arrays are sent and filled in place", () => {
  const [listener, client, server] = connected(4);
  using _1 = listener, _2 = client, _3 = server;
  client.send(text.encode("xxabcxx").subarray(2, 5));
  untilReadable(server.descriptor);
  const into = new Uint8Array(6);
  assertEquals(server.receive(into.subarray(1, 3)), 2);
  assertEquals([...into], [0, 97, 98, 0, 0, 0]);
});

kernelTest("a full send buffer takes part, then nothing, and loses nothing", () => {
  const [listener, client, server] = connected(4);
  using _1 = listener, _2 = client, _3 = server;
  const chunk = new Uint8Array(1_000_000);
  let sent = 0;
  for (let taken = client.send(chunk); taken > 0; taken = client.send(chunk)) sent += taken;
  client.shutdown();
  let received = 0;
  for (;;) {
    untilReadable(server.descriptor);
    const octets = server.receive(chunk);
    if (octets === null) break;
    received += octets;
  }
  assertEquals(received, sent);
});

kernelTest("abort sends a RST: the other end reads ECONNRESET and may not write", () => {
  const [listener, client, server] = connected(4);
  using _1 = listener, _2 = server;
  client.abort();
  client.abort();
  client[Symbol.dispose]();
  assertEquals(assertThrows(() => receiveText(server), SystemError).errnoName, "ECONNRESET");
  assertEquals(assertThrows(() => server.send(text.encode("x")), SystemError).errnoName, "EPIPE");
});

kernelTest("a port that nobody listens on refuses", () => {
  using guard = PortGuard.open({ address: loopbackAddress(4), port: 0 });
  guard[Symbol.dispose]();
  const error = assertThrows(() => connectBlocking(guard.local, SECOND), SystemError);
  assertEquals(error.errnoName, "ECONNREFUSED");
  assert(error.message.includes(`127.0.0.1:${guard.local.port}`), error.message);
});

kernelTest("a peer that does not answer times out", () => {
  using guard = PortGuard.open({ address: loopbackAddress(4), port: 0 });
  const error = assertThrows(() => connectBlocking(guard.local, 20), SystemError);
  assertEquals(error.errnoName, "ETIMEDOUT");
});

kernelTest("a client may choose where it comes from", () => {
  using listener = StreamListener.open({ address: loopbackAddress(4), port: 0 });
  const local: Endpoint = { address: { family: 4, octets: new Uint8Array([127, 0, 0, 9]) }, port: 4321 };
  using client = connectBlocking(listener.local, SECOND, local);
  using server = listener.accept();
  assertEquals(server?.remote, local);
  assertEquals(client.local, local);
  client.abort();
});

kernelTest("two listeners cannot have one port; a port in TIME-WAIT can be listened on", () => {
  const [listener, client, server] = connected(4);
  assertEquals(assertThrows(() => StreamListener.open(listener.local), SystemError).errnoName, "EADDRINUSE");
  server[Symbol.dispose](); // the first to close keeps TIME-WAIT
  client[Symbol.dispose]();
  listener[Symbol.dispose]();
  using again = StreamListener.open(listener.local);
  assertEquals(again.local, listener.local);
});

kernelTest("options: congestion control by name, Nagle off", () => {
  const [listener, client, server] = connected(4);
  using _1 = listener, _2 = client, _3 = server;
  client.setNoDelay(true);
  client.setCongestionControl("reno");
  const error = assertThrows(() => client.setCongestionControl("no-such-control"), SystemError);
  assertEquals([error.call, error.errnoName], ["setsockopt TCP_CONGESTION", "ENOENT"]);
});

kernelTest("nothing leaks a descriptor: everything opened and closed a hundred times", () => {
  const round = (): void => {
    const [listener, client, server] = connected(4);
    using _1 = listener, _2 = client, _3 = server;
    using guard = PortGuard.open({ address: loopbackAddress(4), port: 0 });
    using _4 = openRawSocket({ local: guard.local, remote: listener.local });
    using _5 = openRawSocket({ local: { address: loopbackAddress(6), port: 1 } });
    using _6 = IcmpSocket.open(4, 0);
    using _7 = new PollSet();
    assertThrows(() => PortGuard.open(guard.local), SystemError);
    assertThrows(() => StreamListener.open(guard.local), SystemError);
    assertThrows(() => StreamSocket.connect(listener.local, guard.local), SystemError);
    client.abort();
  };
  round();
  const before = openDescriptors();
  for (let i = 0; i < 100; i++) round();
  assertEquals(openDescriptors(), before);
});
