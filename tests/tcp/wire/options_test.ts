import { assertEquals } from "@std/assert";
import { Flag, Option, Segment, type SynOptionOrder } from "../../../tcp/base/segment.ts";
import { timestamp, timestampToUint32 } from "../../../tcp/base/seq.ts";
import {
  decodeOptions,
  encodeOptions,
  MAX_OPTIONS_LENGTH,
  optionsLength,
} from "../../../tcp/wire/options.ts";
import { hexToOctets, meaningOf, octetsToHex } from "./support.ts";

const MSS = Option.maximumSegmentSize;
const SCALE = Option.windowScale;
const PERMITTED = Option.selectiveAckPermitted;
const SACK = Option.selectiveAck;
const STAMPS = Option.timestamps;
const TIMEOUT = Option.userTimeout;

/** A segment with these options and a distinct value in each. */
function segmentWith(options: number, flags: number, order: SynOptionOrder = "linux", blocks = 0): Segment {
  const segment = new Segment();
  segment.flags = flags;
  segment.options = options;
  segment.synOptionOrder = order;
  segment.maximumSegmentSize = 1460;
  segment.windowScale = 7;
  segment.timestampValue = timestamp(0xa1a2a3a4);
  segment.timestampEcho = timestamp(0xb1b2b3b4);
  segment.userTimeout = 0x8123;
  segment.sackBlockCount = blocks;
  for (let i = 0; i < 8; i++) segment.sackEdges[i] = 0x10 + i;
  return segment;
}

function encoded(segment: Segment): string {
  const into = new Uint8Array(MAX_OPTIONS_LENGTH + 4).fill(0xee);
  const length = encodeOptions(segment, into, 0);
  assertEquals(into.subarray(length).every((octet) => octet === 0xee), true, "octets behind the options");
  return octetsToHex(into.subarray(0, length));
}

/** What options read from hexadecimal say. Octets on both sides must not matter. */
function decoded(hex: string, flags: number): Segment {
  const options = hexToOctets(hex);
  const octets = new Uint8Array(options.length + 40).fill(0x08);
  octets.set(options, 20);
  const segment = new Segment();
  segment.flags = flags;
  decodeOptions(octets, 20, 20 + options.length, segment);
  return segment;
}

const STAMPS_HEX = "080aa1a2a3a4b1b2b3b4";

Deno.test("options are laid out as the named system lays them out, with nothing but zeros behind an end of list (MUST-69)", () => {
  const rows: [name: string, order: SynOptionOrder, options: number, hex: string][] = [
    ["all of a SYN", "linux", MSS | SCALE | PERMITTED | STAMPS, `020405b40402${STAMPS_HEX}01030307`],
    ["no timestamps", "linux", MSS | SCALE | PERMITTED, "020405b40101040201030307"],
    ["no SACK", "linux", MSS | SCALE | STAMPS, `020405b40101${STAMPS_HEX}01030307`],
    ["no window scale", "linux", MSS | PERMITTED | STAMPS, `020405b40402${STAMPS_HEX}`],
    ["MSS alone", "linux", MSS, "020405b4"],
    ["MSS and window scale", "linux", MSS | SCALE, "020405b401030307"],
    ["MSS and SACK", "linux", MSS | PERMITTED, "020405b401010402"],
    ["window scale alone", "linux", SCALE, "01030307"],
    ["with a user timeout", "linux", MSS | TIMEOUT, "020405b41c048123"],
    ["all of a SYN", "freebsd", MSS | SCALE | PERMITTED | STAMPS, `020405b4010303070402${STAMPS_HEX}`],
    ["no timestamps", "freebsd", MSS | SCALE | PERMITTED, "020405b40103030704020000"],
    ["no SACK", "freebsd", MSS | SCALE | STAMPS, `020405b4010303070101${STAMPS_HEX}`],
    ["no window scale", "freebsd", MSS | PERMITTED | STAMPS, `020405b40402${STAMPS_HEX}`],
    ["MSS alone", "freebsd", MSS, "020405b4"],
    ["MSS and window scale", "freebsd", MSS | SCALE, "020405b401030307"],
    ["MSS and SACK", "freebsd", MSS | PERMITTED, "020405b404020000"],
    ["with a user timeout", "freebsd", MSS | PERMITTED | TIMEOUT, "020405b4040201011c048123"],
    ["timestamps without SYN options", "linux", STAMPS, `0101${STAMPS_HEX}`],
    ["timestamps without SYN options", "freebsd", STAMPS, `0101${STAMPS_HEX}`],
    ["nothing", "linux", 0, ""],
  ];
  for (const [name, order, options, hex] of rows) {
    assertEquals(encoded(segmentWith(options, Flag.syn, order)), hex, `${order}: ${name}`);
  }
});

Deno.test("SACK blocks stand behind two no-operations, the first first, as many as find room (RFC 2018 3)", () => {
  const one = "0101050a0000001000000011";
  assertEquals(encoded(segmentWith(SACK, Flag.ack, "linux", 1)), one);
  assertEquals(encoded(segmentWith(SACK | STAMPS, Flag.ack, "linux", 1)), `0101${STAMPS_HEX}${one}`);
  const rows: [options: number, room: number][] = [
    [0, 4],
    [STAMPS, 3],
    [STAMPS | TIMEOUT, 2],
    [TIMEOUT, 4],
    [MSS | SCALE | PERMITTED | STAMPS, 2],
    [MSS | SCALE | PERMITTED | STAMPS | TIMEOUT, 1],
  ];
  for (const [options, room] of rows) {
    const segment = segmentWith(options | SACK, Flag.syn, "linux", 4);
    const back = decoded(encoded(segment), Flag.syn);
    assertEquals(back.sackBlockCount, room);
    assertEquals(Array.from(back.sackEdges.subarray(0, 2 * back.sackBlockCount)), [
      ...segment.sackEdges.subarray(0, 2 * room),
    ]);
  }
  assertEquals(encoded(segmentWith(SACK, Flag.ack, "linux", 0)), "", "no block, no option");
});

Deno.test("every set of options is as long as foretold, whole words, within 40 octets, and read back as it was", () => {
  for (const order of ["linux", "freebsd"] as const) {
    for (let options = 0; options < 64; options++) {
      for (let blocks = 1; blocks <= 4; blocks++) {
        const segment = segmentWith(options, Flag.syn, order, blocks);
        const hex = encoded(segment);
        const name = `${order} ${options} ${blocks}`;
        assertEquals(hex.length / 2, optionsLength(segment), name);
        assertEquals(hex.length % 8, 0, name);
        assertEquals(hex.length / 2 <= MAX_OPTIONS_LENGTH, true, name);
        const back = decoded(hex, Flag.syn);
        segment.sackBlockCount = back.sackBlockCount;
        assertEquals(back.optionsCutShort, false, name);
        assertEquals({ ...meaningOf(back), options: back.options }, meaningOf(segment), name);
      }
    }
  }
});

Deno.test("options are read at any alignment and in any order (MUST-4, MUST-5, MUST-64)", () => {
  const rows: [name: string, hex: string, flags: number, options: number][] = [
    ["no options", "", Flag.syn, 0],
    ["no-operations only", "01010101", Flag.syn, 0],
    ["MSS at an odd offset", "01020405b40000", Flag.syn, MSS],
    ["everything backwards", `1c048123${STAMPS_HEX}04020303070204 05b4`, Flag.syn, 0x3f & ~SACK],
    ["timestamps without SYN", `01${STAMPS_HEX}`, Flag.ack, STAMPS],
    ["SACK without SYN", "050a0000000100000002", Flag.ack, SACK],
    ["user timeout without SYN", "1c048123", Flag.ack, TIMEOUT],
    ["timestamps in a RST", STAMPS_HEX, Flag.rst, STAMPS],
    ["behind the end of the list", "00020405b4", Flag.syn, 0],
    ["the end of the list in the last octet", "020405b400", Flag.syn, MSS],
  ];
  for (const [name, hex, flags, options] of rows) {
    const segment = decoded(hex, flags);
    assertEquals(segment.optionsCutShort, false, name);
    assertEquals(segment.options, options, name);
    assertEquals(segment.malformedOptions, 0, name);
    if ((options & MSS) !== 0) assertEquals(segment.maximumSegmentSize, 1460, name);
    if ((options & STAMPS) !== 0) assertEquals(timestampToUint32(segment.timestampEcho), 0xb1b2b3b4, name);
  }
});

Deno.test("unknown options are skipped by their length, those of a SYN without SYN too (MUST-6, MUST-65)", () => {
  const rows: [name: string, hex: string, flags: number, options: number][] = [
    ["Fast Open, experiments, MD5", "220a0102030405060708 fe040001 fd02 020405b4", Flag.syn, MSS],
    ["an unknown kind of the least length", "4002 03030e", Flag.syn, SCALE],
    ["an unknown kind that fills everything", `ff28${"03".repeat(38)}`, Flag.syn, 0],
    ["MSS, window scale, SACK-permitted without SYN", "020405b40402010303071c048123", Flag.ack, TIMEOUT],
    ["MSS with SYN and ACK", "020405b4", Flag.syn | Flag.ack, MSS],
  ];
  for (const [name, hex, flags, options] of rows) {
    const segment = decoded(hex, flags);
    assertEquals(
      [segment.optionsCutShort, segment.options, segment.malformedOptions],
      [false, options, 0],
      name,
    );
  }
});

Deno.test("an option that cannot be stepped over makes the segment malformed (MUST-7, MUST-68)", () => {
  const rows: [name: string, hex: string][] = [
    ["length 0", "0200"],
    ["length 1", "0201"],
    ["length 0 of an unknown kind", "40000101"],
    ["no length", "01010102"],
    ["one octet past the end", "020405"],
    ["40 octets past the end", "0828a1a2"],
    ["length 0 behind good options", `020405b4${STAMPS_HEX}0300`],
    ["SACK past the end", "0512000000010000000200000003000000"],
  ];
  for (const [name, hex] of rows) assertEquals(decoded(hex, Flag.syn).optionsCutShort, true, name);
});

Deno.test("a known option with another kind's length is skipped and counted, the others are read", () => {
  const rows: [name: string, hex: string][] = [
    ["MSS of 3", "020301"],
    ["MSS of 5", "0205010203"],
    ["window scale of 2", "0302"],
    ["window scale of 4", "03040707"],
    ["SACK-permitted of 3", "040301"],
    ["timestamps of 9", "0809a1a2a3a4b1b2b3"],
    ["timestamps of 11", `080ba1a2a3a4b1b2b3b400`],
    ["user timeout of 3", "1c0301"],
    ["SACK without a block", "0502"],
    ["SACK of half a block", "050600000001"],
    ["SACK of a block and an octet", "050b000000010000000201"],
  ];
  for (const [name, hex] of rows) {
    const segment = decoded(`${hex}03030e`, Flag.syn);
    assertEquals([segment.optionsCutShort, segment.options, segment.windowScale], [false, SCALE, 14], name);
    assertEquals(segment.malformedOptions, 1, name);
  }
});

Deno.test("of an option that comes twice the last one counts", () => {
  const segment = decoded("020405b4 02040218 050a0000000100000002 050a0000000300000004", Flag.syn);
  assertEquals(segment.maximumSegmentSize, 536);
  assertEquals(Array.from(segment.sackEdges.subarray(0, 2 * segment.sackBlockCount)), [3, 4]);
});

Deno.test("a window scale above 14 is read as it stands; the handshake limits it (RFC 7323 2.3)", () => {
  const segment = decoded("0303ff", Flag.syn);
  assertEquals(segment.windowScale, 255);
});

Deno.test("nothing of the segment before is left in a record that is used again", () => {
  const octets = hexToOctets(`020405b4${STAMPS_HEX}0302`);
  const segment = new Segment();
  segment.flags = Flag.syn;
  segment.sackBlockCount = 3;
  decodeOptions(octets, 0, octets.length, segment);
  decodeOptions(octets, 0, 0, segment);
  assertEquals([segment.options, segment.sackBlockCount, segment.malformedOptions], [0, 0, 0]);
});
