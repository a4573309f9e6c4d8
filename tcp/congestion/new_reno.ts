/**
 * Reno's window: slow start and congestion avoidance of RFC 5681, counting octets (RFC 3465).
 *
 * @module
 */

import type { Instant, Micros } from "../base/units.ts";
import type { AckSample, CongestionControl, CongestionOptions } from "./control.ts";
import { Window } from "./window.ts";

/** RFC 5681 3.1 (4): the threshold is this part of what is in flight. */
const DECREASE_FACTOR = 1 / 2;

/** The congestion control of RFC 5681; NewReno's recovery (RFC 6582) is the sender's. */
export class NewReno implements CongestionControl {
  readonly name = "reno";
  readonly #window: Window;
  /** RFC 3465 2.1: octets delivered since the window last grew in congestion avoidance. */
  #octetsAcked = 0;

  /** Starts in slow start with the initial window. */
  constructor(options: CongestionOptions) {
    this.#window = new Window(options);
  }

  get cwnd(): number {
    return this.#window.octets;
  }

  get ssthresh(): number {
    return this.#window.threshold;
  }

  acknowledged(sample: AckSample): void {
    const window = this.#window;
    if (sample.ackedOctets > 0) window.advanced();
    const octets = window.isSlowStart ? window.slowStart(sample) : sample.deliveredOctets;
    if (window.isSlowStart || !sample.isWindowLimited) return;
    this.#octetsAcked += octets;
    // RFC 3465 2.1: one segment for each window of octets
    if (this.#octetsAcked >= window.octets) {
      this.#octetsAcked -= window.octets;
      window.octets += window.mss;
    }
  }

  reduce(flightSize: number, _now: Instant): number {
    this.#octetsAcked = 0;
    return this.#window.reduce(flightSize * DECREASE_FACTOR);
  }

  timedOut(flightSize: number, _now: Instant): void {
    this.#octetsAcked = 0;
    this.#window.timedOut(flightSize * DECREASE_FACTOR);
  }

  setWindow(octets: number): void {
    this.#window.set(octets);
  }

  recoveryEnded(_now: Instant): void {
    this.#window.advanced();
  }

  undo(): void {
    this.#window.undo();
  }

  idled(_span: Micros): void {
    // Reno grows by what is acknowledged, not by time.
  }

  restartAfterIdle(idle: Micros, rto: Micros): void {
    this.#window.restartAfterIdle(idle, rto);
  }

  mssChanged(mss: number): void {
    this.#window.mssChanged(mss);
  }
}
