/**
 * What one simulated run is made of: hosts, their users and the network between them, all drawn from one seed.
 *
 * @module
 */

import {
  type Family,
  type Micros,
  micros,
  milliseconds,
  PROFILES,
  seconds,
  type SeqNumber,
  seqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import type { LinkPlan } from "./link.ts";
import { Random } from "./random.ts";

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
  /** Virtual time between two moments of progress that is a stall. */
  readonly patience: Micros;
}

/** Chance that one of many draws goes the unlikely way in all runs together. */
const NEGLIGIBLE = 1e-11;

/** Packets of text in one direction, at most. */
const PACKETS_MOST = 400;
const OCTETS_MOST = 1_500_000;

/** How harsh the network of a run is. */
type Weather = "perfect" | "long and thin" | "lossy" | "storm" | "reordering" | "bottleneck";

const WEATHERS: readonly Weather[] = [
  "perfect",
  "long and thin",
  "lossy",
  "lossy",
  "storm",
  "reordering",
  "bottleneck",
];

/** The run of a seed; the same one for the same seed. */
export function planOf(seed: number): Plan {
  const random = new Random(seed);
  const family: Family = random.chance(0.5) ? 4 : 6;
  const opening: Opening = random.chance(0.15) ? "both active" : "active and passive";
  const weather = random.pick(WEATHERS);
  const maxRto = seconds(random.pick([2, 4, 10, 60]));
  const mss = drawMss(random, family);
  const isAbortive = random.chance(0.12);
  const side = (index: number): SidePlan => {
    const config = drawConfig(random, mss, maxRto, weather);
    const mayDepart = isAbortive && index === random.integer(0, 1);
    return {
      config,
      isn: drawIsn(random),
      timestampOffset: random.chance(0.5) ? random.int32() : 0x7fffffff - random.integer(0, 3_000),
      segmentLimit: random.chance(0.3) ? random.magnitude(1, 64_000) : 0,
      isHost: isAbortive || random.chance(0.6),
      user: drawUser(random, mss, mayDepart),
      link: drawLink(random, weather),
      cutsOnWire: random.chance(0.5),
    };
  };
  const sides: [SidePlan, SidePlan] = [side(0), side(1)];
  const plan = { seed, family, opening, isBatched: random.chance(0.5) };
  const [first, second] = sides;
  // Somebody has to end first.
  const both = first.user.ending === "after the peer" && second.user.ending === "after the peer";
  const leading: SidePlan = both ? { ...first, user: { ...first.user, ending: "when written" } } : first;
  const fitted: [SidePlan, SidePlan] = [bounded(leading, second), bounded(second, leading)];
  return { ...plan, sides: fitted, patience: patienceOf(fitted) };
}

/** Bounds the text of a side by what its smallest segments would make of it. */
function bounded(side: SidePlan, peer: SidePlan): SidePlan {
  const octetsPerPacket = Math.min(
    effectiveMss(side.config, peer.config),
    side.config.sendBuffer,
    peer.config.receiveBuffer,
    // With a buffer much smaller than a read or a write, each of those makes a packet.
    ...(side.config.nagle ? [] : [side.user.writeMost]),
    peer.user.readMost * 4,
  );
  const octets = Math.min(side.user.octets, PACKETS_MOST * octetsPerPacket, OCTETS_MOST);
  return { ...side, user: { ...side.user, octets, pauseAfter: Math.min(side.user.pauseAfter, octets) } };
}

function effectiveMss(own: TcpConfig, peer: TcpConfig): number {
  const announced = peer.mss === 0 ? peer.mtu - 60 : peer.mss;
  const assumed = peer.mssOption ? announced : 536;
  return Math.max(1, Math.min(assumed, own.mtu - 60) - 12);
}

/** Largest segments of the run, octets. */
function drawMss(random: Random, family: Family): number {
  const most = family === 4 ? 65_495 : 65_475;
  switch (random.integer(0, 9)) {
    case 0:
      return random.integer(1, 30);
    case 1:
      return random.integer(31, 535);
    case 2:
      return random.magnitude(1_461, most);
    case 3:
      return random.integer(most - 100, most);
    default:
      return random.pick([536, 1_000, 1_220, 1_400, 1_460]);
  }
}

function drawIsn(random: Random): SeqNumber {
  const near = random.magnitude(1, 200_000);
  switch (random.integer(0, 3)) {
    case 0:
      return seqNumber(-near);
    case 1:
      return seqNumber(0x7fffffff - near);
    case 2:
      return seqNumber(random.integer(-2, 2));
    default:
      return seqNumber(random.int32());
  }
}

function drawConfig(random: Random, mss: number, maxRto: Micros, weather: Weather): TcpConfig {
  const profile = PROFILES[random.pick(["standard", "standard", "linux", "freebsd"] as const)];
  const receiveBuffer = drawBuffer(random, mss);
  return {
    ...profile,
    mss: random.chance(0.8) || mss < 88 ? mss : random.integer(1, mss),
    mtu: Math.max(600, Math.min(65_535, mss + 60)),
    leastPeerMss: random.pick([1, 48, 216]),
    mssOption: mss < 1_000 || random.chance(0.95),
    windowScaling: random.chance(0.8),
    windowScale: random.chance(0.7) ? "auto" : random.integer(0, 14),
    timestamps: random.chance(0.7),
    selectiveAck: random.chance(0.75),
    userTimeoutOption: seconds(random.chance(0.9) ? 0 : random.magnitude(1, 100_000)),
    sendBuffer: drawBuffer(random, mss),
    receiveBuffer,
    receiveBufferMax: random.chance(0.4) ? receiveBuffer : random.magnitude(receiveBuffer, 2 ** 30),
    initialReceiveWindow: random.chance(0.8) ? 0 : random.magnitude(1, 65_535),
    ...drawSending(random),
    ...drawPatience(random, maxRto, weather),
    delayedAckTime: milliseconds(random.pick([0, 1, 40, 200, 499])),
    quickAcks: random.pick([0, 1, 16]),
    segmentsPerAck: random.pick([1, 2, 2, 2, 8]),
    acceptMissingTimestamps: random.chance(0.5),
    invalidAckInterval: milliseconds(random.pick([0, 500])),
    challengeAcksPerSecond: random.pick([0, 10, 1_000]),
    timestampTick: milliseconds(random.pick([1, 10, 1_000])),
  };
}

function drawBuffer(random: Random, mss: number): number {
  switch (random.integer(0, 5)) {
    case 0:
      return random.magnitude(1, 2 * mss);
    case 1:
      return random.integer(mss, 4 * mss);
    case 2:
      return random.magnitude(1, 2 ** 22);
    default:
      return random.integer(2 ** 14, 2 ** 20);
  }
}

function drawSending(random: Random): Partial<TcpConfig> {
  return {
    nagle: random.chance(0.7),
    nagleVariant: random.pick(["outstanding data", "minshall"] as const),
    cork: random.chance(0.05),
    pushPolicy: random.pick(["end of queue", "end of send"] as const),
    congestionControl: random.pick(["cubic", "reno"] as const),
    initialWindow: random.pick([1, 2, 4, 10, 10, 10, 100]),
    hystart: random.chance(0.5),
    dupThresh: random.pick([3, 3, 3, 1, 10]),
    limitedTransmit: random.chance(0.7),
    rack: random.chance(0.6),
    tailLossProbe: random.chance(0.6),
    forwardRto: random.chance(0.7),
    undo: random.chance(0.7),
    restartAfterIdle: random.chance(0.7),
    ecn: random.pick(["off", "accept", "request"] as const),
    windowProbe: random.pick(["new octet", "old number"] as const),
  };
}

/** Time-outs short enough for the run, and retries enough that a run ends by them only when something is wrong. */
function drawPatience(random: Random, maxRto: Micros, weather: Weather): Partial<TcpConfig> {
  const keepAlive = weather === "perfect" && random.chance(0.5);
  return {
    initialRto: milliseconds(random.pick([300, 1_000, 1_000])),
    minRto: milliseconds(random.pick([30, 200, 1_000])),
    maxRto,
    minRtoBoundsVariance: random.chance(0.5),
    rtoAfterSynLoss: seconds(1),
    synRetries: 200,
    synAckRetries: 200,
    connectTimeout: micros(0),
    retriesUntilClose: 200,
    timeWait: micros(60 * maxRto),
    finWait2Time: seconds(60),
    keepAlive,
    keepAliveIdle: milliseconds(random.magnitude(200, 20_000)),
    keepAliveInterval: milliseconds(random.magnitude(300, 5_000)),
    keepAliveProbes: 20,
  };
}

function drawUser(random: Random, mss: number, mayDepart: boolean): UserPlan {
  const size = random.integer(0, 6);
  const octets = size === 0
    ? 0
    : size === 1
    ? random.magnitude(1, 2 * mss)
    : random.magnitude(1, OCTETS_MOST);
  const isSlowWriter = random.chance(0.2);
  const isSlowReader = random.chance(0.2);
  const pauses = random.chance(0.25);
  return {
    octets,
    writeMost: random.magnitude(isSlowWriter ? 100 : 1_000, 200_000),
    writeGap: isSlowWriter ? milliseconds(random.magnitude(1, 400)) : micros(0),
    readMost: random.magnitude(isSlowReader ? 300 : 1_000, 200_000),
    readGap: isSlowReader ? milliseconds(random.magnitude(1, 400)) : micros(0),
    pause: pauses ? milliseconds(random.magnitude(100, 200_000)) : micros(0),
    pauseAfter: random.magnitude(1, Math.max(1, octets)),
    ending: random.pick(["when written", "when written", "after the peer"] as const),
    endDelay: random.chance(0.7) ? micros(0) : milliseconds(random.magnitude(1, 3_000)),
    closesAfterwards: random.chance(0.5),
    isEventDriven: random.chance(0.6),
    departure: mayDepart ? random.pick(["abort", "close early"] as const) : "in order",
    departAt: milliseconds(random.magnitude(1, 3_000)),
  };
}

function drawLink(random: Random, weather: Weather): LinkPlan {
  const delay = micros(random.magnitude(50, weather === "long and thin" ? 900_000 : 100_000));
  const plain = {
    delay,
    jitter: micros(0),
    burst: 1,
    reorder: 0,
    reorderDelay: micros(0),
    corrupt: 0,
    mark: 0,
  };
  const unbound = { octetsPerSecond: Infinity, queue: Infinity };
  const lossless = { ...plain, ...unbound, loss: 0, duplicate: 0 };
  switch (weather) {
    case "perfect":
    case "long and thin":
      return lossless;
    case "lossy":
      return {
        ...lossless,
        loss: random.pick([0.003, 0.01, 0.03, 0.1]),
        burst: random.pick([1, 1, 2, 6]),
        jitter: micros(random.chance(0.5) ? 0 : random.magnitude(1, delay)),
        mark: random.chance(0.2) ? 0.05 : 0,
      };
    case "storm":
      return {
        ...lossless,
        loss: random.integer(10, 30) / 100,
        burst: random.pick([1, 1, 3]),
        jitter: micros(random.magnitude(1, 2 * delay)),
        reorder: random.pick([0, 0.1]),
        reorderDelay: micros(4 * delay),
        duplicate: random.pick([0, 0.05, 0.3]),
        corrupt: random.pick([0, 0.02, 0.1]),
      };
    case "reordering":
      return {
        ...lossless,
        jitter: micros(random.chance(0.5) ? 0 : random.magnitude(1, 4 * delay)),
        reorder: random.pick([0.01, 0.1, 0.5]),
        reorderDelay: micros(random.magnitude(1, 4 * delay)),
        duplicate: random.pick([0, 0.05]),
      };
    case "bottleneck":
      return {
        ...lossless,
        octetsPerSecond: random.magnitude(20_000, 10_000_000),
        queue: random.magnitude(2, 300),
        mark: random.chance(0.3) ? 0.02 : 0,
      };
  }
}

/** A loss of everything for as long as this does not happen in all runs together; users pause, probes back off. */
function patienceOf(sides: readonly [SidePlan, SidePlan]): Micros {
  let delivered = 1;
  let waits = 0;
  for (const { link, user, config } of sides) {
    const damaged = 1 - (1 - link.loss) * (1 - link.corrupt);
    delivered *= link.burst > 1 ? (1 - damaged) * 0.8 : 1 - damaged;
    waits += user.pause + user.endDelay + user.writeGap + user.readGap;
    waits += 20 * (link.delay + link.jitter + link.reorderDelay) + config.delayedAckTime;
    if (link.octetsPerSecond !== Infinity) waits += 2e6 * OCTETS_MOST / link.octetsPerSecond;
  }
  const failures = delivered >= 1 ? 4 : 4 + Math.log(NEGLIGIBLE) / Math.log(1 - delivered);
  return micros(waits + failures * sides[0].config.maxRto);
}
