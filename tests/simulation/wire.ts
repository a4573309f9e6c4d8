/**
 * What must be true of the packets that one side sends, judged from outside.
 *
 * @module
 */

import {
  Flag,
  Option,
  type Segment,
  seqAdd,
  seqAfter,
  seqDistance,
  type SeqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { demand, mayCloseAtOnce } from "./invariants.ts";
import type { Stream } from "./stream.ts";

/** Segments without data that may go out beyond those that something has caused. */
const BARE_SEGMENTS_SPARE = 4;

/** RFC 9293 3.7.1, MUST-15: what a SYN without the option says. */
const DEFAULT_MSS_IPV4 = 536;
const DEFAULT_MSS_IPV6 = 1_220;

/** What the wire has seen of one side. */
export class WireWatch {
  segments = 0;
  octets = 0;
  /** Text segments that repeat what was sent before, wholly or in part. */
  repeated = 0;
  /** Segments without data, SYN, FIN or RST. */
  bare = 0;
  /** Arrivals, timers and calls: each may cause one such segment. */
  causes = 0;
  /** The furthest right edge of a window that this side has announced; null before the first. */
  furthestEdge: SeqNumber | null = null;
  /** The right edge that stands: what was announced since the window last closed at once. */
  #standingEdge: SeqNumber | null = null;
  iss: SeqNumber | null = null;
  #highest: SeqNumber | null = null;
  /** The shift that this side's SYN offers; null: none. */
  #offeredShift: number | null = null;
  /** What this side's SYN says of the segments that it takes (RFC 9293 3.7.1). */
  #announcedMss = 0;
  readonly #stream: Stream;
  readonly #config: TcpConfig;

  /** `stream`: the data that this side sends; `config`: what it was told to be like. */
  constructor(stream: Stream, config: TcpConfig) {
    this.#stream = stream;
    this.#config = config;
  }

  /** Looks at a segment as it is sent, and why. `peer`: the other side's watch; `mss`: what the sender takes for its MSS. */
  sent(segment: Segment, peer: WireWatch, mss: number, reason: string): void {
    this.segments++;
    this.octets += segment.payload.length;
    if (segment.has(Flag.rst)) return;
    if (segment.has(Flag.syn)) this.#synSent(segment);
    if (segment.has(Flag.ack)) this.#checkWindow(segment, peer);
    if (segment.payload.length > 0) this.#checkText(segment, peer, mss, reason);
    else if ((segment.flags & (Flag.syn | Flag.fin)) === 0) {
      this.bare++;
      demand(
        this.bare <= this.causes + BARE_SEGMENTS_SPARE,
        `${this.bare} segments without text answer ${this.causes} causes`,
      );
    }
  }

  #synSent(segment: Segment): void {
    if (this.iss !== segment.seq) this.furthestEdge = this.#standingEdge = this.#highest = null;
    this.iss = segment.seq;
    this.#offeredShift = segment.hasOption(Option.windowScale) ? segment.windowScale : null;
    const assumed = segment.family === 4 ? DEFAULT_MSS_IPV4 : DEFAULT_MSS_IPV6;
    this.#announcedMss = segment.hasOption(Option.maximumSegmentSize) ? segment.maximumSegmentSize : assumed;
  }

  /** The edge moves left at most by what the window's scale cannot express (RFC 7323 2.4). */
  #checkWindow(segment: Segment, peer: WireWatch): void {
    const shift = peer.#offeredShift === null ? 0 : this.#offeredShift ?? 0;
    const edge = seqAdd(segment.ack, segment.window << (segment.has(Flag.syn) ? 0 : shift));
    const standing = this.#standingEdge ?? edge;
    const moved = seqDistance(standing, edge);
    // A SYN that is sent again can say less than was said meanwhile: its field is not scaled.
    const hasClosed = mayCloseAtOnce(this.#config) && segment.window === 0;
    const mayMove = hasClosed || segment.has(Flag.syn);
    demand(moved > -(1 << shift) || mayMove, `The announced right edge moved by ${moved}`);
    this.#standingEdge = moved > 0 || hasClosed ? edge : standing;
    if (this.furthestEdge === null || seqAfter(edge, this.furthestEdge)) this.furthestEdge = edge;
  }

  #checkText(segment: Segment, peer: WireWatch, mss: number, reason: string): void {
    const { payload: { length: payloadLength }, segmentSize } = segment;
    const longest = segmentSize === 0 ? payloadLength : segmentSize;
    const taken = Math.max(peer.#announcedMss, this.#config.handshake.leastPeerMss);
    // A probe of the path is longer than what is known to pass (RFC 4821 7.5), and one segment.
    const isProbe = reason === "mtu-probe" || reason === "retransmit-mtu-probe";
    demand(
      longest <= mss !== isProbe,
      `${longest} octets in one segment where the MSS is ${mss} (${reason})`,
    );
    demand(longest <= taken, `${longest} octets in one segment where the peer takes ${taken}`);
    const end = seqAdd(segment.seq, payloadLength);
    if (this.#highest !== null && seqAfter(this.#highest, segment.seq)) this.repeated++;
    if (this.#highest === null || seqAfter(end, this.#highest)) this.#highest = end;
    if (peer.furthestEdge !== null) {
      const beyond = seqDistance(peer.furthestEdge, end);
      demand(beyond <= 1, `Text reaches ${beyond} octets beyond the furthest window`);
    }
    if (this.iss !== null) this.#checkOctets(segment, seqDistance(this.iss, segment.seq) - 1);
  }

  /** The first and the last octet are those of their place in the stream; the receiver compares the others. */
  #checkOctets(segment: Segment, offset: number): void {
    const { octets, offset: start, length, firstPartLength } = segment.payload;
    const lastIndex = firstPartLength < length ? length - firstPartLength - 1 : start + length - 1;
    const first = this.#stream.piece(offset, 1)[0];
    const last = this.#stream.piece(offset + length - 1, 1)[0];
    demand(octets[start] === first, `The octet sent at ${offset} is not the one of its place`);
    demand(octets[lastIndex] === last, `The octet sent at ${offset + length - 1} is another one`);
  }
}
