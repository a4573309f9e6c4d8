/**
 * A connection of a host, and the host's notes on it.
 *
 * @module
 */

import type { Endpoint } from "../base/address.ts";
import type { Instant } from "../base/units.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConnectionHolder } from "../connection/connection_options.ts";
import { type Addressed, NOT_IN_TABLE } from "./demultiplexer.ts";
import type { Listener } from "./listener.ts";
import { NOT_SCHEDULED, type Schedule, type ScheduleEntry } from "./schedule.ts";

/** Where a member comes from. */
export interface Origin {
  /** Whose connection it is until somebody accepts it; null: nobody's who would. */
  readonly listener: Listener | null;
  /** Whether we opened it, so that its port is taken until it is over. */
  readonly isOurs: boolean;
  /** Whether something came in TIME-WAIT: from then on all of it is kept, what limits its answers included. */
  readonly isRevived: boolean;
}

/** One member; the schedule and the table of connections have it as their entry. */
export class Member implements ScheduleEntry, Addressed<Member>, ConnectionHolder {
  ports: number = NOT_IN_TABLE.ports;
  addressLength: number = NOT_IN_TABLE.addressLength;
  localEnd: number = NOT_IN_TABLE.localEnd;
  remoteEnd: number = NOT_IN_TABLE.remoteEnd;
  nextInSlot: Member | null = NOT_IN_TABLE.nextInSlot;
  readonly connection: Connection;
  readonly #schedule: Schedule<Member>;
  readonly origin: Origin;
  isAdded: boolean = NOT_SCHEDULED.isAdded;
  isQueued: boolean = NOT_SCHEDULED.isQueued;
  isTouched: boolean = NOT_SCHEDULED.isTouched;
  isListed: boolean = NOT_SCHEDULED.isListed;
  isEventful: boolean = NOT_SCHEDULED.isEventful;
  mayTrim: boolean = NOT_SCHEDULED.mayTrim;
  deadline: Instant = NOT_SCHEDULED.deadline;
  heapIndex: number = NOT_SCHEDULED.heapIndex;
  readonly local: Endpoint;
  readonly remote: Endpoint;

  constructor(
    connection: Connection,
    local: Endpoint,
    remote: Endpoint,
    origin: Origin,
    schedule: Schedule<Member>,
  ) {
    this.connection = connection;
    this.local = local;
    this.remote = remote;
    this.origin = origin;
    this.#schedule = schedule;
  }

  /** Something happened to the connection. */
  connectionTouched(): void {
    this.#schedule.enqueue(this);
  }
}
