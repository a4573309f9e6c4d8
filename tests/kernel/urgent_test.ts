/** Urgent data between our core and the kernel's TCP (RFC 9293 3.8.5, RFC 6093). */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { SystemError } from "../../ffi/mod.ts";
import { Event, Flag } from "../../tcp/mod.ts";
import { keepUrgentApart, receiveUrgent, sendUrgent } from "../ffi/kernel_tcp.ts";
import { FaultyDevice } from "./faulty_device.ts";
import { Link, OPENERS } from "./link.ts";
import { kernelTests } from "./network.ts";

const kernelTest = kernelTests();

const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
const text = (octets: Uint8Array): string => new TextDecoder().decode(octets);

for (const opener of OPENERS) {
  const who = opener === "ours" ? "we connected" : "the kernel connected";

  kernelTest(
    `the kernel's urgent octet is told, with how far away it is, and stays in the stream, when ${who} (MUST-32, MUST-33)`,
    async () => {
      using link = await Link.open({ opener });
      const { connection, kernel, loop } = link;
      connection.takeEvents();
      kernel.send(bytes("calm "));
      sendUrgent(kernel, bytes("NOW!"));
      kernel.send(bytes(" calm again"));
      await link.until("all of it", () => connection.unreadOctets === 20);
      assert((connection.takeEvents() & Event.urgent) !== 0);
      assertEquals(connection.urgentOctetsLeft, 9, "up to and with the !");
      const into = new Uint8Array(8);
      assertEquals(connection.receive(into, loop.now), 8);
      assertEquals(connection.urgentOctetsLeft, 1);
      assertEquals(connection.receive(into, loop.now), 8);
      assertEquals(text(into), "! calm a");
      assertEquals(connection.urgentOctetsLeft, 0);
    },
  );

  kernelTest(`the kernel takes our urgent octet out of the stream, when ${who} (MUST-62)`, async () => {
    using link = await Link.open({ opener, prepare: keepUrgentApart });
    const { connection, kernel, loop } = link;
    connection.send(bytes("calm "), loop.now);
    connection.sendUrgent(bytes("NOW!"), loop.now);
    connection.send(bytes(" calm again"), loop.now);
    await link.until("the ACK of all", () => connection.unackedOctets + connection.unsentOctets === 0);
    assertEquals(receiveUrgent(kernel), "!".charCodeAt(0));
    const into = new Uint8Array(100);
    // Linux stops a read before the mark.
    const before = kernel.receive(into) ?? 0;
    assertEquals(text(into.subarray(0, before)), "calm NOW");
    const after = kernel.receive(into) ?? 0;
    assertEquals(text(into.subarray(0, after)), " calm again");
  });
}

kernelTest("urgent data of 200 KB are announced from the first octet to the last (MUST-31)", async () => {
  const octets = new Uint8Array(200_000).fill(7);
  let ordinary = 0;
  using link = await Link.open({
    prepare: keepUrgentApart,
    throughDevice: (inner) =>
      new FaultyDevice(inner, {
        outward: (segment) => {
          if (segment.payload.length > 0 && !segment.has(Flag.urg)) ordinary++;
          return "passes";
        },
      }),
  });
  const { connection, kernel, loop } = link;
  using _ = loop.watch(kernel.descriptor, () => {});
  assertEquals(connection.sendUrgent(octets, loop.now), octets.length);
  const into = new Uint8Array(octets.length);
  let received = 0;
  await link.until("all but the urgent octet", () => {
    received += kernel.receive(into) ?? 0;
    return received === octets.length - 1;
  });
  assertEquals(ordinary, 0);
  assertEquals(receiveUrgent(kernel), 7);
});

kernelTest("without urgent data neither side has any", async () => {
  using link = await Link.open();
  const { connection, kernel, loop } = link;
  connection.takeEvents();
  kernel.send(bytes("calm"));
  connection.send(bytes("calm"), loop.now);
  await link.until("both", () => connection.unreadOctets === 4 && connection.unackedOctets === 0);
  assertEquals(connection.takeEvents() & Event.urgent, 0);
  assertEquals(connection.urgentOctetsLeft, 0);
  assertEquals(assertThrows(() => receiveUrgent(kernel), SystemError).errnoName, "EINVAL");
});
