/**
 * What is known of each record of what is in flight: the marks of the scoreboard (RFC 6675 3).
 *
 * @module
 */

/** The bits of a record. */
export const Mark = {
  /** The peer reported it by SACK. */
  sacked: 1 << 0,
  /** It counts as lost. */
  lost: 1 << 1,
  /** A retransmission of it is thought to be in the network. */
  resent: 1 << 2,
  /** It was retransmitted at some time: its acknowledgement is ambiguous (Karn). */
  everResent: 1 << 3,
  /** It carried PSH, and carries it again when it is sent again. */
  push: 1 << 4,
  /** Its last octet of sequence space is our FIN. */
  fin: 1 << 5,
  /** How often SACK blocks have cut it inside a segment: a number of two bits, this is its lowest. */
  cut: 1 << 6,
} as const;

/** Whether the marks say: lost, and not yet sent again. */
export function isWaiting(marks: number): boolean {
  return (marks & (Mark.lost | Mark.resent | Mark.sacked)) === Mark.lost;
}

/** Whether the marks say: perhaps in the network; not delivered, nor waiting to be sent again. */
export function mayArrive(marks: number): boolean {
  return (marks & Mark.sacked) === 0 && (marks & (Mark.lost | Mark.resent)) !== Mark.lost;
}
