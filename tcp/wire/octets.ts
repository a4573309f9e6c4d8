/**
 * Numbers in network order inside a `Uint8Array`.
 *
 * Octet by octet: a `DataView` would have to be kept for each array, and finding it costs more than these reads.
 * Offsets are the caller's to check beforehand; an octet past the end of the array reads as 0.
 *
 * @module
 */

/** The octet at `offset`. */
export function octetAt(octets: Uint8Array, offset: number): number {
  return octets[offset] as number;
}

/** The unsigned 16-bit number at `offset`. */
export function uint16At(octets: Uint8Array, offset: number): number {
  return (octets[offset] as number) << 8 | (octets[offset + 1] as number);
}

/** The 32-bit number at `offset`, as int32: how sequence numbers and timestamps are held. */
export function int32At(octets: Uint8Array, offset: number): number {
  return (octets[offset] as number) << 24 | (octets[offset + 1] as number) << 16 |
    (octets[offset + 2] as number) << 8 | (octets[offset + 3] as number);
}

/** Writes the low 16 bits of `value` at `offset`. */
export function putUint16(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value >>> 8;
  octets[offset + 1] = value;
}

/** Writes the low 32 bits of `value` at `offset`. */
export function putInt32(octets: Uint8Array, offset: number, value: number): void {
  octets[offset] = value >>> 24;
  octets[offset + 1] = value >>> 16;
  octets[offset + 2] = value >>> 8;
  octets[offset + 3] = value;
}
