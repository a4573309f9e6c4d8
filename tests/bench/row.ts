/**
 * What a row of the benchmark is: a piece of work, who does it, and what is wanted of us beside the others.
 *
 * @module
 */

import type { Bench } from "./bench.ts";
import type { ToolName } from "./tools.ts";

/** One piece of work that is measured. A new one: a file in rows/ that makes one, and a line in rows.ts. */
export interface Row {
  /** Its name for `--only`; also in messages. */
  readonly name: string;
  /** Without one of these the row is left out. */
  readonly needs: readonly ToolName[];
  /** Does the work, as often as the bench says. @throws when it cannot be done: the row counts as failed */
  run(bench: Bench): Promise<Outcome>;
}

/** What one contender showed: a value a round, in the order of the rounds. */
export interface Figure {
  readonly who: string;
  /** Of what the values are, such as `MB/s`. */
  readonly unit: string;
  readonly values: readonly number[];
}

/** What is wanted of a ratio, or of a value that stands for itself. */
export interface Bound {
  readonly kind: "at least" | "at most";
  readonly limit: number;
  /** @default the limit */
  readonly aim?: number;
}

/** One line of the table: our figure, a peer's in the same rounds, and what is wanted. */
export interface Claim {
  readonly work: string;
  readonly ours: Figure;
  /** Absent: our figure is judged by itself. */
  readonly peer?: Figure;
  /** `theirs to ours` for how many times less we take. @default "ours to theirs" */
  readonly ratio?: "ours to theirs" | "theirs to ours";
  /** Absent: for information. */
  readonly bound?: Bound;
  /** Whether the same transfer was octet for octet, in a run of its own: `exact`, or what was wrong. */
  readonly octets?: string;
}

/** What came of a row. */
export interface Outcome {
  readonly claims: readonly Claim[];
  /** Peers or variants that were not measured, with the reason. */
  readonly leftOut?: readonly string[];
  /** What a reader should know about these figures. */
  readonly notes?: readonly string[];
}

/** What a row's contenders do in each round; they take turns in this order. */
export interface Contender<T> {
  readonly who: string;
  run(): Promise<T>;
}
