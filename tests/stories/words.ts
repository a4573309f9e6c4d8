/**
 * How numbers, flags, options and ICMP errors are written, of all sizes and kinds: more than the stories happen to have.
 *
 * @module
 */

import { Flag, icmpText, instant, Option, THIS_HOST } from "../../tcp/mod.ts";

import {
  amountText,
  blocksText,
  flagsText,
  octetsAmountText,
  rangeText,
  sackText,
  secondsText,
  sequenceText,
  spanOf,
  spanText,
  textSpan,
  wallClockText,
} from "../../trace/format.ts";
import { Narrator } from "../../cli/narrator.ts";
import { Repetitions } from "../../cli/repetitions.ts";
import { hopFieldName } from "../../trace/hop_limits.ts";
import { numbersText } from "../../trace/notation.ts";
import { otherOptionsText } from "../../trace/other_options.ts";
import { optionsJson, optionsText } from "../../trace/options.ts";
import type { IcmpEvent, SegmentRecord, TraceEvent } from "../../trace/record.ts";
import { newTally, segmentWords, TALLIED } from "../../trace/tally.ts";
import { FOUND_VARIABLES, VARIABLES, variableValue } from "../../trace/variables.ts";
import { memoryOutput, MemorySink } from "../cli/support.ts";
import { recording } from "../trace/collect.ts";
import { segmentWith } from "../trace/options_kit.ts";
import { FakeConnection, type Said } from "../trace/fake_connection.ts";

const FLAG_SETS = [0, ...Array.from({ length: 9 }, (_, bit) => 1 << bit), Flag.syn | Flag.ack];
const SPANS = [85, 999, 1_000, 1_254_321, 200_000, 3_000_000, 61_234_567];
const AMOUNTS = [
  0.496,
  9.6,
  10.4,
  1,
  512,
  1_023,
  1_024,
  65_536,
  3 << 20,
  5 * 2 ** 30,
  7 * 2 ** 40,
  9 * 2 ** 50,
];
const HEADERS_OWN = 2 ** 48;
const RANGES: readonly (readonly [number, number])[] = [[1, 30], [30, 31], [31, 31], [0, 2]];
const EDGES = [40, 50, 60, 61];
const ICMP_TYPES = { 4: [4, 5, 11, 12], 6: [2, 3, 4, 5] } as const;
const UNREACHABLE = { 4: 3, 6: 1 } as const;
const CODES = 15;

/** One of each kind that the core does not know, and what has no name. */
const OTHER_OPTIONS: readonly (readonly number[])[] = [
  [14, 3, 1],
  [19, 18, ...new Array<number>(16).fill(9)],
  [27, 8, 0, 0, 0, 0, 0, 0],
  [29, 4, 3, 4],
  ...Array.from({ length: 10 }, (_, subtype) => [30, 4, subtype << 4, 0]),
  [34, 2],
  [34, 6, 1, 2, 3, 4],
  [69, 2],
  [172, 8, 0, 0, 1, 0, 0, 2],
  [174, 11, 0, 0, 1, 0, 0, 2, 0, 1, 0],
  [253, 2],
  [253, 4, 0x02, 0x34],
  [253, 4, 0x00, 0x07],
  [254, 6, 0xf9, 0x89, 7, 8],
  [77, 4, 0, 0, 78, 2],
];
/** No-operations fill the header up. */
const ROOM = 20;
const PADDING = new Array<number>(ROOM).fill(1);

/** A page of all of them. */
export function wordsPage(): string {
  return [
    ...FLAG_SETS.map((flags) => `flags ${flags}: ${flagsText(flags)}`),
    ...SPANS.map((span) => `${span} microseconds: ${spanText(span)}, ${secondsText(span)}`),
    ...SPANS.map((span) => `by the clock: ${wallClockText(1_767_225_600_000_000 + span)}`),
    ...AMOUNTS.map((amount) => `${amount} octets: ${octetsAmountText(amount)}`),
    ...[null, Infinity, 7, 1_449.6].map((amount) => `amount ${amount}: ${amountText(amount)}`),
    ...[7, HEADERS_OWN, HEADERS_OWN + 7, HEADERS_OWN + 2 ** 32 + 7].map((number) =>
      `number ${number}: ${sequenceText(number)}`
    ),
    ...RANGES.map(([from, to]) => `${from} to before ${to}: ${rangeText(from, to)}; ${spanOf(from, to)}`),
    ...OTHER_OPTIONS.map((octets) =>
      `options of octets ${octets}: ${otherOptionsText(segmentWith([...octets, ...PADDING].slice(0, ROOM)))}`
    ),
    ...segments().slice(0, 1).map((segment) =>
      `with an option that the core does not know: ${optionsText({ ...segment, otherOptions: "unknown 77" })}`
    ),
    `blocks ${EDGES}: ${sackText(EDGES)}; ${blocksText(EDGES)}`,
    ...segments().flatMap((segment) => [
      `${numbersText(segment)} <${optionsText(segment)}> with octets ${textSpan(segment)}`,
      `with a window of unknown scale: ${numbersText(segment, true)}`,
      `its options in JSON: ${JSON.stringify(optionsJson(segment))}`,
    ]),
    ...contents().map((text) => `what a segment takes up: ${text}`),
    ...windowMoves().map((text) => `at a reduction: ${text}`),
    ...Object.entries({ ...VARIABLES, ...FOUND_VARIABLES }).map(([name, { unit }]) =>
      `{${name}} counts ${unit}`
    ),
    ...icmpErrors().map((error) => `ICMP over IPv${error.family}: ${icmpText(error)}`),
    ...TALLIED.map((name, i) =>
      `counted as ${name}: ${[1, 2].flatMap((count) => segmentWords(newTally().with(i, count))).join(", ")}`
    ),
    `IPv4 has the field ${hopFieldName(4)}, IPv6 ${hopFieldName(6)}`,
    ...linkChanges(),
    ...repetitions(),
    "",
  ].join("\n");
}

/** What the client says when data take another way. */
function linkChanges(): readonly string[] {
  const terminal = new MemorySink();
  const narrator = new Narrator(memoryOutput({ out: terminal, err: terminal }).output);
  for (const link of ["raw", "packet", "ring", "no ring", "rules"] as const) {
    for (const isUnwanted of [false, true]) narrator.linkChanged(link, "a reason", isUnwanted);
  }
  return terminal.lines;
}

const CAUSES = [
  "retransmit-timeout",
  "retransmit-shorter",
  "retransmit-long-lost",
  "tail-loss-probe",
  "retransmit-sack",
  "retransmit-refused",
  "retransmit-path-mtu",
  "retransmit-black-hole",
  "retransmit-mtu-probe",
  "retransmit-lost-probe",
  "retransmit-other-way",
  "lost with the timeout",
] as const;

/** Why the client sends again, after silences of all lengths, and how many times that is told. */
function repetitions(): readonly string[] {
  const terminal = new MemorySink();
  const { output } = memoryOutput({ out: terminal, err: terminal });
  const connection = new FakeConnection(recording().recorder);
  const segment = connection.segment({ flags: Flag.ack, seq: 1, ack: 1, data: "hello" }, "sent");
  for (const silence of [999, 1_000, 99_900, 100_000, 1_500_000]) {
    const told = new Repetitions(output);
    told.sent(connection, segment, instant(0));
    told.tell("again", 5, instant(silence), "retransmit-timeout");
  }
  const told = new Repetitions(output);
  CAUSES.forEach((reason, i) => {
    for (const later of [0, 999_999]) told.tell("again", 5, instant(2_000_000 * i + later), reason);
  });
  for (let i = 0; i < 9; i++) {
    told.tell("again", 5, instant(2_000_000 * (CAUSES.length + i)), "retransmit-sack");
  }
  told.tellRest();
  const apart = new Repetitions(output);
  for (const at of [0, 1_500_000]) apart.tell("again", 5, instant(at), "retransmit-sack");
  return terminal.lines;
}

function segments(): readonly SegmentRecord[] {
  const said: readonly Said[] = [
    { flags: Flag.syn, seq: 0, mss: 1_460, windowScale: 7, sackPermitted: true, timestamps: [7, 0] },
    { flags: Flag.ack, seq: 1, ack: 1, data: "hello" },
    { flags: Flag.ack | Flag.fin, seq: 6, ack: 1 },
    { flags: Flag.ack | Flag.urg, seq: 6, ack: 1, data: "x", urgent: 9 },
    { flags: Flag.ack, seq: 7, ack: 1, sack: EDGES },
  ];
  const { recorder, seen } = recording();
  const connection = new FakeConnection(recorder);
  connection.numbers(0, 0, 0);
  for (const segment of said) connection.send(instant(0), "data", segment);
  return seen.of("sent").flatMap(({ segment }) => [
    segment,
    { ...segment, options: segment.options | Option.userTimeout, userTimeout: 30 },
    { ...segment, options: segment.options | Option.userTimeout, userTimeout: 0x8000 | 5 },
  ]);
}

function contents(): readonly string[] {
  const flags = [Flag.syn, Flag.ack, Flag.ack | Flag.fin, Flag.syn | Flag.fin];
  const { recorder, seen } = recording();
  const connection = new FakeConnection(recorder);
  connection.numbers(0, 0, 0);
  for (const data of ["", "x", "hello"]) {
    for (const set of flags) connection.send(instant(0), "data", { flags: set, seq: 1, data });
  }
  return seen.events.map((event) => textOf("content", event));
}

function windowMoves(): readonly string[] {
  const moves = [[14_480, 1_448, 7_240], [14_480, 14_480, 7_240], [1_448, 1_448, 2_896]] as const;
  return moves.map(([cwndBefore, cwnd, ssthresh]) =>
    textOf(
      "windowMove",
      { kind: "congestion", cwndBefore, view: { cwnd, ssthresh } } as unknown as TraceEvent,
    )
  );
}

function textOf(name: string, event: TraceEvent): string {
  return String(variableValue(name, event, null));
}

function icmpErrors(): readonly IcmpEvent[] {
  const families = [4, 6] as const;
  return families.flatMap((family) => [
    ...Array.from({ length: CODES }, (_, code) => ({ family, type: UNREACHABLE[family], code })),
    ...ICMP_TYPES[family].flatMap((type) => [0, 1].map((code) => ({ family, type, code }))),
    { family, type: UNREACHABLE[family], code: 1, reporter: "a router" },
    { family, type: UNREACHABLE[family], code: 1, reporter: THIS_HOST },
    { family, type: UNREACHABLE[family], code: 1, reporter: THIS_HOST, silentNeighbour: "a neighbour" },
  ]).map((error) => ({ reporter: null, silentNeighbour: null, ...error }) as unknown as IcmpEvent);
}
