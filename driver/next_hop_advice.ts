/**
 * A connection's advice to the kernel about the next hop (RFC 1122 2.3.2.1): where nothing gets through, the hardware address that
 * the kernel knows may be that of a router which has been replaced, and is to be asked for again.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import { askWhetherThere } from "../ffi/neighbour.ts";
import type { Flow } from "../ffi/route.ts";
import {
  after,
  type Connection,
  type Instant,
  instant,
  seconds,
  type Segment,
  seqAdd,
  seqAtOrBefore,
  type SeqNumber,
} from "../tcp/single.ts";
import type { Monitor } from "./loop.ts";

/** Timeouts in a row, or segments in a row that come again though they have been acknowledged, that give rise to doubt. */
const ENOUGH = 2;

/** How often the kernel is asked to look: it takes some three seconds. */
const ASK_INTERVAL = seconds(5);

/** What the advice is about. */
export interface AdvisedWay {
  readonly connection: Connection;
  readonly flow: Flow;
  /** Asks the kernel to make sure of the next hop. @default the kernel */
  readonly ask?: (flow: Flow) => void;
}

/**
 * Whether all of the segment's text has been received before, and acknowledged.
 *
 * @internal
 */
export function hasComeAgain({ seq, payload: { length } }: Segment, { rcvNxt }: Connection): boolean {
  return length > 0 && seqAtOrBefore(seqAdd(seq, length), rcvNxt);
}

/** Looks on at a connection for signs that its segments, or its ACKs, do not get through. */
export class NextHopAdvice implements Monitor {
  readonly #connection: Connection;
  readonly #flow: Flow;
  readonly #ask: (flow: Flow) => void;
  /** Segments that have come again since RCV.NXT was `#repeatedAt`. */
  #repeated = 0;
  #repeatedAt: SeqNumber;
  #askAgainAt: Instant = instant(0);

  constructor({ connection, flow, ask = askWhetherThere }: AdvisedWay) {
    this.#connection = connection;
    this.#flow = flow;
    this.#ask = ask;
    this.#repeatedAt = connection.rcvNxt;
  }

  segmentArrives(segment: Segment, now: Instant): void {
    if (hasComeAgain(segment, this.#connection)) this.#cameAgain(now);
  }

  timersFired(now: Instant): void {
    if (this.#connection.expiries >= ENOUGH) this.#advise(now);
  }

  /** The peer seems not to get our ACKs. */
  #cameAgain(now: Instant): void {
    const { rcvNxt } = this.#connection;
    this.#repeated = rcvNxt === this.#repeatedAt ? this.#repeated + 1 : 1;
    this.#repeatedAt = rcvNxt;
    if (this.#repeated >= ENOUGH) this.#advise(now);
  }

  #advise(now: Instant): void {
    if (now < this.#askAgainAt) return;
    this.#askAgainAt = after(now, ASK_INTERVAL);
    try {
      this.#ask(this.#flow);
    } catch (error) {
      // Not permitted, or there is no way at all: the kernel finds out by itself, as it does for its own TCP.
      if (!(error instanceof SystemError)) throw error;
    }
  }
}
