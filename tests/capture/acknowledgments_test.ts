import { assertEquals } from "@std/assert";
import { handshake, packet, told } from "./kit.ts";

Deno.test("in the middle of a connection an ACK of what was sent before the capture is no old one", () => {
  const packets = [
    packet(0, "<", "ack", 5_001, 1_001),
    packet(10, ">", "ack", 9_001, 5_001, { length: 1_000 }),
    packet(11, "<", "ack", 5_001, 8_001),
    packet(12, "<", "ack", 5_001, 7_001),
  ];
  assertEquals(told(packets).slice(-2), ["< acknowledges", "< old ACK"]);
});

const UNDER_WAY = [
  ...handshake({ sackPermitted: true }),
  packet(20, ">", "ack", 1_001, 5_001, { length: 1_000 }),
  packet(20.1, ">", "ack", 2_001, 5_001, { length: 1_000 }),
];

Deno.test("the same ACK without a SACK block tells of no gap where SACK was agreed on (RFC 6675 2)", () => {
  const packets = [...UNDER_WAY, packet(30, "<", "ack", 5_001, 1_001)];
  assertEquals(told(packets).at(-1), "< ACK again");
});

Deno.test("where the capture has cut the options off, the same ACK may have had a SACK block", () => {
  const HEADERS = 40;
  const packets = [
    ...UNDER_WAY,
    packet(30, "<", "ack", 5_001, 1_001, { sack: [2_001, 3_001], kept: HEADERS }),
  ];
  assertEquals(told(packets).at(-1), "< duplicate ACK 1");
});

Deno.test("the same ACK with a closed window is no duplicate: what came found no room (RFC 9293 3.8.6)", () => {
  const packets = [
    ...UNDER_WAY,
    packet(30, "<", "ack", 5_001, 1_001, { window: 0 }),
    packet(30.1, "<", "ack", 5_001, 1_001, { window: 0 }),
  ];
  assertEquals(told(packets).at(-1), "< ACK again");
});
