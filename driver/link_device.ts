/**
 * A connection's packets over a raw socket, with packet sockets beside it for bulk data, where that pays.
 *
 * The raw socket opens and closes the connection, and receives: the kernel finds next hops for it, and what comes to it has
 * passed the host's own rules. A packet socket then sends 64 KiB at a time and leaves cutting and checksums to the kernel,
 * and ACKs, for which the kernel would make a route each that came by raw socket; should it get nothing across, the raw
 * socket is still there. Where much arrives in packets that nobody has
 * merged, a ring in shared memory receives it without a call for each.
 *
 * @module
 */

import { isErrno, LINK_ERRORS, SystemError } from "../ffi/errno.ts";
import { hostRules } from "../ffi/host_rules.ts";
import type { Direction, SettledFlow } from "../ffi/ipsec.ts";
import { type NextHop, nextHopTo } from "../ffi/neighbour.ts";
import { routeTo } from "../ffi/route.ts";
import type {
  InboundChecksum,
  OctetPieces,
  PacketBatch,
  PacketDevice,
  SegmentGatherer,
  SendResult,
} from "../ffi/packet_device.ts";
import { LONGEST_IN_SLOT, PacketRing } from "../ffi/packet_ring.ts";
import { PacketSocket } from "../ffi/packet_socket.ts";
import { type RawSocket, receiveAgain } from "../ffi/raw_socket.ts";
import type { RawSocketV6 } from "../ffi/raw_socket_v6.ts";
import { type Endpoint, sumInMemory } from "../tcp/single.ts";

/** What fails where there is no route, or where the address is not this host's any more. */
const ROUTE_CALLS = /^(rtnetlink|bind|connect)\b/;

/** A packet socket whose interface may go away, or not do what it promises. */
class Gatherer implements SegmentGatherer {
  readonly outbound: Uint8Array;
  readonly socket: PacketSocket;
  /** Why the interface will take no more; null: it does. */
  failure: string | null = null;

  constructor(socket: PacketSocket) {
    this.socket = socket;
    this.outbound = socket.outbound;
  }

  sendGathered(headersLength: number, payload: OctetPieces, segmentSize: number): SendResult {
    try {
      return this.socket.sendGathered(headersLength, payload, segmentSize);
    } catch (error) {
      if (!isErrno(error, ...LINK_ERRORS)) throw error;
      this.failure = error.message;
      return "unreachable"; // lost, for the core; the link reads why in `failure`
    }
  }
}

/**
 * Whose packets they are.
 *
 * @internal
 */
export interface LinkEnds {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The connection as this host's routing and rules see it. */
  readonly flow: SettledFlow;
  /** Whether the raw socket receives for other connections as well, so that no ring can do so in its place. @default false */
  readonly isShared?: boolean;
}

/**
 * Sends by raw socket, text and ACKs by packet socket while there is one; receives by raw socket, or by ring once there is one.
 * The raw socket stays its owner's.
 *
 * @internal
 */
export class LinkDevice implements PacketDevice {
  readonly mtu: number;
  readonly outbound: Uint8Array;
  readonly #raw: RawSocket | RawSocketV6;
  readonly #local: Endpoint;
  readonly #remote: Endpoint;
  readonly #flow: SettledFlow;
  readonly #isShared: boolean;
  #gatherer: Gatherer | null = null;
  #hop: NextHop | null = null;
  #prepared: PacketRing | null = null;
  #ring: PacketRing | null = null;
  /** What packets come from now: the ring, once the raw socket, which gets nothing any more, has nothing left either. */
  #source: PacketRing | null = null;
  #isDisposed = false;

  constructor(raw: RawSocket | RawSocketV6, { local, remote, flow, isShared = false }: LinkEnds) {
    this.#flow = flow;
    this.#isShared = isShared;
    this.#raw = raw;
    this.#local = local;
    this.#remote = remote;
    this.mtu = raw.mtu;
    this.outbound = raw.outbound;
  }

  /** Payload octets of the longest segment that is received by ring without a call of its own. */
  get longestByRing(): number {
    return Math.min(this.mtu, LONGEST_IN_SLOT);
  }

  get descriptor(): number {
    return this.#ring === null ? this.#raw.descriptor : this.#ring.descriptor;
  }

  get inbound(): Uint8Array {
    return this.#source === null ? this.#raw.inbound : this.#source.inbound;
  }

  get inboundOffset(): number {
    return this.#source === null ? 0 : this.#source.inboundOffset;
  }

  get inboundChecksum(): InboundChecksum {
    return this.#source === null ? "unknown" : this.#source.inboundChecksum;
  }

  get inboundSegmentSize(): number {
    return this.#source === null ? 0 : this.#source.inboundSegmentSize;
  }

  get inboundStamp(): number {
    return this.#source === null ? this.#raw.inboundStamp : this.#source.inboundStamp;
  }

  get outboundDescriptor(): number {
    return this.#gatherer === null ? this.#raw.descriptor : this.#gatherer.socket.descriptor;
  }

  /** Null: all goes by raw socket. */
  get gathering(): SegmentGatherer | null {
    return this.#gatherer;
  }

  get batch(): PacketBatch | null {
    return this.#raw.batch;
  }

  receive(): number {
    if (this.#source !== null) return this.#source.receive();
    const length = this.#raw.receive();
    if (length > 0 || this.#ring === null) return length;
    this.#source = this.#ring;
    return this.#source.receive();
  }

  send(length: number): SendResult {
    return this.#raw.send(length);
  }

  /** Opens a ring, while packets are received as before; when it cannot be opened, or may not be, there is none. */
  async prepareRing(): Promise<void> {
    if (this.#isShared) return;
    try {
      const ring = await PacketRing.open({ local: this.#local, remote: this.#remote });
      if (this.#isDisposed) ring[Symbol.dispose]();
      else this.#prepared = ring;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }

  /** Whether there is a ring that nothing comes by yet. */
  get isRingPrepared(): boolean {
    return this.#prepared !== null;
  }

  /**
   * From now on packets are received by the ring that was prepared. Those of the moment of the change may come both ways, to
   * a TCP duplicates.
   *
   * @returns null, or why they are not, in words
   */
  receiveByRing(): string | null {
    const ring = this.#prepared;
    if (ring === null) return "no ring is prepared";
    const failure = failureOf(() => {
      ring.start();
      this.#raw.stopReceiving(this.#local);
    });
    if (failure !== null) {
      this.forgetRing();
      return failure;
    }
    this.#prepared = null;
    sumInMemory(ring.memory);
    this.#ring = ring;
    return null;
  }

  /** Closes the ring that was prepared, if there is one. */
  forgetRing(): void {
    this.#prepared?.[Symbol.dispose]();
    this.#prepared = null;
  }

  /** Whether packets are received by ring. */
  get hasRing(): boolean {
    return this.#ring !== null;
  }

  /**
   * From now on packets are received by raw socket again. What the ring still holds is lost, for the peer to send again.
   *
   * @returns null, or why the ring is kept, in words
   */
  receiveByRaw(): string | null {
    if (this.#ring === null) return null;
    const failure = failureOf(() => receiveAgain(this.#raw.descriptor, this.#local, this.#remote));
    if (failure !== null) return failure;
    this.#ring[Symbol.dispose]();
    this.#ring = null;
    this.#source = null;
    return null;
  }

  /** What of this host's rules packet sockets go around, in words; null: nothing. */
  rulesAround(direction: Direction): string | null {
    try {
      return hostRules(this.#flow, direction);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // Without a way out there is nothing to go around: `gather` and `refresh` say what is wrong.
      return ROUTE_CALLS.test(error.call) ? null : `rules that cannot be looked at (${error.message})`;
    }
  }

  /** From now on text and ACKs go by packet socket. @returns null, or why it does not, in words */
  gather(): string | null {
    return failureOf(() => {
      const hop = nextHopTo(this.#flow);
      if (hop.kind === "other") return "the interface is neither an Ethernet nor loopback";
      if (hop.address === null) return "the next hop's hardware address is not known";
      this.#gatherer = new Gatherer(
        PacketSocket.open({ local: this.#local, nextHop: hop, mark: this.#flow.mark ?? 0 }),
      );
      this.#hop = hop;
      return null;
    });
  }

  /** Looks at the way again, which may have changed. @returns null, or why nothing goes by packet socket any longer */
  refresh(): string | null {
    const gatherer = this.#gatherer;
    if (gatherer === null) return null;
    const failure = gatherer.failure ?? this.#follow(gatherer.socket);
    if (failure !== null) this.stopGathering();
    return failure;
  }

  /** Whether the raw socket gets anything out of this host now. */
  get hasWay(): boolean {
    return this.#raw.sender.blockage === null && failureOf(() => void routeTo(this.#flow)) === null;
  }

  /** From now on everything goes by raw socket. */
  stopGathering(): void {
    this.#gatherer?.socket[Symbol.dispose]();
    this.#gatherer = null;
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.stopGathering();
    this.forgetRing();
    this.#ring?.[Symbol.dispose]();
    this.#ring = null;
    this.#source = null;
  }

  #follow(socket: PacketSocket): string | null {
    return failureOf(() => {
      const hop = nextHopTo(this.#flow);
      if (hop.interfaceIndex !== this.#hop?.interfaceIndex) return "the route leads over another interface";
      if (hop.address === null) return "the next hop's hardware address is not known any more";
      socket.setNextHop(hop);
      return null;
    });
  }
}

/** Why it does not work, in words: what it returns, or a failed call's message; null: it does. */
function failureOf(act: () => string | null | void): string | null {
  try {
    return act() ?? null;
  } catch (error) {
    if (error instanceof SystemError) return error.message;
    throw error;
  }
}
