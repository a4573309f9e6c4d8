/** `connect` and `listen` against each other and against the kernel's TCP, on loopback in a network of the test's own. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { connect, listen, type Listener } from "../../driver/mod.ts";
import { interleaved } from "../../driver/stream/happy_eyeballs.ts";
import { firstOf } from "../../driver/stream/happy_eyeballs.ts";
import { PortGuard, StreamListener } from "../../ffi/mod.ts";
import { vegas } from "../../examples/vegas.ts";
import {
  type CongestionControl,
  type CongestionOptions,
  type Observer,
  parseAddress,
} from "../../tcp/mod.ts";
import { SlowReader } from "../ffi/kernel_tcp.ts";
import { kernelTests } from "../ffi/support.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const tests = kernelTests();
const UNLEAKED = { sanitizeOps: false, sanitizeResources: false };

/** In TIME-WAIT a connection goes on in the background, beyond its test: that is no leak. */
function kernelTest(name: string, body: () => Promise<void>): void {
  tests(name, body, UNLEAKED);
}

const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);
const octets = (words: string): Uint8Array => new TextEncoder().encode(words);

/** Sends back what comes, on every connection. */
async function echo(listener: Listener): Promise<void> {
  for await (const conn of listener) conn.readable.pipeTo(conn.writable).catch(() => {});
}

async function readAll(readable: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(
    await new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}

kernelTest(
  "what is written to an echo server of ours comes back octet for octet, with back-pressure",
  async () => {
    using listener = await listen({ port: 0 });
    echo(listener);
    await using conn = await connect({ port: listener.addr.port });
    assertEquals([conn.state, conn.remoteAddr], ["ESTABLISHED", listener.addr]);
    const sent = Uint8Array.from({ length: 8_000_000 }, (_, i) => i * 7 + (i >> 8));
    const received = readAll(conn.readable);
    const writer = conn.writable.getWriter();
    for (let at = 0; at < sent.length; at += 100_000) await writer.write(sent.subarray(at, at + 100_000));
    await writer.close();
    assertEquals(await received, sent);
    const stats = conn.stats();
    assertEquals([stats.octetsAcknowledged, stats.octetsReceived], [sent.length, sent.length]);
  },
);

kernelTest(
  "aborting writable resets at once, though a write waits for a peer that reads nothing",
  async () => {
    using listener = await listen({ port: 0 });
    const accepted = listener.accept();
    using conn = await connect({ port: listener.addr.port });
    await using peer = await accepted;
    const writer = conn.writable.getWriter();
    const stuck = assertRejects(() => writer.write(new Uint8Array(50_000_000)), Deno.errors.Interrupted);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.race([
      writer.abort("enough"),
      new Promise((_, reject) => setTimeout(() => reject(new Error("The abort waits")), 2_000)),
    ]);
    await stuck;
    assertEquals(conn.state, "CLOSED");
    await assertRejects(() => readAll(peer.readable), Deno.errors.ConnectionReset);
  },
);

kernelTest("read and write work as those of Deno.TcpConn: parts, end of the stream, half-close", async () => {
  using listener = await listen({ port: 0 });
  const accepted = listener.accept();
  await using conn = await connect({ port: listener.addr.port });
  await using peer = await accepted;
  assertEquals(await conn.write(octets("ping")), 4);
  await conn.closeWrite();
  const into = new Uint8Array(3);
  assertEquals([await peer.read(into), text(into)], [3, "pin"]);
  assertEquals([await peer.read(into), into[0]], [1, 0x67]);
  assertEquals(await peer.read(into), null);
  assertEquals(await peer.write(octets("pong")), 4);
  peer.close();
  assertEquals(text(await readAll(conn.readable)), "pong");
});

kernelTest("`await using` delivers to a peer that reads for longer than 5 s", async () => {
  using listener = StreamListener.open({ address: loopbackAddress(4), port: 0 });
  const conn = await connect({ port: listener.local.port, config: { buffers: { sendBuffer: 512 << 10 } } });
  const peer = listener.accept();
  assert(peer !== undefined);
  using reader = new SlowReader(peer);
  await conn.write(new Uint8Array(400_000));
  await conn[Symbol.asyncDispose]();
  assertEquals(reader.octets, 400_000);
});

kernelTest("many connections of one process at once, IPv4 and IPv6, each to its own end", async () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    using listener = await listen({ hostname, port: 0 });
    echo(listener);
    await Promise.all(Array.from({ length: 50 }, async (_, i) => {
      await using conn = await connect({ hostname, port: listener.addr.port });
      await conn.write(octets(`number ${i}`));
      await conn.closeWrite();
      assertEquals(text(await readAll(conn.readable)), `number ${i}`);
    }));
  }
});

kernelTest("using resets, and the peer is told; the error has the platform's class", async () => {
  using listener = await listen({ port: 0 });
  const accepted = listener.accept();
  const conn = await connect({ port: listener.addr.port });
  const peer = await accepted;
  {
    using ended = conn;
    assertEquals(ended.state, "ESTABLISHED");
  }
  await assertRejects(() => peer.read(new Uint8Array(1)), Deno.errors.ConnectionReset);
});

kernelTest("a connection that was closed cannot be used", async () => {
  using listener = await listen({ port: 0 });
  echo(listener);
  const conn = await connect({ port: listener.addr.port });
  const reading = conn.read(new Uint8Array(1));
  conn.close();
  await assertRejects(() => reading, Deno.errors.Interrupted);
  await assertRejects(() => conn.write(octets("x")), Deno.errors.BadResource);
  assertThrows(() => conn.close(), Deno.errors.BadResource);
  await conn[Symbol.asyncDispose]();
  assert(["CLOSED", "TIME-WAIT"].includes(conn.state), conn.state);
});

kernelTest("nobody listens: refused; nobody answers: the signal ends the attempt", async () => {
  await assertRejects(() => connect({ port: 1 }), Deno.errors.ConnectionRefused);
  using silent = PortGuard.open({ address: loopbackAddress(4), port: 0 });
  const abort = new AbortController();
  const attempt = connect({ port: silent.local.port, signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 20);
  await assertRejects(() => attempt, Error, "enough");
  await assertRejects(() => connect({ port: 70_000 }), RangeError, "port 70000");
});

kernelTest("a closed listener hands nothing out, and its port is free again", async () => {
  const first = await listen({ port: 0 });
  const { port } = first.addr;
  await assertRejects(() => listen({ port }), Deno.errors.AddrInUse);
  const waiting = first.accept();
  first.close();
  await assertRejects(() => waiting, Deno.errors.BadResource);
  assertThrows(() => first.close(), Deno.errors.BadResource);
  using again = await listen({ port });
  assertEquals(again.addr.port, port);
});

kernelTest("a signal that is aborted while a name is looked up, or later, ends the listener", async () => {
  const early = new AbortController();
  const listening = listen({ port: 0, signal: early.signal });
  early.abort(new Error("enough"));
  await assertRejects(() => listening, Error, "enough");
  const late = new AbortController();
  const listener = await listen({ port: 0, signal: late.signal });
  const waiting = listener.accept();
  late.abort();
  await assertRejects(() => waiting, Deno.errors.BadResource);
});

kernelTest("one listener after another has a port, while connections of the first go on", async () => {
  const first = await listen({ port: 0 });
  const { port } = first.addr;
  const accepted = first.accept();
  await using conn = await connect({ port });
  await using peer = await accepted;
  first.close();
  await assertRejects(() => listen({ port, config: {} }), Deno.errors.AddrInUse);
  using second = await listen({ port });
  const next = second.accept();
  await using other = await connect({ port });
  await using otherPeer = await next;
  await peer.write(octets("first"));
  await otherPeer.write(octets("second"));
  const into = new Uint8Array(6);
  assertEquals(text(into.subarray(0, await conn.read(into) ?? 0)), "first");
  assertEquals(text(into.subarray(0, await other.read(into) ?? 0)), "second");
});

kernelTest("whoever leaves the loop over a listener closes it, as with Deno.Listener", async () => {
  const listener = await listen({ port: 0 });
  await using conn = await connect({ port: listener.addr.port });
  for await (const peer of listener) {
    peer.close();
    break;
  }
  await assertRejects(() => listener.accept(), Deno.errors.BadResource);
  assertEquals(await conn.read(new Uint8Array(1)), null);
});

kernelTest(
  "hosts are named as Deno.connect takes them: in brackets, mapped; no other than single ones",
  async () => {
    using listener = await listen({ hostname: "::1", port: 0 });
    using conn = await connect({ hostname: "[::1]", port: listener.addr.port });
    assertEquals(conn.remoteAddr.hostname, "::1");
    using four = await listen({ port: 0 });
    using mapped = await connect({ hostname: "::ffff:127.0.0.1", port: four.addr.port });
    assertEquals(mapped.remoteAddr.hostname, "127.0.0.1");
    for (const hostname of ["0.0.0.0", "::", "224.0.0.1", "ff02::1"]) {
      await assertRejects(() => connect({ hostname, port: 1 }), RangeError, `Cannot connect to ${hostname}`);
    }
  },
);

kernelTest("observers see their own connection only, from its first event", async () => {
  using listener = await listen({ port: 0 });
  echo(listener);
  const seen: string[] = [];
  const watch = (name: string): Observer => ({
    segmentSent: () => {},
    segmentArrived: () => {},
    segmentDropped: () => {},
    stateChanged: (_connection, _from, to) => seen.push(`${name} ${to}`),
    timerFired: () => {},
    icmpArrived: () => {},
    congestionChanged: () => {},
  });
  await using first = await connect({ port: listener.addr.port, observer: watch("first") });
  await using second = await connect({ port: listener.addr.port });
  assertEquals(seen, ["first SYN-SENT", "first ESTABLISHED"]);
  using _watch = second.observe(watch("second"));
  await second.closeWrite();
  await readAll(second.readable);
  assertEquals(seen.slice(2, 4), ["second FIN-WAIT-1", "second FIN-WAIT-2"]);
  assertEquals(first.state, "ESTABLISHED");
});

kernelTest("an observer that throws ends its own connection, with its error, and no other", async () => {
  using listener = await listen({ port: 0 });
  echo(listener);
  const { port } = listener.addr;
  await using other = await connect({ port });
  await using conn = await connect({ port });
  using _watch = conn.observe({
    segmentSent: () => {
      throw new TypeError("a mistake of the observer's");
    },
    segmentArrived: () => {},
    segmentDropped: () => {},
    stateChanged: () => {},
    timerFired: () => {},
    icmpArrived: () => {},
    congestionChanged: () => {},
  });
  await conn.write(octets("x"));
  await assertRejects(() => conn.read(new Uint8Array(1)), TypeError, "a mistake of the observer's");
  await other.write(octets("y"));
  const into = new Uint8Array(1);
  assertEquals([await other.read(into), text(into)], [1, "y"]);
});

kernelTest(
  "a congestion control that throws ends its own connection, with an error that names it, and no other",
  async () => {
    using listener = await listen({ port: 0 });
    echo(listener);
    const { port } = listener.addr;
    await using other = await connect({ port });
    const congestionControl = (options: CongestionOptions): CongestionControl => {
      const control = vegas(options);
      control.ackReceived = () => {
        throw new TypeError("a mistake of the control's");
      };
      return control;
    };
    await using conn = await connect({ port, config: { congestion: { congestionControl } } });
    await conn.write(octets("x"));
    await assertRejects(
      () => readAll(conn.readable), // the answer may come in the segment at whose ACK the control throws
      Deno.errors.ConnectionAborted,
      "its congestion control vegas threw in ackReceived: TypeError: a mistake of the control's",
    );
    await other.write(octets("y"));
    const into = new Uint8Array(1);
    assertEquals([await other.read(into), text(into)], [1, "y"]);
  },
);

kernelTest("a kernel's server receives what is written; the knobs of Deno.TcpConn are there", async () => {
  using kernel = StreamListener.open({ address: loopbackAddress(4), port: 0 });
  await using conn = await connect({ port: kernel.local.port });
  conn.setNoDelay();
  conn.setKeepAlive();
  assertEquals(await conn.write(octets("to the kernel")), 13);
  using socket = await until(() => kernel.accept());
  const into = new Uint8Array(100);
  const length = await until(() => socket.receive(into) || undefined);
  assertEquals(text(into.subarray(0, length)), "to the kernel");
  socket[Symbol.dispose]();
});

async function until<T>(ask: () => T | null | undefined): Promise<T> {
  for (let tries = 0; tries < 10_000; tries++) {
    const answer = ask();
    if (answer !== null && answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error("waited too long");
}

const A4 = parseAddress("192.0.2.1");
const B4 = parseAddress("192.0.2.2");
const A6 = parseAddress("2001:db8::1");

Deno.test("the families take turns, the resolver's first one first (RFC 8305 4)", () => {
  assertEquals(interleaved([A6, A4, B4]), [A6, A4, B4]);
  assertEquals(interleaved([A4, B4, A6]), [A4, A6, B4]);
  assertEquals(interleaved([A4]), [A4]);
});

Deno.test("the second address is tried at once when the first fails, and wins (RFC 8305 5)", async () => {
  const tried: string[] = [];
  const winner = await firstOf([A6, A4], (address) => {
    tried.push(String(address.family));
    return address.family === 6 ? Promise.reject(new Error("no route")) : Promise.resolve("won");
  });
  assertEquals([winner, tried], ["won", ["6", "4"]]);
});

Deno.test("a silent first address does not hold the second back, and is called off", UNLEAKED, async () => {
  let calledOff = false;
  const winner = await firstOf([A6, A4], (address, stop) => {
    if (address.family === 4) return Promise.resolve("won");
    return new Promise((_, reject) =>
      stop.addEventListener("abort", () => {
        calledOff = true;
        reject(new Error("called off"));
      })
    );
  });
  assertEquals([winner, calledOff], ["won", true]);
});

Deno.test("when all fail, the first one's reason is told", async () => {
  const attempt = (address: { family: number }): Promise<never> =>
    Promise.reject(new Error(`no ${address.family}`));
  await assertRejects(() => firstOf([A6, A4], attempt), Error, "no 6");
});

kernelTest("an attempt that cannot begin keeps nothing open", async () => {
  const config = { handshake: { mss: -1 } };
  await assertRejects(() => connect({ port: 9, config }), RangeError);
  // The kernel gives the lowest number that is free.
  const lowest = (): number => {
    using listener = StreamListener.open({ address: loopbackAddress(4), port: 0 });
    return listener.descriptor;
  };
  const before = lowest();
  await assertRejects(() => connect({ hostname: "::1", port: 9, config }), RangeError);
  assertEquals(lowest(), before);
});
