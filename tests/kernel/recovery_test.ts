/** What a repaired loss leaves behind: round-trip time, timeout, window, probes, with the kernel at the other end. */

import { assert, assertEquals, assertLess } from "@std/assert";
import { setInterfaceMtu } from "../../ffi/mod.ts";
import {
  joinChanges,
  milliseconds,
  type Observer,
  type PartialConfig,
  type SeqNumber,
  toMilliseconds,
} from "../../tcp/mod.ts";
import { setSegmentationOffload } from "../ffi/kernel_tcp.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { Link, type LinkOptions } from "./link.ts";
import { kernelTests } from "./network.ts";
import { observing } from "./observers.ts";
import { Stream } from "./stream.ts";
import { undisturbed } from "./undisturbed.ts";

const kernelTest = kernelTests(() => {
  setInterfaceMtu("lo", 1_500);
  setSegmentationOffload("lo", false);
});

/** Octets of one flight: ten segments, what the initial window lets out. */
const FLIGHT = 14_000;

const CONFIG: PartialConfig = { retransmission: { minRto: milliseconds(100), tailLossProbe: false } };

/**
 * Sends a flight of which the first segment is lost, that often, and waits until all of it is acknowledged.
 *
 * @param alsoLost which other segment is lost, once @default none
 */
async function repairFirst(
  losses: number,
  config: PartialConfig,
  alsoLost = 0,
  observer: Observer = observing({}),
): Promise<Link> {
  let device: FaultyDevice | undefined;
  const throughDevice: LinkOptions["throughDevice"] = (inner) => device = new FaultyDevice(inner);
  const link = await Link.open({ config: joinChanges(CONFIG, config), throughDevice, observer });
  assert(device !== undefined);
  const { connection, kernel, loop } = link;
  const first: SeqNumber = connection.sndNxt;
  let left = losses;
  let count = 0;
  device.outward = (segment) => {
    if (segment.payload.length === 0) return "passes";
    const isFirst = segment.seq === first && left-- > 0;
    return ++count === alsoLost || isFirst ? "lost" : "passes";
  };
  const up = Stream.up(link, FLIGHT);
  using _ = loop.watch(kernel.descriptor, () => {});
  await link.until("the flight", () => {
    up.write();
    up.read();
    return up.received === FLIGHT && connection.unackedOctets === 0;
  });
  assertEquals(device.lostOutward, losses + (alsoLost > 0 ? 1 : 0));
  return link;
}

for (const timestamps of [true, false]) {
  const having = timestamps ? "with timestamps" : "without timestamps";

  kernelTest(
    `what SACK had reported long before its acknowledgement times no round trip, ${having} (RFC 6298 3)`,
    undisturbed(async () => {
      using link = await repairFirst(3, { handshake: { timestamps } });
      const { connection } = link;
      assert(connection.segmentsRetransmitted >= 3, "by timeouts");
      assertLess(
        toMilliseconds(connection.smoothedRtt),
        30,
        "as before the loss, which took 0.3 s to repair",
      );
    }),
  );
}

kernelTest(
  "the timeout's back-off ends with the repair when timestamps time it (RFC 7323 4.1)",
  undisturbed(async () => {
    using link = await repairFirst(3, {});
    assertEquals(link.connection.backoff, 0);
    assertLess(toMilliseconds(link.connection.retransmissionTimeout), 150);
  }),
);

kernelTest(
  "without SACK an acknowledgement that jumps ahead after a timeout does not prove it spurious (RFC 5682 2.1)",
  undisturbed(async () => {
    const reasons: string[] = [];
    const observer = observing({
      congestionChanged: (_connection, _window, _threshold, reason) => reasons.push(reason),
    });
    using _ = await repairFirst(2, { handshake: { selectiveAck: false, timestamps: false } }, 8, observer);
    assert(reasons.includes("retransmission-timeout"), `${reasons}`);
    assert(!reasons.includes("spurious-retransmission"), `${reasons}`);
  }),
);

kernelTest(
  "at most one tail loss probe is out at a time, also when it is made of new data (RFC 8985 7.2)",
  undisturbed(async () => {
    let probes = 0;
    let device: FaultyDevice | undefined;
    const observer = observing({
      segmentSent: (_connection, _segment, reason) => {
        if (reason === "tail-loss-probe") probes++;
      },
    });
    using link = await Link.open({
      observer,
      throughDevice: (inner) => device = new FaultyDevice(inner),
    });
    assert(device !== undefined);
    device.outward = () => "lost";
    link.connection.send(new Uint8Array(5 * FLIGHT), link.loop.now);
    await link.pass(milliseconds(700)); // the timeout comes after a second
    assertEquals(probes, 1);
  }),
);
