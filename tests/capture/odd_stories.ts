/**
 * Captures of others with what is rare: identifications that mislead, segments that are cut or merged otherwise, packets that
 * come twice or late, RSTs that end nothing.
 *
 * @module
 */

import { handshake, packet } from "./kit.ts";
import { ack, type CaptureStory, data, HANDSHAKE, OPENED_NEAR } from "./stories.ts";

/** What is rare. */
export const ODD_CAPTURES: readonly CaptureStory[] = [
  ["what is sent again may be cut otherwise, and go on beyond it (RFC 9293 3.8.1)", [
    ...HANDSHAKE,
    data(20, 5001),
    packet(320, "<", "ack", 5001, 1_001, { length: 1_500 }),
    ack(320.1, 6501),
  ], [
    ...OPENED_NEAR,
    "< data",
    "R< retransmission: timeout, with new data",
    "> acknowledges",
  ]],
  ["after a timeout everything goes again in slow start, however it is cut (RFC 6298 5.4, RFC 6582 4.1)", [
    ...handshake({ sackPermitted: true }),
    data(20, 5001),
    data(20.1, 6001),
    data(20.2, 7001),
    data(20.3, 8001),
    ack(20.4, 5501, { sack: [8001, 9001] }),
    ack(20.5, 5501, { sack: [8001, 9001] }),
    ack(20.6, 5501, { sack: [8001, 9001] }),
    ack(20.7, 5501, { sack: [8001, 9001] }),
    packet(320, "<", "ack", 5501, 1_001, { length: 1_000 }),
    packet(320.1, "<", "ack", 6501, 1_001, { length: 1_000 }),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< data",
    "< data",
    "< data",
    "> acknowledges, SACK",
    "> duplicate ACK 1, SACK",
    "> duplicate ACK 2, SACK",
    "> duplicate ACK 3, SACK",
    "R< retransmission: timeout",
    "R< retransmission: timeout",
  ]],
  ["an identification that comes round shows no order (RFC 6864 4)", [
    ...HANDSHAKE,
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
      packet(20 + i / 10, "<", "ack", 5_001 + i * 1_000, 1_001, { length: 1_000, id: 1_000 + i * 200 })
    ),
    ack(21, 12_001),
    packet(2_021, "<", "ack", 12_001, 1_001, { length: 1_000, id: 65_000 }),
  ], [
    ...OPENED_NEAR,
    ...Array.from({ length: 8 }, () => "< data"),
    "> acknowledges",
    "R< retransmission: timeout",
  ]],
  ["a counter whose octets are swapped shows no order", [
    ...HANDSHAKE,
    ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
      packet(20 + i / 10, "<", "ack", 5_001 + i * 1_000, 1_001, { length: 1_000, id: 256 * (100 + i) })
    ),
    ack(21, 12_001),
    packet(41, "<", "ack", 12_001, 1_001, { length: 1_000, id: 256 * 99 + 1 }),
  ], [
    ...OPENED_NEAR,
    ...Array.from({ length: 8 }, () => "< data"),
    "> acknowledges",
    "R< tail loss probe",
  ]],
  [
    "what is the same packet after as long as a timer takes was sent again by a stack that keeps it (RFC 6864 4)",
    [
      ...HANDSHAKE,
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((i) =>
        packet(20 + i / 10, "<", "ack", 5_001 + i * 1_000, 1_001, { length: 1_000, id: 1_000 + i })
      ),
      packet(20.75, "<", "ack", 12_001, 1_001, { length: 1_000, id: 1_007 }),
      packet(350, "<", "ack", 5_001, 1_001, { length: 1_000, id: 1_000 }),
    ],
    [
      ...OPENED_NEAR,
      ...Array.from({ length: 8 }, () => "< data"),
      "D< the same packet again",
      "R< retransmission: timeout",
    ],
  ],
  [
    "at its sender's side a packet that comes twice at once was captured twice, in one direction or in both",
    [
      ...HANDSHAKE,
      packet(20, ">", "ack", 1_001, 5_001, { length: 100 }),
      packet(20.005, ">", "ack", 1_001, 5_001, { length: 100 }),
      packet(30, "<", "ack", 5_001, 1_101),
      packet(31, ">", "ack", 1_101, 5_001, { length: 100 }),
      packet(31.005, ">", "ack", 1_101, 5_001, { length: 100 }),
      packet(41, "<", "ack", 5_001, 1_201, { length: 100 }),
      packet(41.1, ">", "ack", 1_201, 5_101),
      packet(41.105, ">", "ack", 1_201, 5_101),
    ],
    [
      ...OPENED_NEAR,
      "> data",
      "D> captured twice",
      "< acknowledges",
      "> data",
      "D> captured twice",
      "< data, acknowledges",
      "> acknowledges",
      "D> captured twice",
    ],
  ],
  ["a merged packet of which a part was acknowledged a moment before was captured late", [
    ...HANDSHAKE,
    data(20, 5_001),
    ack(20.1, 7_501),
    packet(20.102, "<", "ack", 6_001, 1_001, { length: 4_000 }),
  ], [
    ...OPENED_NEAR,
    "< data",
    "> capture gap, acknowledges",
    "O< captured late, with new data",
  ]],
  ["an ACK that is old asks for nothing, wherever it lies (RFC 9293 3.8.4)", [
    ...HANDSHAKE,
    data(20, 5_001),
    packet(20.1, ">", "fin,ack", 1_001, 6_001),
    packet(30, "<", "fin,ack", 6_001, 1_002),
    packet(30.1, ">", "ack", 1_002, 6_002),
    ack(30.2, 6_001),
  ], [
    ...OPENED_NEAR,
    "< data",
    "> acknowledges, first FIN",
    "= ESTABLISHED to FIN-WAIT-1",
    "< acknowledges the FIN, closes",
    "= FIN-WAIT-1 to TIME-WAIT",
    "> acknowledges the FIN",
    "> old ACK",
  ]],
  [
    "a RST that does not acknowledge the SYN is not taken, and one after another ends nothing more (RFC 9293 3.10.7.3)",
    [
      packet(0, ">", "syn", 1_000, 0),
      packet(5, "<", "rst,ack", 0, 1_000),
      packet(10, "<", "rst,ack", 0, 1_001),
      packet(20, "<", "rst,ack", 0, 1_001),
      packet(30, "<", "rst", 4_000_000, 0),
    ],
    [
      "> asks",
      "= CLOSED to SYN-SENT",
      "< RST, not acceptable",
      "< reset",
      "= SYN-SENT to CLOSED",
      "< RST again",
      "< RST again",
    ],
  ],
  ["what a SYN-ACK leaves out is listed, and stamps that are all the same show no point of capture", [
    packet(0, ">", "syn", 1_000, 0, { scale: 7, timestamps: [1, 0] }),
    packet(0, "<", "syn,ack", 5_000, 1_001),
    packet(0, ">", "ack", 1_001, 5_001),
  ], [
    "> asks",
    "= CLOSED to SYN-SENT",
    "< accepts",
    "# The client offers window scaling and timestamps, and the SYN-ACK does not: not used.",
    "= SYN-SENT to ESTABLISHED",
    "> handshake done",
  ]],
  ["after a gap of gigabytes two numbers that agree are believed, and one alone is not (RFC 9293 3.4)", [
    ...HANDSHAKE,
    data(20, 5_001),
    ack(50, 2_000_000_000),
    packet(50.1, "<", "ack", 2_000_000_000, 1_001, { length: 1_000 }),
    ack(50.2, 2_000_001_000),
    packet(60, "<", "ack", 3_200_000_000 - 2 ** 32, 1_001, { length: 1_000 }),
    data(61, 2_000_001_000),
  ], [
    ...OPENED_NEAR,
    "< data",
    "> numbers far away",
    "< data",
    "> acknowledges",
    "< numbers far away",
    "< data",
  ]],
];
