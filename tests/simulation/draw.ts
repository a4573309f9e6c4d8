/**
 * The parts of a plan, each drawn from what real hosts, users and networks do and from a little beyond.
 *
 * @module
 */

import {
  completeConfig,
  type Family,
  joinChanges,
  type Micros,
  micros,
  milliseconds,
  type PartialConfig,
  PROFILES,
  seconds,
  type SeqNumber,
  seqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { type LinkPlan, PERFECT_LINK } from "../../lab/link.ts";
import type { UserPlan } from "./plan.ts";
import type { Random } from "../../lab/random.ts";

/** Octets of data in one direction, at most. */
export const OCTETS_MOST = 1_500_000;

/** How harsh the network of a run is. */
export type Weather = "perfect" | "long and thin" | "lossy" | "storm" | "reordering" | "bottleneck";

/** Each as likely as it is often here. */
export const WEATHERS: readonly Weather[] = [
  "perfect",
  "long and thin",
  "lossy",
  "lossy",
  "storm",
  "reordering",
  "bottleneck",
];

/** Largest segments of the run, octets. */
export function drawMss(random: Random, family: Family): number {
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

export function drawIsn(random: Random): SeqNumber {
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

export function drawConfig(random: Random, mss: number, maxRto: Micros, weather: Weather): TcpConfig {
  const profile = PROFILES[random.pick(["standard", "standard", "linux", "freebsd"] as const)];
  const receiveBuffer = drawBuffer(random, mss);
  return completeConfig(
    joinChanges(
      {
        handshake: {
          mss: random.chance(0.8) || mss < 88 ? mss : random.integer(1, mss),
          leastPeerMss: random.pick([1, 48, 216]),
          mssOption: mss < 1_000 || random.chance(0.95),
          windowScaling: random.chance(0.8),
          windowScale: random.chance(0.7) ? "auto" : random.integer(0, 14),
          timestamps: random.chance(0.7),
          selectiveAck: random.chance(0.75),
          userTimeoutOption: seconds(random.chance(0.9) ? 0 : random.magnitude(1, 100_000)),
        },
        sending: {
          mtu: Math.max(600, Math.min(65_535, mss + 60)),
          timestampTick: milliseconds(random.pick([1, 10, 1_000])),
        },
        buffers: {
          sendBuffer: drawBuffer(random, mss),
          receiveBuffer,
          receiveBufferMax: random.chance(0.4) ? receiveBuffer : random.magnitude(receiveBuffer, 2 ** 30),
          initialReceiveWindow: random.chance(0.8) ? 0 : random.magnitude(1, 65_535),
        },
        acknowledging: {
          delayedAckTime: milliseconds(random.pick([0, 1, 40, 200, 499])),
          quickAcks: random.pick([0, 1, 16]),
          segmentsPerAck: random.pick([1, 2, 2, 2, 8]),
        },
        compatibility: { acceptMissingTimestamps: random.chance(0.5) },
        defence: {
          invalidAckInterval: milliseconds(random.pick([0, 500])),
          challengesAtOnce: random.pick([1, 3, 10]),
          challengeAcksPerSecond: random.pick([0, 10, 1_000]),
        },
      },
      drawHabits(random),
      drawSending(random),
      drawPatience(random, maxRto, weather),
    ),
    profile,
  );
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

/** What only some systems do, in any mixture. */
function drawHabits(random: Random): PartialConfig {
  const anyone = (): TcpConfig => PROFILES[random.pick(["standard", "linux", "freebsd"] as const)];
  // Two hosts that repeat their FIN need to hear each other's ACKs on them.
  const { repeatsFin, usesAckOfDuplicates } = anyone().compatibility;
  return {
    compatibility: {
      repeatsFin,
      usesAckOfDuplicates,
      roundsBuffers: anyone().compatibility.roundsBuffers,
      takesWhatFits: anyone().compatibility.takesWhatFits,
      fillsWindow: anyone().compatibility.fillsWindow,
      offersAgainWhenSimultaneous: anyone().compatibility.offersAgainWhenSimultaneous,
      timeWaitAnswers: anyone().compatibility.timeWaitAnswers,
      cwrOnRetransmissions: anyone().compatibility.cwrOnRetransmissions,
      timestampsOnReset: anyone().compatibility.timestampsOnReset,
      lateDataReset: anyone().compatibility.lateDataReset,
    },
    congestion: { ecnCapable: random.pick(["new data", "new data and syn-ack", "everything"] as const) },
  };
}

function drawSending(random: Random): PartialConfig {
  return {
    sending: {
      nagle: random.chance(0.7),
      nagleVariant: random.pick(["outstanding data", "minshall"] as const),
      cork: random.chance(0.05),
    },
    congestion: {
      congestionControl: random.pick(["cubic", "reno"] as const),
      initialWindow: random.pick([1, 2, 4, 10, 10, 10, 100]),
      hystart: random.chance(0.5),
      restartAfterIdle: random.chance(0.7),
      ecn: random.pick(["off", "accept", "request"] as const),
    },
    retransmission: {
      dupThresh: random.pick([3, 3, 3, 1, 10]),
      limitedTransmit: random.chance(0.7),
      rack: random.chance(0.6),
      tailLossProbe: random.chance(0.6),
      forwardRto: random.chance(0.7),
      undo: random.chance(0.7),
    },
    recovery: {
      ssthreshFrom: random.pick(["FlightSize", "cwnd"] as const),
      reorderingDegree: random.pick(["fixed", "measured"] as const),
      sacksWholeSegments: random.chance(0.3),
      forwardRtoEvidence: random.pick(["second ACK", "any ACK"] as const),
      reducesForLostRetransmissions: random.chance(0.7),
      partialAcksRestart: random.pick(["first", "each"] as const),
      slowStartExit: random.pick(["after rounds", "at once"] as const),
      idleEnds: random.pick(["when sent", "when given"] as const),
    },
    compatibility: { windowProbe: random.pick(["new octet", "old number"] as const) },
    acknowledging: { ackDelay: random.pick(["fixed", "fixed", "adaptive"] as const) },
  };
}

/** Timeouts short enough for the run, and retries enough that a run ends by them only when something is wrong. */
function drawPatience(random: Random, maxRto: Micros, weather: Weather): PartialConfig {
  const keepAlive = weather === "perfect" && random.chance(0.5);
  return {
    retransmission: {
      initialRto: milliseconds(random.pick([300, 1_000, 1_000])),
      minRto: milliseconds(random.pick([30, 200, 1_000])),
      maxRto,
      rtoAfterSynLoss: seconds(1),
      retriesUntilClose: 200,
    },
    compatibility: { minRtoBoundsVariance: random.chance(0.5) },
    handshake: { synRetries: 200, synAckRetries: 200, connectTimeout: micros(0) },
    closing: {
      timeWait: micros(60 * maxRto),
      finWait2Time: seconds(60),
      keepAlive,
      keepAliveIdle: milliseconds(random.magnitude(200, 20_000)),
      keepAliveInterval: milliseconds(random.magnitude(300, 5_000)),
      keepAliveProbes: 20,
    },
  };
}

export function drawUser(random: Random, mss: number, mayDepart: boolean): UserPlan {
  const octets = drawOctets(random, mss);
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
    urgent: random.chance(0.1) ? 0.1 : 0,
    ending: random.pick(["when written", "when written", "after the peer"] as const),
    endDelay: random.chance(0.7) ? micros(0) : milliseconds(random.magnitude(1, 3_000)),
    closesAfterwards: random.chance(0.5),
    isEventDriven: random.chance(0.6),
    departure: mayDepart ? random.pick(["abort", "close early"] as const) : "in order",
    departAt: milliseconds(random.magnitude(1, 3_000)),
  };
}

function drawOctets(random: Random, mss: number): number {
  switch (random.integer(0, 6)) {
    case 0:
      return 0;
    case 1:
      return random.magnitude(1, 2 * mss);
    case 2:
      return OCTETS_MOST;
    default:
      return random.magnitude(1, OCTETS_MOST);
  }
}

export function drawLink(random: Random, weather: Weather, mtu: number): LinkPlan {
  const delay = micros(random.magnitude(50, weather === "long and thin" ? 900_000 : 100_000));
  const lossless = { ...PERFECT_LINK, delay, mtu };
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
