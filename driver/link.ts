/**
 * Which socket a connection's text and ACKs go by, and when that changes.
 *
 * @module
 */

import {
  after,
  type Connection,
  type Endpoint,
  type Instant,
  milliseconds,
  type Segment,
  seqAfter,
  type SeqNumber,
} from "../tcp/single.ts";
import type { Direction } from "../ffi/ipsec.ts";
import type { RawSocket } from "../ffi/raw_socket.ts";
import type { RawSocketV6 } from "../ffi/raw_socket_v6.ts";
import { LinkDevice, type LinkEnds } from "./link_device.ts";
import type { Monitor } from "./loop.ts";
import { hasComeAgain } from "./next_hop_advice.ts";

/**
 * When text and ACKs leave by packet socket. `packet`: once the peer has acknowledged text, or sent some. `auto`: once it turns out
 * that there is much of it, and as long as this host has no rules that packet sockets go around.
 */
export type LinkMode = "auto" | "packet";

/** Looks on at a connection, and decides which of its packets go which way. */
export interface LinkMonitor extends Monitor {
  /** Whether all goes by raw socket for good. */
  readonly isSettled: boolean;
  /** Its ways are closed, `reason` says why: whoever was told that packets take one hears that they do no longer. */
  closed(reason: string): void;
}

/** Ways for one connection's packets beside a raw socket. */
export interface OpenLink {
  /** Carries the packets, some by that raw socket; its owner's to close. */
  readonly device: LinkDevice;
  /** Who looks on at the connection. */
  readonly monitorOf: (connection: Connection) => LinkMonitor;
}

/**
 * Opens the ways of a connection; that raw socket stays its owner's.
 *
 * @internal
 */
export type LinkOpener = (raw: RawSocket | RawSocketV6, ends: LinkEnds) => OpenLink;

/** Told of a change, with the reason in words, and of which peer's connection: a host has several. */
export type OnLinkChange = (link: LinkChange, reason: string, remote: Endpoint) => void;

/** Lets bulk data leave by packet socket and arrive by ring, where that pays. @param onChange @default nobody is told */
export function packetLink(mode: LinkMode, onChange?: OnLinkChange): LinkOpener {
  return (raw, ends) => {
    const device = new LinkDevice(raw, ends);
    return { device, monitorOf: (connection) => new Link({ connection, device, mode, onChange }) };
  };
}

/** Octets of text that we send after which a transfer is bulk: opening a packet socket costs about as much as sending these. */
const BULK_SENT = 256 * 1024;

/**
 * Octets of text that we receive after which it is: a ring, and a packet socket for ACKs, save about as much while twice as many
 * arrive as opening both costs, and as the code that was compiled for the raw socket alone (tests/bench/profiles/bulk.md).
 */
const BULK_RECEIVED = 12 << 20;

/** How often the way to the next hop, and the host's rules, are looked at. */
const REFRESH_INTERVAL = milliseconds(200);

/** Timeouts in a row after which a link that has worked is given up. */
const PATIENCE = 2;

/**
 * What has changed: text and ACKs go by `packet` socket or by `raw` socket again; what arrives comes by `ring`, or does so no longer
 * (`no ring`). `rules`: it stays, but there are rules of this host's that it goes around, which the reason names.
 */
export type LinkChange = "packet" | "raw" | "ring" | "no ring" | "rules";

/** Small segments in a row, which nobody has merged, after which a ring receives bulk data: it would not hold others. */
const MANY_UNMERGED = 256;

/** What `Link` is made of. */
interface LinkOptions {
  readonly connection: Connection;
  readonly device: LinkDevice;
  readonly mode: LinkMode;
  readonly onChange: OnLinkChange | undefined;
}

/** One connection, watched for when its device should gather and whether that gets across. */
class Link implements LinkMonitor {
  readonly #connection: Connection;
  readonly #device: LinkDevice;
  readonly #onChange: OnLinkChange | undefined;
  readonly #bulkSent: number;
  readonly #bulkReceived: number;
  /** Whether the host's rules are to be kept. */
  readonly #obeys: boolean;
  /** Nothing more is to be decided: all goes by raw socket for good. */
  #isSettled = false;
  /** Something sent by packet socket has been acknowledged. */
  #isProven = false;
  /** Number of the first octet that the packet socket got. */
  #firstSeq: SeqNumber;
  /** What the peer sent again last though it had been acknowledged, and RCV.NXT then. */
  #repeated: SeqNumber;
  #repeatedAt: SeqNumber;
  #refreshAt: Instant;
  /** Segments with data in a row that no device had merged; negative: not counted any more. */
  #unmerged = 0;
  /** The rules that it was last said to go around; null: none yet. */
  #told: string | null = null;
  /** The rules for whose sake ACKs were last said to stay with the raw socket. */
  #toldOfAcks: string | null = null;
  /** A ring is being opened. */
  #awaitsRing = false;

  constructor({ connection, device, mode, onChange }: LinkOptions) {
    this.#connection = connection;
    this.#device = device;
    this.#onChange = onChange;
    this.#bulkSent = mode === "auto" ? BULK_SENT : 0;
    this.#bulkReceived = mode === "auto" ? BULK_RECEIVED : 0;
    this.#obeys = mode === "auto";
    this.#firstSeq = connection.sndNxt;
    this.#repeated = this.#repeatedAt = connection.rcvNxt;
    this.#refreshAt = 0 as Instant;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  closed(reason: string): void {
    if (this.#device.gathering !== null) this.#tell("raw", reason);
  }

  segmentArrives(segment: Segment, now: Instant): void {
    if (this.#unmerged >= 0 && segment.payload.length > 0) this.#weigh(segment);
    if (this.#awaitsRing && this.#device.isRingPrepared) this.#takeRing(now);
    if (this.#device.gathering !== null && hasComeAgain(segment, this.#connection)) {
      this.#doubtAcks(segment, now);
    }
  }

  timersFired(now: Instant): void {
    if (this.#device.gathering !== null) this.#judge(now);
  }

  transmitBegins(now: Instant): void {
    if (now >= this.#refreshAt && (!this.#isSettled || this.#device.hasRing)) this.#consider(now);
  }

  /** Whether so much arrives in small packets that a ring is worth its memory. */
  #weigh(segment: Segment): void {
    this.#unmerged = segment.payload.length > this.#device.longestByRing ? 0 : this.#unmerged + 1;
    if (this.#unmerged < MANY_UNMERGED || this.#connection.octetsReceived < this.#bulkReceived) return;
    this.#unmerged = -1;
    this.#awaitsRing = this.#ruleAgainst("in") === null;
    if (this.#awaitsRing) void this.#device.prepareRing();
  }

  /**
   * While a packet arrives, after which the loop asks for more: what has come by raw socket until now is found only then. A
   * loop that is about to sleep would wait for the ring alone.
   */
  #takeRing(now: Instant): void {
    this.#awaitsRing = false;
    this.#refreshAt = after(now, REFRESH_INTERVAL);
    if (this.#ruleAgainst("in") !== null) return this.#device.forgetRing();
    if (this.#device.receiveByRing() !== null) return;
    this.#tell("ring", "bulk data arrives one packet at a time");
    this.#tellRules("in");
  }

  #consider(now: Instant): void {
    const device = this.#device;
    if (device.hasRing) {
      this.#refreshAt = after(now, REFRESH_INTERVAL);
      const rule = this.#ruleAgainst("in");
      if (rule !== null && device.receiveByRaw() === null) this.#tell("no ring", rule);
      this.#tellRules("in");
    }
    if (this.#isSettled) return;
    if (device.gathering !== null) {
      this.#refreshAt = after(now, REFRESH_INTERVAL);
      const failure = this.#ruleAgainst("out") ?? device.refresh();
      if (failure !== null) this.#goBack(failure, now);
      else this.#tellRules("out");
    } else if (this.#isBulk()) {
      this.#refreshAt = after(now, REFRESH_INTERVAL);
      if (this.#keepsAcks()) return;
      this.#firstSeq = this.#connection.sndNxt;
      const failure = this.#ruleAgainst("out") ?? device.gather();
      if (failure !== null) return this.#settle(failure);
      this.#tell("packet", "bulk data flow");
      this.#tellRules("out");
    }
  }

  /**
   * Whether there is so much text, one way or the other, that a packet socket pays. Until the peer has acknowledged text, or sent
   * some, it may not have had our ACK of its SYN; on loopback a host then drops frames that come by packet socket, for it knows no
   * connection that they belong to.
   */
  #isBulk(): boolean {
    const { octetsSent, octetsAcknowledged, octetsReceived, unsentOctets } = this.#connection;
    if (octetsReceived > 0 && octetsReceived >= this.#bulkReceived) return true;
    return octetsAcknowledged > 0 && unsentOctets > 0 && octetsSent + unsentOctets >= this.#bulkSent;
  }

  /**
   * Whether nothing but ACKs is to be sent, and stays with the raw socket although rules of this host's need not be kept: their
   * connection tracking would not see the window that ACKs open, and a firewall drops what comes beyond the one it knows. Of what
   * we send ourselves that shows by timeouts.
   */
  #keepsAcks(): boolean {
    if (this.#obeys || this.#connection.unsentOctets > 0) return false;
    const rules = this.#device.rulesAround("out");
    if (rules === null) return false;
    if (rules !== this.#toldOfAcks) {
      this.#tell(
        "raw",
        `nothing but ACKs is to be sent, which packet sockets would take around ${rules}`,
      );
    }
    this.#toldOfAcks = rules;
    return true;
  }

  /** Why no packet socket may be taken, where the host's rules are to be kept. */
  #ruleAgainst(direction: Direction): string | null {
    const rules = this.#obeys ? this.#device.rulesAround(direction) : null;
    return rules === null ? null : `packet sockets would go around ${rules}`;
  }

  /** Says which rules of this host's packet sockets go around, where that is wanted: each time that there are others. */
  #tellRules(direction: Direction): void {
    if (this.#obeys || this.#onChange === undefined) return;
    const rules = this.#device.rulesAround(direction);
    if (rules === null || rules === this.#told) return;
    this.#told = rules;
    this.#tell("rules", rules);
  }

  /** After a timer: whether the packet socket seems to get nothing across. Loss does not look like that. */
  #judge(now: Instant): void {
    const { expiries, sndUna, octetsSent, octetsAcknowledged } = this.#connection;
    if (seqAfter(sndUna, this.#firstSeq)) this.#isProven = true;
    if (octetsSent === octetsAcknowledged || expiries < (this.#isProven ? PATIENCE : 1)) return;
    const what = this.#isProven
      ? "what was sent this way last was not"
      : "nothing that was sent this way was";
    this.#goBack(`${what} acknowledged in time`, now);
  }

  /**
   * The peer has sent again what it has had an ACK of: that ACK may have been lost. When the same comes once more and nothing new
   * between, the peer has timed out twice. A single octet may be a keep-alive instead (RFC 9293 3.8.4).
   */
  #doubtAcks({ seq, payload }: Segment, now: Instant): void {
    if (payload.length === 1) return;
    const { rcvNxt } = this.#connection;
    const isSame = seq === this.#repeated && rcvNxt === this.#repeatedAt;
    this.#repeated = seq;
    this.#repeatedAt = rcvNxt;
    if (isSame) this.#goBack("what was acknowledged this way keeps coming again", now);
  }

  /**
   * What is in flight may have gone nowhere, or past those who must see it: it goes again by raw socket, at once, unless nothing gets
   * out of this host by that either.
   */
  #goBack(reason: string, now: Instant): void {
    this.#device.stopGathering();
    this.#settle(reason);
    if (this.#device.hasWay) this.#connection.wayChanged(now);
  }

  #settle(reason: string): void {
    this.#isSettled = true;
    this.#tell("raw", reason);
  }

  #tell(change: LinkChange, reason: string): void {
    this.#onChange?.(change, reason, this.#connection.remote);
  }
}
