/**
 * Many connections behind the four network-side calls of one: demultiplexing, listening, port choice, and the RST for
 * what belongs to nobody.
 *
 * @module
 */

import {
  addressEquals,
  type Endpoint,
  type IpAddress,
  IPV4_ADDRESS_LENGTH,
  IPV6_ADDRESS_LENGTH,
  isPort,
  joinAddresses,
  type Port,
} from "../base/address.ts";
import { ChallengeLimiter } from "../connection/challenge_limiter.ts";
import { completeConfig } from "../config/complete.ts";
import type { PartialConfig, TcpConfig } from "../config/config.ts";
import { Connection } from "../connection/connection.ts";
import { refusalInAnyState } from "../connection/segment_arrives.ts";
import { isSynWithFinDropped } from "../connection/syn_arrives.ts";
import { type ConnectionOptions, type IsnSource, numbering } from "../connection/connection_options.ts";
import { AckSample } from "../loss/ack_sample.ts";
import { CookieAnswers } from "./cookie_answers.ts";
import { OctetCount } from "../base/octet_count.ts";
import type { IcmpError } from "../base/icmp_error.ts";
import { createIsnGenerator, createTimestampOffset } from "./isn.ts";
import { isTaken, Listener, listenerFor } from "./listener.ts";
import type { DropReason, Observer } from "../base/observer.ts";
import type { Member } from "./member.ts";
import { type Holder, Members } from "./members.ts";
import { PathMtus } from "./path_mtus.ts";
import { LocalEnds, type WantedEnd } from "./local_ends.ts";
import type { PortKeeper } from "./ports.ts";
import { Flag, type Segment } from "../base/segment.ts";
import { refusalByAddress } from "./refusals.ts";
import { endpointsOf, StrayResets } from "./stray_resets.ts";
import { seqAdd, type SeqNumber } from "../base/seq.ts";
import { isnAbove, mayTakeOver, synMayReplaceTimeWait } from "./time_wait_reuse.ts";
import type { Instant } from "../base/units.ts";

/** Connections that may wait to be accepted, unless the listener says otherwise. */
const DEFAULT_BACKLOG = 128;

/** What a host is made of. */
export interface HostOptions {
  /** The addresses that are ours. */
  readonly addresses: readonly IpAddress[];
  /** 16 octets that nobody else knows: for ISNs, ports and timestamps. */
  readonly secret: Uint8Array;
  /** For connections and listeners, where they bring nothing of their own. @default STANDARD */
  readonly config?: PartialConfig;
  /** Is shown every event of every connection. Default: nobody */
  readonly observer?: Observer | undefined;
  /** As in `ConnectionOptions`. */
  readonly segmentLimit?: number | undefined;
  /** Default: RFC 6528 with the secret. */
  readonly isn?: IsnSource | undefined;
  /** Default: by the secret and the endpoints. */
  readonly timestampOffset?: number | undefined;
  /** Asked for each port that is connected from, and notified when it is free again. Default: nobody, and the dynamic ports */
  readonly ports?: PortKeeper | undefined;
  /** Numbers the connections: one for all hosts that have the same observer. Default: from 1 */
  readonly nextId?: (() => number) | undefined;
}

/** One host: its connections and listeners. */
export class Host {
  readonly #addresses: readonly IpAddress[];
  /** These, and that of the peer who connected last. */
  #knownAddresses: readonly IpAddress[];
  readonly #config: TcpConfig;
  readonly #observer: Observer | undefined;
  readonly #segmentLimit: number | undefined;
  readonly #isn: IsnSource;
  readonly #timestampOffset: (local: Endpoint, remote: Endpoint) => number;
  readonly #localEnds: LocalEnds;
  readonly #challengeLimiter: ChallengeLimiter;
  readonly #members: Members;
  /** As `sender`. */
  #lastSender: Connection | null = null;
  readonly #listeners: Listener[] = [];
  readonly #paths = new PathMtus();
  readonly #resets = new StrayResets();
  readonly #cookieAnswers: CookieAnswers;
  readonly #progress: OctetCount = new OctetCount();
  readonly #ackSample: AckSample = new AckSample();
  /** The two addresses that a connection was last opened between; null: none was. */
  #lastPair: { readonly local: IpAddress; readonly remote: IpAddress; readonly octets: Uint8Array } | null =
    null;
  readonly #nextId: () => number;

  /** A host without connections. @throws RangeError for a secret that has not 16 octets, or a config out of range */
  constructor(options: HostOptions) {
    this.#addresses = options.addresses;
    this.#knownAddresses = options.addresses;
    this.#config = completeConfig(options.config);
    this.#observer = options.observer;
    this.#segmentLimit = options.segmentLimit;
    this.#isn = options.isn ?? createIsnGenerator(options.secret);
    this.#nextId = options.nextId ?? numbering();
    const offset = options.timestampOffset;
    this.#timestampOffset = offset === undefined ? createTimestampOffset(options.secret) : () => offset;
    this.#localEnds = new LocalEnds(options.addresses, options.secret, options.ports);
    this.#members = new Members({
      isWatched: options.observer !== undefined,
      maxTimeWaits: this.#config.defence.maxTimeWaits,
      release: (local) => this.#localEnds.release(local),
      optionsFor: (wait, now) => this.#connectionOptions(wait.local, wait.remote, null, now, wait.config),
    });
    this.#cookieAnswers = new CookieAnswers(options.secret);
    const seed = options.secret.reduce((sum, octet) => Math.imul(sum, 31) + octet | 0, 0);
    this.#challengeLimiter = new ChallengeLimiter(this.#config.defence.challengeAcksPerSecond, seed);
  }

  /** Connections that exist, in whatever state. */
  get connectionCount(): number {
    return this.#members.count;
  }

  /** SYNs that were answered with a SYN cookie so far. */
  get cookiesSent(): number {
    return this.#cookieAnswers.count;
  }

  /** Whose segment `transmit` filled last; null: no connection's. */
  get sender(): Connection | null {
    return this.#lastSender;
  }

  /** Octets that users gave and took so far, and connections that they accepted. */
  get userProgress(): number {
    return this.#progress.value;
  }

  /**
   * The next connection of which something has happened that `takeEvents` tells, those that nobody has accepted yet among them;
   * null when there is none. For whoever has many: asking each would take as long as there are connections.
   */
  nextEventful(): Connection | null {
    return this.#members.schedule.nextEventful()?.connection ?? null;
  }

  /**
   * Opens actively, from the local port that is named, or from one of a range: default is the keeper's.
   *
   * @throws RangeError when the remote end is no single host, or no local port is free (MUST-46)
   */
  connect(
    options: {
      remote: Endpoint;
      local?: WantedEnd;
      config?: PartialConfig;
    },
    now: Instant,
  ): Connection {
    const { remote } = options;
    const wanted = options.local ?? {};
    const isNamed = wanted.port !== undefined && wanted.port !== 0;
    const local = this.#localEnds.take(
      remote,
      wanted,
      (address, port) => this.#mayUse(address, port, remote, isNamed, now),
    );
    const before = this.#members.holder(local.address, local.port, remote);
    if (before !== null) this.#members.forget(before);
    try {
      const own = this.#connectionOptions(local, remote, sndNxtOf(before), now, options.config);
      const connection = Connection.connect(own, now);
      this.#members.add(connection, local, remote, { listener: null, isOurs: true, isRevived: false });
      return connection;
    } catch (error) {
      this.#localEnds.release(local);
      throw error;
    }
  }

  /** Listens. @throws RangeError when the port is none or taken by another listener, or backlog or config are out of range */
  listen(options: { address?: IpAddress; port: Port; backlog?: number; config?: PartialConfig }): Listener {
    const { address = null, backlog = DEFAULT_BACKLOG } = options;
    if (!isPort(options.port) || isTaken(options.port, address, this.#listeners)) {
      throw new RangeError(
        `Cannot listen on port ${options.port}: give one from 1 to 65535 that nobody listens on`,
      );
    }
    if (!Number.isInteger(backlog) || backlog < 1) {
      throw new RangeError(`Cannot listen with a backlog of ${backlog}: give a whole number from 1`);
    }
    const listener = new Listener(
      options.port,
      address,
      completeConfig(options.config, this.#config),
      backlog,
      this.#progress,
      (it, left, now) => {
        this.#listeners.splice(this.#listeners.indexOf(it), 1);
        for (const connection of left) this.#abandon(connection, now);
      },
    );
    this.#listeners.push(listener);
    return listener;
  }

  /** A segment arrived: for a connection, a listener, or nobody. */
  segmentArrives(segment: Segment, now: Instant): void {
    const length = segment.family === 4 ? IPV4_ADDRESS_LENGTH : IPV6_ADDRESS_LENGTH;
    const { addresses, sourceOffset, destinationOffset, sourcePort, destinationPort } = segment;
    const member = this.#members.find(
      addresses,
      destinationOffset,
      sourceOffset,
      length,
      destinationPort,
      sourcePort,
      now,
    );
    // What is over stays until the end of the turn: a SYN is not for it.
    const isOver = member?.connection.state === "CLOSED" && segment.has(Flag.syn) && !segment.has(Flag.ack);
    if (member !== null && !isOver && !synMayReplaceTimeWait(member.connection, segment)) {
      member.connection.segmentArrives(segment, now);
      return;
    }
    const listener = listenerFor(segment, this.#listeners);
    if (listener === null && member === null && !this.#localEnds.answers(destinationPort)) return;
    const config = listener?.config ?? this.#config;
    const drop = refusalInAnyState(segment, config) ?? refusalByAddress(segment, length, this.#addresses);
    if (drop !== null) return this.#drop(segment, drop, now);
    if (listener !== null && this.#cookieArrives(listener, segment, length, now)) return;
    if (listener !== null && !segment.has(Flag.rst) && !segment.has(Flag.ack)) {
      // RFC 9293 3.10.7.2, fourth: what has none of the three flags is dropped in LISTEN.
      if (!segment.has(Flag.syn)) return this.#drop(segment, "listening", now);
      if (isSynWithFinDropped(segment, config)) return this.#drop(segment, "syn-with-fin", now);
      return this.#synArrives(listener, segment, length, member, now);
    }
    if (member !== null) return member.connection.segmentArrives(segment, now);
    this.#answerStray(segment, length, now);
  }

  /** An ICMP error arrived: for the connection whose segment it quotes, if there is one (MUST-54). */
  icmpArrives(error: IcmpError, now: Instant): void {
    const length = error.family === 4 ? IPV4_ADDRESS_LENGTH : IPV6_ADDRESS_LENGTH;
    const { addresses, sourceOffset, destinationOffset, sourcePort, destinationPort } = error;
    const member = this.#members
      .find(addresses, sourceOffset, destinationOffset, length, sourcePort, destinationPort, now);
    member?.connection.icmpArrives(error, now);
  }

  /** Fires the timers of every connection that are due. */
  timersFire(now: Instant): void {
    this.#members.timersFire(now);
  }

  /** The earliest deadline of all connections; NEVER when no timer runs. */
  nextDeadline(): Instant {
    return this.#members.nextDeadline();
  }

  /** Fills `out` with the next segment due of any connection, each in turn. */
  transmit(out: Segment, now: Instant): boolean {
    if (this.#resets.transmit(out, this.#config.sending.hopLimit, this.#config.sending.dscp)) {
      this.#lastSender = null;
      this.#observer?.segmentSent(null, out, "reset-no-connection", now);
      return true;
    }
    if (this.#cookieAnswers.transmit(out)) {
      this.#lastSender = null;
      this.#observer?.segmentSent(null, out, "syn-ack-cookie", now);
      return true;
    }
    const schedule = this.#members.schedule;
    for (let member = schedule.sender; member !== undefined; member = schedule.sender) {
      if (member.connection.transmit(out, now)) {
        this.#lastSender = member.connection;
        schedule.sent(out.payload.length);
        return true;
      }
      schedule.endTurn(now);
      this.#members.review(member);
    }
    return false;
  }

  /**
   * Ends every connection that is not over at once, with RST where the peer knows of it, and listens no more.
   * `resetsUnanswered`: as of `Connection.abort`.
   */
  abort(now: Instant, resetsUnanswered = false): void {
    for (const listener of [...this.#listeners]) listener.close(now);
    for (const { connection } of this.#members.schedule.all()) {
      if (!connection.isOver) connection.abort(now, resetsUnanswered);
    }
  }

  /** Ends both sides of every connection in order, and listens no more. */
  close(now: Instant): void {
    for (const listener of [...this.#listeners]) listener.close(now);
    for (const { connection } of this.#members.schedule.all()) if (!connection.isOver) connection.close(now);
  }

  /** Whether every connection is over, and nobody listens. */
  get isOver(): boolean {
    return this.#listeners.length === 0 &&
      this.#members.schedule.all().every(({ connection }) => connection.isOver);
  }

  /** Octets of data that users gave and no peer has acknowledged yet. */
  get undeliveredOctets(): number {
    return this.#members.schedule.all().reduce(
      (sum, { connection }) => sum + connection.undeliveredOctets,
      0,
    );
  }

  /** As `Connection.segmentLeft`. */
  segmentLeft(moment: Instant): void {
    this.#lastSender?.segmentLeft(moment);
  }

  /** `before`: SND.NXT of the connection of the same two endpoints whose place the new one takes; null: there is none. */
  #connectionOptions(
    local: Endpoint,
    remote: Endpoint,
    before: SeqNumber | null,
    now: Instant,
    own?: PartialConfig,
  ): ConnectionOptions {
    return {
      config: completeConfig(own, this.#config),
      local,
      remote,
      isn: before === null ? this.#isn : isnAbove(this.#isn, before),
      observer: this.#observer,
      segmentLimit: this.#segmentLimit,
      timestampOffset: this.#timestampOffset(local, remote),
      challengeLimiter: this.#challengeLimiter,
      ackSample: this.#ackSample,
      addressOctets: this.#addressOctets(local.address, remote.address),
      pathMtu: this.#paths.at(remote.address, now),
      paths: this.#paths,
      id: this.#nextId(),
      progress: this.#progress,
    };
  }

  /** As of `ConnectionOptions`; those of the connection before, when it is between the same two. */
  #addressOctets(local: IpAddress, remote: IpAddress): Uint8Array {
    if (this.#lastPair?.local !== local || this.#lastPair.remote !== remote) {
      this.#lastPair = { local, remote, octets: joinAddresses(local, remote) };
    }
    return this.#lastPair.octets;
  }

  /**
   * Whether a connection may be opened from this port: nobody has it, or one that waits in TIME-WAIT may be taken over.
   * `isNamed`: whoever opens it asks for this port and no other.
   */
  #mayUse(address: IpAddress, port: Port, remote: Endpoint, isNamed: boolean, now: Instant): boolean {
    if (this.#listeners.some((listener) => listener.port === port)) return false;
    // A connection from an endpoint to itself would only receive what it sends.
    if (port === remote.port && addressEquals(address, remote.address)) return false;
    const holder = this.#members.holder(address, port, remote);
    return holder === null || mayTakeOver(holder, isNamed, now);
  }

  /** `before`: the connection in TIME-WAIT whose place the new one takes. */
  #synArrives(
    listener: Listener,
    segment: Segment,
    length: number,
    before: Member | null,
    now: Instant,
  ): void {
    const { local, remote } = this.#endpointsOf(segment, length);
    const { config } = listener;
    const { synCookies } = config.defence;
    if (!listener.hasRoom || synCookies === "always") {
      const timestampOffset = this.#timestampOffset(local, remote);
      const isAnswered = synCookies !== "off" && before === null && !listener.isReadyFull &&
        this.#cookieAnswers.answer(segment, { local, remote, config, timestampOffset }, now);
      if (!isAnswered) return this.#drop(segment, "backlog-full", now);
      return this.#observer?.segmentArrived(null, segment, now);
    }
    if (before !== null) this.#members.forget(before);
    const options = this.#connectionOptions(local, remote, sndNxtOf(before), now, config);
    this.#openPassively(listener, options, now).segmentArrives(segment, now);
  }

  /** The two ends of a SYN, or of what brings one back. */
  #endpointsOf(segment: Segment, length: number): { local: Endpoint; remote: Endpoint } {
    const ends = endpointsOf(segment, length, this.#knownAddresses);
    const { address } = ends.remote;
    if (!this.#knownAddresses.includes(address)) this.#knownAddresses = [...this.#addresses, address];
    return ends;
  }

  /** A connection in LISTEN for the one peer that has come. */
  #openPassively(listener: Listener, options: ConnectionOptions, now: Instant): Connection {
    const connection = Connection.listen(options, now);
    const facts = { listener, isOurs: false, isRevived: false };
    this.#members.add(connection, options.local, options.remote, facts);
    listener.handshakeBegan(connection);
    return connection;
  }

  /** Whether the segment brings back a SYN cookie: then it has its connection now, or is dropped for want of room. */
  #cookieArrives(listener: Listener, segment: Segment, length: number, now: Instant): boolean {
    const { cookies } = this.#cookieAnswers;
    if (!cookies.mayBring(segment, now)) return false;
    const { local, remote } = this.#endpointsOf(segment, length);
    const syn = cookies.synOf(segment, local, remote, now);
    if (syn === null) return false;
    if (listener.isReadyFull) this.#drop(segment, "backlog-full", now);
    else {
      const usual = this.#connectionOptions(local, remote, null, now, listener.config);
      const options = { ...usual, isn: () => seqAdd(segment.ack, -1), answeredSyn: syn };
      const connection = this.#openPassively(listener, options, now);
      connection.segmentArrives(segment, now);
      listener.stateMayHaveChanged(connection);
    }
    return true;
  }

  /** The listener of a connection that nobody has accepted is gone. */
  #abandon(connection: Connection, now: Instant): void {
    const { local, remote, config, state } = connection;
    const holder = state === "SYN-RECEIVED" && config.compatibility.closingListenerForgets
      ? this.#members.holder(local.address, local.port, remote)
      : null;
    if (holder === null) connection.abort(now);
    else this.#members.forget(holder);
  }

  /** RFC 9293 3.10.7.1: a segment for a connection that does not exist. */
  #answerStray(segment: Segment, length: number, now: Instant): void {
    this.#drop(segment, "no-connection", now);
    this.#resets.answer(segment, length);
  }

  #drop(segment: Segment, reason: DropReason, now: Instant): void {
    this.#observer?.segmentArrived(null, segment, now);
    this.#observer?.segmentDropped(null, segment, reason, now);
  }
}

function sndNxtOf(before: Holder | null): SeqNumber | null {
  if (before === null) return null;
  return "connection" in before ? before.connection.sndNxt : before.sndNxt;
}
