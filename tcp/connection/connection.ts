/**
 * The user's handle on one connection: a thin face over the transmission control block. What happens is in `calls.ts`,
 * `arrival.ts`, `timeouts.ts` and `transmission.ts`.
 *
 * @module
 */

import type { Endpoint } from "../base/address.ts";
import type { OctetRange } from "../base/octet_range.ts";
import { segmentArrives } from "./segment_arrives.ts";
import * as calls from "./user_calls.ts";
import { ChallengeLimiter } from "./challenge_limiter.ts";
import { completeConfig } from "../config/complete.ts";
import type { PartialConfig, TcpConfig } from "../config/config.ts";
import type { ConnectionFailure } from "../base/errors.ts";
import type { EventSet } from "../base/events.ts";
import { icmpArrives } from "./icmp_arrives.ts";
import type { IcmpError, IcmpErrorKind } from "../base/icmp_error.ts";
import type { ConnectionView, Observer, RecoveryPhase } from "../base/observer.ts";
import type { Segment } from "../base/segment.ts";
import { type SeqNumber, seqToInt32, type Timestamp } from "../base/seq.ts";
import type { State } from "../base/state.ts";
import type { IsnSource, Tcb, TcbOptions } from "./tcb.ts";
import { type TcpInfo, tcpInfo } from "./tcp_info.ts";
import { timersFire } from "./timeouts.ts";
import { transmit } from "./transmit.ts";
import type { Instant, Micros } from "../base/units.ts";

/** What a connection is made of. */
export interface ConnectionOptions {
  /** @default STANDARD */
  readonly config?: PartialConfig;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly isn: IsnSource;
  readonly observer?: Observer | undefined;
  /** Payload octets that the device takes in one segment when it cuts segments itself; default: one full segment. */
  readonly segmentLimit?: number | undefined;
  /** Added to the ticks of the timestamp clock, modulo 2^32; default 0. */
  readonly timestampOffset?: number | undefined;
  /** Shared by the connections of one host; default: one of its own. */
  readonly challengeLimiter?: ChallengeLimiter | undefined;
  /** Octets of the largest packet that is known to reach the peer; default: nothing is known. */
  readonly pathMtu?: number | undefined;
  /** Tells connections of one host apart; default 1. */
  readonly id?: number | undefined;
}

/** "Any peer": the remote endpoint of a connection in LISTEN. */
function anyPeer(local: Endpoint): Endpoint {
  return {
    address: { family: local.address.family, octets: new Uint8Array(local.address.octets.length) },
    port: 0,
  };
}

/** The control block behind a connection: for tests that look inside, not for users (`mod.ts` does not have it). */
export let controlBlockOf: (connection: Connection) => Tcb;

/** One TCP connection. */
export class Connection implements ConnectionView {
  static {
    controlBlockOf = (connection) => connection.#tcb;
  }

  readonly #tcb: Tcb;
  /** Called whenever something may have become due; for the host that holds this connection. Null: nobody asks. */
  onTouched: (() => void) | null = null;

  private constructor(tcb: Tcb) {
    this.#tcb = tcb;
    tcb.view = this;
  }

  /** Opens actively: a SYN is due (RFC 9293 3.10.1). @throws RangeError for a config out of range */
  static connect(options: ConnectionOptions, now: Instant): Connection {
    const connection = new Connection(calls.openActively(tcbOptions(options, options.remote), now));
    connection.#tcb.observer?.stateChanged(connection, "CLOSED", "SYN-SENT", "active-open", now);
    return connection;
  }

  /** Opens passively, for one peer: the first whose SYN arrives (RFC 9293 3.10.1). @throws RangeError as `connect` */
  static listen(options: Omit<ConnectionOptions, "remote">, now: Instant): Connection {
    const connection = new Connection(calls.openPassively(tcbOptions(options, anyPeer(options.local)), now));
    connection.#tcb.observer?.stateChanged(connection, "CLOSED", "LISTEN", "passive-open", now);
    return connection;
  }

  /** A segment arrived for this connection. Its record is the caller's again afterwards; it may have been changed. */
  segmentArrives(segment: Segment, now: Instant): void {
    segmentArrives(this.#tcb, segment, now);
    this.onTouched?.();
  }

  /** An ICMP error arrived that quotes a segment of this connection. */
  icmpArrives(error: IcmpError, now: Instant): void {
    icmpArrives(this.#tcb, error, now);
    this.onTouched?.();
  }

  /** Fires the timers that are due. */
  timersFire(now: Instant): void {
    timersFire(this.#tcb, now);
  }

  /** When the next timer is due; NEVER when none runs. */
  nextDeadline(): Instant {
    return this.#tcb.timers.next();
  }

  /** Fills `out` with the next segment due. Its payload is lent until the next call on this connection. */
  transmit(out: Segment, now: Instant): boolean {
    return transmit(this.#tcb, out, now);
  }

  /** Queues octets for sending, copying them. @returns octets taken; 0: full. @throws InvalidStateError, ConnectionFailure */
  send(from: Uint8Array, now: Instant): number {
    this.onTouched?.();
    return calls.send(this.#tcb, from, now);
  }

  /** Queues octets of which the last ends a record: segments do not reach across it. As `send`. */
  sendRecord(from: Uint8Array, now: Instant): number {
    this.onTouched?.();
    return calls.sendRecord(this.#tcb, from, now);
  }

  /** Queues octets of which the last ends urgent data (RFC 9293 3.8.5). As `send`; new applications should not. */
  sendUrgent(from: Uint8Array, now: Instant): number {
    this.onTouched?.();
    return calls.sendUrgent(this.#tcb, from, now);
  }

  /** Copies received octets. @returns how many; 0: none now; null: the stream has ended. @throws ConnectionFailure */
  receive(into: Uint8Array, now: Instant): number | null {
    this.onTouched?.();
    return calls.receive(this.#tcb, into, now);
  }

  /**
   * Names up to `octets` octets of room in the send buffer, for the user to write into; `commit` then sends them. Good until
   * the next call that gives text or asks for room; what arrives meanwhile does not touch it.
   *
   * @returns how many octets `out` names; 0: the buffer is full. @throws InvalidStateError, ConnectionFailure
   */
  reserve(octets: number, out: OctetRange): number {
    return calls.reserve(this.#tcb, octets, out);
  }

  /**
   * Queues the first `octets` of what `reserve` named for sending, without copying them. From now on they are not the
   * user's to change. A record ends behind them with `sendRecord` of no octets.
   *
   * @throws InvalidStateError, ConnectionFailure; RangeError for more than is reserved
   */
  commit(octets: number, now: Instant): void {
    calls.commit(this.#tcb, octets, now);
    this.onTouched?.();
  }

  /**
   * Names the octets received and not yet read where they lie, and keeps them: for the user to read, not to change, until
   * `consume` or `receive` drops them. What arrives meanwhile is not in `out`, but the next `peek` has it.
   *
   * @returns how many; 0: none now; null: the stream has ended. @throws ConnectionFailure, InvalidStateError
   */
  peek(out: OctetRange): number | null {
    return calls.peek(this.#tcb, out);
  }

  /** Drops the first `octets` received, as `receive` does. @throws InvalidStateError; RangeError for more than are there */
  consume(octets: number, now: Instant): void {
    calls.consume(this.#tcb, octets, now);
    this.onTouched?.();
  }

  /** Ends the sending side: a FIN follows what is queued. What the peer sends can still be received. */
  shutdown(now: Instant): void {
    calls.shutdown(this.#tcb, now);
    this.onTouched?.();
  }

  /** Ends both sides; octets that nobody has read, or that come later, are answered by RST (RFC 9293 3.6.1). */
  close(now: Instant): void {
    calls.close(this.#tcb, now);
    this.onTouched?.();
  }

  /**
   * Ends the connection at once, with RST where the peer knows of it. `tellUnanswered`: a peer that has not answered our
   * SYN is told as well (the standard does not).
   */
  abort(now: Instant, tellUnanswered = false): void {
    calls.abort(this.#tcb, tellUnanswered, now);
    this.onTouched?.();
  }

  /**
   * Gives back the memory of empty buffers, and of the record of what is in flight, when no text has come or gone for a
   * second. A host does so by itself.
   */
  trim(now: Instant): void {
    this.#tcb.trim(now);
  }

  /** Changes knobs that may change while the connection is open: Nagle, cork, keep-alive, time-outs, DiffServ, buffers. */
  configure(changes: PartialConfig, now: Instant): void {
    calls.configure(this.#tcb, changes, now);
    this.onTouched?.();
  }

  /** What happened since the last call, as `Event` bits. */
  takeEvents(): EventSet {
    const events = this.#tcb.events;
    this.#tcb.events = 0;
    return events;
  }

  /** How the connection ended; null while it is open, and when it ended in order. */
  get failure(): ConnectionFailure | null {
    return this.#tcb.failure;
  }

  /** The last soft error that the network reported; null: none. */
  get softError(): IcmpErrorKind | null {
    return this.#tcb.softError;
  }

  /** Counts of segments in flight, of probes and timeouts: what `TCP_INFO` has besides a `ConnectionView`. */
  info(): TcpInfo {
    return tcpInfo(this.#tcb);
  }

  /** Octets of urgent data not yet received by the user (MUST-33). */
  get urgentOctetsLeft(): number {
    return calls.urgentOctetsLeft(this.#tcb);
  }

  /** Octets that `send` would take now. */
  get sendRoom(): number {
    return this.#tcb.sender.finQueued ? 0 : this.#tcb.sender.ring.room;
  }

  /** Octets that the receive buffer may hold now: auto-tuning and rounding move it. */
  get receiveBufferLimit(): number {
    return this.#tcb.receiver.ring.limit;
  }

  /** The knobs in force. */
  get config(): TcpConfig {
    return this.#tcb.config;
  }

  /** Octets of the largest packet that the path takes, as far as known. */
  get pathMtu(): number {
    return this.#tcb.handshake.mtu;
  }

  /** Whether the peer's FIN has been received in order. */
  get peerClosed(): boolean {
    return this.#tcb.receiver.finTaken;
  }

  /** The peer's newest timestamp: TS.Recent (RFC 7323 4.3). */
  get recentTimestamp(): Timestamp {
    return this.#tcb.timestamps.recent;
  }

  /** Whether the connection came from a passive open. */
  get openedPassively(): boolean {
    return this.#tcb.openedPassively;
  }

  /** What the two SYNs agreed to. */
  get agreed(): { selectiveAck: boolean; timestamps: boolean; windowScaling: boolean; ecn: boolean } {
    const { selectiveAck, timestamps, windowScaling } = this.#tcb.handshake;
    return { selectiveAck, timestamps, windowScaling, ecn: this.#tcb.ecn.agreed };
  }

  get id(): number {
    return this.#tcb.id;
  }
  get local(): Endpoint {
    return this.#tcb.local;
  }
  get remote(): Endpoint {
    return this.#tcb.remote;
  }
  get state(): State {
    return this.#tcb.state;
  }
  get iss(): SeqNumber {
    return this.#tcb.sender.iss;
  }
  get irs(): SeqNumber {
    return this.#tcb.receiver.irs;
  }
  get sndUna(): SeqNumber {
    return this.#tcb.sender.sndUna;
  }
  get sndNxt(): SeqNumber {
    return this.#tcb.sender.sndNxt;
  }
  get sndMax(): SeqNumber {
    return this.#tcb.sender.sndNxt;
  }
  get sndWnd(): number {
    return this.#tcb.sender.sndWnd;
  }
  get rcvNxt(): SeqNumber {
    return this.#tcb.receiver.rcvNxt;
  }
  get rcvWnd(): number {
    return this.#tcb.receiver.rcvWnd;
  }
  get rcvWindowShift(): number {
    return this.#tcb.receiver.windowShift;
  }
  get sndWindowShift(): number {
    return this.#tcb.handshake.peerShift;
  }
  get cwnd(): number {
    return this.#tcb.control.cwnd;
  }
  get ssthresh(): number {
    return this.#tcb.control.ssthresh;
  }
  get pipe(): number {
    return this.#tcb.recovery.pipe;
  }
  get unackedOctets(): number {
    return this.#tcb.sender.unacknowledged;
  }
  get unsentOctets(): number {
    return this.#tcb.sender.unsent;
  }
  get unreadOctets(): number {
    return this.#tcb.receiver.ring.length;
  }
  get dupAcks(): number {
    return this.#tcb.recovery.dupAcks;
  }
  get recoveryPhase(): RecoveryPhase {
    return this.#tcb.recovery.phase;
  }
  get recoveryPoint(): SeqNumber {
    return this.#tcb.recovery.recoveryPoint;
  }
  get smoothedRtt(): Micros {
    return this.#tcb.rtt.srtt;
  }
  get rttVariation(): Micros {
    return this.#tcb.rtt.rttvar;
  }
  get latestRtt(): Micros {
    return this.#tcb.rtt.latest;
  }
  get minimumRtt(): Micros {
    return this.#tcb.rtt.minimum;
  }
  get retransmissionTimeout(): Micros {
    return this.#tcb.rtt.timeout();
  }
  get backoff(): number {
    return this.#tcb.rtt.backoff;
  }
  get sendMss(): number {
    return this.#tcb.sender.mss;
  }
  get segmentsSent(): number {
    return this.#tcb.totals.segmentsSent;
  }
  get segmentsReceived(): number {
    return this.#tcb.totals.segmentsReceived;
  }
  get octetsSent(): number {
    return this.#tcb.totals.octetsSent.value;
  }
  get octetsAcknowledged(): number {
    return this.#tcb.totals.octetsAcknowledged.value;
  }
  get octetsReceived(): number {
    return this.#tcb.receiver.octetsReceived;
  }
  get segmentsRetransmitted(): number {
    return this.#tcb.totals.segmentsRetransmitted;
  }
  get octetsRetransmitted(): number {
    return this.#tcb.totals.octetsRetransmitted.value;
  }
}

function tcbOptions(options: Omit<ConnectionOptions, "remote">, remote: Endpoint): TcbOptions {
  const config = completeConfig(options.config);
  const limiterSeed = seqToInt32(options.isn(options.local, remote, 0 as Instant));
  return {
    id: options.id ?? 1,
    config,
    local: options.local,
    remote,
    observer: options.observer,
    isn: options.isn,
    segmentLimit: options.segmentLimit ?? 0,
    timestampOffset: options.timestampOffset ?? 0,
    challengeLimiter: options.challengeLimiter ??
      new ChallengeLimiter(config.defence.challengeAcksPerSecond, limiterSeed),
    pathMtu: options.pathMtu ?? Infinity,
  };
}
