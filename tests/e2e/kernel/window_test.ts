/** Windows that stay closed for a minute, in both directions (RFC 9293 3.8.6.1, MUST-37). */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { elapsed, seconds, toMilliseconds } from "../../../tcp/mod.ts";
import { setBuffers, tcpInfo } from "../../ffi/kernel_tcp.ts";
import { Link } from "../../kernel/link.ts";
import { Stream } from "../../kernel/stream.ts";
import { isOver } from "../../kernel/transfer.ts";
import { Pair } from "../network.ts";
import { enter, overCable } from "./place.ts";

const AMOUNT = 20_000_000;
const MINUTE = seconds(60);

Deno.test("a kernel that reads nothing for a minute is probed ever more rarely, then gets it all", async () => {
  await using pair = await Pair.create();
  using _ = enter(pair.near);
  using link = await Link.open({ ...overCable(pair), prepare: (socket) => setBuffers(socket, 50_000) });
  const { connection, kernel, loop } = link;
  const up = Stream.up(link, AMOUNT);
  await link.until("the kernel's window to close", () => {
    up.write();
    return connection.sndWnd === 0;
  });
  const sent = connection.segmentsSent;
  await link.pass(MINUTE);
  assertEquals([connection.state, connection.sndWnd, connection.failure], ["ESTABLISHED", 0, null]);
  const probes = connection.segmentsSent - sent;
  assert(probes >= 4 && probes <= 7, `${probes} probes in a minute: after 1, 3, 7, 15 and 31 s`);
  kernel.shutdown();
  using _watch = loop.watch(kernel.descriptor, () => {});
  await link.until("the rest", () => {
    up.writeAndFinish();
    up.read();
    return up.hasEnded && isOver(connection);
  });
});

Deno.test("our reader stops for a minute: the kernel's probes are answered, and the rest comes at once", async () => {
  await using pair = await Pair.create();
  using _ = enter(pair.near);
  using link = await Link.open({
    ...overCable(pair),
    config: { buffers: { receiveBuffer: 65_535, receiveBufferMax: 65_535 } },
  });
  const { connection, kernel, loop } = link;
  const down = Stream.down(link, AMOUNT);
  await link.until("our window to close", () => {
    down.write();
    return connection.rcvWnd < connection.sendMss;
  });
  const [sent, received] = [connection.segmentsSent, connection.segmentsReceived];
  await link.pass(MINUTE);
  assertGreater(connection.segmentsReceived - received, 3, "it probed");
  assertGreater(connection.segmentsSent - sent, 3, "we answered");
  assertEquals(tcpInfo(kernel).state, "ESTABLISHED");
  const start = loop.readClock();
  await link.until("more", () => {
    down.read();
    return down.received > 2 * 65_535 || !down.write();
  });
  assertLess(toMilliseconds(elapsed(start, loop.now)), 5_000, "the window update does not wait for a probe");
  connection.shutdown(loop.now);
  await link.until("the rest", () => {
    down.writeAndFinish();
    down.read();
    return down.hasEnded && isOver(connection);
  });
});
