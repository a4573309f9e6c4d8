/**
 * Packets without data of one end that have passed of late: routers pass them on, and a capture on both sides of one has them
 * twice, the second time later and with a smaller TTL.
 *
 * @module
 */

import type { SegmentRecord } from "../../trace/record.ts";
import type { Passing } from "./verdict.ts";

/** Packets that are remembered. */
const MOST = 256;
/** Of an IPv4 packet. */
const IDENTIFICATIONS = 0x1_0000;

/** A packet that has passed. */
export interface Bare {
  readonly at: number;
  readonly frame: number;
  readonly hopLimit: number;
}

/** Whether a segment is no more than an acknowledgment, a RST, or a probe. */
function isBare({ seq, end, length }: SegmentRecord): boolean {
  return end - seq <= 1 && length === end - seq;
}

/** Remembers them. */
export class BarePackets {
  readonly #known = new Map<number, Bare>();

  /** The packet of which this one is the same, passed on by routers since; null: there is none. */
  before(passing: Passing): Bare | null {
    const { segment, ipId } = passing;
    if (!isBare(segment) || ipId <= 0 && segment.timestampValue === 0) return null;
    const known = this.#known.get(keyOf(passing));
    return known !== undefined && segment.hopLimit < known.hopLimit ? known : null;
  }

  /** A packet has passed for the first time. */
  passed(passing: Passing): void {
    const { segment, time, frame } = passing;
    if (!isBare(segment)) return;
    const { hopLimit } = segment;
    this.#known.set(keyOf(passing), { at: time, frame, hopLimit });
    if (this.#known.size <= MOST) return;
    for (const oldest of this.#known.keys()) return void this.#known.delete(oldest);
  }
}

function keyOf({ fingerprint, ipId }: Passing): number {
  return fingerprint * IDENTIFICATIONS + Math.max(ipId, 0);
}
