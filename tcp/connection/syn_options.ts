/**
 * The options of the SYN segments: what we offer, and what both sides agreed to.
 *
 * @module
 */

import type { Family } from "../base/address.ts";
import type { TcpConfig } from "../config/config.ts";
import { Flag, Option, type Segment } from "../base/segment.ts";
import { toSeconds } from "../base/units.ts";

/** RFC 9293 3.7.1: what to assume when the peer names no MSS (MUST-15). */
const DEFAULT_MSS_IPV4 = 536;
const DEFAULT_MSS_IPV6 = 1_220;

/** IP header and TCP header without options, octets. */
const HEADERS_IPV4 = 40;
const HEADERS_IPV6 = 60;

/** Octets that the timestamps option takes in each segment, with its padding (RFC 7323 appendix A). */
export const TIMESTAMPS_LENGTH = 12;

/** RFC 7323 2.3. */
const MAX_WINDOW_SHIFT = 14;

/** Largest window field. */
const MAX_WINDOW_FIELD = 65_535;

/** RFC 5482 3.3: values with the granularity bit count minutes. */
const USER_TIMEOUT_MINUTES = 0x8000;
const USER_TIMEOUT_MOST = 0x7fff;

/** What two SYNs agree to. */
export class Handshake {
  readonly family: Family;
  /** MSS that we announce, octets. */
  readonly ownMss: number;
  /** Octets of the largest packet that the path takes. */
  mtu: number;
  /** Octets of the longest packet that passed, where longer ones were dropped without a word; Infinity: as far as known none were. */
  provenMtu = Infinity;
  /** Whether SACK was agreed. */
  selectiveAck = false;
  /** Whether timestamps were agreed. */
  timestamps = false;
  /** Whether both sides scale windows. */
  windowScaling = false;
  /** The shift of the window field that we send, when agreed. */
  ownShift: number;
  /** The shift of the window field that we receive. */
  peerShift = 0;
  /** SYN or SYN-ACK segments sent again. */
  retransmissions = 0;
  #peerMss: number;

  /** `pathMtu`: what the path is known to take already; our own MSS stays that of the interface (RFC 1191 6.4). */
  constructor(config: TcpConfig, family: Family, pathMtu: number) {
    this.family = family;
    this.mtu = Math.min(config.sending.mtu, pathMtu);
    this.ownMss = config.handshake.mss === 0 ? config.sending.mtu - this.#headers : config.handshake.mss;
    this.#peerMss = family === 4 ? DEFAULT_MSS_IPV4 : DEFAULT_MSS_IPV6;
    this.ownShift = config.handshake.windowScale === "auto"
      ? leastShift(config.buffers.receiveBufferMax)
      : config.handshake.windowScale;
  }

  get #headers(): number {
    return this.family === 4 ? HEADERS_IPV4 : HEADERS_IPV6;
  }

  /** What the peer takes in one segment, octets, as its SYN says. */
  get peerMss(): number {
    return this.#peerMss;
  }

  /** What full segments would carry without options. */
  segmentSize(): number {
    return Math.max(1, Math.min(this.#peerMss, this.mtu - this.#headers));
  }

  /** Payload octets of a full segment of ours (MUST-16): what the peer and the path take, less our options. */
  sendMss(): number {
    return this.payloadOf(this.longestPacket);
  }

  /** Octets of the longest packet of ours. */
  get longestPacket(): number {
    return Math.min(this.longestUnlimited, this.provenMtu);
  }

  /** Octets of the longest packet that the peer takes, and the path as far as routers told. */
  get longestUnlimited(): number {
    return Math.min(this.#peerMss + this.#headers, this.mtu);
  }

  /** Payload octets of a packet of so many octets. */
  payloadOf(packet: number): number {
    const options = this.timestamps ? TIMESTAMPS_LENGTH : 0;
    return Math.max(1, packet - this.#headers - options);
  }

  /** Octets of the packet with so much payload. */
  packetOf(payload: number): number {
    return payload + this.#headers + (this.timestamps ? TIMESTAMPS_LENGTH : 0);
  }

  /** Puts our offer on a SYN, or on a SYN-ACK what the peer offered too. `isSimultaneous`: both sides opened. */
  writeOptions(out: Segment, config: TcpConfig, isSimultaneous: boolean): void {
    const isAnswer = out.has(Flag.ack);
    const offersAgain = isSimultaneous && this.offersAgain(config);
    out.synOptionOrder = config.compatibility.synOptionOrder;
    if (config.handshake.mssOption) {
      out.options |= Option.maximumSegmentSize;
      out.maximumSegmentSize = config.compatibility.boundsOwnMss
        ? this.#boundOwnMss(isAnswer && !isSimultaneous)
        : this.ownMss;
    }
    if (!isAnswer && this.isBare(config)) return;
    if (isAnswer ? this.selectiveAck : config.handshake.selectiveAck) {
      out.options |= Option.selectiveAckPermitted;
    }
    if (isAnswer && !offersAgain ? this.windowScaling : config.handshake.windowScaling) {
      out.options |= Option.windowScale;
      out.windowScale = this.ownShift;
    }
    if (config.handshake.userTimeoutOption > 0) {
      out.options |= Option.userTimeout;
      out.userTimeout = encodeUserTimeout(toSeconds(config.handshake.userTimeoutOption));
    }
  }

  /** The MSS to announce where the peer and the path bound it. */
  #boundOwnMss(afterPeer: boolean): number {
    const mss = this.family === 6 ? Math.min(this.ownMss, this.mtu - this.#headers) : this.ownMss;
    return afterPeer ? Math.min(mss, this.#peerMss) : mss;
  }

  /** Whether our SYN was repeated so often that the path may drop options. */
  isBare(config: TcpConfig): boolean {
    return config.handshake.synRetriesWithOptions > 0 &&
      this.retransmissions > config.handshake.synRetriesWithOptions;
  }

  /** Whether the SYN-ACK of a simultaneous open offers what the peer's SYN did not. */
  offersAgain(config: TcpConfig): boolean {
    return config.compatibility.offersAgainWhenSimultaneous && !this.selectiveAck && !this.windowScaling &&
      !this.timestamps;
  }

  /** Takes in the options of the peer's SYN or SYN-ACK. */
  readOptions(segment: Segment, config: TcpConfig): void {
    if (segment.hasOption(Option.maximumSegmentSize)) {
      this.#peerMss = Math.max(segment.maximumSegmentSize, config.handshake.leastPeerMss);
    }
    this.selectiveAck = config.handshake.selectiveAck && segment.hasOption(Option.selectiveAckPermitted);
    this.timestamps = config.handshake.timestamps && segment.hasOption(Option.timestamps);
    this.windowScaling = config.handshake.windowScaling && segment.hasOption(Option.windowScale);
    // RFC 7323 2.3: a shift above 14 counts as 14.
    this.peerShift = this.windowScaling ? Math.min(segment.windowScale, MAX_WINDOW_SHIFT) : 0;
  }
}

/** The least shift with which the window field can express `octets`. */
function leastShift(octets: number): number {
  let shift = 0;
  while (shift < MAX_WINDOW_SHIFT && octets >> shift > MAX_WINDOW_FIELD) shift++;
  return shift;
}

function encodeUserTimeout(wholeSeconds: number): number {
  if (wholeSeconds <= USER_TIMEOUT_MOST) return Math.ceil(wholeSeconds);
  return USER_TIMEOUT_MINUTES | Math.min(USER_TIMEOUT_MOST, Math.ceil(wholeSeconds / 60));
}
