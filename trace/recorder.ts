/**
 * The observer: makes an event of each of the core's calls and hands it to everybody who listens.
 *
 * @module
 */

import { ConnectionTrack, marksOfArrived, mayOffer } from "./connection_track.ts";
import { type CopyLimits, copySegment, type Direction, endpointText } from "./copy.ts";
import { copyView } from "./view.ts";
import type {
  CongestionReason,
  ConnectionView,
  DropReason,
  IcmpError,
  IcmpVerdict,
  Instant,
  Micros,
  Observer,
  Segment,
  SendReason,
  State,
  StateReason,
  TimerName,
} from "./core.ts";
import { decodePacket, Flag, icmpWords, Segment as SegmentClass } from "./core.ts";
import { PacketImage } from "./packet_image.ts";
import type { ConnectionRecord, SegmentRecord, TraceEvent, TraceSink, ViewRecord } from "./record.ts";

/** A packet that can be copied for as long as it is lent. */
export interface PacketSource {
  /** Octets of its IP and TCP header. */
  readonly headerLength: number;
  /** Octets that it has in all. */
  readonly length: number;
  /** Copies its first `octets` octets to `at` of `into`. */
  copyTo(into: Uint8Array, at: number, octets: number): void;
}

/** A listener that wants the packets too. */
export interface PacketSink extends TraceSink {
  /**
   * Called after `event` for every event with a segment, and for packets that were refused; `packet` is lent. Null when there
   * is none to show.
   */
  packet(event: TraceEvent, packet: PacketSource | null): void;
}

/** What a recorder copies. */
export interface RecorderOptions extends CopyLimits {
  /** Whether each segment's headers are kept as octets. */
  readonly headers: boolean;
}

/** Copies next to nothing: for lines of text. */
export const LEAN: RecorderOptions = { headers: false, excerpt: 0 };

/** Closed connections of which the numbering is still remembered. */
const MOST_CLOSED = 1_000;

/** RFC 8200 3. */
const IPV6_HEADER = 40;

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
  /** A connection that has been opened and whose SYN has not left yet. */
  #opening: { readonly event: TraceEvent; readonly track: ConnectionTrack } | null = null;
  /** The copy of the segment that arrived last, for the drop that may follow. */
  #arrived: { readonly seq: unknown; readonly record: SegmentRecord } | null = null;

  constructor(
    sinks: readonly TraceSink[],
    packetSinks: readonly PacketSink[],
    options: RecorderOptions = LEAN,
  ) {
    this.#options = options;
    this.#sinks = [...sinks, ...packetSinks];
    this.#packetSinks = packetSinks;
    this.#image = options.headers || packetSinks.length > 0 ? new PacketImage() : null;
  }

  segmentSent(
    connection: ConnectionView | null,
    segment: Segment,
    reason: SendReason,
    now: Instant,
  ): void {
    const track = this.#track(connection, null);
    const packet = this.#packet(segment, "sent");
    const record = this.#copy(segment, "sent", track, connection?.rcvWindowShift ?? 0, packet);
    if (segment.has(Flag.syn)) track?.agreement.take(record, "sent");
    const marks = track?.conversation.sent(record, reason) ?? [];
    const event = {
      number: ++this.#number,
      time: now,
      connection: connection === null ? 0 : connection.id,
      kind: "sent" as const,
      reason,
      segment: record,
      acked: track?.conversation.acknowledges(record) ?? 0,
      marks,
      view: viewOf(connection, track),
    };
    this.#emit(event, track, packet);
  }

  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void {
    const track = this.#track(connection, segment);
    const packet = this.#packet(segment, "arrived");
    const view = viewOf(connection, track);
    const copy = this.#copy(segment, "arrived", track, connection?.sndWindowShift ?? 0, packet);
    const record = judged(copy, view, track);
    this.#arrived = { seq: segment.seq, record };
    const facts = track?.conversation.arrived(record, view);
    const event = {
      number: ++this.#number,
      time: now,
      connection: connection === null ? 0 : connection.id,
      kind: "arrived" as const,
      segment: record,
      acknowledgesFin: facts?.acknowledgesFin ?? false,
      answers: facts?.answers ?? null,
      windowAge: facts?.windowAge ?? "newer",
      usualHopLimit: facts?.usualHopLimit ?? null,
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
    const event = { ...this.#base(connection, now), kind: "state" as const, reason, from, to, view };
    if (reason === "active-open") this.#open(event, track);
    else this.#emit(event, track, null);
    if (to === "CLOSED") this.#forgetLater(connection.id);
  }

  timerFired(connection: ConnectionView, timer: TimerName, timeoutBefore: Micros, now: Instant): void {
    const track = this.#knownTrack(connection);
    const view = copyView(connection, track);
    const base = this.#base(connection, now);
    this.#emit({ ...base, kind: "timer", timer, timeoutBefore: timeoutBefore || null, view }, track, null);
  }

  icmpArrived(connection: ConnectionView, error: IcmpError, reason: IcmpVerdict, now: Instant): void {
    const track = this.#knownTrack(connection);
    const event = {
      ...this.#base(connection, now),
      kind: "icmp" as const,
      reason,
      ...icmpWords(error),
      mtu: error.mtu || null,
      quoted: track.own.relative(error.seq),
      view: copyView(connection, track),
    };
    this.#emit(event, track, null);
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
      control: connection.congestionControl,
      reducedFrom: connection.reducedFrom || null,
      cwndBefore: Math.round(windowBefore),
      ssthreshBefore: Math.round(thresholdBefore),
      // The initial window is told while the SYN-ACK is taken in.
      view: copyView(connection, track, true),
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
    const header = this.#options.headers ? packet.slice(0, packet.length - segment.payload.length) : null;
    const track = this.#trackOf(segment, direction);
    if (direction === "arrived") track?.meets(segment);
    const shift = track?.windowShifts[direction] ?? 0;
    const record = copySegment(segment, direction, track, shift, header, this.#options);
    const base = { ...this.#base(null, now), connection: track?.record.id ?? 0 };
    const event = { ...base, kind: "lost" as const, direction, fault, segment: record };
    this.#emit(event, track, new OctetPacket(packet, segment.payload.length));
  }

  /** A packet came that is no sound TCP segment, and so reached no core. Borrows it for the call. */
  packetRefused(packet: Uint8Array, reason: DropReason, now: Instant): void {
    const event = { ...this.#base(null, now), kind: "dropped" as const, reason, segment: null, view: null };
    this.#emit(event, null, new OctetPacket(packet, packet.length - ipHeaderLength(packet)));
  }

  /** Tells every sink that nothing follows. */
  finish(): void {
    this.#tellOpening(null);
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

  #packet(segment: Segment, direction: Direction): PacketImage | null {
    return this.#image?.show(segment, direction) === true ? this.#image : null;
  }

  #copy(
    segment: Segment,
    direction: Direction,
    track: ConnectionTrack | null,
    shift: number,
    packet: PacketImage | null,
  ): SegmentRecord {
    const header = this.#options.headers && packet !== null ? packet.header() : null;
    return copySegment(segment, direction, track, shift, header, this.#options);
  }

  /** RFC 9293 3.10.1: whoever opens sends a SYN and is in SYN-SENT then. So that is told at the moment of the SYN, time 0. */
  #open(event: TraceEvent, track: ConnectionTrack): void {
    this.#tellOpening(null);
    this.#opening = { event, track };
  }

  #tellOpening(next: TraceEvent | null): void {
    const opening = this.#opening;
    if (opening === null) return;
    this.#opening = null;
    const { event, track } = opening;
    const isSyn = next?.kind === "sent" && next.connection === event.connection;
    this.#tell(isSyn ? { ...event, time: next.time } : event, track, null);
  }

  #emit(event: TraceEvent, track: ConnectionTrack | null, packet: PacketSource | null): void {
    this.#tellOpening(event);
    this.#tell(event, track, packet);
  }

  #tell(event: TraceEvent, track: ConnectionTrack | null, packet: PacketSource | null): void {
    const connection: ConnectionRecord | null = track === null ? null : track.record;
    for (const sink of this.#sinks) sink.event(event, connection);
    const isOfSegment = event.kind === "sent" || event.kind === "arrived" || event.kind === "lost";
    if (!isOfSegment && packet === null) return;
    for (const sink of this.#packetSinks) sink.packet(event, packet);
  }
}

/** A packet as it was on its way. */
class OctetPacket implements PacketSource {
  readonly #octets: Uint8Array;
  readonly #payloadLength: number;

  constructor(octets: Uint8Array, payloadLength: number) {
    this.#octets = octets;
    this.#payloadLength = payloadLength;
  }

  get headerLength(): number {
    return this.length - this.#payloadLength;
  }

  get length(): number {
    return this.#octets.length;
  }

  copyTo(into: Uint8Array, at: number, octets: number): void {
    into.set(this.#octets.subarray(0, octets), at);
  }
}

/** Octets of the IP header: what may be kept of a packet of which the rest cannot be told from payload. */
function ipHeaderLength(packet: Uint8Array): number {
  const [first = 0] = packet;
  const length = first >> 4 === 4 ? (first & 0x0f) * 4 : IPV6_HEADER;
  return Math.min(length, packet.length);
}

/** An arrival with what of it counts for nothing; a SYN tells what its sender offers. */
function judged(copy: SegmentRecord, view: ViewRecord | null, track: ConnectionTrack | null): SegmentRecord {
  if (view === null || track === null) return copy;
  if ((copy.flags & Flag.syn) !== 0 && mayOffer(copy, view, track.record.irs)) {
    track.agreement.take(copy, "arrived");
  }
  return track.agreement.judged(copy);
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
      return true;
    default:
      return false;
  }
}
