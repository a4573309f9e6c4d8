/**
 * The core alone: two connections in one memory, and ten thousand of them. No device, no kernel.
 *
 * @module
 */

import type { CoresAnswer, CrowdAnswer, CrowdTimes, FlightAnswer } from "../programs/jobs.ts";
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

/** Segments in flight, and the part of them that is lost. */
const WINDOWS = [100, 1_000, 10_000, 100_000] as const;
const LOSSES = [0, 0.0001, 0.001, 0.01] as const;

/** An ACK is to cost as much with many segments in flight and some of them lost as it does without loss. */
const FLAT: Bound = { kind: "at most", limit: 1.3 };

/** What an ACK costs. */
export const flight: Row = {
  name: "flight",
  needs: [],
  run: async (bench) => {
    const cases = WINDOWS.flatMap((window) => LOSSES.map((loss) => ({ window, loss })));
    const answers = await bench.takeTurns(cases.map((job) => ({
      who: `${job.window} in flight, ${job.loss * 100} % lost`,
      run: () => bench.answer<FlightAnswer>("flight.ts", job, { seconds: LONGEST }),
    })));
    const figures = cases.map(({ window, loss }, i) => ({
      window,
      loss,
      values: (answers[i] ?? []).map(({ nanosecondsPerAck }) => nanosecondsPerAck),
    }));
    const claims = figures.map(({ window, loss, values }): Claim => {
      const ours = { who: `${loss * 100} % lost`, unit: "ns", values };
      const lossless = figures.find((it) => it.window === window && it.loss === 0)?.values ?? [];
      const work = `an ACK with ${window.toLocaleString("en")} segments in flight, ${loss * 100} % lost`;
      if (loss === 0) return { work, ours };
      const isWanted = window === 100_000 && loss === 0.0001;
      const peer = { who: "none lost", unit: "ns", values: lossless };
      return { work, ours, peer, ...isWanted ? { bound: FLAT } : {} };
    });
    return {
      claims,
      notes: [
        "In flight: a fixed window; the peer reports by up to three SACK blocks, and its part is not counted",
      ],
    };
  },
};

const MEMORY_BOUND: Bound = { kind: "at most", limit: 8 };

function timeClaim(work: string, times: readonly CrowdTimes[]): Claim {
  return {
    work,
    ours: { who: "rawtcp, 10,000", unit: "ns", values: times.map((it) => it.crowd) },
    peer: { who: "one alone", unit: "ns", values: times.map((it) => it.alone) },
    bound: { kind: "at most", limit: 1.2 },
  };
}

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
        timeClaim("10,000 connections, 1 % busy: time per segment", answers.map((it) => it.early)),
        timeClaim(
          "10,000 connections, 1 % busy, 16 MiB later: time per segment",
          answers.map((it) => it.calm),
        ),
      ],
      notes: [
        "Memory of a connection: heap and buffers of one end, after garbage was collected; its buffers hold nothing",
        "16 MiB later: each busy connection has carried so much without disorder, and so has the one alone; their ACKs " +
        "are fewer then",
      ],
    };
  },
};
