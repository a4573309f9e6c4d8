/** Explicit congestion notification with the kernel's TCP: agreement, echo of marks, answer to echoes (RFC 3168). */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { setInterfaceMtu } from "../../ffi/mod.ts";
import { checksumOf, EcnCodepoint, Flag, sumOctets } from "../../tcp/mod.ts";
import { setCongestionControl, setSegmentationOffload, tcpInfo } from "../ffi/kernel_tcp.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { Link, OPENERS } from "./link.ts";
import { kernelTests, sysctls } from "./network.ts";
import { transfer } from "./transfer.ts";
import { undisturbed } from "./undisturbed.ts";

const kernelTest = kernelTests(() => {
  setInterfaceMtu("lo", 1_500);
  setSegmentationOffload("lo", false);
});

const AMOUNT = 1 << 20;

/** Every how many segments with data one is marked. */
const MARK_EVERY = 20;

/** Marks the IPv4 packet as a router on a congested way would, its checksum too. */
function markCongestion(packet: Uint8Array): void {
  packet[1] = (packet[1] ?? 0) | EcnCodepoint.congestionExperienced;
  packet[10] = packet[11] = 0;
  const checksum = checksumOf(sumOctets(packet, 0, 20));
  packet[10] = checksum >> 8;
  packet[11] = checksum & 0xff;
}

for (const opener of OPENERS) {
  const who = opener === "ours" ? "we connect" : "the kernel connects";

  kernelTest(`both sides agree to ECN when ${who} and both ask for it`, async () => {
    using _ = sysctls({ tcp_ecn: "1" });
    using link = await Link.open({ opener, config: { congestion: { ecn: "request" } } });
    assert(link.connection.agreed.ecn && tcpInfo(link.kernel).ecn);
    await transfer(link, { up: AMOUNT, down: AMOUNT });
  });
}

kernelTest(
  "a kernel that only answers is asked by us; one with ECN off declines; we accept when it asks",
  async () => {
    for (
      const [opener, sysctl, ecn, agreed] of [
        ["ours", "2", "request", true],
        ["ours", "2", "accept", false],
        ["ours", "0", "request", false],
        ["kernel", "1", "accept", true],
        ["kernel", "1", "off", false],
        ["kernel", "2", "request", false],
      ] as const
    ) {
      using _ = sysctls({ tcp_ecn: sysctl });
      using link = await Link.open({ opener, config: { congestion: { ecn } } });
      const what = `${opener} opens, the kernel has ${sysctl}, we ${ecn}`;
      assertEquals([link.connection.agreed.ecn, tcpInfo(link.kernel).ecn], [agreed, agreed], what);
      await transfer(link, { up: 10_000, down: 10_000 });
    }
  },
);

kernelTest(
  "marks on our data come back as ECE, lower our window without a loss, and are answered with CWR",
  undisturbed(async () => {
    using _ = sysctls({ tcp_ecn: "1" });
    const seen = { data: 0, capable: 0, marked: 0, echoes: 0, reduced: 0 };
    using link = await Link.open({
      config: { congestion: { ecn: "request" } },
      throughDevice: (inner) =>
        new FaultyDevice(inner, {
          outward: (segment, packet) => {
            if (segment.payload.length === 0) return "passes";
            if (segment.ecn === EcnCodepoint.capable0) seen.capable++;
            if (segment.has(Flag.cwr)) seen.reduced++;
            if (++seen.data % MARK_EVERY !== 0) return "passes";
            seen.marked++;
            markCongestion(packet);
            return "passes";
          },
          inward: (segment) => {
            if (segment.has(Flag.ece) && !segment.has(Flag.syn)) seen.echoes++;
            return "passes";
          },
        }),
    });
    await transfer(link, { up: AMOUNT });
    assertEquals(seen.capable, seen.data, "new data are sent as capable");
    assertGreater(seen.echoes, 0);
    assertGreater(seen.reduced, 0);
    assertLess(seen.reduced, seen.marked + 1, "one reduction a round trip at most");
    assertLess(link.connection.ssthresh, Infinity);
    assertEquals(link.connection.segmentsRetransmitted, 0, "nothing was lost");
  }),
);

kernelTest(
  "marks on the kernel's data are echoed until it says that it reduced its window (RFC 3168 6.1.3)",
  async () => {
    using _ = sysctls({ tcp_ecn: "1" });
    const seen = { data: 0, marked: 0, echoes: 0, reduced: 0 };
    let owesEcho = false;
    const wrong: string[] = [];
    using link = await Link.open({
      config: { congestion: { ecn: "request" } },
      prepare: (socket) => setCongestionControl(socket, "cubic"),
      throughDevice: (inner) =>
        new FaultyDevice(inner, {
          inward: (segment, packet) => {
            if (segment.payload.length === 0 || segment.ecn !== EcnCodepoint.capable0) return "passes";
            if (segment.has(Flag.cwr)) {
              seen.reduced++;
              owesEcho = false;
            }
            if (++seen.data % MARK_EVERY !== 0) return "passes";
            seen.marked++;
            owesEcho = true;
            markCongestion(packet);
            return "passes";
          },
          outward: (segment) => {
            if (segment.has(Flag.syn)) return "passes";
            if (segment.has(Flag.ece)) seen.echoes++;
            if (segment.has(Flag.ece) !== owesEcho) {
              wrong.push(`ECE ${!owesEcho} after ${seen.data} segments`);
            }
            return "passes";
          },
        }),
    });
    await transfer(link, { down: AMOUNT });
    assertGreater(seen.marked, 0);
    assertGreater(seen.echoes, 0);
    assertGreater(seen.reduced, 0, "the kernel answered with CWR");
    assertEquals(wrong, []);
  },
);
