/**
 * The throughput matrix: what a transfer reaches over lossy and over narrow paths, beside what the RFCs' response
 * functions and the path itself allow.
 *
 * Kept as text in `throughput.txt`; a test compares. After a change in recovery or congestion control that is meant,
 * write it anew and judge the difference:
 *
 *     deno run tests/simulation/throughput.ts > tests/simulation/throughput.txt
 *
 * @module
 */

import { completeConfig, LINUX, milliseconds, type PartialConfig, type TcpConfig } from "../../tcp/mod.ts";
import { type BulkResult, measureBulk } from "./bulk.ts";
import { type LinkPlan, PERFECT_LINK } from "../../lab/link.ts";

const SEED = 7;

/** What sends: a congestion control and the policy of recovery. */
interface Kind {
  readonly name: string;
  readonly changes: PartialConfig;
}

const KINDS: readonly Kind[] = [
  { name: "reno", changes: { congestion: { congestionControl: "reno" } } },
  { name: "cubic", changes: { congestion: { congestionControl: "cubic" } } },
  {
    name: "cubic as Linux has it",
    changes: { congestion: { congestionControl: "cubic" }, recovery: LINUX.recovery },
  },
];

const LOSSES: readonly number[] = [0, 0.001, 0.003, 0.01, 0.03, 0.1];
const ROUND_TRIPS: readonly number[] = [10, 100];
const BUFFERS: readonly number[] = [1 << 16, 1 << 22];

/** At more loss than this a small buffer is no limit, and its figures are those of the large one. */
const LOSS_MOST_WITH_SMALL_BUFFER = 0.001;

/** Packets of a lossy path come one by one, so that every second one is acknowledged; it is no bottleneck. */
const FAST_PATH = 125_000_000;

/** Losses that a figure is the mean of, and segments that bound the time it takes. */
const LOSSES_MEASURED = 120;
const SEGMENTS_MOST = 40_000;
const SEGMENTS_WITHOUT_LOSS = 20_000;

const SEGMENTS_TROUBLED = 15_000;

/** Octets of headers of a packet: IPv4, TCP, timestamps. */
const HEADERS = 52;

/** Virtual time that bounds a transfer, µs. */
const TIME_MOST = 3_600e6;

/** RFC 5681 and RFC 3649 2: segments per round trip of Reno at a loss rate; c = sqrt(3/2). */
export function renoWindow(loss: number): number {
  return Math.sqrt(1.5 / loss);
}

/** RFC 9438 5.1: segments per round trip of CUBIC, of `roundTrip` seconds; in its Reno-friendly region Reno's. */
export function cubicWindow(loss: number, roundTrip: number): number {
  const cubic = 1.054 * roundTrip ** 0.75 / loss ** 0.75;
  return Math.max(cubic, renoWindow(loss));
}

/** The whole matrix as text, ending with a line feed. */
export function throughputMatrix(): string {
  const lines = [
    "Throughput of one transfer, simulated. Written by: deno run tests/simulation/throughput.ts",
    "",
    "1. Random loss, no bottleneck. Segments of 1448 octets per round trip; predicted by the response functions of",
    "   Reno, 1.22/sqrt(p), and of CUBIC, max(Reno, 1.054 RTT^0.75 / p^0.75) (RFC 9438 5), by the buffer,",
    "   or by a path of 1 Gbit/s; p is the loss that there was.",
  ];
  for (const kind of KINDS) {
    for (const roundTrip of ROUND_TRIPS) {
      for (const buffer of BUFFERS) lines.push(...lossyPath(kind, roundTrip, buffer));
    }
  }
  lines.push(
    "",
    "2. Other troubles, round trip 100 ms, as in 1. Predicted from the loss or the marks that there were; of losses in",
    "   a row only the first counts.",
  );
  for (const kind of KINDS) lines.push(...troubledPath(kind));
  lines.push(
    "",
    "3. A bottleneck of 10 Mbit/s, round trip 40 ms: 35 segments fill it. Share of the rate that is used.",
  );
  for (const kind of KINDS) lines.push(...narrowPath(kind));
  return `${lines.join("\n")}\n`;
}

function configOf(kind: Kind, buffer: number): TcpConfig {
  const buffers = { sendBuffer: 2 * buffer, receiveBuffer: buffer, receiveBufferMax: buffer };
  return completeConfig({ buffers }, kind.changes);
}

function measure(config: TcpConfig, forth: LinkPlan, segments: number, acksLost = 0): BulkResult {
  const back = { ...PERFECT_LINK, delay: forth.delay, loss: acksLost };
  return measureBulk({ seed: SEED, config, forth, back, segments, timeMost: TIME_MOST });
}

function lossyPath(kind: Kind, roundTrip: number, buffer: number): readonly string[] {
  const lines = [
    "",
    `${kind.name}, round trip ${roundTrip} ms, buffers of ${buffer >> 10} KiB`,
    "  loss  measured  predicted  ratio  sent again  timeouts",
  ];
  for (const loss of LOSSES) {
    if (buffer === BUFFERS[0] && loss > LOSS_MOST_WITH_SMALL_BUFFER) continue;
    const link = { ...PERFECT_LINK, delay: milliseconds(roundTrip / 2), octetsPerSecond: FAST_PATH, loss };
    const segments = loss === 0 ? SEGMENTS_WITHOUT_LOSS : Math.min(SEGMENTS_MOST, LOSSES_MEASURED / loss);
    const result = measure(configOf(kind, buffer), link, segments);
    const measured = result.octetsPerSecond / result.mss * roundTrip / 1e3;
    const predicted = predictedWindow(kind, result, buffer, roundTrip / 1e3);
    lines.push(
      [
        loss.toString().padStart(6),
        measured.toFixed(1).padStart(8),
        predicted.toFixed(1).padStart(9),
        (measured / predicted).toFixed(2).padStart(5),
        percent(result.retransmitted / result.segmentsSent).padStart(10),
        result.timeouts.toString().padStart(9),
      ].join("  "),
    );
  }
  return lines;
}

/** A trouble by name: what it changes of the config and of the path; and how many losses are one event. */
interface Trouble {
  readonly name: string;
  readonly changes: PartialConfig;
  readonly path: Partial<LinkPlan>;
  readonly acksLost?: number;
  readonly together?: number;
}

const TROUBLES: readonly Trouble[] = [
  { name: "1% lost, without SACK", changes: { handshake: { selectiveAck: false } }, path: { loss: 0.01 } },
  {
    name: "1% lost, without RACK",
    changes: { retransmission: { rack: false, tailLossProbe: false } },
    path: { loss: 0.01 },
  },
  { name: "1% lost, no timestamps", changes: { handshake: { timestamps: false } }, path: { loss: 0.01 } },
  { name: "1% lost, 5% doubled", changes: {}, path: { loss: 0.01, duplicate: 0.05 } },
  {
    name: "1% lost, 10% late by 10 ms",
    changes: {},
    path: { loss: 0.01, reorder: 0.1, reorderDelay: milliseconds(10) },
  },
  { name: "1% lost, three in a row", changes: {}, path: { loss: 0.01, burst: 3 }, together: 3 },
  { name: "1% lost, and 10% of ACKs", changes: {}, path: { loss: 0.01 }, acksLost: 0.1 },
  { name: "1% marked (ECN)", changes: { congestion: { ecn: "request" } }, path: { mark: 0.01 } },
];

function troubledPath(kind: Kind): readonly string[] {
  const lines = [
    "",
    kind.name,
    "  trouble                     measured  predicted  ratio  sent again  timeouts",
  ];
  for (const { name, changes, path, acksLost, together } of TROUBLES) {
    const link = { ...PERFECT_LINK, delay: milliseconds(50), octetsPerSecond: FAST_PATH, ...path };
    const result = measure(
      completeConfig(changes, configOf(kind, 1 << 22)),
      link,
      SEGMENTS_TROUBLED,
      acksLost,
    );
    const events = (result.lost + result.marked) / (together ?? 1) / result.segmentsSent;
    const predicted = kind.name === "reno" ? renoWindow(events) : cubicWindow(events, 0.1);
    const measured = result.octetsPerSecond / result.mss / 10;
    lines.push(
      [
        `  ${name.padEnd(26)}`,
        measured.toFixed(1).padStart(8),
        predicted.toFixed(1).padStart(9),
        (measured / predicted).toFixed(2).padStart(5),
        percent(result.retransmitted / result.segmentsSent).padStart(10),
        result.timeouts.toString().padStart(9),
      ].join("  "),
    );
  }
  return lines;
}

/** Segments per round trip (seconds) that the losses there were, the buffer and the path's rate let through. */
function predictedWindow(kind: Kind, result: BulkResult, buffer: number, roundTrip: number): number {
  const loss = result.lost / result.segmentsSent;
  const byLoss = kind.name === "reno" ? renoWindow(loss) : cubicWindow(loss, roundTrip);
  const byPath = FAST_PATH * roundTrip / (result.mss + HEADERS);
  return Math.min(byLoss, byPath, buffer / result.mss);
}

/** The bottleneck of the third table, octets a second, and the round trip without a queue, ms. */
const NARROW_RATE = 1_250_000;
const NARROW_ROUND_TRIP = 40;

const SEGMENTS_NARROW = 15_000;

/** Queues in packets: a tenth of what fills the path, half, all, and four times it. */
const QUEUES: readonly number[] = [4, 17, 35, 140];

function narrowPath(kind: Kind): readonly string[] {
  const lines = ["", kind.name, " queue  used  dropped  sent again  timeouts"];
  for (const queue of QUEUES) {
    const delay = milliseconds(NARROW_ROUND_TRIP / 2);
    const link = { ...PERFECT_LINK, delay, octetsPerSecond: NARROW_RATE, queue };
    const result = measure(configOf(kind, 1 << 22), link, SEGMENTS_NARROW);
    // Headers take their part of the rate.
    const used = result.octetsPerSecond / NARROW_RATE * (result.mss + HEADERS) / result.mss;
    lines.push(
      [
        queue.toString().padStart(6),
        percent(used).padStart(4),
        percent(result.lost / result.segmentsSent).padStart(7),
        percent(result.retransmitted / result.segmentsSent).padStart(10),
        result.timeouts.toString().padStart(9),
      ].join("  "),
    );
  }
  return lines;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

if (import.meta.main) Deno.stdout.writeSync(new TextEncoder().encode(throughputMatrix()));
