/**
 * The RSTs for segments that belong to no connection (RFC 9293 3.10.7.1): few are kept, and none has a connection.
 *
 * @module
 */

import {
  addressFromOctets,
  type Endpoint,
  type IpAddress,
  joinAddresses,
  octetsMatch,
} from "../base/address.ts";
import { resetFor } from "../connection/closing.ts";
import { Flag, type Segment } from "../base/segment.ts";
import { type SeqNumber, seqNumber } from "../base/seq.ts";

/** RSTs that may wait to be sent; more are not worth the memory. */
const MAX_PENDING_RESETS = 64;

interface StrayReset {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly seq: SeqNumber;
  readonly ack: SeqNumber | null;
}

/**
 * The two ends of a segment that arrived; `length`: octets of an address. An address that is among `known` is taken itself, so
 * that many connections have one in memory.
 */
export function endpointsOf(
  segment: Segment,
  length: number,
  known: readonly IpAddress[] = [],
): { local: Endpoint; remote: Endpoint } {
  const { family, addresses, destinationOffset } = segment;
  const at = (offset: number): IpAddress =>
    known.find((address) => address.family === family && octetsMatch(address, addresses, offset)) ??
      addressFromOctets(addresses.subarray(offset, offset + length));
  return {
    local: { address: at(destinationOffset), port: segment.destinationPort },
    remote: { address: at(segment.sourceOffset), port: segment.sourcePort },
  };
}

/** Makes of `out` an empty segment between two ends that no connection is between. */
export function beginStray(out: Segment, local: Endpoint, remote: Endpoint): void {
  out.clear();
  out.family = local.address.family;
  out.addresses = joinAddresses(local.address, remote.address);
  out.sourceOffset = 0;
  out.destinationOffset = local.address.octets.length;
  out.sourcePort = local.port;
  out.destinationPort = remote.port;
}

/** RSTs that wait to be sent. */
export class StrayResets {
  readonly #waiting: StrayReset[] = [];

  /** Answers a segment, unless it is a RST itself or too many wait already; `length`: octets of an address. */
  answer(segment: Segment, length: number): void {
    if (segment.has(Flag.rst) || this.#waiting.length >= MAX_PENDING_RESETS) return;
    const { seq, ack } = resetFor(segment, "reset-no-connection");
    this.#waiting.push({ ...endpointsOf(segment, length), seq, ack });
  }

  /** Fills `out` with the oldest. @returns false when none waits */
  transmit(out: Segment, hopLimit: number, dscp: number): boolean {
    // Nearly always none: asked before each segment of the host, an empty array's `shift` would cost as much as some steps of it.
    if (this.#waiting.length === 0) return false;
    const reset = this.#waiting.shift() as StrayReset;
    beginStray(out, reset.local, reset.remote);
    out.hopLimit = hopLimit;
    out.dscp = dscp;
    out.flags = reset.ack === null ? Flag.rst : Flag.rst | Flag.ack;
    out.seq = reset.seq;
    out.ack = reset.ack ?? seqNumber(0);
    return true;
  }
}
