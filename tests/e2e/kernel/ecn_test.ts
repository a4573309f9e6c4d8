/** nftables marks packets at random instead of dropping them: ECN with the kernel's TCP, both ways (RFC 3168). */

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { seconds } from "../../../tcp/mod.ts";
import { setCongestionControl, setSysctl, tcpInfo } from "../../ffi/kernel_tcp.ts";
import { Link, OPENERS } from "../../kernel/link.ts";
import { transfer } from "../../kernel/transfer.ts";
import { type Network, Pair } from "../network.ts";
import { enter, overCable, setOffloads, within } from "./place.ts";

const AMOUNT = 50_000_000;

/** Has the network mark one in a hundred of the capable packets that come in. */
async function markAtRandom(network: Network): Promise<void> {
  const chain = "type filter hook input priority 0; policy accept;";
  const rule = "ip ecn { ect0, ect1 } numgen random mod 100 < 1 counter ip ecn set ce;";
  await network.must(["nft", "-f", "-"], {
    input: `table ip rawtcp_marks { chain input { ${chain} ${rule} }; }\n`,
  });
}

for (const opener of OPENERS) {
  for (const direction of ["up", "down"] as const) {
    const way = direction === "up" ? "to the kernel" : "from the kernel";
    const who = opener === "ours" ? "we connect" : "the kernel connects";
    Deno.test(`50 MB go ${way} with one packet in a hundred marked, and none lost, when ${who}`, async (t) => {
      await using pair = await Pair.create();
      setOffloads(pair, false);
      within(pair.far, () => setSysctl("net/ipv4/tcp_ecn", "1"));
      for (const network of [pair.near, pair.far]) await markAtRandom(network);
      using _ = enter(pair.near);
      using link = await Link.open({
        opener,
        config: { congestion: { ecn: "request" } },
        prepare: (socket) => setCongestionControl(socket, "cubic"),
        ...overCable(pair),
      });
      assert(link.connection.agreed.ecn && tcpInfo(link.kernel).ecn, "both agreed to ECN");
      const rate = await transfer(link, { [direction]: AMOUNT }, seconds(60));
      await t.step(`at ${(rate / 1e6).toFixed(1)} MB/s`, () => {
        const { octetsAcknowledged, octetsReceived } = link.connection;
        assertEquals(direction === "up" ? octetsAcknowledged : octetsReceived, AMOUNT);
      });
      const marking = direction === "up" ? pair.far : pair.near;
      assertGreater(await marking.dropped(), 100, "packets were marked");
      if (direction === "up") {
        assertLess(link.connection.ssthresh, Infinity, "we reduced our window");
        assertLess(link.connection.segmentsRetransmitted, 5, "nothing but a tail loss probe when it is late");
      } else {
        assertLess(tcpInfo(link.kernel).retransmitted, 5, "nothing but a tail loss probe when we are late");
        assertLess(tcpInfo(link.kernel).ssthresh, 0x7fffffff, "the kernel reduced its window");
      }
    });
  }
}
