import { assert, assertEquals, assertMatch } from "@std/assert";
import { instant } from "../../tcp/base/units.ts";
import { octetsAmountText } from "../../trace/format.ts";
import { ProgressLine, progressText } from "../../trace/progress.ts";

const FIGURES = {
  done: 15 << 20,
  total: 60 << 20,
  cwnd: 256 << 10,
  smoothedRtt: 20_000,
  segmentsRetransmitted: 3,
  limit: null,
};
const RATE = 5 << 20;

Deno.test("the line says how much is done, how fast it goes and how long it will take", () => {
  assertEquals(
    progressText(FIGURES, RATE, 200),
    "15 MiB of 60 MiB  [=====               ]  25 %  5 MiB/s  9 s left  cwnd 256 KiB  srtt 20 ms  sent again 3",
  );
});

Deno.test("it says what is being waited for, where that is known", () => {
  assertEquals(
    progressText({ ...FIGURES, limit: "the peer's window" }, RATE, 80),
    "15 MiB of 60 MiB  25 %  5 MiB/s  9 s left  waits for the peer's window",
  );
});

Deno.test("without a known total there is no share and no time left", () => {
  assertEquals(
    progressText({ ...FIGURES, total: null, smoothedRtt: 0 }, RATE, 200),
    "15 MiB  5 MiB/s  cwnd 256 KiB  sent again 3",
  );
});

Deno.test("the line leaves out what does not fit", () => {
  for (let width = 1; width < 130; width++) assert(progressText(FIGURES, RATE, width).length <= width);
  assertEquals(progressText(FIGURES, RATE, 40), "15 MiB of 60 MiB  25 %  5 MiB/s  9 s left".slice(0, 31));
});

const LEFT: readonly (readonly [rate: number, left: string])[] = [
  [45 << 20, "1 s left"],
  [1 << 20, "45 s left"],
  [45 << 20 >> 6, "1 min 4 s left"],
  [45 << 10, "17 min 4 s left"],
  [5 << 10, "2 h 33 min left"],
];

for (const [rate, left] of LEFT) {
  Deno.test(`at ${rate} octets a second the rest takes "${left}"`, () => {
    assertMatch(progressText(FIGURES, rate, 200), new RegExp(`  ${left}  `));
  });
}

function line(width = 80): { readonly line: ProgressLine; readonly written: string[] } {
  const written: string[] = [];
  return { line: new ProgressLine({ write: (text) => written.push(text), width }), written };
}

Deno.test("the line is written over itself, at most ten times a second, and not for what is soon over", () => {
  const { line: progress, written } = line();
  for (let millis = 0; millis <= 2_000; millis++) {
    progress.update({ ...FIGURES, done: millis * 1_000 }, instant(millis * 1_000));
  }
  assertEquals(written.length, 16);
  // deno-lint-ignore no-control-regex
  for (const text of written) assertMatch(text, /^\r[^\r\n\x1b]*\x1b\[K$/);
});

Deno.test("a line that was shown is taken away, one that was not leaves nothing", () => {
  const { line: progress, written } = line();
  progress.clear();
  assertEquals(written, []);
  progress.update(FIGURES, instant(0));
  progress.update(FIGURES, instant(600_000));
  progress.clear();
  progress.clear();
  assertEquals(written.slice(1), ["\r\x1b[K"]);
});

Deno.test("the rate follows what is done", () => {
  const { line: progress, written } = line(200);
  for (let tenth = 0; tenth <= 20; tenth++) {
    progress.update({ ...FIGURES, total: null, done: tenth * 100_000 }, instant(tenth * 100_000));
  }
  assertMatch(written.at(-1) ?? "", /977 KiB\/s/);
});

const AMOUNTS: readonly (readonly [octets: number, text: string])[] = [
  [0, "0 B"],
  [14.27, "14 B"],
  [1_023, "1023 B"],
  [1_024, "1 KiB"],
  [1_536, "1.5 KiB"],
  [5 << 20, "5 MiB"],
  [2 ** 40 * 2_000, "2000 TiB"],
];

for (const [octets, text] of AMOUNTS) {
  Deno.test(`${octets} octets are written as ${text}`, () => assertEquals(octetsAmountText(octets), text));
}
