/**
 * Counting duplicate ACKs: three of them mean loss (RFC 5681 3.2), and without SACK each says that one more segment has
 * arrived somewhere beyond the hole.
 *
 * @module
 */

import type { AckSample } from "./ack_sample.ts";
import type { Scoreboard } from "./scoreboard.ts";

/** The duplicates since SND.UNA moved last. */
export class DupAcks {
  count = 0;
  /** Octets that duplicates without SACK stand for. */
  octets = 0;
  /** Octets that duplicates showed to be delivered and that {@link carryOver} has not handed on yet. */
  #delivered = 0;

  /**
   * With SACK a duplicate ACK is one with news (RFC 6675 2); without, one as in RFC 5681 2. One that moves SND.UNA as well is
   * the first of its number and counts for none, where RFC 6675 has it be the first duplicate: reports are counted by octets too.
   * `isRepairing`: a loss is being repaired, so that SND.UNA moves to the next hole only.
   */
  ackArrived(ack: AckSample, scoreboard: Scoreboard, isRepairing: boolean): void {
    if (ack.advanced) this.count = 0;
    else if (ack.selective ? ack.newlySacked > 0 : ack.isDuplicate) this.count++;
    if (ack.selective) return;
    if (ack.advanced) {
      const beyondFirst = Math.max(0, ack.ackedOctets - ack.mss);
      const counted = Math.min(this.octets, beyondFirst);
      // RFC 9937: what duplicates stood for is not delivered again.
      ack.deliveredOctets -= counted;
      this.octets = isRepairing ? this.octets - counted : 0;
    }
    const { records, octets } = scoreboard;
    const hole = scoreboard.isEmpty ? 0 : Math.max(octets.lost, records.length(records.first));
    // RFC 5681 3.2, step 4: more than what is out beyond the hole cannot have arrived, whatever the number of ACKs.
    const most = Math.max(0, octets.total - hole);
    const before = Math.min(this.octets, most);
    const isNews = !ack.advanced && ack.isDuplicate;
    this.octets = isNews ? Math.min(before + ack.mss, most) : before;
    ack.deliveredOctets += this.octets - before;
  }

  /** What duplicates showed to be delivered is delivered by the ACK that moves SND.UNA. */
  carryOver(ack: AckSample): void {
    if (ack.advanced) {
      ack.deliveredOctets += this.#delivered;
      this.#delivered = 0;
    } else this.#delivered += ack.deliveredOctets;
  }

  /** What duplicates stood for is forgotten: a phase is over. */
  forget(): void {
    this.octets = 0;
    this.#delivered = 0;
  }
}
