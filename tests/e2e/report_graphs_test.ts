/** The graphs of a report in a real browser: reached and used by keyboard, with their marks, of each end that sends. */

import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Analysis } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { knownFacts } from "../../capture/facts.ts";
import { Outputs } from "../../trace/outputs.ts";
import { handshake, packet } from "../capture/kit.ts";
import { ignore, lookAtMarkup, lookAtStory, PIXELS, reason } from "./report_kit.ts";

Deno.test({
  name: `Tab reaches ladder, graphs and tables, and each graph has a name that says what it shows${reason}`,
  ignore,
  fn: async () => {
    await lookAtStory("sack_recovery", async (page) => {
      const reached = new Map<string, string>();
      for (let turn = 0; turn < 80; turn++) {
        await page.press("Tab");
        const [key, name] = await page.evaluate(`(({ id, className, tagName, parentElement, ariaLabel }) =>
          [id || parentElement.id || className || tagName, ariaLabel])(document.activeElement)`) as string[];
        reached.set(String(key), String(name));
      }
      const graphs = ["sequence", "limits", "window", "throughput", "round-trip", "states"];
      for (const id of ["ladder", "scale", ...graphs, "table"]) {
        assert(reached.has(id), `${id} is not reached`);
      }
      for (const id of graphs) {
        assertMatch(reached.get(id) ?? "", /^.+: .+\. Arrow keys choose an event/, id);
      }
      assertStringIncludes(reached.get("sequence") ?? "", "31 segments up to number 40002, 1 of them again");
      assertMatch(reached.get("scale") ?? "", /^Ladder to scale, \d+ rows/);
    });
  },
});

Deno.test({
  name: `graphs are used with the keyboard: arrows choose an event, plus zooms, 0 shows all${reason}`,
  ignore,
  fn: async () => {
    await lookAtStory("lost_data", async (page) => {
      const title = async (): Promise<string> =>
        String(await page.evaluate("why.querySelector('h2').innerText"));
      await page.evaluate("sequence.focus()");
      await page.press("Home");
      assertMatch(await title(), /^Event 1,/);
      await page.press("ArrowRight");
      assertMatch(await title(), /^Event 2,/);
      const range = async (): Promise<string> => String(await page.evaluate("range.textContent"));
      const whole = await range();
      await page.press("+");
      assertNotEquals(await range(), whole);
      await page.press("0");
      assertEquals(await range(), whole);
    });
  },
});

/** Draws all graphs anew, and gives the letters that the one of sequence numbers has. */
const LETTERS = `(() => {
  const letters = [];
  const draw = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
    if (this.canvas.closest("#sequence") !== null && text.length === 1 && this.font.startsWith("bold")) letters.push(text);
    return draw.call(this, text, ...rest);
  };
  theme.click();
  const frame = () => new Promise(requestAnimationFrame);
  return frame().then(frame).then(() => new Promise((resolve) => setTimeout(resolve, 200)))
    .then(() => [...new Set(letters)].sort().join(""));
})()`;

Deno.test({
  name: `sequence numbers have tcptrace's marks: R, 3, Z, S and F${reason}`,
  ignore,
  fn: async () => {
    const expected = { plain: "F", lost_data: "FR", zero_window: "FRZ", sack_recovery: "3FRS" };
    for (const [name, letters] of Object.entries(expected)) {
      await lookAtStory(name, async (page) => assertEquals(await page.evaluate(LETTERS), letters, name));
    }
  },
});

Deno.test({
  name: `the peer's window is drawn where it is the story, and pipe where it is not the flight${reason}`,
  ignore,
  fn: async () => {
    const drawn = `[...document.querySelectorAll("#window .u-series:not(.u-off) .u-label")]
      .map(({ textContent }) => textContent).slice(1)`;
    const expected = {
      plain: ["cwnd", "flight"],
      zero_window: ["cwnd", "flight", "peer's window"],
      sack_recovery: ["cwnd", "ssthresh", "flight", "pipe"],
    };
    for (const [name, curves] of Object.entries(expected)) {
      await lookAtStory(name, async (page) => assertEquals(await page.evaluate(drawn), curves, name));
    }
  },
});

/** The report of a capture that says nothing of itself: both ends send data, one segment of the server is lost on its way here. */
async function reportOfCapture(): Promise<string> {
  const data = (at: number, seq: number): CapturedPacket =>
    packet(at, "<", "ack", seq, 1_101, { length: 1_000 });
  const packets = [
    ...handshake(),
    packet(15, ">", "ack", 1_001, 5_001, { length: 100 }),
    ...[5_001, 6_001, 8_001, 9_001, 10_001].map((seq, k) => data(20 + k / 10, seq)),
    ...[20.5, 20.6, 20.7, 20.8].map((at) => packet(at, ">", "ack", 1_101, 7_001)),
    data(50, 7_001),
    packet(50.1, ">", "ack", 1_101, 11_001),
  ];
  const outputs = new Outputs({ program: "rawtcp test", epoch: 1.7e15, payload: true, report: true });
  const analysis = new Analysis((packets[0] as CapturedPacket).time, outputs.sinks, { kept: outputs.kept });
  for (const one of packets) analysis.packet(one);
  outputs.describe(new Map(analysis.finish().flows.map((flow) => [flow.record.id, knownFacts(flow)])));
  return await outputs.report();
}

Deno.test({
  name:
    `a capture of others: graphs of each end, both states, both windows, and what limited each sender${reason}`,
  ignore,
  fn: async () => {
    await lookAtMarkup(await reportOfCapture(), async (page) => {
      assertEquals(
        await page.evaluate(
          "[...document.querySelectorAll('#charts > section > h2')].map((one) => one.textContent)",
        ),
        ["What the server sends", "What the client sends", "States over time"],
      );
      for (const id of ["sequence", "window", "throughput", "sequence-second", "window-second"]) {
        assert(Number(await page.evaluate(`(${PIXELS})("#${id}", "")`)) > 300, id);
      }
      assertMatch(
        String(await page.evaluate("limits.ariaLabel")),
        /application \d+ %, .*window \d+ %, .*path \d+ %, not known \d+ % of/,
      );
      assert(Number(await page.evaluate(`(${PIXELS})("#limits", "path")`)) > 500);
      assertMatch(
        String(await page.evaluate("charts.innerText")),
        /In flight at most [\d.]+ KiB; rate times round trip 1020 B; largest window 64 KiB/,
      );
      const text = async (id: string): Promise<string> => String(await page.evaluate(`${id}.innerText`));
      assertStringIncludes(await text("why"), "lost before this point");
      assertStringIncludes(await text("windows"), "Send window of the server");
      assertStringIncludes(
        await text("diagram"),
        "State of the client: ESTABLISHED, of the server: ESTABLISHED",
      );
      assertMatch(await text("summary"), /The client\s+\d+ segments, 100 B, 0 sent again/);
      assertMatch(await text("summary"), /The server\s+\d+ segments, 5.86 KiB, 1 sent again/);
    });
  },
});
