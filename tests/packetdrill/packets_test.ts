/** Packets as octets, numbers of the script and of the wire. */

import { assertEquals, assertThrows } from "@std/assert";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { decodePacket, encodePacket } from "../../tcp/wire/packet.ts";
import { Flow, packetText, wrap32 } from "../../packetdrill/flows.ts";
import {
  buildPacket,
  findWrongOctet,
  readPacket,
  streamOctets,
  type WirePacket,
} from "../../packetdrill/packets.ts";

function packetOf(family: 4 | 6, changes: Partial<WirePacket> = {}): WirePacket {
  const length = family === 4 ? 4 : 16;
  return {
    family,
    source: new Uint8Array(length).fill(10),
    destination: new Uint8Array(length).fill(20),
    trafficClass: 0x2a,
    hopLimit: 33,
    sourcePort: 1_000,
    destinationPort: 2_000,
    seq: 0xffff_fff0,
    ack: 0x8000_0001,
    flags: Flag.psh | Flag.ack | Flag.urg | Flag.ae,
    window: 65_535,
    urgentPointer: 9,
    options: [{ kind: "nop" }, { kind: "nop" }, { kind: "TS", value: 1, echo: 0xffff_ffff }],
    payload: streamOctets(true, 0, 101),
    ...changes,
  };
}

for (const family of [4, 6] as const) {
  Deno.test(`an IPv${family} packet built here is read here as it was`, () => {
    assertEquals(readPacket(buildPacket(packetOf(family))), packetOf(family));
  });

  Deno.test(`an IPv${family} packet built here passes the core's decoder, and its encoder writes the same octets`, () => {
    const octets = buildPacket(packetOf(family, { trafficClass: 2, flags: Flag.ack, urgentPointer: 0 }));
    const segment = new Segment();
    assertEquals(decodePacket(octets, octets.length, segment, "strict"), null);
    const again = new Uint8Array(octets.length);
    assertEquals(encodePacket(segment, again), octets.length);
    assertEquals(readPacket(again), readPacket(octets));
  });

  Deno.test(`a spoilt IPv${family} packet is refused by the core's decoder, and a wrong checksum found here`, () => {
    const octets = buildPacket(packetOf(family), true);
    assertEquals(decodePacket(octets, octets.length, new Segment(), "verify"), "bad-checksum");
    assertThrows(() => readPacket(octets), Error, "Wrong TCP checksum");
  });
}

Deno.test("a wrong IP checksum, a wrong length, reserved bits and options that run over are found", () => {
  const spoilt = (change: (octets: Uint8Array) => void): Uint8Array => {
    const octets = buildPacket(packetOf(4));
    change(octets);
    return octets;
  };
  assertThrows(() => readPacket(spoilt((octets) => octets[8] = 1)), Error, "Wrong IP checksum");
  assertThrows(() => readPacket(buildPacket(packetOf(4)).subarray(0, 60)), Error, "The IP header says");
  const reserved = buildPacket(packetOf(4, { flags: Flag.ack | 0x200 }));
  assertThrows(() => readPacket(reserved), Error, "Reserved bits");
  const running = buildPacket(packetOf(4, { options: [{ kind: "raw", octets: [99, 9, 0, 0] }] }));
  assertThrows(() => readPacket(running), Error, "Wrong length of option 99");
});

Deno.test("an octet of the stream out of its place is found, in either direction", () => {
  const octets = streamOctets(true, 1_000, 600);
  assertEquals(findWrongOctet(true, 1_000, octets), -1);
  for (const off of [1, 2, 255, 256, 512, 65_536, -1]) {
    assertEquals(findWrongOctet(true, 1_000 + off, octets) >= 0, true, `moved by ${off}`);
  }
  assertEquals(findWrongOctet(false, 1_000, octets), 0);
  octets[599] = (octets[599] ?? 0) ^ 1;
  assertEquals(findWrongOctet(true, 1_000, octets), 599);
});

Deno.test("a SYN's number is the script's own, all others count from it, across 2^32 as well", () => {
  const flow = new Flow(8080, 40_001, 2 ** 32 - 10);
  flow.openRemote(123);
  assertEquals(flow.toLive("remote", 123, true), 2 ** 32 - 10);
  assertEquals(flow.toLive("remote", 1, false), 2 ** 32 - 9);
  assertEquals(flow.toLive("remote", 20, false), 10);
  assertEquals(flow.toScript("remote", 10, false), 20);
  assertEquals(flow.toScript("remote", 2 ** 32 - 11, false), 2 ** 32 - 1);
  assertEquals(wrap32(-1), 2 ** 32 - 1);
});

Deno.test("a script names the stack's first SYN as it likes, and later ones must have the same name", () => {
  const flow = new Flow(8080, 40_001, 0);
  flow.openLocal(1_000);
  flow.nameLocal(7);
  flow.nameLocal(9);
  assertEquals(flow.toScript("local", 1_000, true), 7);
  assertEquals(flow.toScript("local", 1_001, false), 1);
});

Deno.test("a packet is told as a script would write it", () => {
  const packet = packetOf(4, { seq: 1, ack: 5, window: 6, payload: new Uint8Array(0) });
  assertEquals(packetText(packet, 10), "PUA. 1:11(10) ack 5 win 6 urg 9 <nop,nop,TS val 1 ecr 4294967295>");
});
