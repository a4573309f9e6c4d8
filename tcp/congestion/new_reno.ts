/**
 * Reno's window: slow start and congestion avoidance of RFC 5681, counting octets (RFC 3465).
 *
 * @module
 */

import type { Micros } from "../base/units.ts";
import type { CongestionControl, CongestionOptions, CongestionSample } from "./control.ts";
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
    return this.#window.cwnd;
  }

  set cwnd(octets: number) {
    this.#window.cwnd = octets;
  }

  get ssthresh(): number {
    return this.#window.ssthresh;
  }

  get isConservative(): boolean {
    return this.#window.isConservative;
  }

  ackReceived(ack: CongestionSample): void {
    const window = this.#window;
    const octets = window.isSlowStart ? window.slowStart(ack) : ack.deliveredOctets;
    if (!window.isSlowStart && ack.isCwndLimited) this.#congestionAvoidance(octets, ack.mss);
  }

  lossDetected(loss: CongestionSample): void {
    this.#octetsAcked = 0;
    this.#window.reduce(loss.flightSize * DECREASE_FACTOR, loss.mss);
  }

  timeout(loss: CongestionSample): void {
    this.lossDetected(loss);
  }

  undo(): void {
    this.#window.undo();
  }

  /** Reno grows by what is acknowledged, not by time. */
  idle(_span: Micros, isLong: boolean): void {
    if (isLong) this.#window.restart();
  }

  /** RFC 3465 2.1: one segment for each window of octets. */
  #congestionAvoidance(octets: number, mss: number): void {
    const window = this.#window;
    this.#octetsAcked += octets;
    if (this.#octetsAcked < window.cwnd) return;
    this.#octetsAcked -= window.cwnd;
    window.cwnd += mss;
  }
}
