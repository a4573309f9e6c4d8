/**
 * The transmission control block: the parts of one connection, and the few changes that all events share.
 *
 * @module
 */

import { AckPolicy } from "../receive/ack_policy.ts";
import { type Endpoint, joinAddresses } from "../base/address.ts";
import type { ChallengeLimiter } from "./challenge_limiter.ts";
import type { CompleteOptions, IsnSource, PathMemory } from "./connection_options.ts";
import type { TcpConfig } from "../config/config.ts";
import type { CongestionControl } from "../congestion/control.ts";
import { type ControlFault, createCongestionControl } from "../congestion/create.ts";
import { initialCwnd } from "../congestion/window.ts";
import { Ecn } from "./ecn.ts";
import { ConnectionFailure, type FailureKind } from "../base/errors.ts";
import { Event, type EventSet } from "../base/events.ts";
import { fitWindow } from "./first_window.ts";
import { Handshake } from "./syn_options.ts";
import type { IcmpError } from "../base/icmp_error.ts";
import type {
  CongestionReason,
  ConnectionView,
  Observer,
  SendReason,
  StateReason,
  SynReason,
} from "../base/observer.ts";
import { Receiver } from "../receive/receiver.ts";
import type { AckSample } from "../loss/ack_sample.ts";
import { Recovery } from "../loss/recovery.ts";
import { MtuSearch } from "../send/mtu_search.ts";
import { RttEstimator } from "../send/rtt.ts";
import { Sender } from "../send/sender.ts";
import type { Segment } from "../base/segment.ts";
import { type SeqNumber, seqNumber } from "../base/seq.ts";
import { isLegalTransition, type State } from "../base/state.ts";
import { RetransmissionTimer, Timers } from "./timers.ts";
import { Timestamps } from "./timestamps.ts";
import { Totals } from "./totals.ts";
import { elapsed, type Instant, instant, type Micros, micros, NEVER, seconds } from "../base/units.ts";

/** How long a connection keeps the memory of its empty buffers for what may come next. */
const QUIET_TIME = seconds(1);

/** For {@link Tcb.lastMade}: not of the scoreboard. */
export const NO_RECORD = -1;
export const FIRST_SYN = -2;

/** A RST that waits to be sent. */
export interface PendingReset {
  readonly seq: SeqNumber;
  /** What it acknowledges; null: no ACK flag. */
  readonly ack: SeqNumber | null;
  readonly reason: SendReason;
}

/** The variables of one connection, by part. */
export class Tcb {
  // What each segment needs comes first: with many connections all this is in no cache, and lies in fewer lines of one then.
  config: TcpConfig;
  local: Endpoint;
  remote: Endpoint;
  /** Local and remote address one behind the other, where outgoing segments have them. */
  addressOctets: Uint8Array;
  readonly observer: Observer | undefined;
  segmentLimit: number;
  /** How the observer sees this connection. */
  view!: ConnectionView;
  state: State;
  handshake: Handshake;
  timestamps: Timestamps;
  ecn: Ecn = new Ecn();
  sender: Sender;
  receiver: Receiver;
  control!: CongestionControl;
  /** What a congestion control of the user's own has thrown, which ends the connection before it sends anything more. */
  controlFault: ControlFault | null = null;
  /** Loss recovery: what is in flight, and what of it is lost. */
  recovery!: Recovery;
  acknowledging: AckPolicy;
  /** How long packets may be where routers drop long ones without telling. */
  readonly mtuSearch: MtuSearch = new MtuSearch();
  readonly rtt: RttEstimator;
  readonly timers: Timers = new Timers();
  readonly retransmissionTimer: RetransmissionTimer = new RetransmissionTimer(this.timers);
  readonly totals: Totals = new Totals();

  events: EventSet = 0;
  /** Why our SYN or SYN-ACK is to be sent; null: it is not. */
  synDue: SynReason | null = null;
  resetDue: PendingReset | null = null;
  /** The tail loss probe is to be sent. */
  tailProbeDue = false;
  /** A window probe is to be sent. */
  windowProbeDue = false;
  keepAliveDue = false;
  /** What the segment made last is of: a record of the scoreboard, our first SYN ({@link FIRST_SYN}), or none of these. */
  lastMade = NO_RECORD;
  /** So many segments may follow the one sent last, and be as long, as long as nothing happens in between. */
  burst = 0;
  /** Until when the pace of the congestion control holds data back. */
  pacedUntil: Instant = instant(-1);
  /** When we last sent data, for the first time or again. */
  lastDataSentAt: Instant = instant(-1);
  lastReceivedAt: Instant;
  /** When nothing was left to be acknowledged, most recently. */
  allAcknowledgedAt: Instant = instant(0);
  /** Probes of the window in a row. */
  windowProbes = 0;
  /** Keep-alive probes without an answer. */
  keepAliveProbes = 0;
  /** The congestion window held something back since `cwndLimitMark` was sent. */
  cwndLimited = false;
  cwndLimitMark: SeqNumber = seqNumber(0);
  /** Most octets in the network since then. */
  mostInFlight = 0;

  readonly id: number;
  readonly isn: IsnSource;
  readonly challengeLimiter: ChallengeLimiter;
  readonly paths: PathMemory | undefined;
  readonly ackSample: AckSample;
  /** Whether the connection came from a passive open (MUST-11). */
  readonly openedPassively: boolean;
  /** Whether our last SYN asked for ECN. */
  askedForEcn = false;
  /** When the connection was opened. */
  openedAt: Instant;
  /** When our SYN was sent last, on a SYN-ACK too; NEVER: it was not. */
  synSentAt: Instant = NEVER;
  /** Whether it had been sent before: which of them was answered only a timestamp may tell. */
  synRepeated = false;
  /** Data of the SYN that crossed ours, for when the connection is established. */
  dataOfSyn: Segment | null = null;
  /** Window probes in a row that drew no answer. */
  unansweredProbes = 0;
  /** How long the last window probe was given. */
  lastProbeWait: Micros = micros(0);
  /** The user closed: nobody reads what comes, and FIN-WAIT-2 is bounded. */
  userClosed = false;
  /** SND.UNA when a window that opened showed last that what was in flight had been refused; null: none has. */
  refusedFrom: SeqNumber | null = null;
  lastInvalidAckAt: Instant = instant(-1);
  /** Challenge ACKs, and since when they are counted. */
  challenges = 0;
  challengesSince: Instant = instant(-1);
  /** As in the options, until its answer's acknowledgement has arrived. */
  answeredSyn: Segment | null;
  failure: ConnectionFailure | null = null;
  softError: IcmpError["kind"] | null = null;
  softErrorAt: Instant = instant(-1);

  constructor(options: CompleteOptions, state: "LISTEN" | "SYN-SENT", now: Instant) {
    const { config, local, remote } = options;
    this.id = options.id;
    this.config = config;
    this.local = local;
    this.remote = remote;
    this.addressOctets = options.addressOctets;
    this.observer = options.observer;
    this.isn = options.isn;
    this.segmentLimit = options.segmentLimit;
    this.challengeLimiter = options.challengeLimiter;
    this.paths = options.paths;
    this.ackSample = options.ackSample;
    this.state = state;
    this.answeredSyn = options.answeredSyn;
    this.openedPassively = state === "LISTEN";
    this.handshake = new Handshake(config, local.address.family, options.pathMtu);
    this.timestamps = new Timestamps(config.sending.timestampTick, options.timestampOffset);
    const iss = this.openedPassively ? seqNumber(0) : options.isn(local, remote, now);
    this.rtt = new RttEstimator(config);
    this.sender = new Sender(config, iss, this.handshake.sendMss());
    this.receiver = new Receiver(config, this.handshake.ownMss);
    this.#startControl(now);
    this.acknowledging = new AckPolicy(config);
    this.openedAt = now;
    this.lastReceivedAt = now;
  }

  /** A SYN arrived in LISTEN: binds both ends of the connection. */
  bindPeer(local: Endpoint, remote: Endpoint): void {
    this.local = local;
    this.remote = remote;
    this.addressOctets = joinAddresses(local.address, remote.address);
  }

  /** A SYN arrived in LISTEN: the sending side begins at `iss`. What the user queued before stays queued. */
  beginSending(iss: SeqNumber): void {
    const before = this.sender;
    this.sender = new Sender(this.config, iss, before.mss);
    this.sender.finQueued = before.finQueued;
    const queued = new Uint8Array(before.ring.length);
    before.ring.read(queued);
    this.sender.ring.append(queued, 0, queued.length);
  }

  /** RST or SYN in SYN-RECEIVED after a passive open: back to LISTEN (RFC 9293 3.10.7.4, second and fourth). */
  returnToListen(now: Instant): void {
    const queued = this.sender.finQueued;
    this.timers.clearAll();
    this.handshake = new Handshake(this.config, this.local.address.family, Infinity);
    this.sender = new Sender(this.config, seqNumber(0), this.handshake.sendMss());
    this.sender.finQueued = queued;
    this.receiver = new Receiver(this.config, this.handshake.ownMss);
    this.timestamps.agreed = false;
    this.ecn = new Ecn();
    this.acknowledging = new AckPolicy(this.config);
    this.synDue = null;
    this.moveTo("LISTEN", "returned-to-listen", now);
  }

  /** The peer's SYN options are known: what follows from them begins. */
  applyAgreement(now: Instant): void {
    this.sender.mss = this.handshake.sendMss();
    fitWindow(this.receiver, this.handshake);
    if (this.config.compatibility.roundsBuffers) {
      const { ring } = this.sender;
      const segment = this.handshake.segmentSize();
      ring.limit = Math.ceil(ring.limit / segment) * segment;
    }
    this.timestamps.agreed = this.handshake.timestamps;
    this.#startControl(now);
    this.cwndLimitMark = this.sender.iss;
    this.observer?.congestionChanged(this.view, 0, Infinity, "initial-window", now);
  }

  /** Changes the state. @throws Error when the standard has no such transition: a defect of ours */
  moveTo(state: State, reason: StateReason, now: Instant): void {
    const from = this.state;
    if (!isLegalTransition(from, state)) {
      throw new Error(`Cannot go from ${from} to ${state}: no such transition in RFC 9293 3.3.2 (${reason})`);
    }
    this.state = state;
    this.observer?.stateChanged(this.view, from, state, reason, now);
    if (state === "CLOSED") this.#release();
  }

  /** Ends the connection out of order. `cause`: what was thrown, where that is why. */
  fail(kind: FailureKind, message: string, reason: StateReason, now: Instant, cause?: unknown): void {
    this.failure = new ConnectionFailure(kind, message, cause === undefined ? undefined : { cause });
    this.sender.ring.restartAt(this.sender.ring.end);
    this.moveTo("CLOSED", reason, now);
  }

  /** The peer has everything before `ack`: those data are counted and forgotten, and the send buffer follows. */
  acknowledgeData(ack: SeqNumber, now: Instant): void {
    const octets = this.sender.acknowledge(ack);
    this.totals.octetsAcknowledged.add(octets);
    this.sender.tune(octets, this.rtt.minimum, now);
  }

  /** Something came that we can use. */
  peerHeard(now: Instant): void {
    this.lastReceivedAt = now;
    this.keepAliveProbes = 0;
    this.sender.answersFromEdge = false;
  }

  /** Gives memory back that nothing is in, when the connection has been quiet for a while. Returns whether it has. */
  trim(now: Instant): boolean {
    if (elapsed(this.lastReceivedAt, now) < QUIET_TIME || elapsed(this.lastDataSentAt, now) < QUIET_TIME) {
      return false;
    }
    this.sender.ring.trim();
    this.receiver.trim();
    this.acknowledging.kept.trim();
    this.recovery.scoreboard.trim();
    return true;
  }

  /** Tells the user. */
  addEvents(events: EventSet): void {
    this.events |= events;
  }

  /** Tells the observer when the window or the threshold differs from before. */
  congestionChanged(
    windowBefore: number,
    thresholdBefore: number,
    reason: CongestionReason,
    now: Instant,
  ): void {
    if (this.observer === undefined) return;
    const { cwnd, ssthresh } = this.control;
    if (cwnd === windowBefore && ssthresh === thresholdBefore) return;
    this.observer.congestionChanged(this.view, windowBefore, thresholdBefore, reason, now);
  }

  /** The record that recovery reads, as things stand, for an acknowledgement or a timer. */
  beginSample(now: Instant): AckSample {
    const { ack } = this.recovery;
    ack.begin(now);
    ack.priorUna = this.sender.sndUna;
    ack.una = this.sender.sndUna;
    ack.sndNxt = this.sender.sndNxt;
    ack.mss = this.sender.mss;
    ack.selective = this.handshake.selectiveAck;
    ack.srtt = this.rtt.srtt;
    ack.minRtt = this.rtt.minimum;
    return ack;
  }

  /** Initial window and empty scoreboard, for segments of the size that is known now. */
  #startControl(now: Instant): void {
    const { congestionControl, initialWindow, hystart } = this.config.congestion;
    const { slowStartExit } = this.config.recovery;
    const { iss, mss } = this.sender;
    const options = { mss, initialCwnd: initialCwnd(mss, initialWindow), hystart, slowStartExit, now };
    this.control = createCongestionControl(congestionControl, options, (fault) => this.controlFault = fault);
    this.recovery = new Recovery(this.config, this.control, iss, mss, this.ackSample);
  }

  #release(): void {
    this.timers.clearAll();
    this.synDue = null;
    this.tailProbeDue = false;
    this.windowProbeDue = false;
    this.keepAliveDue = false;
    this.sender.ring.trim();
    this.addEvents(Event.closed | Event.readable | Event.writable);
  }
}
