/**
 * Which socket a connection's text goes by, and when that changes.
 *
 * @module
 */

import {
  after,
  type Connection,
  type Instant,
  seconds,
  type Segment,
  seqAfter,
  type SeqNumber,
} from "../tcp/mod.ts";
import type { LinkDevice } from "./link_device.ts";
import type { NetworkSide } from "./loop.ts";

/**
 * How packets travel. `raw`: by raw socket. `packet`: text by packet socket, once the peer has acknowledged some.
 * `auto`: so too, once it turns out that there is much of it.
 */
export type LinkMode = "auto" | "raw" | "packet";

/** Octets of text after which a transfer counts as bulk: opening a packet socket costs about as much as sending these. */
const BULK = 256 * 1024;

/** How often the way to the next hop is looked at. */
const REFRESH_INTERVAL = seconds(1);

/** Timeouts in a row after which a link that has worked is given up. */
const PATIENCE = 2;

/** What has changed: text goes by packet socket or by raw socket again, or what arrives comes by ring. */
export type LinkChange = "packet" | "raw" | "ring";

/** Small segments in a row, which nobody has merged, after which a ring receives them: some 400 KB at an Ethernet's MTU. */
const MANY_UNMERGED = 256;

/** What `Link` is made of. */
export interface LinkOptions {
  readonly connection: Connection;
  readonly device: LinkDevice;
  readonly mode: LinkMode;
  /** Told of each change, with the reason in words. @default nobody */
  readonly onChange?: ((link: LinkChange, reason: string) => void) | undefined;
}

/** One connection, watched for when its device should gather and whether that gets across. */
export class Link implements NetworkSide {
  readonly #connection: Connection;
  readonly #device: LinkDevice;
  readonly #onChange: LinkOptions["onChange"];
  readonly #bulk: number;
  /** Nothing more is to be decided: text goes by raw socket for good. */
  #isSettled: boolean;
  /** Something sent by packet socket has been acknowledged. */
  #isProven = false;
  /** Number of the first octet that the packet socket got. */
  #firstSeq: SeqNumber;
  #refreshAt: Instant;
  /** Segments with data in a row that no device had merged; negative: not counted any more. */
  #unmerged: number;

  constructor({ connection, device, mode, onChange }: LinkOptions) {
    this.#connection = connection;
    this.#device = device;
    this.#onChange = onChange;
    this.#bulk = mode === "auto" ? BULK : 0;
    this.#isSettled = mode === "raw";
    this.#firstSeq = connection.sndNxt;
    this.#refreshAt = 0 as Instant;
    this.#unmerged = mode === "raw" ? -1 : 0;
  }

  segmentArrives(segment: Segment, now: Instant): void {
    if (this.#unmerged >= 0 && segment.payload.length > 0) this.#weigh(segment);
    this.#connection.segmentArrives(segment, now);
  }

  timersFire(now: Instant): void {
    this.#connection.timersFire(now);
    if (this.#device.gathering !== null) this.#judge();
  }

  nextDeadline(): Instant {
    return this.#connection.nextDeadline();
  }

  transmit(out: Segment, now: Instant): boolean {
    if (!this.#isSettled && now >= this.#refreshAt) this.#consider(now);
    return this.#connection.transmit(out, now);
  }

  get userProgress(): number {
    return this.#connection.userProgress;
  }

  segmentLeft(moment: Instant): void {
    this.#connection.segmentLeft(moment);
  }

  /** Whether so much arrives in small packets that a ring is worth its memory. */
  #weigh(segment: Segment): void {
    this.#unmerged = segment.payload.length > this.#device.longestByRing ? 0 : this.#unmerged + 1;
    if (this.#unmerged < MANY_UNMERGED) return;
    this.#unmerged = -1;
    if (this.#device.receiveByRing() === null) {
      this.#onChange?.("ring", "bulk data arrives one packet at a time");
    }
  }

  #consider(now: Instant): void {
    const { octetsSent, octetsAcknowledged, unsentOctets, sndNxt } = this.#connection;
    if (this.#device.gathering !== null) {
      this.#refreshAt = after(now, REFRESH_INTERVAL);
      const failure = this.#device.refresh();
      if (failure !== null) this.#settle(failure);
      // Until the peer has acknowledged text it may not have had our ACK of its SYN; on loopback a host then drops frames that
      // come by packet socket, for it knows no connection that they belong to.
    } else if (octetsAcknowledged > 0 && unsentOctets > 0 && octetsSent + unsentOctets >= this.#bulk) {
      this.#refreshAt = after(now, REFRESH_INTERVAL);
      this.#firstSeq = sndNxt;
      const failure = this.#device.gather();
      if (failure === null) this.#onChange?.("packet", "bulk data flow");
      else this.#settle(failure);
    }
  }

  /** After a timer: whether the packet socket seems to get nothing across. Loss does not look like that. */
  #judge(): void {
    const { backoff, sndUna } = this.#connection;
    if (seqAfter(sndUna, this.#firstSeq)) this.#isProven = true;
    if (backoff < (this.#isProven ? PATIENCE : 1)) return;
    this.#device.stopGathering();
    this.#settle("nothing that was sent this way was acknowledged in time");
  }

  #settle(reason: string): void {
    this.#isSettled = true;
    this.#onChange?.("raw", reason);
  }
}
