/**
 * A capture while it happens: every packet in pcapng, with the reason and the variables as comments.
 *
 * Only whole blocks are handed on, so that whatever a killed process leaves behind can be read.
 *
 * @module
 */

import { isGrowth } from "../trace/lines.ts";
import type {
  ArrivedEvent,
  ConnectionRecord,
  DroppedEvent,
  SentEvent,
  TraceEvent,
  ViewRecord,
} from "../trace/record.ts";
import type { PacketSink, PacketSource } from "../trace/recorder.ts";
import { BlockBuffer, LOOPBACK_HEADER } from "./format/block_buffer.ts";
import { writeEventComment, writeGrowth, writeSegmentComments, writeVariables } from "./comments.ts";
import {
  BlockType,
  NameRecord,
  type Nanoseconds,
  OptionCode,
  PacketDirection,
  toNanoseconds,
} from "./format/pcapng.ts";

/** Takes octets, all of them, at once. */
export type WriteOctets = (octets: Uint8Array) => void;

/** A name for an address, for readers of the capture. */
export interface NamedAddress {
  /** 4 or 16 octets. */
  readonly octets: Uint8Array;
  /** The name that is shown for it. */
  readonly name: string;
}

/** What a capture holds. */
export interface CaptureOptions {
  /** Name and version of the program. */
  readonly program: string;
  /** Microseconds from 1970-01-01 UTC to the moment 0 of the events' clock. */
  readonly epoch: number;
  /** Most octets of each packet that are kept; 0: all. */
  readonly snapLength: number;
  /** Whether payload is kept; otherwise only the headers are. */
  readonly payload: boolean;
  /** Addresses with names; they stand in the file. */
  readonly names: readonly NamedAddress[];
  /** The IP version of all packets. @default "both" */
  readonly family?: 4 | 6 | "both";
}

/**
 * LINKTYPE_IPV4 and LINKTYPE_IPV6: packets begin with an IP header of that family. LINKTYPE_NULL: four octets before it say of
 * which. libpcap reads files of several interfaces only when all have one type, and only types that it has under the same
 * number: not LINKTYPE_RAW, which is for either family.
 */
const LINK_TYPES = { 4: 228, 6: 229, both: 0 } as const;

/** Ten to the power of minus this many seconds. */
const NANOSECOND_RESOLUTION = 9;

/** The interface of what was sent and received, and that of what a fault took away. */
const Interface = { wire: 0, lost: 1 } as const;

const INTERFACES: readonly (readonly [name: string, description: string])[] = [
  ["rawtcp", "Packets between the user-space TCP and the network"],
  ["rawtcp-lost", "Packets that a fault took away or changed, on purpose"],
];

/** Octets that wait in memory before they are written; `flush` writes them earlier. */
const FLUSH_AT = 256 << 10;

/** Writes the packets of all events. */
export class CaptureWriter implements PacketSink {
  readonly #write: WriteOctets;
  readonly #options: CaptureOptions;
  readonly #family: 4 | 6 | "both";
  readonly #blocks = new BlockBuffer();
  readonly #moment: Nanoseconds = { high: 0, low: 0 };
  readonly #start: Nanoseconds = { high: 0, low: 0 };
  /** Comments that wait for the next packet. */
  #waiting: string[] = [];
  /** What was written last of each connection's variables. */
  readonly #views = new Map<number, ViewRecord>();
  #packets = [0, 0];
  #connection: ConnectionRecord | null = null;
  readonly #comment = (comment: string): void => this.#blocks.textOption(OptionCode.comment, comment);
  readonly #wait = (comment: string): void => void this.#waiting.push(comment);
  #isStarted = false;
  #isFinished = false;

  /** Writes the head of the file. */
  constructor(write: WriteOctets, options: CaptureOptions) {
    this.#write = write;
    this.#options = options;
    this.#family = options.family ?? "both";
    this.#beginFile();
    this.flush();
  }

  /**
   * What follows from a packet is said with it. A timer, or a wish of the user's, is the cause of what follows: it is said
   * with the next packet.
   */
  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    this.#connection = connection;
    this.#at(event.time);
    if (event.kind === "sent" || event.kind === "arrived" || event.kind === "lost") return;
    if (event.kind === "congestion" && isGrowth(event) && this.#blocks.isOpen) {
      return writeGrowth(event, this.#blocks);
    }
    if (isRefusal(event)) return; // it is said with its own packet
    if (isCause(event)) this.#endPacket();
    const before = this.#views.get(event.connection) ?? null;
    const isWithPacket = this.#blocks.isOpen;
    const at = isWithPacket ? null : this.#options.epoch + event.time;
    writeEventComment(event, connection, before, at, isWithPacket ? this.#comment : this.#wait);
    if (event.kind !== "note" && event.view !== null) this.#views.set(event.connection, event.view);
    if (event.kind === "state" && event.to === "CLOSED") this.#views.delete(event.connection);
  }

  packet(event: TraceEvent, packet: PacketSource | null): void {
    this.#endPacket();
    if (packet === null || this.#isFinished) return;
    const which = event.kind === "lost" ? Interface.lost : Interface.wire;
    this.#packets[which] = (this.#packets[which] ?? 0) + 1;
    const outbound = event.kind === "sent" || (event.kind === "lost" && event.direction === "sent");
    this.#beginPacket(which, packet, outbound);
    const blocks = this.#blocks;
    for (const comment of this.#waiting) blocks.textOption(OptionCode.comment, comment);
    if (this.#waiting.length > 0) this.#waiting = [];
    if (event.kind === "lost" || isRefusal(event)) {
      writeEventComment(event, this.#connection, null, null, this.#comment);
    } else if (event.kind === "sent" || event.kind === "arrived") this.#say(event);
    if (blocks.complete >= FLUSH_AT) this.#flushComplete();
  }

  /** Writes everything that has been seen so far. */
  flush(): void {
    this.#endPacket();
    this.#flushComplete();
  }

  finish(): void {
    if (this.#isFinished) return;
    this.#endPacket();
    this.#statistics(Interface.wire);
    this.#statistics(Interface.lost);
    this.#isFinished = true;
    this.flush();
  }

  #at(time: number): void {
    toNanoseconds(this.#options.epoch + time, this.#moment);
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#start.high = this.#moment.high;
    this.#start.low = this.#moment.low;
  }

  #flushComplete(): void {
    if (this.#blocks.complete === 0) return;
    this.#write(this.#blocks.peek());
    this.#blocks.discard();
  }

  #beginFile(): void {
    const blocks = this.#blocks;
    blocks.sectionHeader(this.#options.program);
    for (const [name, description] of INTERFACES) {
      blocks.begin(BlockType.interfaceDescription);
      blocks.uint16(LINK_TYPES[this.#family]);
      blocks.uint16(0);
      blocks.uint32(this.#options.snapLength);
      blocks.textOption(OptionCode.interfaceName, name);
      blocks.textOption(OptionCode.interfaceDescription, description);
      blocks.octetsOption(
        OptionCode.interfaceTimestampResolution,
        new Uint8Array([NANOSECOND_RESOLUTION]),
      );
      blocks.end(true);
    }
    this.#names();
  }

  #names(): void {
    const { names } = this.#options;
    if (names.length === 0) return;
    const blocks = this.#blocks;
    blocks.begin(BlockType.nameResolution);
    for (const { octets, name } of names) {
      const text = new TextEncoder().encode(name);
      const record = new Uint8Array(octets.length + text.length + 1);
      record.set(octets);
      record.set(text, octets.length);
      blocks.octetsOption(octets.length === 4 ? NameRecord.ipv4 : NameRecord.ipv6, record);
    }
    blocks.uint32(NameRecord.end);
    blocks.end(false);
  }

  #beginPacket(which: number, packet: PacketSource, outbound: boolean): void {
    const blocks = this.#blocks;
    const isOfEither = this.#family === "both";
    const before = isOfEither ? LOOPBACK_HEADER : 0;
    const { length } = packet;
    const kept = this.#wanted(packet.headerLength, length);
    blocks.begin(BlockType.enhancedPacket);
    blocks.uint32(which);
    blocks.uint32(this.#moment.high);
    blocks.uint32(this.#moment.low);
    blocks.uint32(before + kept);
    blocks.uint32(before + length);
    if (isOfEither) blocks.packetOfEitherFamily(packet, kept);
    else blocks.packet(packet, kept);
    blocks.uint32Option(
      OptionCode.packetFlags,
      outbound ? PacketDirection.outbound : PacketDirection.inbound,
    );
  }

  /** How many octets of a packet are kept, given those of its headers and its own. */
  #wanted(headers: number, length: number): number {
    const { snapLength, payload } = this.#options;
    const kept = payload ? length : headers;
    return snapLength > 0 ? Math.min(kept, snapLength) : kept;
  }

  /** Why the packet, and the variables of that moment. */
  #say(event: SentEvent | ArrivedEvent): void {
    writeSegmentComments(event, this.#connection, this.#blocks);
    const { view } = event;
    if (view === null) return;
    writeVariables(event.connection, view, this.#views.get(event.connection) ?? null, this.#blocks);
    this.#views.set(event.connection, view);
  }

  #endPacket(): void {
    if (this.#blocks.isOpen) this.#blocks.end(true);
  }

  #statistics(which: number): void {
    const blocks = this.#blocks;
    blocks.begin(BlockType.interfaceStatistics);
    blocks.uint32(which);
    blocks.uint32(this.#moment.high);
    blocks.uint32(this.#moment.low);
    if (which === Interface.wire) {
      for (const comment of this.#waiting) blocks.textOption(OptionCode.comment, comment);
    }
    blocks.momentOption(OptionCode.statisticsStart, this.#start);
    blocks.momentOption(OptionCode.statisticsEnd, this.#moment);
    blocks.countOption(OptionCode.statisticsReceived, this.#packets[which] ?? 0);
    blocks.countOption(
      OptionCode.statisticsDropped,
      which === Interface.lost ? this.#packets[which] ?? 0 : 0,
    );
    blocks.end(true);
  }
}

/** Whether a packet was refused before it could be read as a segment. */
function isRefusal(event: TraceEvent): event is DroppedEvent {
  return event.kind === "dropped" && event.segment === null;
}

function isCause(event: TraceEvent): boolean {
  return event.kind === "timer" || event.kind === "icmp" ||
    (event.kind === "state" && (event.reason === "user-close" || event.reason === "user-abort"));
}
