/**
 * One line that is written over and over, for whoever waits for a long transfer.
 *
 * @module
 */

import type { Instant } from "./core.ts";
import { octetsAmountText, spanText } from "./format.ts";

/** What the line shows. */
export interface ProgressFigures {
  /** Octets of the transfer that are done. */
  readonly done: number;
  /** Octets of the whole transfer; null when not known. */
  readonly total: number | null;
  /** Congestion window, octets. */
  readonly cwnd: number;
  /** Microseconds; 0 before the first sample. */
  readonly smoothedRtt: number;
  /** Retransmissions so far. */
  readonly segmentsRetransmitted: number;
  /** What is being waited for; null: not known. */
  readonly limit: string | null;
}

/** How the line is written. */
export interface ProgressOptions {
  /** Writes text as it is, without a newline. */
  readonly write: (text: string) => void;
  /** Columns of the terminal. */
  readonly width: number;
}

/** Least time between two writings, microseconds. */
const INTERVAL = 100_000;

/** Nothing is shown of what is over sooner. */
const PATIENCE = 500_000;

/** Weight of the newest rate. */
const RATE_WEIGHT = 0.3;

const MICROS_PER_SECOND = 1_000_000;
const BAR_WIDTH = 20;
const LEAST_WIDTH_WITH_BAR = 100;
const RETURN = "\r";
const CLEAR_TO_END = "\x1b[K";

/** Writes the line, at most ten times a second. For terminals only: ask before making one. */
export class ProgressLine {
  readonly #options: ProgressOptions;
  #start: Instant | null = null;
  #lastAt = 0;
  #lastDone = 0;
  #rate = 0;
  #isShown = false;

  /** Nothing is written before there is something to show. */
  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  /** Says how it stands. Cheap when called often. */
  update(figures: ProgressFigures, now: Instant): void {
    if (this.#start === null) {
      this.#start = now;
      this.#lastAt = now;
      this.#lastDone = figures.done;
      return;
    }
    const elapsed = now - this.#lastAt;
    if (elapsed < INTERVAL) return;
    const rate = (figures.done - this.#lastDone) * MICROS_PER_SECOND / elapsed;
    this.#rate = this.#rate === 0 ? rate : this.#rate + RATE_WEIGHT * (rate - this.#rate);
    this.#lastAt = now;
    this.#lastDone = figures.done;
    if (now - this.#start < PATIENCE) return;
    this.#isShown = true;
    const line = progressText(figures, this.#rate, this.#options.width - 1);
    this.#options.write(RETURN + line + CLEAR_TO_END);
  }

  /** Takes the line away, so that others may be written; the next update shows it again. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#options.write(RETURN + CLEAR_TO_END);
  }
}

/** The line's text, no longer than `width`; `rate` in octets per second. */
export function progressText(figures: ProgressFigures, rate: number, width: number): string {
  const { done, total, cwnd, smoothedRtt, segmentsRetransmitted, limit } = figures;
  const share = total === null || total === 0 ? null : Math.min(done / total, 1);
  const parts = [
    total === null ? octetsAmountText(done) : `${octetsAmountText(done)} of ${octetsAmountText(total)}`,
  ];
  if (share !== null) {
    if (width >= LEAST_WIDTH_WITH_BAR) parts.push(`[${bar(share)}]`);
    parts.push(`${Math.floor(share * 100)} %`);
  }
  parts.push(`${octetsAmountText(Math.round(rate))}/s`);
  if (total !== null && rate > 0) parts.push(`${leftText((total - done) / rate)} left`);
  if (limit !== null) parts.push(`waits for ${limit}`);
  parts.push(`cwnd ${octetsAmountText(Math.round(cwnd))}`);
  if (smoothedRtt > 0) parts.push(`srtt ${spanText(smoothedRtt)}`);
  parts.push(`sent again ${segmentsRetransmitted}`);
  let text = "";
  for (const part of parts) {
    const longer = text === "" ? part : `${text}  ${part}`;
    if (longer.length > width) break;
    text = longer;
  }
  return text;
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return "=".repeat(full) + " ".repeat(BAR_WIDTH - full);
}

/** Whole seconds, minutes and hours. */
function leftText(seconds: number): string {
  const whole = Math.ceil(Math.max(seconds, 0));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
