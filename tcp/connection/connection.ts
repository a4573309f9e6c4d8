/**
 * The user's handle on one connection: a thin face over the transmission control block. What happens is in
 * `user_calls.ts`, `segment_arrives.ts`, `timeouts.ts` and `transmit.ts`.
 *
 * @module
 */

import type { Endpoint } from "../base/address.ts";
import type { OctetCount } from "../base/octet_count.ts";
import type { OctetRange } from "../base/octet_range.ts";
import { segmentArrives } from "./segment_arrives.ts";
import * as calls from "./user_calls.ts";
import {
  completeListenOptions,
  completeOptions,
  type ConnectionHolder,
  type ConnectionOptions,
  type ListenOptions,
} from "./connection_options.ts";
import type { PartialConfig, TcpConfig } from "../config/config.ts";
import type { ConnectionFailure } from "../base/errors.ts";
import type { EventSet } from "../base/events.ts";
import { icmpArrives } from "./icmp_arrives.ts";
import type { IcmpError, IcmpErrorKind } from "../base/icmp_error.ts";
import type { ConnectionView, RecoveryPhase } from "../base/observer.ts";
import type { Segment } from "../base/segment.ts";
import type { SeqNumber } from "../base/seq.ts";
import type { State } from "../base/state.ts";
import type { Tcb } from "./tcb.ts";
import { type TcpInfo, tcpInfo } from "./tcp_info.ts";
import { timersFire, wayChanged } from "./timeouts.ts";
import { segmentLeft, transmit } from "./transmit.ts";
import type { Instant, Micros } from "../base/units.ts";

/** The control block behind a connection: for its host, and tests that look inside; not for users (`mod.ts` does not have it). */
export let controlBlockOf: (connection: Connection) => Tcb;

/** One TCP connection. */
export class Connection implements ConnectionView {
  static {
    controlBlockOf = (connection) => connection.#tcb;
  }

  readonly #tcb: Tcb;
  /** @internal The host's member that this connection is of. Null: nobody asks. */
  holder: ConnectionHolder | null = null;
  readonly #progress: OctetCount;

  private constructor(tcb: Tcb, progress: OctetCount) {
    this.#tcb = tcb;
    this.#progress = progress;
    tcb.view = this;
  }

  /** Opens actively: a SYN is due (RFC 9293 3.10.1). @throws RangeError for a config out of range */
  static connect(options: ConnectionOptions, now: Instant): Connection {
    const complete = completeOptions(options);
    const connection = new Connection(calls.openActively(complete, now), complete.progress);
    connection.#tcb.observer?.stateChanged(connection, "CLOSED", "SYN-SENT", "active-open", now);
    return connection;
  }

  /** Opens passively, for one peer: the first whose SYN arrives (RFC 9293 3.10.1). @throws RangeError as `connect` */
  static listen(options: ListenOptions, now: Instant): Connection {
    const complete = completeListenOptions(options);
    const connection = new Connection(calls.openPassively(complete, now), complete.progress);
    connection.#tcb.observer?.stateChanged(connection, "CLOSED", "LISTEN", "passive-open", now);
    return connection;
  }

  /** A segment arrived for this connection. Its record is the caller's again afterwards; it may have been changed. */
  segmentArrives(segment: Segment, now: Instant): void {
    segmentArrives(this.#tcb, segment, now);
    this.#touched();
  }

  /** An ICMP error arrived that quotes a segment of this connection. */
  icmpArrives(error: IcmpError, now: Instant): void {
    icmpArrives(this.#tcb, error, now);
    this.#touched();
  }

  /** Fires the timers that are due. */
  timersFire(now: Instant): void {
    this.#tcb.burst = 0;
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

  /** When the segment that `transmit` filled last really left, where that is known: right after that call. */
  segmentLeft(moment: Instant): void {
    segmentLeft(this.#tcb, moment);
  }

  /** What is in flight left this host by a way that leads nowhere: all of it is sent again at once, by another. */
  wayChanged(now: Instant): void {
    wayChanged(this.#tcb, now);
    this.#touched();
  }

  /** Queues octets for sending, copying them. @returns octets taken; 0: full. @throws InvalidStateError, ConnectionFailure */
  send(from: Uint8Array, now: Instant): number {
    this.#touched();
    return this.#moved(calls.send(this.#tcb, from, now));
  }

  /** Queues octets of which the last ends a record: segments do not reach across it. As `send`. */
  sendRecord(from: Uint8Array, now: Instant): number {
    this.#touched();
    return this.#moved(calls.sendRecord(this.#tcb, from, now));
  }

  /** Queues octets of which the last ends urgent data (RFC 9293 3.8.5). As `send`; new applications should not. */
  sendUrgent(from: Uint8Array, now: Instant): number {
    this.#touched();
    return this.#moved(calls.sendUrgent(this.#tcb, from, now));
  }

  /** Copies received octets. @returns how many; 0: none now; null: the stream has ended. @throws ConnectionFailure */
  receive(into: Uint8Array, now: Instant): number | null {
    this.#touched();
    const octets = calls.receive(this.#tcb, into, now);
    return octets === null ? null : this.#moved(octets);
  }

  /**
   * Names up to `octets` octets of room in the send buffer, for the user to write into; `commit` then sends them. Good until
   * the next call that gives data or asks for room; what arrives meanwhile does not touch it.
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
    calls.commit(this.#tcb, this.#moved(octets), now);
    this.#touched();
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
    calls.consume(this.#tcb, this.#moved(octets), now);
    this.#touched();
  }

  /** Ends the sending side: a FIN follows what is queued. What the peer sends can still be received. */
  shutdown(now: Instant): void {
    calls.shutdown(this.#tcb, now);
    this.#touched();
  }

  /** Ends both sides; octets unread, or that come later, draw a RST (RFC 9293 3.6.1). A host may then forget it in TIME-WAIT. */
  close(now: Instant): void {
    calls.close(this.#tcb, now);
    this.#touched();
  }

  /**
   * Ends the connection at once, with RST where the peer knows of it. `resetsUnanswered`: a peer that has not answered our
   * SYN, or has closed and not answered our FIN, is sent a RST as well (the standard does not).
   */
  abort(now: Instant, resetsUnanswered = false): void {
    calls.abort(this.#tcb, resetsUnanswered, now);
    this.#touched();
  }

  /**
   * Gives back the memory of empty buffers, and of the record of what is in flight, when no data have come or gone for a
   * second. A host does so by itself. Returns whether it has been quiet for so long.
   */
  trim(now: Instant): boolean {
    return this.#tcb.trim(now);
  }

  /** Changes knobs that may change while the connection is open: Nagle, cork, keep-alive, timeouts, DiffServ, buffers. */
  configure(changes: PartialConfig, now: Instant): void {
    calls.configure(this.#tcb, changes, now);
    this.#touched();
  }

  /** Octets that the user gave and took so far: whether there was anything to do for it. */
  get userProgress(): number {
    return this.#progress.value;
  }

  /** Something happens to the connection: what it sends next is decided anew. */
  #touched(): void {
    this.#tcb.burst = 0;
    this.holder?.connectionTouched();
  }

  #moved(octets: number): number {
    this.#progress.add(octets);
    return octets;
  }
  /** Whether `takeEvents` has something to say. */
  get hasEvents(): boolean {
    return this.#tcb.events !== 0;
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
  /** Whether both sides have closed, or the connection has ended otherwise. */
  get isOver(): boolean {
    return this.#tcb.state === "CLOSED" || this.#tcb.state === "TIME-WAIT";
  }
  /** The last soft error that the network reported; null: none. */
  get softError(): IcmpErrorKind | null {
    return this.#tcb.softError;
  }
  /** Counts of segments in flight, of probes and timeouts, and the receive buffer: what `TCP_INFO` has besides a `ConnectionView`. */
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
  /** The knobs in force. */
  get config(): TcpConfig {
    return this.#tcb.config;
  }
  /** `octets`: from now on the `segmentLimit` of `ConnectionOptions`. */
  limitSegments(octets: number): void {
    [this.#tcb.segmentLimit, this.#tcb.burst] = [octets, 0];
  }
  /** Octets of the largest packet that the path takes, as far as known. */
  get pathMtu(): number {
    return Math.min(this.#tcb.handshake.mtu, this.#tcb.handshake.provenMtu);
  }
  /** Octets of the shortest packet that did not pass although shorter ones did; 0: there is none. */
  get failedMtu(): number {
    return this.#tcb.mtuSearch.failed;
  }
  /** Whether the peer's FIN has been received in order. */
  get peerClosed(): boolean {
    return this.#tcb.receiver.finTaken;
  }
  /** What the two SYNs agreed to. */
  get agreed(): { selectiveAck: boolean; timestamps: boolean; windowScaling: boolean; ecn: boolean } {
    const { selectiveAck, timestamps, windowScaling } = this.#tcb.handshake;
    return { selectiveAck, timestamps, windowScaling, ecn: this.#tcb.ecn.agreed };
  }
  /** Tells connections of one host apart. */
  get id(): number {
    return this.#tcb.id;
  }
  /** Our end. */
  get local(): Endpoint {
    return this.#tcb.local;
  }
  /** The peer's end. */
  get remote(): Endpoint {
    return this.#tcb.remote;
  }
  /** RFC 9293 3.3.2. */
  get state(): State {
    return this.#tcb.state;
  }
  /** ISS: our initial sequence number. */
  get iss(): SeqNumber {
    return this.#tcb.sender.iss;
  }
  /** IRS: the peer's initial sequence number. */
  get irs(): SeqNumber {
    return this.#tcb.receiver.irs;
  }
  /** SND.UNA: the oldest octet of ours that is not acknowledged. */
  get sndUna(): SeqNumber {
    return this.#tcb.sender.sndUna;
  }
  /** SND.NXT: the next octet to send. */
  get sndNxt(): SeqNumber {
    return this.#tcb.sender.sndNxt;
  }
  /** Highest sequence number sent, plus one. */
  get sndMax(): SeqNumber {
    return this.#tcb.sender.sndNxt;
  }
  /** SND.WND: the peer's window, scaled. */
  get sndWnd(): number {
    return this.#tcb.sender.sndWnd;
  }
  /** RCV.NXT: the next octet expected. */
  get rcvNxt(): SeqNumber {
    return this.#tcb.receiver.rcvNxt;
  }
  /** RCV.WND: what is left of the window that we announced last, scaled. */
  get rcvWnd(): number {
    return this.#tcb.receiver.rcvWnd;
  }
  /** The shift that the peer applies to our window field. */
  get rcvWindowShift(): number {
    return this.#tcb.receiver.window.shift;
  }
  /** The shift that we apply to the peer's window field. */
  get sndWindowShift(): number {
    return this.#tcb.handshake.peerShift;
  }
  /** The congestion window. */
  get cwnd(): number {
    return this.#tcb.control.cwnd;
  }
  /** The slow-start threshold; Infinity until the first reduction. */
  get ssthresh(): number {
    return this.#tcb.control.ssthresh;
  }
  /** Name of the congestion control. */
  get congestionControl(): string {
    return this.#tcb.control.name;
  }
  /** FlightSize from which the threshold was last computed; 0: it was not, or from something else. */
  get reducedFrom(): number {
    const { config, recovery } = this.#tcb;
    return config.recovery.ssthreshFrom === "FlightSize" ? recovery.reduction.flightSize : 0;
  }
  /** Octets thought to be in the network (RFC 6675 2). */
  get pipe(): number {
    return this.#tcb.recovery.pipe;
  }
  /** Octets sent and not acknowledged cumulatively. */
  get unackedOctets(): number {
    return this.#tcb.sender.unacknowledged;
  }
  /** Octets taken by `send` that were never sent. */
  get unsentOctets(): number {
    return this.#tcb.sender.unsent;
  }
  /** Octets taken by `send` that the peer has not acknowledged: sent or not. */
  get undeliveredOctets(): number {
    return this.#tcb.sender.ring.length;
  }
  /** Octets received in order that `receive` has not taken. */
  get unreadOctets(): number {
    return this.#tcb.receiver.ring.length;
  }
  /** Segments with data that the segment sent last acknowledges and none before it did. */
  get segmentsCovered(): number {
    return this.#tcb.acknowledging.covered;
  }
  /** Duplicate ACKs in a row (RFC 5681 2). */
  get dupAcks(): number {
    return this.#tcb.recovery.dupAcks;
  }
  /** Where loss recovery stands. */
  get recoveryPhase(): RecoveryPhase {
    return this.#tcb.recovery.phase;
  }
  /** Where the present recovery ends. */
  get recoveryPoint(): SeqNumber {
    return this.#tcb.recovery.recoveryPoint;
  }
  /** SRTT (RFC 6298 2); 0 before the first sample. */
  get smoothedRtt(): Micros {
    return this.#tcb.rtt.srtt;
  }
  /** RTTVAR (RFC 6298 2). */
  get rttVariation(): Micros {
    return this.#tcb.rtt.rttvar;
  }
  /** The last round-trip time that was measured. */
  get latestRtt(): Micros {
    return this.#tcb.rtt.latest;
  }
  /** The least round-trip time of the last minutes. */
  get minimumRtt(): Micros {
    return this.#tcb.rtt.minimum;
  }
  /** RTO with its back-off. */
  get retransmissionTimeout(): Micros {
    return this.#tcb.rtt.timeout();
  }
  /** Times the retransmission timer fired since a round trip was last measured. */
  get backoff(): number {
    return this.#tcb.rtt.backoff;
  }
  /** Times the retransmission timer fired in a row for the oldest octet not acknowledged. */
  get expiries(): number {
    return this.#tcb.sender.expiries;
  }
  /** Octets of data in a full segment of ours. */
  get sendMss(): number {
    return this.#tcb.sender.mss;
  }
  /** Segments sent, those without data too. */
  get segmentsSent(): number {
    return this.#tcb.totals.segmentsSent;
  }
  /** Segments that arrived for it. */
  get segmentsReceived(): number {
    return this.#tcb.totals.segmentsReceived;
  }
  /** Octets of data sent, each counted once. */
  get octetsSent(): number {
    return this.#tcb.totals.octetsSent.value;
  }
  /** Octets of data acknowledged. */
  get octetsAcknowledged(): number {
    return this.#tcb.totals.octetsAcknowledged.value;
  }
  /** Octets of data received in order. */
  get octetsReceived(): number {
    return this.#tcb.receiver.octetsReceived;
  }
  /** Segments sent again. */
  get segmentsRetransmitted(): number {
    return this.#tcb.totals.segmentsRetransmitted;
  }
  /** Octets of data sent again. */
  get octetsRetransmitted(): number {
    return this.#tcb.totals.octetsRetransmitted.value;
  }
}
