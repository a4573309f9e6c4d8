/**
 * Hosts in memory, joined by links, in virtual time: the clock jumps from one event to the next, and the same seed makes
 * the same run.
 *
 * @module
 */

import {
  decodeIcmpPacket,
  decodePacket,
  encodeIcmpPacket,
  encodePacket,
  formatAddress,
  Host,
  type HostOptions,
  IcmpError,
  type Instant,
  instant,
  type IpAddress,
  NEVER,
  parseAddress,
  Segment,
  SegmentCutter,
} from "../tcp/mod.ts";
import { Arrivals } from "./arrivals.ts";
import { Link, type LinkDrop, type LinkPlan, PERFECT_LINK } from "./link.ts";
import { Random } from "./random.ts";

/** Room for the longest packet. */
const PACKET_ROOM = 70_000;

/** Room for an ICMP error: two IP headers, its own, and the headers that it quotes. */
const ICMP_ROOM = 256;

/** Segments that one core may send at one moment; more never end. */
const SEGMENTS_AT_ONCE = 1_000_000;

/** ICMP's types of "packet too big" (RFC 792, code 4; RFC 4443 3.2). */
const FRAGMENTATION_NEEDED = { type: 3, code: 4 } as const;
const PACKET_TOO_BIG = { type: 2, code: 0 } as const;

/** What can be attached to a network: a `Connection`, a `Host`, or something of one's own around them. */
export interface Core {
  /** A segment came; borrows it. */
  segmentArrives(segment: Segment, now: Instant): void;
  /** An ICMP error about one of its segments. */
  icmpArrives(error: IcmpError, now: Instant): void;
  /** Does what is due at this moment. */
  timersFire(now: Instant): void;
  /** NEVER when no timer runs. */
  nextDeadline(): Instant;
  /** Fills `out` with the next segment due; false: nothing due now. */
  transmit(out: Segment, now: Instant): boolean;
}

/** A packet between two cores. Its octets are lent to whoever is shown it. */
export interface Packet {
  /** The IP packet, headers included. */
  readonly octets: Uint8Array;
  /** Who sent it. */
  readonly from: Core;
  /** Whom it is for. */
  readonly to: Core;
  /** Bits that were flipped on the way. */
  readonly damagedBits: number;
}

/**
 * What became of a packet: it left its sender; it reached its receiver; it was dropped on the way; or it arrived with
 * flipped bits, and is not handed over, whether the checksum shows them or not.
 */
export type PacketEvent = "sent" | "arrived" | "damaged" | LinkDrop;

/** How a network is to be. */
export interface NetworkOptions {
  /** An integer that decides about chance: losses, delays, the hosts' secrets. @default 1 */
  readonly seed?: number;
  /** Called for everything that becomes of a packet, in order of time. @default nobody */
  readonly onPacket?: ((event: PacketEvent, packet: Packet, now: Instant) => void) | undefined;
}

/** How something is attached. */
export interface AttachOptions {
  /**
   * Whether a segment longer than the MSS is cut into packets, as by a device, or travels whole. Only a core with a
   * `segmentLimit` sends such segments. @default true
   */
  readonly cutsSegments?: boolean;
  /**
   * Whether everything that arrives at one moment is taken in before anything is sent (RFC 9293 MUST-59), or each packet
   * is answered on its own. @default true
   */
  readonly isBatched?: boolean;
}

/** What has been attached, and the links that lead away from it. */
interface Node {
  readonly core: Core;
  readonly address: IpAddress;
  readonly options: AttachOptions;
  readonly ways: { readonly far: Node; readonly link: Link }[];
}

/** A network in memory. */
export class Network {
  readonly #random: Random;
  readonly #onPacket: NetworkOptions["onPacket"];
  readonly #nodes = new Map<Core, Node>();
  readonly #arrivals = new Arrivals<Packet>();
  readonly #actions = new Arrivals<() => void>();
  readonly #out = new Segment();
  readonly #cutter = new SegmentCutter();
  readonly #in = new Segment();
  readonly #icmp = new IcmpError();
  readonly #buffer = new Uint8Array(PACKET_ROOM);
  #now: Instant = instant(0);

  /** A network without hosts, at moment 0. */
  constructor(options: NetworkOptions = {}) {
    this.#random = new Random(options.seed ?? 1);
    this.#onPacket = options.onPacket;
  }

  /** The virtual time, from 0 on: what the calls on connections and hosts take as `now`. */
  get now(): Instant {
    return this.#now;
  }

  /** A new host with one address, attached. Default: the standard's config, a secret by the seed. */
  addHost(address: string, options: Partial<HostOptions> & AttachOptions = {}): Host {
    const parsed = parseAddress(address);
    const secret = Uint8Array.from({ length: 16 }, () => this.#random.integer(0, 255));
    const host = new Host({ secret, ...options, addresses: [parsed] });
    this.attach(host, parsed, options);
    return host;
  }

  /** Attaches a core that has an address: a bare `Connection` has no host. */
  attach(core: Core, address: IpAddress, options: AttachOptions = {}): void {
    this.#nodes.set(core, { core, address, options, ways: [] });
  }

  /**
   * Lays a link between two attached cores: what becomes of packets from `a` to `b`, and of those back; what is left out is
   * as in `PERFECT_LINK`. A core with several links sends each packet over the one that leads to its destination.
   *
   * @returns the two directions, which count and can be changed
   * @throws RangeError for what is not attached
   */
  join(
    a: Core,
    b: Core,
    forth: Partial<LinkPlan> = {},
    back: Partial<LinkPlan> = forth,
  ): { readonly forth: Link; readonly back: Link } {
    const [nodeA, nodeB] = [this.#nodeOf(a), this.#nodeOf(b)];
    return { forth: this.#lay(nodeA, nodeB, forth), back: this.#lay(nodeB, nodeA, back) };
  }

  /** Does something at a moment, before what arrives then: cut a link, write, close. */
  at(moment: Instant, action: () => void): void {
    this.#actions.add(action, moment);
  }

  /**
   * Calls `isDone` at every moment at which something may have changed, before and after what is due is sent, until it
   * returns true: the place to accept, read and write. Ends also when nothing is left to happen, and at `until`.
   *
   * @returns whether `isDone` did return true
   */
  runUntil(isDone: () => boolean, until: Instant = NEVER): boolean {
    for (;;) {
      if (isDone()) return true;
      // A host takes note of what it has when it is asked for segments: connections are ready to be accepted then.
      this.send();
      if (isDone()) return true;
      if (!this.step(until)) return false;
    }
  }

  /**
   * Sends what is due, then goes on to the next moment at which a packet arrives, a timer expires or an action is due, and
   * lets it happen.
   *
   * @returns false when there is no such moment up to `until`; if that is a moment, it is now
   */
  step(until: Instant = NEVER): boolean {
    this.send();
    let next: number = Math.min(this.#arrivals.next, this.#actions.next);
    for (const core of this.#nodes.keys()) next = Math.min(next, core.nextDeadline());
    if (next === NEVER || next > until) {
      if (until !== NEVER) this.#now = instant(Math.max(this.#now, until));
      return false;
    }
    this.#now = instant(Math.max(this.#now, next));
    for (let it = this.#actions.due(this.#now); it !== null; it = this.#actions.due(this.#now)) it();
    for (let it = this.#arrivals.due(this.#now); it !== null; it = this.#arrivals.due(this.#now)) {
      this.#deliver(it);
    }
    for (const core of this.#nodes.keys()) core.timersFire(this.#now);
    return true;
  }

  /** Sends whatever is due now; a step begins with it. */
  send(): void {
    for (const node of this.#nodes.values()) this.#sendFrom(node);
  }

  #nodeOf(core: Core): Node {
    const node = this.#nodes.get(core);
    if (node === undefined) throw new RangeError("Cannot join what is not attached: attach it first");
    return node;
  }

  #lay(from: Node, far: Node, plan: Partial<LinkPlan>): Link {
    const packet = (octets: Uint8Array, damagedBits: number): Packet => ({
      octets,
      from: from.core,
      to: far.core,
      damagedBits,
    });
    const link: Link = new Link({ ...PERFECT_LINK, ...plan }, this.#random.fork(), {
      deliver: (octets, at, damagedBits) => this.#arrivals.add(packet(octets, damagedBits), at),
      drop: (octets, reason, at) => {
        this.#onPacket?.(reason, packet(octets, 0), this.#now);
        if (reason !== "too big" || !link.plan.tellsTooBig) return;
        const error = tooBig(octets, link.plan.mtu);
        this.#arrivals.add({ octets: error, from: far.core, to: from.core, damagedBits: 0 }, at);
      },
    });
    from.ways.push({ far, link });
    return link;
  }

  #sendFrom(node: Node): void {
    const out = this.#out;
    for (let count = 0; node.core.transmit(out, this.#now); count++) {
      if (count === SEGMENTS_AT_ONCE) throw new Error(`${count} segments at one moment, and no end`);
      if (out.segmentSize === 0 || node.options.cutsSegments === false) this.#sendOne(node, out);
      else {
        this.#cutter.begin(out);
        do this.#sendOne(node, this.#cutter.piece); while (this.#cutter.next());
      }
    }
  }

  #sendOne(node: Node, segment: Segment): void {
    const { far, link } = this.#wayOf(node, segment);
    const octets = this.#buffer.slice(0, encodePacket(segment, this.#buffer));
    this.#onPacket?.("sent", { octets, from: node.core, to: far.core, damagedBits: 0 }, this.#now);
    link.send(octets, segment, this.#now);
  }

  /** The link that leads to the segment's destination; with only one link, nobody asks where it leads. */
  #wayOf({ address, ways }: Node, segment: Segment): Node["ways"][number] {
    const [only] = ways;
    if (only !== undefined && ways.length === 1) return only;
    const { addresses, destinationOffset } = segment;
    const way = ways.find(({ far }) =>
      far.address.octets.every((octet, i) => octet === addresses[destinationOffset + i])
    );
    if (way === undefined) {
      throw new RangeError(`No link leads from ${formatAddress(address)} to where it sends: join them`);
    }
    return way;
  }

  #deliver(packet: Packet): void {
    const { octets, to, damagedBits } = packet;
    this.#onPacket?.(damagedBits > 0 ? "damaged" : "arrived", packet, this.#now);
    if (damagedBits > 0) return;
    const refusal = decodePacket(octets, octets.length, this.#in, "strict");
    if (refusal === null) to.segmentArrives(this.#in, this.#now);
    else if (decodeIcmpPacket(octets, octets.length, this.#icmp)) to.icmpArrives(this.#icmp, this.#now);
    else throw new Error(`A packet that was sent cannot be read: ${refusal}`);
    const node = this.#nodeOf(to);
    if (node.options.isBatched === false) this.#sendFrom(node);
  }
}

/** The ICMP error by which a router tells of a packet that is longer than the MTU behind it (RFC 1191 3, RFC 8201 4). */
function tooBig(octets: Uint8Array, mtu: number): Uint8Array {
  const about = new Segment();
  decodePacket(octets, octets.length, about, "trust");
  const error = Object.assign(new IcmpError(), about.family === 4 ? FRAGMENTATION_NEEDED : PACKET_TOO_BIG);
  error.family = about.family;
  error.kind = "packet too big";
  error.mtu = mtu;
  const into = new Uint8Array(ICMP_ROOM);
  return into.subarray(0, encodeIcmpPacket(error, about, into));
}
