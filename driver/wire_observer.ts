/**
 * Tells an observer of segments at the moments at which the kernel received or took them.
 *
 * The core tells of a segment while it makes it. This holds the segment back until it has left, and says when that was; what
 * a segment causes is told at the moment of its cause.
 *
 * @module
 */

import {
  type CongestionReason,
  type ConnectionView,
  type DropReason,
  earliest,
  type IcmpError,
  type IcmpVerdict,
  type Instant,
  type Micros,
  NEVER,
  type Observer,
  type Segment,
  type SendReason,
  type State,
  type StateReason,
  type TimerName,
} from "../tcp/single.ts";

/** Stands between a core and its observer. */
export class WireObserver implements Observer {
  readonly #observer: Observer;
  /** When the segment arrived that the core is at; NEVER: it is at none. */
  #cause: Instant = NEVER;
  #isSending = false;
  #sent: Segment | null = null;
  #sender: ConnectionView | null = null;
  #reason: SendReason = "data";

  /** Tells `observer`. */
  constructor(observer: Observer) {
    this.#observer = observer;
  }

  /** The core gets the segment that arrived at `moment` now; NEVER: it has done with it. */
  arriving(moment: Instant): void {
    this.#cause = moment;
  }

  /** The core makes a segment now: `left` says when it has gone. */
  sending(): void {
    this.#isSending = true;
  }

  /** What the core made last was offered to the device at `moment`, which has room for it now, or never will. */
  left(moment: Instant): void {
    this.#isSending = false;
    const segment = this.#sent;
    if (segment === null) return;
    this.#sent = null;
    this.#observer.segmentSent(this.#sender, segment, this.#reason, moment);
  }

  segmentSent(connection: ConnectionView | null, segment: Segment, reason: SendReason, now: Instant): void {
    if (!this.#isSending) return this.#observer.segmentSent(connection, segment, reason, now);
    this.#sent = segment;
    this.#sender = connection;
    this.#reason = reason;
  }

  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void {
    this.#observer.segmentArrived(connection, segment, this.#momentOf(now));
  }

  segmentDropped(
    connection: ConnectionView | null,
    segment: Segment,
    reason: DropReason,
    now: Instant,
  ): void {
    this.#observer.segmentDropped(connection, segment, reason, this.#momentOf(now));
  }

  stateChanged(connection: ConnectionView, from: State, to: State, reason: StateReason, now: Instant): void {
    this.#observer.stateChanged(connection, from, to, reason, this.#momentOf(now));
  }

  timerFired(connection: ConnectionView, timer: TimerName, timeoutBefore: Micros, now: Instant): void {
    this.#observer.timerFired(connection, timer, timeoutBefore, this.#momentOf(now));
  }

  icmpArrived(connection: ConnectionView, error: IcmpError, verdict: IcmpVerdict, now: Instant): void {
    this.#observer.icmpArrived(connection, error, verdict, this.#momentOf(now));
  }

  congestionChanged(
    connection: ConnectionView,
    windowBefore: number,
    thresholdBefore: number,
    reason: CongestionReason,
    now: Instant,
  ): void {
    this.#observer.congestionChanged(connection, windowBefore, thresholdBefore, reason, this.#momentOf(now));
  }

  #momentOf(now: Instant): Instant {
    return earliest(this.#cause, now);
  }
}
