/**
 * A copy of a capture that is being read, as pcapng, with what is said of each packet as its comments: for Wireshark.
 *
 * @module
 */

import { readComments } from "./analysis/said.ts";
import type { CapturedPacket } from "./capture.ts";
import { BlockBuffer } from "./format/block_buffer.ts";
import { BlockType, OptionCode, PacketDirection } from "./format/pcapng.ts";
import type { ConnectionRecord, TraceEvent, TraceSink } from "../trace/record.ts";
import { stateChangeText, tell } from "../trace/told.ts";
import type { WriteOctets } from "./writer.ts";

const NANOSECOND_RESOLUTION = 9;
const WORD = 32n;
const WORD_BITS = 0xffff_ffffn;
/** Octets that are held back before they are written. */
const MOST_HELD = 1 << 18;

/** How the copy is made. */
export interface CopyOptions {
  /** Name and version of the program. */
  readonly program: string;
  /** Whether packets of which nothing is said are copied, too. */
  readonly all: boolean;
  /** Most octets of each packet; 0: all. */
  readonly snapLength: number;
}

/** Writes each packet once the next one comes: all has been said of it then. */
export class AnnotatedCopy implements TraceSink {
  readonly #write: WriteOctets;
  readonly #options: CopyOptions;
  readonly #blocks = new BlockBuffer();
  readonly #interfaces = new Map<string, number>();
  #pending: CapturedPacket | null = null;
  #comments: string[] = [];

  /** `write` takes the file piece by piece. */
  constructor(write: WriteOctets, options: CopyOptions) {
    this.#write = write;
    this.#options = options;
    this.#blocks.sectionHeader(this.#options.program);
  }

  /** The next packet, whose events come next. */
  packet(packet: CapturedPacket): void {
    this.#settle();
    this.#pending = packet;
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    for (const { sentence, rule } of tell(event, connection)) {
      this.#comments.push(rule === "" ? sentence : `${sentence} [${rule}]`);
    }
    if (event.kind === "state") this.#comments.push(stateChangeText(event, connection));
  }

  finish(): void {
    this.#settle();
    this.#flush();
  }

  #settle(): void {
    const packet = this.#pending;
    const comments = this.#comments;
    this.#pending = null;
    this.#comments = [];
    if (packet === null || (comments.length === 0 && !this.#options.all)) return;
    const which = this.#interfaceOf(packet);
    const { snapLength } = this.#options;
    const octets = snapLength === 0 ? packet.octets : packet.octets.subarray(0, snapLength);
    const blocks = this.#blocks;
    blocks.begin(BlockType.enhancedPacket);
    blocks.uint32(which);
    blocks.uint32(Number(packet.time >> WORD));
    blocks.uint32(Number(packet.time & WORD_BITS));
    blocks.uint32(octets.length);
    blocks.uint32(packet.originalLength);
    blocks.octets(octets);
    if (packet.direction !== null) {
      const direction = packet.direction === "sent" ? PacketDirection.outbound : PacketDirection.inbound;
      blocks.uint32Option(OptionCode.packetFlags, direction);
    }
    for (const comment of saidOf(packet, comments)) blocks.textOption(OptionCode.comment, comment);
    blocks.end(true);
    if (blocks.complete > MOST_HELD) this.#flush();
  }

  #interfaceOf({ linkType, interfaceName }: CapturedPacket): number {
    const key = `${linkType} ${interfaceName}`;
    const known = this.#interfaces.get(key);
    if (known !== undefined) return known;
    const blocks = this.#blocks;
    blocks.begin(BlockType.interfaceDescription);
    blocks.uint16(linkType);
    blocks.uint16(0);
    blocks.uint32(this.#options.snapLength);
    if (interfaceName !== "") blocks.textOption(OptionCode.interfaceName, interfaceName);
    blocks.octetsOption(OptionCode.interfaceTimestampResolution, Uint8Array.of(NANOSECOND_RESOLUTION));
    blocks.end(true);
    this.#interfaces.set(key, this.#interfaces.size);
    return this.#interfaces.size - 1;
  }

  #flush(): void {
    this.#write(this.#blocks.peek());
    this.#blocks.discard();
  }
}

/** Comments that a capture of ours has already say the same; those of others stay, with what is told. */
function saidOf({ comments }: CapturedPacket, told: readonly string[]): Iterable<string> {
  if (comments.length === 0) return told;
  const isOurs = readComments(comments, new Map()).statements.length > 0;
  return isOurs ? comments : new Set([...comments, ...told]);
}
