/**
 * What the driver wants of whatever carries packets: a raw socket, a packet socket, a pipe in a test.
 *
 * @module
 */

/** What became of a packet that was to be sent. */
export type SendOutcome =
  /** The device has it. */
  | "sent"
  /** No room now; try again when the device is writable. */
  | "full"
  /** Longer than the device's MTU. */
  | "too long"
  /** The network says that the destination cannot be reached now. */
  | "unreachable";

/** Carries whole IP packets, never blocks. The buffers belong to the device. */
export interface PacketDevice extends Disposable {
  /** For `poll`. May change. */
  readonly descriptor: number;
  /** Octets of the longest IP packet that it takes. */
  readonly mtu: number;
  /** Where `receive` puts the packet, from `inboundOffset` on, until the next call. May be another one each time. */
  readonly inbound: Uint8Array;
  /** @default 0 */
  readonly inboundOffset?: number;
  /** Octets of the next packet, now in `inbound`; 0 when none waits. */
  receive(): number;
  /** Where the caller builds the packet to send, from offset 0. */
  readonly outbound: Uint8Array;
  /** Sends the first `length` octets of `outbound`. */
  send(length: number): SendOutcome;
  /** Takes segments with text as the core lends them. May come and go. @default null, nobody does */
  readonly gathering?: SegmentGatherer | null;
  /** Sends many packets at once. @default null, one after another */
  readonly batch?: PacketBatch | null;
  /** For `poll`, where room for sending is seen elsewhere than arrivals. May change. @default `descriptor` */
  readonly outboundDescriptor?: number;
  /** What the device knows of the TCP checksum of the packet received last. @default "unknown" */
  readonly inboundChecksum?: "verified" | "unfinished" | "unknown";
  /** Payload octets of each segment that was merged into the packet received last. @default 0, it is one segment */
  readonly inboundSegmentSize?: number;
}

/** Packets that leave with one call, each of headers that the caller builds and of payload that lies elsewhere. */
export interface PacketBatch {
  /** Packets that it takes. */
  readonly capacity: number;
  /** Where the headers are built: those of packet `index` from `headersOffset(index)` on. */
  readonly headers: Uint8Array;
  /** What became of the first packet that did not go, after a `send` of none. */
  readonly refusal: SendOutcome;
  headersOffset(index: number): number;
  /** Makes a packet; the payload, in one part or two as `SegmentGatherer` has it, is read when it is sent. */
  put(
    index: number,
    headersLength: number,
    payload: Uint8Array,
    offset: number,
    firstPartLength: number,
    length: number,
  ): void;
  /** Sends packets in order. @returns how many went; 0: see `refusal` */
  send(from: number, count: number): number;
}

/** Sends segments whose payload it reads where it lies, and which it cuts and checksums itself. */
export interface SegmentGatherer {
  /** Where the caller builds the IP and TCP headers, from offset 0, with the pseudo-header's sum for a checksum. */
  readonly outbound: Uint8Array;
  /**
   * Sends a segment.
   *
   * @param headersLength octets of headers in `outbound`
   * @param payload holds `length` octets of it: `firstPartLength` from `offset` on, the rest from its start on
   * @param segmentSize payload octets of each segment on the wire; 0: this is one already
   */
  sendGathered(
    headersLength: number,
    payload: Uint8Array,
    offset: number,
    firstPartLength: number,
    length: number,
    segmentSize: number,
  ): SendOutcome;
}
