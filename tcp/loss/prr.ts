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

  /**
   * A reduction begins with `flightSize` octets outstanding. `letOut`: those of them that will be sent only now: they do not
   * count.
   */
  begin(flightSize: number, letOut: number): void {
    this.#delivered = 0;
    this.#out = -letOut;
    this.#recoverFlightSize = Math.max(1, flightSize);
  }

  /** `octets` were sent during the reduction. */
  sent(octets: number): void {
    this.#out += octets;
  }

  /**
   * The window after an acknowledgement that delivered `delivered` octets and left `pipe` in the network.
   * `isSafe`: it moved SND.UNA on and showed no further loss. `letOut`: octets that others of the same turn let out before it;
   * they count as sent, so that it makes no difference how many are taken in before anything is.
   */
  windowAfter(
    delivered: number,
    pipe: number,
    threshold: number,
    isSafe: boolean,
    mss: number,
    letOut: number,
  ): number {
    this.#delivered += delivered;
    const out = this.#out + letOut;
    const inFlight = pipe + letOut;
    let allowance: number;
    if (inFlight > threshold) {
      allowance = Math.ceil(this.#delivered * threshold / this.#recoverFlightSize) - out;
    } else {
      allowance = Math.max(this.#delivered - out, delivered);
      if (isSafe) allowance += mss;
      allowance = Math.min(threshold - inFlight, allowance);
    }
    // The first acknowledgement of a recovery always lets the retransmission out.
    if (out === 0) allowance = Math.max(allowance, mss);
    return inFlight + Math.max(0, allowance);
  }
}
