/** Guard and raw sockets where the kernel allows no filter, as some do without CAP_NET_ADMIN. */

import { assertEquals, assertThrows } from "@std/assert";
import { PacketSieve } from "../../ffi/packet_sieve.ts";
import {
  type Endpoint,
  loadWholeLibc,
  openRawSocket,
  PortGuard,
  StreamListener,
  SystemError,
} from "../../ffi/mod.ts";
import { ACK, buildPacket, connectBlocking, kernelTests, RST, segmentsUntilQuiet, SYN } from "./support.ts";
import { loopbackAddress } from "./loopback.ts";

const kernelTest = kernelTests();
loadWholeLibc();

const QUIET = 100; // milliseconds
const MAX_TTL = 255;
const TTL_OFFSET = { 4: 8, 6: 7 } as const;
const refused = (): boolean => false;

for (const family of [4, 6] as const) {
  const address = loopbackAddress(family);
  const any: Endpoint = { address, port: 0 };

  kernelTest(`an IPv${family} guard without a filter keeps the kernel silent, whatever arrives`, async () => {
    using guard = PortGuard.open(any, refused);
    const local = guard.local;
    using peer = PortGuard.open(any);
    using ours = openRawSocket({ local, remote: peer.local });
    using theirs = openRawSocket({ local: peer.local, remote: local });
    const flags = [SYN, SYN | ACK, ACK, RST];
    for (const flag of flags) {
      theirs.send(buildPacket(theirs.outbound, peer.local, local, { sequence: 7, flags: flag }));
    }
    assertEquals((await segmentsUntilQuiet(ours, QUIET)).map((segment) => segment.flags), flags);
    assertEquals(await segmentsUntilQuiet(theirs, QUIET), []);
    // The signature that is asked for takes what the TTL lets pass.
    const length = buildPacket(theirs.outbound, peer.local, local, { sequence: 7, flags: SYN | ACK });
    theirs.outbound[TTL_OFFSET[family]] = MAX_TTL;
    theirs.send(length);
    assertEquals((await segmentsUntilQuiet(ours, QUIET)).map((segment) => segment.flags), [SYN | ACK]);
    assertEquals(await segmentsUntilQuiet(theirs, QUIET), []);
  });

  kernelTest(`an IPv${family} guard without a filter keeps its port all the same`, () => {
    using guard = PortGuard.open(any, refused);
    const again = assertThrows(() => PortGuard.open(guard.local, refused), SystemError);
    assertEquals(again.errnoName, "EADDRINUSE");
  });

  kernelTest(
    `an IPv${family} raw socket without a filter shows its own connection's packets only`,
    async () => {
      using listener = StreamListener.open(any);
      using guard = PortGuard.open(any, refused);
      using unknownPeer = PortGuard.open(any);
      const [local, remote] = [guard.local, listener.local];
      using raw = openRawSocket({ local, remote, filter: refused });
      using everybody = openRawSocket({ local, filter: refused });
      using other = openRawSocket({ local: unknownPeer.local, remote: local });
      using busy = connectBlocking(remote, 1_000);
      busy.send(new Uint8Array(1_000));
      raw.send(buildPacket(raw.outbound, local, remote, { sequence: 1, flags: SYN }));
      other.send(buildPacket(other.outbound, unknownPeer.local, local, { sequence: 2, flags: ACK }));
      assertEquals((await segmentsUntilQuiet(raw, QUIET)).map((segment) => segment.flags), [SYN | ACK]);
      const ports = (await segmentsUntilQuiet(everybody, QUIET)).map((segment) => segment.sourcePort);
      assertEquals(ports, [remote.port, unknownPeer.local.port]);
      raw.send(buildPacket(raw.outbound, local, remote, { sequence: 2, flags: RST }));
    },
  );
}

const octets = (...values: number[]): Uint8Array => new Uint8Array(values);
const V6_A = octets(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
const V6_B = octets(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);

Deno.test("the sieve keeps one connection's packets", async (t) => {
  const rows: [name: string, change: [offset: number, value: number][], kept: boolean, length?: number][] = [
    ["as they should be", [], true],
    ["another protocol", [[9, 17]], false],
    ["another source", [[15, 9]], false],
    ["another destination", [[19, 9]], false],
    ["another source port", [[21, 9]], false],
    ["another destination port", [[22, 9]], false],
    ["cut in the ports", [], false, 23],
    ["cut after the ports", [], true, 24],
    ["nothing", [], false, 0],
    [
      "IP options before the ports",
      [[0, 0x46], [24, 0x12], [25, 0x34], [26, 0x00], [27, 0x50], [20, 1]],
      true,
    ],
  ];
  const packet = new Uint8Array(40);
  packet.set([0x45], 0);
  packet.set([6], 9);
  packet.set([192, 0, 2, 1, 192, 0, 2, 2, 0x12, 0x34, 0x00, 0x50], 12);
  const local = { address: { family: 4, octets: octets(192, 0, 2, 2) }, port: 0x50 } as const;
  const remote = { address: { family: 4, octets: octets(192, 0, 2, 1) }, port: 0x1234 } as const;
  for (const [name, changes, kept, length = packet.length] of rows) {
    await t.step(name, () => {
      const changed = packet.slice();
      for (const [offset, value] of changes) changed[offset] = value;
      assertEquals(new PacketSieve(local, remote).keeps(changed, length), kept);
    });
  }
  await t.step("without a peer from everybody, at any address of ours", () => {
    const anywhere = { address: { family: 4, octets: octets(0, 0, 0, 0) }, port: 0x50 } as const;
    assertEquals(new PacketSieve(anywhere, undefined).keeps(packet, packet.length), true);
    assertEquals(new PacketSieve({ ...anywhere, port: 0x51 }, undefined).keeps(packet, packet.length), false);
  });
  await t.step("to a range of ports, both ends included", () => {
    const to = (first: number, last: number): boolean =>
      new PacketSieve({ ...local, port: 0 }, undefined, { first, last }).keeps(packet, packet.length);
    assertEquals([to(0x50, 0x51), to(0x4f, 0x50), to(0x51, 0x60), to(0x40, 0x4f)], [
      true,
      true,
      false,
      false,
    ]);
  });
  await t.step("IPv6", () => {
    const six = new Uint8Array(60);
    six.set([0x60], 0);
    six.set([6], 6);
    six.set(V6_A, 8);
    six.set(V6_B, 24);
    six.set([0x12, 0x34, 0x00, 0x50], 40);
    const ends = [
      { address: { family: 6, octets: V6_B }, port: 0x50 },
      { address: { family: 6, octets: V6_A }, port: 0x1234 },
    ] as const;
    assertEquals(new PacketSieve(...ends).keeps(six, six.length), true);
    assertEquals(new PacketSieve(ends[1], ends[0]).keeps(six, six.length), false);
    assertEquals(new PacketSieve(...ends).keeps(six, 43), false);
  });
});
