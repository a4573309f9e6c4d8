/**
 * Tells a connection of a capture of our own: its comments say why, and what the variables were.
 *
 * @module
 */

import type { Direction } from "../../trace/copy.ts";
import { marksOfArrived } from "../../trace/connection_track.ts";
import { instant, type Segment, type State } from "../../trace/core.ts";
import type { SegmentMark, SegmentRecord, ViewRecord } from "../../trace/record.ts";
import type { Bare, Emitter } from "./emitter.ts";
import type { Flow } from "./flow.ts";
import type { PacketStatements, Statement } from "./said.ts";
import type { Passing } from "./verdict.ts";

const NO_MARKS: readonly SegmentMark[] = [];
const NANOS_PER_MICRO = 1_000;

/** A packet of ours, with what its comments say. */
export interface OwnPacket {
  readonly flow: Flow;
  readonly passing: Passing;
  readonly segment: Segment;
  readonly direction: Direction;
  readonly said: PacketStatements;
  readonly isSound: boolean;
  /** It is a SYN that its connection has dropped. */
  readonly isRefused: boolean;
}

/** Tells packets of ours as their live trace has told them. */
export class OwnStory {
  readonly #emitter: Emitter;
  /** The moment 0 of the events, microseconds since 1970-01-01 UTC. */
  readonly #start: number;
  /** The connections by the numbers that comments have for them. */
  readonly #flows = new Map<number, Flow>();
  /** The flow and the view that were told last. */
  #flow: Flow | null = null;
  #view: ViewRecord | null = null;

  /** `start`: the moment 0 of the events, nanoseconds since 1970-01-01 UTC. */
  constructor(emitter: Emitter, start: bigint) {
    this.#emitter = emitter;
    this.#start = Number(start) / NANOS_PER_MICRO;
  }

  /** A packet that a fault took away. */
  lost({ flow, passing, direction, said }: OwnPacket): void {
    const statement = said.statements.find(({ kind }) => kind === "lost");
    const fault = statement?.kind === "lost" ? statement.fault : "lost";
    this.#emitter.emit({ kind: "lost", direction, fault, segment: passing.segment }, flow);
  }

  /** A packet that was sent or has arrived. */
  packet(packet: OwnPacket): void {
    const { flow, direction, said, isSound, isRefused } = packet;
    const record = packet.passing.segment;
    const at = said.statements.findIndex(({ kind }) => kind === "sent" || kind === "arrived");
    const before = at < 0 ? said.statements : said.statements.slice(0, at);
    const after = at < 0 ? [] : said.statements.slice(at + 1);
    const own = said.statements[at];
    const [refusal] = said.statements;
    if (refusal?.kind === "dropped" && refusal.at === null && own === undefined) {
      return this.#emitter.emit({ kind: "dropped", reason: refusal.reason, segment: null, view: null }, null);
    }
    const reason = own?.kind === "sent" ? own.reason : null;
    if (said.connection !== null) this.#flows.set(said.connection, flow);
    const marks = direction === "sent"
      ? flow.conversation.sent(record, reason)
      : said.view === null
      ? marksOfUntold(record, flow)
      : marksOfArrived(record, said.view);
    const state = flow.state();
    const take = (): void => {
      if (isSound && !isRefused) flow.take(packet.passing, packet.segment, direction, false);
    };
    if (direction === "sent") take();
    const view = said.view ?? flow.view();
    for (const statement of before) this.#tell(statement, flow, record, view);
    if (direction === "sent") {
      const acked = flow.conversation.acknowledges(record);
      this.#emitter.emit({ kind: "sent", reason, segment: record, acked, marks, view }, flow);
    } else {
      const facts = flow.conversation.arrived(record, said.view);
      this.#emitter.emit({ kind: "arrived", segment: record, ...facts, marks, view }, flow);
    }
    if (direction === "arrived") take();
    for (const statement of after) this.#tell(statement, flow, record, view);
    this.#flow = flow;
    this.#view = view;
    if (!isSound) {
      this.#emitter.emit({ kind: "dropped", reason: "bad-checksum", segment: record, view }, flow);
    }
    if (said.view === null) this.#stateOf(flow, state);
  }

  /** What was said after the last packet. */
  trailing(statements: readonly Statement[]): void {
    if (this.#flow === null) return;
    for (const statement of statements) this.#tell(statement, this.#flow, null, this.#view);
  }

  /** A change of state that only the segments tell. */
  #stateOf(flow: Flow, from: State): void {
    const to = flow.state();
    if (from === to) return;
    this.#emitter.emit({ kind: "state", reason: null, from, to, view: flow.view() }, flow);
  }

  #tell(statement: Statement, ofPacket: Flow, segment: SegmentRecord | null, seen: ViewRecord | null): void {
    const { connection, at } = statement;
    const flow = connection === null ? ofPacket : this.#flows.get(connection) ?? ofPacket;
    const event = eventOf(statement, segment, statement.view ?? seen ?? flow.view());
    if (event === null) return;
    if (at === null) this.#emitter.emit(event, flow);
    else this.#emitter.emit(event, flow, instant(at - this.#start));
  }
}

/** The event that a comment tells of; null: the packet itself. */
function eventOf(statement: Statement, segment: SegmentRecord | null, view: ViewRecord): Bare | null {
  switch (statement.kind) {
    case "dropped":
      return { kind: "dropped", reason: statement.reason, segment, view };
    case "state": {
      const { reason, from, to } = statement;
      return { kind: "state", reason, from, to, view: { ...view, state: to } };
    }
    case "timer": {
      const { timer, timeoutBefore } = statement;
      return { kind: "timer", timer, timeoutBefore, view };
    }
    case "icmp": {
      const { connection: _connection, at: _at, ...said } = statement;
      return { ...said, view };
    }
    case "congestion": {
      const { kind, reason, control, reducedFrom, cwndBefore, ssthreshBefore, cwnd, ssthresh } = statement;
      const after = { ...view, cwnd, ssthresh };
      return { kind, reason, control, reducedFrom, cwndBefore, ssthreshBefore, view: after };
    }
    case "sent":
    case "arrived":
    case "lost":
      return null;
  }
}

/** Marks of an arrival about to be taken in, where no comment has the variables that it met. */
function marksOfUntold(segment: SegmentRecord, flow: Flow): readonly SegmentMark[] {
  if (segment.end === segment.seq) return NO_MARKS;
  const expected = Math.max(flow.local.ack, flow.sender("arrived").contiguous);
  if (segment.end <= expected) return ["duplicate"];
  return segment.seq > expected ? ["out of order"] : NO_MARKS;
}
