/** A gigabyte each way between our core and the kernel's TCP, every octet checked: loopback and cable, both roles. */

import { assertEquals } from "@std/assert";
import { seconds } from "../../../tcp/mod.ts";
import { setCongestionControl } from "../../ffi/kernel_tcp.ts";
import { Link, type LinkOptions, OPENERS } from "../../kernel/link.ts";
import { type Amounts, transfer } from "../../kernel/transfer.ts";
import { Network, Pair } from "../network.ts";
import { enter, overCable, setOffloads } from "./place.ts";

const GIGABYTE = 1_000_000_000;
const PATIENCE = seconds(120);

const DIRECTIONS: readonly (readonly [name: string, amounts: Amounts])[] = [
  ["to the kernel", { up: GIGABYTE }],
  ["from the kernel", { down: GIGABYTE }],
];

/** Transfers, and says in a step of the test how quick it was. */
async function measure(t: Deno.TestContext, options: LinkOptions, amounts: Amounts): Promise<void> {
  using link = await Link.open(options);
  const rate = await transfer(link, amounts, PATIENCE);
  await t.step(
    `at ${Math.round(rate / 1e6)} MB/s, ${link.connection.segmentsRetransmitted} retransmitted`,
    () => {
      assertEquals(link.connection.octetsReceived, amounts.down ?? 0);
      assertEquals(link.connection.octetsAcknowledged, amounts.up ?? 0);
    },
  );
}

for (const opener of OPENERS) {
  const who = opener === "ours" ? "we connect" : "the kernel connects";
  for (const [direction, amounts] of DIRECTIONS) {
    Deno.test(`loopback: 1 GB goes ${direction} octet for octet when ${who}`, async (t) => {
      await using network = await Network.create();
      using _ = enter(network);
      await measure(t, { opener }, amounts);
    });

    Deno.test(`cable with MTU 1500: 1 GB goes ${direction} octet for octet when ${who}`, async (t) => {
      await using pair = await Pair.create();
      using _ = enter(pair.near);
      await measure(t, { opener, ...overCable(pair) }, amounts);
    });
  }
}

for (const [direction, amounts] of DIRECTIONS) {
  Deno.test(`cable whose ends neither cut nor merge: 1 GB goes ${direction} octet for octet`, async (t) => {
    await using pair = await Pair.create();
    setOffloads(pair, false);
    using _ = enter(pair.near);
    await measure(t, overCable(pair), amounts);
  });

  Deno.test(`IPv6 over the cable: 1 GB goes ${direction} octet for octet`, async (t) => {
    await using pair = await Pair.create();
    using _ = enter(pair.near);
    await measure(t, overCable(pair, 6), amounts);
  });
}

for (const name of ["bbr", "cubic", "reno"]) {
  Deno.test(`1 GB comes over the cable octet for octet from a kernel that sends with ${name}`, async (t) => {
    await using pair = await Pair.create();
    using _ = enter(pair.near);
    const prepare: LinkOptions["prepare"] = (socket) => setCongestionControl(socket, name);
    await measure(t, { ...overCable(pair), prepare }, { down: GIGABYTE });
  });
}
