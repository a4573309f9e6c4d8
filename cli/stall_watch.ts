/**
 * Waiting that is bounded and named: what a transfer that does not get on is waiting for, and when to give it up.
 *
 * @module
 */

import { after, elapsed, type Instant, type Micros, micros, seconds, toSeconds } from "../tcp/single.ts";
import { formatSeconds } from "./client_failures.ts";
import { counted } from "./counted.ts";

/** What is looked at. */
export interface WatchedConnection {
  readonly octetsAcknowledged: number;
  readonly segmentsReceived: number;
  readonly segmentsRetransmitted: number;
  readonly unackedOctets: number;
  readonly unsentOctets: number;
  readonly sndWnd: number;
}

/** How long the peer may be silent about what it has to acknowledge or is asked, unless the user says otherwise. */
export const SILENCE_LIMIT = seconds(60);

/** After how long it is first said what is being waited for; then again each time that it has taken twice as long. */
const FIRST_WORD = seconds(10);

/** What is to be said or done now. */
export type StallVerdict =
  | { readonly kind: "wait" }
  | { readonly kind: "say"; readonly text: string }
  | { readonly kind: "give up"; readonly text: string };

/** Watches one transfer. */
export class StallWatch {
  readonly #connection: WatchedConnection;
  readonly #limit: Micros | null;
  #acknowledged = 0;
  #received = 0;
  #heard = 0;
  #retransmitted = 0;
  /** When there was progress last, and when the peer was heard last, or nothing was waited for. */
  #progressAt: Instant;
  #heardAt: Instant;
  /** Since when the peer's window is known to be closed; null: it is open. */
  #closedAt: Instant | null = null;
  #nextWord: Micros = FIRST_WORD;

  /** `limit`: time without progress until the transfer is given up; null: 60 s without any answer. */
  constructor(connection: WatchedConnection, limit: Micros | null, now: Instant) {
    this.#connection = connection;
    this.#limit = limit;
    this.#progressAt = now;
    this.#heardAt = now;
  }

  /** When there was progress last, or nothing was waited for. */
  get progressAt(): Instant {
    return this.#progressAt;
  }

  /** When to ask for a verdict, at the latest. */
  get deadline(): Instant {
    const word = after(this.#progressAt, this.#nextWord);
    const end = this.#limit === null
      ? after(this.#heardAt, SILENCE_LIMIT)
      : after(this.#progressAt, this.#limit);
    return word < end ? word : end;
  }

  /** Takes note of how things stand. `received`: octets read. `isIdle`: it is not the peer that we wait for. */
  look(received: number, isIdle: boolean, now: Instant): void {
    const { octetsAcknowledged, segmentsReceived, segmentsRetransmitted } = this.#connection;
    if (isIdle || segmentsReceived !== this.#heard) this.#heardAt = now;
    this.#heard = segmentsReceived;
    if (this.#connection.sndWnd > 0) this.#closedAt = null;
    else this.#closedAt ??= now;
    if (!isIdle && octetsAcknowledged === this.#acknowledged && received === this.#received) return;
    this.#acknowledged = octetsAcknowledged;
    this.#received = received;
    this.#retransmitted = segmentsRetransmitted;
    this.#progressAt = now;
    this.#nextWord = FIRST_WORD;
  }

  /** What to make of it. */
  verdict(now: Instant): StallVerdict {
    const limit = this.#limit;
    if (limit !== null ? now >= after(this.#progressAt, limit) : now >= after(this.#heardAt, SILENCE_LIMIT)) {
      return { kind: "give up", text: this.#reason(now, limit === null ? this.#heardAt : this.#progressAt) };
    }
    if (now < after(this.#progressAt, this.#nextWord)) return { kind: "wait" };
    while (after(this.#progressAt, this.#nextWord) <= now) {
      this.#nextWord = seconds(toSeconds(this.#nextWord) * 2);
    }
    return { kind: "say", text: this.#reason(now, this.#progressAt) };
  }

  #reason(now: Instant, since: Instant): string {
    const { unackedOctets, unsentOctets, segmentsRetransmitted } = this.#connection;
    const span = spanOf(since, now);
    if (unackedOctets === 0 && unsentOctets === 0) {
      const what = this.#heardAt > since ? "nothing new" : "nothing";
      return `${what} has come from the peer for ${span}`;
    }
    if (this.#closedAt !== null) return this.#closedReason(this.#closedAt, now);
    const again = segmentsRetransmitted - this.#retransmitted;
    const tries = again === 0 ? "" : `: ${counted(again, "retransmission")}`;
    return `nothing has been acknowledged for ${span}${tries}`;
  }

  /** A peer that has closed its window and then vanished is silent since. */
  #closedReason(closedAt: Instant, now: Instant): string {
    const closed = `the peer's window has been closed for ${spanOf(closedAt, now)}`;
    const isSilent = this.#heardAt <= closedAt || now >= after(this.#heardAt, SILENCE_LIMIT);
    return isSilent ? `${closed}, and nothing has come for ${spanOf(this.#heardAt, now)}` : closed;
  }
}

/** Rounded down: what is said of a span has lasted so long. */
function spanOf(from: Instant, to: Instant): string {
  const span = elapsed(from, to);
  const step = span < FIRST_WORD ? seconds(0.1) : seconds(1);
  return formatSeconds(span < step ? span : micros(Math.floor(span / step) * step));
}
