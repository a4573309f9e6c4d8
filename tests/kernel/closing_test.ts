/** How connections with the kernel's TCP end: in order, one side first, both at once, by RST. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../ffi/mod.ts";
import { ConnectionFailure, Event, Flag } from "../../tcp/mod.ts";
import { tcpInfo } from "../ffi/kernel_tcp.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { Link, OPENERS } from "./link.ts";
import { kernelTests } from "./network.ts";
import { Stream } from "./stream.ts";
import { isOver } from "./transfer.ts";
import { undisturbed } from "./undisturbed.ts";

const kernelTest = kernelTests();

const AMOUNT = 1 << 20;

for (const opener of OPENERS) {
  const who = opener === "ours" ? "we connected" : "the kernel connected";

  kernelTest(`after our FIN the kernel's data still come in, when ${who} (RFC 9293 3.6)`, async () => {
    using link = await Link.open({ opener });
    const { connection, kernel, loop } = link;
    connection.shutdown(loop.now);
    await link.until("our FIN to be acknowledged", () => connection.state === "FIN-WAIT-2");
    assertEquals(kernel.receive(new Uint8Array(1)), null, "the kernel sees the end of our stream");
    assertEquals(tcpInfo(kernel).state, "CLOSE-WAIT");
    const down = Stream.down(link, AMOUNT);
    await link.until("the kernel's data and FIN", () => {
      down.writeAndFinish();
      down.read();
      return down.hasEnded;
    });
    assertEquals(connection.state, "TIME-WAIT");
    assertEquals(connection.failure, null);
  });

  kernelTest(`after the kernel's FIN our data still reach it, when ${who} (RFC 9293 3.6)`, async () => {
    using link = await Link.open({ opener });
    const { connection, kernel, loop } = link;
    kernel.shutdown();
    await link.until("the kernel's FIN", () => connection.state === "CLOSE-WAIT");
    assertEquals(
      connection.receive(new Uint8Array(1), loop.now),
      null,
      "we see the end of the kernel's stream",
    );
    assert((connection.takeEvents() & Event.peerClosed) !== 0);
    const up = Stream.up(link, AMOUNT);
    await link.until("our data and FIN", () => {
      up.writeAndFinish();
      up.read();
      return up.hasEnded && connection.state === "CLOSED";
    });
    assertEquals(connection.failure, null);
    assertEquals(tcpInfo(kernel).state, "CLOSED");
  });

  kernelTest(
    `FINs that cross: both sides are CLOSING, when ${who} (RFC 9293 3.6, figure 13)`,
    undisturbed(async () => {
      let device: FaultyDevice | undefined;
      using link = await Link.open({ opener, throughDevice: (inner) => device = new FaultyDevice(inner) });
      const { connection, kernel, loop } = link;
      assert(device !== undefined);
      device.outward = (segment) => segment.has(Flag.fin) ? "held" : "passes";
      connection.shutdown(loop.now);
      loop.turn();
      assertEquals(connection.state, "FIN-WAIT-1");
      kernel.shutdown();
      assertEquals(tcpInfo(kernel).state, "FIN-WAIT-1", "the kernel has not seen our FIN");
      device.outward = () => "held";
      await link.until("the kernel's FIN", () => connection.state === "CLOSING");
      device.outward = () => "passes";
      device.release(1);
      assertEquals(tcpInfo(kernel).state, "CLOSING", "our FIN, without an ACK of the kernel's");
      device.release();
      await link.until("the kernel's ACK of our FIN", () => connection.state === "TIME-WAIT");
      assertEquals(connection.failure, null);
      assertEquals(connection.segmentsRetransmitted, 0);
    }),
  );
}

kernelTest("a kernel that closes with our data unread resets the connection", async () => {
  using link = await Link.open();
  const { connection, kernel, loop } = link;
  connection.send(new Uint8Array(10_000), loop.now);
  await link.until(
    "our data to be acknowledged",
    () => connection.unackedOctets + connection.unsentOctets === 0,
  );
  kernel[Symbol.dispose]();
  await link.until("the kernel's RST", () => connection.state === "CLOSED");
  assertEquals(connection.failure?.kind, "reset");
  assertThrows(() => connection.receive(new Uint8Array(1), loop.now), ConnectionFailure);
});

kernelTest("a kernel that closed both ways answers our data with RST", async () => {
  using link = await Link.open();
  const { connection, kernel, loop } = link;
  kernel[Symbol.dispose]();
  await link.until("the kernel's FIN", () => connection.state === "CLOSE-WAIT");
  connection.send(new Uint8Array(1), loop.now);
  await link.until("the kernel's RST", () => connection.state === "CLOSED");
  assertEquals(connection.failure?.kind, "reset");
});

kernelTest("our abort reaches the kernel's reader as ECONNRESET", async () => {
  using link = await Link.open();
  const { connection, kernel, loop } = link;
  connection.abort(loop.now);
  loop.turn();
  const error = assertThrows(() => kernel.receive(new Uint8Array(1)), SystemError);
  assertEquals(error.errnoName, "ECONNRESET");
});

kernelTest("closing with the kernel's data unread tells it by RST (RFC 9293 3.6.1, SHLD-3)", async () => {
  using link = await Link.open();
  const { connection, kernel, loop } = link;
  kernel.send(new Uint8Array(5_000));
  await link.until("the kernel's data", () => connection.unreadOctets === 5_000);
  connection.close(loop.now);
  await link.until("the RST to leave", () => connection.state === "CLOSED");
  const error = assertThrows(() => kernel.receive(new Uint8Array(1)), SystemError);
  assertEquals(error.errnoName, "ECONNRESET");
});

kernelTest(
  "data that come after we closed both ways are answered with RST (RFC 9293 3.6.1, SHLD-3)",
  async () => {
    using link = await Link.open();
    const { connection, kernel, loop } = link;
    connection.close(loop.now);
    await link.until("our FIN to be acknowledged", () => connection.state === "FIN-WAIT-2");
    kernel.send(new Uint8Array(10));
    await link.until("our RST", () => connection.state === "CLOSED");
    loop.turn();
    const error = assertThrows(() => kernel.send(new Uint8Array(10)), SystemError);
    assertEquals(error.errnoName, "EPIPE");
  },
);

kernelTest(
  "a lost FIN is sent again, and both sides close in order",
  undisturbed(async () => {
    let device: FaultyDevice | undefined;
    using link = await Link.open({ throughDevice: (inner) => device = new FaultyDevice(inner) });
    const { connection, kernel, loop } = link;
    assert(device !== undefined);
    device.outward = (segment) => segment.has(Flag.fin) && device?.lostOutward === 0 ? "lost" : "passes";
    connection.shutdown(loop.now);
    await link.until("our FIN to arrive", () => kernel.receive(new Uint8Array(1)) === null);
    kernel.shutdown();
    await link.until("the end", () => isOver(connection));
    assertEquals(device.lostOutward, 1);
    assertEquals(connection.segmentsRetransmitted, 1);
  }),
);
