/**
 * Captures of others in which something happens, and what is told of them.
 *
 * @module
 */

import type { CapturedPacket } from "../../capture/capture.ts";
import { type Details, handshake, packet } from "./kit.ts";

/** The handshake at the client's side. */
export const HANDSHAKE: readonly CapturedPacket[] = handshake();

/** 1,000 octets of the server. */
export const data = (at: number, seq: number): CapturedPacket =>
  packet(at, "<", "ack", seq, 1_001, { length: 1_000 });

/** An ACK of the client. */
export const ack = (at: number, of: number, details: Details = {}): CapturedPacket =>
  packet(at, ">", "ack", 1_001, of, details);

/** What is said of the handshake, and where it was captured. */
export const OPENED_NEAR: readonly string[] = [
  "> asks",
  "= CLOSED to SYN-SENT",
  "< accepts",
  "= SYN-SENT to ESTABLISHED",
  "> handshake done",
  "# The capture was taken near the client: 100 µs to it and back, 10 ms to the server and back.",
];

/** A capture, and what is told of it: way and label of each segment, remarks, states of the client. */
export type CaptureStory = readonly [
  rule: string,
  packets: readonly CapturedPacket[],
  lines: readonly string[],
];

/** What is usual. */
export const CAPTURE_STORIES: readonly CaptureStory[] = [
  ["one loss seen at the receiver is a fast retransmit that fills the hole (RFC 5681 3.2)", [
    ...HANDSHAKE,
    data(20, 5001),
    data(20.1, 6001),
    data(20.3, 8001),
    data(20.4, 9001),
    data(20.5, 10001),
    ack(20.5, 7001),
    ack(20.6, 7001),
    ack(20.7, 7001),
    ack(20.8, 7001),
    data(50, 7001),
    ack(50.1, 11001),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< data",
    "< data, after a hole",
    "< data",
    "< data",
    "> acknowledges",
    "> duplicate ACK 1",
    "> duplicate ACK 2",
    "> duplicate ACK 3",
    "R< fast retransmit, fills a hole",
    "> acknowledges",
  ]],
  ["a segment that comes sooner than a round trip after what is behind it was overtaken (RFC 4737 3)", [
    ...HANDSHAKE,
    data(20, 5001),
    data(20.1, 6001),
    data(20.3, 8001),
    ack(20.31, 7001),
    data(20.35, 7001),
    data(20.4, 9001),
    ack(30, 10001),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< data",
    "< data, after a hole",
    "> acknowledges",
    "O< out of order",
    "< data",
    "> acknowledges",
  ]],
  ["a RST far from the window changes nothing, and the connection goes on (RFC 5961 3.2)", [
    ...HANDSHAKE,
    data(20, 5001),
    packet(21, "<", "rst", 900_000_000, 0),
    ack(22, 6001),
    packet(30, "<", "fin,ack", 6001, 1001),
    packet(30.1, ">", "fin,ack", 1001, 6002),
    packet(40, "<", "ack", 6002, 1002),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< RST, not acceptable",
    "> acknowledges",
    "< first FIN",
    "= ESTABLISHED to CLOSE-WAIT",
    "> acknowledges the FIN, closes",
    "= CLOSE-WAIT to LAST-ACK",
    "< acknowledges the FIN",
    "= LAST-ACK to CLOSED",
  ]],
  ["an acceptable RST closes (RFC 9293 3.10.7.4, second)", [
    ...HANDSHAKE,
    data(20, 5001),
    packet(23, ">", "rst", 1001, 0),
  ], [
    ...OPENED_NEAR,
    "< data",
    "> reset",
    "= ESTABLISHED to CLOSED",
  ]],
  ["a RST with another TTL than all packets of that end before it is somebody else's, by the look of it", [
    ...HANDSHAKE,
    data(20, 5001),
    packet(23, "<", "rst", 6001, 0, { hopLimit: 251 }),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< reset, TTL 251 not 64",
    "= ESTABLISHED to CLOSED",
  ]],
  ["where the packets of an end have several TTLs, that of a RST proves nothing", [
    ...HANDSHAKE,
    packet(20, "<", "ack", 5001, 1001, { length: 1000, hopLimit: 63 }),
    packet(23, "<", "rst", 6001, 0, { hopLimit: 251 }),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< reset",
    "= ESTABLISHED to CLOSED",
  ]],
  ["a SYN with another number is another attempt (RFC 9293 3.4.1)", [
    packet(0, ">", "syn", 1000, 0),
    packet(1000, ">", "syn", 77000, 0),
    packet(1010, "<", "syn,ack", 5000, 77001),
    packet(1010.1, ">", "ack", 77001, 5001),
  ], [
    "> asks",
    "= CLOSED to SYN-SENT",
    "#2  # seq 0 of 10.0.0.1:40000 is 77000",
    "#2 asks, new attempt",
    "#2  = CLOSED to SYN-SENT",
    "#2  # seq 0 of 10.0.0.2:80 is 5000",
    "#2 accepts",
    "#2  = SYN-SENT to ESTABLISHED",
    "#2 handshake done",
    "#2  # The capture was taken near the client: 100 µs to it and back, 10 ms to the server and back.",
  ]],
  ["one direction alone proves the states of who sends it (RFC 9293 3.3.2)", [
    packet(0, ">", "syn", 1000, 0),
    packet(20, ">", "ack", 1001, 5001),
    packet(21, ">", "psh,ack", 1001, 5001, { length: 10 }),
    packet(45, ">", "fin,ack", 1011, 6001),
  ], [
    "> asks",
    "= CLOSED to SYN-SENT",
    "> acknowledges the SYN",
    "= SYN-SENT to ESTABLISHED",
    "> data",
    "> acknowledges, first FIN",
    "= ESTABLISHED to FIN-WAIT-1",
  ]],
  ["a connection seen from its middle has no scale and no states before (RFC 7323 2.2)", [
    packet(0, ">", "psh,ack", 1001, 5001, { length: 87, window: 63 }),
    packet(20, "<", "ack", 5001, 1088, { window: 64 }),
    packet(20.1, "<", "ack", 5001, 1088, { length: 1000, window: 64 }),
    packet(20.2, ">", "ack", 1088, 6001, { window: 66 }),
  ], [
    "# The capture begins in the middle of this connection: window scales are not known, and numbers count from the first ones seen.",
    "> data",
    "< acknowledges",
    "< data",
    "= ESTABLISHED",
    "> acknowledges",
  ]],
  ["what is acknowledged and has not passed was missed by the capture", [
    ...HANDSHAKE,
    data(20, 5001),
    data(20.3, 7001),
    ack(20.4, 8001),
    data(20.5, 8001),
    ack(20.6, 9001),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< data, after a hole",
    "> capture gap, acknowledges",
    "< data",
    "> acknowledges",
  ]],
  [
    "packets that all come twice were captured twice",
    [...HANDSHAKE, data(20, 5001), ack(20.1, 6001)].flatMap((
      one,
    ) => [one, { ...one, time: one.time + 3_000n }]),
    [
      "> asks",
      "= CLOSED to SYN-SENT",
      "D> captured twice",
      "< accepts",
      "= SYN-SENT to ESTABLISHED",
      "D< captured twice",
      "> handshake done",
      "# The capture was taken near the client: 100 µs to it and back, 10 ms to the server and back.",
      "D> captured twice",
      "< data",
      "D< captured twice",
      "> acknowledges",
      "D> captured twice",
    ],
  ],
  ["keep-alives and their answers are no retransmissions and no duplicate ACKs (RFC 9293 3.8.4)", [
    ...HANDSHAKE,
    packet(20, ">", "psh,ack", 1001, 5001, { length: 2 }),
    packet(30, "<", "ack", 5001, 1003),
    packet(1030, ">", "ack", 1002, 5001),
    packet(1040, "<", "ack", 5001, 1003),
    packet(2040, ">", "ack", 1002, 5001),
  ], [
    ...OPENED_NEAR,
    "> data",
    "< acknowledges",
    "> keep-alive",
    "< answer to a keep-alive",
    "> keep-alive",
  ]],
  ["window probes and their answers are told as such (RFC 9293 3.8.6.1)", [
    ...HANDSHAKE,
    packet(20, ">", "ack", 1001, 5001, { length: 1000 }),
    packet(30, "<", "ack", 5001, 2001, { window: 0 }),
    packet(230, ">", "ack", 2000, 5001),
    packet(240, "<", "ack", 5001, 2001, { window: 0 }),
    packet(630, ">", "ack", 2000, 5001),
    packet(640, "<", "ack", 5001, 2001, { window: 0 }),
    packet(900, "<", "ack", 5001, 2001, { window: 4000 }),
  ], [
    ...OPENED_NEAR,
    "> data",
    "< acknowledges, zero window, window shrinks",
    "> window probe",
    "< answer to a window probe",
    "> window probe",
    "< answer to a window probe",
    "< window opens",
  ]],
  ["a clock that steps back is said, and times go on", [
    ...HANDSHAKE,
    data(20, 5001),
    ack(20.1, 6001),
    data(-2470, 6001),
    ack(-2469.9, 7001),
  ], [
    ...OPENED_NEAR,
    "< data",
    "> acknowledges",
    "# The clock of the capture steps back by 2.49 s here: times are counted on from the packet before.",
    "< data",
    "> acknowledges",
  ]],
  ["TCP checksums of 0 are those of a device that was to fill them in", [
    ...handshake(),
    packet(20, ">", "psh,ack", 1001, 5001, { length: 5, tcpChecksum: 0 }),
    packet(30, "<", "ack", 5001, 1006),
  ], [
    ...OPENED_NEAR,
    "# The TCP checksum of a packet of the client is 0, and it is taken all the same: a device was to fill it in, or it was left as it is where addresses or ports were replaced. Told once for all such packets.",
    "> data",
    "< acknowledges",
  ]],
  ["IPv4 checksums of 0 are those of a device that was to fill them in", [
    ...handshake(),
    packet(20, ">", "psh,ack", 1001, 5001, { length: 5, ipChecksum: 0 }),
    packet(30, "<", "ack", 5001, 1006),
  ], [
    ...OPENED_NEAR,
    "# The IPv4 checksum of a packet of the client is 0, and it is taken all the same: a device was to fill it in, or it was left as it is where addresses or ports were replaced. Told once for all such packets.",
    "> data",
    "< acknowledges",
  ]],
  ["what has a wrong checksum is dropped, and its repetition is one (RFC 9293 3.1, MUST-3)", [
    ...handshake(),
    packet(20, ">", "psh,ack", 1001, 5001, { length: 5, tcpChecksum: 1 }),
    packet(1020, ">", "psh,ack", 1001, 5001, { length: 5 }),
    packet(1030, "<", "ack", 5001, 1006),
  ], [
    ...OPENED_NEAR,
    "> wrong checksum",
    "R> retransmission",
    "< acknowledges",
  ]],
  ["without any ACK for as long as a timer takes it is a timeout (RFC 6298 5.4)", [
    ...HANDSHAKE,
    packet(20, ">", "ack", 1001, 5001, { length: 100 }),
    packet(230, ">", "ack", 1001, 5001, { length: 100 }),
    packet(650, ">", "ack", 1001, 5001, { length: 100 }),
    packet(660, "<", "ack", 5001, 1101),
  ], [
    ...OPENED_NEAR,
    "> data",
    "R> retransmission: timeout",
    "R> retransmission: timeout",
    "< acknowledges",
  ]],
  ["the last segment alone, early, is a tail loss probe; SACK then asks for the hole (RFC 8985 7)", [
    ...handshake({ sackPermitted: true }),
    packet(20, ">", "ack", 1001, 5001, { length: 100 }),
    packet(20.1, ">", "ack", 1101, 5001, { length: 100 }),
    packet(45, ">", "ack", 1101, 5001, { length: 100 }),
    packet(55, "<", "ack", 5001, 1001, { sack: [1101, 1201] }),
    packet(55.1, ">", "ack", 1001, 5001, { length: 100 }),
    packet(65, "<", "ack", 5001, 1201),
  ], [
    ...OPENED_NEAR,
    "> data",
    "> data",
    "R> tail loss probe",
    "< duplicate ACK 1, SACK",
    "R> retransmission: SACK",
    "< acknowledges",
  ]],
  ["what the SYNs have not agreed on counts for nothing (RFC 2018 2, RFC 7323 3.2, RFC 3168 6.1.1)", [
    ...HANDSHAKE,
    data(20, 5001),
    data(20.1, 6001),
    ack(30, 5001, { sack: [6001, 7001] }),
    data(30.1, 5001),
    ack(40, 7001, { sack: [5001, 6001], timestamps: [5, 6] }),
    packet(41, ">", "ece,cwr,ack", 1001, 7001, { length: 10, ecn: 3 }),
    packet(51, "<", "ack", 7001, 1011),
  ], [
    ...OPENED_NEAR,
    "< data",
    "< data",
    "> duplicate ACK 1, SACK, not agreed on",
    "R< retransmission",
    "> acknowledges, SACK, not agreed on, timestamps, not agreed on",
    "> data, ECE, CWR and a congestion mark, ECN not agreed on",
    "< acknowledges",
  ]],
  ["with Accurate ECN the bits AE, CWR and ECE are a counter, not an echo (RFC 9768 3.2)", [
    packet(0, ">", "syn,ece,cwr,ae", 1000, 0),
    packet(10, "<", "syn,ack,cwr", 5000, 1001),
    packet(10.1, ">", "ack,ae", 1001, 5001),
    packet(20, "<", "ack,ae,ece", 5001, 1001, { length: 100 }),
  ], [
    ...OPENED_NEAR,
    "< data, feedback of Accurate ECN",
  ]],
  ["new data with an older timestamp are dropped, and the ACK that follows tells of no gap (RFC 7323 5.3)", [
    packet(0, ">", "syn", 1000, 0, { timestamps: [100, 0] }),
    packet(10, "<", "syn,ack", 5000, 1001, { timestamps: [900, 100] }),
    ack(10.1, 5001, { timestamps: [110, 900] }),
    packet(20, "<", "ack", 5001, 1001, { length: 1_000, timestamps: [910, 110] }),
    ack(20.1, 6001, { timestamps: [120, 910] }),
    packet(25, "<", "ack", 6001, 1001, { length: 1_000, timestamps: [700, 110] }),
    ack(25.1, 6001, { timestamps: [125, 910] }),
  ], [
    ...OPENED_NEAR,
    "< data",
    "> acknowledges",
    "< data, older timestamp",
    "> duplicate ACK 1",
  ]],
  ["D-SACK proves a retransmission spurious (RFC 3708 2)", [
    ...handshake({ sackPermitted: true }),
    packet(20, ">", "ack", 1001, 5001, { length: 100 }),
    packet(230, ">", "ack", 1001, 5001, { length: 100 }),
    packet(231, "<", "ack", 5001, 1101),
    packet(240, "<", "ack", 5001, 1101, { sack: [1001, 1101] }),
  ], [
    ...OPENED_NEAR,
    "> data",
    "R> retransmission: timeout",
    "< acknowledges",
    "< D-SACK 1..100, proves one spurious",
  ]],
  ["of SYNs cut by a snap length no scale is assumed", [
    packet(0, ">", "syn", 1000, 0, { mss: 1460, scale: 7, kept: 40 }),
    packet(10, "<", "syn,ack", 5000, 1001, { mss: 1460, scale: 7, kept: 40 }),
    packet(10.1, ">", "ack", 1001, 5001, { window: 63 }),
    packet(11, ">", "ack", 1001, 5001, { window: 70 }),
  ], [
    ...OPENED_NEAR,
    "> window update",
  ]],
  ["a segment up to the edge fills the window (RFC 9293 3.8.6)", [
    packet(0, ">", "syn", 1000, 0),
    packet(10, "<", "syn,ack", 5000, 1001, { window: 2000 }),
    packet(10.1, ">", "ack", 1001, 5001),
    packet(11, ">", "ack", 1001, 5001, { length: 1000 }),
    packet(11.1, ">", "ack", 2001, 5001, { length: 1000 }),
    packet(21, "<", "ack", 5001, 3001, { window: 2000 }),
  ], [
    ...OPENED_NEAR,
    "> data",
    "> data, window full",
    "< acknowledges",
  ]],
  ["SYNs without answer are timeouts (RFC 9293 3.8.3)", [
    packet(0, ">", "syn", 1000, 0),
    packet(1000, ">", "syn", 1000, 0),
    packet(3000, ">", "syn", 1000, 0),
  ], ["> asks", "= CLOSED to SYN-SENT", "R> retransmission: timeout", "R> retransmission: timeout"]],
];
