/**
 * A capture as a sequence of packets, whatever file it came from.
 *
 * @module
 */

/** One packet of a capture. */
export interface CapturedPacket {
  /** Nanoseconds since 1970-01-01 UTC; without a time of its own, that of the packet before. */
  readonly time: bigint;
  /** The file gives it no time, or one that no calendar has; absent: it has one. */
  readonly isUntimed?: true;
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
  /** As the file has them. */
  readonly comments: readonly string[];
  /** Why the file does not give it, as it is counted; absent: it does. */
  readonly unread?: string;
  /** Its number in the file; absent: the packets come in that order. */
  readonly frame?: number;
}

/** Takes packets one by one, in the order of the file. */
export type TakePacket = (packet: CapturedPacket) => void;

/** A file format that is read while it comes. */
export interface FormatReader {
  /**
   * Hands on the packets that are complete in `octets`; those borrow them.
   *
   * @returns octets used, from the front; the rest comes again with more behind it
   */
  read(octets: Uint8Array): number;
  /** Whether the format is broken from here on, so that nothing that follows can be read. */
  readonly isBroken: boolean;
  /** How many octets `read` needs, from the first unused one on, before it can go on; 0: not known. */
  readonly wanted: number;
  /** Packets without a time, or with one that no calendar has, so far. */
  readonly untimed: number;
  /** Comments that belong to no packet. */
  readonly trailingComments: readonly string[];
}
