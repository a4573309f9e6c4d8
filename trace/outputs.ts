/**
 * The ways in which events can be shown, put together as asked for; the same for a live connection and for a capture.
 *
 * @module
 */

import { absoluteEvent, AbsoluteSink } from "./absolute.ts";
import { AgreementSink } from "./agreement.ts";
import { ExplainSink } from "./explain.ts";
import { JsonSink } from "./json.ts";
import { mermaidLadder } from "./ladder/mermaid.ts";
import type { Ladder } from "./ladder/ladder.ts";
import { ladderOf } from "./ladder/rows.ts";
import { svgLadder } from "./ladder/svg.ts";
import { terminalLadder, type TerminalLadderOptions } from "./ladder/terminal.ts";
import { LineSink, type WriteLine } from "./lines.ts";
import type { TraceSink } from "./record.ts";
import type { ConnectionRecord } from "./record.ts";
import { type KeptEvent, Recording } from "./recording.ts";
import type { KnownFacts } from "./report/facts.ts";
import { TimeColumn, type TimeReference } from "./time_column.ts";

/** What is to be shown; absent: not. Each `write` takes a line without its newline. */
export interface OutputOptions {
  /** Name and version of the program. */
  readonly program: string;
  /** Microseconds from 1970-01-01 UTC to the moment 0 of the clock; null when not known. */
  readonly epoch: number | null;
  /** Whether octets of the payload may be shown and stored. */
  readonly payload: boolean;
  /** The header's own sequence numbers and windows in what people read, instead of relative and scaled ones. */
  readonly absolute?: boolean;
  /** What the moments of lines and sentences are counted from. @default "relative" */
  readonly time?: TimeReference;
  /** A line per segment. */
  readonly lines?: { readonly write: WriteLine; readonly color: boolean };
  /** The connection told in sentences. */
  readonly story?: { readonly write: WriteLine; readonly width: number; readonly color: boolean };
  /** An object per event. */
  readonly json?: WriteLine;
  /** What the SYNs agreed on. */
  readonly agreement?: WriteLine;
  /** Whether a ladder will be asked for at the end. */
  readonly ladder?: boolean;
  /** Whether a report will be asked for at the end. */
  readonly report?: boolean;
}

/** Octets of each segment's payload that stories, JSON and reports show. */
const EXCERPT = 32;

/** Ordinary segments in a row before a ladder counts them: few on a screen, more in a picture. */
const ALIKE_IN_TERMINAL = 8;
const ALIKE_IN_PICTURE = 16;
const MOST_ROWS_IN_TERMINAL = 2_000;
const MOST_ROWS_IN_PICTURE = 400;

/** What is made at the end, of all that was told. */
export interface FinalOutputs {
  /** The ladders of all connections for a terminal. */
  terminalLadder(options: TerminalLadderOptions): readonly string[];
  /** The first connection's ladder as an SVG picture. */
  svgLadder(): string;
  /** The first connection's ladder as a Mermaid diagram. */
  mermaidLadder(): string;
  /** The report's page. */
  report(): Promise<string>;
}

/** What was asked for. */
export class Outputs implements FinalOutputs {
  /** What each event is given to. */
  readonly sinks: readonly TraceSink[];
  readonly #options: OutputOptions;
  readonly #recording: Recording | null;
  #known: ReadonlyMap<number, KnownFacts> = new Map();

  /** Nothing is written before an event comes. */
  constructor(options: OutputOptions) {
    this.#options = options;
    const { lines, story, json, agreement, program, epoch } = options;
    this.#recording = options.ladder === true || options.report === true ? new Recording() : null;
    const sinks: (TraceSink | null)[] = [
      lines === undefined ? null : new LineSink(lines.write, {
        ...lines,
        absolute: options.absolute === true,
        times: new TimeColumn(options.time, epoch),
      }),
      story === undefined
        ? null
        : new ExplainSink(story.write, { ...story, times: new TimeColumn(options.time, epoch) }),
      agreement === undefined ? null : new AgreementSink(agreement),
    ];
    const forPeople = sinks.filter((sink) => sink !== null);
    const numbered = options.absolute === true && forPeople.length > 0
      ? [new AbsoluteSink(forPeople)]
      : forPeople;
    // The recording keeps relative numbers: the report's page shows both.
    const recorded = this.#recording === null ? numbered : [...numbered, this.#recording];
    this.sinks = json === undefined ? recorded : [...recorded, new JsonSink(json, { program, epoch })];
  }

  /** How much of each segment the sinks need. */
  get kept(): { readonly headers: boolean; readonly excerpt: number } {
    const { json, report, story, payload } = this.#options;
    const needsPayload = json !== undefined || report === true || story !== undefined;
    return { headers: json !== undefined || report === true, excerpt: payload && needsPayload ? EXCERPT : 0 };
  }

  terminalLadder(options: TerminalLadderOptions): readonly string[] {
    const ladders = this.#ladders(ALIKE_IN_TERMINAL, MOST_ROWS_IN_TERMINAL);
    return ladders.flatMap((ladder, i) => [...i === 0 ? [] : [""], ...terminalLadder(ladder, options)]);
  }

  svgLadder(): string {
    return svgLadder(this.#firstLadder());
  }

  mermaidLadder(): string {
    return mermaidLadder(this.#firstLadder());
  }

  /** What is known of connections besides their events, for the report: from now on, by their numbers. */
  describe(known: ReadonlyMap<number, KnownFacts>): void {
    this.#known = known;
  }

  // Loads what it needs only now: a connection that nobody reports on starts without it.
  async report(): Promise<string> {
    const { htmlReport } = await import("./report/report.ts");
    return await htmlReport(this.#recording ?? new Recording(), { ...this.#options, known: this.#known });
  }

  /** The outputs that want to know that nothing follows. */
  finish(): void {
    for (const sink of this.sinks) sink.finish();
  }

  #firstLadder(): Ladder {
    const [ladder] = this.#ladders(ALIKE_IN_PICTURE, MOST_ROWS_IN_PICTURE, 1);
    return ladder ?? { local: "local", remote: "remote", initial: { local: null, remote: null }, rows: [] };
  }

  #ladders(mostAlike: number, mostRows: number, most = Infinity): readonly Ladder[] {
    const recording = this.#recording;
    if (recording === null) return [];
    return recording.connections.slice(0, most).map((connection) => {
      const kept = recording.kept(connection.id);
      const absolute = this.#options.absolute === true;
      const events = absolute ? absoluteEvents(kept, connection) : kept;
      return ladderOf(events, connection, recording.start, { mostAlike, mostRows, absolute });
    });
  }
}

function* absoluteEvents(kept: Iterable<KeptEvent>, connection: ConnectionRecord): Iterable<KeptEvent> {
  for (const { event, leftOut } of kept) yield { event: absoluteEvent(event, connection), leftOut };
}
