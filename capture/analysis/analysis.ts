/**
 * Makes events of a capture: what was on the wire, with the reasons where our own comments carry them, and with what both
 * ends' packets show where they do not.
 *
 * @module
 */

import type { CaptureContents } from "./captured_connection.ts";
import type { CapturedPacket } from "../capture.ts";
import type { Direction } from "../../trace/copy.ts";
import { spanText } from "../../trace/format.ts";
import { Flag, formatEndpoint, type IcmpError, instant, type Segment, type State } from "../../trace/core.ts";
import type { SegmentRecord, TraceSink, ViewRecord } from "../../trace/record.ts";
import { CaptureClock } from "./capture_clock.ts";
import { type Bare, Emitter } from "./emitter.ts";
import type { Flow } from "./flow.ts";
import { type Assigned, FlowTable } from "./flow_table.ts";
import { DOUBLED_SHARE } from "./half.ts";
import { Offload } from "./offload.ts";
import type { Hindsight, TellingOptions } from "./options.ts";
import type { ThereOnly } from "./other_side.ts";
import { OrderWatch } from "./order_watch.ts";
import { OwnStory } from "./own_story.ts";
import { passageOf, passingOf } from "./passing.ts";
import { capturePoint, icmpRemark, offloadRemark, type Remark, unansweredOptions } from "./remarks.ts";
import { readComments } from "./said.ts";
import { ALL, type Selection } from "./selection.ts";
import { TextSearch } from "./text_search.ts";
import { type FoundError, type FoundSegment, SegmentFinder } from "./segment_finder.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** What a capture held. */
export interface AnalysisResult extends Hindsight, CaptureContents<Flow> {}

/** The interface of our captures on which packets are that a fault took away. */
const LOST_INTERFACE = "rawtcp-lost";

/** Tells sinks what a capture holds, packet by packet. */
export class Analysis {
  readonly #emitter: Emitter;
  readonly #selection: Selection;
  readonly #telling: Pick<TellingOptions, "kept" | "other" | "keepsPassages" | "ignoresComments">;
  readonly #search: TextSearch | null;
  readonly #finder = new SegmentFinder();
  readonly #table: FlowTable;
  readonly #clock: CaptureClock;
  readonly #offload: Offload;
  readonly #own: OwnStory;
  /** The last views that comments told, by the numbers that they have for connections. */
  readonly #views = new Map<number, ViewRecord>();
  /** Options of the SYN of each connection that has not been answered. */
  readonly #synOptions = new Map<Flow, number>();
  #packets = 0;
  #frame = 0;
  #segments = 0;
  #doubles = 0;
  readonly #doublesAll: boolean;
  /** Whether the packets come in the order of their times, unlike in the file. */
  readonly #isSorted: boolean;
  /** How late packets are in the file then. */
  readonly #disorder: bigint;
  readonly #order = new OrderWatch();
  #hasToldOrder = false;

  /** `start`: the moment 0 of the events, nanoseconds since 1970-01-01 UTC; null: that of the first packet that has a time. */
  constructor(
    start: bigint | null,
    sinks: readonly TraceSink[],
    { hindsight, selection, find, ...telling }: TellingOptions,
  ) {
    this.#telling = telling;
    this.#emitter = new Emitter(sinks);
    this.#selection = selection ?? ALL;
    this.#search = find === undefined ? null : new TextSearch(find);
    this.#clock = new CaptureClock(start);
    this.#table = new FlowTable(hindsight?.revokedResets);
    this.#isSorted = hindsight?.isUnsorted === true;
    this.#disorder = this.#isSorted ? hindsight?.disorder ?? 0n : 0n;
    this.#doublesAll = hindsight?.doublesAll === true;
    this.#offload = new Offload(hindsight?.offloading);
    this.#own = new OwnStory(this.#emitter, start ?? 0n);
  }

  /** Takes the next packet of the capture. */
  packet(packet: CapturedPacket): void {
    this.#packets++;
    this.#frame = packet.frame ?? this.#packets;
    this.#order.stamped(packet.time);
    const found = this.#finder.find(packet);
    if (found === null) return;
    const remark = this.#clock.take(packet);
    this.#tellOther(this.#clock.now);
    this.#emitter.now = instant(this.#clock.now);
    if (remark !== null) {
      this.#order.stepped(remark.code, this.#frame);
      this.#remark({ code: remark.code, values: { step: remark.step } }, null);
    }
    if (this.#isSorted && !this.#hasToldOrder) this.#remark({ code: "packets-sorted", values: {} }, null);
    this.#hasToldOrder = true;
    if (found.kind === "icmp") this.#icmp(found);
    else this.#found(found, packet);
  }

  /** What was said after the last packet. */
  trailing(comments: readonly string[]): void {
    this.#own.trailing(readComments(comments, this.#views).statements);
  }

  /** Tells the sinks that nothing follows. */
  finish(): AnalysisResult {
    this.#tellOther(Infinity);
    this.#emitter.finish();
    const fragments = this.#finder.incompleteFragments;
    const unread = [...this.#finder.unread];
    if (fragments > 0) unread.push(["fragments of incomplete IP packets", fragments]);
    return {
      packets: this.#packets,
      segments: this.#segments,
      duration: this.#clock.last,
      flows: this.#table.flows,
      unread: unread.sort(([, a], [, b]) => b - a),
      offloading: this.#offload.addresses,
      isUnsorted: this.#isSorted || this.#order.isUnsorted,
      disorder: this.#disorder || this.#order.disorder,
      doublesAll: this.#segments > 1 && this.#doubles * DOUBLED_SHARE >= this.#segments,
      revokedResets: new Map(this.#table.flows.flatMap(({ resets }) => [...resets.revoked])),
    };
  }

  #found(found: FoundSegment, packet: CapturedPacket): void {
    this.#segments++;
    const { segment } = found;
    const isDropped = packet.comments.some((comment) => comment.startsWith("dropped"));
    const isRefused = isDropped && segment.has(Flag.syn) && this.#telling.ignoresComments !== true;
    const assigned = this.#table.flowOf(segment, isRefused, this.#clock.now) ?? this.#begin(segment, packet);
    const { flow, direction } = assigned;
    if (assigned.isNew) flow.isShown = this.#selection(flow.record);
    flow.number(segment, direction, isRefused && flow.isOurs);
    const elsewhere = this.#telling.other?.of(this.#frame)?.copy ?? null;
    const place = { direction, flow, time: this.#clock.now, frame: this.#frame, elsewhere };
    const passing = passingOf(found, place, this.#telling.kept);
    if (this.#search !== null && !flow.hasText) {
      const { seq } = passing.segment;
      flow.hasText = this.#search.isIn(segment, found.keptPayload, seq, flow.sender(direction));
    }
    if (!flow.isOurs) return this.#wire(found, passing, assigned);
    // To follow a connection nobody needs to know why something was sent.
    const isRead = this.#emitter.isHeard || isDropped;
    const said = readComments(isRead ? packet.comments : [], this.#views);
    const isSound = found.soundness === "good" || found.soundness === "unchecked";
    const own = { flow, passing, segment, direction, said, isSound, isRefused };
    if (packet.interfaceName === LOST_INTERFACE) this.#own.lost(own);
    else this.#own.packet(own);
  }

  #begin(segment: Segment, { comments, direction }: CapturedPacket): Assigned {
    const isOurs = this.#telling.ignoresComments !== true && comments.length > 0 &&
      readComments(comments, new Map()).statements.length > 0;
    // Only our own captures say which end is ours: elsewhere a direction is that of an interface.
    return this.#table.begin(segment, isOurs ? direction : null, isOurs, this.#clock.now, this.#frame);
  }

  /** A segment of a connection that says nothing of itself. */
  #wire(found: FoundSegment, passing: Passing, { flow, direction, isNew, before }: Assigned): void {
    if (isNew && passing.segment.flags !== 0 && flow.record.windowsAreRaw === true) {
      this.#remark({ code: "begins-in-the-middle", values: {} }, flow);
    }
    const [sender, receiver] = [flow.sender(direction), flow.receiver(direction)];
    this.#tellOffload(found, sender.address, sender.name, flow);
    const state = flow.state();
    const { haveCrossed } = flow;
    const { segment } = passing;
    if (!this.#offload.judge(found.soundness, segment, flow, sender.address, receiver.address)) {
      sender.damaged.add(segment.seq, segment.end);
      sender.note(["damaged"], passing.frame);
      return this.#emitSegment(passing, direction, flow, damaged());
    }
    const doublesAll = this.#doublesAll || (this.#doubles + 1) * DOUBLED_SHARE >= this.#segments;
    if (!isNew) this.#order.passed(segment, sender, receiver, flow.firstFrame);
    const verdict = flow.take(passing, found.segment, direction, doublesAll);
    if (verdict.isDouble) this.#doubles++;
    if (isNew && before !== null && before.state() === "SYN-SENT") {
      newAttempt(verdict, passing.time - before.firstAt);
    }
    this.#noteWindows(flow);
    // Of FINs that have crossed the first had not arrived when it passed here.
    const isKnown = flow.record.statesAreUnknown !== true && flow.haveCrossed === haveCrossed;
    this.#noteStates(flow);
    this.#emitSegment(passing, direction, flow, verdict);
    if (this.#telling.keepsPassages === true) {
      flow.passages.push(passageOf(passing, direction, flow, verdict));
    }
    this.#remarkHandshake(flow, direction, segment, verdict);
    if (isKnown) this.#stateOf(flow, state);
    else if (flow.knowsStates) this.#stateOf(flow, null);
  }

  #tellOffload(found: FoundSegment, address: string, end: string, flow: Flow): void {
    const { soundness, ipSoundness } = found;
    if ((ipSoundness === "zero" || ipSoundness === "wrong") && this.#offload.tells(address, "IPv4")) {
      this.#remark(offloadRemark("IPv4", end, ipSoundness), flow);
    }
    const isLeft = soundness === "zero" ||
      (soundness === "wrong" && this.#offload.believes(address, soundness));
    if (isLeft && this.#offload.tells(address, "TCP")) {
      this.#remark(offloadRemark("TCP", end, soundness), flow);
    }
  }

  #emitSegment(
    { segment, frame }: Passing,
    direction: Direction,
    flow: Flow,
    verdict: Pick<Verdict, "marks" | "findings">,
  ): void {
    if (!this.#emitter.isHeard || !flow.isShown) return;
    const findings = verdict.findings(this.#telling.other?.of(frame));
    const { marks } = verdict;
    const view = flow.view();
    if (direction === "sent") {
      return this.#emitter.emit(
        { kind: "sent", reason: null, segment, acked: 0, marks, view, findings },
        flow,
      );
    }
    const acknowledgesFin = findings.codes.includes("ack-of-fin");
    const peerView = flow.view(flow.remote);
    this.#emitter.emit(
      {
        kind: "arrived",
        segment,
        acknowledgesFin,
        answers: null,
        windowAge: "newer",
        usualHopLimit: null,
        marks,
        view,
        peerView,
        findings,
      },
      flow,
    );
  }

  /** What another capture shows, and this one does not have. */
  #tellOther(before: number): void {
    for (const one of this.#telling.other?.before(before) ?? []) {
      const flow = one.connection === null ? null : this.#table.flows[one.connection - 1] ?? null;
      this.#emitter.emit(bareOf(one), flow, instant(one.time));
    }
  }

  /** Of a connection that begins in the middle both states are known once its segments show them. */
  #noteStates(flow: Flow): void {
    if (flow.record.statesAreUnknown !== true || !flow.knowsStates) return;
    const { statesAreUnknown: _unknown, ...known } = flow.record;
    flow.record = known;
  }

  /** Windows can be told once both SYNs have been seen. */
  #noteWindows(flow: Flow): void {
    // Without all of their options SYNs do not say how windows are to be read.
    if (
      flow.local.hasSyn && flow.remote.hasSyn && !flow.knowsWindows && flow.record.windowsAreRaw === undefined
    ) {
      flow.record = { ...flow.record, windowsAreRaw: true };
    }
    if (flow.record.windowsAreRaw !== undefined && flow.knowsWindows) {
      const { windowsAreRaw: _raw, ...known } = flow.record;
      flow.record = known;
    }
  }

  #remarkHandshake(flow: Flow, direction: Direction, segment: SegmentRecord, verdict: Verdict): void {
    const [code] = verdict.codes;
    if (code === "open" && direction === "sent") this.#synOptions.set(flow, segment.options);
    if (code === "accept" && direction === "arrived") {
      const remark = unansweredOptions(flow, this.#synOptions.get(flow) ?? 0, segment);
      if (remark !== null) this.#remark(remark, flow);
    }
    if (!verdict.codes.includes("handshake-done") || direction !== "sent") return;
    this.#synOptions.delete(flow);
    const point = capturePoint(flow);
    if (point !== null) this.#remark(point, flow);
  }

  #icmp({ error }: FoundError): void {
    const [source, destination] = [quotedEnd(error, "source"), quotedEnd(error, "destination")];
    const flow = this.#table.find(source, destination);
    if (flow === null) return;
    const remark = icmpRemark(flow, error, source);
    const end = source === flow.record.local ? flow.local : flow.remote;
    end.noteIcmp(error, String(remark.values["by"]), this.#frame);
    this.#remark(remark, flow);
  }

  /** A change of state that only the segments tell. `from`: null where it was not known. */
  #stateOf(flow: Flow, from: State | null): void {
    if (!this.#emitter.isHeard) return;
    const to = flow.state();
    if (from === to) return;
    this.#emitter.emit({ kind: "state", reason: null, from: from ?? to, to, view: flow.view() }, flow);
  }

  #remark({ code, values }: Remark, flow: Flow | null): void {
    this.#emitter.emit({ kind: "note", code, values }, flow);
  }
}

function damaged(): Pick<Verdict, "marks" | "findings"> {
  return { marks: [], findings: () => ({ codes: ["damaged"], values: {} }) };
}

function bareOf(one: ThereOnly): Bare {
  return one.kind === "note"
    ? { kind: "note", code: one.code, values: one.values }
    : { kind: "lost", direction: one.direction, fault: "", segment: one.segment, findings: one.found };
}

function newAttempt(verdict: Verdict, since: number): void {
  verdict.values["since"] = spanText(since);
  verdict.codes.splice(1, 0, "open-again");
}

/** One end of the segment that an ICMP error quotes. */
function quotedEnd(error: IcmpError, end: "source" | "destination"): string {
  const offset = end === "source" ? error.sourceOffset : error.destinationOffset;
  const octets = error.addresses.slice(offset, offset + (error.family === 4 ? 4 : 16));
  const port = end === "source" ? error.sourcePort : error.destinationPort;
  return formatEndpoint({ address: { family: error.family, octets }, port });
}
