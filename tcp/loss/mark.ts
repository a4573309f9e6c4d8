/**
 * What is known of each record of what is in flight: the marks of the scoreboard (RFC 6675 3), and sums by them.
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

/** Whether the marks say: sent once, and nothing is known of it since. */
export function isUndisturbed(marks: number): boolean {
  return (marks & (Mark.sacked | Mark.lost | Mark.resent | Mark.everResent)) === 0;
}

/** Amounts by what is known of them: octets, or wire segments. */
export class Tally {
  total = 0;
  sacked = 0;
  lost = 0;
  resent = 0;

  /** `pipe` of RFC 6675 4: what is thought to be in the network. */
  get pipe(): number {
    return this.total - this.sacked - this.lost + this.resent;
  }

  /** Counts an amount with the given marks; a negative one takes it out. */
  add(amount: number, marks: number): void {
    this.total += amount;
    if ((marks & Mark.sacked) !== 0) this.sacked += amount;
    if ((marks & Mark.lost) !== 0) this.lost += amount;
    if ((marks & Mark.resent) !== 0) this.resent += amount;
  }

  /** The marks of an amount change. */
  change(amount: number, before: number, after: number): void {
    this.add(-amount, before);
    this.add(amount, after);
  }

  clear(): void {
    this.total =
      this.sacked =
      this.lost =
      this.resent =
        0;
  }
}
