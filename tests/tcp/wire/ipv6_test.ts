import { assertEquals, assertThrows } from "@std/assert";
import type { DropReason } from "../../../tcp/base/observer.ts";
import { Segment } from "../../../tcp/base/segment.ts";
import { decodePacket, encodePacket } from "../../../tcp/wire/packet.ts";
import { hexToOctets, meaningOf, octetsToHex, packetOf, plainSegment } from "./support.ts";

/** A packet of 40 octets of IPv6 header, 20 of TCP header, 5 of payload. */
function soundPacket(): Uint8Array {
  const segment = plainSegment(6);
  segment.payload.set(Uint8Array.of(1, 2, 3, 4, 5), 0, 5);
  return packetOf(segment);
}

/** The packet with extension headers, each in hexadecimal with its own "next header" left to be filled in. */
function extended(...headers: [kind: number, hex: string][]): Uint8Array {
  const plain = soundPacket();
  const parts = headers.map(([, hex]) => hexToOctets(hex));
  const kinds = [...headers.map(([kind]) => kind), 6];
  parts.forEach((part, i) => part[0] = kinds[i + 1] ?? 0);
  const packet = Uint8Array.from([
    ...plain.subarray(0, 40),
    ...parts.flatMap((part) => Array.from(part)),
    ...plain.subarray(40),
  ]);
  packet[6] = kinds[0] ?? 0;
  packet[4] = packet.length - 40 >> 8;
  packet[5] = packet.length - 40;
  return packet;
}

function refusalOf(packet: Uint8Array, length = packet.length): DropReason | null {
  return decodePacket(packet, length, new Segment(), "strict");
}

const PADDING = "0000 01 04 00000000";
const LONG_PADDING = "0001 01 0c 000000000000000000000000";

Deno.test("an IPv6 header is written as RFC 8200 3 has it, without a flow label", () => {
  const segment = plainSegment(6);
  segment.dscp = 46;
  segment.ecn = 1;
  segment.hopLimit = 17;
  const packet = packetOf(segment);
  assertEquals(octetsToHex(packet.subarray(0, 8)), "6b90000000140611");
  assertEquals(
    octetsToHex(packet.subarray(8, 40)),
    "20010db800000000000000000000000120010db8000100000000000000000002",
  );
});

Deno.test("an IPv6 packet that is not sound is refused with its reason", () => {
  const rows: [name: string, packet: Uint8Array, reason: DropReason | null][] = [
    ["sound", soundPacket(), null],
    ["39 octets", soundPacket().subarray(0, 39), "truncated"],
    ["the header alone", soundPacket().subarray(0, 40), "truncated"],
    ["one octet short", soundPacket().subarray(0, 64), "truncated"],
    ["UDP", soundPacket().map((octet, i) => i === 6 ? 17 : octet), "not-tcp"],
    ["no next header", soundPacket().map((octet, i) => i === 6 ? 59 : octet), "not-tcp"],
    ["an authentication header", extended([51, PADDING]), "not-tcp"],
  ];
  for (const [name, packet, reason] of rows) assertEquals(refusalOf(packet), reason, name);
});

Deno.test("extension headers before TCP are passed over when they may be (RFC 8200 4)", () => {
  const rows: [name: string, headers: [number, string][], reason: DropReason | null][] = [
    ["hop-by-hop padding", [[0, PADDING]], null],
    ["16 octets of hop-by-hop padding", [[0, LONG_PADDING]], null],
    ["single octets of padding", [[0, "0000 00 00 00 00 00 00"]], null],
    ["router alert", [[0, "0000 05 02 0000 01 00"]], null],
    ["jumbo payload", [[0, "0000 c2 04 00000019"]], null],
    ["hop-by-hop, destination, routing at its end", [[0, PADDING], [60, PADDING], [
      43,
      "0000 04 00 00000000",
    ]], null],
    ["hop-by-hop that is not first", [[60, PADDING], [0, PADDING]], "bad-ip-header"],
    ["an option that must not be skipped unknown", [[60, "0000 c9 04 00000000"]], "bad-ip-header"],
    ["an option one past its header's end", [[60, "0000 01 05 00000000"]], "bad-ip-header"],
    ["an option cut before its length", [[60, "0000 01 03 000000 01"]], "bad-ip-header"],
    ["routing with a segment left", [[43, "0000 04 01 00000000"]], "bad-ip-header"],
    ["an atomic fragment (RFC 6946)", [[44, "0000 0000 12345678"]], null],
    ["a first fragment", [[44, "0000 0001 12345678"]], "fragment"],
    ["a later fragment", [[44, "0000 0008 12345678"]], "fragment"],
    ["a fragment's reserved bits", [[44, "00ff 0006 12345678"]], null],
    ["eight headers", new Array(8).fill([60, PADDING]), null],
    ["nine headers", new Array(9).fill([60, PADDING]), "bad-ip-header"],
  ];
  for (const [name, headers, reason] of rows) {
    const packet = extended(...headers);
    assertEquals(refusalOf(packet), reason, name);
    if (reason !== null) continue;
    const [decoded, plain] = [new Segment(), new Segment()];
    decodePacket(packet, packet.length, decoded, "strict");
    decodePacket(soundPacket(), 65, plain, "strict");
    assertEquals(meaningOf(decoded), meaningOf(plain), name);
  }
});

Deno.test("an extension header that ends past the packet is truncated, never read beyond", () => {
  for (const kind of [0, 43, 60]) {
    const packet = extended([kind, PADDING]);
    packet[41] = 8;
    assertEquals(refusalOf(packet), "truncated", `kind ${kind}`);
  }
  const cut = extended([60, PADDING]).subarray(0, 47);
  cut[5] = 7;
  assertEquals(refusalOf(cut), "truncated");
});

Deno.test("octets behind the payload length are a frame's padding, not payload", () => {
  const padded = new Uint8Array(80).fill(0xee);
  padded.set(soundPacket());
  const decoded = new Segment();
  assertEquals(decodePacket(padded, 80, decoded, "strict"), null);
  assertEquals(decoded.payload.length, 5);
});

Deno.test("a payload length of 0 stands for what IPv6 cannot name, and the packet ends with the octets (RFC 2675)", () => {
  const packet = soundPacket();
  packet[4] = packet[5] = 0;
  const decoded = new Segment();
  assertEquals(decodePacket(packet, packet.length, decoded, "strict"), null);
  assertEquals(decoded.payload.length, 5);
});

Deno.test("the longest IPv6 packet is written and read; one octet more is the caller's mistake", () => {
  const segment = plainSegment(6);
  segment.payload.set(new Uint8Array(65_516), 0, 65_515);
  const into = new Uint8Array(65_576);
  assertEquals(encodePacket(segment, into), 65_575);
  assertEquals(decodePacket(into, 65_575, new Segment(), "strict"), null);
  segment.payload.set(new Uint8Array(65_516), 0, 65_516);
  assertThrows(() => encodePacket(segment, into), RangeError, "65536 octets");
});
