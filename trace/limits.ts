/**
 * What a sender waited for, in shares of the time in which it had data under way or to send: its application, the receiver's
 * window, or the congestion window and the path (after Web100's triage).
 *
 * Each gap between two segments of data is put down to what the earlier one shows: it filled the window as the sender knew
 * it; it was not full, so there was nothing more to send; or it was full, and the next had to wait for ACKs. A gap before
 * something is sent again is the path's. A gap that goes on after everything was acknowledged is the application's from there
 * on, and while the receiver's window is closed it is the window's. Far from the sender nobody sees what waits before a narrow
 * link: there the application is only made out by a segment that is not full, or by a pause in the steady pace of data.
 *
 * @module
 */

/** What a sender may wait for. */
export const LIMITS = ["application", "window", "path"] as const;

/** What a sender waits for. */
export type Limit = typeof LIMITS[number];

/** From when to when, µs, a sender waited for what. */
export type WaitingSpan = readonly [from: number, to: number, limit: Limit];

/** A segment of data as it passes, with what is known of its sender then. */
export interface PassingData {
  readonly seq: number;
  readonly end: number;
  readonly at: number;
  /** Whether nothing of it has been sent before. */
  readonly isNew: boolean;
  readonly una: number;
  readonly isRecovering: boolean;
  /** Octets of a full segment. */
  readonly largest: number;
  /** Whether the receiver's window is known. */
  readonly windowIsKnown: boolean;
  /** Whether the sender is not here: what waits there to leave is not seen. */
  readonly isFar: boolean;
  /** What it takes an ACK to get from here to the sender, and the sender's next segment to get here, µs. */
  readonly lag: number;
}

/** From when on the receiver's window ended where. */
type Edge = readonly [at: number, edge: number];

/** Spans that are told one by one; of more, neighbours are joined. */
const MOST_SPANS = 2_000;
/** Edges of the window that are remembered: those of the last round trip count. */
const MOST_EDGES = 4_096;
/** Segments by which the pace of data is measured, and how much slower than that the next may come. */
const PACED = 16;
const PACE_TOLERANCE = 2;
/** What of the least round trip the sender has at least needed to react. */
const CERTAINLY = 0.8;

/** Adds up one end's waiting. */
export class Limits {
  /** µs by reason. */
  readonly time: Record<Limit, number> = { application: 0, window: 0, path: 0 };
  #spans: WaitingSpan[] = [];
  /** The largest flight that the sender can have had, octets; and the largest window. */
  largestFlight = 0;
  largestWindow = 0;
  #last: { readonly at: number; readonly end: number; readonly reason: Limit; readonly lag: number } | null =
    null;
  /** When the receiver's edge moved, and where to; the first so many are no longer needed. */
  #edges: Edge[] = [];
  /** When the window was closed, -1: it is open; and for how long it was so since the last segment. */
  #closedAt = -1;
  #closedFor = 0;
  /** When data passed of late, and up to which octet they went then; the oldest of these stands at `#oldest`. */
  readonly #pacedAt: number[] = [];
  readonly #pacedTo: number[] = [];
  #oldest = 0;
  /** When all that had been sent was acknowledged; Infinity while something is not. */
  #idleSince = Infinity;

  /** µs in all. */
  get total(): number {
    return this.time.application + this.time.window + this.time.path;
  }

  /** The spans one after the other; where they were many, each stands for the longest of those that it joins. */
  get spans(): readonly WaitingSpan[] {
    return this.#spans;
  }

  /** The receiver acknowledges everything before `ack`, and its window ends at `edge`. */
  acknowledged(ack: number, edge: number, window: number, at: number): void {
    const last = this.#edges.at(-1);
    if (last === undefined || last[1] !== edge) this.#edges.push([at, edge]);
    if (this.#edges.length > MOST_EDGES) this.#edges = this.#edges.slice(MOST_EDGES / 2);
    this.largestWindow = Math.max(this.largestWindow, window);
    if (window === 0 && this.#closedAt < 0) this.#closedAt = at;
    else if (window > 0 && this.#closedAt >= 0) {
      this.#closedFor += at - this.#closedAt;
      this.#closedAt = -1;
    }
    if (this.#last !== null && ack >= this.#last.end && this.#idleSince === Infinity) this.#idleSince = at;
  }

  /** A segment of data passes. */
  passed({ seq, end, at, isNew, una, isRecovering, largest, windowIsKnown, isFar, lag }: PassingData): void {
    const before = this.#last;
    if (before !== null && isNew) {
      const due = isFar ? this.#paceOf(end - before.end) : 0;
      this.#attribute(before.at, before.reason, at, Math.max(this.#idleSince + lag, before.at + due));
      // What is sent again was waited for since it got lost, whatever the program had to send meanwhile.
    } else if (before !== null) this.#attribute(before.at, "path", at, Infinity);
    if (isFar) this.#notePace(at, Math.max(end, before?.end ?? end));
    const known = this.#edgeAt(at - lag * CERTAINLY);
    this.largestFlight = Math.max(this.largestFlight, end - Math.min(una, seq));
    const isFull = (end - seq) % largest === 0; // what offloading has joined, too
    // What is shorter than it could have been says that there was nothing more to send, however small the window is.
    const fillsWindow = windowIsKnown && known - end < largest && (known === end || isFull && known > end);
    const reason = !isNew || isRecovering ? "path" : fillsWindow ? "window" : isFull ? "path" : "application";
    this.#last = { at, end: Math.max(end, before?.end ?? end), reason, lag };
    this.#idleSince = Infinity;
  }

  /** What it waits for at this moment; null: it has sent nothing yet. */
  present(now: number): Limit | null {
    if (this.#last === null) return null;
    if (this.#closedAt >= 0) return "window";
    const isIdle = this.#last.reason !== "window" && now > this.#idleSince + this.#last.lag;
    return isIdle ? "application" : this.#last.reason;
  }

  /** µs that so many octets take at most, as data have come of late; 0: nobody knows. */
  #paceOf(octets: number): number {
    const count = this.#pacedAt.length;
    const first = this.#oldest;
    const last = (first + count - 1) % count;
    const passed = this.#pacedTo[last]! - this.#pacedTo[first]!;
    if (!(passed > 0)) return 0;
    return PACE_TOLERANCE * octets * (this.#pacedAt[last]! - this.#pacedAt[first]!) / passed;
  }

  #notePace(at: number, end: number): void {
    const count = this.#pacedAt.length;
    const place = count < PACED ? count : this.#oldest;
    this.#pacedAt[place] = at;
    this.#pacedTo[place] = end;
    if (count === PACED) this.#oldest = (place + 1) % PACED;
  }

  /** `idleFrom`: when the sender has waited for nothing but its application at the latest. */
  #attribute(from: number, reason: Limit, to: number, idleFrom: number): void {
    if (this.#closedAt >= 0) { // a probe, or what crossed the ACK that closed it
      this.#closedFor += to - this.#closedAt;
      this.#closedAt = to;
    }
    const closedFor = Math.min(this.#closedFor, to - from);
    this.#closedFor = 0;
    const open = to - closedFor;
    const busy = reason === "window" ? open : Math.min(Math.max(idleFrom, from), open);
    this.#waited(from, busy, reason);
    this.#waited(busy, open, "application");
    this.#waited(open, to, "window");
  }

  #waited(from: number, to: number, limit: Limit): void {
    if (to <= from) return;
    this.time[limit] += to - from;
    const last = this.#spans.at(-1);
    if (last !== undefined && last[2] === limit && last[1] === from) {
      this.#spans[this.#spans.length - 1] = [last[0], to, limit];
    } else this.#spans.push([from, to, limit]);
    if (this.#spans.length > MOST_SPANS) this.#spans = joined(this.#spans);
  }

  #edgeAt(moment: number): number {
    let low = 0;
    let high = this.#edges.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#edges[middle] as Edge)[0] > moment) high = middle - 1;
      else low = middle;
    }
    return this.#edges[low]?.[1] ?? Infinity;
  }
}

/** Half as many spans, each of two neighbours. */
function joined(spans: readonly WaitingSpan[]): WaitingSpan[] {
  const halved: WaitingSpan[] = [];
  for (let i = 0; i < spans.length; i += 2) {
    const one = spans[i] as WaitingSpan;
    const other = spans[i + 1] ?? one;
    halved.push([one[0], other[1], one[1] - one[0] >= other[1] - other[0] ? one[2] : other[2]]);
  }
  return halved;
}
