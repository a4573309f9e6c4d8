import { assert, assertEquals } from "@std/assert";
import { capturesOf, type Place, score, type Truth, verdictsOn } from "./truth.ts";

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

Deno.test("the same seed makes the same capture", () => {
  assertEquals(capturesOf(5), capturesOf(5));
});
