/**
 * One end of a connection as a sender, as seen in what passes the point of capture: its numbers, what of them is under way,
 * lost or acknowledged, its window, and what the other end has said of them.
 *
 * @module
 */

import { FullSize } from "../../trace/full_size.ts";
import { HopLimits } from "../../trace/hop_limits.ts";
import { Limits } from "../../trace/limits.ts";
import { type IcmpError, icmpErrorName, type SeqNumber } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import { Numbering } from "../../trace/numbering.ts";
import type { FindingCode } from "../../trace/catalogue.ts";
import { BarePackets } from "./bare_packets.ts";
import { EchoTrips } from "./echo_trips.ts";
import { Holes } from "./holes.ts";
import { PacketIds } from "./packet_ids.ts";
import { Ranges } from "./ranges.ts";
import { RoundTrips } from "./round_trips.ts";
import { SentLog } from "./sent_log.ts";
import { TimestampClock } from "./timestamp_clock.ts";
import { WindowOrder } from "../../trace/window_order.ts";

/** One packet of so many must come twice before all of an end are taken to. */
export const DOUBLED_SHARE = 3;
/** The farthest that a believable number lies beyond what is known: the largest window (RFC 7323 2.2). */
export const FARTHEST: number = 2 ** 30;
/** From so many packets on that were captured twice, others may be, too. */
const LEAST_DOUBLED = 2;

/** No SYN with, or without, a scale has been seen. */
export const SHIFT_UNKNOWN = -2;
/** A SYN without the option has been seen. */
export const NO_SHIFT = -1;

/** What was asked of the other end, and has not been answered. */
export interface Question {
  readonly kind: "keep-alive" | "window-probe";
  readonly at: number;
}

/** How often something was found, and where first. */
export interface Occurrence {
  count: number;
  readonly frame: number;
}

/** An ICMP error about a segment. */
export interface IcmpNoted {
  /** What it says, in the words of its RFC. */
  readonly what: string;
  count: number;
  readonly frame: number;
}

/** A router has said that a packet is too big for it. */
export interface TooBig {
  readonly by: string;
  /** Octets of the largest that goes through; 0: it does not say. */
  readonly mtu: number;
  /** The number of the segment that it quotes. */
  readonly seq: number;
}

/** Loss recovery as the sender must be in it. */
export interface Recovery {
  readonly kind: "fast" | "timeout";
  /** When it began, µs. */
  readonly since: number;
  /** The highest number when it began: it ends with an ACK for that. */
  readonly point: number;
  /** SND.UNA when it began. */
  readonly una: number;
}

/** The local end of a capture of ours. */
export const WE = "we";

/** One end. */
export class Half {
  /** What it is called in a sentence: `the client`, or its address. */
  name: string;
  readonly numbering: Numbering = new Numbering();
  readonly log: SentLog = new SentLog();
  readonly holes: Holes = new Holes();
  /** What was acknowledged before it passed: missed by the capture, or captured late. */
  readonly missed: Ranges = new Ranges();
  missedAt = -Infinity;
  /** What passed with a wrong checksum. */
  readonly damaged: Ranges = new Ranges();
  /** Of its octets beyond `una`, what the other end says it has. */
  readonly sacked: Ranges = new Ranges();
  /** From the point of capture to the other end and back. */
  readonly roundTrips: RoundTrips = new RoundTrips();
  /** The same way, by the echoes of its timestamps. */
  readonly echoes: EchoTrips = new EchoTrips();
  readonly ids: PacketIds = new PacketIds();
  readonly bare: BarePackets = new BarePackets();
  readonly timestamps: TimestampClock = new TimestampClock();
  /** Of the windows that it announces. */
  shift: number = SHIFT_UNKNOWN;
  /** Whether its windows are known: both SYNs have been seen with all their options, or one that offers no scale. */
  windowIsKnown = false;
  hasSyn = false;
  /** The number after its SYN and what that carries. */
  synEnd = 1;
  /** Its SYN with all options; null: not seen so. */
  syn: SegmentRecord | null = null;
  /** The header's number of its first segment that seemed to be of another connection; null: there was none. */
  straySeq: SeqNumber | null = null;
  /** Whether it has sent something that it sends only once it has the other end's SYN. */
  hasAnswered = false;
  /** Packets that have passed. */
  packets = 0;
  /** Packets beside these that the capture has more than once. */
  captured = 0;
  /** Packets with data, a SYN or a FIN. */
  dataPackets = 0;
  /** Octets of data that have passed, those again that have passed more than once. */
  octets = 0;
  /** How many of them had passed before. */
  octetsAgain = 0;
  /** The number after its highest octet that is known to exist. */
  max = 0;
  /** What the other end has acknowledged. */
  una = 0;
  finEnd = Infinity;
  /** Its latest acknowledgment. */
  ack = 0;
  hasAcked = false;
  /** Its last segment acknowledged so much more than its window has let the other end send; Infinity: it did not. */
  doubtedAck = Infinity;
  /** Its window, octets; -1: none has been announced. */
  window = -1;
  /** The furthest right edge that it has announced. */
  edge = -Infinity;
  /** The latest one. */
  lastEdge = -Infinity;
  windowZeroSince = -1;
  /** When it was last opened again. */
  reopenedAt = -Infinity;
  readonly windows: WindowOrder = new WindowOrder();
  /** IPv4 identification of the packet that told its window last; -1: none; and when it passed. */
  windowIpId = -1;
  windowAt = -Infinity;
  /** Duplicate ACKs for `una`. */
  dupAcks = 0;
  /** Duplicate ACKs and ACKs with SACK blocks of the other end so far, and those that may have had some. */
  signals = 0;
  /** When the other end last acknowledged anything. */
  lastAckAt = -Infinity;
  lastDataAt = -Infinity;
  /** Of its last packet. */
  lastAt = -Infinity;
  lastFrame = 0;
  lastIpId = -1;
  lastFingerprint = 0;
  recovery: Recovery | null = null;
  /** ICMP errors about its segments, one for each thing that they say. */
  readonly icmp: IcmpNoted[] = [];
  /** The last error about its packets' size; null: none, or what it was about is acknowledged. */
  tooBig: TooBig | null = null;
  question: Question | null = null;
  /** The octet beyond a closed window that a probe brought last, and when. */
  probed: { readonly seq: number; readonly at: number } | null = null;
  readonly hopLimits: HopLimits = new HopLimits();
  readonly limits: Limits = new Limits();
  /** What was found of its segments. */
  readonly occurrences: Map<FindingCode, Occurrence> = new Map();
  /** Segments that were sent again. */
  retransmissions = 0;
  /** How long its window was 0, µs. */
  closedFor = 0;
  /** How long its segments can be. */
  readonly full: FullSize = new FullSize();

  /** Its address, without port. */
  readonly address: string;
  /** A number far beyond all others; -1: none. */
  #stray = -1;

  constructor(name: string, endpoint: string) {
    this.name = name;
    this.address = endpoint.slice(0, endpoint.lastIndexOf(":"));
  }

  /** Whether nothing of it has passed but its SYN, which nothing has acknowledged. */
  get isUnanswered(): boolean {
    return this.hasSyn && !this.hasAnswered && this.una === 0;
  }

  /** As `name`, but where it is not the subject of a sentence: `us`. */
  get asObject(): string {
    return this.name === WE ? "us" : this.name;
  }

  /** `our` or `its`. */
  get possessive(): string {
    return this.name === WE ? "our" : "its";
  }

  /** Something of it: `our FIN`, `the FIN of the client`. */
  has(what: string): string {
    return this.name === WE ? `our ${what}` : `the ${what} of ${this.name}`;
  }

  /** An ICMP error about one of its segments, as its sender learns of it. */
  noteIcmp({ kind, family, type, code, mtu, seq }: IcmpError, by: string, frame: number): void {
    const what = icmpErrorName(family, type, code);
    const known = this.icmp.find((one) => one.what === what);
    if (known === undefined) this.icmp.push({ what, count: 1, frame });
    else known.count++;
    if (kind === "packet too big") this.tooBig = { by, mtu, seq: this.numbering.relative(seq) };
  }

  /** Counts what was found of a segment. */
  note(codes: readonly FindingCode[], frame: number): void {
    for (const code of codes) {
      const known = this.occurrences.get(code);
      if (known === undefined) this.occurrences.set(code, { count: 1, frame });
      else known.count++;
    }
  }

  /** Whether the capture has most of its packets more than once: those of one direction only, or one way twice. */
  get isDoubled(): boolean {
    return this.captured >= LEAST_DOUBLED && this.captured * DOUBLED_SHARE >= this.packets;
  }

  /** Takes in a number far beyond the others: the second of two that are near each other is believed, and all goes on there. */
  agrees(seq: number): boolean {
    const isSecond = this.#stray >= 0 && Math.abs(seq - this.#stray) <= FARTHEST;
    this.#stray = isSecond ? -1 : seq;
    if (!isSecond) return false;
    this.max = seq;
    this.una = seq;
    this.recovery = null;
    this.holes.clear();
    return true;
  }

  /** Octets that are sent and not acknowledged, as they pass here. */
  get flight(): number {
    return Math.max(this.max - this.una, 0);
  }

  /** Whether it is known to have sent more than its SYN and its FIN. */
  get hasData(): boolean {
    return this.max - (this.finEnd <= this.max ? 1 : 0) > 1;
  }

  /** Whether everything of it is acknowledged, its FIN included. */
  get isAcknowledged(): boolean {
    return this.una >= this.finEnd;
  }

  /** The number up to which everything has passed. */
  get contiguous(): number {
    return this.holes.first ?? this.max;
  }
}
