/**
 * A capture as a sequence of packets, whatever file it came from.
 *
 * @module
 */

/** One packet of a capture. */
export interface CapturedPacket {
  /** Nanoseconds since 1970-01-01 UTC. */
  readonly time: bigint;
  /** LINKTYPE_ number of the interface. */
  readonly linkType: number;
  /** Name of the interface; empty when the file does not say. */
  readonly interfaceName: string;
  /** As the file says, seen from the host that captured; null when it does not. */
  readonly direction: "sent" | "arrived" | null;
  /** The octets that were kept; they lie in the file's. */
  readonly octets: Uint8Array;
  /** How many octets the packet had. */
  readonly originalLength: number;
  readonly comments: readonly string[];
}

/** A capture as read. */
export interface Capture {
  readonly packets: readonly CapturedPacket[];
  /** Comments that belong to no packet: those of our own captures' end. */
  readonly trailingComments: readonly string[];
  /** Whether the file ends in the middle of something, as it does when its writer was killed. */
  readonly isCut: boolean;
}
