/**
 * How many retransmissions are found on networks that are worse, or between hosts that tell less: the second table of
 * docs/captures.md. Run: `deno run tests/capture/harder_score.ts`
 *
 * @module
 */

import { micros } from "../../tcp/mod.ts";
import { capturesOf, type Place, score, type Variation, verdictsOn } from "./truth.ts";

const PLACES: readonly Place[] = ["sender", "middle", "receiver"];
const RUNS = 40;
/** Not among those that rules were made with. */
const FIRST_SEED = 5_001;

const LOSSY = { loss: 0.02 };
const NETWORKS: Readonly<Record<string, Variation>> = {
  "5 % lost, each alone": { path: { loss: 0.05, burst: 1 } },
  "10 % lost, each alone": { path: { loss: 0.1, burst: 1 } },
  "2 % lost, six together": { path: { loss: 0.02, burst: 6 } },
  "delays that vary by 3 ms, 1 % lost": { path: { loss: 0.01, jitter: micros(3_000) } },
  "2 % overtaken by 120 ms": { path: { reorder: 0.02, reorderDelay: micros(120_000) } },
  "2 % lost, no timestamps": { path: LOSSY, handshake: { timestamps: false } },
  "2 % lost, no SACK": { path: LOSSY, handshake: { selectiveAck: false } },
  "2 % lost, neither": { path: LOSSY, handshake: { timestamps: false, selectiveAck: false } },
  "2 % lost, a window of 8,000 octets": { path: LOSSY, receiveBuffer: 8_000 },
};

for (const [network, variation] of Object.entries(NETWORKS)) {
  const totals = PLACES.map((place) => ({ place, of: 0, found: 0 }));
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const captures = capturesOf(seed, variation);
    for (const total of totals) {
      const capture = captures[total.place];
      const { of, found } = score(capture, verdictsOn(capture), "retransmission");
      total.of += of;
      total.found += found;
    }
  }
  const shares = totals.map(({ place, of, found }) => `${place} ${(100 * found / of).toFixed(1)} % of ${of}`);
  Deno.stdout.writeSync(new TextEncoder().encode(`${network}: ${shares.join(", ")}\n`));
}
