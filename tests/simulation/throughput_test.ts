import { assert, assertEquals } from "@std/assert";
import stored from "./throughput.txt" with { type: "text" };
import { cubicWindow, renoWindow, throughputMatrix } from "./throughput.ts";

/** Losses up to which the response functions hold: beyond, windows are so small that timeouts count. */
const LOSS_MOST = 0.03;

/** How far from the prediction a figure may be. The formulas know no recovery, and one loss at a time. */
const RATIO_LEAST = 0.6;
const RATIO_MOST = 1.6;

let measured: string | null = null;

/** The matrix as it is now; measured once. */
function matrix(): string {
  return measured ??= throughputMatrix();
}

Deno.test("throughput is as stored, or the change is judged and the text written anew", () => {
  const advice =
    "To write it anew: deno run tests/simulation/throughput.ts > tests/simulation/throughput.txt";
  assertEquals(matrix().split("\n"), stored.split("\n"), advice);
});

Deno.test("Reno and CUBIC send at random loss what their response functions say (RFC 5681, RFC 9438 5)", () => {
  let figures = 0;
  for (const line of matrix().split("\n\n3.")[0]?.split("\n") ?? []) {
    const figure = /^ +(\S.*?) +([\d.]+) +([\d.]+) +([\d.]+) +[\d.]+% +\d+$/.exec(line);
    if (figure === null) continue;
    figures++;
    const [, trouble, reached, predicted] = figure;
    if (Number(trouble) > LOSS_MOST) continue;
    const ratio = Number(reached) / Number(predicted);
    const isNear = ratio >= RATIO_LEAST && ratio <= RATIO_MOST;
    assert(isNear, `${trouble}: ${reached} segments per round trip where ${predicted} are due`);
  }
  assertEquals(figures, 3 * (2 * (2 + 6) + 8));
});

Deno.test("the response functions are those of the RFCs: 1.22/sqrt(p), and CUBIC's Reno-friendly region", () => {
  assertEquals(renoWindow(0.01).toFixed(2), "12.25");
  assertEquals(Math.round(cubicWindow(1e-6, 0.1)), 5_927);
  assertEquals(Math.round(cubicWindow(1e-4, 0.01)), 122, "Reno's, since CUBIC's curve is slower there");
  assertEquals(cubicWindow(0.01, 0.1), renoWindow(0.01));
});
