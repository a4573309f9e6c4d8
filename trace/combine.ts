/**
 * Several observers as one.
 *
 * @module
 */

import type {
  CongestionReason,
  ConnectionView,
  DropReason,
  IcmpError,
  IcmpVerdict,
  Instant,
  Micros,
  Observer,
  Segment,
  SendReason,
  State,
  StateReason,
  TimerName,
} from "./core.ts";

/** One observer that tells all of them, in their order. */
export function combineObservers(observers: readonly Observer[]): Observer {
  const [only] = observers;
  return observers.length === 1 && only !== undefined ? only : new CombinedObserver(observers);
}

class CombinedObserver implements Observer {
  readonly #all: readonly Observer[];

  constructor(all: readonly Observer[]) {
    this.#all = all;
  }

  segmentSent(connection: ConnectionView | null, segment: Segment, reason: SendReason, now: Instant): void {
    for (const observer of this.#all) observer.segmentSent(connection, segment, reason, now);
  }

  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void {
    for (const observer of this.#all) observer.segmentArrived(connection, segment, now);
  }

  segmentDropped(
    connection: ConnectionView | null,
    segment: Segment,
    reason: DropReason,
    now: Instant,
  ): void {
    for (const observer of this.#all) observer.segmentDropped(connection, segment, reason, now);
  }

  stateChanged(connection: ConnectionView, from: State, to: State, reason: StateReason, now: Instant): void {
    for (const observer of this.#all) observer.stateChanged(connection, from, to, reason, now);
  }

  timerFired(connection: ConnectionView, timer: TimerName, timeoutBefore: Micros, now: Instant): void {
    for (const observer of this.#all) observer.timerFired(connection, timer, timeoutBefore, now);
  }

  icmpArrived(connection: ConnectionView, error: IcmpError, verdict: IcmpVerdict, now: Instant): void {
    for (const observer of this.#all) observer.icmpArrived(connection, error, verdict, now);
  }

  congestionChanged(
    connection: ConnectionView,
    windowBefore: number,
    thresholdBefore: number,
    reason: CongestionReason,
    now: Instant,
  ): void {
    for (const observer of this.#all) {
      observer.congestionChanged(connection, windowBefore, thresholdBefore, reason, now);
    }
  }
}
