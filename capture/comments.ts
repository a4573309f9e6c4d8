/**
 * Packet comments: the reason and the variables of an event as text that people read in Wireshark and we read back.
 *
 * @module
 */

import type { CatalogueEntry } from "../trace/catalogue.ts";
import type {
  ArrivedEvent,
  CongestionEvent,
  ConnectionRecord,
  SegmentRecord,
  SentEvent,
  TraceEvent,
  ViewRecord,
} from "../trace/record.ts";
import { textStart } from "../trace/format.ts";
import { entriesOf } from "../trace/told.ts";
import { sentenceOf, templateOf, type Variable, VARIABLES, variableText } from "../trace/variables.ts";
import { putNumbers, VIEW, VIEW_NAMES } from "../trace/view.ts";
import { type BlockBuffer, TextPiece } from "./format/block_buffer.ts";
import { OptionCode } from "./format/pcapng.ts";

/** How the comment with a connection's variables begins. */
export const VARIABLES_PREFIX = "variables: ";

/** The comment of a segment, taken apart and encoded once, since there are so many of them. */
interface SegmentComment {
  /** One more than variables. */
  readonly pieces: readonly TextPiece[];
  /** The same as they stand behind the number 1: one octet is not "1 octets". */
  readonly singular: readonly TextPiece[];
  readonly variables: readonly Variable[];
}

/** The numbers of a segment's octets, from first to last. */
const SPAN = VARIABLES["span"];

const segmentComments = new Map<CatalogueEntry, SegmentComment>();
const texts = new Map<string, TextPiece>();

/**
 * Writes the comments that say why a segment was sent, or what it means that it arrived: `sent (retransmit-timeout): No ACK
 * for 1 came in time … [RFC 6298 5.4]`. Several for an arrival that means several things.
 */
export function writeSegmentComments(
  event: SentEvent | ArrivedEvent,
  connection: ConnectionRecord | null,
  blocks: BlockBuffer,
): void {
  for (const { code, entry } of entriesOf(event, connection)) {
    writeSegmentComment(event, code, entry, connection, blocks);
  }
}

function writeSegmentComment(
  event: SentEvent | ArrivedEvent,
  code: string,
  entry: CatalogueEntry,
  connection: ConnectionRecord | null,
  blocks: BlockBuffer,
): void {
  const { pieces, singular, variables } = segmentCommentOf(event.kind, code, entry);
  blocks.beginOption(OptionCode.comment);
  blocks.piece(pieces[0] as TextPiece);
  for (let i = 0; i < variables.length; i++) {
    const variable = variables[i] as Variable;
    if (variable === SPAN) {
      writeSpan(event.segment, blocks);
      blocks.piece(pieces[i + 1] as TextPiece);
      continue;
    }
    const value = variable.read(event, connection);
    if (typeof value === "number" && variable.unit !== "microseconds" && Number.isSafeInteger(value)) {
      blocks.integer(value);
    } else blocks.text(typeof value === "string" ? value : variableText(variable, event, connection));
    const after = value === 1 || value === -1 ? singular : pieces;
    blocks.piece(after[i + 1] as TextPiece);
  }
  blocks.endOption();
}

/** As `{span}` is written: data have one in each comment. */
function writeSpan(segment: SegmentRecord, blocks: BlockBuffer): void {
  const start = textStart(segment);
  blocks.integer(start);
  if (segment.length <= 1) return;
  blocks.piece(TO);
  blocks.integer(start + segment.length - 1);
}

function segmentCommentOf(kind: string, code: string, entry: CatalogueEntry): SegmentComment {
  let comment = segmentComments.get(entry);
  if (comment === undefined) {
    const { texts, variables } = templateOf(entry);
    const whole = texts.map((text, i) =>
      (i === 0 ? `${kind} (${code}): ` : "") + text + (i === variables.length ? ` [${entry.rule}]` : "")
    );
    comment = {
      pieces: whole.map(encoded),
      singular: whole.map((text) => encoded(text.replace(/^ (more )?octets\b/, " $1octet"))),
      variables,
    };
    segmentComments.set(entry, comment);
  }
  return comment;
}

/** Texts that are written again and again: states, names of variables. */
function encoded(text: string): TextPiece {
  let octets = texts.get(text);
  if (octets === undefined) {
    octets = new TextPiece(text);
    texts.set(text, octets);
  }
  return octets;
}

/** An event that is no segment's. */
export type OtherEvent = Exclude<TraceEvent, SentEvent | ArrivedEvent>;

/**
 * Writes the comment that says what an event was that is no segment's: what no packet shows, and those variables that
 * differ from `before`, the connection's view that was written last; null: all of them.
 *
 * @param at when it was, microseconds since 1970-01-01 UTC; null: at the packet's time
 */
export function writeEventComment(
  event: OtherEvent,
  connection: ConnectionRecord | null,
  before: ViewRecord | null,
  at: number | null,
  write: (comment: string) => void,
): void {
  if (event.kind === "lost") return write(`lost (${event.direction}): ${event.fault}`);
  const when = at === null ? "" : ` connection=${event.connection} at=${momentText(at)}`;
  const view = event.kind === "note" ? null : event.view;
  const between = detail(event) + when + (view === null ? "" : differences(event, view, before));
  for (const { code, entry } of entriesOf(event, connection)) {
    write(`${event.kind} (${code})${between}: ${sentenceOf(entry, event, connection)} [${entry.rule}]`);
  }
}

/** Writes the comment of the window's growth with an ACK, in few words, since there are as many as ACKs. */
export function writeGrowth(event: CongestionEvent, blocks: BlockBuffer): void {
  blocks.beginOption(OptionCode.comment);
  blocks.piece(encoded(`congestion (${event.reason}) control=${event.control} ssthresh=`));
  if (event.ssthreshBefore === Infinity) blocks.piece(UNLIMITED);
  else blocks.integer(event.ssthreshBefore);
  blocks.piece(CWND);
  blocks.integer(event.cwndBefore);
  blocks.piece(RANGE);
  blocks.integer(event.view.cwnd ?? 0);
  blocks.piece(GROWTH);
  blocks.endOption();
}

function detail(event: OtherEvent): string {
  switch (event.kind) {
    case "state":
      return ` ${event.from} to ${event.to}`;
    case "congestion":
      return ` control=${event.control}${optional("from", event.reducedFrom)}` +
        ` ssthresh=${event.ssthreshBefore === Infinity ? "unlimited" : event.ssthreshBefore}..${
          thresholdText(event.view.ssthresh)
        } cwnd=${event.cwndBefore}..${event.view.cwnd ?? "?"}`;
    case "timer":
      return optional("timeoutBefore", event.timeoutBefore);
    case "icmp":
      return ` family=${event.family} type=${event.type} code=${event.code}${optional("mtu", event.mtu)}${
        optional("reporter", event.reporter?.replaceAll(" ", "-") ?? null)
      }${optional("silent", event.silentNeighbour)} quoted=${event.quoted}`;
    case "dropped":
    case "lost":
    case "note":
      return "";
  }
}

function optional(name: string, value: number | string | null): string {
  return value === null ? "" : ` ${name}=${value}`;
}

/** Seconds since 1970-01-01 UTC. */
function momentText(micros: number): string {
  const MICROS_PER_SECOND = 1_000_000;
  const rest = Math.round(micros % MICROS_PER_SECOND);
  return `${Math.floor(micros / MICROS_PER_SECOND)}.${String(rest).padStart(6, "0")}`;
}

/** The variables that are not as before: ` sndUna=30 flight=0`, but for those whose change is the event itself. */
function differences(event: OtherEvent, view: ViewRecord, before: ViewRecord | null): string {
  let text = "";
  for (const name of Object.keys(view) as (keyof ViewRecord)[]) {
    const value = view[name];
    if (event.kind === "congestion" && (name === "cwnd" || name === "ssthresh")) continue;
    if (before !== null && before[name] === value) continue;
    text += ` ${name}=${typeof value === "string" ? value.replaceAll(" ", "-") : thresholdText(value)}`;
  }
  return text;
}

/** A variable's place in the view, how it begins in comments, and whether every packet's comment has it. */
interface NamedVariable {
  readonly index: number;
  readonly text: TextPiece;
  readonly isAlways: boolean;
}

/** The numbers of the view that is written, and of the one before. */
const now = new Float64Array(VIEW_NAMES.length);
const former = new Float64Array(VIEW_NAMES.length);

/** The variables, those that every packet's comment has before the others. */
const NAMED: readonly NamedVariable[] = VIEW_NAMES.map((name, index) => ({
  index,
  text: encoded(` ${name}=`),
  isAlways: VIEW[name].shown.comment,
}))
  .toSorted((a, b) => Number(b.isAlways) - Number(a.isAlways));
const SND_NXT = VIEW_NAMES.indexOf("sndNxt");
const SND_MAX = VIEW_NAMES.indexOf("sndMax");
const TO = encoded(" to ");
const STATE = encoded(" state=");
const UNKNOWN = encoded("?");
const UNLIMITED = encoded("unlimited");
const CWND = encoded(" cwnd=");
const RANGE = encoded("..");
const GROWTH = encoded(": the window grows");
const CONNECTION = encoded(`${VARIABLES_PREFIX}connection=`);

/**
 * Writes the comment with a connection's variables: `variables: connection=1 state=ESTABLISHED sndUna=1 …`. Those that every
 * reader of a packet wants are always there, the others when they differ from `before`, the connection's view that was
 * written last; null: all of them.
 */
export function writeVariables(
  connection: number,
  view: ViewRecord,
  before: ViewRecord | null,
  blocks: BlockBuffer,
): void {
  blocks.beginOption(OptionCode.comment);
  blocks.piece(CONNECTION);
  blocks.integer(connection);
  blocks.piece(STATE);
  blocks.piece(encoded(view.state));
  putNumbers(view, now);
  if (before !== null) putNumbers(before, former);
  // Readers take SND.MAX to be SND.NXT, which is always there.
  former[SND_MAX] = now[SND_NXT] as number;
  for (let i = 0; i < NAMED.length; i++) {
    const { index, text, isAlways } = NAMED[i] as NamedVariable;
    const value = now[index] as number;
    if (isAlways || before === null || value !== former[index]) amount(blocks, text, value);
  }
  if (before === null || view.phase !== before.phase) {
    blocks.piece(encoded(` phase=${view.phase?.replaceAll(" ", "-") ?? "?"}`));
  }
  blocks.endOption();
}

/** Writes a variable with its name; they are whole, not limited, or NaN: not known. */
function amount(blocks: BlockBuffer, name: TextPiece, value: number): void {
  blocks.piece(name);
  if (Number.isNaN(value)) blocks.piece(UNKNOWN);
  else if (value === Infinity) blocks.piece(UNLIMITED);
  else blocks.integer(value);
}

function thresholdText(octets: number | null): string {
  if (octets === null) return "?";
  return octets === Infinity ? "unlimited" : String(octets);
}
