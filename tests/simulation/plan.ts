/**
 * What one simulated run is made of: hosts, their users and the network between them, all drawn from one seed.
 *
 * @module
 */

import {
  type Family,
  type Micros,
  micros,
  seconds,
  type SeqNumber,
  type TcpConfig,
  toSeconds,
} from "../../tcp/mod.ts";
import {
  drawConfig,
  drawIsn,
  drawLink,
  drawMss,
  drawUser,
  OCTETS_MOST,
  type Weather,
  WEATHERS,
} from "./draw.ts";
import type { LinkPlan } from "../../lab/link.ts";
import { Random } from "../../lab/random.ts";

/** How a connection comes to be: one side listens, or both open at once. */
export type Opening = "active and passive" | "both active";

/** When a user ends its sending side, once everything is written: at once, or after the peer's end of stream. */
export type Ending = "when written" | "after the peer";

/** How a user ends: in order, or by abort or an early close somewhere on the way. */
export type Departure = "in order" | "abort" | "close early";

/** One side's user. */
export interface UserPlan {
  /** Octets to send. */
  readonly octets: number;
  readonly writeMost: number;
  /** Longest wait between two writes; 0: as fast as there is room. */
  readonly writeGap: Micros;
  readonly readMost: number;
  /** Longest wait between two reads; 0: as soon as there is something. */
  readonly readGap: Micros;
  /** Reading stops once for so long after `pauseAfter` octets; the window closes meanwhile. */
  readonly pause: Micros;
  readonly pauseAfter: number;
  readonly ending: Ending;
  /** Part of the writes that are urgent. */
  readonly urgent: number;
  /** Waits so long before it ends its sending side. */
  readonly endDelay: Micros;
  /** Calls `close` when it has read the end of the stream. */
  readonly closesAfterwards: boolean;
  /** Acts on events only, as a driver does; otherwise it tries at every step. */
  readonly isEventDriven: boolean;
  readonly departure: Departure;
  readonly departAt: Micros;
}

/** One side. */
export interface SidePlan {
  readonly config: TcpConfig;
  readonly isn: SeqNumber;
  readonly timestampOffset: number;
  /** Octets that the device takes in one segment; 0: one full segment. */
  readonly segmentLimit: number;
  /** Segments that leave in one turn, at most; 0: all that are due. */
  readonly turnLength: number;
  /** Through `Host` and `Listener`, or a bare `Connection`. */
  readonly isHost: boolean;
  readonly user: UserPlan;
  /** What happens to the packets that this side sends. */
  readonly link: LinkPlan;
  /** Whether segments longer than the MSS are cut on the way or arrive whole (GSO, GRO). */
  readonly cutsOnWire: boolean;
}

/** One run. */
export interface Plan {
  readonly seed: number;
  readonly family: Family;
  readonly opening: Opening;
  /** The side that opens first, and the other. */
  readonly sides: readonly [SidePlan, SidePlan];
  /** Whether what has arrived together is taken in before anything is sent (MUST-59), or answered one by one. */
  readonly isBatched: boolean;
  /** Whether nothing gives a reason to send anything twice, but a closed window. */
  readonly isCalm: boolean;
  /** Virtual time between two moments of progress that is a stall. */
  readonly patience: Micros;
}

/** Chance that one of many draws goes the unlikely way in all runs together. */
const NEGLIGIBLE = 1e-11;

/** Packets of data in one direction, at most. */
const PACKETS_MOST = 600;

/** Octets of the longest segment that anybody sends. */
const LONGEST_SEGMENT = 65_535;

/** "Neither side leaves early." */
const NOBODY = -1;

/** Slack of a timeout over the slowest answer of a calm run, µs. */
const CALM_MARGIN = 10_000;

/** RFC 8985 7.2: a tail loss probe waits for an ACK that is delayed by at most this, µs. */
const PROBE_PATIENCE = 200_000;

/** The run of a seed; the same one for the same seed. */
export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const family: Family = random.chance(0.5) ? 4 : 6;
  const opening: Opening = random.chance(0.15) ? "both active" : "active and passive";
  const weather = random.pick(WEATHERS);
  const maxRto = seconds(random.pick([2, 4, 10, 60]));
  const mss = drawMss(random, family);
  const leaver = random.chance(0.12) ? random.integer(0, 1) : NOBODY;
  const side = (index: number): SidePlan => ({
    config: drawConfig(random, mss, maxRto, weather),
    isn: drawIsn(random),
    timestampOffset: random.chance(0.5) ? random.int32() : 0x7fffffff - random.integer(0, 3_000),
    isHost: leaver !== NOBODY || random.chance(0.6),
    user: drawUser(random, mss, index === leaver),
    ...drawPath(random, weather, family, maxRto),
    turnLength: random.chance(0.3) ? random.integer(1, 40) : 0,
  });
  const sides: [SidePlan, SidePlan] = [side(0), side(1)];
  const plan = { seed, family, opening, isBatched: random.chance(0.5) };
  const [first, second] = sides;
  // Somebody has to end first.
  const both = first.user.ending === "after the peer" && second.user.ending === "after the peer";
  const leading: SidePlan = both ? { ...first, user: { ...first.user, ending: "when written" } } : first;
  const fitted: [SidePlan, SidePlan] = [bounded(leading, second), bounded(second, leading)];
  return { ...plan, sides: fitted, isCalm: isCalm(fitted), patience: patienceOf(fitted) };
}

/** Octets of the packets that are tried first where long ones are lost without a word. */
const SHORTER_PACKETS = 1_280;

/** Timeouts in a row until those are. */
const TIMEOUTS_OF_BLACK_HOLE = 6;

/** Device and network of one direction. */
function drawPath(
  random: Random,
  weather: Weather,
  family: Family,
  maxRto: Micros,
): Pick<SidePlan, "link" | "segmentLimit" | "cutsOnWire"> {
  const segmentLimit = random.chance(0.3) ? random.magnitude(1, 64_000) : 0;
  const cutsOnWire = random.chance(0.5);
  // Segments that arrive whole were never packets of a path with an MTU.
  const hasNarrowPath = (segmentLimit === 0 || cutsOnWire) && random.chance(0.25);
  const mtu = hasNarrowPath ? random.magnitude(family === 4 ? 100 : 1_280, 3_000) : Infinity;
  const link = drawLink(random, weather, mtu);
  // A path on which one segment takes longer than the longest timeout carries nothing but repetitions in the end.
  const octetsPerSecond = Math.max(link.octetsPerSecond, 2 * LONGEST_SEGMENT / toSeconds(maxRto));
  return { link: { ...link, octetsPerSecond }, segmentLimit, cutsOnWire };
}

/** Whether nothing of the network's or the users' doing gives a reason to send anything twice. */
function isCalm(sides: readonly [SidePlan, SidePlan]): boolean {
  const roundTrip = sides[0].link.delay + sides[1].link.delay;
  const slowest = roundTrip + Math.max(...sides.map(({ config }) => config.acknowledging.delayedAckTime)) +
    CALM_MARGIN;
  return sides.every(({ link, config, user }) =>
    link.loss + link.jitter + link.reorder + link.duplicate + link.corrupt === 0 && link.mtu === Infinity &&
    link.octetsPerSecond === Infinity && user.departure === "in order" &&
    config.retransmission.dupThresh >= 3 &&
    config.acknowledging.delayedAckTime < PROBE_PATIENCE && config.acknowledging.ackDelay === "fixed" &&
    config.acknowledging.segmentsPerAck <= 2 &&
    !config.compatibility.repeatsFin &&
    slowest < Math.min(config.retransmission.minRto, config.retransmission.initialRto)
  );
}

/** Bounds the data of a side by what its smallest segments would make of it. */
function bounded(side: SidePlan, peer: SidePlan): SidePlan {
  const octetsPerPacket = Math.min(
    effectiveMss(side.config, peer.config),
    side.config.buffers.sendBuffer,
    peer.config.buffers.receiveBuffer,
    // With a buffer much smaller than a read or a write, each of those makes a packet.
    ...(side.config.sending.nagle ? [] : [side.user.writeMost]),
    peer.user.readMost * 4,
    side.link.mtu - 100,
  );
  const octets = Math.min(side.user.octets, PACKETS_MOST * octetsPerPacket, OCTETS_MOST);
  return {
    ...side,
    link: { ...side.link, tellsTooBig: !isBlackHole(side) },
    user: { ...side.user, octets, pauseAfter: Math.min(side.user.pauseAfter, Math.max(1, octets)) },
  };
}

/** Whether the router does not tell of what is too long: some do not, where shorter packets are found to pass. */
function isBlackHole({ config, link: { mtu } }: SidePlan): boolean {
  return config.sending.timeoutsUntilShorter > 0 && mtu !== Infinity && mtu >= SHORTER_PACKETS &&
    mtu % 2 === 1;
}

function effectiveMss(own: TcpConfig, peer: TcpConfig): number {
  const mssOf = ({ handshake: { mss }, sending: { mtu } }: TcpConfig): number => mss === 0 ? mtu - 60 : mss;
  const announced = peer.compatibility.boundsOwnMss ? Math.min(mssOf(own), mssOf(peer)) : mssOf(peer);
  const assumed = peer.handshake.mssOption ? announced : 536;
  return Math.max(1, Math.min(assumed, own.sending.mtu - 60) - 12);
}

/** A loss of everything for as long as this does not happen in all runs together; users pause, probes back off. */
function patienceOf(sides: readonly [SidePlan, SidePlan]): Micros {
  let delivered = 1;
  let waits = 0;
  for (const { link, user, config } of sides) {
    const damaged = 1 - (1 - link.loss) * (1 - link.corrupt);
    delivered *= link.burst > 1 ? (1 - damaged) * 0.8 : 1 - damaged;
    waits += user.pause + user.endDelay + user.writeGap + user.readGap;
    waits += 20 * (link.delay + link.jitter + link.reorderDelay) + config.acknowledging.delayedAckTime;
    if (!link.tellsTooBig) waits += TIMEOUTS_OF_BLACK_HOLE * config.retransmission.maxRto;
    if (link.octetsPerSecond !== Infinity) waits += 2e6 * OCTETS_MOST / link.octetsPerSecond;
  }
  const failures = delivered >= 1 ? 4 : 4 + Math.log(NEGLIGIBLE) / Math.log(1 - delivered);
  return micros(waits + failures * sides[0].config.retransmission.maxRto);
}
