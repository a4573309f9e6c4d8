/**
 * Captures of others for what those of tests/capture/stories.ts do not have, and pairs of captures.
 *
 * @module
 */

import type { CapturedPacket } from "../../capture/capture.ts";
import { type Details, handshake, packet } from "../capture/kit.ts";

/** Milliseconds from one point of capture to the other. */
const WAY = 10;

const data = (at: number, seq: number, details: Details = {}): CapturedPacket =>
  packet(at, "<", "ack", seq, 1_001, { length: 1_000, ...details });

const ack = (at: number, of: number, details: Details = {}): CapturedPacket =>
  packet(at, ">", "ack", 1_001, of, details);

/** An ICMP error of a router's about the client's packet that begins with `seq`. */
function icmp(at: number, code: number, mtu: number, seq: number): CapturedPacket {
  const about = packet(at, ">", "ack", seq, 5_001, { length: 8 });
  const quoted = about.octets.subarray(0, 28);
  const message = Uint8Array.of(3, code, 0, 0, 0, 0, mtu >> 8, mtu & 0xff, ...quoted);
  put16(message, 2, checksum(message));
  const [router, client] = [[10, 0, 9, 9], [10, 0, 0, 1]] as const;
  const length = 20 + message.length;
  const header = Uint8Array.of(0x45, 0, 0, length, 0, 0, 0, 0, 64, 1, 0, 0, ...router, ...client);
  put16(header, 10, checksum(header));
  return { ...about, octets: Uint8Array.of(...header, ...message), originalLength: length };
}

function put16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >> 8;
  octets[at + 1] = value & 0xff;
}

function checksum(octets: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < octets.length; i += 2) sum += ((octets[i] ?? 0) << 8) + (octets[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

/** Each is a connection. */
export const MORE_CAPTURES: readonly (readonly CapturedPacket[])[] = [
  // Options that are not answered; taken in the middle of the way.
  [
    packet(0, ">", "syn,ece,cwr", 1_000, 0, { scale: 7, timestamps: [1, 0] }),
    packet(10, "<", "syn,ack,ece", 5_000, 1_001),
    packet(20, ">", "ack", 1_001, 5_001),
    packet(30, ">", "urg,ack", 1_001, 5_001, { length: 10 }),
    packet(40, "<", "ece,ack", 5_001, 1_011),
    packet(50, "<", "ack", 5_001, 1_011, { length: 10, ecn: 3 }),
    packet(60, ">", "ack", 1_011, 5_011),
    packet(61, ">", "ack", 1_011, 5_011),
  ],
  // Two holes without SACK: the second goes again after a partial ACK; an old ACK; a needless retransmission.
  [
    ...handshake(),
    data(20, 5_001),
    data(20.1, 6_001),
    data(20.2, 7_001),
    data(20.3, 8_001),
    data(20.4, 9_001),
    ack(30, 5_001),
    ack(30.1, 5_001),
    ack(30.2, 5_001),
    data(31, 5_001),
    ack(41, 7_001),
    data(42, 7_001),
    ack(52, 10_001),
    ack(52.1, 9_001),
    data(300, 9_001),
    ack(300.1, 10_001),
  ],
  // The same packet twice, soon: the network; the original after its copy, by its timestamp; both again, needlessly.
  [
    packet(0, ">", "syn", 1_000, 0, { timestamps: [10, 0] }),
    packet(10, "<", "syn,ack", 5_000, 1_001, { timestamps: [500, 10] }),
    packet(10.1, ">", "ack", 1_001, 5_001, { timestamps: [20, 500] }),
    data(20, 5_001, { id: 71, timestamps: [510, 20] }),
    data(20.6, 5_001, { id: 71, timestamps: [510, 20] }),
    data(21, 7_001, { id: 73, timestamps: [511, 20] }),
    data(50, 6_001, { id: 79, timestamps: [540, 20] }),
    data(50.2, 6_001, { id: 72, timestamps: [511, 20] }),
    ack(51, 8_001, { timestamps: [60, 540] }),
    data(300, 5_001, { id: 80, timestamps: [790, 20] }),
    data(300.6, 6_001, { id: 81, timestamps: [790, 20] }),
  ],
  // Acknowledged before it stands there: the capture has it too late; and again, needlessly.
  [...handshake(), data(20, 5_001), ack(20.1, 7_001), data(20.2, 6_001), data(300, 6_001)],
  // Not in order of time.
  [...handshake(), data(20, 5_001), ack(19.999, 6_001), data(21, 6_001)],
  // A router says that the packet is too long, and that there is no way.
  [
    ...handshake(),
    packet(20, ">", "ack", 1_001, 5_001, { length: 1_000 }),
    icmp(25, 4, 576, 1_001),
    icmp(26, 1, 0, 1_001),
    packet(30, ">", "ack", 1_001, 5_001, { length: 500 }),
  ],
  // Everything captured twice, and one of it sent again.
  [...handshake(), data(20, 5_001), ack(20.1, 6_001), data(300.3, 5_001)].flatMap((
    one,
  ) => [one, { ...one, time: one.time + 900_000n }]),
  // A keep-alive with an octet, which is needlessly sent again later with the one before it.
  [
    ...handshake(),
    packet(20, ">", "psh,ack", 1_001, 5_001, { length: 2 }),
    packet(30, "<", "ack", 5_001, 1_003),
    packet(1_030, ">", "ack", 1_002, 5_001, { length: 1 }),
    packet(1_040, "<", "ack", 5_001, 1_003),
    packet(2_030, ">", "psh,ack", 1_001, 5_001, { length: 2 }),
  ],
  // A window probe with an octet that is not taken, and sent once more when there is room.
  [
    ...handshake(),
    packet(20, ">", "ack", 1_001, 5_001, { length: 1_000 }),
    packet(30, "<", "ack", 5_001, 2_001, { window: 0 }),
    packet(230, ">", "ack", 2_001, 5_001, { length: 1 }),
    packet(240, "<", "ack", 5_001, 2_001, { window: 0 }),
    packet(900, "<", "ack", 5_001, 2_001, { window: 4_000 }),
    packet(900.1, ">", "ack", 2_001, 5_001, { length: 1_000 }),
    packet(910, "<", "ack", 5_001, 3_001, { window: 4_000 }),
  ],
  // Simple blocks, which have no times: a hole is filled, the same comes again, all is acknowledged before a part has passed.
  [
    ...handshake(),
    data(20, 5_001),
    data(20.2, 7_001),
    data(20.3, 6_001),
    data(20.4, 7_001),
    ack(31, 9_001, { window: 0 }),
    data(32, 8_001),
    ack(40, 9_001, { window: 9_000 }),
    packet(50, "<", "fin,ack", 9_001, 1_001),
  ].map((one) => ({ ...one, isUntimed: true as const })),
  // What SACK has reported is sent again all the same.
  [
    ...handshake({ sackPermitted: true }),
    data(20, 5_001),
    data(20.1, 6_001),
    data(20.2, 7_001),
    ack(30, 6_001, { sack: [7_001, 8_001] }),
    data(250, 7_001),
    ack(260, 8_001),
  ],
  // The client's own segments change places; its FIN goes with data, and both again.
  [
    ...handshake(),
    packet(20, ">", "ack", 1_001, 5_001, { length: 1_000 }),
    packet(20.1, ">", "ack", 3_001, 5_001, { length: 1_000, id: 8 }),
    packet(20.2, ">", "ack", 2_001, 5_001, { length: 1_000, id: 7 }),
    packet(30, "<", "ack", 5_001, 4_001),
    packet(40, ">", "fin,ack", 4_001, 5_001, { length: 10 }),
    packet(400, ">", "fin,ack", 4_001, 5_001, { length: 10 }),
    packet(410, "<", "ack", 5_001, 4_012),
  ],
  // A FIN alone, and again.
  [
    ...handshake(),
    packet(40, ">", "fin,ack", 1_001, 5_001),
    packet(400, ">", "fin,ack", 1_001, 5_001),
    packet(410, "<", "ack", 5_001, 1_002),
  ],
  // A window that opens bit by bit.
  [
    ...handshake(),
    data(20, 5_001),
    ...[0, 1, 2, 3, 4].map((i) => ack(30 + i, 6_001, { window: 40_000 + i })),
  ],
  // Octet by octet, each acknowledged.
  [
    ...handshake(),
    ...[0, 1, 2, 3, 4, 5].flatMap((i) => [data(20 + i, 5_001 + i, { length: 1 }), ack(20.1 + i, 5_002 + i)]),
  ],
  // A RST after which its sender goes on.
  [...handshake(), data(20, 5_001), packet(21, "<", "rst", 6_001, 0), data(30, 6_001), ack(30.1, 7_001)],
  // A shift above 14, congestion notification that is refused; a RST that is not exact is challenged (RFC 5961 3.2); the same
  // ACK again without a SACK block, and with a closed window.
  [
    packet(0, ">", "syn,ece,cwr", 1_000, 0, { scale: 15, sackPermitted: true }),
    packet(10, "<", "syn,ack", 5_000, 1_001, { scale: 7, sackPermitted: true }),
    packet(10.1, ">", "ack", 1_001, 5_001),
    data(20, 5_001),
    ack(20.1, 6_001),
    packet(21, "<", "rst", 6_501, 0),
    ack(21.1, 6_001),
    data(30, 6_001),
    data(30.1, 7_001),
    ack(40, 6_001),
    ack(41, 6_001, { window: 0 }),
    ack(42, 6_001, { window: 0 }),
    ack(50, 8_001),
  ],
];

/** What only the summary tells in words of its own. */
export const SUMMARIZED: readonly (readonly CapturedPacket[])[] = [
  // SACK is offered in vain; closed in order, and a RST comes afterwards.
  [
    packet(0, ">", "syn", 1_000, 0, { sackPermitted: true }),
    packet(10, "<", "syn,ack", 5_000, 1_001),
    packet(10.1, ">", "ack", 1_001, 5_001),
    packet(20, ">", "fin,ack", 1_001, 5_001),
    packet(30, "<", "fin,ack", 5_001, 1_002),
    packet(30.1, ">", "ack", 1_002, 5_002),
    packet(40, "<", "rst", 5_002, 0),
  ],
  // The second FIN is not acknowledged.
  [
    ...handshake(),
    packet(20, ">", "fin,ack", 1_001, 5_001),
    packet(30, "<", "fin,ack", 5_001, 1_002),
  ],
  // The SYN is answered by what is not for it, and then by what is.
  [
    packet(0, ">", "syn", 1_000, 0),
    packet(11, "<", "syn,ack", 5_000, 9_001),
    packet(20, "<", "syn,ack", 7_000, 1_001),
    packet(20.1, ">", "ack", 1_001, 7_001),
  ],
  // A segment is damaged on its way.
  [
    ...handshake(),
    data(20, 5_001),
    ack(20.1, 6_001),
    data(21, 6_001, { tcpChecksum: 1 }),
    data(300, 6_001),
    ack(300.1, 7_001),
  ],
  // A window closes, and a probe of it is not answered.
  [
    ...handshake(),
    packet(20, ">", "ack", 1_001, 5_001, { length: 1_000 }),
    packet(30, "<", "ack", 5_001, 2_001, { window: 0 }),
    packet(230, ">", "ack", 2_001, 5_001, { length: 1 }),
  ],
  // Two ends that are seen once, and at one moment.
  [data(20, 5_001), ack(20, 6_001)],
];

type Passing = readonly [
  at: number,
  way: ">" | "<",
  flags: string,
  seq: number,
  ack: number,
  details?: Details,
];

const OPENING: readonly Passing[] = [
  [0, ">", "syn", 1_000, 0],
  [20, "<", "syn,ack", 5_000, 1_001],
  [20.1, ">", "ack", 1_001, 5_001],
];
const LONG = { length: 1_000 };

function near(ways: readonly Passing[]): CapturedPacket[] {
  return ways.map(([at, way, flags, seq, of, details]) => packet(at, way, flags, seq, of, details));
}

function far(ways: readonly Passing[], ahead = 0): CapturedPacket[] {
  return ways.map(([at, way, flags, seq, of, details]) =>
    packet(at + ahead + (way === ">" ? WAY : -WAY), way, flags, seq, of, details)
  ).sort((a, b) => Number(a.time - b.time));
}

const FIRST: Passing = [30, "<", "ack", 5_001, 1_001, LONG];
const SECOND: Passing = [30.1, "<", "ack", 6_001, 1_001, LONG];
const THIRD: Passing = [30.2, "<", "ack", 7_001, 1_001, LONG];
const ALL_HERE: Passing = [30.3, ">", "ack", 1_001, 8_001];
const SENT: Passing = [30, ">", "ack", 1_001, 5_001, LONG];
const SENT_NEXT: Passing = [30.1, ">", "ack", 2_001, 5_001, LONG];

const TEXT = [FIRST, SECOND, THIRD];
const ANSWER: Passing = [45, "<", "ack", 8_001, 1_001, { window: 50_000 }];
const CLOSE: Passing = [50, ">", "fin,ack", 1_001, 8_001];

/** An octet each way, every tenth of a second. */
const STEADY: readonly Passing[] = [
  ...OPENING,
  ...Array.from({ length: 30 }, (_, i): readonly Passing[] => [
    [100 + 100 * i, "<", "ack", 5_001 + i, 1_001, { length: 1 }],
    [101 + 100 * i, ">", "ack", 1_001, 5_002 + i],
  ]).flat(),
];

/** The same by a clock that goes faster by a five-hundredth, and is seconds ahead. */
function faster(packets: readonly CapturedPacket[]): readonly CapturedPacket[] {
  const [{ time: start } = { time: 0n }] = packets;
  return packets.map((one) => ({ ...one, time: one.time + (one.time - start) / 500n + 3_000_000_000n }));
}

/** Each is a connection at the client's side and at the server's. */
export const PAIRS:
  readonly (readonly [here: readonly CapturedPacket[], there: readonly CapturedPacket[]])[] = [
    // Lost on the way here, and sent again.
    [
      near([...OPENING, FIRST, THIRD, [30.3, ">", "ack", 1_001, 6_001], [
        60,
        "<",
        "ack",
        6_001,
        1_001,
        LONG,
      ]]),
      far([...OPENING, FIRST, SECOND, THIRD, [30.3, ">", "ack", 1_001, 6_001], [
        60,
        "<",
        "ack",
        6_001,
        1_001,
        LONG,
      ]]),
    ],
    // Lost on the way there, and sent again; clocks that differ.
    [
      near([...OPENING, SENT, SENT_NEXT, [250, ">", "ack", 1_001, 5_001, LONG], [
        270,
        "<",
        "ack",
        5_001,
        3_001,
      ]]),
      far(
        [...OPENING, SENT_NEXT, [250, ">", "ack", 1_001, 5_001, LONG], [270, "<", "ack", 5_001, 3_001]],
        5_000,
      ),
    ],
    // Overtaken and doubled on the way.
    [
      near([...OPENING, FIRST, THIRD, [30.25, ...tail(SECOND)], [30.4, ...tail(THIRD)], ALL_HERE]),
      far([...OPENING, FIRST, SECOND, THIRD, ALL_HERE]),
    ],
    // Doubled between: twice there, once here; and the other way round for what is sent.
    [
      near([...OPENING, SENT, [50, "<", "ack", 5_001, 2_001]]),
      far([...OPENING, SENT, [30.05, ...tail(SENT)], [50, "<", "ack", 5_001, 2_001]]),
    ],
    // Missed by the capture there; a bare ACK that is not there.
    [
      near([...OPENING, SENT, SENT_NEXT, [40, ">", "ack", 3_001, 5_001, { window: 60_000 }], [
        50.1,
        "<",
        "ack",
        5_001,
        3_001,
      ]]),
      far([...OPENING, SENT, [50.1, "<", "ack", 5_001, 3_001]]),
    ],
    // Missed by the capture there, and sent again before the ACK has come.
    [
      near([...OPENING, SENT, [250, ">", "ack", 1_001, 5_001, LONG], [255, "<", "ack", 5_001, 2_001]]),
      far([...OPENING, [250, ">", "ack", 1_001, 5_001, LONG], [255, "<", "ack", 5_001, 2_001]]),
    ],
    // Missed by the capture here, and a bare ACK of the server's that is not here.
    [
      near([...OPENING, FIRST, [40, ">", "ack", 1_001, 7_001]]),
      far([...OPENING, FIRST, SECOND, [35, "<", "ack", 7_001, 1_001, { window: 60_000 }], [
        40,
        ">",
        "ack",
        1_001,
        7_001,
      ]]),
    ],
    // A bare ACK that is not there; one that is there alone; an ACK of the server's that is here alone.
    [
      near([...OPENING, ...TEXT, [40, ">", "ack", 1_001, 8_001, { window: 60_000 }], ANSWER, CLOSE]),
      far([...OPENING, ...TEXT, [42, ">", "ack", 1_001, 8_001, { window: 50_000 }], CLOSE]),
    ],
    // A middle box lowers the MSS.
    [
      near([[0, ">", "syn", 1_000, 0, { mss: 1_460 }], ...OPENING.slice(1), ALL_HERE]),
      far([[0, ">", "syn", 1_000, 0, { mss: 1_400 }], ...OPENING.slice(1), ALL_HERE]),
    ],
    // One way only there.
    [
      near([...OPENING, ...TEXT, ALL_HERE]),
      far([...OPENING, ...TEXT, ALL_HERE].filter(([, way]) => way === ">")),
    ],
    // A clock that goes faster.
    [near(STEADY), faster(far(STEADY))],
    // Cut by a device, and a piece lost.
    [
      near([...OPENING, [30, ">", "psh,ack", 1_001, 5_001, { length: 3_000 }], [
        50.1,
        "<",
        "ack",
        5_001,
        2_001,
      ]]),
      far([...OPENING, SENT, [30.01, ">", "psh,ack", 3_001, 5_001, LONG], [50.1, "<", "ack", 5_001, 2_001]]),
    ],
  ];

function tail(
  [, ...rest]: Passing,
): readonly [way: ">" | "<", flags: string, seq: number, ack: number, details?: Details] {
  return rest;
}
