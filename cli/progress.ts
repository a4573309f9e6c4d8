/**
 * The live line of a long transfer, on a terminal only.
 *
 * @module
 */

import { type ConnectionView, type Instant, instant } from "../tcp/single.ts";
import type { LiveLimits, ProgressFigures } from "../trace/mod.ts";
import { type Output, type TextSink, variable } from "./output.ts";

/** What the line is about. */
export interface ProgressJob {
  readonly connection: ConnectionView;
  /** What it waits for; absent: nobody has looked. */
  readonly limits?: LiveLimits | null;
  /** Octets to be delivered. */
  readonly total: number;
  /** Whether octets are received too, nobody knows how many. @default false */
  readonly receives?: boolean;
  readonly output: Output;
  /** Whether something else is written to standard error all the time, or nothing may be. */
  readonly isBusy: boolean;
  /** @default Deno.stderr */
  readonly sink?: TextSink;
  /** @default the system's */
  readonly clock?: ProgressClock;
}

/** Tells the time, and calls now and then. */
export interface ProgressClock {
  now(): Instant;
  /** Calls `tick` every so many milliseconds until the function that it returns is called. */
  every(interval: number, tick: () => void): () => void;
}

/** Less than this is over before anybody could read of it, octets. */
const LEAST_TRANSFER = 64 << 10;

/** How often the figures are looked at, milliseconds. */
const INTERVAL = 100;

const DEFAULT_WIDTH = 80;
const MICROS_PER_MILLISECOND = 1_000;

const SYSTEM_CLOCK: ProgressClock = {
  now: () => instant(performance.now() * MICROS_PER_MILLISECOND),
  every: (interval, tick) => {
    const timer = setInterval(tick, interval);
    return () => clearInterval(timer);
  },
};

/** Does the work, and shows how far the transfer is while it lasts. */
export async function withProgress<T>(job: ProgressJob, work: () => Promise<T>): Promise<T> {
  const { total, receives = false, output, isBusy, sink = Deno.stderr, clock = SYSTEM_CLOCK } = job;
  if (isBusy || (total < LEAST_TRANSFER && !receives) || !redraws(sink)) return await work();
  const { ProgressLine } = await import("../trace/mod.ts");
  const encoder = new TextEncoder();
  let isGone = false;
  const write = (text: string): void => {
    if (isGone) return;
    try {
      sink.writeSync(encoder.encode(text));
    } catch {
      isGone = true; // a terminal that has hung up
    }
  };
  const width = widthOfTerminal();
  // Two, since each knows the rate of what it was told of.
  const lines = {
    sending: new ProgressLine({ write, width }),
    receiving: new ProgressLine({ write, width }),
  };
  const clear = (): void => Object.values(lines).forEach((line) => line.clear());
  output.beforeLine = clear;
  const stop = clock.every(INTERVAL, () => {
    const way = presentWay(job);
    if (way === null) return clear();
    lines[way === "sending" ? "receiving" : "sending"].clear();
    lines[way].update(figuresOf(job, way, clock.now()), clock.now());
  });
  try {
    return await work();
  } finally {
    stop();
    output.beforeLine = null;
    clear();
  }
}

/** Whether a line can be taken back there. */
function redraws(sink: { isTerminal(): boolean }): boolean {
  return sink.isTerminal() && variable("TERM") !== "dumb";
}

/** What there is to wait for: first that everything is delivered, then that the peer closes its side. */
function presentWay({ connection, total, receives = false }: ProgressJob): "sending" | "receiving" | null {
  if (connection.octetsAcknowledged < total) return "sending";
  const isOpen = connection.state === "ESTABLISHED" || connection.state.startsWith("FIN-WAIT");
  return receives && isOpen ? "receiving" : null;
}

function figuresOf(
  { connection, total, limits }: ProgressJob,
  way: "sending" | "receiving",
  now: Instant,
): ProgressFigures {
  const { octetsAcknowledged, octetsReceived, cwnd, smoothedRtt, segmentsRetransmitted } = connection;
  const limit = limits?.present(way, now) ?? null;
  const figures = { cwnd, smoothedRtt, segmentsRetransmitted, limit };
  return way === "sending"
    ? { ...figures, done: octetsAcknowledged, total }
    : { ...figures, done: octetsReceived, total: null };
}

function widthOfTerminal(): number {
  try {
    return Deno.consoleSize().columns || DEFAULT_WIDTH;
  } catch {
    return DEFAULT_WIDTH;
  }
}
