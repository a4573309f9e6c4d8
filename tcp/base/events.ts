/**
 * What happened to a connection since its user last asked, as bits: the core calls nobody back.
 *
 * @module
 */

/** A set of {@link Event} bits. */
export type EventSet = number;

/** The bits that `takeEvents` returns. */
export const Event = {
  /** The handshake is complete. */
  established: 1 << 0,
  /** There is something to receive: octets, or the end of the stream. */
  readable: 1 << 1,
  /** The send buffer has room again. */
  writable: 1 << 2,
  /** Everything that was handed to `send` has been acknowledged. */
  allAcknowledged: 1 << 3,
  /** Our FIN has been acknowledged. */
  finAcknowledged: 1 << 4,
  /** The peer sent its FIN. */
  peerClosed: 1 << 5,
  /** The connection is in CLOSED; `failure` says whether that was in order. */
  closed: 1 << 6,
  /** Urgent data appeared, or its end moved on (RFC 9293 3.8.5, MUST-32). */
  urgent: 1 << 7,
  /** Retransmissions passed R1: delivery is in doubt (RFC 9293 3.8.3, SHLD-9). */
  deliveryInDoubt: 1 << 8,
  /** A soft error arrived, `softError` has it (RFC 9293 3.9.1.8, MUST-47). */
  softError: 1 << 9,
} as const;
