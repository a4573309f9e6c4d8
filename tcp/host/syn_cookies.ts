/**
 * SYN cookies (RFC 4987 3.6): when a flood of SYNs has filled the backlog, a SYN is answered without keeping anything of it.
 * What must be known of it later is in the number of the SYN-ACK, and comes back in the peer's ACK.
 *
 * The cookie is 5 bits of the time, 3 bits for one of eight MSS values, both hidden by a hash of the endpoints, and 24 bits of
 * a keyed hash over all of it. Where the peer sends timestamps, the lowest bits of ours carry what else it offered: its window
 * shift, SACK and ECN; without them the connection does without these.
 *
 * @module
 */

import type { Endpoint } from "../base/address.ts";
import { Flag, Option, Segment } from "../base/segment.ts";
import {
  seqAdd,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  type Timestamp,
  timestamp,
  timestampToInt32,
} from "../base/seq.ts";
import { type Instant, type Micros, seconds } from "../base/units.ts";
import type { TcpConfig } from "../config/config.ts";
import { Ecn } from "../connection/ecn.ts";
import { Handshake } from "../connection/syn_options.ts";
import { EndpointHash, HashUse } from "./siphash.ts";

/** How long the time in a cookie stays the same: one is good for so long at least, and for twice as long at most. */
export const COOKIE_SLOT: Micros = seconds(64);

/** What a cookie can say of the peer's MSS, octets: the greatest of these that the peer takes. */
export const COOKIE_MSS: readonly number[] = [256, 536, 1_220, 1_360, 1_440, 1_460, 4_312, 8_960];

const MAC_BITS = 24;
const MAC_MASK = (1 << MAC_BITS) - 1;
const MSS_BITS = 3;
const MSS_MASK = (1 << MSS_BITS) - 1;
const SLOT_MASK = 0x1f;

/** Of a timestamp: what it carries, from the lowest bit on. */
const CARRIED_BITS = 6;
const CARRIED_MASK = (1 << CARRIED_BITS) - 1;
const SHIFT_MASK = 0xf;
/** No shift of RFC 7323: the peer does not scale windows. */
const NO_SHIFT = 0xf;
const SACK_BIT = 1 << 4;
const ECN_BIT = 1 << 5;
/** The window field of a SYN is not scaled (RFC 7323 2.2). */
const MAX_WINDOW_FIELD = 65_535;
/** What is hashed where there is no timestamp. */
const NOTHING_CARRIED = 1 << CARRIED_BITS;

/** What a cookie answers a SYN with. */
export interface CookieAnswer {
  readonly cookie: SeqNumber;
  /** TSval of the SYN-ACK; null: the peer sends no timestamps. */
  readonly timestampValue: Timestamp | null;
  /** What the SYN-ACK may agree to. */
  readonly handshake: Handshake;
  readonly ecn: Ecn;
}

/** Makes cookies, and makes SYNs of them again. It remembers nothing but when it made the last one. */
export class SynCookies {
  readonly #hash: EndpointHash;
  #lastSlot = -Infinity;

  /** Takes a copy of the secret. @throws RangeError unless it has 16 octets */
  constructor(secret: Uint8Array) {
    this.#hash = new EndpointHash(secret, HashUse.synCookie);
  }

  /**
   * Answers a SYN; null: its peer takes less than the least MSS that a cookie can say.
   *
   * @param clock TSval for a segment sent now
   */
  answer(
    syn: Segment,
    local: Endpoint,
    remote: Endpoint,
    config: TcpConfig,
    clock: Timestamp,
    now: Instant,
  ): CookieAnswer | null {
    const handshake = new Handshake(config, syn.family, Infinity);
    handshake.readOptions(syn, config);
    const index = COOKIE_MSS.findLastIndex((mss) => mss <= handshake.peerMss);
    if (index < 0) return null;
    const ecn = new Ecn();
    if (handshake.timestamps) ecn.synArrived(syn, config.congestion.ecn);
    else {
      handshake.selectiveAck = false;
      handshake.windowScaling = false;
    }
    const carried = handshake.timestamps ? carriedBits(handshake, ecn) : NOTHING_CARRIED;
    const slot = slotAt(now);
    this.#lastSlot = slot;
    return {
      cookie: this.#cookie(local, remote, syn.seq, slot, index, carried),
      timestampValue: handshake.timestamps ? carrying(clock, carried) : null,
      handshake,
      ecn,
    };
  }

  /** Whether the segment may bring a cookie back: an ACK, while one that was made is good. */
  mayBring(segment: Segment, now: Instant): boolean {
    return segment.has(Flag.ack) && (segment.flags & (Flag.syn | Flag.rst)) === 0 &&
      slotAt(now) - this.#lastSlot <= 1;
  }

  /**
   * The SYN whose answer an ACK acknowledges, as far as the cookie says; null: the ACK returns no cookie of ours, or an old
   * one. `segment.seq` follows the SYN, so the first segment after it must be this one.
   */
  synOf(segment: Segment, local: Endpoint, remote: Endpoint, now: Instant): Segment | null {
    const slot = slotAt(now);
    const cookie = seqToInt32(seqAdd(segment.ack, -1));
    const irs = seqAdd(segment.seq, -1);
    const hasTimestamps = segment.hasOption(Option.timestamps);
    const carried = hasTimestamps ? timestampToInt32(segment.timestampEcho) & CARRIED_MASK : NOTHING_CARRIED;
    const open = (cookie >> MAC_BITS) ^ this.#veil(local, remote, irs);
    const index = open & MSS_MASK;
    const age = slot - (open >> MSS_BITS & SLOT_MASK) & SLOT_MASK;
    if (age > 1 || this.#cookie(local, remote, irs, slot - age, index, carried) !== seqNumber(cookie)) {
      return null;
    }
    const syn = new Segment();
    syn.family = segment.family;
    syn.addresses = segment.addresses;
    syn.sourceOffset = segment.sourceOffset;
    syn.destinationOffset = segment.destinationOffset;
    syn.sourcePort = segment.sourcePort;
    syn.destinationPort = segment.destinationPort;
    syn.seq = irs;
    syn.flags = Flag.syn;
    syn.options = Option.maximumSegmentSize;
    syn.maximumSegmentSize = COOKIE_MSS[index] ?? 0;
    if (hasTimestamps) putCarried(syn, carried, segment.timestampValue);
    // The window of the SYN itself is not known, and does not matter: that of the segment comes in its place.
    const shift = syn.hasOption(Option.windowScale) ? syn.windowScale : 0;
    syn.window = Math.min(segment.window << shift, MAX_WINDOW_FIELD);
    return syn;
  }

  #cookie(
    local: Endpoint,
    remote: Endpoint,
    irs: SeqNumber,
    slot: number,
    index: number,
    carried: number,
  ): SeqNumber {
    const veiled = ((slot & SLOT_MASK) << MSS_BITS | index) ^ this.#veil(local, remote, irs);
    this.#hash.hash(local, remote, [seqToInt32(irs), slot, carried << MSS_BITS | index]);
    return seqNumber(veiled << MAC_BITS | this.#hash.low & MAC_MASK);
  }

  /** Hides time and MSS: from one cookie nobody learns what those of others begin with. */
  #veil(local: Endpoint, remote: Endpoint, irs: SeqNumber): number {
    this.#hash.hash(local, remote, [seqToInt32(irs)]);
    return this.#hash.low >> MAC_BITS;
  }
}

function slotAt(now: Instant): number {
  return Math.floor(now / COOKIE_SLOT);
}

function carriedBits({ windowScaling, peerShift, selectiveAck }: Handshake, { agreed }: Ecn): number {
  return (windowScaling ? peerShift : NO_SHIFT) | (selectiveAck ? SACK_BIT : 0) | (agreed ? ECN_BIT : 0);
}

/** The last moment of the clock up to now whose lowest bits are those. */
function carrying(clock: Timestamp, carried: number): Timestamp {
  const low = timestampToInt32(clock) & CARRIED_MASK;
  const behind = low >= carried ? low - carried : low + CARRIED_MASK + 1 - carried;
  return timestamp(timestampToInt32(clock) - behind);
}

function putCarried(syn: Segment, carried: number, peersClock: Timestamp): void {
  syn.options |= Option.timestamps;
  syn.timestampValue = peersClock;
  const shift = carried & SHIFT_MASK;
  if (shift !== NO_SHIFT) {
    syn.options |= Option.windowScale;
    syn.windowScale = shift;
  }
  if ((carried & SACK_BIT) !== 0) syn.options |= Option.selectiveAckPermitted;
  if ((carried & ECN_BIT) !== 0) syn.flags |= Flag.ece | Flag.cwr;
}
