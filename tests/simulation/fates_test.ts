import fc from "fast-check";
import {
  completeConfig,
  micros,
  milliseconds,
  type PartialConfig,
  seconds,
  seqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { type Fate, PERFECT_LINK } from "../../lab/link.ts";
import type { Plan, SidePlan, UserPlan } from "./plan.ts";
import { simulatePlan } from "./world.ts";

/** Where every run of the property starts; a failure prints its own seed and path beside it. */
const SEED = 20_260_311;

/** Packets of each direction whose loss is tried in every combination. */
const PACKETS_TRIED = 5;

const CONFIG: TcpConfig = completeConfig({
  handshake: { mss: 500, synRetries: 30, synAckRetries: 30, connectTimeout: micros(0) },
  retransmission: { maxRto: seconds(4), retriesUntilClose: 30 },
  closing: { timeWait: seconds(60) },
});

const USER: UserPlan = {
  octets: 2_000,
  writeMost: 1_000,
  writeGap: micros(0),
  readMost: 1_000,
  readGap: micros(0),
  pause: micros(0),
  pauseAfter: 1,
  urgent: 0,
  ending: "when written",
  endDelay: micros(0),
  closesAfterwards: true,
  isEventDriven: true,
  departure: "in order",
  departAt: micros(0),
};

interface Trouble {
  readonly octets: readonly [number, number];
  readonly fates: readonly [readonly Fate[], readonly Fate[]];
  readonly changes: PartialConfig;
  readonly opensFromBoth: boolean;
}

function planFor({ octets, fates, changes, opensFromBoth }: Trouble): Plan {
  const side = (index: 0 | 1): SidePlan => ({
    config: completeConfig(changes, CONFIG),
    isn: seqNumber(index === 0 ? -700 : 0x7fffff00),
    timestampOffset: 0,
    segmentLimit: 0,
    isHost: false,
    user: { ...USER, octets: octets[index] },
    link: { ...PERFECT_LINK, delay: milliseconds(20), fates: fates[index] },
    turnLength: 0,
    cutsOnWire: false,
  });
  return {
    seed: 1,
    family: 4,
    opening: opensFromBoth ? "both active" : "active and passive",
    sides: [side(0), side(1)],
    isBatched: false,
    isCalm: false,
    patience: seconds(600),
  };
}

function hold(trouble: Trouble): void {
  simulatePlan(planFor(trouble), JSON.stringify(trouble));
}

function losses(bits: number): readonly Fate[] {
  return Array.from({ length: PACKETS_TRIED }, (_, i) => (bits & 1 << i) === 0 ? "arrives" : "is lost");
}

for (const opensFromBoth of [false, true]) {
  const opening = opensFromBoth ? "both sides open at once" : "one side listens";
  for (const selectiveAck of [true, false]) {
    const name = `${opening}, ${selectiveAck ? "with" : "without"} SACK`;
    Deno.test(`every combination of losses among the first packets is repaired: ${name}`, () => {
      for (let bits = 0; bits < 1 << 2 * PACKETS_TRIED; bits++) {
        const fates = [losses(bits), losses(bits >> PACKETS_TRIED)] as const;
        hold({ octets: [1_500, 600], fates, changes: { handshake: { selectiveAck } }, opensFromBoth });
      }
    });
  }
}

Deno.test("whatever becomes of the first packets, every octet arrives and both sides close", () => {
  const fate: fc.Arbitrary<Fate> = fc.constantFrom(
    "arrives",
    "is lost",
    "is late",
    "comes twice",
    "is damaged",
  );
  const fates = fc.array(fate, { maxLength: 40, size: "max" });
  const trouble = fc.record({
    octets: fc.tuple(fc.nat(20_000), fc.nat(20_000)),
    fates: fc.tuple(fates, fates),
    changes: fc.record({
      handshake: fc.record({
        selectiveAck: fc.boolean(),
        timestamps: fc.boolean(),
        mss: fc.constantFrom(100, 500, 1_460),
      }),
      retransmission: fc.record({
        rack: fc.boolean(),
        tailLossProbe: fc.boolean(),
        forwardRto: fc.boolean(),
        undo: fc.boolean(),
      }),
      sending: fc.record({ nagle: fc.boolean() }),
      congestion: fc.record({
        congestionControl: fc.constantFrom("reno", "cubic"),
      }),
      recovery: fc.record({
        ssthreshFrom: fc.constantFrom("FlightSize", "cwnd"),
        reorderingDegree: fc.constantFrom("fixed", "measured"),
        sacksWholeSegments: fc.boolean(),
        forwardRtoEvidence: fc.constantFrom("second ACK", "any ACK"),
      }),
      buffers: fc.record({ receiveBuffer: fc.integer({ min: 1, max: 100_000 }) }),
    }),
    opensFromBoth: fc.boolean(),
  });
  fc.assert(fc.property(trouble, hold), { seed: SEED, numRuns: 500 });
});
