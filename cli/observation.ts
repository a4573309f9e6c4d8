/**
 * Watches a connection in all the ways that the command line asks for, and leaves the files.
 *
 * Loaded only when something is asked for.
 *
 * @module
 */

import { CaptureWriter } from "../capture/mod.ts";
import { monotonicNow } from "../driver/clock.ts";
import { epochOf } from "../driver/wire_clock.ts";
import type { DropReason, Instant, IpAddress, Observer } from "../tcp/mod.ts";
import { asciiText, combineObservers, type FinalOutputs, type OutputOptions, Tracer } from "../trace/mod.ts";
import type { ObserveArguments } from "./observe_arguments.ts";
import { checkCanWrite, type OctetFile, openGrowing, writeWhole } from "./files.ts";
import { lastWords } from "./interruption.ts";
import { describeFailure } from "./failures.ts";
import { quoted } from "./options.ts";
import {
  type ColorChoice,
  type Output,
  type TextSink,
  untaken,
  variable,
  wantsColor,
  writeAll,
  writeLine,
} from "./output.ts";
import { VERSION } from "./version.ts";
import { refuseOneFileTwice } from "./written_files.ts";

/** What an observation belongs to. */
export interface ObservationContext {
  /** Name of the program. */
  readonly program: string;
  readonly color: ColorChoice;
  readonly output: Output;
  /** Microseconds from 1970-01-01 UTC to the moment 0 of the observers' clock. @default that of the driver's clock */
  readonly epoch?: number;
  /** The peer as the user called it, and its addresses: a name for readers of the capture. */
  readonly peer?: { readonly name: string; readonly addresses: readonly IpAddress[] };
  /** Resolves when the program is asked to end: readers of the capture are not waited for long from then on. */
  readonly asked?: Promise<void>;
}

/** How often what a capture holds back is written, milliseconds: so much a killed process may lose. */
const FLUSH_INTERVAL = 100;

/** Columns where nobody says how many there are. */
const DEFAULT_WIDTH = 100;

/** A running observation. */
export class Observation {
  /** For packets that reach no core. */
  readonly onDrop: (reason: DropReason, now: Instant, packet: Uint8Array) => void;
  /** For packets that a fault took away or changed. */
  readonly onFault: (packet: Uint8Array, direction: "sent" | "arrived", fault: string, now: Instant) => void;
  readonly tracer: Tracer;
  readonly #wanted: ObserveArguments;
  readonly #context: ObservationContext;
  readonly #capture: OctetFile | null;
  readonly #timer: ReturnType<typeof setInterval> | null;
  /** Files that are made at the end. */
  readonly #unwritten: Set<string>;
  #isFinished = false;
  readonly #onSignal = (): void => this.#writeStatistics();

  private constructor(
    wanted: ObserveArguments,
    context: ObservationContext,
    capture: OctetFile | null,
  ) {
    this.#wanted = wanted;
    this.#context = context;
    this.#capture = capture;
    this.#unwritten = new Set([wanted.ladderFile, wanted.report].filter((file) => file !== null));
    const epoch = context.epoch ?? Math.round(epochOf(monotonicNow));
    this.tracer = new Tracer({
      ...outputOptions(wanted, context, context.output.err, writeQuietly),
      epoch,
      statistics: wanted.statistics,
      ...this.#capture === null ? {} : { capture: captureWriter(wanted, context, epoch, this.#capture) },
    });
    this.onFault = (packet, direction, fault, now) => this.tracer.packetLost(packet, direction, fault, now);
    this.onDrop = (reason, now, packet) => this.tracer.packetRefused(packet, reason, now);
    this.#timer = this.#capture === null ? null : setInterval(() => this.tracer.flush(), FLUSH_INTERVAL);
    if (wanted.statistics && Deno.build.os !== "windows") Deno.addSignalListener("SIGUSR1", this.#onSignal);
  }

  /** Begins to watch. @throws ProgramFailure when a file exists or cannot be written */
  static async begin(wanted: ObserveArguments, context: ObservationContext): Promise<Observation> {
    const { pcap, report, ladderFile, force } = wanted;
    refuseOneFileTwice(wanted);
    for (const file of [report, ladderFile]) if (file !== null) checkCanWrite(file, force);
    const capture = pcap === null
      ? null
      : pcap === "-"
      ? standardOutput(context.output)
      : await openGrowing(pcap, force);
    return new Observation(wanted, context, capture);
  }

  /** An observer that tells the narrator first, then everybody else. */
  beside(narrator: Observer): Observer {
    const { observer } = this.tracer;
    return observer === null ? narrator : combineObservers([narrator, observer]);
  }

  /** Tells everybody who watches; undefined: nobody needs an observer. */
  get observer(): Observer | undefined {
    return this.tracer.observer ?? undefined;
  }

  /** Whether whoever reads the capture is so far behind that the work had better hold back. */
  get isBehind(): boolean {
    return this.#capture?.isBehind === true;
  }

  /** Writes what the capture still holds back, and says what will not be written. */
  readonly cutShort = (): void => {
    this.tracer.flush();
    this.#tellLost(this.#capture?.giveUp() ?? 0);
    for (const file of this.#unwritten) {
      this.#context.output.failure(`Cannot write ${quoted(file)}: the program was to end at once`);
    }
  };

  /** Ends the capture and writes ladder, report and summary. @throws ProgramFailure when a file cannot be written */
  async finish(): Promise<void> {
    if (this.#isFinished) return;
    this.#isFinished = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.tracer.finish();
    if (this.#wanted.statistics) {
      if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGUSR1", this.#onSignal);
      this.#writeStatistics();
    }
    const { asked } = this.#context;
    const late = asked === undefined ? undefined : lastWords(asked);
    const written = (file: string): void => void this.#unwritten.delete(file);
    // A disk that has no room for the capture may have some for what is smaller.
    await attemptAll(this.#context, [
      async () => this.#tellLost(await this.#capture?.finish(late) ?? 0),
      () => writeAtEnd(this.tracer.outputs, this.#wanted, this.#context, writeQuietly, written, late),
    ]);
  }

  #tellLost(octets: number): void {
    if (octets === 0) return;
    this.#context.output.failure(`Cannot write ${quoted(this.#wanted.pcap ?? "")}: ${untaken(octets)}`);
  }

  #writeStatistics(): void {
    const shown = textFor(this.#wanted);
    for (const line of this.tracer.statistics?.lines() ?? []) {
      writeQuietly(this.#context.output.err, shown(line));
    }
  }
}

/** Writes a line to a stream. */
type LineWriter = (sink: TextSink, line: string) => void;

/** What is to be shown, as trace/ wants to know it; lines for people go to `lines`, each by `writeTo`. */
export function outputOptions(
  wanted: ObserveArguments,
  context: ObservationContext,
  lines: TextSink,
  writeTo: LineWriter,
): Omit<OutputOptions, "epoch"> {
  const color = wantsColor(context.color, lines);
  const shown = textFor(wanted);
  const write = (line: string): void => writeTo(lines, shown(line));
  return {
    program: `${context.program} ${VERSION}`,
    payload: wanted.payload,
    time: wanted.time,
    ladder: wanted.ladder || wanted.ladderFile !== null,
    report: wanted.report !== null,
    absolute: wanted.absolute,
    ...wanted.trace ? { lines: { write, color } } : {},
    ...wanted.explain ? { story: { write, width: widthOf(lines), color } } : {},
    ...wanted.json ? { json: (line: string): void => writeTo(context.output.out, line) } : {},
    ...wanted.verbose
      ? { agreement: (line: string): void => context.output.continuation(`    ${shown(line)}`) }
      : {},
  };
}

/** Makes all attempts, whatever becomes of the others. @throws the first failure; any others are told */
async function attemptAll(
  { program, output }: ObservationContext,
  attempts: readonly (() => Promise<void> | void)[],
): Promise<void> {
  const failures: unknown[] = [];
  for (const attempt of attempts) {
    try {
      await attempt();
    } catch (error) {
      failures.push(error);
    }
  }
  for (const error of failures.slice(1)) output.failure(describeFailure(error, program).text);
  if (failures.length > 0) throw failures[0];
}

/**
 * Writes what needs all events: the ladder and the report.
 *
 * @param written hears of each file that is
 * @param late when pipes are not waited for any longer @default never
 * @throws ProgramFailure; what `writeTo` throws
 */
export async function writeAtEnd(
  outputs: FinalOutputs,
  wanted: ObserveArguments,
  context: ObservationContext,
  writeTo: LineWriter,
  written: (file: string) => void = () => {},
  late?: Promise<void>,
): Promise<void> {
  const { ladder, ladderFile, report, force } = wanted;
  const leave = async (file: string, text: string): Promise<void> => {
    await writeWhole(file, text, force, late);
    written(file);
  };
  const picture = (file: string): string =>
    file.endsWith(".svg") ? outputs.svgLadder() : outputs.mermaidLadder();
  await attemptAll(context, [
    () => ladder ? showLadder(outputs, wanted, context, writeTo) : undefined,
    () => ladderFile === null ? undefined : leave(ladderFile, picture(ladderFile)),
    async () => report === null ? undefined : await leave(report, await outputs.report()),
  ]);
}

function showLadder(
  outputs: FinalOutputs,
  wanted: ObserveArguments,
  { color, output }: ObservationContext,
  writeTo: LineWriter,
): void {
  const sink = wanted.json || wanted.pcap === "-" ? output.err : output.out;
  const options = { width: widthOf(sink), ascii: isPlain(wanted), color: wantsColor(color, sink) };
  for (const line of outputs.terminalLadder(options)) writeTo(sink, line);
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
    family: onlyFamily(peer?.addresses ?? []),
    names: (peer?.addresses ?? []).map(({ octets }) => ({ octets, name: peer?.name ?? "" })),
  });
}

/** The IP version of all addresses. */
function onlyFamily(addresses: readonly IpAddress[]): 4 | 6 | "both" {
  const families = new Set(addresses.map(({ family }) => family));
  const [family = "both"] = families;
  return families.size === 1 ? family : "both";
}

/** The capture on standard output, which the end of the program waits for and asks what could not be written. */
function standardOutput({ out }: Output): OctetFile {
  return {
    write: (octets) => {
      try {
        writeAll(out, octets);
      } catch {
        // As with lines.
      }
    },
    finish: () => Promise.resolve(0),
    giveUp: () => 0,
    isBehind: false,
  };
}

/** What cannot be written is the sink's to remember: it does not disturb the connection. */
function writeQuietly(sink: TextSink, line: string): void {
  try {
    writeLine(sink, line);
  } catch {
    // The end of the program tells it.
  }
}

function widthOf(sink: TextSink): number {
  if (!sink.isTerminal()) return DEFAULT_WIDTH;
  try {
    return Deno.consoleSize().columns || DEFAULT_WIDTH;
  } catch {
    return DEFAULT_WIDTH;
  }
}

/** Whether the terminal is to get ASCII characters only. */
function isPlain({ ascii }: ObserveArguments): boolean {
  return ascii || !hasUnicode();
}

/** What makes of a line what the terminal can show. */
function textFor(wanted: ObserveArguments): (line: string) => string {
  return isPlain(wanted) ? asciiText : (line) => line;
}

/** Whether the locale's characters are Unicode, as far as we may know. */
function hasUnicode(): boolean {
  for (const name of ["LC_ALL", "LC_CTYPE", "LANG"]) {
    const locale = variable(name);
    if (locale !== undefined && locale !== "") return /utf-?8/i.test(locale);
  }
  return true;
}
