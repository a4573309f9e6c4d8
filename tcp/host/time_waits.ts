/**
 * What a host keeps of connections in TIME-WAIT: of those that nobody watches and whose user has closed them, only what makes
 * them again should a segment come.
 *
 * @module
 */

import { addressEquals, type IpAddress } from "../base/address.ts";
import { Flag, Option, Segment } from "../base/segment.ts";
import { seqAdd, type SeqNumber, type Timestamp } from "../base/seq.ts";
import { type Instant, instant, NEVER } from "../base/units.ts";
import type { TcpConfig } from "../config/config.ts";
import { Connection, controlBlockOf } from "../connection/connection.ts";
import type { ConnectionOptions } from "../connection/connection_options.ts";
import { DeadlineHeap, type HeapEntry, NOT_IN_HEAP } from "./deadline_heap.ts";
import { type Addressed, Demultiplexer, NOT_IN_TABLE } from "./demultiplexer.ts";
import { beginStray } from "./stray_resets.ts";

/** Of the peer's window, as it is in the field: a FIN waits for room as data do. */
const ROOM_FOR_FIN = 1;

/** A connection in TIME-WAIT, as far as it matters to what may still come. */
export interface TimeWait extends Addressed<TimeWait>, HeapEntry {
  readonly id: number;
  readonly config: TcpConfig;
  /** Whether we opened it, so that its port is taken until it is over. */
  readonly isOurs: boolean;
  readonly sndNxt: SeqNumber;
  readonly rcvNxt: SeqNumber;
  /** TS.Recent (RFC 7323 4.3); null: without timestamps. */
  readonly recentTimestamp: Timestamp | null;
  readonly selectiveAck: boolean;
  readonly windowScaling: boolean;
  readonly ecn: boolean;
}

/** All of one host's. `W`: those that it keeps as whole connections. */
export class TimeWaits<W> {
  /** Those of which little is kept, by their ends. */
  readonly table: Demultiplexer<TimeWait> = new Demultiplexer<TimeWait>();
  readonly #deadlines = new DeadlineHeap<TimeWait>();
  readonly #whole = new Set<W>();
  /** Of the one that was added last: most are at the same address, of which one copy does. */
  #address: IpAddress | null = null;

  /** All in TIME-WAIT. */
  get count(): number {
    return this.table.count + this.#whole.size;
  }

  /** Those of which little is kept. */
  get keptInBrief(): number {
    return this.table.count;
  }

  /** Keeps what matters of a connection in TIME-WAIT, which may be forgotten then. */
  add(connection: Connection, isOurs: boolean): void {
    const wait = timeWaitOf(connection, isOurs, this.#one(connection.local.address));
    this.table.add(wait);
    this.#deadlines.set(wait, wait.deadline);
  }

  #one(address: IpAddress): IpAddress {
    if (this.#address === null || !addressEquals(address, this.#address)) this.#address = address;
    return this.#address;
  }

  /** Counts one that is kept whole. */
  addWhole(one: W): void {
    this.#whole.add(one);
  }

  /** Counts one that is kept whole no longer. */
  removeWhole(one: W): void {
    this.#whole.delete(one);
  }

  /** Forgets it. */
  remove(wait: TimeWait): void {
    this.table.remove(wait);
    this.#deadlines.set(wait, NEVER);
  }

  /** One whose time is over, still there; null: none is. */
  due(now: Instant): TimeWait | null {
    return this.#deadlines.due(now);
  }

  /** When the next is over; NEVER when there is none. */
  nextDeadline(): Instant {
    return this.#deadlines.next();
  }

  /** The one that has waited longest, of those kept in brief if there are any. */
  get oldest(): { readonly wait: TimeWait } | { readonly whole: W } | null {
    const wait = this.#deadlines.due(NEVER);
    if (wait !== null) return { wait };
    for (const whole of this.#whole) return { whole };
    return null;
  }
}

/** What matters of a connection that is in TIME-WAIT; `address`: its local one, of which all may share a copy. */
export function timeWaitOf(connection: Connection, isOurs: boolean, address: IpAddress): TimeWait {
  const { id, local, remote, config, sndNxt, rcvNxt, agreed } = connection;
  const { selectiveAck, windowScaling, ecn, timestamps } = agreed;
  return {
    ...NOT_IN_TABLE,
    id,
    local: { address, port: local.port },
    remote,
    config,
    isOurs,
    sndNxt,
    rcvNxt,
    recentTimestamp: timestamps ? controlBlockOf(connection).timestamps.recent : null,
    selectiveAck,
    windowScaling,
    ecn,
    deadline: connection.nextDeadline(),
    heapIndex: NOT_IN_HEAP,
  };
}

/**
 * The connection again, in TIME-WAIT as long as it would have been: one with the same numbers and options that lived the
 * shortest of lives at the moment when TIME-WAIT began. What it sent then has been sent.
 */
export function revived(wait: TimeWait, usual: ConnectionOptions): Connection {
  const { config, sndNxt, rcvNxt } = wait;
  const began = instant(wait.deadline - config.closing.timeWait);
  const [firstSent, firstReceived] = [seqAdd(sndNxt, -2), seqAdd(rcvNxt, -2)]; // the SYNs; the FINs follow
  const connection = Connection.listen({
    ...usual,
    config,
    id: wait.id,
    isn: () => firstSent,
    answeredSyn: synOf(wait, firstReceived),
  }, began);
  const out = new Segment();
  const arrives = (flags: number, ack: SeqNumber): void => {
    connection.segmentArrives(segmentOf(wait, flags, seqAdd(rcvNxt, -1), ack), began);
    while (connection.transmit(out, began));
  };
  arrives(Flag.ack, seqAdd(sndNxt, -1));
  connection.close(began);
  while (connection.transmit(out, began));
  arrives(Flag.fin | Flag.ack, sndNxt);
  return connection;
}

/** The peer's SYN, which offered what both agreed to. */
function synOf(wait: TimeWait, irs: SeqNumber): Segment {
  const syn = segmentOf(wait, Flag.syn | (wait.ecn ? Flag.ece | Flag.cwr : 0), irs, irs);
  if (wait.selectiveAck) syn.options |= Option.selectiveAckPermitted;
  if (wait.windowScaling) syn.options |= Option.windowScale;
  return syn;
}

/** Such a segment of the peer's. */
function segmentOf(wait: TimeWait, flags: number, seq: SeqNumber, ack: SeqNumber): Segment {
  const segment = new Segment();
  beginStray(segment, wait.remote, wait.local);
  segment.flags = flags;
  segment.seq = seq;
  segment.ack = ack;
  segment.window = ROOM_FOR_FIN;
  if (wait.recentTimestamp !== null) {
    segment.options |= Option.timestamps;
    segment.timestampValue = wait.recentTimestamp;
  }
  return segment;
}
