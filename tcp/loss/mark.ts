/**
 * What is known of each record of what is in flight: the marks of the scoreboard (RFC 6675 3).
 *
 * @module
 */

/** The bits of a record. */
export const Mark = {
  /** The peer reported it by SACK. */
  sacked: 1 << 0,
  /** Presumed lost. */
  lost: 1 << 1,
  /** A retransmission of it is thought to be in the network. */
  resent: 1 << 2,
  /** It was retransmitted at some time: its acknowledgement is ambiguous (Karn). */
  everResent: 1 << 3,
  /** It carried PSH, and carries it again when it is sent again. */
  push: 1 << 4,
  /** Its last octet of sequence space is our FIN. */
  fin: 1 << 5,
} as const;
