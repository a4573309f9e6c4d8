import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CaptureFormatError, CaptureReader } from "../../capture/format/capture_reader.ts";
import { readCapture } from "./read_whole.ts";
import { CaptureTeller } from "../../capture/read.ts";
import { countText } from "../../trace/format.ts";
import { CaptureWriter } from "../../capture/writer.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { tellStory } from "../trace/story.ts";

/** A pcap file of one packet of three octets, in the given order of octets. */
function pcap(littleEndian: boolean, magic: number, kept = 3): Uint8Array {
  const file = new Uint8Array(24 + 16 + 3);
  const view = new DataView(file.buffer);
  [magic, 2 << 16 | 4, 0, 0, 65_535, 101, 12, 34, kept, 1_500].forEach((word, i) => {
    view.setUint32(4 * i, word, littleEndian);
  });
  file.set([1, 2, 3], 40);
  return file;
}

const PCAPS: readonly (readonly [name: string, littleEndian: boolean, magic: number, time: bigint])[] = [
  ["microseconds, little-endian", true, 0xa1b2c3d4, 12_000_034_000n],
  ["microseconds, big-endian", false, 0xa1b2c3d4, 12_000_034_000n],
  ["nanoseconds, little-endian", true, 0xa1b23c4d, 12_000_000_034n],
  ["nanoseconds, big-endian", false, 0xa1b23c4d, 12_000_000_034n],
];

for (const [name, littleEndian, magic, time] of PCAPS) {
  Deno.test(`pcap is read: ${name}`, () => {
    const { packets, isCut } = readCapture(pcap(littleEndian, magic));
    assertEquals(isCut, false);
    assertEquals(
      packets.map((packet) => [packet.time, packet.linkType, packet.originalLength, [...packet.octets]]),
      [
        [time, 101, 1_500, [1, 2, 3]],
      ],
    );
  });
}

Deno.test("a pcap file whose last packet is cut gives the packets before it", () => {
  const { packets, isCut } = readCapture(pcap(true, 0xa1b2c3d4, 4));
  assertEquals([packets.length, isCut], [0, true]);
});

/** A big-endian pcapng section with an interface, by default in microseconds, and one packet of three octets. */
function bigEndianPcapng(interfaceOptions: readonly number[] = []): Uint8Array {
  const length = 20 + 4 * interfaceOptions.length;
  const words = [
    ...[0x0a0d0d0a, 28, 0x1a2b3c4d, 1 << 16, 0xffffffff, 0xffffffff, 28],
    ...[1, length, 1 << 16, 0, ...interfaceOptions, length],
    ...[99, 16, 0x12345678, 16],
    ...[6, 52, 0, 0, 5_000_007, 3, 60, 0x01020300, 2 << 16 | 4, 1, 1 << 16 | 2, 0x68690000, 52],
  ];
  const file = new Uint8Array(4 * words.length);
  words.forEach((word, i) => new DataView(file.buffer).setUint32(4 * i, word));
  return file;
}

Deno.test("pcapng of the other order of octets is read; unknown blocks are skipped", () => {
  assertEquals(readCapture(bigEndianPcapng()).packets, [{
    time: 5_000_007_000n,
    linkType: 1,
    interfaceName: "",
    direction: "arrived",
    octets: new Uint8Array([1, 2, 3]),
    originalLength: 60,
    comments: ["hi"],
  }]);
});

const NANOSECONDS = [9 << 16 | 1, 9 << 24];
const PARTS_OF_1024 = [9 << 16 | 1, 0x8a << 24];
const CLOCKS: readonly (readonly [what: string, options: readonly number[], time: bigint])[] = [
  ["nanoseconds", NANOSECONDS, 5_000_007n],
  ["1,024 parts of a second", PARTS_OF_1024, 4_882_819_335_937n],
  ["microseconds from 100 s on", [14 << 16 | 8, 0, 100], 105_000_007_000n],
  ["microseconds from a second before", [14 << 16 | 8, 0xffffffff, 0xffffffff], 4_000_007_000n],
  ["2^-63 s", [9 << 16 | 1, 0xbf << 24], 0n],
  ["10^-50 s", [9 << 16 | 1, 50 << 24], 0n],
  ["nanoseconds from 2^32 s on", [...NANOSECONDS, 14 << 16 | 8, 1, 0], 4_294_967_296_005_000_007n],
  ["microseconds, for an offset of four octets is none", [14 << 16 | 4, 100], 5_000_007_000n],
];

for (const [what, options, time] of CLOCKS) {
  Deno.test(`the clock of a pcapng interface: ${what}`, () => {
    assertEquals(readCapture(bigEndianPcapng(options)).packets.map((packet) => packet.time), [time]);
  });
}

Deno.test("the name of a pcapng interface is its packets'", () => {
  const [packet] = readCapture(bigEndianPcapng([2 << 16 | 4, 0x65746830])).packets;
  assertEquals(packet?.interfaceName, "eth0");
});

/** The same file with some of its words replaced. */
function changed(file: Uint8Array, words: Readonly<Record<number, number>>): Uint8Array {
  const copy = file.slice();
  for (const [at, word] of Object.entries(words)) new DataView(copy.buffer).setUint32(Number(at), word);
  return copy;
}

/** Where its packet block begins. */
const BLOCK = 28 + 20 + 16;

const UNREADABLE: readonly (readonly [what: string, words: Readonly<Record<number, number>>])[] = [
  ["packets longer than their block", { [BLOCK + 20]: 33 }],
  ["packets of interfaces that are not described", { [BLOCK + 8]: 1 }],
  ["packets of interfaces that are not described", { [BLOCK]: 3, [28]: 99 }],
];

for (const [what, words] of UNREADABLE) {
  Deno.test(`what a file does not give of a packet is counted, and is no beginning: ${what}`, () => {
    const whole = bigEndianPcapng();
    const file = changed(whole, words);
    assertEquals(readCapture(file).packets.map(({ unread, octets }) => [unread, octets.length]), [[what, 0]]);
    const teller = new CaptureTeller({ program: "p", payload: false });
    teller.push(new Uint8Array([...file, ...whole]));
    const { packets, unread, epoch } = teller.end();
    assertEquals([packets, epoch, new Map(unread).get(what)], [2, 5_000_007, 1]);
  });
}

const BROKEN: readonly (readonly [what: string, words: Readonly<Record<number, number>>, after: number])[] = [
  ["a length of no octets", { [BLOCK + 4]: 0 }, BLOCK],
  ["a length that is no multiple of four", { [BLOCK + 4]: 51 }, BLOCK],
  ["a length beyond any block", { [BLOCK + 4]: 1 << 30 }, BLOCK],
  ["two lengths that differ", { [BLOCK + 48]: 48 }, BLOCK],
  ["a section of no known order of octets", { [BLOCK]: 0x0a0d0d0a }, BLOCK],
];

for (const [what, words, after] of BROKEN) {
  Deno.test(`a file that breaks its format is not said to end there: ${what}`, () => {
    const file = changed(bigEndianPcapng(), words);
    const { packets, isCut, brokenAfter } = readCapture(new Uint8Array([...file, ...bigEndianPcapng()]));
    assertEquals([packets.length, isCut, brokenAfter], [0, false, after]);
  });
}

Deno.test("a pcap file with a length beyond any packet is damaged from there on, however much follows", () => {
  const file = pcap(true, 0xa1b2c3d4, 0xffffffff);
  const reader = new CaptureReader(() => {});
  for (const piece of [file, new Uint8Array(1 << 16), new Uint8Array(1 << 16)]) reader.push(piece);
  assertEquals(reader.end(), {
    trailingComments: [],
    isCut: false,
    brokenAfter: 24,
    untimed: 0,
    unpacking: null,
  });
});

Deno.test("a long packet that comes in many pieces is given once, whole", () => {
  const kept = 1 << 25;
  const file = pcap(true, 0xa1b2c3d4, kept).subarray(0, 40);
  const packets: number[] = [];
  const reader = new CaptureReader(({ octets }) => packets.push(octets.length));
  reader.push(file);
  // Joined at each of them it would be 16 GiB that are copied.
  for (let octets = 0; octets < kept; octets += 1 << 15) reader.push(new Uint8Array(1 << 15));
  assertEquals([packets, reader.end().isCut], [[kept], false]);
});

Deno.test("packets in simple blocks have no time, and are counted as such", () => {
  const file = changed(bigEndianPcapng(), { [BLOCK]: 3 });
  const { packets, untimed } = readCapture(file);
  assertEquals([packets.length, untimed], [1, 1]);
});

Deno.test("a time that no calendar has is as good as none", () => {
  for (const seconds of [0x7fffffff, 0x80000000, 9_000]) {
    const teller = new CaptureTeller({ program: "p", payload: false, json: () => {} });
    teller.push(bigEndianPcapng([14 << 16 | 8, seconds, 0]));
    const { untimed, epoch } = teller.end();
    assertEquals([untimed, epoch], [1, null]);
  }
  const [packet] = readCapture(bigEndianPcapng([14 << 16 | 8, 2_000, 0])).packets;
  assertEquals(packet?.time, 2_000n * 2n ** 32n * 1_000_000_000n + 5_000_007_000n);
});

Deno.test("a file with fewer octets than a header is said to have so many", () => {
  for (const octets of [1, 4, 23]) {
    const file = pcap(true, 0xa1b2c3d4).subarray(0, octets);
    assertThrows(
      () => readCapture(file),
      CaptureFormatError,
      `it has ${countText(octets, "octet")}, fewer than`,
    );
  }
});

Deno.test("a new section begins with interfaces of its own", () => {
  const one = bigEndianPcapng();
  const { packets } = readCapture(new Uint8Array([...one, ...one]));
  assertEquals(packets.length, 2);
});

for (const [name, file] of Object.entries({ nothing: "", text: "hello, this is not a capture at all" })) {
  Deno.test(`${name} is refused as a capture, with a way out`, () => {
    assertThrows(() => readCapture(new TextEncoder().encode(file)), CaptureFormatError, "tcpdump -w");
  });
}

Deno.test("a damaged capture never throws anything else, and never hangs", () => {
  const pieces: number[] = [];
  const writer = new CaptureWriter((octets) => pieces.push(...octets), {
    program: "p",
    epoch: 0,
    snapLength: 0,
    payload: true,
    names: [],
  });
  const recorder = new Recorder([], [writer], LEAN);
  tellStory(recorder);
  recorder.finish();
  const whole = new Uint8Array(pieces);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20, size: "max" }),
      (changes) => {
        const damaged = whole.slice();
        for (const [at, value] of changes) damaged[at] = value;
        try {
          assert(readCapture(damaged).packets.length <= 11);
        } catch (error) {
          assert(error instanceof CaptureFormatError, String(error));
        }
      },
    ),
    { seed: 4, numRuns: 500 },
  );
});

Deno.test("packets in the obsolete block of pcapng are read as those in the enhanced one", () => {
  const file = bigEndianPcapng();
  const at = 28 + 20 + 16;
  const enhanced = readCapture(file).packets;
  new DataView(file.buffer).setUint32(at, 2);
  assertEquals(readCapture(file).packets, enhanced);
});

Deno.test("a capture that comes octet by octet gives the same packets as the whole file", () => {
  for (const file of [bigEndianPcapng(), pcap(false, 0xa1b23c4d)]) {
    const packets: unknown[] = [];
    const reader = new CaptureReader((packet) => packets.push({ ...packet, octets: packet.octets.slice() }));
    for (const octet of file) reader.push(Uint8Array.of(octet));
    assertEquals(reader.end().isCut, false);
    assertEquals(packets, [...readCapture(file).packets]);
  }
});

Deno.test("a file without an octet is said to be empty", () => {
  assertThrows(() => readCapture(new Uint8Array(0)), CaptureFormatError, "it is empty");
});
