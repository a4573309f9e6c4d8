/**
 * Makes events of a capture: what was on the wire, with the reasons where our own comments carry them, and with what both
 * ends' packets show where they do not.
 *
 * @module
 */

import type { CaptureContents } from "./captured_connection.ts";
import type { CapturedPacket } from "../capture.ts";
import { copySegment, type Direction } from "../../trace/copy.ts";
import { spanText } from "../../trace/format.ts";
import { Flag, formatEndpoint, type IcmpError, instant, type Segment, type State } from "../../trace/core.ts";
import type { SegmentRecord, TraceSink, ViewRecord } from "../../trace/record.ts";
import { CaptureClock } from "./capture_clock.ts";
import { type Bare, Emitter } from "./emitter.ts";
import type { Flow } from "./flow.ts";
import { type Assigned, FlowTable } from "./flow_table.ts";
import { DOUBLED_SHARE } from "./half.ts";
import { Offload } from "./offload.ts";
import type { OtherSide, ThereOnly } from "./other_side.ts";
import { OrderWatch } from "./order_watch.ts";
import { OwnStory } from "./own_story.ts";
import { capturePoint, icmpRemark, offloadRemark, type Remark, unansweredOptions } from "./remarks.ts";
import { readComments } from "./said.ts";
import { ALL, type Selection } from "./selection.ts";
import { TextSearch } from "./text_search.ts";
import { type FoundError, type FoundSegment, SegmentFinder } from "./segment_finder.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** How much is kept of each segment. */
export interface AnalysisOptions {
  /** Whether each segment's headers are kept as octets. */
  readonly headers: boolean;
  /** Octets of payload kept with each event. */
  readonly excerpt: number;
}

/** What a first reading has shown, for a second one to know beforehand. */
export interface Hindsight {
  /** Addresses of ends that leave their checksums to a device. */
  readonly offloading: readonly string[];
  /** Whether the file has its packets in another order than that of their times. */
  readonly isUnsorted: boolean;
  /** Nanoseconds by which they are late there at most. */
  readonly disorder: bigint;
  /** Whether it has most packets twice. */
  readonly doublesAll: boolean;
  /** RSTs that have ended nothing, by their frames. */
  readonly revokedResets: ReadonlyMap<number, "reset-revoked" | "challenge-seen">;
}

/** Which connections of a capture are told, and what is known of it. */
export interface ReadingOptions {
  /** What an earlier reading of the same file found out. */
  readonly hindsight?: Hindsight;
  /** The connections to tell of. @default all */
  readonly selection?: Selection;
  /** A text to look for in what connections carry. */
  readonly find?: string;
}

/** How much is shown, and of which connections. */
export interface TellingOptions extends ReadingOptions {
  /** How many events are kept, and of what. */
  readonly kept: AnalysisOptions;
  /** What another capture shows of the same connections. */
  readonly other?: OtherSide;
  /** Whether the packets of each connection are kept with it. @default false */
  readonly keepsPassages?: boolean;
  /** Whether our own comments are left aside. @default false */
  readonly ignoresComments?: boolean;
}

/** What a capture held. */
export interface AnalysisResult extends Hindsight, CaptureContents<Flow> {}

/** The interface of our captures on which packets are that a fault took away. */
const LOST_INTERFACE = "rawtcp-lost";

/** Tells sinks what a capture holds, packet by packet. */
export class Analysis {
  readonly #emitter: Emitter;
  readonly #options: AnalysisOptions;
  readonly #selection: Selection;
  readonly #telling: Pick<TellingOptions, "other" | "keepsPassages" | "ignoresComments">;
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

  /** `start`: the moment 0 of the events, nanoseconds since 1970-01-01 UTC. */
  constructor(
    start: bigint,
    sinks: readonly TraceSink[],
    { kept, hindsight, selection, find, ...telling }: TellingOptions,
  ) {
    this.#telling = telling;
    this.#emitter = new Emitter(sinks);
    this.#options = kept;
    this.#selection = selection ?? ALL;
    this.#search = find === undefined ? null : new TextSearch(find);
    this.#clock = new CaptureClock(start);
    this.#table = new FlowTable(hindsight?.revokedResets);
    this.#isSorted = hindsight?.isUnsorted === true;
    this.#disorder = this.#isSorted ? hindsight?.disorder ?? 0n : 0n;
    this.#doublesAll = hindsight?.doublesAll === true;
    this.#offload = new Offload(hindsight?.offloading);
    this.#own = new OwnStory(this.#emitter, start);
  }

  /** Takes the next packet of the capture. */
  packet(packet: CapturedPacket): void {
    this.#packets++;
    this.#frame = packet.frame ?? this.#packets;
    this.#order.stamped(packet.time);
    const found = this.#finder.find(packet);
    if (found === null) return;
    const remark = this.#clock.take(packet.time);
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
      duration: this.#clock.now,
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
    const assigned = this.#table.flowOf(segment, isRefused) ?? this.#begin(segment, packet);
    const { flow, direction } = assigned;
    if (assigned.isNew) flow.isShown = this.#selection(flow.record);
    flow.number(segment, direction, isRefused && flow.isOurs);
    const passing = this.#passing(found, flow, direction);
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

  #passing(found: FoundSegment, flow: Flow, direction: Direction): Passing {
    return {
      segment: this.#copy(found, flow, direction),
      time: this.#clock.now,
      frame: this.#frame,
      ipId: found.ipId,
      hasAllOptions: found.hasAllOptions,
      fingerprint: fingerprintOf(found),
      elsewhere: this.#telling.other?.of(this.#frame)?.copy ?? null,
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

  /** A segment of a connection that says nothing of itself. */
  #wire(found: FoundSegment, passing: Passing, { flow, direction, isNew, before }: Assigned): void {
    if (isNew && passing.segment.flags !== 0 && flow.record.windowsAreRaw === true) {
      this.#remark({ code: "begins-in-the-middle", values: {} }, flow);
    }
    const { address } = flow.sender(direction);
    this.#tellOffload(found, address, flow.sender(direction).name, flow);
    const state = flow.state();
    const isBelieved = this.#believes(found, passing.segment, flow, direction);
    if (!isBelieved) {
      flow.sender(direction).note(["damaged"], passing.frame);
      return this.#emitSegment(passing, direction, flow, damaged());
    }
    const doublesAll = this.#doublesAll || (this.#doubles + 1) * DOUBLED_SHARE >= this.#segments;
    if (!isNew) this.#order.passed(passing.segment, flow.sender(direction), flow.firstFrame);
    const verdict = flow.take(passing, found.segment, direction, doublesAll);
    if (verdict.isDouble) this.#doubles++;
    if (isNew && before !== null && before.state() === "SYN-SENT") {
      newAttempt(verdict, passing.time - before.firstAt);
    }
    this.#noteWindows(flow);
    const isKnown = flow.record.statesAreUnknown !== true;
    this.#noteStates(flow);
    this.#emitSegment(passing, direction, flow, verdict);
    this.#pass(passing, direction, flow, verdict);
    this.#remarkHandshake(flow, direction, passing.segment, verdict);
    if (isKnown) this.#stateOf(flow, state);
    else if (flow.knowsStates) this.#stateOf(flow, null);
  }

  /** Whether a segment is taken for what its sender has sent, and what its checksum says of its own and of the other end. */
  #believes({ soundness }: FoundSegment, segment: SegmentRecord, flow: Flow, direction: Direction): boolean {
    const offload = this.#offload;
    const [sender, receiver] = [flow.sender(direction), flow.receiver(direction)];
    if (soundness === "good") offload.sound(sender.address, flow, segment);
    const isBelieved = offload.believes(sender.address, soundness);
    if (!isBelieved) offload.suspect(sender.address, flow, segment);
    // Of an end of which nothing is sound, what is wrong acknowledges as well.
    const acknowledges = isBelieved || !offload.hasSound(sender.address);
    if (segment.ack !== null && acknowledges) offload.acknowledged(receiver.address, flow, segment.ack);
    if (!isBelieved) sender.damaged.add(segment.seq, segment.end);
    return isBelieved;
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
        usualHopLimit: null,
        marks,
        view,
        peerView,
        findings,
      },
      flow,
    );
  }

  #pass(
    { segment, time, frame, ipId, hasAllOptions }: Passing,
    direction: Direction,
    flow: Flow,
    verdict: Verdict,
  ): void {
    if (this.#telling.keepsPassages !== true) return;
    const { missedFrom, missedTo } = verdict.values;
    const missed = typeof missedFrom === "number" && typeof missedTo === "number"
      ? { start: missedFrom, end: missedTo + 1 }
      : null;
    const { knowsStates } = flow;
    const states = {
      local: knowsStates ? flow.state(flow.local) : null,
      remote: knowsStates ? flow.state(flow.remote) : null,
    };
    const isAgain = verdict.mark === "retransmission";
    flow.passages.push({
      direction,
      frame,
      time,
      ipId,
      segment,
      states,
      isCut: !hasAllOptions,
      isAgain,
      missed,
    });
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

/** A hash of the TCP header and of how much data there is (FNV-1a): what does not change when a packet is doubled. */
function fingerprintOf({ segment, headers, transport }: FoundSegment): number {
  const PRIME = 0x0100_0193;
  let hash = 0x811c_9dc5 ^ segment.payload.length;
  for (let i = transport; i < headers.length; i++) hash = Math.imul(hash ^ (headers[i] as number), PRIME);
  return hash;
}
