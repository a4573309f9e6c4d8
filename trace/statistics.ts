/**
 * Figures of each connection, for a summary at the end or whenever somebody asks.
 *
 * @module
 */

import { dropLabel, TIMERS } from "./catalogue.ts";
import {
  type CongestionReason,
  type ConnectionView,
  type DropReason,
  formatEndpoint,
  type IcmpError,
  icmpText,
  icmpWords,
  type Instant,
  isSynchronized,
  NEVER,
  type Observer,
  type Segment,
  type SendReason,
  type State,
  type StateReason,
  type TimerName,
} from "./core.ts";
import { amountText, countText, octetsAmountText, spanText } from "./format.ts";
import { LiveLimits } from "./live_limits.ts";

/** What is remembered of one connection. */
interface Figures {
  readonly id: number;
  local: string;
  remote: string;
  state: State;
  /** NEVER: there was no segment yet. */
  firstAt: Instant;
  lastSegmentAt: Instant;
  segmentsSent: number;
  segmentsReceived: number;
  octetsSent: number;
  octetsAcknowledged: number;
  octetsReceived: number;
  segmentsRetransmitted: number;
  octetsRetransmitted: number;
  /** Of the SYN and its answer; 0: not measured. */
  handshakeRtt: number;
  smoothedRtt: number;
  minimumRtt: number;
  rto: number;
  cwnd: number;
  ssthresh: number;
  largestCwnd: number;
  reductions: number;
  /** Whether the peer's SYN has come, on which the congestion window depends. */
  isAgreed: boolean;
  /** Arrivals with a time stamp of the kernel's, and without one. */
  stamped: number;
  unstamped: number;
  readonly timers: Map<TimerName, number>;
  readonly limits: LiveLimits;
  /** ICMP errors and the like, by who says what. */
  readonly reports: Map<string, number>;
}

const MICROS_PER_SECOND = 1_000_000;

/** Connections of which figures are kept; the oldest are forgotten first. */
const MOST_CONNECTIONS = 1_000;

/** Reports of each connection that are counted apart: anybody can send ICMP errors. */
const MOST_REPORTS = 10;
const OTHER_REPORTS = "others";

/** Counts what happens. */
export class Statistics implements Observer {
  readonly #figures = new Map<number, Figures>();
  /** By their labels. */
  readonly #drops = new Map<string, number>();
  #connections = 0;

  segmentSent(connection: ConnectionView | null, segment: Segment, reason: SendReason, now: Instant): void {
    if (connection === null) return;
    const figures = this.#update(connection);
    noteSegment(figures, now);
    figures.limits.segmentSent(connection, segment, reason, now);
  }

  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void {
    if (connection === null) return;
    const figures = this.#update(connection);
    noteSegment(figures, now);
    figures.limits.segmentArrived(connection, segment, now);
    if (segment.arrivedAt === NEVER) figures.unstamped++;
    else figures.stamped++;
  }

  segmentDropped(
    connection: ConnectionView | null,
    _segment: Segment,
    reason: DropReason,
    _now: Instant,
  ): void {
    if (connection !== null) this.#update(connection);
    const label = dropLabel(reason, connection?.state ?? null);
    this.#drops.set(label, (this.#drops.get(label) ?? 0) + 1);
  }

  stateChanged(
    connection: ConnectionView,
    _from: State,
    to: State,
    _reason: StateReason,
    _now: Instant,
  ): void {
    const figures = this.#update(connection);
    figures.state = to;
    if (to === "ESTABLISHED") figures.handshakeRtt = connection.latestRtt;
  }

  timerFired(connection: ConnectionView, timer: TimerName): void {
    const { timers } = this.#update(connection);
    timers.set(timer, (timers.get(timer) ?? 0) + 1);
  }

  icmpArrived(connection: ConnectionView, error: IcmpError): void {
    const { reports } = this.#update(connection);
    const report = icmpText(icmpWords(error));
    if (reports.has(report) || reports.size < MOST_REPORTS) {
      reports.set(report, (reports.get(report) ?? 0) + 1);
    } else reports.set(OTHER_REPORTS, (reports.get(OTHER_REPORTS) ?? 0) + 1);
  }

  congestionChanged(
    connection: ConnectionView,
    _windowBefore: number,
    thresholdBefore: number,
    _reason: CongestionReason,
    _now: Instant,
  ): void {
    const figures = this.#update(connection);
    if (connection.ssthresh < thresholdBefore) figures.reductions++;
  }

  /** The summary, a line each. */
  lines(): readonly string[] {
    const lines = [...this.#figures.values()].flatMap(linesOf);
    const forgotten = this.#connections - this.#figures.size;
    if (forgotten > 0) {
      lines.push(
        forgotten === 1
          ? "1 earlier connection is not listed"
          : `${forgotten} earlier connections are not listed`,
      );
    }
    const drops = [...this.#drops].map(([label, count]) => `${label} ${count}`);
    if (drops.length > 0) lines.push(`Dropped: ${drops.join(", ")}`);
    return lines;
  }

  #update(connection: ConnectionView): Figures {
    let figures = this.#figures.get(connection.id);
    if (figures === undefined) {
      figures = newFigures(connection);
      this.#figures.set(connection.id, figures);
      this.#connections++;
      if (this.#figures.size > MOST_CONNECTIONS) this.#forgetOldest();
    }
    if (figures.state !== connection.state) readEnds(figures, connection);
    readTotals(figures, connection);
    return figures;
  }

  #forgetOldest(): void {
    for (const id of this.#figures.keys()) {
      this.#figures.delete(id);
      return;
    }
  }
}

function newFigures(connection: ConnectionView): Figures {
  const figures = {
    id: connection.id,
    local: "",
    remote: "",
    state: connection.state,
    firstAt: NEVER,
    lastSegmentAt: NEVER,
    handshakeRtt: 0,
    reductions: 0,
    isAgreed: false,
    stamped: 0,
    unstamped: 0,
    timers: new Map(),
    limits: new LiveLimits(),
    reports: new Map(),
  } as Figures;
  readEnds(figures, connection);
  readTotals(figures, connection);
  return figures;
}

function noteSegment(figures: Figures, now: Instant): void {
  if (figures.firstAt === NEVER) figures.firstAt = now;
  figures.lastSegmentAt = now;
}

/** The remote end of a listener is known only once somebody came. */
function readEnds(figures: Figures, connection: ConnectionView): void {
  figures.local = formatEndpoint(connection.local);
  figures.remote = formatEndpoint(connection.remote);
  figures.state = connection.state;
}

function readTotals(figures: Figures, connection: ConnectionView): void {
  figures.segmentsSent = connection.segmentsSent;
  figures.segmentsReceived = connection.segmentsReceived;
  figures.octetsSent = connection.octetsSent;
  figures.octetsAcknowledged = connection.octetsAcknowledged;
  figures.octetsReceived = connection.octetsReceived;
  figures.segmentsRetransmitted = connection.segmentsRetransmitted;
  figures.octetsRetransmitted = connection.octetsRetransmitted;
  figures.smoothedRtt = connection.smoothedRtt;
  figures.minimumRtt = connection.minimumRtt;
  figures.rto = connection.retransmissionTimeout;
  const { state } = connection;
  if (!isSynchronized(state) && state !== "SYN-RECEIVED" && !figures.isAgreed) return;
  if (!figures.isAgreed) figures.largestCwnd = connection.cwnd;
  figures.isAgreed = true;
  figures.cwnd = connection.cwnd;
  figures.ssthresh = connection.ssthresh;
  figures.largestCwnd = Math.max(figures.largestCwnd, connection.cwnd);
}

function linesOf(figures: Figures): string[] {
  const span = figures.firstAt === NEVER ? 0 : figures.lastSegmentAt - figures.firstAt;
  const timers = [...figures.timers].map(([timer, count]) => `${TIMERS[timer].label} ${count}`);
  const lines = [
    `Connection ${figures.id}: ${figures.local} to ${figures.remote}, ${figures.state}, ${
      spanText(span)
    } from first to last segment`,
    `  sent        ${countText(figures.segmentsSent, "segment")}, ${
      octetsAmountText(figures.octetsSent)
    } of data for the first time, of which ${octetsAmountText(figures.octetsAcknowledged)} acknowledged${
      rateText(figures.octetsAcknowledged, span)
    }`,
    `  received    ${countText(figures.segmentsReceived, "segment")}, ${
      octetsAmountText(figures.octetsReceived)
    } of data in order${rateText(figures.octetsReceived, span)}`,
    `  sent again  ${countText(figures.segmentsRetransmitted, "segment")}, ${
      octetsAmountText(figures.octetsRetransmitted)
    } of data`,
    `  round trip  ${roundTripText(figures)}; timeout now ${spanText(figures.rto)}`,
    `  congestion  ${congestionText(figures)}`,
  ];
  for (const way of ["sending", "receiving"] as const) {
    const shares = figures.limits.shares(way);
    if (shares !== null) lines.push(`  limited     ${way}: by ${shares.text} of ${spanText(shares.total)}`);
  }
  const clock = clockText(figures);
  if (clock !== "") lines.push(`  times       ${clock}`);
  if (timers.length > 0) lines.push(`  expired     ${timers.join(", ")}`);
  const reports = [...figures.reports].map(([report, count]) => `${report} ${count}`);
  if (reports.length > 0) lines.push(`  reported    ${reports.join(", ")}`);
  return lines;
}

/** Round trips are measured from a segment to the ACK that covers it. */
function roundTripText(figures: Figures): string {
  const { handshakeRtt, minimumRtt, smoothedRtt } = figures;
  if (smoothedRtt === 0) return "not measured";
  const handshake = handshakeRtt === 0 ? "" : `handshake ${spanText(handshakeRtt)}, `;
  return `from segment to ACK: ${handshake}minimum ${spanText(minimumRtt)}, smoothed ${
    spanText(smoothedRtt)
  }`;
}

/** Before the peer's SYN there is no congestion window. */
function congestionText(figures: Figures): string {
  if (!figures.isAgreed) return "no window before the peer's SYN";
  const { cwnd, largestCwnd, ssthresh, reductions } = figures;
  const reduced = reductions === 0
    ? "never reduced by congestion"
    : reductions === 1
    ? "reduced by congestion once"
    : `reduced by congestion ${reductions} times`;
  return `cwnd ${amountText(cwnd)}, at most ${amountText(largestCwnd)}, ssthresh ${
    amountText(ssthresh)
  }, ${reduced}`;
}

/** Whose clock the times are read off; empty where nothing has arrived. */
function clockText({ stamped, unstamped }: Figures): string {
  if (stamped > 0 && unstamped === 0) {
    return "kernel time stamps of what arrived, the program's clock at the system call for what was sent";
  }
  if (stamped === 0) {
    return unstamped === 0 ? "" : "the program's clock: no arrival had a time stamp of the kernel's";
  }
  return `kernel time stamps of ${
    countText(stamped, "arrival")
  }, the program's clock for the other ${unstamped} and for what was sent`;
}

function rateText(octets: number, span: number): string {
  if (octets === 0 || span <= 0) return "";
  return ` (${octetsAmountText(octets * MICROS_PER_SECOND / span)}/s)`;
}
