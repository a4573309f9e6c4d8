/**
 * What one end has sent, as it passed the point of capture: ranges with their copies, in the order of their numbers.
 *
 * @module
 */

/** Something that passed, once or several times. */
export interface SentRange {
  readonly seq: number;
  end: number;
  /** When its first copy passed, µs; and its last one. */
  readonly firstAt: number;
  lastAt: number;
  /** The frame of its last copy, and packets of its sender that had passed by then. */
  lastFrame: number;
  lastPackets: number;
  /** Copies that were sent: what the network or the capture has doubled does not count. */
  copies: number;
  /** Whether its first copy was overtaken: it may have been sent again before it passed. */
  readonly isLate: boolean;
  /** Copies that are no retransmissions: doubled ones. */
  doubles: number;
  /** Timestamp of the first copy and of the last one; 0 without the option. */
  readonly firstTimestamp: number;
  lastTimestamp: number;
  /** Identification of the IPv4 packet of the last copy; -1: none. */
  ipId: number;
  /** TTL or hop limit of the last copy. */
  hopLimit: number;
  /** What does not change when a packet is doubled: ACK, window, flags, octets of payload. */
  fingerprint: number;
  /** Whether a retransmission of it has been shown to have been spurious. */
  isProvedSpurious: boolean;
}

/** Ranges that are kept although they are acknowledged: for copies that come late. */
const MOST_ACKNOWLEDGED = 256;
/** Ranges that one segment repeats before they are joined: a device merges some fifty segments. */
const MOST_REPEATED = 128;
/** Ranges that are kept in all. */
const MOST_RANGES = 100_000;

/** The log of one end. */
export class SentLog {
  #ranges: SentRange[] = [];
  /** The first range that is not acknowledged. */
  #unacked = 0;

  /** Adds what had not passed before; mostly at the end. */
  add(range: SentRange): void {
    const ranges = this.#ranges;
    const last = ranges.at(-1);
    if (last === undefined || last.seq <= range.seq) ranges.push(range);
    else {
      const at = this.#firstAfter(range.seq);
      ranges.splice(at, 0, range);
      if (at < this.#unacked) this.#unacked++;
    }
    if (ranges.length > MOST_RANGES) this.#drop(ranges.length - MOST_RANGES / 2);
  }

  /** The first range that reaches into `seq` to `end`; null when none is remembered. */
  find(seq: number, end: number): SentRange | null {
    for (let i = Math.max(this.#firstAfter(seq) - 1, 0); i < this.#ranges.length; i++) {
      const range = this.#ranges[i] as SentRange;
      if (range.seq >= end) return null;
      if (range.end > seq) return range;
    }
    return null;
  }

  /** The ranges that reach into `seq` to `end`, which is sent again: of very many, those that lie inside become one. */
  within(seq: number, end: number): readonly SentRange[] {
    const ranges = this.#ranges;
    const first = Math.max(this.#firstAfter(seq) - 1, 0);
    let behind = first;
    while (behind < ranges.length && (ranges[behind] as SentRange).seq < end) behind++;
    if (behind - first > MOST_REPEATED) behind = this.#join(first + 1, behind - 1);
    return ranges.slice(first, behind).filter((range) => range.end > seq);
  }

  /** Makes one range of those from one place to before another. @returns the place after the range that was behind them */
  #join(from: number, to: number): number {
    const first = this.#ranges[from] as SentRange;
    for (const { end, copies } of this.#ranges.splice(from + 1, to - from - 1)) {
      first.end = Math.max(first.end, end);
      first.copies = Math.max(first.copies, copies);
    }
    if (this.#unacked > from) this.#unacked = Math.max(from, this.#unacked - (to - from - 1));
    return from + 2;
  }

  /** Makes two ranges of one that reaches over `at`: a copy may be cut otherwise than what it repeats. */
  cutAt(at: number): void {
    const index = this.#firstAfter(at) - 1;
    const range = this.#ranges[index];
    if (range === undefined || range.seq >= at || range.end <= at) return;
    this.#ranges.splice(index, 1, { ...range, end: at }, { ...range, seq: at });
    if (index < this.#unacked) this.#unacked++;
  }

  /** The first range that is not acknowledged in full; null: all are. */
  get oldest(): SentRange | null {
    return this.#ranges[this.#unacked] ?? null;
  }

  /**
   * Everything before `ack` has arrived.
   *
   * @returns the last range that is covered for the first time, or null; also where one of them was sent several times: what
   * lies behind it has waited for it (RFC 6298 3)
   */
  acknowledge(ack: number): SentRange | null {
    let last: SentRange | null = null;
    let isRepeated = false;
    while (this.#unacked < this.#ranges.length) {
      const range = this.#ranges[this.#unacked] as SentRange;
      if (range.end > ack) break;
      last = range;
      isRepeated ||= range.copies > 1;
      this.#unacked++;
    }
    if (this.#unacked > 2 * MOST_ACKNOWLEDGED) this.#drop(this.#unacked - MOST_ACKNOWLEDGED);
    return isRepeated ? null : last;
  }

  #drop(count: number): void {
    this.#ranges = this.#ranges.slice(count);
    this.#unacked = Math.max(this.#unacked - count, 0);
  }

  /** Index of the first range whose number is greater than `seq`. */
  #firstAfter(seq: number): number {
    const ranges = this.#ranges;
    let low = 0;
    let high = ranges.length;
    const last = ranges[high - 1];
    if (last !== undefined && last.seq <= seq) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ranges[middle] as SentRange).seq > seq) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
