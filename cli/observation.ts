/**
 * Watches a connection in all the ways that the command line asks for, and leaves the files.
 *
 * Loaded only when something is asked for.
 *
 * @module
 */

import { CaptureWriter } from "../capture/mod.ts";
import type { DropReason, Instant, IpAddress, Observer } from "../tcp/mod.ts";
import { combineObservers, type OutputOptions, type Outputs, Tracer } from "../trace/mod.ts";
import type { ObserveArguments } from "./observe_arguments.ts";
import { checkAbsent, type OctetFile, openGrowing, writeWhole } from "./observe_files.ts";
import type { ColorChoice, Output, TextSink } from "./output.ts";
import { VERSION } from "./version.ts";

/** What an observation belongs to. */
export interface ObservationContext {
  /** Name of the program. */
  readonly program: string;
  readonly color: ColorChoice;
  readonly output: Output;
  /** The peer as the user called it, and its address: a name for readers of the capture. */
  readonly peer?: { readonly name: string; readonly address: IpAddress };
}

/** How often what a capture holds back is written, milliseconds: so much a killed process may lose. */
const FLUSH_INTERVAL = 100;

/** Columns where nobody says how many there are. */
const DEFAULT_WIDTH = 100;

const MICROS_PER_MILLISECOND = 1_000;

/** A running observation. */
export class Observation {
  /** Tells the narrator first, then everybody else. */
  readonly observer: Observer;
  /** For packets that reach no core. */
  readonly onDrop: (reason: DropReason, now: Instant) => void;
  readonly tracer: Tracer;
  readonly #wanted: ObserveArguments;
  readonly #context: ObservationContext;
  readonly #capture: OctetFile | null;
  readonly #timer: ReturnType<typeof setInterval> | null;
  #isFinished = false;
  readonly #onSignal = (): void => this.#writeStatistics();

  /** Begins to watch. @throws ProgramFailure when a file exists or cannot be written */
  constructor(wanted: ObserveArguments, context: ObservationContext, narrator: Observer) {
    this.#wanted = wanted;
    this.#context = context;
    for (const file of [wanted.report, wanted.ladderFile]) if (file !== null) checkAbsent(file, wanted.force);
    this.#capture = wanted.pcap === null ? null : openGrowing(wanted.pcap, wanted.force);
    const epoch = Math.round(performance.timeOrigin * MICROS_PER_MILLISECOND);
    this.tracer = new Tracer({
      ...outputOptions(wanted, context, Deno.stderr),
      epoch,
      statistics: wanted.statistics,
      ...this.#capture === null ? {} : { capture: captureWriter(wanted, context, epoch, this.#capture) },
    });
    const { observer } = this.tracer;
    this.observer = observer === null ? narrator : combineObservers([narrator, observer]);
    this.onDrop = (reason, now) => this.tracer.packetRefused(reason, now);
    this.#timer = this.#capture === null ? null : setInterval(() => this.tracer.flush(), FLUSH_INTERVAL);
    if (wanted.statistics && Deno.build.os !== "windows") Deno.addSignalListener("SIGUSR1", this.#onSignal);
  }

  /** Ends the capture and writes ladder, report and summary. @throws ProgramFailure when a file cannot be written */
  async finish(): Promise<void> {
    if (this.#isFinished) return;
    this.#isFinished = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.tracer.finish();
    this.#capture?.[Symbol.dispose]();
    if (this.#wanted.statistics) {
      if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGUSR1", this.#onSignal);
      this.#writeStatistics();
    }
    await writeAtEnd(this.tracer.outputs, this.#wanted, this.#context);
  }

  #writeStatistics(): void {
    for (const line of this.tracer.statistics?.lines() ?? []) writeTo(Deno.stderr, line);
  }
}

/** What is to be shown, as trace/ wants to know it; lines for people go to `lines`. */
export function outputOptions(
  wanted: ObserveArguments,
  context: ObservationContext,
  lines: TextSink,
): Omit<OutputOptions, "epoch"> {
  const color = wantsColor(context.color, lines);
  const write = (line: string): void => writeTo(lines, line);
  return {
    program: `${context.program} ${VERSION}`,
    payload: wanted.payload,
    ladder: wanted.ladder || wanted.ladderFile !== null,
    report: wanted.report !== null,
    ...wanted.trace ? { lines: { write, absolute: wanted.absolute, color } } : {},
    ...wanted.explain ? { story: { write, width: widthOf(lines), color } } : {},
    ...wanted.json ? { json: (line: string): void => writeTo(Deno.stdout, line) } : {},
    ...wanted.verbose
      ? { agreement: (line: string): void => context.output.continuation(`    ${line}`) }
      : {},
  };
}

/** Writes what needs all events: the ladder and the report. @throws ProgramFailure */
export async function writeAtEnd(
  outputs: Outputs,
  wanted: ObserveArguments,
  context: ObservationContext,
): Promise<void> {
  const { ladder, ladderFile, report, force, json, pcap } = wanted;
  if (ladder) {
    const sink = json || pcap === "-" ? Deno.stderr : Deno.stdout;
    const options = {
      width: widthOf(sink),
      ascii: wanted.ascii || !hasUnicode(),
      color: wantsColor(context.color, sink),
    };
    for (const line of outputs.terminalLadder(options)) writeTo(sink, line);
  }
  if (ladderFile !== null) {
    const picture = ladderFile.endsWith(".svg") ? outputs.svgLadder() : outputs.mermaidLadder();
    writeWhole(ladderFile, picture, force);
  }
  if (report !== null) writeWhole(report, await outputs.report(), force);
}

function captureWriter(
  wanted: ObserveArguments,
  context: ObservationContext,
  epoch: number,
  file: OctetFile,
): CaptureWriter {
  const { peer } = context;
  return new CaptureWriter((octets) => file.write(octets), {
    program: `${context.program} ${VERSION}`,
    epoch,
    snapLength: wanted.snapLength,
    payload: wanted.payload,
    names: peer === undefined ? [] : [{ octets: peer.address.octets, name: peer.name }],
  });
}

/** A reader that went away does not disturb the connection. */
function writeTo(sink: TextSink, line: string): void {
  const octets = new TextEncoder().encode(`${line}\n`);
  try {
    for (let written = 0; written < octets.length;) written += sink.writeSync(octets.subarray(written));
  } catch {
    // Nobody reads it.
  }
}

function wantsColor(choice: ColorChoice, sink: TextSink): boolean {
  return choice === "always" || (choice === "auto" && !Deno.noColor && sink.isTerminal());
}

function widthOf(sink: TextSink): number {
  if (!sink.isTerminal()) return DEFAULT_WIDTH;
  try {
    return Deno.consoleSize().columns || DEFAULT_WIDTH;
  } catch {
    return DEFAULT_WIDTH;
  }
}

/** Whether the locale's characters are Unicode, as far as we may know. */
function hasUnicode(): boolean {
  for (const name of ["LC_ALL", "LC_CTYPE", "LANG"]) {
    if (Deno.permissions.querySync({ name: "env", variable: name }).state !== "granted") return true;
    const locale = Deno.env.get(name);
    if (locale !== undefined && locale !== "") return /utf-?8/i.test(locale);
  }
  return true;
}
