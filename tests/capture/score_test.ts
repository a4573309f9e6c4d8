import { assert, assertEquals } from "@std/assert";
import { micros } from "../../tcp/mod.ts";
import { capturesOf, type Place, score, type Truth, type Variation, verdictsOn } from "./truth.ts";

const RUNS = 200;

/** What must be found, in percent, and how many may be wrong among those found; sender's and receiver's side. */
const WANTED: Readonly<Record<Place, Readonly<Partial<Record<Truth, number>>>>> = {
  sender: { retransmission: 99, overtaken: 98 },
  middle: { retransmission: 95, overtaken: 95, doubled: 95 },
  receiver: { retransmission: 95, overtaken: 95, doubled: 95 },
};

Deno.test(`${RUNS} transfers over a network that is known: retransmissions, reorderings and doubles are told apart`, () => {
  const totals = new Map<string, { of: number; found: number; wrong: number }>();
  for (let seed = 1; seed <= RUNS; seed++) {
    for (const [place, capture] of Object.entries(capturesOf(seed))) {
      const verdicts = verdictsOn(capture);
      for (const truth of Object.keys(WANTED[place as Place]) as Truth[]) {
        const { of, found, wrong } = score(capture, verdicts, truth);
        const total = totals.get(`${place} ${truth}`) ?? { of: 0, found: 0, wrong: 0 };
        total.of += of;
        total.found += found;
        total.wrong += wrong;
        totals.set(`${place} ${truth}`, total);
      }
    }
  }
  for (const [place, wanted] of Object.entries(WANTED)) {
    for (const [truth, percent] of Object.entries(wanted)) {
      const name = `${place} ${truth}`;
      const { of, found, wrong } = totals.get(name) ?? { of: 0, found: 0, wrong: 0 };
      const text = `${name}: ${found} of ${of} found, ${wrong} wrong`;
      assert(of > 20, text);
      assert(100 * found >= percent * of, text);
      assert(100 * wrong <= (100 - percent) * of, text);
    }
  }
});

/** Networks that are worse, or hosts that tell less. */
const HARDER: Readonly<Record<string, Variation>> = {
  "5 % lost, each alone": { path: { loss: 0.05, burst: 1 } },
  "2 % lost, six together": { path: { loss: 0.02, burst: 6 } },
  "delays that vary by 3 ms": { path: { loss: 0.01, jitter: micros(3_000) } },
  "neither timestamps nor SACK": {
    path: { loss: 0.02, reorder: 0.01 },
    handshake: { timestamps: false, selectiveAck: false },
  },
  "a LAN, where all takes less than a millisecond": {
    path: { delay: micros(200), reorder: 0.01, reorderDelay: micros(400), loss: 0.005 },
  },
  "a window of 8,000 octets": { path: { loss: 0.02, reorder: 0.02 }, receiveBuffer: 8_000 },
};
const HARDER_RUNS = 10;

for (const [what, variation] of Object.entries(HARDER)) {
  Deno.test(`${what}: at the sender's side every retransmission is found, elsewhere 90 %`, () => {
    for (const place of ["sender", "middle", "receiver"] as const) {
      let [all, hits] = [0, 0];
      for (let seed = 5_001; seed <= 5_000 + HARDER_RUNS; seed++) {
        const capture = capturesOf(seed, variation)[place];
        const { of, found } = score(capture, verdictsOn(capture), "retransmission");
        all += of;
        hits += found;
      }
      assert(all > 20 && hits >= (place === "sender" ? 0.99 : 0.9) * all, `${place}: ${hits} of ${all}`);
    }
  });
}

Deno.test("the same seed makes the same capture", () => {
  assertEquals(capturesOf(5), capturesOf(5));
});
