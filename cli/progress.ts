/**
 * The live line of a long transfer, on a terminal only.
 *
 * @module
 */

import { type ConnectionView, type Instant, instant } from "../tcp/mod.ts";
import type { Output, TextSink } from "./output.ts";

/** What the line is about. */
export interface ProgressJob {
  readonly connection: ConnectionView;
  /** Octets to be delivered. */
  readonly total: number;
  readonly output: Output;
  /** Whether something else is written to standard error all the time, or nothing may be. */
  readonly isBusy: boolean;
  /** @default Deno.stderr */
  readonly sink?: TextSink;
}

/** Less than this is over before anybody could read of it, octets. */
const LEAST_TRANSFER = 64 << 10;

/** How often the figures are looked at, milliseconds. */
const INTERVAL = 100;

const DEFAULT_WIDTH = 80;
const MICROS_PER_MILLISECOND = 1_000;

/** Does the work, and shows how far the transfer is while it lasts. */
export async function withProgress<T>(job: ProgressJob, work: () => Promise<T>): Promise<T> {
  const { connection, total, output, isBusy, sink = Deno.stderr } = job;
  if (isBusy || total < LEAST_TRANSFER || !sink.isTerminal()) return await work();
  const { ProgressLine } = await import("../trace/mod.ts");
  const encoder = new TextEncoder();
  const write = (text: string): void => void sink.writeSync(encoder.encode(text));
  const line = new ProgressLine({ write, width: widthOfTerminal() });
  output.beforeLine = () => line.clear();
  const timer = setInterval(() => {
    if (connection.octetsAcknowledged >= total) line.clear();
    else line.update({ ...figuresOf(connection), total }, now());
  }, INTERVAL);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    output.beforeLine = null;
    line.clear();
  }
}

function figuresOf(connection: ConnectionView): {
  done: number;
  congestionWindow: number;
  smoothedRtt: number;
  segmentsRetransmitted: number;
} {
  const { octetsAcknowledged: done, congestionWindow, smoothedRtt, segmentsRetransmitted } = connection;
  return { done, congestionWindow, smoothedRtt, segmentsRetransmitted };
}

function now(): Instant {
  return instant(performance.now() * MICROS_PER_MILLISECOND);
}

function widthOfTerminal(): number {
  try {
    return Deno.consoleSize().columns || DEFAULT_WIDTH;
  } catch {
    return DEFAULT_WIDTH;
  }
}
