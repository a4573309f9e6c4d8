/**
 * Makes events of a capture: what was on the wire, with the reasons where our own comments carry them.
 *
 * @module
 */

import type { CapturedPacket } from "../capture.ts";
import { copySegment, type Direction } from "../../trace/copy.ts";
import { type Instant, instant, type Segment, type State } from "../../trace/core.ts";
import type {
  ConnectionRecord,
  SegmentRecord,
  TraceEvent,
  TraceSink,
  ViewRecord,
} from "../../trace/record.ts";
import type { Flow } from "./flow.ts";
import { FlowTable } from "./flow_table.ts";
import { type FoundSegment, SegmentFinder } from "./segment_finder.ts";
import { type PacketStatements, readComments, type Statement } from "./said.ts";

/** How much is kept of each segment. */
export interface AnalysisOptions {
  /** Whether each segment's headers are kept as octets. */
  readonly headers: boolean;
  /** Octets of payload kept with each event. */
  readonly excerpt: number;
}

/** What a capture held. */
export interface AnalysisResult {
  readonly packets: number;
  readonly segments: number;
  readonly connections: number;
  /** What holds no TCP that can be read, by kind, with the number of frames: `["ARP", 12]`. */
  readonly unread: readonly (readonly [what: string, frames: number])[];
}

/** The interface of our captures on which packets are that a fault took away. */
const LOST_INTERFACE = "rawtcp-lost";

const NANOS_PER_MICRO = 1_000;

function isSound({ soundness }: FoundSegment): boolean {
  return soundness === "good" || soundness === "unchecked";
}

/** Events without their numbers: they get those in the order in which they are told. */
type Unnumbered<T extends TraceEvent = TraceEvent> = T extends TraceEvent ? Omit<T, "number"> : never;

/** Tells sinks what a capture holds, packet by packet. */
export class Analysis {
  readonly #sinks: readonly TraceSink[];
  readonly #options: AnalysisOptions;
  readonly #finder = new SegmentFinder();
  readonly #flows = new FlowTable();
  readonly #start: bigint;
  #now: Instant = instant(0);
  /** The last views that comments told. */
  readonly #views = new Map<Flow, ViewRecord>();
  #number = 0;
  #packets = 0;
  #segments = 0;
  /** The last flow, and the view that was last told of it. */
  #flow: Flow | null = null;
  #view: ViewRecord | null = null;

  /** `start`: the moment 0 of the events, nanoseconds since 1970-01-01 UTC. */
  constructor(start: bigint, sinks: readonly TraceSink[], options: AnalysisOptions) {
    this.#sinks = sinks;
    this.#options = options;
    this.#start = start;
  }

  /** Takes the next packet of the capture. */
  packet(packet: CapturedPacket): void {
    this.#packets++;
    const found = this.#finder.find(packet);
    if (found === null || found.kind === "icmp") return;
    this.#segments++;
    this.#now = instant(Number(packet.time - this.#start) / NANOS_PER_MICRO);
    // Only our own captures say which end is ours: elsewhere a direction is that of an interface.
    const hint = packet.comments.length > 0 ? packet.direction : null;
    const { flow, direction } = this.#flows.flowOf(found.segment, hint);
    this.#flow = flow;
    flow.number(found.segment, direction);
    const record = this.#copy(found, flow, direction);
    const said = readComments(packet.comments, this.#views.get(flow) ?? null);
    if (said.view !== null) this.#views.set(flow, said.view);
    if (packet.interfaceName === LOST_INTERFACE) this.#lost(record, direction, said);
    else this.#segment(found, record, flow, direction, said);
  }

  /** What was said after the last packet. */
  trailing(comments: readonly string[]): void {
    const { statements } = readComments(comments, null);
    if (this.#flow === null) return;
    for (const statement of statements) this.#tell(statement, this.#flow, null, this.#view);
  }

  /** Tells the sinks that nothing follows. */
  finish(): AnalysisResult {
    for (const sink of this.#sinks) sink.finish();
    const fragments = this.#finder.incompleteFragments;
    const unread = [...this.#finder.unread];
    if (fragments > 0) unread.push(["fragments of incomplete IP packets", fragments]);
    return {
      packets: this.#packets,
      segments: this.#segments,
      connections: this.#flows.size,
      unread: unread.sort(([, a], [, b]) => b - a),
    };
  }

  #copy(found: FoundSegment, flow: Flow, direction: Direction): SegmentRecord {
    const { segment, headers, keptPayload } = found;
    const { excerpt } = this.#options;
    const header = this.#options.headers ? headers.slice() : null;
    const record = copySegment(segment, direction, flow, flow.shiftOf(direction), header, { excerpt });
    if (record.excerpt === null || record.excerpt.length <= keptPayload) return record;
    return { ...record, excerpt: record.excerpt.slice(0, keptPayload) };
  }

  #lost(segment: SegmentRecord, direction: Direction, said: PacketStatements): void {
    const statement = said.statements.find(({ kind }) => kind === "lost");
    const fault = statement?.kind === "lost" ? statement.fault : "lost";
    this.#emit({ ...this.#base(), kind: "lost", direction, fault, segment });
  }

  #segment(
    found: FoundSegment,
    record: SegmentRecord,
    flow: Flow,
    direction: Direction,
    said: PacketStatements,
  ): void {
    const at = said.statements.findIndex(({ kind }) => kind === "sent" || kind === "arrived");
    const before = at < 0 ? said.statements : said.statements.slice(0, at);
    const after = at < 0 ? [] : said.statements.slice(at + 1);
    const marks = flow.marks(record, direction);
    const acknowledgesFin = direction === "arrived" && flow.takesFin(record);
    const state = flow.state();
    if (direction === "sent") this.#add(found, record, flow, direction);
    const view = said.view ?? flow.view();
    for (const statement of before) this.#tell(statement, flow, record, view);
    const own = said.statements[at];
    const reason = own?.kind === "sent" ? own.reason : null;
    const base = this.#base();
    if (direction === "sent") this.#emit({ ...base, kind: "sent", reason, segment: record, marks, view });
    else this.#emit({ ...base, kind: "arrived", segment: record, acknowledgesFin, marks, view });
    if (direction === "arrived") this.#add(found, record, flow, direction);
    for (const statement of after) this.#tell(statement, flow, record, view);
    this.#view = view;
    if (!isSound(found)) {
      this.#emit({ ...base, kind: "dropped", reason: "bad-checksum", segment: record, view });
    }
    if (said.view === null) this.#stateOf(flow, state);
  }

  /** A segment with a wrong checksum changes nothing at its receiver. */
  #add(found: FoundSegment, record: SegmentRecord, flow: Flow, direction: Direction): void {
    if (isSound(found)) flow.add(record, found.segment as Segment, direction, this.#now);
  }

  /** A change of state that only the segments tell. */
  #stateOf(flow: Flow, from: State): void {
    const to = flow.state();
    if (from === to) return;
    this.#emit({ ...this.#base(), kind: "state", reason: null, from, to, view: flow.view() });
  }

  #tell(
    statement: Statement,
    flow: Flow,
    segment: SegmentRecord | null,
    seen: ViewRecord | null,
  ): void {
    const base = this.#base();
    const view = seen ?? flow.view();
    switch (statement.kind) {
      case "dropped":
        return this.#emit({ ...base, kind: "dropped", reason: statement.reason, segment, view });
      case "state": {
        const { reason, from, to } = statement;
        return this.#emit({ ...base, kind: "state", reason, from, to, view: { ...view, state: to } });
      }
      case "timer":
        return this.#emit({ ...base, kind: "timer", timer: statement.timer, view });
      case "congestion": {
        const { kind, reason, cwndBefore, ssthreshBefore, cwnd, ssthresh } = statement;
        return this.#emit({
          ...base,
          kind,
          reason,
          cwndBefore,
          ssthreshBefore,
          view: { ...view, cwnd, ssthresh },
        });
      }
      case "sent":
      case "arrived":
      case "lost":
        return;
    }
  }

  #base(): { readonly time: Instant; readonly connection: number } {
    return { time: this.#now, connection: this.#flow?.record.id ?? 0 };
  }

  #emit(unnumbered: Unnumbered): void {
    const event = { ...unnumbered, number: ++this.#number } as TraceEvent;
    const connection: ConnectionRecord | null = this.#flow?.record ?? null;
    for (const sink of this.#sinks) sink.event(event, connection);
  }
}
