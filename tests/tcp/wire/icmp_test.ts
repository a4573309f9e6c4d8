import { assert, assertEquals } from "@std/assert";
import { formatAddress, parseAddress } from "../../../tcp/base/address.ts";
import { IcmpError, type IcmpErrorKind, icmpText, THIS_HOST } from "../../../tcp/base/icmp_error.ts";
import { seqToUint32 } from "../../../tcp/base/seq.ts";
import {
  decodeIcmpPacket,
  decodeIcmpv6Message,
  encodeIcmpPacket,
  icmpErrorKind,
} from "../../../tcp/wire/icmp.ts";
import { anySegment, hexToOctets, holds, plainSegment, repairIpv4Checksum } from "./support.ts";

const SOMEBODY = parseAddress("2001:db8::7");

/** Whole ICMP packets, captured from a Linux 6.18 router and host, and what they say. */
const CAPTURED: readonly (Readonly<Omit<IcmpReading, "sourceOffset">> & { name: string; hex: string })[] = [
  {
    name: "port unreachable, IPv4",
    kind: "unreachable",
    type: 3,
    code: 3,
    mtu: 0,
    source: "192.0.2.1",
    destination: "192.0.2.2",
    ports: [48112, 7002],
    seq: 3707336822,
    hex: "45c000582f0a00004001c6d7c0000202c00002010303812f000000004500003c101b40004006a69dc0000201c0000202" +
      "bbf01b5adcf9787600000000a0c2faf052ce0000020405b40402080a58acf012000000000103030a",
  },
  {
    name: "time exceeded, IPv4",
    kind: "time exceeded",
    type: 11,
    code: 0,
    mtu: 0,
    source: "192.0.2.1",
    destination: "198.51.100.9",
    ports: [4321, 80],
    seq: 0x89abcdef,
    hex: "45c0004e9bd6000040015a15c0000202c00002010b003a2800000000450000320000400001068d88c0000201c6336409" +
      "10e1005089abcdef00000007501001f40000000000000000000000000000",
  },
  {
    name: "fragmentation needed, IPv4",
    kind: "packet too big",
    type: 3,
    code: 4,
    mtu: 1300,
    source: "192.0.2.1",
    destination: "198.51.100.9",
    ports: [4321, 80],
    seq: 0x89abcdef,
    hex: "45c002409ba9000040015850c0000202c000020103043d1000000514450005a000004000" +
      "4006491ac0000201c633640910e1005089abcdef00000007501001f4" + "0".repeat(2 * 512),
  },
  {
    name: "port unreachable, IPv6",
    kind: "unreachable",
    type: 1,
    code: 4,
    mtu: 0,
    source: "2001:db8::1",
    destination: "2001:db8::2",
    ports: [51344, 7002],
    seq: 85460497,
    hex: "60059a3900583a4020010db800000000000000000000000220010db80000000000000000000000010104b8e300000000" +
      "600483d20028064020010db800000000000000000000000120010db8000000000000000000000002c8901b5a05180611" +
      "00000000a0c2fd208c1a0000020405a00402080ae7258c67000000000103030a",
  },
  {
    name: "time exceeded, IPv6",
    kind: "time exceeded",
    type: 3,
    code: 0,
    mtu: 0,
    source: "2001:db8::1",
    destination: "2001:db8:1::9",
    ports: [4321, 80],
    seq: 0x89abcdef,
    hex: "60084e78004e3a4020010db800000000000000000000000220010db80000000000000000000000010300248e00000000" +
      "60000000001e060120010db800000000000000000000000120010db8000100000000000000000009" +
      "10e1005089abcdef00000007501001f40000000000000000000000000000",
  },
  {
    name: "packet too big, IPv6",
    kind: "packet too big",
    type: 2,
    code: 0,
    mtu: 1300,
    source: "2001:db8::1",
    destination: "2001:db8:1::9",
    ports: [4321, 80],
    seq: 0x89abcdef,
    hex: "6000a54c04d83a4020010db800000000000000000000000220010db800000000000000000000000102001643" +
      "0000051460000000058c064020010db800000000000000000000000120010db8000100000000000000000009" +
      "10e1005089abcdef00000007501001f4" + "0".repeat(2 * 1_176),
  },
];

interface IcmpReading {
  kind: IcmpErrorKind;
  type: number;
  code: number;
  mtu: number;
  source: string;
  destination: string;
  ports: [number, number];
  seq: number;
}

function readingOf(error: IcmpError): IcmpReading {
  const length = error.family === 4 ? 4 : 16;
  const address = (offset: number): string =>
    formatAddress({ family: error.family, octets: error.addresses.subarray(offset, offset + length) });
  return {
    kind: error.kind,
    type: error.type,
    code: error.code,
    mtu: error.mtu,
    source: address(error.sourceOffset),
    destination: address(error.destinationOffset),
    ports: [error.sourcePort, error.destinationPort],
    seq: seqToUint32(error.seq),
  };
}

function errorOf(type: number, code: number, mtu = 0, pointer = 0): IcmpError {
  const error = new IcmpError();
  error.type = type;
  error.code = code;
  error.mtu = mtu;
  error.pointer = pointer;
  return error;
}

for (const { name, hex, ...expected } of CAPTURED) {
  Deno.test(`a captured ICMP error is read with the segment it quotes: ${name}`, () => {
    const packet = hexToOctets(hex);
    const error = new IcmpError();
    assertEquals(decodeIcmpPacket(packet, packet.length, error), true);
    assertEquals(readingOf(error), expected);
    const reporter = parseAddress(error.family === 4 ? "192.0.2.2" : "2001:db8::2");
    assertEquals(error.reporter, reporter, "who says so");
    if (error.family === 4) return;
    const message = packet.subarray(40);
    const bare = new IcmpError();
    assertEquals(decodeIcmpv6Message(message, message.length, reporter, bare), true);
    assertEquals([readingOf(bare), bare.reporter], [expected, reporter], "without its IP header");
  });

  Deno.test(`no prefix of a captured ICMP error and no flipped bit of its message passes: ${name}`, () => {
    const packet = hexToOctets(hex);
    for (let length = 0; length < packet.length; length++) {
      assertEquals(decodeIcmpPacket(packet, length, new IcmpError()), false, `${length} octets`);
    }
    const start = packet.length > 100 && expected.source.includes(":") ? 40 : 20;
    for (let bit = 8 * start; bit < 8 * Math.min(packet.length, 120); bit++) {
      const flipped = packet.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ 0x80 >> (bit & 7);
      assertEquals(decodeIcmpPacket(flipped, flipped.length, new IcmpError()), false, `bit ${bit}`);
    }
  });
}

Deno.test("a message that quotes the IP header and 8 octets of TCP is enough, 7 are not (RFC 792)", () => {
  const ipv6 = hexToOctets(CAPTURED[4]?.hex ?? "").subarray(40);
  assertEquals(decodeIcmpv6Message(ipv6, 8 + 40 + 8, SOMEBODY, new IcmpError()), true);
  assertEquals(decodeIcmpv6Message(ipv6, 8 + 40 + 7, SOMEBODY, new IcmpError()), false);
  assertEquals(decodeIcmpv6Message(ipv6, 8 + 39, SOMEBODY, new IcmpError()), false);
  assertEquals(decodeIcmpv6Message(ipv6, 7, SOMEBODY, new IcmpError()), false);
});

Deno.test("types and codes are sorted into kinds; queries, echoes and redirects are no errors (RFC 792, RFC 4443)", () => {
  const rows: [family: 4 | 6, type: number, code: number, kind: IcmpErrorKind | null][] = [
    [4, 3, 0, "unreachable"],
    [4, 3, 3, "unreachable"],
    [4, 3, 4, "packet too big"],
    [4, 3, 13, "unreachable"],
    [4, 4, 0, "source quench"],
    [4, 11, 0, "time exceeded"],
    [4, 11, 1, "time exceeded"],
    [4, 12, 0, "parameter problem"],
    [4, 0, 0, null],
    [4, 5, 1, null],
    [4, 8, 0, null],
    [4, 1, 0, null],
    [6, 1, 4, "unreachable"],
    [6, 2, 0, "packet too big"],
    [6, 3, 0, "time exceeded"],
    [6, 4, 1, "parameter problem"],
    [6, 11, 0, null],
    [6, 128, 0, null],
    [6, 135, 0, null],
  ];
  for (const [family, type, code, kind] of rows) {
    assertEquals(icmpErrorKind(family, type, code), kind, `IPv${family} type ${type} code ${code}`);
    const packet = new Uint8Array(200);
    const length = encodeIcmpPacket(errorOf(type, code), plainSegment(family), packet);
    assertEquals(decodeIcmpPacket(packet, length, new IcmpError()), kind !== null);
  }
});

Deno.test("an ICMP error that was encoded is decoded to what it says, about any segment", () => {
  holds(anySegment(), (segment) => {
    segment.payload.set(segment.payload.octets, 0, segment.payload.length);
    const packet = new Uint8Array(240);
    const [type, code] = segment.family === 4 ? [3, 4] : [2, 0];
    const length = encodeIcmpPacket(errorOf(type, code, segment.window), segment, packet, 3);
    const error = new IcmpError();
    error.pointer = 99;
    assertEquals(decodeIcmpPacket(packet.subarray(3), length, error), true);
    assertEquals([error.type, error.code, error.mtu, error.pointer], [type, code, segment.window, 0]);
    assertEquals([error.sourcePort, error.destinationPort], [segment.sourcePort, segment.destinationPort]);
    assertEquals(error.seq, segment.seq);
    const octets = segment.family === 4 ? 4 : 16;
    for (let i = 0; i < octets; i++) {
      assertEquals(error.addresses[error.sourceOffset + i], segment.addresses[segment.sourceOffset + i]);
      assertEquals(
        error.addresses[error.destinationOffset + i],
        segment.addresses[segment.destinationOffset + i],
      );
    }
  }, 300);
});

Deno.test("the pointer of a parameter problem is read where each family has it", () => {
  for (const [family, type, pointer] of [[4, 12, 200], [6, 4, 0x01020304]] as const) {
    const packet = new Uint8Array(200);
    const length = encodeIcmpPacket(errorOf(type, 0, 1280, pointer), plainSegment(family), packet);
    const error = errorOf(0, 0, 1_500);
    assert(decodeIcmpPacket(packet, length, error));
    assertEquals([error.pointer, error.mtu], [pointer, 0]);
  }
});

Deno.test("an MTU past what int32 holds counts as the most that it holds, not as unknown", () => {
  const packet = new Uint8Array(200);
  const length = encodeIcmpPacket(errorOf(2, 0, 0xffff_ffff), plainSegment(6), packet);
  const error = new IcmpError();
  assert(decodeIcmpPacket(packet, length, error));
  assertEquals(error.mtu, 0x7fff_ffff);
});

Deno.test("a quote of something else than the start of a TCP segment is refused", () => {
  const rows: [name: string, family: 4 | 6, offset: number, octet: number][] = [
    ["UDP, IPv4", 4, 28 + 9, 17],
    ["a later fragment, IPv4", 4, 28 + 7, 1],
    ["IPv6 in ICMPv4", 4, 28, 0x65],
    ["a header of 16 octets", 4, 28, 0x44],
    ["a header of 60 octets, which leaves none of TCP", 4, 28, 0x4f],
    ["UDP, IPv6", 6, 48 + 6, 17],
    ["IPv4 in ICMPv6", 6, 48, 0x40],
  ];
  for (const [name, family, offset, octet] of rows) {
    const packet = new Uint8Array(200);
    const length = encodeIcmpPacket(errorOf(family === 4 ? 3 : 1, 0), plainSegment(family), packet);
    packet[offset] = octet;
    const message = family === 4 ? 20 : 40;
    if (family === 4) {
      // The message's checksum, made right again as an IPv4 header's is: in octets 10 and 11 of what is summed.
      const shifted = new Uint8Array(length - message + 8);
      shifted.set(packet.subarray(message, length), 8);
      repairIpv4Checksum(shifted, shifted.length);
      packet.set(shifted.subarray(8), message);
      assertEquals(decodeIcmpPacket(packet, length, new IcmpError()), false, name);
    } else {
      const bare = packet.subarray(message, length);
      assertEquals(decodeIcmpv6Message(bare, bare.length, SOMEBODY, new IcmpError()), false, name);
    }
  }
});

Deno.test("random octets are refused as ICMP errors or quote ports within themselves, and nothing throws", () => {
  holds(anySegment(), (segment) => {
    const packet = new Uint8Array(240);
    const length = encodeIcmpPacket(errorOf(segment.family === 4 ? 3 : 1, 0), segment, packet);
    const edges = segment.sackEdges;
    for (let i = 0; i < 8; i++) {
      const at = Math.abs(edges[i] ?? 0) % length;
      packet[at] = (edges[i] ?? 0) >> 8;
      const error = new IcmpError();
      const message = segment.family === 4 ? 20 : 40;
      for (
        const known of [
          decodeIcmpPacket(packet, length, error),
          decodeIcmpv6Message(packet, length, SOMEBODY, error),
        ]
      ) {
        if (known) assert(error.sourceOffset + 8 <= length && error.sourcePort <= 0xffff, `${message}`);
      }
    }
  }, 1_000);
});

Deno.test("an ICMP error is told by its name and by who says it; what our own host reports is not called ICMP", () => {
  const told = (
    family: 4 | 6,
    type: number,
    code: number,
    reporter: string | null,
    silent?: string,
  ): string => icmpText({ family, type, code, reporter, silentNeighbour: silent ?? null });
  assertEquals(
    told(4, 3, 13, "192.0.2.1"),
    'ICMP "communication administratively prohibited" from 192.0.2.1',
  );
  assertEquals(
    told(6, 1, 1, "2001:db8::1"),
    'ICMP "communication administratively prohibited" from 2001:db8::1',
  );
  assertEquals(told(4, 3, 4, null), 'ICMP "fragmentation needed"');
  assertEquals(told(6, 2, 0, null), 'ICMP "packet too big"');
  assertEquals(told(6, 3, 0, "2001:db8::1"), 'ICMP "hop limit expired on the way" from 2001:db8::1');
  assertEquals(told(4, 3, 99, "192.0.2.1"), 'ICMP "type 3, code 99" from 192.0.2.1');
  assertEquals(told(4, 3, 3, THIS_HOST), 'This host\'s own "port unreachable"');
  assertEquals(told(4, 3, 1, THIS_HOST, "192.0.2.7"), "No answer to ARP from 192.0.2.7");
  assertEquals(
    told(6, 1, 3, THIS_HOST, "2001:db8::7"),
    "No answer to neighbour discovery from 2001:db8::7",
  );
});
