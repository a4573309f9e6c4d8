/**
 * What a sender waited for, in shares of the time in which it had data under way or to send: its application, the receiver's
 * window, or the congestion window and the path (after Web100's triage).
 *
 * Each gap between two segments of data is put down to what the earlier one shows: it filled the window as the sender knew
 * it; it was not full, so there was nothing more to send; or it was full, and the next had to wait for ACKs. A gap that goes
 * on after everything was acknowledged is the application's from there on.
 *
 * @module
 */

/** What a sender waits for. */
export type Limit = "application" | "window" | "path";

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
  /** Whether the receiver's window can be told. */
  readonly windowIsKnown: boolean;
  /** What it takes an ACK to get from here to the sender, and the sender's next segment to get here, µs. */
  readonly lag: number;
}

/** Edges of the window that are remembered: those of the last round trip count. */
const MOST_EDGES = 4_096;
/** What of the least round trip the sender has at least needed to react. */
const CERTAINLY = 0.8;

/** Adds up one end's waiting. */
export class Limits {
  /** µs by reason. */
  readonly time: Record<Limit, number> = { application: 0, window: 0, path: 0 };
  /** The largest flight that the sender can have had, octets; and the largest window. */
  largestFlight = 0;
  largestWindow = 0;
  #last: { readonly at: number; readonly end: number; readonly reason: Limit } | null = null;
  /** When the receiver's edge moved, and where to; the first so many are no longer needed. */
  #edges: [at: number, edge: number][] = [];
  /** When the window was closed, -1: it is open; and for how long it was so since the last segment. */
  #closedAt = -1;
  #closedFor = 0;
  /** When all that had been sent was acknowledged; Infinity while something is not. */
  #idleSince = Infinity;

  /** µs in all. */
  get total(): number {
    return this.time.application + this.time.window + this.time.path;
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
  passed({ seq, end, at, isNew, una, isRecovering, largest, windowIsKnown, lag }: PassingData): void {
    const before = this.#last;
    if (before !== null) this.#attribute(before.at, before.reason, at, lag);
    const known = this.#edgeAt(at - lag * CERTAINLY);
    this.largestFlight = Math.max(this.largestFlight, end - Math.min(una, seq));
    const isFull = end - seq >= largest;
    const fillsWindow = windowIsKnown && known - end < largest && known >= end;
    const reason = !isNew || isRecovering ? "path" : fillsWindow ? "window" : isFull ? "path" : "application";
    this.#last = { at, end: Math.max(end, before?.end ?? end), reason };
    this.#idleSince = Infinity;
  }

  #attribute(from: number, reason: Limit, to: number, lag: number): void {
    const closedFor = Math.min(this.#closedFor, to - from);
    this.#closedFor = 0;
    const open = to - from - closedFor;
    this.time.window += closedFor;
    if (reason === "window") this.time.window += open;
    else {
      const busy = Math.min(Math.max(this.#idleSince + lag - from, 0), open);
      this.time[reason] += busy;
      this.time.application += open - busy;
    }
  }

  #edgeAt(moment: number): number {
    let i = this.#edges.length - 1;
    while (i > 0 && (this.#edges[i] as [number, number])[0] > moment) i--;
    return this.#edges[i]?.[1] ?? Infinity;
  }
}
