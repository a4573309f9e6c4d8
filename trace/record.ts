/**
 * Events as values: compact copies of what an observer is shown, to be kept, written and drawn.
 *
 * Sequence and acknowledgment numbers are relative: 0 is the initial sequence number of the side that they count for,
 * and they do not wrap. Without a connection to count from they are the header's own. Amounts are octets; times are
 * microseconds; `null` means "not known".
 *
 * @module
 */

import type {
  CongestionReason,
  DropReason,
  Family,
  IcmpVerdict,
  Instant,
  SendReason,
  State,
  StateReason,
  TimerName,
} from "./core.ts";
import type { ViewRecord } from "./view.ts";
import type { FindingCode, NotAgreedCode, NoteCode } from "./catalogue/finding_codes.ts";

export type { ViewRecord } from "./view.ts";

/** A copy of one segment. */
export interface SegmentRecord {
  /** IP version of the packet that carried it. */
  readonly family: Family;
  /** Both ends as text; null when they are those of the event's connection. */
  readonly source: string | null;
  /** As `source`. */
  readonly destination: string | null;
  /** Header fields as they are: 0 to 4294967295. */
  readonly rawSeq: number;
  /** As `rawSeq`. */
  readonly rawAck: number;
  /** The sequence number, counted from its sender's initial one. */
  readonly seq: number;
  /** The number after the last one that the segment takes up: SYN and FIN count. */
  readonly end: number;
  /** Null without the ACK flag. */
  readonly ack: number | null;
  /** A set of `Flag` bits. */
  readonly flags: number;
  /** The window field as it is. */
  readonly rawWindow: number;
  /** The window in octets, scaled as agreed. */
  readonly window: number;
  /** The field as it is (RFC 9293 3.1). */
  readonly urgentPointer: number;
  /** A set of `Option` bits. */
  readonly options: number;
  /** Octets; 0 without the option. */
  readonly maximumSegmentSize: number;
  /** The shift; 0 without the option. */
  readonly windowScale: number;
  /** TSval (RFC 7323 3.2); 0 without the option. */
  readonly timestampValue: number;
  /** TSecr (RFC 7323 3.2); 0 without the option. */
  readonly timestampEcho: number;
  /** The field as it is (RFC 5482 3); 0 without the option. */
  readonly userTimeout: number;
  /** Options that the core does not know, as text; absent: none. */
  readonly otherOptions?: string;
  /** A capture has not kept all of its options; absent: it has, or there is none. */
  readonly optionsAreCut?: true;
  /** What it carries that counts for nothing, as the SYNs have not agreed on it; absent: none of it, as far as is known. */
  readonly notAgreed?: readonly NotAgreedCode[];
  /** Left and right edge of each SACK block in turn, relative. */
  readonly sackEdges: readonly number[];
  /** Octets of payload. */
  readonly length: number;
  /** Payload octets of each segment on the wire when this stands for several; 0 when it stands for one. */
  readonly segmentSize: number;
  /** The ECN field of the IP header (RFC 3168 5). */
  readonly ecn: number;
  /** The DiffServ code point of the IP header (RFC 2474 3). */
  readonly dscp: number;
  /** TTL or hop limit of the IP header. */
  readonly hopLimit: number;
  /** IP and TCP header as on the wire; null when they were not asked for. */
  readonly header: Uint8Array | null;
  /** The first octets of the payload; null when they were not asked for. */
  readonly excerpt: Uint8Array | null;
}

/**
 * What a segment may be to the one who receives or repeats it, beyond its reason: octets that were sent before; nothing that is
 * new to us; beyond the next octet that we expect; several segments, merged or not yet cut by a device.
 */
export const SEGMENT_MARKS = ["retransmission", "duplicate", "out of order", "merged"] as const;

/** One of them. */
export type SegmentMark = typeof SEGMENT_MARKS[number];

/** What the packets of both ends show of a segment, where a capture gives no reasons. */
export interface Findings {
  /** The weightiest first; at least one. */
  readonly codes: readonly FindingCode[];
  /** What their sentences name, besides what stands in the event itself. */
  readonly values: Readonly<Record<string, number | string>>;
  /** Where the packet has passed a second capture; absent: there is none. */
  readonly far?: Far;
}

/** A packet at a second point of capture, by what that one shows. */
export interface Far {
  /** When it passed there, by the clock of the events; null: never. */
  readonly time: Instant | null;
  /** The state of the end on that side then; null: not known. */
  readonly state: State | null;
}

/** What every event has. */
export interface EventBase {
  /** 1, 2, 3, … in the order in which the program took note: a cause before its effects. */
  readonly number: number;
  /** When: at the wire, where that is known. Only an arrival may have an earlier time than the departure before it. */
  readonly time: Instant;
  /** The connection's number; 0 when there is none. */
  readonly connection: number;
}

/**
 * What of ours an arrived segment answers, beyond what it acknowledges; null: nothing of the kind. `no gap`: it acknowledges
 * the same again without a SACK block, although both ends agreed on SACK.
 */
export type AnsweredByArrival = "first SYN" | "window probe" | "keep-alive" | "no gap" | null;

/** Whether a segment tells a later window than all before it; `same`: its numbers are those of the last one, and tell nothing. */
export type WindowAge = "newer" | "same" | "older";

/** We sent a segment. */
export interface SentEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "sent";
  /** Null when read from a capture that does not say why. */
  readonly reason: SendReason | null;
  /** A copy. */
  readonly segment: SegmentRecord;
  /** How many octets its ACK is beyond the ACK that we sent before it, a FIN not counted. */
  readonly acked: number;
  /** What it is beyond its reason. */
  readonly marks: readonly SegmentMark[];
  /** The connection's variables; null when none is known. */
  readonly view: ViewRecord | null;
  /** Instead of a reason, in a capture that gives none: "we" are the local end then. */
  readonly findings?: Findings;
}

/** A segment arrived; the view shows the variables before it was looked at. */
export interface ArrivedEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "arrived";
  /** A copy. */
  readonly segment: SegmentRecord;
  /** Whether it acknowledges a FIN of ours for the first time. */
  readonly acknowledgesFin: boolean;
  /** What of ours it answers. */
  readonly answers: AnsweredByArrival;
  /** Whether its window is a later one than all that came before. */
  readonly windowAge: WindowAge;
  /** Of a RST: the TTL or hop limit that all of the peer's segments before it had, where it has another; else null. */
  readonly usualHopLimit: number | null;
  /** What it is beyond its reason. */
  readonly marks: readonly SegmentMark[];
  /** The connection's variables; null when none is known. */
  readonly view: ViewRecord | null;
  /** In a capture that gives no reasons, as is the view of the end that sent it, once it has passed. */
  readonly findings?: Findings;
  /** The variables of the end that sent it, once it has passed. */
  readonly peerView?: ViewRecord;
}

/** The segment that arrived last is not used further. */
export interface DroppedEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "dropped";
  /** Why it is not used further. */
  readonly reason: DropReason;
  /** Null when the packet could not be read. */
  readonly segment: SegmentRecord | null;
  /** The connection's variables; null when none is known. */
  readonly view: ViewRecord | null;
}

/** A packet was taken away on purpose, between us and the network; or it has passed a second point of capture alone. */
export interface LostEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "lost";
  /** Which way it was going. */
  readonly direction: "sent" | "arrived";
  /** What was done to it on purpose, in a few words; empty with findings. */
  readonly fault: string;
  /** A copy. */
  readonly segment: SegmentRecord;
  /** What the second capture shows; absent: it was taken away on purpose. */
  readonly findings?: Findings;
}

/** A connection changed its state. */
export interface StateEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "state";
  /** Null when read from a capture that does not say why. */
  readonly reason: StateReason | null;
  /** The state before. */
  readonly from: State;
  /** The state after. */
  readonly to: State;
  /** The connection's variables. */
  readonly view: ViewRecord;
}

/** A timer expired; the view shows the variables at that moment, the retransmission timeout backed off already. */
export interface TimerEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "timer";
  /** Which timer. */
  readonly timer: TimerName;
  /** The retransmission timeout that has run out; null when the timer is another, or when no further one follows. */
  readonly timeoutBefore: number | null;
  /** The connection's variables. */
  readonly view: ViewRecord;
}

/** An ICMP error that quotes a segment of ours arrived, or our own host could not send one; the view shows the variables before anything follows from it. */
export interface IcmpEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "icmp";
  /** What follows from it. */
  readonly reason: IcmpVerdict;
  /** IP version of the message. */
  readonly family: Family;
  /** Type field of the message. */
  readonly type: number;
  /** Code field of the message. */
  readonly code: number;
  /** Octets of the largest packet that goes through; null when the message does not say. */
  readonly mtu: number | null;
  /** The address of who says so, or `THIS_HOST`; null when that is not known. */
  readonly reporter: string | null;
  /** The neighbour that does not answer ARP or its like, where our host reports that; else null. */
  readonly silentNeighbour: string | null;
  /** The sequence number of the segment that it quotes. */
  readonly quoted: number;
  /** The connection's variables. */
  readonly view: ViewRecord;
}

/** The congestion window or the slow-start threshold changed; the view has the values after. */
export interface CongestionEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "congestion";
  /** Why. */
  readonly reason: CongestionReason;
  /** Name of the congestion control that decided. */
  readonly control: string;
  /** The amount in flight from which it last computed the threshold; null when it never did. */
  readonly reducedFrom: number | null;
  /** The congestion window before, octets. */
  readonly cwndBefore: number;
  /** The slow-start threshold before, octets; Infinity until the first reduction. */
  readonly ssthreshBefore: number;
  /** The connection's variables. */
  readonly view: ViewRecord;
}

/** Something is remarked of a capture that is being read. */
export interface NoteEvent extends EventBase {
  /** Tells it from other events. */
  readonly kind: "note";
  /** Which sentence. */
  readonly code: NoteCode;
  /** What its sentence names. */
  readonly values: Readonly<Record<string, number | string>>;
}

/** Anything that happened. */
export type TraceEvent =
  | SentEvent
  | ArrivedEvent
  | DroppedEvent
  | LostEvent
  | StateEvent
  | TimerEvent
  | IcmpEvent
  | CongestionEvent
  | NoteEvent;

/** Every kind of event. */
export const EVENT_KINDS = [
  "sent",
  "arrived",
  "dropped",
  "lost",
  "state",
  "timer",
  "congestion",
  "note",
  "icmp",
] as const satisfies readonly TraceEvent["kind"][];

/** A connection as its events refer to it. */
export interface ConnectionRecord {
  /** 1, 2, 3, … in the order of their first events. */
  readonly id: number;
  /** Address and port. */
  readonly local: string;
  /** Address and port. */
  readonly remote: string;
  /** Initial sequence numbers as the header has them; null until known. */
  readonly iss: number | null;
  /** As `iss`, of the peer. */
  readonly irs: number | null;
  /** What the ends are called in a capture that is not ours; absent: the local end is "we". */
  readonly ends?: { readonly local: string; readonly remote: string };
  /** Whether the states of both ends are not known, as in a capture that begins in the middle; absent: they are. */
  readonly statesAreUnknown?: boolean;
  /** Whether window fields can be scaled; absent: they can. */
  readonly windowsAreRaw?: boolean;
}

/** Receives events one by one, in order. */
export interface TraceSink {
  /** The event may be kept: nobody changes it. */
  event(event: TraceEvent, connection: ConnectionRecord | null): void;
  /** No event follows. */
  finish(): void;
}
