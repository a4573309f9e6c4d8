/**
 * The window that we announce: which octets the peer may send, and how much of them the buffer is good for. RCV.NXT,
 * RCV.WND as in RFC 9293 3.3.1.
 *
 * @module
 */

import type { ByteRing } from "../buffer/byte_ring.ts";
import type { TcpConfig } from "../config/config.ts";
import type { PacketMemory } from "./packet_memory.ts";
import { seqAdd, seqAfter, seqDistance, type SeqNumber, seqNumber } from "../base/seq.ts";

/** Largest value of the window field. */
const MAX_WINDOW_FIELD = 65_535;

/** No value of the window field. */
const NOT_ANNOUNCED = -1;

/** By this part of its size, and two units of the window field, the buffer may be exceeded by what windows are rounded up by. */
const ROUNDING_PART = 1 / 4;

/** RCV.NXT, the announced edge, and the size of the buffer behind them. */
export class ReceiveWindow {
  rcvNxt: SeqNumber = seqNumber(0);
  /** Right edge of the window that we announced. */
  rcvAdv: SeqNumber = seqNumber(0);
  /** Furthest right edge that we ever announced: what the peer sends within it is no lie (RFC 9293 3.8.6). */
  #furthestEdge: SeqNumber = seqNumber(0);
  /** Octets of options in every segment of the peer. */
  optionOctets = 0;
  readonly #ring: ByteRing;
  /** What the buffer takes in memory, when that is what its size means; null: its size is octets of data. */
  readonly #memory: PacketMemory | null;
  readonly #ownMss: number;
  readonly #roundsUp: boolean;
  readonly #shrinks: boolean;
  /** Data was refused because what waits to be read is more than the buffer is meant for. */
  #isOverrun = false;
  #shift = 0;
  #cap: number;
  /** RCV.WND as it was last announced. */
  #announced = 0;
  /** Octets that the buffer is meant to hold. `ring.limit` is more while what was announced may still come. */
  #limit: number;
  /** The window field as it was last announced; {@link NOT_ANNOUNCED} when something has moved since that bears on it. */
  #field = NOT_ANNOUNCED;

  /** `ring` holds the data; `ownMss`: octets of the largest segment that we take. */
  constructor(config: TcpConfig, ring: ByteRing, memory: PacketMemory | null, ownMss: number) {
    this.#ring = ring;
    this.#memory = memory;
    this.#ownMss = ownMss;
    this.#limit = config.buffers.receiveBuffer;
    this.#roundsUp = config.compatibility.roundsBuffers;
    this.#shrinks = config.buffers.shrinksWindow;
    const { initialReceiveWindow } = config.buffers;
    this.#cap = initialReceiveWindow === 0 ? Infinity : initialReceiveWindow;
  }

  /** The shift that the peer applies to our window field. */
  get shift(): number {
    return this.#shift;
  }

  /** A field that is scaled cannot say less than `2^shift` octets: a smaller buffer would be a window closed for ever. */
  set shift(shift: number) {
    this.#shift = shift;
    this.#memory?.ensureSteps(shift);
    this.setLimit(Math.max(this.#limit, 1 << shift));
  }

  /** Octets that the buffer is meant to hold. */
  get limit(): number {
    return this.#limit;
  }

  /** Full segments have this many octets: a config that wants it has the buffer hold a whole number of them. */
  holdWholeSegments(octets: number): void {
    if (this.#roundsUp) this.setLimit(Math.ceil(this.#limit / octets) * octets);
  }

  /** Makes the buffer larger or smaller. The window that was announced stands: the limit sinks as it is used (SHLD-14). */
  resize(octets: number): void {
    this.#memory?.resize(octets, this.#shift);
    this.setLimit(Math.max(octets, 1 << this.#shift));
  }

  /** RCV.WND: octets that the peer may send from RCV.NXT on. */
  get rcvWnd(): number {
    return Math.max(0, seqDistance(this.rcvNxt, this.rcvAdv));
  }

  /** Octets from RCV.NXT to the furthest edge that we ever announced. */
  get furthest(): number {
    return seqDistance(this.rcvNxt, this.#furthestEdge);
  }

  /** Takes the peer's IRS. What our own SYN announced, if it went out before, stands. */
  begin(irs: SeqNumber): void {
    const announced = this.rcvWnd;
    this.#field = NOT_ANNOUNCED;
    this.rcvNxt = seqAdd(irs, 1);
    this.rcvAdv = seqAdd(this.rcvNxt, announced);
    this.#furthestEdge = this.rcvAdv;
  }

  /** RCV.NXT moves over octets that are in the ring. */
  advance(octets: number): void {
    this.#field = NOT_ANNOUNCED;
    this.rcvNxt = seqAdd(this.rcvNxt, octets);
    if (seqAfter(this.rcvNxt, this.rcvAdv)) this.rcvAdv = this.rcvNxt;
    if (seqAfter(this.rcvNxt, this.#furthestEdge)) this.#furthestEdge = this.rcvNxt;
    if (this.#cap < Infinity) this.#cap += 2 * octets;
  }

  /** RCV.NXT moves over the peer's FIN, which takes no room in the buffer: the window behind it stays as large as it was. */
  advanceOverFin(): void {
    this.#field = NOT_ANNOUNCED;
    this.rcvNxt = seqAdd(this.rcvNxt, 1);
    this.rcvAdv = seqAdd(this.rcvAdv, 1);
  }

  /** Data was refused because what waits to be read is more than the buffer is meant for: the next window is closed. */
  overrun(): void {
    this.#field = NOT_ANNOUNCED;
    this.#isOverrun = true;
  }

  /**
   * The window field of the next segment, moving the announced edge. The edge never moves left (SHLD-14), and right only
   * by half the buffer or a full segment (RFC 9293 3.8.6.2.2, MUST-39), unless the config has it shrink or the buffer was
   * overrun. `isSyn`: the field of a SYN is not scaled; `holds`: the edge stays where it is. While neither RCV.NXT nor the
   * buffer has moved, the last announcement stands.
   */
  announce(isSyn: boolean, holds: boolean): number {
    return this.#field === NOT_ANNOUNCED || isSyn ? this.#announceAnew(isSyn, holds) : this.#field;
  }

  #announceAnew(isSyn: boolean, holds: boolean): number {
    const shift = isSyn ? 0 : this.#shift;
    const moves = !holds || isSyn;
    if (moves) this.#moveEdge(isSyn, shift);
    const field = this.#fieldFrom(this.rcvNxt, shift);
    this.#announced = this.rcvWnd;
    // What a buffer of packets takes in memory moves by more than RCV.NXT and what is read.
    this.#field = moves && !isSyn && this.#memory === null ? field : NOT_ANNOUNCED;
    return field;
  }

  /** The window field of a segment that acknowledges `ack`, some while ago, and announces the same edge as the last one. */
  fieldFrom(ack: SeqNumber): number {
    this.#field = NOT_ANNOUNCED;
    return this.#fieldFrom(ack, this.#shift);
  }

  #moveEdge(isSyn: boolean, shift: number): void {
    const edge = isSyn ? this.#firstEdge() : this.#newEdge(shift);
    const closes = this.#isOverrun && edge === this.rcvNxt;
    const mayShrink = closes || this.#shrinks && shift > 0;
    if (mayShrink || seqAfter(edge, this.rcvAdv)) this.rcvAdv = edge;
    this.#isOverrun = false;
  }

  #firstEdge(): SeqNumber {
    if (this.#memory === null) return this.#newEdge(0);
    const first = this.#memory.begin(Math.max(1, this.#ownMss - this.optionOctets));
    return seqAdd(this.rcvNxt, Math.min(first, MAX_WINDOW_FIELD));
  }

  /**
   * RFC 7323 2.4: the field counts in units of `2^shift`, and a window that is no multiple of it is rounded up: else the
   * edge would move left. Segments shorter than a unit move it right that way each time, and nobody can have both; when
   * the buffer is to hold no more, the field is rounded down, and what was announced before stays acceptable.
   */
  #fieldFrom(ack: SeqNumber, shift: number): number {
    const window = seqDistance(ack, this.rcvAdv);
    const rounded = roundUp(window, shift);
    const edge = seqAdd(ack, rounded);
    const fits = rounded === window || this.#memory !== null ||
      this.#ring.length + seqDistance(this.rcvNxt, edge) <= this.most;
    if (fits) this.rcvAdv = edge;
    if (seqAfter(this.rcvAdv, this.#furthestEdge)) this.#furthestEdge = this.rcvAdv;
    this.#approachLimit();
    return Math.min(MAX_WINDOW_FIELD, (fits ? rounded : window) >> shift);
  }

  /** RCV.WND as it was last announced, whatever came since. */
  get announced(): number {
    return this.#announced;
  }

  /** Whether the window would be no smaller than it was when last announced, by a segment or so. */
  get holds(): boolean {
    if (this.#memory !== null) {
      return this.#memory.window(this.#announced, this.#shift) >= this.#announced;
    }
    const free = Math.min(this.#limit - this.#ring.length, this.#cap);
    return free + this.#ownMss > this.#announced;
  }

  /** RCV.WND as far as the scaled field can say it: what the peer knows of it. */
  get known(): number {
    return this.rcvWnd >> this.#shift << this.#shift;
  }

  /** Octets by which the window that the peer knows would grow if it were announced now. */
  growth(): number {
    const edge = this.#newEdge(this.#shift);
    return seqAfter(edge, this.rcvAdv) ? seqDistance(this.rcvNxt, edge) - this.known : 0;
  }

  /** What the buffer is meant to hold becomes another. */
  setLimit(octets: number): void {
    this.#limit = octets;
    this.roomMade();
  }

  /** The reader has made room in the ring. */
  roomMade(): void {
    this.#field = NOT_ANNOUNCED;
    this.#approachLimit();
  }

  /** The ring holds what the buffer is meant for, or all that was announced; packets are kept whole wherever they end. */
  #approachLimit(): void {
    const least = this.#memory === null ? this.#limit : Math.max(this.#limit, this.#ring.limit);
    this.#ring.limit = Math.max(least, this.#ring.length + this.furthest);
  }

  /** Octets that the buffer may come to hold: what windows are rounded up by is beyond what it is meant for. */
  get most(): number {
    return this.#limit * (1 + ROUNDING_PART) + (2 << this.#shift);
  }

  #edgeOf(memory: PacketMemory, shift: number): SeqNumber {
    const window = memory.window(this.#announced, shift);
    return seqAdd(this.rcvNxt, Math.min(window, MAX_WINDOW_FIELD << shift));
  }

  #newEdge(shift: number): SeqNumber {
    if (this.#memory !== null) return this.#edgeOf(this.#memory, shift);
    const cap = Math.max(this.#cap, 1 << shift);
    const free = Math.min(this.#limit - this.#ring.length, cap);
    const representable = Math.min(free, MAX_WINDOW_FIELD << shift) >> shift << shift;
    const growth = representable - (this.rcvWnd >> shift << shift);
    if (growth <= 0) return this.rcvAdv;
    const most = Math.min(this.#limit, cap);
    const step = Math.min(Math.floor(most / 2), this.#ownMss);
    // Systems that round up announce whatever there is, once it is a segment or a quarter of the buffer.
    const isWorthwhile = this.#roundsUp ? free >= Math.min(most / 4, this.#ownMss) : growth >= step;
    return isWorthwhile ? seqAdd(this.rcvNxt, representable) : this.rcvAdv;
  }
}

/** `octets` as the next multiple of `2^shift`; both are less than an int32 holds. */
function roundUp(octets: number, shift: number): number {
  return octets + (1 << shift) - 1 >> shift << shift;
}
