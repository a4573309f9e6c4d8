/**
 * Captures of one bulk transfer, without loss and with: read with `--read`, beside tshark.
 *
 * @module
 */

import { pause } from "../../e2e/process.ts";
import { type Bench, denoRun } from "../bench.ts";
import type { CapturedJob } from "../programs/jobs.ts";
import type { Bound, Claim, Contender, Outcome, Row } from "../row.ts";
import { CLIENT_FROM_SOURCES, secondsOf } from "./programs.ts";
import { residentSize } from "./resident.ts";

const PACKETS = 200_000;
const LOSSES = [0, 0.01];

/** Longest that one program may take, seconds. */
const LONGEST = 120;

/** Milliseconds between two looks at the memory. */
const INTERVAL = 50;

/** A line for each packet of ours, beside the least that tshark can tell of a connection; and the memory, MiB. */
const TIME_BOUND: Bound = { kind: "at most", limit: 1.5 };
const MEMORY_BOUND: Bound = { kind: "at most", limit: 400 };

/** The row. */
export const reading: Row = {
  name: "reading",
  needs: ["tshark"],
  run: async (bench) => {
    const claims: Claim[] = [];
    for (const loss of LOSSES) claims.push(...await readingOf(bench, loss));
    return {
      claims,
      notes: [`Reading: ${PACKETS} packets of one connection, 128 octets of each, as its sender sees them`],
    } satisfies Outcome;
  },
};

async function readingOf(bench: Bench, loss: number): Promise<readonly Claim[]> {
  const file = `${await bench.folder()}/read-${loss}.pcap`;
  const job: CapturedJob = { file, packets: PACKETS, loss };
  await bench.must([...denoRun("captured.ts"), JSON.stringify(job)], { seconds: LONGEST });
  // From sources where nothing has been compiled.
  const client = bench.tools.found.get("rawtcp-client")?.command ?? CLIENT_FROM_SOURCES;
  const ours = [...client, "--read", file];
  const tshark = [...bench.tool("tshark").command, "-r", file];
  const conversations = [...tshark, "-q", "-z", "conv,tcp"];
  const commands = [ours, [...ours, "--stats"], conversations, tshark];
  const [lines = [], summary = [], their = [], theirLines = []] = await bench.takeTurns(
    commands.map((command): Contender<number> => ({
      who: command.join(" "),
      run: () => secondsOf(bench, command, { seconds: LONGEST }),
    })),
  );
  const what = `reading ${PACKETS.toLocaleString("en")} packets of one connection, ${loss * 100} % lost`;
  const claim = (
    work: string,
    values: readonly number[],
    [who, theirs]: readonly [string, readonly number[]],
  ): Claim => ({
    work: `${what}: ${work}`,
    ours: { who: "--read", unit: "s", values },
    peer: { who, unit: "s", values: theirs },
  });
  return [
    { ...claim("a line each", lines, ["tshark -z conv,tcp", their]), bound: TIME_BOUND },
    claim("a line each", lines, ["tshark", theirLines]),
    claim("--stats", summary, ["tshark -z conv,tcp", their]),
    {
      work: `${what}: resident memory`,
      ours: { who: "--read", unit: "MiB", values: [await mostMemory(bench, ours)] },
      bound: MEMORY_BOUND,
    },
  ];
}

/** The most that a program has had, MiB. */
async function mostMemory(bench: Bench, command: readonly string[]): Promise<number> {
  const program = bench.start(["sh", "-c", `exec "$@" >/dev/null`, "sh", ...command]);
  let most = 0;
  let isOver = false;
  const end = bench.end(program, { seconds: LONGEST }).finally(() => isOver = true);
  const look = async (): Promise<void> => {
    while (!isOver) {
      most = Math.max(most, await residentSize(program.pid) ?? 0);
      await pause(INTERVAL);
    }
  };
  await Promise.all([end, look()]);
  return most;
}
