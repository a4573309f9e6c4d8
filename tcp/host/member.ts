/**
 * A connection of a host, and the host's notes on it.
 *
 * @module
 */

import type { Endpoint } from "../base/address.ts";
import type { Instant } from "../base/units.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConnectionHolder } from "../connection/connection_options.ts";
import type { Listener } from "./listener.ts";
import { NOT_SCHEDULED, type Schedule, type ScheduleEntry } from "./schedule.ts";

/** One member; the schedule and the table of connections have it as their entry. */
export class Member implements ScheduleEntry, ConnectionHolder {
  isAdded: boolean = NOT_SCHEDULED.isAdded;
  isQueued: boolean = NOT_SCHEDULED.isQueued;
  isTouched: boolean = NOT_SCHEDULED.isTouched;
  mayTrim: boolean = NOT_SCHEDULED.mayTrim;
  deadline: Instant = NOT_SCHEDULED.deadline;
  heapIndex: number = NOT_SCHEDULED.heapIndex;
  readonly connection: Connection;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Whose connection it is until somebody accepts it; null: opened actively. */
  readonly listener: Listener | null;
  readonly #schedule: Schedule<Member>;

  constructor(
    connection: Connection,
    local: Endpoint,
    remote: Endpoint,
    listener: Listener | null,
    schedule: Schedule<Member>,
  ) {
    this.connection = connection;
    this.local = local;
    this.remote = remote;
    this.listener = listener;
    this.#schedule = schedule;
  }

  /** Something happened to the connection. */
  connectionTouched(): void {
    this.#schedule.enqueue(this);
  }
}
