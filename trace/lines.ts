/**
 * The trace for a terminal: a line per segment, and one for each drop, timer, change of state and loss of window.
 *
 * @module
 */

import { icmpText } from "./core.ts";
import { InitialNumbers } from "./initial_numbers.ts";
import { terminalText } from "./escape.ts";
import { amountText, flagsText, sequenceText, spanText } from "./format.ts";
import { optionsText } from "./options.ts";
import { ackText, lengthText, seqText, windowText } from "./notation.ts";
import type {
  ArrivedEvent,
  CongestionEvent,
  ConnectionRecord,
  LostEvent,
  SegmentRecord,
  SentEvent,
  StateEvent,
  TimerEvent,
  TraceEvent,
  TraceSink,
  ViewRecord,
} from "./record.ts";
import { TimeColumn } from "./time_column.ts";
import { entriesOf, tell } from "./told.ts";
import { labelText } from "./variables.ts";

/** How the lines look. */
export interface LineOptions {
  readonly color: boolean;
  /** @default seconds since the first event */
  readonly times?: TimeColumn;
  /** Whether numbers are the header's own. @default false */
  readonly absolute?: boolean;
}

/** Takes one line without its newline. */
export type WriteLine = (line: string) => void;

const FLAGS_WIDTH = 11;
const SEQ_WIDTH = 16;
const ACK_WIDTH = 9;
const WINDOW_WIDTH = 11;
const LENGTH_WIDTH = 8;
const OPTIONS_WIDTH = 34;
const STATE_WIDTH = 12;

const RED = "\x1b[31m";
const YELLOW = "\x1b[33m";
const DIM = "\x1b[2m";
const PLAIN = "\x1b[0m";

/**
 * Writes an event's line, if it has one. The first column is the time; the second says
 * `>` sent, `<` arrived, with R for a retransmission, D for what we had already, O for what came out of order; `x` dropped,
 * `!` timer, `=` state, `~` congestion window, `?` ICMP, `#` an initial sequence number. The last columns are state, cwnd, flight, smoothed RTT/RTO, and why.
 */
export class LineSink implements TraceSink {
  readonly #write: WriteLine;
  readonly #options: LineOptions;
  readonly #initial: InitialNumbers;
  readonly #times: TimeColumn;
  #connections = 0;

  constructor(write: WriteLine, options: LineOptions) {
    this.#write = write;
    this.#options = options;
    this.#times = options.times ?? new TimeColumn();
    this.#initial = new InitialNumbers(options.absolute === true);
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    this.#times.begin(event.time);
    this.#connections = Math.max(this.#connections, event.connection);
    for (const text of this.#initial.newlyKnown(connection)) this.#line(event, ` # ${text}`);
    const text = traceLine(event, connection);
    if (text !== null) this.#line(event, text);
  }

  finish(): void {}

  #line(event: TraceEvent, text: string): void {
    const which = this.#connections > 1 ? ` #${event.connection}` : "";
    const line = `${this.#times.text(event.time)}${which} ${text}`;
    this.#write(this.#options.color ? paint(event, line) : line);
  }
}

/** The event's line without its time; null for what the trace leaves out (each ACK's growth of the window). */
function traceLine(event: TraceEvent, connection: ConnectionRecord | null): string | null {
  switch (event.kind) {
    case "sent":
    case "arrived":
      return segmentLine(event, connection);
    case "dropped":
      return ` x dropped: ${labelAndRule(event, connection)}`;
    case "lost":
      return ` x ${segmentColumns(event.segment, connection)} | ${
        event.findings === undefined ? faultText(event) : labelOf(event, connection)
      }`;
    case "state":
      return ` = ${stateText(event)}${event.reason === null ? "" : `: ${labelOf(event, connection)}`}`;
    case "timer":
      return ` ! ${labelOf(event, connection)} expires${timeoutText(event)}`;
    case "icmp":
      return ` ? ${icmpText(event)}, about ${sequenceText(event.quoted)}${
        event.mtu === null ? "" : `, MTU ${event.mtu}`
      }: ${labelAndRule(event, connection)}`;
    case "congestion":
      return isGrowth(event) ? null : congestionLine(event, connection);
    case "note":
      return ` # ${tell(event, connection).map(({ sentence }) => sentence).join(" ")}`;
  }
}

function faultText({ direction, fault }: LostEvent): string {
  const when = direction === "sent" ? "after it was sent" : "before it arrived";
  return `${when}, the fault ${terminalText(fault)} struck it`;
}

function segmentLine(event: SentEvent | ArrivedEvent, connection: ConnectionRecord | null): string {
  const columns = segmentColumns(event.segment, connection);
  return `${arrowOf(event)} ${columns}${variablesOf(event, connection)} | ${labelOf(event, connection)}`;
}

/** Of a capture without reasons those of whoever sent the segment: cwnd and RTO are known to it alone. */
function variablesOf(event: SentEvent | ArrivedEvent, connection: ConnectionRecord | null): string {
  const { view } = event;
  if (event.findings === undefined) return view === null ? "" : ` | ${viewColumns(view)}`;
  const shown = event.kind === "arrived" ? event.peerView ?? view : view;
  if (shown === null) return "";
  const rtt = shown.srtt === null ? "-" : spanText(shown.srtt);
  const state = connection?.statesAreUnknown === true ? "?" : shown.state;
  return ` | ${state.padEnd(STATE_WIDTH)} flight ${amountText(shown.flight)} rtt ${rtt}`;
}

/** Which timeout it was, and when the next one comes. */
function timeoutText({ timer, timeoutBefore, view }: TimerEvent): string {
  if (timer !== "retransmission") return "";
  if (timeoutBefore === null || view.rto === null) return ", the last attempt";
  return ` after ${spanText(timeoutBefore)}, ${view.expiries} in a row, the next after ${spanText(view.rto)}`;
}

/** Two characters: a letter for what is not as it should be, and the direction. */
function arrowOf(event: SentEvent | ArrivedEvent): string {
  if (event.marks.includes("retransmission")) return event.kind === "sent" ? "R>" : "R<";
  if (event.kind === "sent") {
    if (event.marks.includes("duplicate")) return "D>";
    return event.marks.includes("out of order") ? "O>" : " >";
  }
  if (event.marks.includes("duplicate")) return "D<";
  return event.marks.includes("out of order") ? "O<" : " <";
}

function stateText(event: StateEvent): string {
  return event.from === event.to ? event.to : `${event.from} to ${event.to}`;
}

/** Why it happened, or what it means, in a few words. */
export function labelOf(event: TraceEvent, connection: ConnectionRecord | null): string {
  let all = "";
  for (const { entry } of entriesOf(event, connection)) {
    const label = labelText(entry, event, connection);
    all = all === "" ? label : `${all}, ${label}`;
  }
  return all === "" ? event.kind : all;
}

/** Of an event of which one thing is said. */
function labelAndRule(event: TraceEvent, connection: ConnectionRecord | null): string {
  return entriesOf(event, connection).map(({ entry }) => `${entry.label} [${entry.rule}]`).join("");
}

function segmentColumns(segment: SegmentRecord, connection: ConnectionRecord | null): string {
  const ends = connection === null && segment.source !== null
    ? `${segment.source} > ${segment.destination} `
    : "";
  return ends + flagsText(segment.flags).padEnd(FLAGS_WIDTH) + " " +
    seqText(segment).padEnd(SEQ_WIDTH) + " " +
    ackText(segment).padEnd(ACK_WIDTH) + " " +
    windowText(segment, connection?.windowsAreRaw === true).padEnd(WINDOW_WIDTH) + " " +
    lengthText(segment).padEnd(LENGTH_WIDTH) + " " +
    optionsText(segment).padEnd(OPTIONS_WIDTH);
}

function viewColumns(view: ViewRecord): string {
  const span = (micros: number | null): string => micros === null ? "-" : spanText(micros);
  return `${view.state.padEnd(STATE_WIDTH)} cwnd ${amountText(view.cwnd)} flight ${
    amountText(view.flight)
  } rtt ${span(view.srtt)} rto ${span(view.rto)}`;
}

function congestionLine(event: CongestionEvent, connection: ConnectionRecord | null): string {
  const { view, cwndBefore, ssthreshBefore } = event;
  const window = cwndBefore === 0 || cwndBefore === view.cwnd
    ? amountText(view.cwnd)
    : `${amountText(cwndBefore)} to ${amountText(view.cwnd)}`;
  const threshold = ssthreshBefore === view.ssthresh
    ? amountText(ssthreshBefore)
    : `${amountText(ssthreshBefore)} to ${amountText(view.ssthresh)}`;
  return ` ~ cwnd ${window}, ssthresh ${threshold}: ${labelAndRule(event, connection)}`;
}

/** Whether the change is the ordinary effect of an ACK, of which there are as many as ACKs. */
export function isGrowth(event: CongestionEvent): boolean {
  if (event.view.ssthresh !== event.ssthreshBefore) return false;
  switch (event.reason) {
    case "slow-start":
    case "conservative-slow-start":
    case "congestion-avoidance":
    case "proportional-rate-reduction":
      return true;
    case "initial-window":
    case "slow-start-exit":
    case "slow-start-after-timeout":
    case "fast-recovery":
    case "recovery-ended":
    case "tail-loss-repaired":
    case "retransmission-timeout":
    case "ecn-echo":
    case "spurious-retransmission":
    case "idle-restart":
    case "syn-lost":
      return false;
  }
}

function paint(event: TraceEvent, line: string): string {
  switch (event.kind) {
    case "dropped":
    case "lost":
      return RED + line + PLAIN;
    case "timer":
    case "icmp":
    case "congestion":
    case "note":
      return YELLOW + line + PLAIN;
    case "state":
      return DIM + line + PLAIN;
    case "sent":
    case "arrived":
      return event.marks.some((mark) => mark !== "merged") ? YELLOW + line + PLAIN : line;
  }
}
