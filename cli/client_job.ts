/**
 * What the client's session is to do, and what it asks of connection and loop.
 *
 * @module
 */

import type { ConnectionFailure, Instant, Micros, State } from "../tcp/single.ts";
import type { Ending } from "./client_transfer_arguments.ts";
import type { ConnectionEnds } from "./failures.ts";
import type { WatchedConnection } from "./stall_watch.ts";
import type { TransferConnection, TransferJob } from "./transfer.ts";

/** What the session asks of a connection; the core's `Connection` is one. */
export interface ClientConnection extends TransferConnection, WatchedConnection, ConnectionEnds {
  readonly state: State;
  readonly failure: ConnectionFailure | null;
  /** What the network last said about our segments, if anything. */
  readonly softError: string | null;
  /** Octets that have arrived and were not read. */
  readonly unreadOctets: number;
  shutdown(now: Instant): void;
  abort(now: Instant, resetsUnanswered?: boolean): void;
}

/** What the session asks of whoever runs the connection; the driver's `Loop` is one. */
export interface ClientLoop {
  /** The moment of the present turn. */
  readonly now: Instant;
  /** The time now, for what is done between runs. */
  readClock(): Instant;
  /** Whether a segment still waits for room in the device. */
  readonly hasUnsent: boolean;
  /** Turns until `done` says so at the end of a turn (true), or `until` has come (false). */
  run(done: () => boolean, until: Instant): Promise<boolean>;
  /** Has a turn taken when the descriptor is ready for `events`, until what is returned is disposed of. */
  watch(descriptor: number, ready: () => void, events: number): Disposable;
  wake(): void;
}

/** What is to be done. */
export interface ClientJob extends TransferJob {
  /** The peer, as messages name it. */
  readonly peer: string;
  /** Whether the figures of the transfer are shown. */
  readonly isMeasured: boolean;
  readonly ending: Ending;
  /** Whether the connection ends with RST instead of FIN. */
  readonly aborts: boolean;
  /** How long the handshake may take; null: as long as the core tries. */
  readonly connectTimeout: Micros | null;
  /** Time without progress until the transfer is given up; null: only a silent peer is. */
  readonly timeout: Micros | null;
  /** Silence after our FIN before the peer is given up. */
  readonly closeTimeout: Micros;
  /** How long everything after our FIN may take; null: as long as the peer goes on. */
  readonly linger: Micros | null;
  /** How long to stay in TIME-WAIT. */
  readonly timeWait: Micros;
  /** Whether readers of what the program tells are so far behind that the transfer is to hold back. */
  readonly isHeldBack: () => boolean;
  /** What is said last of what was received; null: nothing. */
  readonly afterword: () => string | null;
}
