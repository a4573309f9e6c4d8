/**
 * Checksums that a device was to fill in: packets of an end whose checksums are wrong, and that the other end acknowledges.
 *
 * @module
 */

import type { Soundness } from "./segment_finder.ts";

/** Segments with wrong checksums that are remembered, of each end. */
const MOST_SUSPECTS = 64;

/** What is known of one end, by its address. */
interface Suspicion {
  /** Numbers after wrong segments that nobody has acknowledged yet, by the connection that they belong to. */
  readonly ends: { readonly flow: object; readonly end: number }[];
  isOffloading: boolean;
  hasToldTcp: boolean;
  hasToldIp: boolean;
}

/** Learns which ends leave their checksums to a device. */
export class Offload {
  readonly #ends = new Map<string, Suspicion>();

  /** `known`: addresses of ends that do, as a first reading has shown. */
  constructor(known: Iterable<string> = []) {
    for (const address of known) this.#of(address).isOffloading = true;
  }

  /** Addresses of ends that are known to do. */
  get addresses(): readonly string[] {
    return [...this.#ends].filter(([, { isOffloading }]) => isOffloading).map(([address]) => address);
  }

  /** Whether to believe a segment of `address`; nobody puts a 0 there but for a device (RFC 9293 3.1). */
  believes(address: string, soundness: Soundness): boolean {
    return soundness === "good" || soundness === "unchecked" || soundness === "zero" ||
      this.#ends.get(address)?.isOffloading === true;
  }

  /** A segment was not believed. */
  suspect(address: string, flow: object, end: number): void {
    const { ends } = this.#of(address);
    ends.push({ flow, end });
    if (ends.length > MOST_SUSPECTS) ends.shift();
  }

  /** The other end of `address` has acknowledged everything before `ack`, of which no sound copy has passed. */
  acknowledged(address: string, flow: object, ack: number): void {
    const suspicion = this.#ends.get(address);
    if (suspicion === undefined || suspicion.isOffloading) return;
    suspicion.isOffloading = suspicion.ends.some((one) => one.flow === flow && one.end <= ack);
  }

  /** Whether it is to be told now, for the first time, that a layer's checksum is not filled in. */
  tells(address: string, layer: "TCP" | "IPv4"): boolean {
    const suspicion = this.#of(address);
    const hasTold = layer === "TCP" ? suspicion.hasToldTcp : suspicion.hasToldIp;
    if (layer === "TCP") suspicion.hasToldTcp = true;
    else suspicion.hasToldIp = true;
    return !hasTold;
  }

  #of(address: string): Suspicion {
    let suspicion = this.#ends.get(address);
    if (suspicion === undefined) {
      suspicion = { ends: [], isOffloading: false, hasToldTcp: false, hasToldIp: false };
      this.#ends.set(address, suspicion);
    }
    return suspicion;
  }
}
