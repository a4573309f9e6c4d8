/** Raw sockets of both families on loopback, in a network of the test's own. */

import { assert, assertEquals, assertStrictEquals, assertThrows, fail } from "@std/assert";
import { SO_RCVBUF, SOL_SOCKET } from "../../ffi/constants.ts";
import { getOption } from "../../ffi/file_descriptor.ts";
import { sendResult } from "../../ffi/socket_errors.ts";
import {
  type Endpoint,
  interfaceMtu,
  loadWholeLibc,
  openRawSocket,
  PortGuard,
  RawSocket,
  RawSocketV6,
  receiveAgain,
  type SendResult,
  setInterfaceMtu,
  SystemError,
  wallClockMicros,
} from "../../ffi/mod.ts";
import {
  ACK,
  arrived,
  buildPacket,
  kernelTests,
  openDescriptors,
  readPacket,
  segmentsUntilQuiet,
} from "./support.ts";

import { icmpChecksum, sendIcmp } from "./icmp.ts";
import { loopbackAddress } from "./loopback.ts";

const kernelTest = kernelTests();
loadWholeLibc();

const QUIET = 100; // milliseconds

/** An ICMP message about a packet (RFC 792, RFC 4443 3.1). */
function portUnreachable(packet: Uint8Array, family: 4 | 6): Uint8Array<ArrayBuffer> {
  const message = new Uint8Array(8 + packet.length);
  message.set(family === 4 ? [3, 3] : [1, 4]);
  message.set(packet, 8);
  if (family === 4) new DataView(message.buffer).setUint16(2, icmpChecksum(message));
  return message;
}
const LO_MTU = 65_536;

for (const family of [4, 6] as const) {
  const address = loopbackAddress(family);
  const any: Endpoint = { address, port: 0 };
  const headers = family === 4 ? 40 : 60;

  kernelTest(`IPv${family}: more may wait to be received where many connections share the socket`, () => {
    using guard = PortGuard.open(any);
    using one = openRawSocket({ local: guard.local, remote: { address, port: 9 } });
    using many = openRawSocket({ local: guard.local });
    const [ofOne, ofMany] = [one, many].map(({ descriptor }) =>
      getOption(descriptor, SOL_SOCKET, SO_RCVBUF, "getsockopt SO_RCVBUF")
    );
    // The kernel doubles what is asked for.
    assertEquals([ofOne, ofMany], [2 * 8 * 1024 * 1024, 2 * 32 * 1024 * 1024]);
  });

  kernelTest(`IPv${family} packets arrive as they were sent, header and all`, async () => {
    using guardA = PortGuard.open(any);
    using guardB = PortGuard.open(any);
    using a = openRawSocket({ local: guardA.local, remote: guardB.local });
    using b = openRawSocket({ local: guardB.local, remote: guardA.local });
    assertEquals(b.receive(), 0);
    for (const size of [0, 1, 1448, 65_535 - headers]) {
      const payload = new Uint8Array(size).map((_, i) => i * 7);
      const length = buildPacket(a.outbound, guardA.local, guardB.local, {
        sequence: size,
        flags: ACK,
        payload,
      });
      assertEquals([size, a.send(length)], [size, "sent"]);
      const received = arrived(b);
      assertEquals(received, length);
      const expected = a.outbound.slice(0, length);
      const packet = b.inbound.slice(0, received);
      if (family === 4) { // the kernel fills in ID and header checksum
        packet.fill(0, 4, 6);
        packet.fill(0, 10, 12);
      }
      assertEquals(packet, expected);
    }
    assertEquals(await segmentsUntilQuiet(b, QUIET), []);
    assertEquals(a.receive(), 0, "our own packets do not come back");
  });

  kernelTest(`IPv${family}: each packet has the moment at which the kernel received it`, async () => {
    using guardA = PortGuard.open(any);
    using guardB = PortGuard.open(any);
    using a = openRawSocket({ local: guardA.local, remote: guardB.local });
    using b = openRawSocket({ local: guardB.local, remote: guardA.local });
    // The kernel begins to stamp what arrives some time after it was asked to, and until then what is read.
    for (let sequence = 0, inARow = 0; inARow < 3; sequence++) {
      const length = buildPacket(a.outbound, guardA.local, guardB.local, { sequence, flags: ACK });
      const before = wallClockMicros();
      a.send(length);
      const after = wallClockMicros();
      assert(arrived(b) > 0);
      const isBetween = before <= b.inboundStamp && b.inboundStamp <= after;
      inARow = isBetween ? inARow + 1 : 0;
      if (isBetween) continue;
      assert(sequence < 100, `${before}, ${b.inboundStamp}, ${after}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  });

  kernelTest(`IPv${family}: a batch of packets leaves with one call, from where their octets lie`, () => {
    using guardA = PortGuard.open(any);
    using guardB = PortGuard.open(any);
    using a = openRawSocket({ local: guardA.local, remote: guardB.local, mtu: 3_000 });
    using b = openRawSocket({ local: guardB.local, remote: guardA.local });
    const { batch } = a;
    const ring = new Uint8Array(2_000).map((_, i) => i * 13);
    const rows = [[0, 0, 0], [5, 1, 1], [100, 1_400, 1_400], [1_990, 10, 500], [0, 2_000, 2_000]] as const;
    const expected = rows.map(([offset, first, length], i) => {
      const payload = new Uint8Array(length);
      payload.set(ring.subarray(offset, offset + first));
      payload.set(ring.subarray(0, length - first), first);
      const built = buildPacket(a.outbound, guardA.local, guardB.local, { sequence: i, flags: ACK, payload });
      batch.headers.set(a.outbound.subarray(0, built - length), batch.headersOffset(i));
      batch.put(i, built - length, { octets: ring, offset, length, firstPartLength: first });
      return [i, payload] as const;
    });
    assertEquals(batch.send(2, 3), 3);
    assertEquals(batch.send(0, 2), 2);
    for (const i of [2, 3, 4, 0, 1]) {
      const { sequence, payload } = readPacket(b.inbound.subarray(0, arrived(b)));
      assertEquals<readonly unknown[] | undefined>([sequence, payload], expected[i]);
    }
    assertEquals(b.receive(), 0);
  });

  kernelTest(
    `an IPv${family} socket that is muted keeps what it has, gets nothing more and sends on`,
    async () => {
      using guardA = PortGuard.open(any);
      using guardB = PortGuard.open(any);
      using a = openRawSocket({ local: guardA.local, remote: guardB.local });
      using b = openRawSocket({ local: guardB.local, remote: guardA.local });
      const sendToB = (): SendResult =>
        a.send(buildPacket(a.outbound, guardA.local, guardB.local, { flags: ACK }));
      const sendToA = (): SendResult =>
        b.send(buildPacket(b.outbound, guardB.local, guardA.local, { flags: ACK }));
      sendToB();
      b.stopReceiving(guardB.local);
      for (let i = 0; i < 3; i++) assertEquals([sendToB(), sendToA()], ["sent", "sent"]);
      assertEquals((await segmentsUntilQuiet(b, QUIET)).length, 1);
      assertEquals((await segmentsUntilQuiet(a, QUIET)).length, 3);
    },
  );

  kernelTest(
    `an IPv${family} socket that was muted receives again, and what ICMP says in between is no fate of its packets`,
    async () => {
      using guardA = PortGuard.open(any);
      using guardB = PortGuard.open(any);
      using a = openRawSocket({ local: guardA.local, remote: guardB.local });
      using b = openRawSocket({ local: guardB.local, remote: guardA.local });
      const sendToB = (): SendResult =>
        a.send(buildPacket(a.outbound, guardA.local, guardB.local, { flags: ACK }));
      b.stopReceiving(guardB.local);
      sendToB();
      receiveAgain(b.descriptor, guardB.local, guardA.local);
      for (let i = 0; i < 3; i++) {
        assertEquals(sendToB(), "sent");
        const forA = buildPacket(b.outbound, guardB.local, guardA.local, { flags: ACK });
        sendIcmp(portUnreachable(b.outbound.subarray(0, forA), family), guardB.local.address);
        assertEquals(b.send(forA), "sent");
      }
      assertEquals((await segmentsUntilQuiet(b, QUIET)).length, 3);
      assertEquals((await segmentsUntilQuiet(a, QUIET)).length, 3);
    },
  );

  kernelTest(`an IPv${family} socket gets its own connection's packets and no others`, async () => {
    using guardA = PortGuard.open(any);
    using guardB = PortGuard.open(any);
    using guardC = PortGuard.open(any);
    using b = openRawSocket({ local: guardB.local, remote: guardA.local });
    using sender = openRawSocket({ local: any });
    const send = (from: Endpoint, to: Endpoint, sequence: number): void => {
      assertEquals(sender.send(buildPacket(sender.outbound, from, to, { sequence, flags: ACK })), "sent");
    };
    send(guardC.local, guardB.local, 1);
    send(guardA.local, guardC.local, 2);
    send(guardB.local, guardA.local, 3);
    if (family === 4) {
      const elsewhere = {
        address: { family, octets: new Uint8Array([127, 0, 0, 2]) },
        port: guardA.local.port,
      };
      send(elsewhere, guardB.local, 4);
    }
    send(guardA.local, guardB.local, 5);
    assertEquals((await segmentsUntilQuiet(b, QUIET)).map((segment) => segment.sequence), [5]);
  });

  kernelTest(`an IPv${family} socket without a peer serves them all`, async () => {
    using guard = PortGuard.open(any);
    using guardA = PortGuard.open(any);
    using guardB = PortGuard.open(any);
    using server = openRawSocket({ local: guard.local });
    for (const client of [guardA.local, guardB.local]) {
      using raw = openRawSocket({ local: client, remote: guard.local });
      raw.send(buildPacket(raw.outbound, client, guard.local, { sequence: 1, flags: ACK }));
      const [request] = await segmentsUntilQuiet(server, QUIET);
      assertEquals(request?.sourcePort, client.port);
      server.send(buildPacket(server.outbound, guard.local, client, { sequence: 2, flags: ACK }));
      const [answer] = await segmentsUntilQuiet(raw, QUIET);
      assertEquals(answer?.sequence, 2);
    }
  });

  kernelTest(`an IPv${family} packet beyond the MTU is "too long"`, () => {
    using guard = PortGuard.open(any);
    const remote = { address, port: 9 };
    setInterfaceMtu("lo", 1500);
    try {
      assertEquals(interfaceMtu(address), 1500);
      using raw = openRawSocket({ local: guard.local, remote });
      assertEquals(raw.mtu, 1500);
      const payload = new Uint8Array(1500 - headers + 1);
      const fits = payload.subarray(1);
      const rows = [[payload, "too long"], [fits, "sent"], [payload, "too long"]] as const;
      for (const [octets, expected] of rows) {
        const length = buildPacket(raw.outbound, guard.local, remote, { flags: ACK, payload: octets });
        assertEquals(raw.send(length), expected);
      }
    } finally {
      setInterfaceMtu("lo", LO_MTU);
    }
    using raw = openRawSocket({ local: guard.local, remote });
    assertEquals(raw.mtu, 65_535, "the loopback MTU is one more than an IP packet can have");
    using fixed = openRawSocket({ local: guard.local, remote, mtu: 576 });
    assertEquals(fixed.mtu, 576);
  });

  kernelTest(`an IPv${family} packet without a route is "unreachable", and says why`, () => {
    using raw = openRawSocket({ local: any });
    const octets = family === 4 ? [192, 0, 2, 1] : [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    const remote = { address: { family, octets: new Uint8Array(octets) }, port: 9 };
    assertEquals(raw.sender.softError, undefined);
    assertEquals(raw.send(buildPacket(raw.outbound, any, remote, { flags: ACK })), "unreachable");
    assertEquals([raw.sender.softError?.call, raw.sender.softError?.errnoName], ["sendto", "ENETUNREACH"]);
    const error = assertThrows(() => openRawSocket({ local: any, remote }), SystemError);
    assertEquals([error.call, error.errnoName], ["rtnetlink RTM_GETROUTE", "ENETUNREACH"]);
  });

  kernelTest(`closing an IPv${family} raw socket twice is harmless, using it then is an error`, () => {
    const raw = openRawSocket({ local: any });
    raw[Symbol.dispose]();
    raw[Symbol.dispose]();
    assertEquals(raw.descriptor, -1);
    assertEquals(assertThrows(() => raw.receive(), SystemError).errnoName, "EBADF");
    assertEquals(assertThrows(() => raw.send(40), SystemError).errnoName, "EBADF");
  });
}

kernelTest(
  "an empty socket is empty every time, whatever else the engine does meanwhile to the error number",
  () => {
    using raw = RawSocket.open({ local: { address: loopbackAddress(4), port: 7 } });
    for (let i = 0; i < 100_000; i++) assertStrictEquals(raw.receive(), 0);
  },
);

for (const family of [4, 6] as const) {
  kernelTest(`nothing is allocated per IPv${family} packet`, () => {
    const [local, remote] = [7, 8].map((port): Endpoint => ({ address: loopbackAddress(family), port }));
    assert(local !== undefined && remote !== undefined);
    using sender = openRawSocket({ local, remote });
    using receiver = openRawSocket({ local: remote, remote: local });
    const length = buildPacket(sender.outbound, local, remote, { flags: ACK });
    const packets = 20_000;
    const exchange = (): void => {
      for (let i = 0; i < packets; i++) {
        if (sender.send(length) !== "sent" || arrived(receiver) !== length) fail("Lost");
      }
    };
    exchange(); // compiled now, or a little later on a busy machine
    let growth = Infinity;
    for (let attempt = 0; attempt < 6 && growth >= 16; attempt++) {
      const before = Deno.memoryUsage().heapUsed;
      exchange();
      growth = (Deno.memoryUsage().heapUsed - before) / packets;
    }
    assert(growth < 16, `${growth} octets of heap a packet`);
  });
}

kernelTest("an IPv4 packet with options arrives with them; the kernel's own header is readable", () => {
  using raw = RawSocket.open({ local: { address: loopbackAddress(4), port: 7 } });
  const end = { address: loopbackAddress(4), port: 7 };
  const length = buildPacket(raw.outbound, end, end, { sequence: 77, flags: ACK });
  raw.outbound.copyWithin(24, 20, length);
  raw.outbound.fill(1, 20, 24);
  raw.outbound[0] = 0x46;
  assertEquals(raw.send(length + 4), "sent");
  assertEquals(arrived(raw), length + 4);
  assertEquals(raw.inbound[0], 0x46);
  assertEquals(readPacket(raw.inbound).sequence, 77);
});

kernelTest("the IPv6 header that is put back has the packet's traffic class and hop limit", () => {
  const end = { address: loopbackAddress(6), port: 7 };
  using raw = RawSocketV6.open({ local: end });
  const length = buildPacket(raw.outbound, end, end, { flags: ACK });
  raw.outbound.set([0x6a, 0xb0], 0);
  raw.outbound[7] = 33;
  assertEquals(raw.send(length), "sent");
  assertEquals(arrived(raw), length);
  assertEquals([...raw.inbound.subarray(0, 8)], [0x6a, 0xb0, 0, 0, 0, 20, 6, 33]);
});

kernelTest("opening refuses an address that is not this host's, and leaves no descriptor behind", () => {
  const elsewhere = { address: { family: 4, octets: new Uint8Array([192, 0, 2, 1]) }, port: 1 } as const;
  const before = openDescriptors();
  const error = assertThrows(() => RawSocket.open({ local: elsewhere }), SystemError);
  assertEquals([error.call, error.errnoName], ["bind", "EADDRNOTAVAIL"]);
  assertEquals(openDescriptors(), before);
});

const RESULTS: readonly (readonly [number, string])[] = [
  [11, "full"], // EAGAIN
  [105, "full"], // ENOBUFS
  [90, "too long"], // EMSGSIZE
  [1, "unreachable"], // EPERM, a firewall
  [111, "unreachable"], // ECONNREFUSED
  [101, "unreachable"], // ENETUNREACH
  [113, "unreachable"], // EHOSTUNREACH
  [100, "unreachable"], // ENETDOWN
  [22, "unreachable"], // EINVAL, a blackhole route
];

for (const [errno, expected] of RESULTS) {
  Deno.test(`a packet refused with error ${errno} is "${expected}"`, () =>
    assertEquals(sendResult(errno), expected));
}

Deno.test("an error that says nothing about the packet is thrown", () => {
  const error = assertThrows(() => sendResult(9), SystemError);
  assert(error.message.includes("EBADF"));
});

for (const family of [4, 6] as const) {
  kernelTest(`IPv${family}: a batch stops at the packet that is too long, and says so`, () => {
    const any: Endpoint = { address: loopbackAddress(family), port: 0 };
    setInterfaceMtu("lo", 1_500);
    try {
      using guardA = PortGuard.open(any);
      using guardB = PortGuard.open(any);
      using a = openRawSocket({ local: guardA.local, remote: guardB.local });
      const payload = new Uint8Array(1_600);
      for (const [i, length] of [10, 1_600, 10].entries()) {
        const built = buildPacket(a.outbound, guardA.local, guardB.local, {
          flags: ACK,
          payload: payload.subarray(0, length),
        });
        a.batch.headers.set(a.outbound.subarray(0, built - length), a.batch.headersOffset(i));
        a.batch.put(i, built - length, { octets: payload, offset: 0, length, firstPartLength: length });
      }
      assertEquals(a.batch.send(0, 3), 1);
      assertEquals([a.batch.send(1, 2), a.batch.refusal], [0, "too long"]);
      assertEquals(a.batch.send(2, 1), 1);
    } finally {
      setInterfaceMtu("lo", LO_MTU);
    }
  });

  kernelTest(
    `IPv${family}: a batch leaves whole, whatever ICMP says in between, and when its socket is muted`,
    async () => {
      const any: Endpoint = { address: loopbackAddress(family), port: 0 };
      using guardA = PortGuard.open(any);
      using guardB = PortGuard.open(any);
      using a = openRawSocket({ local: guardA.local, remote: guardB.local });
      using b = openRawSocket({ local: guardB.local, remote: guardA.local });
      const { batch } = b;
      const octets = new Uint8Array();
      const built = buildPacket(b.outbound, guardB.local, guardA.local, { flags: ACK });
      const packet = b.outbound.slice(0, built);
      for (const i of [0, 1]) {
        batch.headers.set(packet, batch.headersOffset(i));
        batch.put(i, built, { octets, offset: 0, length: 0, firstPartLength: 0 });
      }
      sendIcmp(portUnreachable(packet, family), guardB.local.address);
      assertEquals(batch.send(0, 2), 2);
      b.stopReceiving(guardB.local);
      assertEquals(batch.send(0, 2), 2);
      assertEquals((await segmentsUntilQuiet(a, QUIET)).length, 4);
    },
  );
}

kernelTest("a batch of a socket without a peer goes where its first packet is addressed to", () => {
  const on = (last: number): Endpoint => ({
    address: { family: 4, octets: Uint8Array.of(127, 0, 0, last) },
    port: 0,
  });
  using guard = PortGuard.open(on(1));
  using server = openRawSocket({ local: guard.local });
  assert(server instanceof RawSocket);
  for (const last of [2, 3]) {
    using peerGuard = PortGuard.open(on(last));
    using peer = openRawSocket({ local: peerGuard.local, remote: guard.local });
    const octets = Uint8Array.of(last, last);
    const { length } = octets;
    for (let i = 0; i < 2; i++) {
      const built = buildPacket(server.outbound, guard.local, peerGuard.local, {
        flags: ACK,
        payload: octets,
      });
      server.batch.headers.set(server.outbound.subarray(0, built - length), server.batch.headersOffset(i));
      server.batch.put(i, built - length, { octets, offset: 0, length, firstPartLength: length });
    }
    assertEquals(server.batch.send(0, 2), 2);
    const received = [peer.receive(), peer.receive(), peer.receive()];
    assertEquals(received.map((size) => size > 0), [true, true, false], `to 127.0.0.${last}`);
  }
  const nowhere: Endpoint = { address: { family: 4, octets: Uint8Array.of(203, 0, 113, 9) }, port: 9 };
  const built = buildPacket(server.outbound, guard.local, nowhere, { flags: ACK });
  server.batch.headers.set(server.outbound.subarray(0, built), server.batch.headersOffset(0));
  server.batch.put(0, built, { octets: new Uint8Array(), offset: 0, length: 0, firstPartLength: 0 });
  assertEquals([server.batch.send(0, 1), server.batch.refusal], [0, "unreachable"], "there is no route");
});
