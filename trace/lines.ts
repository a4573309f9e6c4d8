/**
 * The trace for a terminal: a line per segment, and one for each drop, timer, change of state and loss of window.
 *
 * @module
 */

import { CONGESTION_REASONS, DROP_REASONS, SEND_REASONS, STATE_REASONS, TIMERS } from "./catalogue.ts";
import { ARRIVALS } from "./catalogue.ts";
import { Flag } from "./core.ts";
import { terminalText } from "./escape.ts";
import { amountText, flagsText, optionsText, secondsText, spanText } from "./format.ts";
import { meaningsOf } from "./meaning.ts";
import { tell } from "./told.ts";
import type {
  ArrivedEvent,
  CongestionEvent,
  ConnectionRecord,
  SegmentRecord,
  SentEvent,
  StateEvent,
  TraceEvent,
  TraceSink,
  ViewRecord,
} from "./record.ts";

/** How the lines look. */
export interface LineOptions {
  /** The header's own sequence numbers and windows instead of relative and scaled ones. */
  readonly absolute: boolean;
  readonly color: boolean;
}

/** Takes one line without its newline. */
export type WriteLine = (line: string) => void;

const FLAGS_WIDTH = 11;
const NUMBERS_WIDTH = 18;
const ABSOLUTE_NUMBERS_WIDTH = 28;
const ACK_WIDTH = 10;
const ABSOLUTE_ACK_WIDTH = 14;
const WINDOW_WIDTH = 11;
const OPTIONS_WIDTH = 34;
const STATE_WIDTH = 12;

const RED = "\x1b[31m";
const YELLOW = "\x1b[33m";
const DIM = "\x1b[2m";
const PLAIN = "\x1b[0m";

/**
 * Writes an event's line, if it has one. The first column is the time since the first event in seconds; the second says
 * `>` sent, `<` arrived, with R for a retransmission, D for what we had already, O for what came out of order; `x` dropped,
 * `!` timer, `=` state, `~` congestion window. The last columns are state, cwnd, flight, smoothed RTT/RTO, and why.
 */
export class LineSink implements TraceSink {
  readonly #write: WriteLine;
  readonly #options: LineOptions;
  #start: number | null = null;
  #connections = 0;

  constructor(write: WriteLine, options: LineOptions) {
    this.#write = write;
    this.#options = options;
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    this.#start ??= event.time;
    this.#connections = Math.max(this.#connections, event.connection);
    const text = traceLine(event, connection, this.#options);
    if (text === null) return;
    const which = this.#connections > 1 ? ` #${event.connection}` : "";
    const line = `${secondsText(event.time - this.#start).padStart(11)}${which} ${text}`;
    this.#write(this.#options.color ? paint(event, line) : line);
  }

  finish(): void {}
}

/** The event's line without its time; null for what the trace leaves out (each ACK's growth of the window). */
export function traceLine(
  event: TraceEvent,
  connection: ConnectionRecord | null,
  options: LineOptions,
): string | null {
  switch (event.kind) {
    case "sent":
    case "arrived":
      return segmentLine(event, connection, options);
    case "dropped":
      return ` x dropped: ${DROP_REASONS[event.reason].label} [${DROP_REASONS[event.reason].rule}]`;
    case "lost":
      return ` x ${segmentColumns(event.segment, connection, options)} | ${event.direction}, but ${
        terminalText(event.fault)
      }`;
    case "state":
      return ` = ${stateText(event)}${event.reason === null ? "" : `: ${STATE_REASONS[event.reason].label}`}`;
    case "timer":
      return ` ! ${TIMERS[event.timer].label} fired${
        event.view.backoff > 0 ? `, ${event.view.backoff} in a row` : ""
      }`;
    case "congestion":
      return isGrowth(event) ? null : congestionLine(event);
    case "note":
      return ` # ${tell(event, connection).map(({ sentence }) => sentence).join(" ")}`;
  }
}

function segmentLine(
  event: SentEvent | ArrivedEvent,
  connection: ConnectionRecord | null,
  options: LineOptions,
): string {
  const columns = segmentColumns(event.segment, connection, options);
  const variables = variablesOf(event);
  return `${arrowOf(event)} ${columns}${variables} | ${labelOf(event, connection)}`;
}

/** Of a capture without reasons those of whoever sent the segment: cwnd and RTO are known to it alone. */
function variablesOf(event: SentEvent | ArrivedEvent): string {
  const { view } = event;
  if (event.findings === undefined) return view === null ? "" : ` | ${viewColumns(view)}`;
  const shown = event.kind === "arrived" ? event.peerView ?? view : view;
  if (shown === null) return "";
  const rtt = shown.srtt > 0 ? spanText(shown.srtt) : "-";
  return ` | ${shown.state.padEnd(STATE_WIDTH)} flight ${shown.flight} rtt ${rtt}`;
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

/** Why it was sent, or what its arrival means, in a few words. */
export function labelOf(event: SentEvent | ArrivedEvent, connection: ConnectionRecord | null): string {
  if (event.findings !== undefined) return tell(event, connection).map(({ label }) => label).join(", ");
  if (event.kind === "sent") return event.reason === null ? "sent" : SEND_REASONS[event.reason].label;
  return meaningsOf(event).map((meaning) => ARRIVALS[meaning].label).join(", ");
}

function segmentColumns(
  segment: SegmentRecord,
  connection: ConnectionRecord | null,
  options: LineOptions,
): string {
  const { absolute } = options;
  const seq = absolute ? segment.rawSeq : segment.seq;
  const end = absolute ? (segment.rawSeq + segment.end - segment.seq) % 2 ** 32 : segment.end;
  const ack = segment.ack === null ? "" : `ack ${absolute ? segment.rawAck : segment.ack}`;
  const isRaw = absolute || connection?.windowsAreRaw === true;
  const window = `win ${isRaw ? segment.rawWindow : segment.window}${isRaw && !absolute ? "×?" : ""}`;
  const urgent = (segment.flags & Flag.urg) !== 0 ? ` urg ${segment.urgentPointer}` : "";
  const ends = connection === null && segment.source !== null
    ? `${segment.source} > ${segment.destination} `
    : "";
  return ends + flagsText(segment.flags).padEnd(FLAGS_WIDTH) + " " +
    `${seq}:${end}(${segment.length})`.padEnd(absolute ? ABSOLUTE_NUMBERS_WIDTH : NUMBERS_WIDTH) + " " +
    ack.padEnd(absolute ? ABSOLUTE_ACK_WIDTH : ACK_WIDTH) + " " +
    (window + urgent).padEnd(WINDOW_WIDTH) + " " + optionsText(segment).padEnd(OPTIONS_WIDTH);
}

function viewColumns(view: ViewRecord): string {
  const rtt = view.srtt > 0 ? spanText(view.srtt) : "-";
  return `${view.state.padEnd(STATE_WIDTH)} cwnd ${
    amountText(view.cwnd)
  } flight ${view.flight} rtt ${rtt} rto ${view.rto === null ? "?" : spanText(view.rto)}`;
}

function congestionLine(event: CongestionEvent): string {
  const { label, rule } = CONGESTION_REASONS[event.reason];
  const { view } = event;
  return ` ~ cwnd ${amountText(event.cwndBefore)} to ${amountText(view.cwnd)}, ssthresh ${
    amountText(event.ssthreshBefore)
  } to ${amountText(view.ssthresh)}: ${label} [${rule}]`;
}

/** Whether the change is the ordinary effect of an ACK, of which there are as many as ACKs. */
export function isGrowth(event: CongestionEvent): boolean {
  if (event.view.ssthresh !== event.ssthreshBefore) return false;
  switch (event.reason) {
    case "slow-start":
    case "congestion-avoidance":
    case "proportional-rate-reduction":
      return true;
    case "initial-window":
    case "slow-start-exit":
    case "fast-recovery":
    case "recovery-ended":
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
