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

import { fullSegmentFor } from "./core.ts";

/** What a sender may wait for; `unknown`: what passes does not tell. */
export const LIMITS = ["application", "window", "path", "unknown"] as const;

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
  /** Octets of a full segment; null: nobody knows whether this one is full. */
  readonly full: number | null;
  /** Whether the receiver's window is known; if not, it is at least as large as the header has it. */
  readonly windowIsKnown: boolean;
  /** Whether the sender is not here: what waits there to leave is not seen. */
  readonly isFar: boolean;
  /** What it takes an ACK to get from here to the sender, and the sender's next segment to get here, µs. */
  readonly lag: number;
}

/** From when on the receiver's window ended where. */
type Edge = readonly [at: number, edge: number];

/** The last segment of data: when it passed, where all so far ends, and what its sender waits for since. */
interface Last {
  readonly at: number;
  readonly end: number;
  readonly reason: Limit;
  readonly full: number | null;
  readonly lag: number;
}

/** Spans that are told one by one; of more, neighbours are joined. */
const MOST_SPANS = 2_000;
/** Edges of the window that are remembered, and what is left of more: those of the last round trip count. */
const MOST_EDGES = 4_096;
const KEPT_EDGES = 2_048;
/** Segments by which the pace of data is measured, and how much slower than that the next may come. */
const PACED = 16;
const PACE_TOLERANCE = 2;
/** What of the least round trip the sender has at least needed to react. */
const CERTAINLY = 0.8;

/** Adds up one end's waiting. */
export class Limits {
  /** µs by reason. */
  readonly time: Record<Limit, number> = { application: 0, window: 0, path: 0, unknown: 0 };
  #spans: WaitingSpan[] = [];
  /** The largest flight that the sender can have had, octets; and the largest window. */
  largestFlight = 0;
  largestWindow = 0;
  #last: Last | null = null;
  /** When the receiver's edge was told, and where it is since; the sender knows the first of them. */
  #edges: Edge[] = [];
  /** When the window was closed, null: it is open; and for how long it was so since the last segment. */
  #closedAt: number | null = null;
  #closedFor = 0;
  /** When data passed of late, and up to which octet they went then; the oldest of these stands at `#oldest`. */
  readonly #pacedAt: number[] = [];
  readonly #pacedTo: number[] = [];
  #oldest = 0;
  /** When all that had been sent was acknowledged, and there was room for more; Infinity while it is not so. */
  #idleSince = Infinity;

  /** µs in all. */
  get total(): number {
    return LIMITS.reduce((sum, limit) => sum + this.time[limit], 0);
  }

  /** Whether anything is known of what it waited for. */
  get isKnown(): boolean {
    return this.total > this.time.unknown;
  }

  /** The spans one after the other; where they were many, each stands for the longest of those that it joins. */
  get spans(): readonly WaitingSpan[] {
    return this.#spans;
  }

  /** The receiver acknowledges everything before `ack`, and its window ends at `edge`. */
  acknowledged(ack: number, edge: number, window: number, at: number): void {
    this.#edges.push([at, edge]);
    if (this.#edges.length > MOST_EDGES) this.#edges = this.#edges.slice(-KEPT_EDGES);
    this.largestWindow = Math.max(this.largestWindow, window);
    if (window === 0) this.#closedAt ??= at;
    else if (this.#closedAt !== null) {
      this.#closedFor += at - this.#closedAt;
      this.#closedAt = null;
    }
    if (this.#last === null || ack < this.#last.end || this.#idleSince !== Infinity) return;
    if (window >= this.#leastRoom(this.#last)) this.#idleSince = at;
  }

  /** The window, octets, from which on it is not what the sender waits for (RFC 9293 3.8.6.2.1). */
  #leastRoom({ reason, full }: Last): number {
    return reason === "window" ? Math.min(full ?? Infinity, this.largestWindow / 2) : 1;
  }

  /** Octets of a full segment for this receiver: senders send halves of its largest window where these are less. */
  #fullFor(full: number | null): number | null {
    return full === null ? null : fullSegmentFor(full, this.largestWindow);
  }

  /** A segment of data passes. */
  passed({ seq, end, at, isNew, una, isRecovering, full, windowIsKnown, isFar, lag }: PassingData): void {
    const before = this.#last;
    if (before !== null && isNew) {
      const due = isFar ? this.#paceOf(end - before.end) : -Infinity;
      this.#attribute(before.at, before.reason, at, Math.max(this.#idleSince + lag, before.at + due));
      // What is sent again was waited for since it got lost, whatever the program had to send meanwhile.
    } else if (before !== null) this.#attribute(before.at, "path", at, Infinity);
    if (isFar) this.#notePace(at, Math.max(end, before?.end ?? end));
    const known = this.#edgeAt(at - lag * CERTAINLY);
    this.largestFlight = Math.max(this.largestFlight, end - Math.min(una, seq));
    const room = known - end;
    const reason = !isNew || isRecovering
      ? "path"
      : reasonFor(end - seq, this.#fullFor(full), room, windowIsKnown);
    this.#last = { at, end: Math.max(end, before?.end ?? end), reason, full, lag };
    this.#idleSince = Infinity;
  }

  /** It gives up what it had to send, for which it has waited until now. */
  gaveUp(at: number): void {
    const last = this.#last;
    if (last === null) return;
    this.#attribute(last.at, last.reason, at, this.#idleSince + last.lag);
    this.#last = { ...last, at };
  }

  /** What it waits for at this moment; null: it has sent nothing yet. */
  present(now: number): Limit | null {
    if (this.#last === null) return null;
    if (this.#closedAt !== null) return "window";
    return now > this.#idleSince + this.#last.lag ? "application" : this.#last.reason;
  }

  /** µs that so many octets take at most, as data have come of late; -Infinity: nobody knows. */
  #paceOf(octets: number): number {
    const count = this.#pacedAt.length;
    const first = this.#oldest;
    const last = (first + count - 1) % count;
    const passed = this.#pacedTo[last]! - this.#pacedTo[first]!;
    if (!(passed > 0)) return -Infinity;
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
    if (this.#closedAt !== null) { // a probe, or what crossed the ACK that closed it
      this.#closedFor += to - this.#closedAt;
      this.#closedAt = to;
    }
    const idle = Math.min(Math.max(idleFrom, from), to);
    const closed = idle - Math.min(this.#closedFor, idle - from);
    this.#closedFor = 0;
    this.#waited(from, closed, reason);
    this.#waited(closed, idle, "window");
    this.#waited(idle, to, "application");
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

  /** The edge that is known at a moment, which is no earlier than those that were asked before; -Infinity: none. */
  #edgeAt(moment: number): number {
    while ((this.#edges[1]?.[0] ?? Infinity) <= moment) this.#edges.shift();
    return this.#edges[0]?.[1] ?? -Infinity;
  }
}

/** The shares of each reason in so many µs, in whole percent; what is not known is told only where there is some. */
export function shareTexts(
  time: Readonly<Record<Limit, number>>,
  total: number,
  words: Readonly<Record<Limit, string>>,
): readonly string[] {
  return LIMITS.map((limit) => [limit, Math.round(100 * time[limit] / total)] as const)
    .filter(([limit, percent]) => limit !== "unknown" || percent > 0)
    .map(([limit, percent]) => `${words[limit]} ${percent} %`);
}

/** What the sender of new data waits for behind a segment of so many octets that leaves so much room in the window. */
function reasonFor(length: number, full: number | null, room: number, windowIsKnown: boolean): Limit {
  if (windowIsKnown && room === 0) return "window";
  if (full === null) return "unknown";
  // What is shorter than it could have been says that there was nothing more to send, however small the window is.
  if (length % full !== 0) return "application"; // what offloading has joined may be full, too
  if (room >= full) return "path";
  // Beyond the window that it can know a sender gets when that has been withdrawn, or round trips are not what they were.
  return windowIsKnown && room > 0 ? "window" : "unknown";
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
