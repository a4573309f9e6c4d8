/**
 * The way from one core to another in one memory: segments handed over, or through real packets.
 *
 * @module
 */

import { decodePacket, encodePacket, type Instant, Segment, sumInMemory } from "../../../tcp/mod.ts";

/** A core's network side, as far as it is needed here. */
export interface Side {
  segmentArrives(segment: Segment, now: Instant): void;
  transmit(out: Segment, now: Instant): boolean;
}

/** Octets of the longest packet. */
const LONGEST_PACKET = 65_535;

/** Carries what one side sends to the other. */
export class Wire {
  /** What has gone by, and how much of it with text. */
  segments = 0;
  withText = 0;
  readonly #coded: boolean;
  readonly #out = new Segment();
  readonly #in = new Segment();
  /** As a packet ring has it: in memory in which checksums are quick. */
  readonly #packet = packetMemory();
  /** For a payload that lies in two parts in the ring that lends it. */
  readonly #joined = new Uint8Array(LONGEST_PACKET);

  /** @param coded whether segments become packets on the way, with checksums, and are read from them */
  constructor(coded: boolean) {
    this.#coded = coded;
  }

  /** Carries all that is due. */
  carry(from: Side, to: Side, now: Instant): void {
    const out = this.#out;
    while (from.transmit(out, now)) {
      this.segments++;
      if (out.payload.length > 0) this.withText++;
      if (this.#coded) this.#code(out);
      else this.#copy(out);
      to.segmentArrives(this.#in, now);
    }
  }

  #code(out: Segment): void {
    const length = encodePacket(out, this.#packet);
    const refusal = decodePacket(this.#packet, length, this.#in, "strict");
    if (refusal !== null) throw new Error(`A packet of ours is refused: ${refusal}`);
  }

  /** As a device would hand it over: with addresses and payload where they lie. */
  #copy(out: Segment): void {
    const arrived = this.#in;
    arrived.family = out.family;
    arrived.addresses = out.addresses;
    arrived.sourceOffset = out.sourceOffset;
    arrived.destinationOffset = out.destinationOffset;
    arrived.sourcePort = out.sourcePort;
    arrived.destinationPort = out.destinationPort;
    arrived.ecn = out.ecn;
    arrived.seq = out.seq;
    arrived.ack = out.ack;
    arrived.flags = out.flags;
    arrived.window = out.window;
    arrived.options = out.options;
    arrived.maximumSegmentSize = out.maximumSegmentSize;
    arrived.windowScale = out.windowScale;
    arrived.timestampValue = out.timestampValue;
    arrived.timestampEcho = out.timestampEcho;
    arrived.sackBlockCount = out.sackBlockCount;
    arrived.sackEdges.set(out.sackEdges);
    if (out.payload.firstPartLength === out.payload.length) {
      arrived.payload.setPart(out.payload, 0, out.payload.length);
    } else {
      out.payload.copyTo(this.#joined, 0);
      arrived.payload.set(this.#joined, 0, out.payload.length);
    }
  }
}

function packetMemory(): Uint8Array {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  sumInMemory(memory);
  return new Uint8Array(memory.buffer);
}

/** Memory in use, octets: of the heap, and of buffers outside it. */
export interface Memory {
  readonly heap: number;
  readonly buffers: number;
}

/** Memory in use after garbage was collected. */
export function memoryNow(): Memory {
  const collect = (globalThis as { gc?: () => void }).gc;
  if (collect === undefined) throw new Error("There is no gc(): give --v8-flags=--expose-gc");
  for (let i = 0; i < COLLECTIONS; i++) collect();
  const { heapUsed, external } = Deno.memoryUsage();
  return { heap: heapUsed, buffers: external };
}

/** One leaves what finalizers still hold. */
const COLLECTIONS = 3;
