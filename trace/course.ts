/**
 * The course of one connection as its own events tell it: how long it was, what its senders waited for, how it ended.
 *
 * @module
 */

import { Flag, type State, type StateReason } from "./core.ts";
import { FullSize, sized } from "./full_size.ts";
import { Limits } from "./limits.ts";
import type { ArrivedEvent, SentEvent, TraceEvent } from "./record.ts";

/** Why a connection is over that did not close in order. */
const BROKEN: { readonly [reason in StateReason]?: string } = {
  "reset-received": "reset",
  "refused": "refused: RST in answer to our SYN",
  "syn-in-window": "reset after a SYN in the window",
  "timed-out": "given up: no answer",
  "user-abort": "aborted by us",
  "unreachable": "given up: not reachable, says ICMP",
  "data-after-close": "reset by us: data came after we had closed",
  "closed-before-established": "closed before it was established",
};

/** One connection. */
export class Course {
  /** µs on the events' clock. */
  firstAt = 0;
  lastAt = 0;
  leastRtt: number | null = null;
  /** What we waited for as a sender, and what the peer did. */
  readonly limits: readonly [Limits, Limits] = [new Limits(), new Limits()];
  #events = 0;
  #broken: string | null = null;
  /** Null: not known. */
  #state: State | null = null;
  #closedFirst: "we" | "the peer" | null = null;
  /** What we have acknowledged; and how long the peer's segments can be. */
  #acked = 0;
  readonly #full: FullSize = new FullSize();

  /** Takes in the next event. */
  take(event: TraceEvent): void {
    if (this.#events++ === 0) this.firstAt = event.time;
    this.lastAt = Math.max(this.lastAt, event.time);
    const view = "view" in event ? event.view : null;
    this.#state = view?.state ?? this.#state;
    const rtt = view?.minRtt ?? 0;
    // The view's minimum is that of the last minutes.
    if (rtt > 0) this.leastRtt = Math.min(rtt, this.leastRtt ?? rtt);
    if (event.kind === "sent") this.#sent(event);
    else if (event.kind === "arrived") this.#arrived(event);
    else if (event.kind === "state") {
      this.#state = event.to;
      if (event.reason === "user-abort" && event.from === "SYN-SENT") {
        this.#broken ??= "given up before it was established";
      } else if (event.reason !== null) this.#broken ??= BROKEN[event.reason] ?? null;
    }
  }

  /** How it ended, as far as the events go. */
  get ending(): string {
    if (this.#broken !== null) return this.#broken;
    if (this.#state === null) return "not known";
    if (this.#state !== "TIME-WAIT" && this.#state !== "CLOSED") return `still ${this.#state}`;
    return this.#closedFirst === null ? "never opened" : `closed, ${this.#closedFirst} first`;
  }

  #sent({ time, segment, reason, marks, view }: SentEvent): void {
    if ((segment.flags & Flag.fin) !== 0) this.#closedFirst ??= "we";
    if ((segment.flags & Flag.syn) !== 0) this.#full.announced(segment.maximumSegmentSize, segment.family);
    const [own, peers] = this.limits;
    if (segment.ack !== null) {
      this.#acked = segment.ack;
      peers.acknowledged(segment.ack, segment.ack + segment.window, segment.window, time);
    }
    if (segment.length === 0 || reason === "window-probe" || reason === "keep-alive") return;
    own.passed({
      seq: segment.seq,
      end: segment.end,
      at: time,
      isNew: !marks.includes("retransmission"),
      una: view?.sndUna ?? segment.seq,
      isRecovering: view?.phase === "recovery" || view?.phase === "loss",
      full: view?.mss ?? null,
      windowIsKnown: view !== null && view.sndWnd !== null,
      isFar: false,
      lag: 0,
    });
  }

  #arrived({ time, segment, marks, view }: ArrivedEvent): void {
    if ((segment.flags & Flag.fin) !== 0) this.#closedFirst ??= "the peer";
    const [own, peers] = this.limits;
    if (segment.ack !== null) {
      own.acknowledged(segment.ack, segment.ack + segment.window, segment.window, time);
    }
    if (segment.length === 0) return;
    peers.passed({
      seq: segment.seq,
      end: segment.end,
      at: time,
      isNew: marks.length === 0 || marks.every((mark) => mark === "merged"),
      una: this.#acked,
      isRecovering: false,
      full: this.#full.passed(sized(segment)),
      windowIsKnown: true,
      isFar: true,
      lag: view?.minRtt ?? 0,
    });
  }
}
