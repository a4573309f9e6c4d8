/** Flow control against the kernel's TCP: closed windows in both directions, small reads, Nagle and delayed ACKs. */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { elapsed, type Instant, type Micros, milliseconds, toMilliseconds } from "../../tcp/mod.ts";
import { setBuffers, tcpInfo } from "../ffi/kernel_tcp.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { Link, type LinkOptions, type Opener, OPENERS } from "./link.ts";
import { kernelTests } from "./network.ts";
import { observing } from "./observers.ts";
import { Stream } from "./stream.ts";
import { isOver, transfer } from "./transfer.ts";
import { undisturbed } from "./undisturbed.ts";

const kernelTest = kernelTests();

const AMOUNT = 2 << 20;

/** How long the reader does nothing. */
const PAUSE = milliseconds(1_800);

/** A small receive buffer of ours, so that the window closes soon; without a shift, so that it closes to the octet. */
const SMALL = {
  buffers: { receiveBuffer: 65_535, receiveBufferMax: 65_535 },
  retransmission: { minRto: milliseconds(200) },
};

/** Fills the kernel's window, leaves it closed for the pause, then has the kernel read. */
async function outlastClosedWindow(opener: Opener): Promise<void> {
  using link = await Link.open({
    opener,
    config: { retransmission: { minRto: milliseconds(200) } },
    prepare: (socket) => setBuffers(socket, 50_000),
  });
  const { connection, kernel } = link;
  const up = Stream.up(link, AMOUNT);
  await link.until("the kernel's window to close", () => {
    up.write();
    return connection.sndWnd === 0;
  });
  const sent = connection.segmentsSent;
  await link.pass(PAUSE);
  assertEquals([connection.state, connection.sndWnd, connection.failure], ["ESTABLISHED", 0, null]);
  const probes = connection.segmentsSent - sent;
  assert(probes >= 3 && probes <= 6, `${probes} probes: at 0.2, 0.6, 1.4 s, give or take one`);
  kernel.shutdown();
  await link.until("the rest", () => {
    up.writeAndFinish();
    up.read();
    return up.hasEnded && isOver(connection);
  });
}

kernelTest(
  "kernels that read nothing for a while are probed, then get it all, whoever connected (MUST-36, MUST-37)",
  undisturbed(async () => {
    await Promise.all(OPENERS.map(outlastClosedWindow));
  }),
);

kernelTest(
  "our reader stops for a while: the kernel probes our closed window, gets answers, and sends the rest at once",
  undisturbed(async () => {
    using link = await Link.open({ config: SMALL });
    const { connection, kernel, loop } = link;
    const down = Stream.down(link, AMOUNT);
    await link.until("our window to close", () => {
      down.write();
      return connection.rcvWnd === 0;
    });
    const answered = connection.segmentsSent;
    await link.pass(PAUSE);
    assertGreater(connection.segmentsSent, answered, "its probes were answered");
    assertEquals(tcpInfo(kernel).state, "ESTABLISHED");
    assertEquals(connection.unreadOctets, SMALL.buffers.receiveBuffer, "not an octet more than the window");
    const start = loop.readClock();
    await link.until("the rest", () => {
      down.writeAndFinish();
      down.read();
      return down.hasEnded;
    });
    assertLess(toMilliseconds(elapsed(start, loop.now)), 900, "the window update does not wait for a probe");
  }),
);

kernelTest(
  "reading one octet at a time announces no silly windows (RFC 9293 3.8.6.2.2, MUST-39)",
  async () => {
    let device: FaultyDevice | undefined;
    using link = await Link.open({
      config: SMALL,
      throughDevice: (inner) => device = new FaultyDevice(inner),
    });
    const { connection, kernel } = link;
    assert(device !== undefined);
    const windows = new Set<number>();
    device.outward = (segment) => {
      windows.add(segment.window << connection.rcvWindowShift);
      return "passes";
    };
    const down = Stream.down(link, 3 * SMALL.buffers.receiveBuffer);
    await link.until("our window to close", () => {
      down.write();
      return connection.rcvWnd === 0;
    });
    windows.clear();
    using _ = link.loop.watch(kernel.descriptor, () => {});
    while (down.received < SMALL.buffers.receiveBuffer - 1) {
      await link.until("an octet", () => {
        const before = down.received;
        down.write();
        down.read(1);
        return down.received > before;
      });
    }
    const silly = [...windows].filter((octets) => octets > 0 && octets < SMALL.buffers.receiveBuffer / 2);
    assertEquals(silly, [], `announced: ${[...windows]}`);
  },
);

kernelTest(
  "a window that lets data through is not probed, however much data waits (RFC 9293 3.8.6.1)",
  async () => {
    let probes = 0;
    const observer = observing({
      segmentSent: (_connection, _segment, reason) => {
        if (reason === "window-probe") probes++;
      },
    });
    const prepare: LinkOptions["prepare"] = (socket) => setBuffers(socket, 500_000); // less than we have to send
    using link = await Link.open({
      config: { retransmission: { minRto: milliseconds(5) } },
      observer,
      prepare,
    });
    await transfer(link, { up: 64 << 20 });
    assertEquals(probes, 0);
  },
);

/** How long `rounds` exchanges take: `writes` small writes of ours, to which the kernel answers with one. */
async function exchange(link: Link, rounds: number, writes: number): Promise<Micros> {
  const { connection, kernel, loop } = link;
  const octet = new Uint8Array(1);
  const into = new Uint8Array(16);
  using _ = loop.watch(kernel.descriptor, () => {});
  const start: Instant = loop.readClock();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < writes; i++) {
      connection.send(octet, loop.now);
      loop.turn();
    }
    let asked = 0;
    await link.until("the request", () => (asked += kernel.receive(into) ?? 0) === writes);
    kernel.send(octet);
    await link.until("the answer", () => connection.receive(into, loop.now) === 1);
  }
  return elapsed(start, loop.readClock());
}

kernelTest(
  "one octet there and back 300 times waits for nobody's delayed ACK",
  undisturbed(async () => {
    using link = await Link.open();
    const segments = link.connection.segmentsSent;
    assertLess(toMilliseconds(await exchange(link, 300, 1)), 1_500);
    assertLess(link.connection.segmentsSent - segments, 330, "ACKs ride on the data");
  }),
);

kernelTest(
  "two small writes before each read: Nagle waits for the kernel's ACK, not longer (RFC 9293 3.7.4)",
  undisturbed(async () => {
    using link = await Link.open();
    const segments = link.connection.segmentsSent;
    // Linux acknowledges at once at first, later after 40 ms when it has nothing to say.
    const taken = toMilliseconds(await exchange(link, 20, 2));
    assertGreater(taken, 100, "the second write waits");
    assertLess(taken, 20 * 60, "but not for a timeout of ours");
    assert(link.connection.segmentsSent - segments >= 40, "two segments each");
  }),
);

kernelTest(
  "two small writes before each read go at once with Nagle's algorithm off (MUST-17)",
  undisturbed(async () => {
    using link = await Link.open({ config: { sending: { nagle: false } } });
    assertLess(toMilliseconds(await exchange(link, 100, 2)), 1_000);
  }),
);

kernelTest(
  "the kernel's small writes under its Nagle's algorithm wait no longer than our delayed ACK",
  undisturbed(async () => {
    const delayedAckTime = milliseconds(20);
    using link = await Link.open({ config: { acknowledging: { delayedAckTime, quickAcks: 0 } } });
    const { connection, kernel, loop } = link;
    const octet = new Uint8Array(1);
    const start = loop.readClock();
    for (let round = 0; round < 10; round++) {
      kernel.send(octet);
      kernel.send(octet); // waits for our ACK of the first
      let octets = 0;
      await link.until(
        "both octets",
        () => (octets += connection.receive(new Uint8Array(4), loop.now) ?? 0) === 2,
      );
    }
    const taken = toMilliseconds(elapsed(start, loop.readClock()));
    assertGreater(taken, 9 * 20, "ACKs are delayed");
    assertLess(taken, 10 * 35, "but not by more than they may");
  }),
);
