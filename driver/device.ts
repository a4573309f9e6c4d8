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

/** Carries whole IP packets, never blocks. Both buffers belong to the device and live as long as it does. */
export interface PacketDevice extends Disposable {
  /** For `poll`. */
  readonly descriptor: number;
  /** Octets of the longest IP packet that it takes. */
  readonly mtu: number;
  /** Where `receive` puts the packet, from offset 0. */
  readonly inbound: Uint8Array;
  /** Octets of the next packet, now in `inbound`; 0 when none waits. */
  receive(): number;
  /** Where the caller builds the packet to send, from offset 0. */
  readonly outbound: Uint8Array;
  /** Sends the first `length` octets of `outbound`. */
  send(length: number): SendOutcome;
}
