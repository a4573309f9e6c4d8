import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { decodePacket } from "../../tcp/wire/packet.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { readCapture } from "./read_whole.ts";
import { BlockBuffer, TextPiece } from "../../capture/format/block_buffer.ts";
import { BlockType, OptionCode, toNanoseconds } from "../../capture/format/pcapng.ts";
import { type CaptureOptions, CaptureWriter } from "../../capture/writer.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { FakeConnection, onTheWire } from "../trace/fake_connection.ts";
import { MESSAGE, STORY_START, tellStory } from "../trace/story.ts";

const EPOCH = 1_700_000_000_000_000;
const OPTIONS: CaptureOptions = {
  program: "rawtcp 0.0.0",
  epoch: EPOCH,
  snapLength: 0,
  payload: true,
  names: [],
  family: 4,
};
const NOW = instant(5);

/** What a writer leaves in its file; `finish` false: as if killed after a flush. */
function captured(
  act: (recorder: Recorder, writer: CaptureWriter) => void,
  options: Partial<CaptureOptions> = {},
  finish = true,
): Uint8Array {
  const pieces: Uint8Array[] = [];
  const writer = new CaptureWriter((octets) => pieces.push(octets.slice()), { ...OPTIONS, ...options });
  const recorder = new Recorder([], [writer], LEAN);
  act(recorder, writer);
  if (finish) recorder.finish();
  const file = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  pieces.reduce((at, piece) => (file.set(piece, at), at + piece.length), 0);
  return file;
}

function packetsOf(
  act: (recorder: Recorder) => void,
  options?: Partial<CaptureOptions>,
): readonly CapturedPacket[] {
  return readCapture(captured(act, options)).packets;
}

function established(recorder: Recorder): FakeConnection {
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.numbers(1, 1, 1);
  return connection;
}

Deno.test("every segment of the story is a packet with its direction, its time and complete checksums", () => {
  const packets = packetsOf((recorder) => tellStory(recorder));
  assertEquals(packets.map(({ direction }) => direction === "sent" ? ">" : "<").join(""), "><>>><>><<>");
  const segment = new Segment();
  for (const packet of packets) {
    assertEquals([packet.linkType, packet.interfaceName], [228, "rawtcp"]);
    assertEquals(decodePacket(packet.octets, packet.octets.length, segment, "strict"), null);
  }
  assertEquals(packets[3]?.time, BigInt(EPOCH + STORY_START + 21_000) * 1_000n);
});

Deno.test("a packet says why it was sent and the variables of that moment", () => {
  const [, , , , again] = packetsOf((recorder) => tellStory(recorder));
  assertEquals(again?.comments, [
    "timer (retransmission) timeoutBefore=200000 connection=1 at=1700000005.221000 rto=400000 backoff=1 expiries=1: No ACK of 1 came " +
    "within 200 ms: timeout number 1 in a row, and the next is after 400 ms. [RFC 6298 5.5; RFC 9293 3.10.8]",
    "congestion (retransmission-timeout) control=cubic ssthresh=unlimited..2896 cwnd=14480..1448 connection=1 " +
    "at=1700000005.221000 phase=loss: The retransmission timer expired, so that slow start begins again. ssthresh is " +
    "2896; cwnd goes from 14480 to 1448. [RFC 5681 3.1]",
    "sent (retransmit-timeout): No ACK of 1 came in time: the earliest segment that is not acknowledged goes again " +
    "(octets 1 to 29). The next timeout is after 400 ms. [RFC 6298 5.4]",
    "variables: connection=1 state=ESTABLISHED sndUna=1 sndNxt=30 sndWnd=65160 rcvNxt=1 rcvWnd=64240 flight=29 " +
    "cwnd=1448 ssthresh=2896 srtt=20000 rto=400000",
  ]);
});

Deno.test("what follows from an arrival is said with it: a change of state, a drop", () => {
  const packets = packetsOf((recorder) => {
    tellStory(recorder);
    established(recorder).drop(NOW, { flags: Flag.ack, seq: 90_000, ack: 1 }, "unacceptable-sequence");
  });
  assertStringIncludes(
    packets[1]?.comments.at(-2) ?? "",
    "state (syn-ack-received) SYN-SENT to ESTABLISHED state=ESTABLISHED ",
  );
  assertStringIncludes(packets.at(-1)?.comments.at(-1) ?? "", "dropped (unacceptable-sequence)");
});

Deno.test("packets that were refused are packets, each with its reason, and nothing is held back for them", () => {
  const refused = new Uint8Array(60).fill(0x45);
  let written = 0;
  const file = captured(
    (recorder, writer) => {
      for (let i = 0; i < 10_000; i++) recorder.packetRefused(refused, "bad-checksum", NOW);
      writer.flush();
      written = 10_000;
    },
    {},
    false,
  );
  const { packets } = readCapture(file);
  assertEquals([packets.length, written], [10_000, 10_000]);
  const [first] = packets;
  assertEquals([first?.octets, first?.direction], [refused, "arrived"]);
  assertEquals(new Set(packets.map(({ comments }) => comments.join("; "))).size, 1);
  assertStringIncludes(first?.comments[0] ?? "", "dropped (bad-checksum): ");
  const [headers] = packetsOf((recorder) => recorder.packetRefused(refused, "not-tcp", NOW), {
    payload: false,
  });
  assertEquals(headers?.octets, refused.subarray(0, 20));
});

Deno.test("both interfaces have one link type, that of the family, so that libpcap reads the file", () => {
  for (const [family, linkType] of [[4, 228], [6, 229], ["both", 0]] as const) {
    const { packets } = readCapture(
      captured((recorder) => recorder.packetRefused(new Uint8Array(40), "not-tcp", NOW), { family }),
    );
    assertEquals(packets.map((packet) => packet.linkType), [linkType]);
  }
});

Deno.test("what comes after the last packet is said with the statistics at the end", () => {
  const { trailingComments } = readCapture(captured((recorder) => tellStory(recorder)));
  assertEquals(trailingComments.map((comment) => comment.split(":")[0]), [
    "timer (TIME-WAIT) connection=1 at=1700000065.463000",
    "state (time-wait-over) TIME-WAIT to CLOSED connection=1 at=1700000065.463000 state=CLOSED",
  ]);
});

Deno.test("a killed process leaves a readable file, wherever the last write was cut", () => {
  const whole = captured(
    (recorder, writer) => {
      tellStory(recorder);
      writer.flush();
    },
    {},
    false,
  );
  const complete = readCapture(whole);
  assertEquals([complete.packets.length, complete.isCut], [11, false]);
  let fewest = 11;
  for (let length = whole.length - 1; length > 200; length--) {
    const cut = readCapture(whole.subarray(0, length));
    assert(cut.packets.length <= fewest);
    fewest = cut.packets.length;
    assertEquals(cut.packets, complete.packets.slice(0, fewest));
  }
  assertEquals(fewest, 0);
});

Deno.test("without a flush only whole blocks are written", () => {
  const file = captured(
    (recorder) => {
      const connection = established(recorder);
      for (let i = 0; i < 40; i++) {
        connection.send(NOW, "data", { flags: Flag.ack, seq: 1, ack: 1, data: new Uint8Array(60_000) });
      }
    },
    {},
    false,
  );
  const { packets, isCut } = readCapture(file);
  assertEquals(isCut, false);
  assert(packets.length > 30 && packets.length < 40, String(packets.length));
});

Deno.test("--no-payload keeps headers only, and says how long the packet was", () => {
  const octets = captured((recorder) => tellStory(recorder), { payload: false });
  assertEquals(readCapture(octets).packets.map((packet) => packet.octets.length), [
    60,
    60,
    52,
    52,
    52,
    52,
    52,
    52,
    52,
    52,
    52,
  ]);
  assertEquals(readCapture(octets).packets[3]?.originalLength, 81);
  assertEquals(new TextDecoder("latin1").decode(octets).includes(MESSAGE.slice(0, 5)), false);
});

Deno.test("--snaplen cuts every packet", () => {
  const packets = packetsOf((recorder) => tellStory(recorder), { snapLength: 54 });
  assertEquals(packets.map(({ octets }) => octets.length), [54, 54, 52, 54, 54, 52, 52, 52, 52, 52, 52]);
});

Deno.test("packets that a fault took away are on an interface of their own", () => {
  const packets = packetsOf((recorder) => {
    const connection = established(recorder);
    const { addresses } = onTheWire(connection.segment({ flags: Flag.ack, seq: 1, ack: 1 }, "sent"));
    recorder.packetLost(addresses.subarray(0, 40), "sent", "dropped by plan", NOW);
  });
  assertEquals(
    packets.map(({ interfaceName, direction, comments }) => [interfaceName, direction, comments]),
    [
      ["rawtcp-lost", "sent", ["lost (sent): dropped by plan"]],
    ],
  );
});

Deno.test("an arrived packet is kept as it came, with options that nobody knows", () => {
  const packets = packetsOf((recorder) => {
    const connection = established(recorder);
    const packet = new Uint8Array([
      ...[0x46, 0, 0, 48, 7, 7, 0, 0, 9, 6, 0, 0, 198, 51, 100, 7, 192, 0, 2, 1, 1, 1, 1, 0],
      ...[0, 80, 0x9c, 0x40, 0, 0, 3, 0xe9, 0, 0, 0, 1, 0x60, 0x10, 1, 0, 0, 0, 0, 0, 253, 4, 9, 9],
    ]);
    const segment = new Segment();
    segment.family = 4;
    segment.addresses = packet;
    segment.sourceOffset = 12;
    segment.destinationOffset = 16;
    segment.flags = Flag.ack;
    segment.payload.set(packet, 48, 0);
    recorder.segmentArrived(connection, segment, NOW);
  });
  assertEquals(packets[0]?.octets.length, 48);
  assertEquals(packets[0]?.octets.subarray(44), new Uint8Array([253, 4, 9, 9]));
});

Deno.test("an arrived packet whose checksum was left to a device is completed, in the capture only", () => {
  const source = new FakeConnection(new Recorder([], [], LEAN));
  const segment = onTheWire(source.segment({ flags: Flag.ack, seq: 1, ack: 1, data: "abc" }, "arrived"));
  const packet = segment.addresses;
  const right = packet.slice(36, 38);
  // The pseudo-header's sum, uncomplemented: protocol 6, 23 octets, both addresses.
  let sum = 6 + 23;
  for (let i = 12; i < 20; i += 2) sum += packet[i]! << 8 | packet[i + 1]!;
  sum = (sum & 0xffff) + (sum >> 16);
  packet.set([sum >> 8, sum & 0xff], 36);
  assertEquals(decodePacket(packet, 43, segment, "verify"), null);
  assert(segment.checksumUnfinished);
  const [kept] = packetsOf((recorder) => recorder.segmentArrived(established(recorder), segment, NOW));
  assertEquals(kept?.octets.slice(36, 38), right);
  assertEquals(packet[36], sum >> 8);
});

const INTEGERS: readonly number[] = [
  ...[0, 1, 9, 10, 99, 100, 101, 999, 1_000, 12_345, 100_000, 999_999_999, 1_000_000_000, 1_000_000_001],
  ...[2_147_483_647, 2_147_483_648, 4_294_967_295, 4_294_967_296, 5_000_000_007, 999_999_999_999_999],
  ...[Number.MAX_SAFE_INTEGER, -1, -10, -2_147_483_649],
];

Deno.test("integers of comments have the digits that they have as text", () => {
  const blocks = new BlockBuffer();
  const space = new TextPiece(" ");
  blocks.begin(BlockType.packet);
  blocks.beginOption(OptionCode.comment);
  for (const integer of INTEGERS) {
    blocks.integer(integer);
    blocks.piece(space);
  }
  blocks.endOption();
  blocks.end(true);
  const octets = blocks.peek();
  const length = new DataView(octets.buffer).getUint16(10, true);
  const text = new TextDecoder().decode(octets.subarray(12, 12 + length));
  assertEquals(text.trimEnd().split(" "), INTEGERS.map(String));
  assertEquals([...octets.subarray(12 + length, -8)].filter((octet) => octet !== 0), []);
});

Deno.test("blocks have room however much is put into one, and none is left of what was cut off", () => {
  const blocks = new BlockBuffer();
  const text = new TextPiece("häufig ".repeat(20));
  blocks.begin(BlockType.packet);
  for (let option = 0; option < 30; option++) {
    blocks.beginOption(OptionCode.comment);
    for (let i = 0; i < 1_000; i++) blocks.piece(text);
    blocks.endOption();
  }
  blocks.end(true);
  const octets = blocks.peek();
  assertEquals(octets.length, 8 + 30 * (4 + 65_536) + 8);
  const view = new DataView(octets.buffer);
  for (let option = 0; option < 30; option++) {
    const at = 8 + option * (4 + 65_536);
    assertEquals([view.getUint16(at, true), view.getUint16(at + 2, true)], [OptionCode.comment, 65_535]);
    assertEquals(octets[at + 4 + 65_535], 0);
  }
});

Deno.test("one octet is not called octets, and an unlimited threshold has a name", () => {
  const packets = packetsOf((recorder) => {
    const connection = established(recorder);
    connection.send(NOW, "data", { flags: Flag.ack, seq: 1, ack: 1, data: "a" });
    connection.send(NOW, "data", { flags: Flag.ack, seq: 2, ack: 1, data: new Uint8Array(21) });
  });
  const texts = packets.map(({ comments }) => comments.join(" "));
  assertStringIncludes(texts[0] ?? "", "sent (data): 1 octet of data, 1; the next is 2.");
  assertStringIncludes(texts[1] ?? "", "sent (data): 21 octets of data, 2 to 22; the next is 23.");
  assertStringIncludes(texts[1] ?? "", " cwnd=14480 ssthresh=unlimited ");
});

const MOMENTS: readonly (readonly [micros: number, nanos: bigint])[] = [
  [0, 0n],
  [0.5, 500n],
  [4_294_967, 4_294_967_000n],
  [4_294_968, 4_294_968_000n],
  [1_763_808_000_123_456, 1_763_808_000_123_456_000n],
  [2 ** 52 - 1, (2n ** 52n - 1n) * 1_000n],
  [67_108_863.9996, 67_108_864_000n],
];

for (const [micros, nanos] of MOMENTS) {
  Deno.test(`${micros} µs are ${nanos} ns, in two halves and without loss`, () => {
    const halves = { high: 0, low: 0 };
    toNanoseconds(micros, halves);
    assertEquals((BigInt(halves.high) << 32n) + BigInt(halves.low), nanos);
  });
}
