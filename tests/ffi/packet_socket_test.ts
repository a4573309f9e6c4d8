/** Packet sockets, packet rings and the next hop on loopback, in a network of the test's own. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Endpoint,
  loadWholeLibc,
  type NextHop,
  nextHopTo,
  type OctetPieces,
  PacketRing,
  packetSegmentLimit,
  PacketSocket,
  parseLiteral,
  PortGuard,
  setInterfaceMtu,
  StreamListener,
  SystemError,
  wallClockMicros,
} from "../../ffi/mod.ts";
import {
  ACK,
  arrived,
  buildPacket,
  connectBlocking,
  kernelTests,
  openDescriptors,
  readPacket,
} from "./support.ts";
import { loopbackAddress } from "./loopback.ts";

const kernelTest = kernelTests();
loadWholeLibc();

const LO_MTU = 65_536;

const NOTHING = wholeOf(new Uint8Array(0));

/** The first `length` octets in one part. */
function wholeOf(octets: Uint8Array, length = octets.length): OctetPieces {
  return { octets, offset: 0, length, firstPartLength: length };
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(length).map((_, i) => i * 7 + (i >> 8));
}

function senderOnLoopback(local: Endpoint): PacketSocket {
  return PacketSocket.open({
    local,
    nextHop: nextHopTo({ destination: local.address, source: local.address }),
  });
}

/** The packet that the ring has received, of that many octets. */
function packetIn(ring: PacketRing, length: number): Uint8Array {
  return ring.inbound.subarray(ring.inboundOffset, ring.inboundOffset + length);
}

for (const family of [4, 6] as const) {
  const address = loopbackAddress(family);
  const any: Endpoint = { address, port: 0 };
  const headers = family === 4 ? 40 : 60;

  kernelTest(`IPv${family}: the next hop on loopback is loopback itself`, () => {
    const hop = nextHopTo({ destination: address, source: address });
    assertEquals(hop.kind, "loopback");
    assert(hop.interfaceIndex > 0);
    assertEquals(hop.address, new Uint8Array(6));
    assertEquals(hop.ownAddress, new Uint8Array(6));
  });

  kernelTest(`IPv${family}: a gathered segment arrives in one piece, wrapped payload and all`, async () => {
    using guardA = PortGuard.open(any);
    using guardB = PortGuard.open(any);
    using a = senderOnLoopback(guardA.local);
    using b = await PacketRing.open({ local: guardB.local, remote: guardA.local });
    b.start();
    const payload = pattern(packetSegmentLimit(family));
    const rows = [
      { name: "nothing", offset: 0, first: 0, length: 0, size: 0 },
      { name: "one octet", offset: 5, first: 1, length: 1, size: 0 },
      { name: "one segment in one part", offset: 100, first: 1_448, length: 1_448, size: 0 },
      { name: "many in one part", offset: 0, first: payload.length, length: payload.length, size: 1_448 },
      { name: "many in two parts", offset: payload.length - 999, first: 999, length: 14_480, size: 1_448 },
      { name: "one again after many", offset: 1, first: 3, length: 3, size: 0 },
    ];
    for (const { name, offset, first, length, size } of rows) {
      const pieces = { octets: payload, offset, length, firstPartLength: first };
      const whole = new Uint8Array(length);
      whole.set(payload.subarray(offset, offset + first));
      whole.set(payload.subarray(0, length - first), first);
      buildPacket(a.outbound, guardA.local, guardB.local, { sequence: length, flags: ACK, payload: whole });
      a.outbound.fill(0xee, headers, headers + 10); // what stands behind the headers is not sent
      const before = wallClockMicros();
      assertEquals([name, a.sendGathered(headers, pieces, size)], [name, "sent"]);
      const after = wallClockMicros();
      const received = arrived(b);
      assertEquals([name, received], [name, headers + length]);
      assert(before <= b.inboundStamp && b.inboundStamp <= after, "the kernel says when");
      const segment = readPacket(packetIn(b, received));
      assertEquals([segment.sequence, segment.payload], [length, whole], name);
      assertEquals([name, b.inboundChecksum, b.inboundSegmentSize], [name, "unfinished", size]);
    }
    assertEquals(b.receive(), 0);
  });

  kernelTest(
    `IPv${family}: short and long packets come out of a ring in the order of their arrival, round and round`,
    async () => {
      using guardA = PortGuard.open(any);
      using guardB = PortGuard.open(any);
      using a = senderOnLoopback(guardA.local);
      using b = await PacketRing.open({ local: guardB.local, remote: guardA.local, memory: 1 << 16 });
      b.start();
      const payload = pattern(60_000);
      let sent = 0;
      let seen = 0;
      for (let turn = 0; turn < 40; turn++) {
        for (let i = 0; i < 1 + turn % 7; i++) {
          const length = (sent * 2_477) % 60_000;
          buildPacket(a.outbound, guardA.local, guardB.local, {
            sequence: sent++,
            flags: ACK,
            payload: payload.subarray(0, length),
          });
          assertEquals(a.sendGathered(headers, wholeOf(payload, length), 0), "sent");
        }
        for (let length = b.receive(); length > 0; length = b.receive()) {
          const segment = readPacket(packetIn(b, length));
          assertEquals(segment.sequence, seen);
          assertEquals(segment.payload, payload.subarray(0, (seen++ * 2_477) % 60_000));
        }
        assertEquals(seen, sent);
      }
    },
  );

  kernelTest(
    `IPv${family}: a full ring loses what comes, keeps what it has, and goes on once it is read`,
    async () => {
      using guardA = PortGuard.open(any);
      using guardB = PortGuard.open(any);
      using a = senderOnLoopback(guardA.local);
      using b = await PacketRing.open({ local: guardB.local, remote: guardA.local, memory: 1 << 16 });
      b.start();
      const send = (sequence: number): void => {
        buildPacket(a.outbound, guardA.local, guardB.local, { sequence, flags: ACK });
        a.sendGathered(headers, NOTHING, 0);
      };
      const heard = (): number[] => {
        const numbers: number[] = [];
        for (let length = b.receive(); length > 0; length = b.receive()) {
          numbers.push(readPacket(packetIn(b, length)).sequence);
        }
        return numbers;
      };
      for (let i = 0; i < 40; i++) send(i);
      assertEquals(heard(), Array.from({ length: 32 }, (_, i) => i));
      send(99);
      assertEquals(heard(), [99]);
    },
  );

  kernelTest(
    `IPv${family}: what the kernel sends in one piece arrives so, with its segments' size`,
    async () => {
      setInterfaceMtu("lo", 1_500);
      try {
        using listener = StreamListener.open(any);
        using client = connectBlocking(listener.local, 1_000);
        using server = listener.accept();
        assert(server !== undefined);
        using ear = await PacketRing.open({ local: listener.local, remote: client.local });
        ear.start();
        const sent = pattern(100_000);
        let at = 0;
        let largest = 0;
        let heard = 0;
        let first: number | undefined;
        const into = new Uint8Array(100_000);
        for (let turn = 0; turn < 1_000 && heard < sent.length; turn++) {
          if (at < sent.length) at += client.send(sent.subarray(at));
          server.receive(into); // so that the window stays open
          for (let length = ear.receive(); length > 0; length = ear.receive()) {
            const { payload, sequence } = readPacket(packetIn(ear, length));
            first ??= sequence;
            const start = (sequence - first) | 0; // a kernel that is kept waiting sends again
            assertEquals(payload, sent.subarray(start, start + payload.length));
            heard = Math.max(heard, start + payload.length);
            if (payload.length <= 1_448) continue;
            largest = Math.max(largest, payload.length);
            assertEquals([ear.inboundSegmentSize, ear.inboundChecksum], [
              family === 4 ? 1_448 : 1_428,
              "unfinished",
            ]);
          }
        }
        assertEquals(heard, sent.length);
        assert(largest > 10_000, `merged segments: ${largest}`);
      } finally {
        setInterfaceMtu("lo", LO_MTU);
      }
    },
  );
}

kernelTest("without a route there is no next hop", () => {
  const destination = parseLiteral("192.0.2.1");
  assert(destination !== undefined);
  const error = assertThrows(() => nextHopTo({ destination, source: loopbackAddress(4) }), SystemError);
  assertEquals([error.call, error.errnoName], ["rtnetlink RTM_GETROUTE", "ENETUNREACH"]);
});

kernelTest("frames need an Ethernet and a next hop that is resolved", () => {
  const end: Endpoint = { address: loopbackAddress(4), port: 9 };
  const hop = nextHopTo({ destination: end.address, source: end.address });
  const before = openDescriptors();
  const open = (nextHop: NextHop) => (): PacketSocket => PacketSocket.open({ local: end, nextHop });
  assertThrows(open({ ...hop, address: null }), RangeError, "not resolved");
  assertThrows(open({ ...hop, kind: "other" }), RangeError, "not an Ethernet");
  assertEquals(openDescriptors(), before);
});

kernelTest("the array that payloads come from may change", async () => {
  const any: Endpoint = { address: loopbackAddress(4), port: 0 };
  using guardA = PortGuard.open(any);
  using guardB = PortGuard.open(any);
  using a = senderOnLoopback(guardA.local);
  using b = await PacketRing.open({ local: guardB.local, remote: guardA.local });
  b.start();
  const arrays = [pattern(5_000), pattern(5_000).reverse()];
  for (const turn of [0, 1, 0, 0, 1]) {
    const payload = arrays[turn] ?? new Uint8Array();
    buildPacket(a.outbound, guardA.local, guardB.local, { flags: ACK, payload });
    a.sendGathered(40, wholeOf(payload), 1_000);
    assertEquals(readPacket(packetIn(b, arrived(b))).payload, payload);
  }
});

kernelTest("a ring is opened on another thread, while this one goes on", async () => {
  const any: Endpoint = { address: loopbackAddress(4), port: 0 };
  using guardA = PortGuard.open(any);
  using guardB = PortGuard.open(any);
  let isOpen = false;
  const opening = PacketRing.open({ local: guardB.local, remote: guardA.local }).then((ring) => {
    isOpen = true;
    return ring;
  });
  // What this thread has to do for it is over after a few of these.
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
  assertEquals(isOpen, false);
  using _ring = await opening;
});

kernelTest(
  "a ring hears its own connection only, and is gone with its memory when it is closed",
  async () => {
    const any: Endpoint = { address: loopbackAddress(4), port: 0 };
    using guardA = PortGuard.open(any);
    using guardB = PortGuard.open(any);
    using guardC = PortGuard.open(any);
    using a = senderOnLoopback(guardA.local);
    const before = openDescriptors();
    const b = await PacketRing.open({ local: guardB.local, remote: guardA.local });
    b.start();
    for (
      const [from, to] of [[guardA, guardC], [guardC, guardB], [guardB, guardA], [guardA, guardB]] as const
    ) {
      buildPacket(a.outbound, from.local, to.local, { flags: ACK });
      a.sendGathered(40, NOTHING, 0);
    }
    assertEquals(arrived(b), 40);
    assertEquals(b.receive(), 0);
    b[Symbol.dispose]();
    b[Symbol.dispose]();
    assertEquals([openDescriptors(), b.receive(), b.inbound.every((octet) => octet === 0)], [
      before,
      0,
      true,
    ]);
  },
);
