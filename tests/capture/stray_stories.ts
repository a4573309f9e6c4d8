/**
 * Captures of others with segments that are not what their numbers or flags make them look like: overtaken ones, those of
 * another connection, those that a receiver takes nothing of.
 *
 * @module
 */

import { packet } from "./kit.ts";
import { ack, type CaptureStory, data, HANDSHAKE, OPENED_NEAR } from "./stories.ts";

/** A connection that is closed in order. */
const CLOSED = [
  ...HANDSHAKE,
  packet(20, ">", "fin,ack", 1_001, 5_001),
  packet(30, "<", "fin,ack", 5_001, 1_002),
  packet(30.1, ">", "ack", 1_002, 5_002),
];
const TOLD_CLOSED = [
  ...OPENED_NEAR,
  "> first FIN",
  "= ESTABLISHED to FIN-WAIT-1",
  "< acknowledges the FIN, closes",
  "= FIN-WAIT-1 to TIME-WAIT",
  "> acknowledges the FIN",
];

/** What is taken for something else at first sight. */
export const STRAY_CAPTURES: readonly CaptureStory[] = [
  ["only the segment with the newest numbers tells the window (RFC 9293 3.10.7.4, fifth)", [
    ...HANDSHAKE,
    packet(20, ">", "psh,ack", 1_001, 5_001, { length: 10 }),
    packet(20.1, ">", "ack", 1_011, 5_001),
    packet(20.2, ">", "ack", 1_001, 5_001, { window: 20_000 }),
    packet(30, "<", "ack", 5_001, 1_011, { length: 1_000 }),
    packet(30.1, ">", "ack", 1_011, 6_001, { window: 30_000 }),
    packet(30.2, ">", "ack", 1_011, 6_001, { window: 20_000 }),
  ], [
    ...OPENED_NEAR,
    "> data",
    "> nothing new",
    "> nothing new",
    "< data, acknowledges",
    "> acknowledges, window shrinks",
    "> window shrinks",
  ]],
  ["an older timestamp, or identification, shows that a window is an old one (RFC 7323 5.2)", [
    packet(0, ">", "syn", 1_000, 0, { timestamps: [10, 0], id: 1 }),
    packet(10, "<", "syn,ack", 5_000, 1_001, { timestamps: [500, 10], id: 900 }),
    ...[2, 3, 4, 5, 6, 7, 8].map((id) =>
      packet(10 + id / 10, ">", "ack", 1_001, 5_001, { timestamps: [20, 500], id, window: 60_000 + id })
    ),
    packet(11, ">", "ack", 1_001, 5_001, { timestamps: [30, 500], id: 10, window: 62_000 }),
    packet(11.1, ">", "ack", 1_001, 5_001, { timestamps: [29, 500], id: 11, window: 20_000 }),
    packet(11.2, ">", "ack", 1_001, 5_001, { timestamps: [30, 500], id: 9, window: 21_000 }),
    packet(11.3, ">", "ack", 1_001, 5_001, { timestamps: [30, 500], id: 12, window: 22_000 }),
  ], [
    "> asks",
    "= CLOSED to SYN-SENT",
    "< accepts",
    "= SYN-SENT to ESTABLISHED",
    "> handshake done",
    "# The capture was taken near the client: 200 µs to it and back, 10 ms to the server and back.",
    ...Array.from({ length: 7 }, () => "> window update"),
    "> nothing new",
    "> nothing new",
    "> window shrinks",
  ]],
  [
    "whoever is asked for something else is answered with a RST, and what was asked for goes on (RFC 9293 3.5.1)",
    [
      packet(0, ">", "syn", 1_000, 0),
      packet(10, "<", "ack", 300_000, 99_000),
      packet(10.1, ">", "rst", 99_000, 0),
      packet(500, "<", "syn,ack", 9_000, 777_001),
      packet(500.1, ">", "rst", 777_001, 0),
      packet(1_000, ">", "syn", 1_000, 0),
      packet(1_010, "<", "syn,ack", 5_000, 1_001),
      packet(1_010.1, ">", "ack", 1_001, 5_001),
    ],
    [
      "> asks",
      "= CLOSED to SYN-SENT",
      "< ACK, not for the SYN",
      "> RST of something else",
      "< SYN-ACK, of another SYN",
      "> RST of something else",
      "R> retransmission: timeout",
      "< accepts",
      "= SYN-SENT to ESTABLISHED",
      "> handshake done",
    ],
  ],
  [
    "after its end a connection with the same number is another one, unless the SYN comes at once (RFC 9293 3.4.1)",
    [
      ...CLOSED,
      packet(5_000, ">", "syn", 1_000, 0),
      packet(5_010, "<", "rst,ack", 0, 1_001),
      packet(5_010.1, ">", "syn", 1_000, 0),
      packet(6_000, ">", "syn", 1_000, 0),
    ],
    [
      ...TOLD_CLOSED,
      "#2  # seq 0 of 10.0.0.1:40000 is 1000",
      "#2 asks",
      "#2  = CLOSED to SYN-SENT",
      "#2 reset",
      "#2  = SYN-SENT to CLOSED",
      "#2 retransmission",
      "#3  # seq 0 of 10.0.0.1:40000 is 1000",
      "#3 asks",
      "#3  = CLOSED to SYN-SENT",
    ],
  ],
  ["keep-alives that cross answer nothing (RFC 9293 3.8.4)", [
    ...HANDSHAKE,
    packet(20, ">", "psh,ack", 1_001, 5_001, { length: 2 }),
    packet(30, "<", "ack", 5_001, 1_003),
    packet(1_030, ">", "ack", 1_002, 5_001),
    packet(1_030.1, "<", "ack", 5_000, 1_003),
    packet(1_040, "<", "ack", 5_001, 1_003),
    packet(1_040.1, ">", "ack", 1_003, 5_001),
  ], [
    ...OPENED_NEAR,
    "> data",
    "< acknowledges",
    "> keep-alive",
    "< keep-alive",
    "< answer to a keep-alive",
    "> answer to a keep-alive",
  ]],
  ["what has no ACK bit is dropped, whatever else it has (RFC 9293 3.10.7.4, fifth)", [
    ...HANDSHAKE,
    packet(20, ">", "psh", 1_001, 0, { length: 10 }),
    packet(21, ">", "fin,psh,urg", 1_011, 0),
    packet(22, ">", "fin,ack", 1_001, 5_001),
  ], [
    ...OPENED_NEAR,
    "> without ACK bit",
    "> without ACK bit",
    "> first FIN",
    "= ESTABLISHED to FIN-WAIT-1",
  ]],
  ["data of a SYN that are not acknowledged with it go again (RFC 7413 4.2.2)", [
    packet(0, ">", "syn", 1_000, 0, { length: 10 }),
    packet(10, "<", "syn,ack", 5_000, 1_001),
    packet(10.1, ">", "ack", 1_001, 5_001, { length: 10 }),
    packet(210.1, ">", "ack", 1_001, 5_001, { length: 10 }),
    packet(220, "<", "ack", 5_001, 1_011),
  ], [
    "> asks, data",
    "= CLOSED to SYN-SENT",
    "< accepts",
    "= SYN-SENT to ESTABLISHED",
    "R> data of the SYN again, handshake done",
    "R> retransmission: timeout",
    "< acknowledges",
  ]],
  ["what found no room goes again as soon as there is some (RFC 9293 3.8.6.1)", [
    ...HANDSHAKE,
    packet(20, ">", "ack", 1_001, 5_001, { length: 1_000 }),
    packet(20.1, ">", "ack", 2_001, 5_001, { length: 1_000 }),
    packet(30, "<", "ack", 5_001, 2_001, { window: 0 }),
    packet(500, "<", "ack", 5_001, 2_001, { window: 4_000 }),
    packet(500.1, ">", "ack", 2_001, 5_001, { length: 1_000 }),
    packet(900, ">", "ack", 2_001, 5_001, { length: 1_000 }),
    packet(910, "<", "ack", 5_001, 3_001, { window: 4_000 }),
  ], [
    ...OPENED_NEAR,
    "> data",
    "> data",
    "< acknowledges, zero window, window shrinks",
    "< window opens",
    "R> refused before",
    "R> retransmission: timeout",
    "< acknowledges",
  ]],
  ["what fills a hole was not lost before here when a damaged copy of it has passed (RFC 9293 3.1, MUST-3)", [
    ...HANDSHAKE,
    packet(20, "<", "ack", 5_001, 1_001, { length: 1_000, tcpChecksum: 7 }),
    data(20.1, 6_001),
    ack(20.2, 5_001),
    data(40, 5_001),
    ack(40.1, 7_001),
  ], [
    ...OPENED_NEAR,
    "< wrong checksum",
    "< data, after a hole",
    "> duplicate ACK 1",
    "R< retransmission",
    "> acknowledges",
  ]],
  ["behind a FIN nothing is taken (RFC 9293 3.10.7.4, seventh)", [
    ...HANDSHAKE,
    packet(20, ">", "fin,ack", 1_001, 5_001),
    packet(25, ">", "psh,ack", 1_002, 5_001, { length: 10 }),
    packet(30, "<", "ack", 5_001, 1_002),
  ], [
    ...OPENED_NEAR,
    "> first FIN",
    "= ESTABLISHED to FIN-WAIT-1",
    "> data after FIN",
    "< acknowledges the FIN",
    "= FIN-WAIT-1 to FIN-WAIT-2",
  ]],
  ["FINs that cross close both ends at once (RFC 9293 3.6, figure 13)", [
    ...HANDSHAKE,
    packet(20, "<", "fin,ack", 5_001, 1_001),
    packet(21, ">", "fin,ack", 1_001, 5_001),
    packet(21.1, ">", "ack", 1_002, 5_002),
    packet(31, "<", "ack", 5_002, 1_002),
  ], [
    ...OPENED_NEAR,
    "< first FIN",
    "= ESTABLISHED to CLOSE-WAIT",
    "> closes",
    "= CLOSING",
    "> acknowledges the FIN",
    "< acknowledges the FIN",
    "= CLOSING to TIME-WAIT",
  ]],
  ["a RST alone, or a FIN, proves nothing of what was before", [
    packet(0, ">", "rst", 1_001, 0),
    packet(0, ">", "fin,ack", 1_001, 5_001, { clientPort: 40_001 }),
    packet(10, "<", "ack", 5_001, 1_002, { clientPort: 40_001 }),
  ], [
    "# The capture begins in the middle of this connection: window scales are not known, and numbers count from the first ones seen.",
    "> reset",
    "= CLOSED",
    "#2  # The capture begins in the middle of this connection: window scales are not known, and numbers count from the first ones seen.",
    "#2 first FIN",
    "#2 acknowledges the FIN",
  ]],
];
