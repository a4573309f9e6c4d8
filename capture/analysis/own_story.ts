/**
 * Tells a connection of a capture of our own: its comments say why, and what the variables were.
 *
 * @module
 */

import type { Direction } from "../../trace/copy.ts";
import type { Segment, State } from "../../trace/core.ts";
import type { SegmentMark, SegmentRecord, ViewRecord } from "../../trace/record.ts";
import type { Emitter } from "./emitter.ts";
import type { Flow } from "./flow.ts";
import type { PacketStatements, Statement } from "./said.ts";
import type { Passing } from "./verdict.ts";

const NO_MARKS: readonly SegmentMark[] = [];

/** A packet of ours, with what its comments say. */
export interface OwnPacket {
  readonly flow: Flow;
  readonly passing: Passing;
  readonly segment: Segment;
  readonly direction: Direction;
  readonly said: PacketStatements;
  readonly isSound: boolean;
}

/** Tells packets of ours as their live trace has told them. */
export class OwnStory {
  readonly #emitter: Emitter;
  /** The flow and the view that were told last. */
  #flow: Flow | null = null;
  #view: ViewRecord | null = null;

  constructor(emitter: Emitter) {
    this.#emitter = emitter;
  }

  /** A packet that a fault took away. */
  lost({ flow, passing, direction, said }: OwnPacket): void {
    const statement = said.statements.find(({ kind }) => kind === "lost");
    const fault = statement?.kind === "lost" ? statement.fault : "lost";
    this.#emitter.emit({ kind: "lost", direction, fault, segment: passing.segment }, flow);
  }

  /** A packet that was sent or has arrived. */
  packet(packet: OwnPacket): void {
    const { flow, direction, said, isSound } = packet;
    const record = packet.passing.segment;
    const at = said.statements.findIndex(({ kind }) => kind === "sent" || kind === "arrived");
    const before = at < 0 ? said.statements : said.statements.slice(0, at);
    const after = at < 0 ? [] : said.statements.slice(at + 1);
    const marks = marksOf(record, flow, direction);
    const acknowledgesFin = direction === "arrived" && takesFin(record, flow);
    const state = flow.state();
    const take = (): void => {
      if (isSound) flow.take(packet.passing, packet.segment, direction, false);
    };
    if (direction === "sent") take();
    const view = said.view ?? flow.view();
    for (const statement of before) this.#tell(statement, flow, record, view);
    const own = said.statements[at];
    const reason = own?.kind === "sent" ? own.reason : null;
    if (direction === "sent") {
      this.#emitter.emit({ kind: "sent", reason, segment: record, marks, view }, flow);
    } else this.#emitter.emit({ kind: "arrived", segment: record, acknowledgesFin, marks, view }, flow);
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

  #tell(statement: Statement, flow: Flow, segment: SegmentRecord | null, seen: ViewRecord | null): void {
    const view = seen ?? flow.view();
    switch (statement.kind) {
      case "dropped":
        return this.#emitter.emit({ kind: "dropped", reason: statement.reason, segment, view }, flow);
      case "state": {
        const { reason, from, to } = statement;
        return this.#emitter.emit({ kind: "state", reason, from, to, view: { ...view, state: to } }, flow);
      }
      case "timer":
        return this.#emitter.emit({ kind: "timer", timer: statement.timer, view }, flow);
      case "congestion": {
        const { kind, reason, cwndBefore, ssthreshBefore, cwnd, ssthresh } = statement;
        const after = { ...view, cwnd, ssthresh };
        return this.#emitter.emit({ kind, reason, cwndBefore, ssthreshBefore, view: after }, flow);
      }
      case "sent":
      case "arrived":
      case "lost":
        return;
    }
  }
}

/** Marks of a segment about to be taken in. */
function marksOf(segment: SegmentRecord, flow: Flow, direction: Direction): readonly SegmentMark[] {
  if (segment.end === segment.seq) return NO_MARKS;
  const sender = flow.sender(direction);
  if (direction === "sent") {
    const FIN = 1;
    const isProbe = segment.seq === sender.max - 1 && segment.length === 1 && (segment.flags & FIN) === 0;
    return segment.seq < sender.max && !isProbe ? ["retransmission"] : NO_MARKS;
  }
  const expected = Math.max(flow.local.ack, sender.contiguous);
  if (segment.end <= expected) return ["duplicate"];
  return segment.seq > expected ? ["out of order"] : NO_MARKS;
}

/** Whether an arriving segment is the first to acknowledge our FIN. */
function takesFin({ ack }: SegmentRecord, { local }: Flow): boolean {
  return ack !== null && ack >= local.finEnd && local.una < local.finEnd;
}
