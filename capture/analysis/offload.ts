/**
 * Checksums that a device was to fill in, or that were not computed anew when addresses were replaced: packets of an end whose
 * checksums are wrong, and that the other end acknowledges.
 *
 * @module
 */

import type { SegmentRecord } from "../../trace/record.ts";
import type { Soundness } from "./segment_finder.ts";

/** Segments with wrong checksums that are remembered, of each end. */
const MOST_SUSPECTS = 64;

/** Segments of an end of which none is sound, and none can have been dropped where the end goes on. */
const ENOUGH_WRONG = 3;

/** Where a segment stands in its connection. */
type Place = Pick<SegmentRecord, "seq" | "end" | "ack">;

/** A segment that was not believed. */
interface Suspect extends Place {
  readonly flow: object;
}

/** What is known of one end, by its address. */
interface Suspicion {
  /** Wrong segments that nobody has acknowledged yet. */
  suspects: Suspect[];
  /** How many segments were wrong; and whether any has been right. */
  wrong: number;
  hasSound: boolean;
  isOffloading: boolean;
  hasToldTcp: boolean;
  hasToldIp: boolean;
}

/** Learns whose checksums say nothing. */
export class Offload {
  readonly #ends = new Map<string, Suspicion>();

  /** `known`: addresses of ends whose checksums say nothing, as a first reading has shown. */
  constructor(known: Iterable<string> = []) {
    for (const address of known) this.#of(address).isOffloading = true;
  }

  /** Addresses of ends whose checksums say nothing. */
  get addresses(): readonly string[] {
    return [...this.#ends].filter(([, { isOffloading }]) => isOffloading).map(([address]) => address);
  }

  /** Whether to believe a segment of `address`; nobody puts a 0 there but for a device (RFC 9293 3.1). */
  believes(address: string, soundness: Soundness): boolean {
    return soundness === "good" || soundness === "unchecked" || soundness === "zero" ||
      this.#ends.get(address)?.isOffloading === true;
  }

  /**
   * Takes in what a segment's checksum says of the end that sent it, and its ACK of the other: the ends are known by their
   * addresses. @returns whether to believe the segment
   */
  judge(soundness: Soundness, segment: Place, flow: object, sender: string, receiver: string): boolean {
    if (soundness === "good") this.#sound(sender, flow, segment);
    const isBelieved = this.believes(sender, soundness);
    if (!isBelieved) this.#suspect(sender, flow, segment);
    // Of an end of which nothing is sound, what is wrong acknowledges as well.
    const acknowledges = isBelieved || this.#ends.get(sender)?.hasSound !== true;
    if (segment.ack !== null && acknowledges) this.#acknowledged(receiver, flow, segment.ack);
    return isBelieved;
  }

  /** Whether it is to be told now, for the first time, that a layer's checksum is not filled in. */
  tells(address: string, layer: "TCP" | "IPv4"): boolean {
    const suspicion = this.#of(address);
    const hasTold = layer === "TCP" ? suspicion.hasToldTcp : suspicion.hasToldIp;
    if (layer === "TCP") suspicion.hasToldTcp = true;
    else suspicion.hasToldIp = true;
    return !hasTold;
  }

  /** A segment was not believed. */
  #suspect(address: string, flow: object, { seq, end, ack }: Place): void {
    const suspicion = this.#of(address);
    const { suspects } = suspicion;
    suspicion.wrong++;
    // Whoever goes on although none of its segments is sound has been heard all the same.
    const isAfter = (one: Suspect): boolean =>
      one.flow === flow && (one.seq < seq || (one.ack ?? Infinity) < (ack ?? 0));
    if (!suspicion.hasSound && suspicion.wrong >= ENOUGH_WRONG && suspects.some(isAfter)) {
      suspicion.isOffloading = true;
    }
    suspects.push({ flow, seq, end, ack });
    if (suspects.length > MOST_SUSPECTS) suspects.shift();
  }

  /** A segment with the right checksum: if it repeats what was wrong before, that has been dropped. */
  #sound(address: string, flow: object, { seq, end }: Place): void {
    const suspicion = this.#of(address);
    suspicion.hasSound = true;
    if (suspicion.suspects.length === 0) return;
    suspicion.suspects = suspicion.suspects.filter((one) =>
      one.flow !== flow || one.end <= seq || one.seq >= end
    );
  }

  /** The other end of `address` has acknowledged everything before `ack`, of which no sound copy has passed. */
  #acknowledged(address: string, flow: object, ack: number): void {
    const suspicion = this.#ends.get(address);
    if (suspicion === undefined || suspicion.isOffloading) return;
    suspicion.isOffloading = suspicion.suspects.some((one) =>
      one.flow === flow && one.end > one.seq && one.end <= ack
    );
  }

  #of(address: string): Suspicion {
    let suspicion = this.#ends.get(address);
    if (suspicion === undefined) {
      suspicion = {
        suspects: [],
        wrong: 0,
        hasSound: false,
        isOffloading: false,
        hasToldTcp: false,
        hasToldIp: false,
      };
      this.#ends.set(address, suspicion);
    }
    return suspicion;
  }
}
