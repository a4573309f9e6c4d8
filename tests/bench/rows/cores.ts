/**
 * The core alone: two connections in one memory, and ten thousand of them. No device, no kernel.
 *
 * @module
 */

import type { CoresAnswer, CrowdAnswer } from "../programs/jobs.ts";
import type { Bound, Claim, Row } from "../row.ts";

/** Longest that one program works, seconds. */
const LONGEST = 60;

/** Of the garbage collector, which is asked to work before each look at the heap. */
const FLAGS = ["--v8-flags=--expose-gc"];

function claim(work: string, unit: string, values: readonly number[], bound?: Bound): Claim {
  return { work, ours: { who: "rawtcp", unit, values }, ...bound === undefined ? {} : { bound } };
}

/** Two connections. */
export const cores: Row = {
  name: "cores",
  needs: [],
  run: async (bench) => {
    const run = (codec: boolean): Promise<CoresAnswer> =>
      bench.answer<CoresAnswer>("cores.ts", { codec }, { flags: FLAGS, seconds: LONGEST });
    const [bare = [], coded = []] = await bench.takeTurns([
      { who: "without packets", run: () => run(false) },
      { who: "with packets", run: () => run(true) },
    ]);
    const millions = (answers: readonly CoresAnswer[]): number[] =>
      answers.map(({ segmentsPerSecond }) => segmentsPerSecond / 1e6);
    const garbage = (answers: readonly CoresAnswer[]): number[] => answers.map((answer) => answer.garbage);
    const rate: Bound = { kind: "at least", limit: 1 };
    const least: Bound = { kind: "at most", limit: 16 };
    const share = ((bare[0]?.textShare ?? NaN) * 100).toFixed(0);
    return {
      claims: [
        claim("two cores in memory, segments handed over", "million segments a second", millions(bare), rate),
        claim("two cores in memory, encoded and decoded", "million segments a second", millions(coded)),
        claim("garbage, segments handed over", "octets a segment", garbage(bare), least),
        claim("garbage, encoded and decoded", "octets a segment", garbage(coded)),
      ],
      notes: [
        `Two cores: segments of both sides, ${share} % of them with 1,448 octets of text (and timestamps: 1,460); ` +
        "encoding includes the checksum, decoding verifies it",
      ],
    };
  },
};

const MEMORY_BOUND: Bound = { kind: "at most", limit: 8 };

/** Ten thousand connections. */
export const crowd: Row = {
  name: "crowd",
  needs: [],
  run: async (bench) => {
    const run = (): Promise<CrowdAnswer> =>
      bench.answer<CrowdAnswer>("crowd.ts", null, { flags: FLAGS, seconds: LONGEST });
    const [answers = []] = await bench.takeTurns([{ who: "rawtcp", run }]);
    const kibi = (octets: (answer: CrowdAnswer) => number): number[] =>
      answers.map((it) => octets(it) / 1_024);
    return {
      claims: [
        claim(
          "10,000 connections, 1 % busy: memory of each",
          "KiB",
          kibi((it) => it.busyPerEnd),
          MEMORY_BOUND,
        ),
        claim("10,000 connections: memory of each, just opened", "KiB", kibi((it) => it.openedPerEnd)),
        claim("10,000 connections: memory of each, text just moved", "KiB", kibi((it) => it.exchangedPerEnd)),
        {
          work: "10,000 connections, 1 % busy: time per segment",
          ours: { who: "rawtcp, 10,000", unit: "ns", values: answers.map((it) => it.crowdSegmentTime) },
          peer: { who: "one alone", unit: "ns", values: answers.map((it) => it.aloneSegmentTime) },
          bound: { kind: "at most", limit: 1.5 },
        },
      ],
      notes: [
        "Memory of a connection: heap and buffers of one end, after garbage was collected; its buffers hold nothing",
      ],
    };
  },
};
