import type { CongestionControl, CongestionOptions } from "../../../tcp/congestion/control.ts";
import { AckSample } from "../../../tcp/loss/ack_sample.ts";
import { seqAdd } from "../../../tcp/base/seq.ts";
import { after, type Instant, instant, type Micros, micros, milliseconds } from "../../../tcp/base/units.ts";

/** Octets of a segment in these tests: a round number, so that windows can be read. */
export const MSS = 1_000;

/** Options that are the same everywhere. */
export const OPTIONS: CongestionOptions = {
  mss: MSS,
  initialCwnd: 10 * MSS,
  hystart: false,
  slowStartExit: "after rounds",
  now: instant(0),
};

/** What may be different about one ACK. */
export interface AckOptions {
  readonly limited?: boolean;
  readonly rtt?: Micros;
}

/** Drives a congestion control as a path does that acknowledges everything after one round-trip time. */
export class Path {
  readonly sample: AckSample = new AckSample();
  now: Instant = instant(0);
  rtt: Micros;
  readonly control: CongestionControl;

  constructor(control: CongestionControl, rtt: Micros = milliseconds(100)) {
    this.control = control;
    this.rtt = rtt;
    this.sample.mss = MSS;
  }

  /** The window in segments. */
  get segments(): number {
    return this.control.cwnd / MSS;
  }

  /** One ACK, now, for so many octets. */
  ack(octets: number = MSS, options: AckOptions = {}): void {
    const sample = this.sample;
    sample.ackedOctets = octets;
    sample.deliveredOctets = octets;
    sample.sndNxt = seqAdd(sample.una, this.control.cwnd);
    sample.una = seqAdd(sample.una, octets);
    sample.arrivedAt = this.now;
    sample.oldestSentAt = instant(this.now - (options.rtt ?? this.rtt));
    sample.srtt = this.rtt;
    sample.isCwndLimited = options.limited ?? true;
    sample.now = this.now;
    this.control.ackReceived(sample);
  }

  /** One round trip: an ACK for each `perAck` segments of the window, evenly spread. */
  round(perAck = 1, options: AckOptions = {}): void {
    const acks = Math.max(1, Math.floor(this.control.cwnd / (perAck * MSS)));
    const start = this.now;
    for (let i = 1; i <= acks; i++) {
      this.now = after(start, micros(Math.round(this.rtt * i / acks)));
      this.ack(perAck * MSS, options);
    }
  }

  /** A loss and the recovery from it, which takes no time here: the window is the new threshold. */
  lose(): void {
    this.setCwnd(this.reduce(this.control.cwnd));
  }

  /** A loss with so much in flight. Returns the threshold. */
  reduce(flightSize: number): number {
    this.sample.now = this.now;
    this.sample.flightSize = flightSize;
    this.control.lossDetected(this.sample);
    return this.control.ssthresh;
  }

  /** A timeout with so much in flight; the window is one segment, as recovery has it. */
  timeout(flightSize: number): void {
    this.sample.now = this.now;
    this.sample.flightSize = flightSize;
    this.control.timeout(this.sample);
    this.setCwnd(this.sample.mss);
  }

  /** Recovery sets the window. */
  setCwnd(octets: number): void {
    this.control.cwnd = octets;
  }
}

/**
 * The average window, in segments, when one of every `1 / loss` segments is lost: the deterministic model of the response
 * functions. Begins with a loss at a window of `start` segments; the first half of the cycles does not count.
 */
export function averageWindow(
  control: CongestionControl,
  loss: number,
  rtt: Micros,
  start: number,
  cycles: number,
): number {
  const path = new Path(control, rtt);
  const perCycle = Math.round(1 / loss);
  let countedFrom: number = path.now;
  let moment: number = path.now;
  path.setCwnd(Math.round(start) * MSS);
  path.lose();
  for (let cycle = 0; cycle < 2 * cycles; cycle++) {
    if (cycle === cycles) countedFrom = moment;
    for (let i = 0; i < perCycle; i++) {
      moment += rtt / path.segments;
      path.now = instant(moment);
      path.ack();
    }
    path.lose();
  }
  return cycles * perCycle * rtt / (moment - countedFrom);
}
