/**
 * Runs a story with the client's own session, and keeps everything that a person could be shown of it: live, and once
 * more from the capture of the same run.
 *
 * @module
 */

import { CaptureTeller, CaptureWriter } from "../../capture/mod.ts";
import { ClientSession } from "../../cli/client_session.ts";
import { describeFailure } from "../../cli/failures.ts";
import { Narrator } from "../../cli/narrator.ts";
import { showing } from "../../cli/sinks.ts";
import { parseFaults } from "../../lab/mod.ts";
import { completeConfig, type Observer } from "../../tcp/mod.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import { isSynchronized } from "../../tcp/base/state.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { combineObservers } from "../../trace/combine.ts";
import { LiveLimits } from "../../trace/live_limits.ts";
import type { FinalOutputs, OutputOptions } from "../../trace/outputs.ts";
import { Tracer } from "../../trace/tracer.ts";
import { JOB, MESSAGE, message } from "../cli/session_support.ts";
import { memoryOutput, MemorySink } from "../cli/support.ts";
import { STORIES } from "./stories.ts";
import { readAndClose, type Story } from "./story.ts";
import { CLIENT, CLIENT_ISS, type Peer, SERVER, SERVER_ISS, World } from "./world.ts";

/** The texts of a story: all that a person is shown. */
export interface Texts {
  readonly narration: string;
  readonly trace: string;
  readonly explain: string;
  readonly ladder: string;
  readonly statistics: string;
}

/** The same texts but for narration and figures, which only the program itself has. */
export type ReadBack = Omit<Texts, "narration" | "statistics">;

/** Its ladder as files, and in a narrow and a wide terminal. */
export interface Pictures {
  readonly svg: string;
  readonly mermaid: string;
  readonly narrow: string;
  readonly wide: string;
}

/** What came of a story. */
export interface Outcome {
  readonly live: Texts;
  readonly pictures: Pictures;
  readonly readBack: ReadBack;
  /** The capture of the run. */
  readonly file: Uint8Array;
}

const PROGRAM = "rawtcp-client 0";
const LADDER_WIDTH = 100;
const NARROW_WIDTH = 60;
const WIDE_WIDTH = 140;
const EXPLAIN_WIDTH = 100;
/** 2026-01-01 00:00:00 UTC. */
const EPOCH = 1_767_225_600_000_000;

const PEER = "198.51.100.7:80";

/** The client's own knobs: what is lost is sent again after the RTO and no sooner. */
const CLIENT_CONFIG = completeConfig({ retransmission: { tailLossProbe: false } });

class Pages {
  readonly trace: string[] = [];
  readonly explain: string[] = [];
  readonly #story: Story;

  constructor(story: Story) {
    this.#story = story;
  }

  get options(): Omit<OutputOptions, "epoch"> {
    return {
      program: PROGRAM,
      payload: true,
      absolute: this.#story.absolute === true,
      lines: { write: (line) => this.trace.push(line), color: false },
      story: { write: (line) => this.explain.push(line), width: EXPLAIN_WIDTH, color: false },
      ladder: true,
    };
  }

  ladderOf(outputs: FinalOutputs, width = LADDER_WIDTH): string {
    const options = { width, ascii: this.#story.ascii === true, color: false };
    return page(outputs.terminalLadder(options));
  }
}

/** Runs a story to its end; `beside` observes the client as well. */
export async function runStory(which: string | Story, beside: Observer | null = null): Promise<Outcome> {
  const story = typeof which === "string" ? storyOf(which) : which;
  // Both streams on one terminal, in the order in which they are written.
  const terminal = new MemorySink();
  const { output } = memoryOutput({ out: terminal, err: terminal });
  const narrator = new Narrator(output, story.job?.isMeasured === true ? new LiveLimits() : null);
  const pages = new Pages(story);
  const file: Uint8Array[] = [];
  const capture = new CaptureWriter((octets) => file.push(octets.slice()), {
    program: PROGRAM,
    epoch: EPOCH,
    snapLength: 0,
    payload: true,
    names: [],
  });
  const tracer = new Tracer({ ...pages.options, epoch: EPOCH, capture, statistics: true });
  const observer = combineObservers(
    [narrator, tracer.observer, beside].filter((one) => one !== null),
  );
  const world = worldOf(story);
  world.onFault = (packet, direction, fault, now) => tracer.packetLost(packet, direction, fault, now);
  world.onRefused = (packet, reason, now) => tracer.packetRefused(packet, reason, now);
  world.client = Connection.connect({
    config: completeConfig(story.client, CLIENT_CONFIG),
    local: CLIENT,
    remote: SERVER,
    observer,
    isn: () => seqNumber(CLIENT_ISS),
  }, world.now);
  narrator.starting(PEER);
  const session = new ClientSession(world.client, world, narrator, {
    ...JOB,
    peer: PEER,
    ...message(story.message ?? MESSAGE),
    sink: showing((octets) => narrator.received(octets)),
    ...story.job,
  });
  try {
    output.continuation(`exit code ${await session.run()}`);
  } catch (error) {
    const { code, text } = describeFailure(error, "rawtcp-client");
    output.failure(text);
    output.continuation(`exit code ${code}`);
  }
  tracer.finish();
  return {
    live: {
      narration: page(terminal.lines),
      trace: page(pages.trace),
      explain: page(pages.explain),
      ladder: pages.ladderOf(tracer.outputs),
      statistics: page(tracer.statistics?.lines() ?? []),
    },
    pictures: {
      svg: tracer.outputs.svgLadder(),
      mermaid: tracer.outputs.mermaidLadder(),
      narrow: pages.ladderOf(tracer.outputs, NARROW_WIDTH),
      wide: pages.ladderOf(tracer.outputs, WIDE_WIDTH),
    },
    readBack: readBack(joined(file), story),
    file: joined(file),
  };
}

/** The story of that name. @throws when there is none */
export function storyOf(name: string): Story {
  const story = STORIES.find((one) => one.name === name);
  if (story === undefined) throw new Error(`There is no story called ${name}`);
  return story;
}

/** What `--read` shows of a capture. */
function readBack(file: Uint8Array, story: Story): ReadBack {
  const pages = new Pages(story);
  const teller = new CaptureTeller(pages.options);
  teller.push(file);
  teller.end();
  const { outputs } = teller;
  return {
    trace: page(pages.trace),
    explain: page(pages.explain),
    ladder: pages.ladderOf(outputs),
  };
}

function worldOf(story: Story): World {
  const world = new World({
    toServer: {},
    toClient: {},
    seed: 1,
    faults: story.faults === undefined ? [] : story.faults.split(" ").flatMap(parseFaults),
    refusesItself: false,
    meddle: () => null,
    ...story.network?.(),
  });
  const core = story.core !== undefined ? story.core() : story.peer === undefined
    ? Connection.listen({
      config: completeConfig(story.server),
      local: SERVER,
      isn: () => seqNumber(SERVER_ISS),
    }, world.now)
    : null;
  world.server = core ?? (story.peer?.() as Peer);
  const program = story.program?.() ?? readAndClose;
  if (core !== null) {
    world.program = () => {
      if (isSynchronized(core.state) || core.state === "CLOSED") program(core, world);
    };
  }
  story.prepare?.(world, core);
  return world;
}

function page(lines: readonly string[]): string {
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
