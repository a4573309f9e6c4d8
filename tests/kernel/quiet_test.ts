/** Peers that say nothing: keep-alive in both directions, and those that have vanished. */

import {
  assert,
  assertEquals,
  assertGreater,
  assertGreaterOrEqual,
  assertLess,
  assertThrows,
} from "@std/assert";
import { SystemError } from "../../ffi/mod.ts";
import { elapsed, Flag, milliseconds, toMilliseconds } from "../../tcp/mod.ts";
import { keepAlive, tcpInfo } from "../ffi/kernel_tcp.ts";
import { FaultyDevice, type Judge } from "./faulty_device.ts";
import { Link, type LinkOptions, OPENERS } from "./link.ts";
import { kernelTests } from "./network.ts";
import { undisturbed } from "./undisturbed.ts";

const kernelTest = kernelTests();

const everything: Judge = () => "lost";

/** A link and the device through which it can be cut. */
async function openCuttable(options: LinkOptions = {}): Promise<{ link: Link; device: FaultyDevice }> {
  let device: FaultyDevice | undefined;
  const throughDevice: LinkOptions["throughDevice"] = (inner) => device = new FaultyDevice(inner);
  const link = await Link.open({ ...options, throughDevice });
  assert(device !== undefined);
  return { link, device };
}

/** The peer is gone, and so are we for it. */
function cut(device: FaultyDevice): void {
  device.inward = everything;
  device.outward = everything;
}

/** The kernel's least keep-alive: seconds of quiet, seconds between probes, probes. */
const SHORTEST = [1, 1, 1] as const;

async function answerProbes(): Promise<void> {
  using link = await Link.open({ prepare: (socket) => keepAlive(socket, ...SHORTEST) });
  const { connection, kernel } = link;
  const [sent, received] = [connection.segmentsSent, connection.segmentsReceived];
  await link.pass(milliseconds(2_300));
  assertEquals(tcpInfo(kernel).state, "ESTABLISHED");
  assertGreater(connection.segmentsReceived, received, "it probed");
  assertEquals(connection.segmentsSent - sent, connection.segmentsReceived - received, "each got one answer");
}

async function leaveProbesUnanswered(): Promise<void> {
  const { link, device } = await openCuttable({ prepare: (socket) => keepAlive(socket, ...SHORTEST) });
  using _ = link;
  cut(device);
  await link.until("the kernel to give up", () => tcpInfo(link.kernel).state === "CLOSED");
  const error = assertThrows(() => link.kernel.receive(new Uint8Array(1)), SystemError);
  assertEquals(error.errnoName, "ETIMEDOUT");
  assertEquals(link.connection.state, "ESTABLISHED");
}

kernelTest(
  "the kernel's keep-alive probes are answered, and where they are not its connection ends (RFC 9293 3.8.4)",
  undisturbed(async () => {
    await Promise.all([answerProbes(), leaveProbesUnanswered()]);
  }),
);

kernelTest(
  "the kernel answers our keep-alive probes, and the connection lives on (MUST-24, SHLD-12)",
  undisturbed(async () => {
    const closing = {
      keepAlive: true,
      keepAliveIdle: milliseconds(600), // Linux answers such a segment at most every 500 ms
      keepAliveInterval: milliseconds(50),
      keepAliveProbes: 2,
    };
    using link = await Link.open({ config: { closing } });
    const { connection } = link;
    const [sent, received] = [connection.segmentsSent, connection.segmentsReceived];
    await link.pass(milliseconds(1_500));
    assertEquals(connection.state, "ESTABLISHED");
    const probes = connection.segmentsSent - sent;
    assertEquals(probes, 2, "after 0.6 and 1.2 s");
    assertEquals(connection.segmentsReceived - received, probes);
  }),
);

for (const opener of OPENERS) {
  const who = opener === "ours" ? "we connected" : "the kernel connected";

  kernelTest(
    `a quiet peer that vanished is found by keep-alive, after more than one probe, when ${who} (MUST-29)`,
    undisturbed(async () => {
      const closing = {
        keepAlive: true,
        keepAliveIdle: milliseconds(100),
        keepAliveInterval: milliseconds(50),
        keepAliveProbes: 3,
      };
      const { link, device } = await openCuttable({ opener, config: { closing } });
      using _ = link;
      cut(device);
      const start = link.loop.readClock();
      await link.until("our timeout", () => link.connection.state === "CLOSED");
      assertEquals(link.connection.failure?.kind, "timed out");
      const taken = toMilliseconds(elapsed(start, link.loop.now));
      assert(taken > 190 && taken < 1_000, `after ${taken} ms: 100 of quiet, three probes 50 apart`);
      assertEquals(device.lostOutward, 4, "three probes, and a RST should the peer still be there");
    }),
  );
}

kernelTest(
  "a peer that vanishes while we send: retransmissions ever rarer, then the timeout (RFC 9293 3.8.3, R2)",
  undisturbed(async () => {
    const config = {
      retransmission: { minRto: milliseconds(50), retriesUntilClose: 3, tailLossProbe: false },
    };
    const { link, device } = await openCuttable({ config });
    using _ = link;
    const { connection, loop } = link;
    const start = loop.readClock();
    const times: number[] = [];
    cut(device);
    device.outward = (segment) => {
      if (segment.payload.length > 0) times.push(toMilliseconds(elapsed(start, loop.now)));
      return "lost";
    };
    connection.send(new Uint8Array(100), loop.readClock());
    await link.until("our timeout", () => connection.state === "CLOSED");
    assertEquals(connection.failure?.kind, "timed out");
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? NaN));
    assertEquals(gaps.length, 3);
    for (const [i, gap] of gaps.entries()) assertGreaterOrEqual(gap, 49 * 2 ** i, `${gaps} ms`);
    assertThrows(() => connection.send(new Uint8Array(1), loop.now));
  }),
);

kernelTest(
  "a user timeout bounds how long data may stay unacknowledged (RFC 5482, MUST-21)",
  undisturbed(async () => {
    const { link, device } = await openCuttable({
      config: { retransmission: { userTimeout: milliseconds(400) } },
    });
    using _ = link;
    const { connection, loop } = link;
    cut(device);
    connection.send(new Uint8Array(100), loop.readClock());
    const start = loop.now;
    await link.until("our timeout", () => connection.state === "CLOSED");
    assertEquals(connection.failure?.kind, "timed out");
    const taken = toMilliseconds(elapsed(start, loop.now));
    assertGreater(taken, 395);
    assertLess(taken, 600);
  }),
);

kernelTest(
  "a peer that comes back before the timeout gets everything",
  undisturbed(async () => {
    const { link, device } = await openCuttable({ config: { retransmission: { minRto: milliseconds(50) } } });
    using _ = link;
    const { connection, kernel, loop } = link;
    cut(device);
    connection.send(new Uint8Array(5_000), loop.readClock());
    await link.pass(milliseconds(300));
    device.inward = device.outward = (): "passes" => "passes";
    const into = new Uint8Array(10_000);
    let received = 0;
    using _watch = loop.watch(kernel.descriptor, () => {});
    await link.until("all octets", () => (received += kernel.receive(into) ?? 0) === 5_000);
    assertEquals(connection.state, "ESTABLISHED");
  }),
);

kernelTest(
  "a SYN that is lost is sent again; so is a lost SYN-ACK of ours (RFC 9293 3.8.3, MUST-22)",
  undisturbed(async () => {
    for (const opener of OPENERS) {
      let lost = 0;
      const throughDevice: LinkOptions["throughDevice"] = (inner) =>
        new FaultyDevice(inner, {
          outward: (segment) => segment.has(Flag.syn) && lost++ === 0 ? "lost" : "passes",
        });
      using link = await Link.open({
        opener,
        throughDevice,
        config: { retransmission: { initialRto: milliseconds(200) } },
      });
      assertEquals(link.connection.segmentsRetransmitted, 1);
      assertEquals(lost, 2);
    }
  }),
);
