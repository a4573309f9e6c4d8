/**
 * `--read`: shows a capture, ours or anybody's, without any right.
 *
 * @module
 */

import {
  AnnotatedCopy,
  type CapturedConnection,
  CaptureTeller,
  comparedLines,
  type Comparison,
  connectionSummary,
  connectionTable,
  type Hindsight,
  type Selection,
  type TellerOptions,
  type TellingResult,
} from "../capture/mod.ts";
import { captureName, hindsightOf, surveyed, through } from "./capture_file.ts";
import { counted } from "./counted.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { type ObservationContext, outputOptions, writeAtEnd } from "./observation.ts";
import { type ObserveArguments, showsSegments, takesStandardOutput } from "./observe_arguments.ts";
import type { ReadArguments } from "./read_arguments.ts";
import { comparison, type ReadPair } from "./read_pair.ts";
import { checkCanWrite, type OctetFile, openGrowing } from "./files.ts";
import { ioReason, isReaderGone } from "./io_errors.ts";
import { type Output, type TextSink, writeAll, writeLine } from "./output.ts";
import { VERSION } from "./version.ts";
import { refuseOneFileTwice } from "./written_files.ts";

/** Thrown when nobody reads any more what the capture is shown as. */
class ReaderGone extends Error {}

/** Octets that are held back before they are written. */
const MOST_HELD = 1 << 16;

/** Gathers lines, so that not each of them costs a system call. */
class LineBuffer {
  readonly #held = new Map<TextSink, string>();
  #octets = 0;

  readonly write = (sink: TextSink, line: string): void => {
    const held = this.#held.get(sink);
    this.#held.set(sink, held === undefined ? line : `${held}\n${line}`);
    this.#octets += line.length;
    if (this.#octets > MOST_HELD) this.flush();
  };

  /** @throws ReaderGone; ProgramFailure when it cannot be written */
  flush(): void {
    this.#octets = 0;
    for (const [sink, held] of this.#held) {
      this.#held.delete(sink);
      writeOrEnd(sink, held);
    }
  }
}

/** Writes a line; there is no connection that it could disturb. @throws ReaderGone; ProgramFailure when it cannot be written */
function writeOrEnd(sink: TextSink, line: string): void {
  orEnd(() => writeLine(sink, line));
}

/** The copy's packets to standard output; `write` throws as `writeOrEnd` does. */
function outputForCopy({ out }: Output): OctetFile {
  return {
    write: (octets) => orEnd(() => writeAll(out, octets)),
    finish: () => Promise.resolve(0),
    giveUp: () => 0,
    isBehind: false,
  };
}

/** Ends the reading when standard output takes no more. @throws ReaderGone, ProgramFailure */
function orEnd(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (isReaderGone(error)) throw new ReaderGone();
    const reason = ioReason(error);
    throw new ProgramFailure(ExitCode.system, `Cannot write to standard output: ${reason}`);
  }
}

/** That a capture has no connection of those that were asked for, and what to leave out to see them. */
function noneChosen({ selection, find }: ReadArguments, connections: number): string {
  const options = [...selection === null ? [] : ["--connection"], ...find === null ? [] : ["--find"]];
  const them = options.length > 1 ? "them" : "it";
  const hint = options.length === 0 ? "" : ` by ${options.join(" and ")}; leave ${them} out to see all`;
  return `it has ${counted(connections, "connection")}, and none is chosen${hint}`;
}

/** Shows a capture as asked for: as a trace when nothing is, or as a table of several connections. @throws ProgramFailure */
export async function showCapture(
  read: ReadArguments,
  asked: ObserveArguments,
  context: ObservationContext,
): Promise<void> {
  refuseOneFileTwice(asked, null, [["--read", read.file], ["--read", read.other]]);
  for (const file of [asked.report, asked.ladderFile]) if (file !== null) checkCanWrite(file, asked.force);
  try {
    await new CaptureShow(read, asked, context).run();
  } catch (error) {
    if (error instanceof ReaderGone) return;
    throw error;
  }
}

/** Whether a file cannot be read a second time. Of one that cannot be looked at, the reading will tell why. */
function comesOnce(path: string): boolean {
  if (path === "-") return true;
  try {
    return !Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** What a first reading leads to. */
interface Look {
  /** What is to be shown. */
  readonly wanted: ObserveArguments;
  /** What there is to tell at the end; null: the capture is to be read once more. */
  readonly result: TellingResult | null;
  /** For a further reading; null: this is the first one. */
  readonly hindsight: Hindsight | null;
  /** The connections that are meant; null: nothing but what was asked for decides. */
  readonly selection: Selection | null;
  /** They, where they are told at the end; null: a further reading finds them. They take much room. */
  readonly flows: readonly CapturedConnection[] | null;
}

/** One showing of a capture. A file is read twice: what comes later may explain what came before. */
class CaptureShow {
  readonly #read: ReadArguments;
  readonly #asked: ObserveArguments;
  readonly #context: ObservationContext;
  readonly #lines = new LineBuffer();
  /** Where what is for people goes: standard output may belong to a program. */
  readonly #prose: TextSink;
  /** The file that is told. */
  #file: string;
  /** What a second one shows. */
  #comparison: Comparison | null = null;
  /** The second one; null: there is none. */
  #other: ReadPair["other"] | null = null;

  constructor(read: ReadArguments, asked: ObserveArguments, context: ObservationContext) {
    this.#read = read;
    this.#file = read.file;
    this.#asked = asked;
    this.#context = context;
    this.#prose = takesStandardOutput(asked) ? context.output.err : context.output.out;
  }

  async run(): Promise<void> {
    const { wanted, result, hindsight, selection, flows } = await this.#look();
    const told = result ?? await this.#tell(wanted, hindsight, selection);
    this.#end(told, flows ?? told.flows.filter(({ isShown }) => isShown));
    this.#lines.flush();
  }

  /** The first reading, and what follows from it. */
  async #look(): Promise<Look> {
    const { file, other } = this.#read;
    const survey = other !== null
      ? await this.#surveyPair(file, other)
      : comesOnce(file)
      ? null
      : await this.#survey();
    const chosen = survey === null ? null : await this.#chosen(survey);
    const isTable = chosen !== null && chosen.flows.length > 1;
    if (isTable) this.#table(chosen.flows, survey?.epoch ?? null);
    const wanted = this.#wanted(isTable);
    this.#checkPicture(wanted, chosen?.flows.length ?? 1);
    const showsPackets = showsSegments(wanted) || wanted.verbose || wanted.pcap !== null;
    return {
      wanted,
      result: showsPackets ? null : survey,
      hindsight: survey === null ? null : this.#read.anonymize ? orderOf(survey) : hindsightOf(survey),
      selection: chosen?.selection ?? null,
      flows: showsPackets && !wanted.statistics ? null : chosen?.flows ?? null,
    };
  }

  /** Nothing asked for is a trace of one connection; several have their table. */
  #wanted(isTable: boolean): ObserveArguments {
    const { statistics, verbose, pcap } = this.#asked;
    const isNothing = !showsSegments(this.#asked) && !statistics && !verbose && pcap === null;
    return isNothing && !isTable ? { ...this.#asked, trace: true } : this.#asked;
  }

  /** Both captures; the one that is told from then on is that of the clients' side. */
  async #surveyPair(first: string, second: string): Promise<TellingResult> {
    const compared = await comparison([first, second], this.#context.program, this.#read.find);
    this.#comparison = compared.comparison;
    this.#file = compared.file;
    this.#other = compared.other;
    return compared.survey;
  }

  /** The whole capture, without telling anything. */
  async #survey(): Promise<TellingResult> {
    const { find } = this.#read;
    return await surveyed(this.#file, this.#context.program, find === null ? {} : { find });
  }

  /** Follows the connections without telling anything. */
  #silent(telling: TellerOptions): CaptureTeller {
    return new CaptureTeller({ program: this.#context.program, payload: false }, telling);
  }

  async #tell(
    wanted: ObserveArguments,
    hindsight: Hindsight | null,
    selection: Selection | null,
  ): Promise<TellingResult> {
    const options = outputOptions(wanted, this.#context, this.#prose, this.#lines.write);
    const chosen = selection ?? this.#read.selection;
    const copy = await this.#copy(chosen === null);
    const teller = new CaptureTeller(options, {
      anonymize: this.#read.anonymize,
      ...copy === null ? {} : { sinks: [copy.sink], onPacket: (packet) => copy.sink.packet(packet) },
      ...hindsight === null ? {} : { hindsight },
      ...chosen === null ? {} : { selection: chosen },
      ...this.#comparison === null ? {} : { comparison: this.#comparison },
    });
    const result = await this.#through(teller);
    await copy?.file.finish();
    await writeAtEnd(teller.outputs, wanted, this.#context, this.#lines.write);
    return result;
  }

  /** The same packets with what is said of them; null: nobody asked for it. @throws ProgramFailure */
  async #copy(all: boolean): Promise<{ readonly sink: AnnotatedCopy; readonly file: OctetFile } | null> {
    const { pcap, snapLength, force } = this.#asked;
    if (pcap === null) return null;
    const file = pcap === "-" ? outputForCopy(this.#context.output) : await openGrowing(pcap, force);
    const program = `${this.#context.program} ${VERSION}`;
    return { sink: new AnnotatedCopy((octets) => file.write(octets), { program, snapLength, all }), file };
  }

  async #through(teller: CaptureTeller): Promise<TellingResult> {
    return await through(this.#file, teller, () => this.#lines.flush());
  }

  /** The connections that are meant, and how to know them again. @throws ProgramFailure when there are none */
  async #chosen(
    survey: TellingResult,
  ): Promise<{ readonly flows: readonly CapturedConnection[]; readonly selection: Selection | null }> {
    const { selection, find } = this.#read;
    const compared = this.#comparison?.connections;
    const isMeant = (flow: CapturedConnection): boolean =>
      (selection?.(flow.record) ?? true) && (find === null || flow.hasText) &&
      (compared?.includes(flow) ?? true);
    const flows = survey.flows.filter(isMeant);
    if (flows.length === 0 && survey.flows.length > 0) {
      throw new ProgramFailure(
        ExitCode.usage,
        `${captureName(this.#file)}: ${noneChosen(this.#read, survey.flows.length)}`,
      );
    }
    const ids = new Set(flows.map(({ record }) => record.id));
    const isIn: Selection = ({ id }) => ids.has(id);
    // They have the same numbers, and other names.
    const shown = this.#read.anonymize
      ? (await this.#through(this.#silent({ anonymize: true, hindsight: orderOf(survey) }))).flows.filter((
        { record },
      ) => isIn(record))
      : flows;
    return { flows: shown, selection: flows.length === survey.flows.length ? null : isIn };
  }

  /** @throws ProgramFailure when one picture would have to show several connections */
  #checkPicture({ ladderFile }: ObserveArguments, connections: number): void {
    if (ladderFile === null || connections < 2) return;
    throw new ProgramFailure(
      ExitCode.usage,
      `Cannot draw ${connections} connections in one picture: choose one with --connection N`,
    );
  }

  #table(flows: readonly CapturedConnection[], epoch: number | null): void {
    for (const line of connectionTable(flows, epoch)) this.#lines.write(this.#prose, line);
    this.#lines.write(this.#prose, "");
  }

  #summary(flow: CapturedConnection): readonly string[] {
    const lines = connectionSummary(flow);
    return this.#comparison === null ? lines : [...lines, ...comparedLines(this.#comparison, flow)];
  }

  /** Says what of a file was not read. @throws ProgramFailure when it does not go on to its end */
  #remark(file: string, result: TellingResult): void {
    const remark = remarkOn(result);
    if (remark === null) return;
    const text = `${captureName(file)}: ${remark}`;
    const { isCut, brokenAfter, unpacking } = result;
    if (isCut || brokenAfter !== null || unpacking !== null) throw new ProgramFailure(ExitCode.system, text);
    this.#context.output.warning(text);
  }

  #end(result: TellingResult, flows: readonly CapturedConnection[]): void {
    if (this.#asked.statistics) {
      for (const line of flows.flatMap((flow) => this.#summary(flow))) this.#lines.write(this.#prose, line);
    }
    this.#lines.flush();
    this.#remark(this.#file, result);
    if (this.#other !== null) this.#remark(this.#other.file, this.#other.survey);
  }
}

/** What is known of a file whose addresses and frames will be others. */
function orderOf(survey: TellingResult): Hindsight {
  return { ...hindsightOf(survey), offloading: [], revokedResets: new Map() };
}

/** What of the file was not read, and how it ends; null when all is well. */
function remarkOn(result: TellingResult): string | null {
  const { packets, segments, flows, unread } = result;
  const remarks = [
    unread.length === 0 ? "" : `not read: ${unread.map(([what, frames]) => `${frames} ${what}`).join(", ")}`,
    ...fileRemarks(result),
  ].filter((text) => text !== "");
  if (remarks.length === 0 && segments > 0) return null;
  const counts = `${counted(packets, "packet")}, ${segments} of them TCP in ${
    counted(flows.length, "connection")
  }`;
  return [counts, ...remarks].join("; ");
}

/** What is to be said of the file itself; empty texts where there is nothing. */
function fileRemarks({ isCut, brokenAfter, unpacking, untimed }: TellingResult): readonly string[] {
  return [
    untimed === 0 ? "" : `${untimed} without a usable time`,
    brokenAfter === null ? "" : `after ${brokenAfter} octets the file is damaged: what follows is not read`,
    unpacking === null
      ? isCut ? "the file ends in the middle of something" : ""
      : `cut or damaged, so that it is not unpacked to its end (${unpacking})`,
  ];
}
