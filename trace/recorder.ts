/**
 * The observer: makes an event of each of the core's calls and hands it to everybody who listens.
 *
 * @module
 */

import { ConnectionTrack, marksOfArrived } from "./connection_track.ts";
import { type CopyLimits, copySegment, copyView, type Direction, endpointText } from "./copy.ts";
import type {
  CongestionReason,
  ConnectionView,
  DropReason,
  Instant,
  Observer,
  Segment,
  SendReason,
  State,
  StateReason,
  TimerName,
} from "./core.ts";
import { decodePacket, Segment as SegmentClass } from "./core.ts";
import { PacketImage } from "./packet_image.ts";
import type { ConnectionRecord, SegmentRecord, TraceEvent, TraceSink } from "./record.ts";

/** A listener that wants the packets too. */
export interface PacketSink extends TraceSink {
  /** How many octets it wants of a packet, given those of its headers and its own. */
  wanted(headers: number, length: number): number;
  /**
   * Called after `event` for every event with a segment; `packet` is lent, and perhaps cut to what is wanted, `length` is
   * what the whole has. Null when there is none to show.
   */
  packet(event: TraceEvent, packet: Uint8Array | null, length: number): void;
}

/** What a recorder copies. */
export interface RecorderOptions extends CopyLimits {
  /** Whether each segment's headers are kept as octets. */
  readonly headers: boolean;
}

/** Copies next to nothing: for lines of text. */
export const LEAN: RecorderOptions = { headers: false, excerpt: 0 };

/** Probes that are meant to lie before what is new, and so are no retransmissions. */
const PROBES: ReadonlySet<SendReason> = new Set<SendReason>(["keep-alive"]);

/** Closed connections of which the numbering is still remembered. */
const MOST_CLOSED = 1_000;

/** Turns what it observes into events for its sinks. */
export class Recorder implements Observer {
  readonly #options: RecorderOptions;
  readonly #sinks: readonly TraceSink[];
  readonly #packetSinks: readonly PacketSink[];
  readonly #tracks = new Map<number, ConnectionTrack>();
  readonly #image: PacketImage | null;
  readonly #lostSegment = new SegmentClass();
  readonly #closed = new Set<number>();
  #number = 0;
  /** The copy of the segment that arrived last, for the drop that may follow. */
  #arrived: { readonly seq: unknown; readonly record: SegmentRecord } | null = null;

  constructor(sinks: readonly TraceSink[], packetSinks: readonly PacketSink[], options: RecorderOptions) {
    this.#options = options;
    this.#sinks = [...sinks, ...packetSinks];
    this.#packetSinks = packetSinks;
    const wanted = (headers: number, length: number): number =>
      packetSinks.reduce((most, sink) => Math.max(most, sink.wanted(headers, length)), headers);
    this.#image = options.headers || packetSinks.length > 0 ? new PacketImage(wanted, options.headers) : null;
  }

  segmentSent(
    connection: ConnectionView | null,
    segment: Segment,
    reason: SendReason,
    now: Instant,
  ): void {
    const track = this.#track(connection, null);
    const packet = this.#image?.take(segment, "sent") ?? null;
    const record = this.#copy(segment, "sent", track, connection?.rcvWindowShift ?? 0, packet);
    const marks = track?.marksOfSent(record, PROBES.has(reason)) ?? [];
    const event = {
      number: ++this.#number,
      time: now,
      connection: connection === null ? 0 : connection.id,
      kind: "sent" as const,
      reason,
      segment: record,
      marks,
      view: viewOf(connection, track),
    };
    this.#emit(event, track, packet);
  }

  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void {
    const track = this.#track(connection, segment);
    const packet = this.#image?.take(segment, "arrived") ?? null;
    const record = this.#copy(segment, "arrived", track, connection?.sndWindowShift ?? 0, packet);
    this.#arrived = { seq: segment.seq, record };
    const view = viewOf(connection, track);
    const event = {
      number: ++this.#number,
      time: now,
      connection: connection === null ? 0 : connection.id,
      kind: "arrived" as const,
      segment: record,
      acknowledgesFin: track?.takesFin(record) ?? false,
      marks: marksOfArrived(record, view),
      view,
    };
    this.#emit(event, track, packet);
  }

  segmentDropped(
    connection: ConnectionView | null,
    segment: Segment,
    reason: DropReason,
    now: Instant,
  ): void {
    const track = this.#track(connection, null);
    const arrived = this.#arrived;
    this.#arrived = null;
    const known = arrived !== null && arrived.seq === segment.seq && !isUnreadable(reason);
    const event = {
      ...this.#base(connection, now),
      kind: "dropped" as const,
      reason,
      segment: known ? arrived.record : null,
      view: viewOf(connection, track),
    };
    this.#emit(event, track, null);
  }

  stateChanged(connection: ConnectionView, from: State, to: State, reason: StateReason, now: Instant): void {
    const track = this.#knownTrack(connection);
    const view = copyView(connection, track);
    this.#emit({ ...this.#base(connection, now), kind: "state", reason, from, to, view }, track, null);
    if (to === "CLOSED") this.#forgetLater(connection.id);
  }

  timerFired(connection: ConnectionView, timer: TimerName, now: Instant): void {
    const track = this.#knownTrack(connection);
    const view = copyView(connection, track);
    this.#emit({ ...this.#base(connection, now), kind: "timer", timer, view }, track, null);
  }

  congestionChanged(
    connection: ConnectionView,
    windowBefore: number,
    thresholdBefore: number,
    reason: CongestionReason,
    now: Instant,
  ): void {
    const track = this.#knownTrack(connection);
    const event = {
      number: ++this.#number,
      time: now,
      connection: connection.id,
      kind: "congestion" as const,
      reason,
      cwndBefore: Math.round(windowBefore),
      ssthreshBefore: Math.round(thresholdBefore),
      view: copyView(connection, track),
    };
    this.#emit(event, track, null);
  }

  /**
   * A packet was taken away, or changed, between us and the network, on purpose.
   *
   * @param packet borrowed for the call
   * @param fault what was done to it, in a few words
   */
  packetLost(packet: Uint8Array, direction: Direction, fault: string, now: Instant): void {
    const segment = this.#lostSegment;
    if (decodePacket(packet, packet.length, segment, "trust") !== null) return;
    const header = this.#options.headers ? packet.slice(0, packet.length - segment.payloadLength) : null;
    const track = this.#trackOf(segment, direction);
    const record = copySegment(segment, direction, track, 0, header, this.#options);
    const base = { ...this.#base(null, now), connection: track?.record.id ?? 0 };
    this.#emit({ ...base, kind: "lost", direction, fault, segment: record }, track, packet);
  }

  /** Tells every sink that nothing follows. */
  finish(): void {
    for (const sink of this.#sinks) sink.finish();
  }

  #base(connection: ConnectionView | null, time: Instant): {
    readonly number: number;
    readonly time: Instant;
    readonly connection: number;
  } {
    return { number: ++this.#number, time, connection: connection?.id ?? 0 };
  }

  #track(connection: ConnectionView | null, arrived: Segment | null): ConnectionTrack | null {
    if (connection === null) return null;
    let track = this.#tracks.get(connection.id);
    if (track === undefined) {
      track = new ConnectionTrack(connection.id);
      this.#tracks.set(connection.id, track);
    }
    track.update(connection, arrived);
    return track;
  }

  /** The connection that a packet belongs to, by its ends. Faults are few, so a search will do. */
  #trackOf(segment: Segment, direction: Direction): ConnectionTrack | null {
    const local = endpointText(segment, direction === "sent" ? "source" : "destination");
    const remote = endpointText(segment, direction === "sent" ? "destination" : "source");
    for (const track of this.#tracks.values()) {
      if (track.record.local === local && track.record.remote === remote) return track;
    }
    return null;
  }

  #forgetLater(id: number): void {
    this.#closed.add(id);
    if (this.#closed.size <= MOST_CLOSED) return;
    for (const oldest of this.#closed) {
      this.#closed.delete(oldest);
      this.#tracks.delete(oldest);
      return;
    }
  }

  #knownTrack(connection: ConnectionView): ConnectionTrack {
    return this.#track(connection, null) ?? new ConnectionTrack(connection.id);
  }

  #copy(
    segment: Segment,
    direction: Direction,
    track: ConnectionTrack | null,
    shift: number,
    packet: Uint8Array | null,
  ): SegmentRecord {
    const wanted = this.#options.headers && packet !== null && this.#image !== null;
    const header = wanted ? packet.slice(0, this.#image?.headerLength ?? 0) : null;
    return copySegment(segment, direction, track, shift, header, this.#options);
  }

  #emit(event: TraceEvent, track: ConnectionTrack | null, packet: Uint8Array | null): void {
    const connection: ConnectionRecord | null = track === null ? null : track.record;
    for (const sink of this.#sinks) sink.event(event, connection);
    if (event.kind !== "sent" && event.kind !== "arrived" && event.kind !== "lost") return;
    const length = event.kind === "lost" ? packet?.length ?? 0 : this.#image?.length ?? 0;
    for (const sink of this.#packetSinks) sink.packet(event, packet, length);
  }
}

function viewOf(
  connection: ConnectionView | null,
  track: ConnectionTrack | null,
): ReturnType<typeof copyView> | null {
  return connection === null || track === null ? null : copyView(connection, track);
}

/** Whether the reason means that the packet could not be decoded, so that the segment record holds nothing of it. */
function isUnreadable(reason: DropReason): boolean {
  switch (reason) {
    case "truncated":
    case "not-tcp":
    case "fragment":
    case "bad-ip-header":
    case "bad-ip-checksum":
    case "bad-data-offset":
    case "bad-checksum":
    case "bad-option-length":
      return true;
    default:
      return false;
  }
}
