/** Bulk data between our core and the kernel's TCP: both roles, both directions, both families, every octet checked. */

import { assert, assertEquals } from "@std/assert";
import { seqNumber, seqToUint32 } from "../../tcp/mod.ts";
import { setCongestionControl } from "../ffi/kernel_tcp.ts";
import { Link, OPENERS } from "./link.ts";
import { kernelTests } from "./network.ts";
import { type Amounts, transfer } from "./transfer.ts";
import { undisturbed } from "./undisturbed.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

const kernelTest = kernelTests();

const AMOUNT = 12 << 20;

/** Names of the amounts, for tests. */
const DIRECTIONS: readonly (readonly [name: string, amounts: Amounts])[] = [
  ["to the kernel", { up: AMOUNT }],
  ["from the kernel", { down: AMOUNT }],
  ["both ways at once", { up: AMOUNT / 2, down: AMOUNT / 2 }],
];

const OPENER_NAMES = { ours: "we connect", kernel: "the kernel connects" } as const;

for (const opener of OPENERS) {
  for (const [direction, amounts] of DIRECTIONS) {
    kernelTest(
      `12 MiB go ${direction} octet for octet when ${OPENER_NAMES[opener]}`,
      undisturbed(async () => {
        using link = await Link.open({ opener });
        await transfer(link, amounts);
        assertEquals(link.connection.segmentsRetransmitted, 0, "loopback loses nothing");
      }),
    );
  }

  kernelTest(`IPv6: 6 MiB go each way octet for octet when ${OPENER_NAMES[opener]}`, async () => {
    const address = loopbackAddress(6);
    using link = await Link.open({ opener, ourAddress: address, kernelAddress: address });
    await transfer(link, { up: AMOUNT / 2, down: AMOUNT / 2 });
    assertEquals(link.connection.local.address.family, 6);
  });
}

for (const name of ["bbr", "cubic", "reno"]) {
  kernelTest(`12 MiB come octet for octet from a kernel that sends with ${name}`, async () => {
    using link = await Link.open({ prepare: (socket) => setCongestionControl(socket, name) });
    await transfer(link, { down: AMOUNT });
  });
}

for (const congestionControl of ["cubic", "reno"] as const) {
  kernelTest(`12 MiB go octet for octet to the kernel with our ${congestionControl}`, async () => {
    using link = await Link.open({ config: { congestion: { congestionControl } } });
    await transfer(link, { up: AMOUNT });
    assertEquals(link.connection.octetsAcknowledged, AMOUNT);
  });
}

kernelTest("the sequence numbers of both sides pass 2^32 on the way", async () => {
  for (const opener of OPENERS) {
    const nearWrap = seqNumber(-1_000_000);
    using link = await Link.open({ opener, isn: () => nearWrap });
    await transfer(link, { up: 4 << 20, down: 1 << 20 });
    assert(seqToUint32(link.connection.sndNxt) < seqToUint32(nearWrap), "it wrapped");
  }
});

kernelTest(
  "a congestion window that the user cannot fill stays below twice what was in flight, whatever the numbers",
  async () => {
    const sendBuffer = 200_000;
    for (const iss of [1, 2 ** 31 - 1_000_000, 2 ** 31 + 1, -1_000_000]) {
      // Slow start ends by delays too: that is another test's.
      const config = { buffers: { sendBuffer }, congestion: { hystart: false } };
      using link = await Link.open({ config, isn: () => seqNumber(iss) });
      await transfer(link, { up: AMOUNT });
      const { cwnd, sendMss } = link.connection;
      assert(cwnd <= 2 * sendBuffer + sendMss, `${cwnd} octets from ${iss} on`);
    }
  },
);
