import { assertEquals } from "@std/assert";
import { SegmentFinder } from "../../capture/analysis/segment_finder.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { encodePacket, formatAddress, parseAddress, Segment, seqNumber } from "../../tcp/mod.ts";

/** A packet of 10.0.0.1:1000 to 10.0.0.2:80, or of the same ends in IPv6, with 40 octets of text. */
function tcp(family: 4 | 6 = 4): readonly number[] {
  const segment = new Segment();
  const [source, destination] = family === 4 ? ["10.0.0.1", "10.0.0.2"] : ["fd00::1", "fd00::2"];
  segment.family = family;
  segment.addresses = Uint8Array.of(
    ...parseAddress(source as string).octets,
    ...parseAddress(destination as string).octets,
  );
  segment.destinationOffset = family === 4 ? 4 : 16;
  segment.sourcePort = 1_000;
  segment.destinationPort = 80;
  segment.seq = seqNumber(77);
  segment.flags = 0x18;
  segment.payload.set(new Uint8Array(40).fill(7), 0, 40);
  const octets = new Uint8Array(200);
  return [...octets.subarray(0, encodePacket(segment, octets))];
}

const zeros = (count: number): readonly number[] => new Array<number>(count).fill(0);

/** An IPv4 header of that protocol before a payload; no checksum: a device was to fill it in. */
function ipv4(protocol: number, payload: readonly number[], fragment = 0): readonly number[] {
  const length = 20 + payload.length;
  return [0x45, 0, length >> 8, length & 255, 0, 9, fragment >> 8, fragment & 255, 64, protocol, 0, 0]
    .concat([10, 9, 0, 1, 10, 9, 0, 2], payload);
}

function ipv6(next: number, payload: readonly number[]): readonly number[] {
  return [
    0x60,
    0,
    0,
    0,
    payload.length >> 8,
    payload.length & 255,
    next,
    64,
    ...zeros(15),
    1,
    ...zeros(15),
    2,
  ]
    .concat(payload);
}

const udp = (
  port: number,
  payload: readonly number[],
): readonly number[] => [0x30, 0, port >> 8, port & 255, 0, 0, 0, 0, ...payload];

const ethernet = (
  type: number,
  payload: readonly number[],
): readonly number[] => [...zeros(12), type >> 8, type & 255, ...payload];

const SNAP = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
const RADIOTAP = [0, 0, 9, 0, 2, 0, 0, 0, 0];
const DOT11 = [0x88, 1, ...zeros(22), 0, 0];

const FRAMES: readonly (readonly [name: string, linkType: number, frame: readonly number[]])[] = [
  ["raw IPv4", 101, tcp()],
  ["raw IPv6", 101, tcp(6)],
  ["LINKTYPE_IPV6", 229, tcp(6)],
  ["BSD loopback", 0, [2, 0, 0, 0, ...tcp()]],
  ["Ethernet", 1, ethernet(0x0800, tcp())],
  ["Ethernet with IPv6", 1, ethernet(0x86dd, tcp(6))],
  ["Ethernet, padded", 1, [...ethernet(0x0800, tcp()), ...zeros(6)]],
  ["a VLAN", 1, ethernet(0x8100, [0, 5, 8, 0, ...tcp()])],
  ["two VLANs (QinQ)", 1, ethernet(0x88a8, [0, 5, 0x81, 0, 0, 6, 8, 0, ...tcp()])],
  ["a VN-Tag", 1, ethernet(0x8926, [...zeros(4), 8, 0, ...tcp()])],
  ["provider backbone bridges", 1, ethernet(0x88e7, [...zeros(4), ...ethernet(0x0800, tcp())])],
  ["WCCP in GRE", 101, ipv4(47, [0, 0, 0x88, 0x3e, 0, 0, 0, 0, ...tcp()])],
  ["WCCP 1 in GRE", 101, ipv4(47, [0, 0, 0x88, 0x3e, ...tcp()])],
  ["GRE in UDP", 101, ipv4(17, udp(4754, [0, 0, 8, 0, ...tcp()]))],
  ["IP over InfiniBand", 242, [...zeros(40), 8, 0, 0, 0, ...tcp()]],
  ["a netfilter log", 239, [2, 0, 0, 0, 6, 0, 10, 0, 104, 105, 0, 0, 84, 0, 9, 0, ...tcp()]],
  ["a netfilter log, other order", 239, [2, 0, 0, 0, 0, 6, 0, 10, 104, 105, 0, 0, 0, 84, 0, 9, ...tcp()]],
  ["PPPoE", 1, ethernet(0x8864, [0x11, 0, 0, 1, 0, 82, 0, 0x21, ...tcp()])],
  ["two MPLS labels", 1, ethernet(0x8847, [0, 1, 0, 64, 0, 2, 1, 64, ...tcp()])],
  [
    "an MPLS pseudowire",
    1,
    ethernet(0x8847, [0, 2, 1, 64, 0, 0, 0, 0, ...ethernet(0x0800, tcp())]),
  ],
  ["LLC and SNAP", 1, ethernet(88, [...SNAP, ...tcp()])],
  ["GRE", 1, ethernet(0x0800, ipv4(47, [0, 0, 8, 0, ...tcp()]))],
  ["GRE with key and sequence number", 101, ipv4(47, [0x30, 0, 8, 0, 0, 0, 0, 9, 0, 0, 0, 1, ...tcp()])],
  ["Ethernet over GRE", 101, ipv4(47, [0, 0, 0x65, 0x58, ...ethernet(0x0800, tcp())])],
  ["VXLAN", 101, ipv4(17, udp(4_789, [8, 0, 0, 0, 0, 0, 1, 0, ...ethernet(0x0800, tcp())]))],
  [
    "Geneve with an option",
    101,
    ipv4(17, udp(6_081, [1, 0, 0x65, 0x58, ...zeros(8), ...ethernet(0x0800, tcp())])),
  ],
  ["GTP", 101, ipv4(17, udp(2_152, [0x30, 255, 0, 80, 0, 0, 0, 1, ...tcp()]))],
  ["802.11 in GRE", 101, ipv4(47, [0, 0, 0x82, 0x10, ...DOT11, ...SNAP, ...tcp()])],
  ["MPLS in UDP", 101, ipv4(17, udp(6635, [0, 2, 1, 64, ...tcp()]))],
  ["VXLAN-GPE", 101, ipv4(17, udp(4790, [12, 0, 0, 1, 0, 0, 1, 0, ...tcp()]))],
  ["Teredo", 101, ipv4(17, udp(3544, tcp(6)))],
  [
    "Teredo with authentication and origin",
    101,
    ipv4(17, udp(3544, [0, 1, 0, 0, ...zeros(9), 0, 0, ...zeros(6), ...tcp(6)])),
  ],
  ["L2TP", 101, ipv4(17, udp(1701, [0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21, ...tcp()]))],
  [
    "L2TP with length, sequence and offset",
    101,
    ipv4(17, udp(1701, [0x4a, 2, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 2, 9, 9, 0, 0x21, ...tcp()])),
  ],
  ["Juniper's Ethernet", 178, [0x4d, 0x47, 0x43, 0x80, 0, 3, 1, 1, 9, ...ethernet(0x0800, tcp())]],
  ["Juniper's, without link layer", 178, [0x4d, 0x47, 0x43, 2, 0, 0, 0, 2, ...tcp()]],
  ["IPv6 in IPv4", 101, ipv4(41, tcp(6))],
  ["IPv4 in IPv6", 101, ipv6(4, tcp())],
  ["IPv6 with destination options", 101, ipv6(60, [6, 0, 1, 4, 0, 0, 0, 0, ...tcp(6).slice(40)])],
  ["PPP", 9, [0xff, 3, 0, 0x21, ...tcp()]],
  ["PPP with a protocol of one octet", 9, [0x21, ...tcp()]],
  ["Cisco HDLC", 104, [0x0f, 0, 8, 0, ...tcp()]],
  ["Linux cooked", 113, [...zeros(14), 8, 0, ...tcp()]],
  ["Linux cooked 2", 276, [8, 0, ...zeros(18), ...tcp()]],
  ["radiotap", 127, [...RADIOTAP, ...DOT11, ...SNAP, ...tcp()]],
  ["radiotap with a frame check sequence", 127, [
    ...RADIOTAP.with(8, 0x10),
    ...DOT11,
    ...SNAP,
    ...tcp(),
    1,
    2,
    3,
    4,
  ]],
];

function packetOf(linkType: number, frame: readonly number[], length = frame.length): CapturedPacket {
  const octets = Uint8Array.from(frame);
  return {
    time: 0n,
    linkType,
    interfaceName: "",
    direction: null,
    octets,
    originalLength: length,
    comments: [],
  };
}

for (const [name, linkType, frame] of FRAMES) {
  Deno.test(`the segment is found in ${name}`, () => {
    const found = new SegmentFinder().find(packetOf(linkType, frame));
    if (found?.kind !== "segment") throw new Error("no segment");
    const { segment } = found;
    assertEquals([segment.sourcePort, segment.destinationPort, segment.payload.length], [1_000, 80, 40]);
    assertEquals(segment.payload.octets[segment.payload.offset + 39], 7);
  });
}

const UNREAD: readonly (readonly [what: string, linkType: number, frame: readonly number[]])[] = [
  ["IP version 1", 101, [0x15]],
  ["ARP", 1, ethernet(0x0806, [1])],
  ["ethertype 0x1234", 1, ethernet(0x1234, [1])],
  ["PPPoE discovery", 1, ethernet(0x8863, [1])],
  ["PPP protocol 0xc021", 9, [0xff, 3, 0xc0, 0x21]],
  ["link type 147", 147, [1]],
  ["headers cut off", 1, []],
  ["headers cut off", 101, tcp().slice(0, 39)],
  ["UDP", 101, ipv4(17, udp(53, [1]))],
  ["OSPF", 101, ipv4(89, [1])],
  ["IP protocol 200", 101, ipv4(200, [1])],
  ["malformed TCP headers", 101, ipv4(6, zeros(20))],
];

for (const [what, linkType, frame] of UNREAD) {
  Deno.test(`what holds no segment is counted by its name: ${what}`, () => {
    const finder = new SegmentFinder();
    assertEquals(finder.find(packetOf(linkType, frame)), null);
    assertEquals([...finder.unread], [[what, 1]]);
  });
}

Deno.test("a packet cut down to the fixed header keeps its numbers and its length", () => {
  for (let kept = 40; kept < 80; kept++) {
    const found = new SegmentFinder().find(packetOf(101, tcp().slice(0, kept), 80));
    if (found?.kind !== "segment") throw new Error("no segment");
    assertEquals([found.segment.payload.length, found.keptPayload, found.soundness], [
      40,
      kept - 40,
      "unchecked",
    ]);
  }
});

Deno.test("fragments are put together in any order, and say so when one is missing (RFC 791 3.2)", () => {
  const text = tcp().slice(20);
  const pieces = [
    ipv4(6, text.slice(0, 24), 0x2000),
    ipv4(6, text.slice(24, 48), 0x2003),
    ipv4(6, text.slice(48), 6),
  ];
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 1, 0, 2]]) {
    const finder = new SegmentFinder();
    const found = order.map((i) => finder.find(packetOf(101, pieces[i] as number[])));
    assertEquals(found.map((one) => one?.kind), [...new Array(order.length - 1).fill(undefined), "segment"]);
    assertEquals(finder.incompleteFragments, 0);
  }
  const finder = new SegmentFinder();
  assertEquals(finder.find(packetOf(101, pieces[0] as number[])), null);
  assertEquals(finder.incompleteFragments, 1);
});

Deno.test("a fragment that comes more than 60 s later is of another packet (RFC 8200 4.5)", () => {
  const text = tcp().slice(20);
  const first = packetOf(101, ipv4(6, text.slice(0, 24), 0x2000));
  const last = packetOf(101, ipv4(6, text.slice(24), 3));
  const finder = new SegmentFinder();
  assertEquals(finder.find(first), null);
  assertEquals(finder.find({ ...last, time: 60_000_000_001n }), null);
  assertEquals(finder.incompleteFragments, 2);
  assertEquals(finder.find({ ...first, time: 120_000_000_001n })?.kind, "segment");
  assertEquals(finder.incompleteFragments, 1);
});

Deno.test("fragments of IPv6 are put together (RFC 8200 4.5)", () => {
  const text = tcp(6).slice(40);
  const fragment = (offset: number, more: number, piece: readonly number[]): readonly number[] =>
    [...tcp(6).slice(0, 4), 0, 8 + piece.length, 44, 64, ...tcp(6).slice(8, 40), 6, 0, 0, offset | more]
      .concat([0, 0, 0, 5], piece);
  const finder = new SegmentFinder();
  assertEquals(finder.find(packetOf(101, fragment(24, 0, text.slice(24)))), null);
  const found = finder.find(packetOf(101, fragment(0, 1, text.slice(0, 24))));
  assertEquals([found?.kind, found?.kind === "segment" && found.soundness], ["segment", "good"]);
});

Deno.test("checksums that a device was to fill in are told from wrong ones", () => {
  const whole = tcp();
  const soundness = (change: readonly (readonly [at: number, octet: number])[]): readonly unknown[] => {
    const octets = [...whole];
    for (const [at, octet] of change) octets[at] = octet;
    const found = new SegmentFinder().find(packetOf(101, octets));
    return found?.kind === "segment" ? [found.ipSoundness, found.soundness] : [];
  };
  assertEquals(soundness([]), ["good", "good"]);
  assertEquals(soundness([[10, 0], [11, 0]]), ["zero", "good"]);
  assertEquals(soundness([[10, 1], [11, 1]]), ["wrong", "good"]);
  assertEquals(soundness([[36, 0], [37, 0]]), ["good", "zero"]);
  assertEquals(soundness([[50, 1]]), ["good", "wrong"]);
});

/** The packet of `tcp(6)` whose ends stand partly in an extension header of this kind: `text` is all of it but its first octet. */
function extended(kind: number, text: readonly number[], away: "source" | "destination"): readonly number[] {
  const whole = tcp(6);
  const other = [...parseAddress("2001:db8::9").octets];
  const source = away === "source" ? other : whole.slice(8, 24);
  const destination = away === "destination" ? other : whole.slice(24, 40);
  const payload = [6, ...text, ...whole.slice(40)];
  return [
    0x60,
    0,
    0,
    0,
    payload.length >> 8,
    payload.length & 255,
    kind,
    64,
    ...source,
    ...destination,
    ...payload,
  ];
}

const FAR_END = [...parseAddress("fd00::2").octets];
const HOME = [...parseAddress("fd00::1").octets];

const EXTENDED: readonly (readonly [what: string, packet: readonly number[]])[] = [
  [
    "a route that is not at its end (RFC 8200 8.1)",
    extended(43, [4, 0, 1, ...zeros(20), ...FAR_END], "destination"),
  ],
  [
    "a route in segments (RFC 8754 2)",
    extended(43, [4, 4, 1, 1, 0, 0, 0, ...FAR_END, ...zeros(16)], "destination"),
  ],
  ["a route home (RFC 6275 6.4)", extended(43, [2, 2, 1, ...zeros(4), ...FAR_END], "destination")],
  ["a home address (RFC 6275 6.3)", extended(60, [2, 1, 2, 0, 0, 0xc9, 16, ...HOME], "source")],
];

for (const [what, octets] of EXTENDED) {
  Deno.test(`ends and checksum of a packet are those of its extension header: ${what}`, () => {
    const found = new SegmentFinder().find(packetOf(101, octets));
    if (found?.kind !== "segment") throw new Error("no segment");
    const { segment } = found;
    const at = (offset: number): string =>
      formatAddress({ family: 6, octets: segment.addresses.slice(offset, offset + 16) });
    assertEquals(found.soundness, "good");
    assertEquals([at(segment.sourceOffset), at(segment.destinationOffset)], ["fd00::1", "fd00::2"]);
  });
}
