/**
 * The connection told in sentences, each with its rule, for whoever learns TCP.
 *
 * @module
 */

import { agreementOf, SynPairs } from "./agreement.ts";
import { TIMERS } from "./catalogue.ts";
import { octetsText, terminalText } from "./escape.ts";
import { capitalized, flagsText } from "./format.ts";
import { optionsText } from "./options.ts";
import { isGrowth } from "./lines.ts";
import { numbersText } from "./notation.ts";
import type {
  ArrivedEvent,
  ConnectionRecord,
  LostEvent,
  SegmentRecord,
  SentEvent,
  TraceEvent,
  TraceSink,
} from "./record.ts";
import { TimeColumn } from "./time_column.ts";
import { codesOf, stateChangeText, tell } from "./told.ts";

/** How the story looks. */
export interface ExplainOptions {
  /** Columns of the terminal; lines are broken between words. */
  readonly width: number;
  readonly color: boolean;
  /** @default seconds since the first event */
  readonly times?: TimeColumn;
}

/** Times that an ordinary thing is told in full before it is only counted. */
const TOLD_IN_FULL = 3;

/** How much longer than its octets a payload may become by escaping and still be shown. */
const MOST_GROWTH = 2;

const INDENT = 13;
const LEAST_WIDTH = 40;
const BOLD = "\x1b[1m";
const DIM = "\x1b[2m";
const PLAIN = "\x1b[0m";

/** What happens all the time while data flow. */
const ORDINARY: ReadonlySet<string> = new Set([
  "data",
  "acknowledges",
  "new-data",
  "new-ack",
  "window-update",
  "window-grows",
  "ack-second-segment",
  "ack-alternate-segment",
  "ack-quick",
  "ack-delayed-timer",
  "delayed ACK",
  "slow-start",
  "conservative-slow-start",
  "congestion-avoidance",
]);

/** Tells each event as it comes; what repeats is told a few times and then counted. */
export class ExplainSink implements TraceSink {
  readonly #write: (line: string) => void;
  readonly #options: ExplainOptions;
  readonly #pairs = new SynPairs();
  readonly #told = new Map<string, number>();
  readonly #times: TimeColumn;
  #connections = 0;
  #skipped = 0;

  constructor(write: (line: string) => void, options: ExplainOptions) {
    this.#write = write;
    this.#times = options.times ?? new TimeColumn();
    this.#options = { ...options, width: Math.max(options.width, LEAST_WIDTH) };
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    this.#times.begin(event.time);
    this.#connections = Math.max(this.#connections, event.connection);
    if (this.#isTold(event)) {
      this.#skipped++;
      return;
    }
    this.#countSkipped();
    const which = this.#connections > 1 ? `#${event.connection} ` : "";
    this.#heading(this.#times.text(event.time), which + heading(event, connection));
    for (const { sentence, rule } of tell(event, connection)) this.#paragraph(sentence, rule);
    if (event.kind === "lost" && event.findings === undefined) {
      this.#paragraph("That was asked for: the network has no part in it.", "");
    }
    this.#agreement(event, connection);
  }

  finish(): void {
    this.#countSkipped();
  }

  /** Whether the event is one of many alike of which enough has been said. */
  #isTold(event: TraceEvent): boolean {
    const codes = codesOf(event);
    const marked = (event.kind === "sent" || event.kind === "arrived") &&
      event.marks.some((mark) => mark !== "merged");
    const closing = event.kind === "congestion" && !isGrowth(event);
    const ordinary = codes.length > 0 && codes.every((code) => ORDINARY.has(code)) && !marked && !closing;
    if (!ordinary) {
      // What follows something out of the ordinary is worth telling again.
      if (event.kind !== "state") this.#told.clear();
      return false;
    }
    const key = [event.connection, event.kind, ...codes].join();
    const times = this.#told.get(key) ?? 0;
    this.#told.set(key, times + 1);
    return times >= TOLD_IN_FULL;
  }

  #countSkipped(): void {
    if (this.#skipped === 0) return;
    const what = this.#skipped === 1 ? "event" : "events";
    this.#write(" ".repeat(INDENT) + this.#paint(`… ${this.#skipped} more ${what} of the same kind.`, DIM));
    this.#skipped = 0;
  }

  #agreement(event: TraceEvent, connection: ConnectionRecord | null): void {
    if (event.kind !== "sent" && event.kind !== "arrived") return;
    const pair = this.#pairs.add(event);
    if (pair === null) return;
    for (const { sentence, rule } of agreementOf(pair.own, pair.peer, connection?.ends)) {
      this.#paragraph(sentence, rule);
    }
  }

  #heading(time: string, text: string): void {
    const lines = wrap(text, this.#options.width - Math.max(INDENT, time.length + 2));
    lines.forEach((line, i) =>
      this.#write((i === 0 ? `${time}  ` : " ".repeat(INDENT)) + this.#paint(line, BOLD))
    );
  }

  #paragraph(sentence: string, rule: string): void {
    const text = rule === "" ? sentence : `${sentence} [${rule}]`;
    for (const line of wrap(terminalText(text), this.#options.width - INDENT)) {
      this.#write(" ".repeat(INDENT) + line);
    }
  }

  #paint(text: string, style: string): string {
    return this.#options.color ? style + text + PLAIN : text;
  }
}

function heading(event: TraceEvent, connection: ConnectionRecord | null): string {
  switch (event.kind) {
    case "sent":
    case "arrived":
      return segmentHeading(event, connection);
    case "dropped":
      return "The segment is dropped";
    case "lost":
      return event.findings === undefined ? lostHeading(event) : segmentHeading(event, connection);
    case "state":
      return stateChangeText(event, connection);
    case "timer":
      return `The ${TIMERS[event.timer].label} expires`;
    case "icmp":
      return "An ICMP error about a segment of ours arrives";
    case "congestion":
      return "The congestion window changes";
    case "note":
      return capitalized(tell(event, connection)[0]?.label ?? event.code);
  }
}

function segmentHeading(
  event: SentEvent | ArrivedEvent | LostEvent,
  connection: ConnectionRecord | null,
): string {
  const ends = connection?.ends;
  const isOfLocal = event.kind === "lost" ? event.direction === "sent" : event.kind === "sent";
  const who = ends !== undefined
    ? `${capitalized(isOfLocal ? ends.local : ends.remote)} sends`
    : isOfLocal
    ? "We send"
    : "The peer sends";
  const again = event.kind !== "lost" && event.marks.includes("retransmission") ? " again" : "";
  return `${who}${again} ${segmentWords(event.segment, connection?.windowsAreRaw === true)}`;
}

function lostHeading(event: LostEvent): string {
  const whose = event.direction === "sent" ? "our" : "the peer's";
  return terminalText(`The fault ${event.fault} strikes ${whose} ${segmentWords(event.segment, false)}`);
}

function segmentWords(segment: SegmentRecord, windowIsRaw: boolean): string {
  const options = optionsText(segment);
  const numbers = numbersText(segment, windowIsRaw);
  const text = `${flagsText(segment.flags)} ${numbers}${options === "" ? "" : ` <${options}>`}`;
  if (segment.excerpt === null || segment.excerpt.length === 0) return text;
  const more = segment.length > segment.excerpt.length ? "…" : "";
  const quoted = octetsText(segment.excerpt);
  // Octets that are no text say nothing to a reader, and fill the screen.
  return quoted.length > MOST_GROWTH * segment.excerpt.length ? text : `${text}: "${quoted}${more}"`;
}

/** The text in lines of at most `width` characters, broken between words; a longer word gets a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
