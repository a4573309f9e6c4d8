/**
 * Events as rows of numbers: what a recording keeps of hundreds of thousands of them. A row has the same size whatever it
 * holds, about 0.8 KiB, and is used again when its event is no longer wanted; the event is made again when it is read.
 *
 * @module
 */

import { RECOVERY_PHASES, type State, STATES } from "./core.ts";
import {
  type ArrivedEvent,
  EVENT_KINDS,
  type Findings,
  type NoteEvent,
  SEGMENT_MARKS,
  type SegmentMark,
  type SegmentRecord,
  type TraceEvent,
} from "./record.ts";
import { VIEW_NAMES, viewFrom, type ViewName, type ViewRecord } from "./view.ts";

const SEGMENT_NUMBERS = [
  "family",
  "rawSeq",
  "rawAck",
  "seq",
  "end",
  "ack",
  "flags",
  "rawWindow",
  "window",
  "urgentPointer",
  "options",
  "maximumSegmentSize",
  "windowScale",
  "timestampValue",
  "timestampEcho",
  "userTimeout",
  "length",
  "segmentSize",
  "ecn",
  "dscp",
  "hopLimit",
] as const satisfies readonly (keyof SegmentRecord)[];

const ANSWERED = [null, "first SYN", "window probe", "keep-alive", "no gap"] as const;
const WINDOW_AGES = ["newer", "same", "older"] as const;
/** Where in the bits of an arrival its window's age stands, in how many, and where what it answers. */
const AGE_AT = 1;
const AGE_BITS = 3;
const ANSWER_AT = 3;
const NO_MARKS: readonly SegmentMark[] = [];

/** Edges of as many SACK blocks as fit into a header. */
const MOST_EDGES = 8;
/** Headers of IP and TCP with all options that fit; longer ones are kept apart. */
const HEADER_OCTETS = 120;
const EXCERPT_OCTETS = 32;
const ROW_OCTETS = HEADER_OCTETS + EXCERPT_OCTETS;

// Where the numbers of a row begin.
const NUMBER = 0;
const TIME = 1;
const CONNECTION = 2;
const KIND = 3;
/** Reason or timer, by its place in the list of names. */
const CODE = 4;
const MARK_BITS = 5;
/** What an ACK of ours is beyond the one before; or bits of what an arrival takes and answers. */
const ACKED = 6;
/** State before and after; or window and threshold before; or the timeout before; or type and code of ICMP. */
const BEFORE = 7;
const AFTER = 8;
/** What the threshold was computed from; or the MTU that ICMP tells; or the hop limit that is usual. */
const AMOUNT = 9;
/** The name of the congestion control; or the family and the number that ICMP quotes. */
const SOURCE = 10;
const QUOTED = 11;
const HEADER_LENGTH = 12;
const EXCERPT_LENGTH = 13;
/** Number of SACK edges; NaN where there is no segment. */
const EDGE_COUNT = 14;
const EDGES = 15;
const SEGMENT = EDGES + MOST_EDGES;
/** Index of the state; NaN where there is no view. */
const STATE = SEGMENT + SEGMENT_NUMBERS.length;
const PHASE = STATE + 1;
const VIEW = PHASE + 1;
const ROW_NUMBERS = VIEW + VIEW_NAMES.length;

/** Rows are made so many at a time. */
const CHUNK_ROWS = 512;

/** What few events have, and no row has room for. */
interface Aside {
  /** Ends of a segment; or who reports an ICMP error, and the neighbour that is silent. */
  readonly source: string | null;
  readonly destination: string | null;
  readonly fault: string;
  readonly direction: "sent" | "arrived";
  readonly header: Uint8Array | null;
  readonly excerpt: Uint8Array | null;
  readonly otherOptions: string | undefined;
  readonly optionsAreCut: true | undefined;
  readonly notAgreed: SegmentRecord["notAgreed"];
  readonly findings: Findings | undefined;
  readonly note: Pick<NoteEvent, "code" | "values"> | undefined;
  readonly peerView: ViewRecord | undefined;
}

/** Keeps events, each in a row that is known by its number. */
export class PackedEvents {
  readonly #extra: number;
  readonly #width: number;
  readonly #numbers: Float64Array[] = [];
  readonly #octets: Uint8Array[] = [];
  readonly #free: number[] = [];
  readonly #asides = new Map<number, Aside>();
  /** Names of reasons and timers: a few hundred at most, all of them from the catalogue. */
  readonly #names: (string | null)[] = [];
  readonly #nameNumbers = new Map<string | null, number>();

  /** Rows with room for `extra` numbers besides the event. */
  constructor(extra: number) {
    this.#extra = extra;
    this.#width = ROW_NUMBERS + extra;
  }

  /** Octets that the rows take up, used or free. */
  get octets(): number {
    return this.#numbers.length * CHUNK_ROWS * (this.#width * Float64Array.BYTES_PER_ELEMENT + ROW_OCTETS);
  }

  /** Copies an event. @returns its row */
  add(event: TraceEvent): number {
    if (this.#free.length === 0) this.#grow();
    const row = this.#free.pop() as number;
    const [numbers, at] = this.#place(row);
    numbers[at + NUMBER] = event.number;
    numbers[at + TIME] = event.time;
    numbers[at + CONNECTION] = event.connection;
    numbers[at + KIND] = EVENT_KINDS.indexOf(event.kind);
    numbers[at + CODE] = this.#codeOf(event);
    this.#putSpecial(event, numbers, at);
    const segment = "segment" in event ? event.segment : null;
    if (segment === null) numbers[at + EDGE_COUNT] = NaN;
    else this.#putSegment(segment, row, numbers, at);
    putView("view" in event ? event.view : null, numbers, at);
    this.#putAside(event, segment, row);
    return row;
  }

  /** The event's row is no longer wanted. */
  remove(row: number): void {
    this.#asides.delete(row);
    this.#free.push(row);
  }

  /** The numbers that were put beside the event; borrowed, to be read and written. */
  extra(row: number): Float64Array {
    const [numbers, at] = this.#place(row);
    return numbers.subarray(at + ROW_NUMBERS, at + ROW_NUMBERS + this.#extra);
  }

  /** The event's number. */
  numberOf(row: number): number {
    const [numbers, at] = this.#place(row);
    return numbers[at + NUMBER] as number;
  }

  /** The number of the event's connection. */
  connectionOf(row: number): number {
    const [numbers, at] = this.#place(row);
    return numbers[at + CONNECTION] as number;
  }

  /** The event as it was, made anew. */
  read(row: number): TraceEvent {
    const [numbers, at] = this.#place(row);
    const value = (offset: number): number => numbers[at + offset] as number;
    const aside = this.#asides.get(row) ?? null;
    const kind = EVENT_KINDS[value(KIND)] as TraceEvent["kind"];
    const code = this.#names[value(CODE)] ?? null;
    const event: Record<string, unknown> = {
      number: value(NUMBER),
      time: value(TIME),
      connection: value(CONNECTION),
      kind,
    };
    if (kind === "timer") Object.assign(event, { timer: code, timeoutBefore: known(value(BEFORE)) });
    else if (kind === "note") Object.assign(event, { code: aside?.note?.code, values: aside?.note?.values });
    else if (kind !== "arrived" && kind !== "lost") event["reason"] = code;
    if (kind === "lost") Object.assign(event, { direction: aside?.direction, fault: aside?.fault });
    if (kind === "state") Object.assign(event, { from: STATES[value(BEFORE)], to: STATES[value(AFTER)] });
    if (kind === "congestion") {
      Object.assign(event, {
        control: this.#names[value(SOURCE)],
        reducedFrom: known(value(AMOUNT)),
        cwndBefore: value(BEFORE),
        ssthreshBefore: value(AFTER),
      });
    }
    if (kind === "icmp") {
      Object.assign(event, {
        family: value(SOURCE),
        type: value(BEFORE),
        code: value(AFTER),
        mtu: known(value(AMOUNT)),
        quoted: value(QUOTED),
        reporter: aside?.source ?? null,
        silentNeighbour: aside?.destination ?? null,
      });
    }
    if (kind === "sent" || kind === "arrived" || kind === "dropped" || kind === "lost") {
      event["segment"] = this.#readSegment(row, numbers, at, aside);
    }
    if (kind === "arrived") Object.assign(event, arrivedFacts(value(ACKED), value(AMOUNT)));
    if (kind === "sent") event["acked"] = value(ACKED);
    if (kind === "sent" || kind === "arrived") event["marks"] = marksOf(value(MARK_BITS));
    const { findings, peerView } = aside ?? {};
    Object.assign(event, findings && { findings }, peerView && { peerView });
    if (kind !== "lost" && kind !== "note") event["view"] = readView(numbers, at);
    return event as unknown as TraceEvent;
  }

  #grow(): void {
    const first = this.#numbers.length * CHUNK_ROWS;
    this.#numbers.push(new Float64Array(CHUNK_ROWS * this.#width));
    this.#octets.push(new Uint8Array(CHUNK_ROWS * ROW_OCTETS));
    for (let row = first + CHUNK_ROWS - 1; row >= first; row--) this.#free.push(row);
  }

  #place(row: number): readonly [numbers: Float64Array, at: number] {
    const chunk = Math.floor(row / CHUNK_ROWS);
    return [this.#numbers[chunk] as Float64Array, (row - chunk * CHUNK_ROWS) * this.#width];
  }

  #octetsOf(row: number): Uint8Array {
    const chunk = Math.floor(row / CHUNK_ROWS);
    const at = (row - chunk * CHUNK_ROWS) * ROW_OCTETS;
    return (this.#octets[chunk] as Uint8Array).subarray(at, at + ROW_OCTETS);
  }

  #codeOf(event: TraceEvent): number {
    return this.#numberOf(event.kind === "timer" ? event.timer : "reason" in event ? event.reason : null);
  }

  #numberOf(name: string | null): number {
    let number = this.#nameNumbers.get(name);
    if (number === undefined) {
      number = this.#names.push(name) - 1;
      this.#nameNumbers.set(name, number);
    }
    return number;
  }

  #putSpecial(event: TraceEvent, numbers: Float64Array, at: number): void {
    if (event.kind === "state") {
      numbers[at + BEFORE] = STATES.indexOf(event.from);
      numbers[at + AFTER] = STATES.indexOf(event.to);
    } else if (event.kind === "congestion") {
      numbers[at + BEFORE] = event.cwndBefore;
      numbers[at + AFTER] = event.ssthreshBefore;
      numbers[at + AMOUNT] = event.reducedFrom ?? NaN;
      numbers[at + SOURCE] = this.#numberOf(event.control);
    } else if (event.kind === "timer") {
      numbers[at + BEFORE] = event.timeoutBefore ?? NaN;
    } else if (event.kind === "icmp") {
      numbers[at + BEFORE] = event.type;
      numbers[at + AFTER] = event.code;
      numbers[at + AMOUNT] = event.mtu ?? NaN;
      numbers[at + SOURCE] = event.family;
      numbers[at + QUOTED] = event.quoted;
    } else if (event.kind === "sent" || event.kind === "arrived") {
      let bits = 0;
      for (const mark of event.marks) bits |= 1 << SEGMENT_MARKS.indexOf(mark);
      numbers[at + MARK_BITS] = bits;
      numbers[at + ACKED] = event.kind === "sent"
        ? event.acked
        : ANSWERED.indexOf(event.answers) << ANSWER_AT | WINDOW_AGES.indexOf(event.windowAge) << AGE_AT |
          (event.acknowledgesFin ? 1 : 0);
      numbers[at + AMOUNT] = event.kind === "arrived" ? event.usualHopLimit ?? NaN : NaN;
    }
  }

  #putSegment(segment: SegmentRecord, row: number, numbers: Float64Array, at: number): void {
    for (let i = 0; i < SEGMENT_NUMBERS.length; i++) {
      numbers[at + SEGMENT + i] = segment[SEGMENT_NUMBERS[i] as (typeof SEGMENT_NUMBERS)[number]] ?? NaN;
    }
    const { sackEdges, header, excerpt } = segment;
    const edges = Math.min(sackEdges.length, MOST_EDGES);
    numbers[at + EDGE_COUNT] = edges;
    for (let i = 0; i < edges; i++) numbers[at + EDGES + i] = sackEdges[i] as number;
    numbers[at + HEADER_LENGTH] = header?.length ?? NaN;
    numbers[at + EXCERPT_LENGTH] = excerpt?.length ?? NaN;
    if (header === null && excerpt === null) return;
    const octets = this.#octetsOf(row);
    if (header !== null && header.length <= HEADER_OCTETS) octets.set(header);
    if (excerpt !== null && excerpt.length <= EXCERPT_OCTETS) octets.set(excerpt, HEADER_OCTETS);
  }

  #putAside(event: TraceEvent, segment: SegmentRecord | null, row: number): void {
    const header = (segment?.header?.length ?? 0) > HEADER_OCTETS ? segment?.header ?? null : null;
    const excerpt = (segment?.excerpt?.length ?? 0) > EXCERPT_OCTETS ? segment?.excerpt ?? null : null;
    const [source = null, destination = null] = event.kind === "icmp"
      ? [event.reporter, event.silentNeighbour]
      : [segment?.source, segment?.destination];
    const isLost = event.kind === "lost";
    const findings = "findings" in event ? event.findings : undefined;
    const peerView = event.kind === "arrived" ? event.peerView : undefined;
    const note = event.kind === "note" ? event : undefined;
    const { otherOptions, optionsAreCut, notAgreed } = segment ?? {};
    const isSpecial = isLost || otherOptions !== undefined || optionsAreCut !== undefined ||
      notAgreed !== undefined ||
      findings !== undefined || note !== undefined;
    if (!isSpecial && source === null && destination === null && header === null && excerpt === null) return;
    const fault = isLost ? event.fault : "";
    const direction = isLost ? event.direction : "sent";
    this.#asides.set(row, {
      source,
      destination,
      fault,
      direction,
      header,
      excerpt,
      otherOptions,
      optionsAreCut,
      notAgreed,
      findings,
      note,
      peerView,
    });
  }

  #readSegment(row: number, numbers: Float64Array, at: number, aside: Aside | null): SegmentRecord | null {
    const edges = numbers[at + EDGE_COUNT] as number;
    if (Number.isNaN(edges)) return null;
    const segment: Record<string, unknown> = {
      source: aside?.source ?? null,
      destination: aside?.destination ?? null,
    };
    if (aside?.otherOptions !== undefined) segment["otherOptions"] = aside.otherOptions;
    if (aside?.optionsAreCut !== undefined) segment["optionsAreCut"] = aside.optionsAreCut;
    if (aside?.notAgreed !== undefined) segment["notAgreed"] = aside.notAgreed;
    SEGMENT_NUMBERS.forEach((name, i) => segment[name] = known(numbers[at + SEGMENT + i]));
    segment["sackEdges"] = [...numbers.subarray(at + EDGES, at + EDGES + edges)];
    const octets = this.#octetsOf(row);
    const header = known(numbers[at + HEADER_LENGTH]);
    const excerpt = known(numbers[at + EXCERPT_LENGTH]);
    segment["header"] = header === null ? null : aside?.header ?? octets.slice(0, header);
    segment["excerpt"] = excerpt === null
      ? null
      : aside?.excerpt ?? octets.slice(HEADER_OCTETS, HEADER_OCTETS + excerpt);
    return segment as unknown as SegmentRecord;
  }
}

function putView(view: ViewRecord | null, numbers: Float64Array, at: number): void {
  if (view === null) {
    numbers[at + STATE] = NaN;
    return;
  }
  numbers[at + STATE] = STATES.indexOf(view.state);
  numbers[at + PHASE] = view.phase === null ? NaN : RECOVERY_PHASES.indexOf(view.phase);
  for (let i = 0; i < VIEW_NAMES.length; i++) {
    numbers[at + VIEW + i] = view[VIEW_NAMES[i] as ViewName] ?? NaN;
  }
}

function readView(numbers: Float64Array, at: number): ViewRecord | null {
  const state = STATES[numbers[at + STATE] as number] as State | undefined;
  if (state === undefined) return null;
  const phase = RECOVERY_PHASES[numbers[at + PHASE] as number] ?? null;
  return viewFrom(state, phase, (_name, i) => known(numbers[at + VIEW + i]));
}

function arrivedFacts(bits: number, usualHopLimit: number): Partial<ArrivedEvent> {
  return {
    acknowledgesFin: (bits & 1) === 1,
    answers: ANSWERED[bits >> ANSWER_AT] ?? null,
    windowAge: WINDOW_AGES[bits >> AGE_AT & AGE_BITS] ?? "newer",
    usualHopLimit: known(usualHopLimit),
  };
}

function marksOf(bits: number): readonly SegmentMark[] {
  return bits === 0 ? NO_MARKS : SEGMENT_MARKS.filter((_mark, i) => (bits & 1 << i) !== 0);
}

/** NaN stands for null. */
function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
