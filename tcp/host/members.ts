/**
 * The connections of a host: found by their ends, each in its turn, and of those in TIME-WAIT no more than there may be.
 *
 * @module
 */

import { type Endpoint, type IpAddress, IPV6_ADDRESS_LENGTH, type Port } from "../base/address.ts";
import { earliest, type Instant } from "../base/units.ts";
import { type Connection, controlBlockOf } from "../connection/connection.ts";
import type { ConnectionOptions } from "../connection/connection_options.ts";
import { Demultiplexer } from "./demultiplexer.ts";
import { Member, type Origin } from "./member.ts";
import { Schedule } from "./schedule.ts";
import { revived, type TimeWait, TimeWaits } from "./time_waits.ts";

/** What the host says about its connections. */
export interface MembersOptions {
  /** Whether somebody is to be told how each ends. */
  readonly isWatched: boolean;
  /** As `TcpConfig` has it. */
  readonly maxTimeWaits: number;
  /** Called with the local end of a connection that we opened and that is forgotten. */
  readonly release: (local: Endpoint) => void;
  /** What a connection between these ends is made of. */
  readonly optionsFor: (wait: TimeWait, now: Instant) => ConnectionOptions;
}

/** A connection, or what is kept of one in TIME-WAIT. */
export type Holder = Member | TimeWait;

/** All connections of one host. */
export class Members {
  /** Whose turn it is, of those that are kept whole. */
  readonly schedule: Schedule<Member> = new Schedule<Member>();
  readonly #options: MembersOptions;
  readonly #table = new Demultiplexer<Member>();
  readonly #timeWaits = new TimeWaits<Member>();
  /** Both addresses of whom `holder` looks for. */
  readonly #ends = new Uint8Array(2 * IPV6_ADDRESS_LENGTH);

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /** All of them, in whatever state. */
  get count(): number {
    return this.#table.count + this.#timeWaits.keptInBrief;
  }

  /** Those in TIME-WAIT of which only what matters is kept. */
  get keptInBrief(): number {
    return this.#timeWaits.keptInBrief;
  }

  /** Adds a connection between two ends that none is between. */
  add(connection: Connection, local: Endpoint, remote: Endpoint, origin: Origin): Member {
    const member = new Member(connection, local, remote, origin, this.schedule);
    connection.holder = member;
    this.#table.add(member);
    this.schedule.add(member);
    return member;
  }

  /** As `Demultiplexer.find`. One in TIME-WAIT of which little was kept is whole again. */
  find(
    addresses: Uint8Array,
    localOffset: number,
    remoteOffset: number,
    length: number,
    localPort: Port,
    remotePort: Port,
    now: Instant,
  ): Member | null {
    const member = this.#table.find(addresses, localOffset, remoteOffset, length, localPort, remotePort);
    if (member !== null || this.#timeWaits.keptInBrief === 0) return member;
    const wait = this.#timeWaits.table.find(
      addresses,
      localOffset,
      remoteOffset,
      length,
      localPort,
      remotePort,
    );
    if (wait === null) return null;
    const { local, remote, isOurs } = wait;
    const connection = revived(wait, this.#options.optionsFor(wait, now));
    this.#timeWaits.remove(wait);
    return this.add(connection, local, remote, { listener: null, isOurs, isRevived: true });
  }

  /** Who has these two ends; one in TIME-WAIT stays as little as it is. Null: nobody. */
  holder(address: IpAddress, port: Port, remote: Endpoint): Holder | null {
    const ends = this.#ends;
    const { length } = address.octets;
    ends.set(address.octets);
    ends.set(remote.address.octets, length);
    const member = this.#table.find(ends, 0, length, length, port, remote.port);
    if (member !== null || this.#timeWaits.keptInBrief === 0) return member;
    return this.#timeWaits.table.find(ends, 0, length, length, port, remote.port);
  }

  /** Takes note of a connection's new deadline and state: one that has ended is forgotten. */
  review(member: Member): void {
    const { connection, origin: { listener } } = member;
    listener?.stateMayHaveChanged(connection);
    const hasLostPeer = connection.state === "LISTEN" && listener !== null;
    if (connection.state === "CLOSED" || hasLostPeer) return this.forget(member);
    this.schedule.updateDeadline(member);
    if (connection.state === "TIME-WAIT") this.#linger(member);
  }

  /** Forgets a connection. */
  forget(holder: Holder): void {
    const isWhole = holder instanceof Member;
    if (isWhole) this.#detach(holder);
    else this.#timeWaits.remove(holder);
    if ((isWhole ? holder.origin : holder).isOurs) this.#options.release(holder.local);
  }

  /** Fires the timers of every connection that are due. */
  timersFire(now: Instant): void {
    const { schedule } = this;
    for (let member = schedule.due(now); member !== null; member = schedule.due(now)) {
      member.connection.timersFire(now);
      schedule.updateDeadline(member);
      schedule.enqueue(member);
    }
    schedule.trimIdle(now);
    const waits = this.#timeWaits;
    for (let wait = waits.due(now); wait !== null; wait = waits.due(now)) this.forget(wait);
  }

  /** The earliest deadline of all; NEVER when no timer runs. */
  nextDeadline(): Instant {
    return earliest(this.schedule.nextDeadline(), this.#timeWaits.nextDeadline());
  }

  /** Keeps little of a connection in TIME-WAIT where that is all the same to everybody, and of no more than there may be. */
  #linger(member: Member): void {
    const waits = this.#timeWaits;
    const { connection, origin: { isRevived } } = member;
    if (this.#options.isWatched || isRevived || !controlBlockOf(connection).userClosed) {
      waits.addWhole(member);
    } else {
      waits.add(connection, member.origin.isOurs);
      this.#detach(member);
    }
    if (waits.count <= this.#options.maxTimeWaits) return;
    const { oldest } = waits;
    if (oldest !== null) this.forget("wait" in oldest ? oldest.wait : oldest.whole);
  }

  #detach(member: Member): void {
    this.#table.remove(member);
    this.schedule.remove(member);
    this.#timeWaits.removeWhole(member);
    member.connection.holder = null;
  }
}
