/**
 * What a host refuses whoever it is for, by its addresses.
 *
 * @module
 */

import { addressFromOctets, type IpAddress, isUnicast, octetsMatch } from "../base/address.ts";
import type { DropReason } from "../base/observer.ts";
import type { Segment } from "../base/segment.ts";

/** MUST-57, MUST-63: what never was meant for one host, or cannot be answered. `length`: octets of an address. */
export function refusalByAddress(
  segment: Segment,
  length: number,
  ours: readonly IpAddress[],
): DropReason | null {
  const source = addressFromOctets(
    segment.addresses.subarray(segment.sourceOffset, segment.sourceOffset + length),
  );
  if (!isUnicast(source) || segment.sourcePort === 0) return "invalid-source";
  const isOurs = ours.some((own) =>
    own.octets.length === length && octetsMatch(own, segment.addresses, segment.destinationOffset)
  );
  return isOurs ? null : "not-ours";
}
