/**
 * Proportional rate reduction, RFC 9937: how much may be sent for each acknowledgement while the window comes down from
 * what was in flight to the new slow-start threshold.
 *
 * @module
 */

/** The variables of one reduction, named as in RFC 9937. */
export class ProportionalRateReduction {
  #delivered = 0;
  #out = 0;
  #recoverFlightSize = 1;

  /** A reduction begins with `flightSize` octets outstanding. */
  begin(flightSize: number): void {
    this.#delivered = 0;
    this.#out = 0;
    this.#recoverFlightSize = Math.max(1, flightSize);
  }

  /** `octets` were sent during the reduction. */
  sent(octets: number): void {
    this.#out += octets;
  }

  /**
   * The window after an acknowledgement that delivered `delivered` octets and left `pipe` in the network.
   * `isSafe`: it moved SND.UNA on and showed no further loss.
   */
  windowAfter(delivered: number, pipe: number, threshold: number, isSafe: boolean, mss: number): number {
    this.#delivered += delivered;
    let allowance: number;
    if (pipe > threshold) {
      allowance = Math.ceil(this.#delivered * threshold / this.#recoverFlightSize) - this.#out;
    } else {
      allowance = Math.max(this.#delivered - this.#out, delivered);
      if (isSafe) allowance += mss;
      allowance = Math.min(threshold - pipe, allowance);
    }
    // The first acknowledgement of a recovery always lets the retransmission out.
    if (this.#out === 0) allowance = Math.max(allowance, mss);
    return pipe + Math.max(0, allowance);
  }
}
