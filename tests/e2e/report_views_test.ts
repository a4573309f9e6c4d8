/** The views of a report in a real browser: what can be read at which size, by keyboard alone, step by step. */

import { assert, assertEquals, assertMatch, assertNotEquals, assertStringIncludes } from "@std/assert";
import { Analysis } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { knownFacts } from "../../capture/facts.ts";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { Outputs } from "../../trace/outputs.ts";
import type { Recorder } from "../../trace/recorder.ts";
import { handshake, packet } from "../capture/kit.ts";
import { FakeConnection } from "../trace/fake_connection.ts";
import type { Look, Page } from "./browser.ts";
import { ignore, lookAt, lookAtMarkup, lookAtStory, PIXELS, reason, SOON } from "./report_kit.ts";

const SITUATIONS = ["plain", "lost_data", "zero_window", "sack_recovery", "reset_in_the_middle"];

const WIDE: Look = { width: 1280, height: 800 };
const TALL: Look = { width: 480, height: 900 };
const SMALL: Look = { width: 360, height: 740 };
const SIZES = [WIDE, TALL, { ...SMALL, dark: true }];

/** Looks at each of the five situations at each of the sizes. */
async function lookAtAll(look: (page: Page, title: string, size: Look) => Promise<void>): Promise<void> {
  for (const name of SITUATIONS) {
    await lookAtStory(name, async (page) => {
      for (const size of SIZES) {
        await page.look(size);
        await settle(page);
        await look(page, `${name} at ${size.width} x ${size.height}`, size);
      }
    });
  }
}

/** Waits until what depends on the size has been drawn. */
async function settle(page: Page): Promise<void> {
  await page.evaluate("new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50)))");
}

/** Whether all of an element, or its first so many pixels, is in the view, with nothing before it. */
const IN_VIEW = `(element, most = Infinity) => {
  const { left, top, right, bottom, height } = element.getBoundingClientRect();
  const low = Math.min(bottom, top + most);
  if (height === 0 || left < 0 || top < 0 || right > innerWidth || low > innerHeight) return false;
  return [[left + 2, top + 2], [right - 2, low - 2], [(left + right) / 2, (top + low) / 2]].every(([x, y]) => {
    const found = document.elementFromPoint(x, y);
    return found !== null && (element.contains(found) || found.contains(element));
  });
}`;

Deno.test({
  name: `the detail of a chosen event is inside the view, and its row of the ladder beside it${reason}`,
  ignore,
  fn: async () => {
    await lookAtAll(async (page, title, size) => {
      const count = Number(await page.evaluate("document.querySelectorAll('#table [data-row]').length"));
      for (const row of [0, Math.floor(count / 2), count - 1]) {
        await page.evaluate(`document.querySelectorAll('#table [data-row]')[${row}].click(); scrollTo(0, 0)`);
        assert(await page.evaluate(`(${IN_VIEW})(why, 90)`), `${title}: the detail of event ${row}`);
        // On a small page the ladder lies below the summary.
        if (size !== WIDE) await page.evaluate("ladders.scrollIntoView()");
        assert(
          await page.evaluate(`(${IN_VIEW})(why, 90)`),
          `${title}: the detail of event ${row}, scrolled`,
        );
        const chosen = "document.querySelector('.rung[aria-selected=true]')";
        assert(await page.evaluate(`(${IN_VIEW})(${chosen}, 40)`), `${title}: the row of event ${row}`);
        const isReadable = await page.evaluate(`(${IN_VIEW})(${chosen}.querySelector(".why"), 30)`);
        assert(isReadable, `${title}: why, beside the row of event ${row}`);
      }
    });
  },
});

Deno.test({
  name: `nothing needs scrolling sideways, down to 360 pixels${reason}`,
  ignore,
  fn: async () => {
    await lookAtAll(async (page, title, { width }) => {
      const wide = Number(await page.evaluate("document.documentElement.scrollWidth"));
      assert(wide <= width, `${title}: ${wide} pixels`);
      for (const inside of [".ladder", "#detail", "#table .scroller"]) {
        const [scrolled, shown] = await page.evaluate(
          `(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector("${inside}"))`,
        ) as [number, number];
        assert(scrolled <= shown, `${title}: ${inside} has ${scrolled} pixels in ${shown}`);
      }
    });
  },
});

/** Pairs of labels that overlap, of what is in sight or is a picture. */
const OVERLAPS = `(() => {
  const groups = [
    ".rung .time, .rung .state, .rung .label, .rung .note, .rung .why",
    "#scale text",
    ".pointer span",
    ".states text",
    ".ladder-head span:not(.ends), .ladder-head b",
    ".toolbar button, .toolbar a, .toolbar output",
    "#summary dt, #summary dd",
  ];
  const found = [];
  for (const group of groups) {
    const boxes = [...document.querySelectorAll(group)].flatMap((element) => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const text = element.textContent.trim();
      const [box, own] = [range.getBoundingClientRect(), element.getBoundingClientRect()];
      if (text === "" || box.width === 0 || getComputedStyle(element).visibility === "hidden") return [];
      const right = Math.min(box.right, own.right);
      const bottom = Math.min(box.bottom, own.bottom);
      return [{ text, left: Math.max(box.left, own.left), top: Math.max(box.top, own.top), right, bottom }];
    });
    for (const [k, one] of boxes.entries()) {
      for (const other of boxes.slice(k + 1)) {
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (wide > 2 && high > 3) found.push(one.text + " / " + other.text);
      }
    }
  }
  return found;
})()`;

Deno.test({
  name: `no label lies on another${reason}`,
  ignore,
  fn: async () => {
    await lookAtAll(async (page, title) => assertEquals(await page.evaluate(OVERLAPS), [], title));
  },
});

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

Deno.test({
  name:
    `steps light the states and move the windows, and play goes on by itself until it is stopped${reason}`,
  ignore,
  fn: async () => {
    await lookAtStory("plain", async (page) => {
      const here = async (): Promise<unknown> =>
        await page.evaluate("document.querySelector('.place.here text').textContent");
      const pointers = async (): Promise<string> => String(await page.evaluate("windows.innerText"));
      const click = async (name: string): Promise<void> =>
        void await page.evaluate(`document.querySelector('[data-player=${name}]').click()`);
      await click("first");
      assertEquals(await here(), "SYN-SENT");
      const seen = new Set<unknown>();
      const windows = new Set<string>();
      for (let step = 0; step < 14; step++) {
        seen.add(await here());
        windows.add(
          /SND\.UNA (\d+)\s+SND\.NXT (\d+)/.exec(await pointers())?.slice(1).join(" to ") ?? "not known",
        );
        await click("forward");
      }
      assertEquals([...seen], ["SYN-SENT", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT"]);
      assertEquals([...windows], ["not known", "1 to 1", "1 to 30", "30 to 30", "30 to 31", "31 to 31"]);
      await click("first");
      await click("play");
      const position = "document.querySelector('[data-player=position]').textContent";
      for (let turn = 0; turn < 100 && await page.evaluate(position) === "Event 1 of 14"; turn++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assertEquals(await page.evaluate(position), "Event 2 of 14");
      await click("play");
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      assertEquals(await page.evaluate(position), "Event 2 of 14");
    });
  },
});

Deno.test({
  name:
    `a loss is drawn: a cross where it is known, a question mark where it is presumed, a brace to the repeat${reason}`,
  ignore,
  fn: async () => {
    const drawn = `[...document.querySelectorAll(".rung")].flatMap((rung) => {
      const sign = rung.querySelector(".sign")?.textContent;
      const later = rung.querySelector(".later")?.textContent;
      return sign || later ? [[rung.querySelector(".label").textContent.trim(), sign ?? later]] : [];
    })`;
    await lookAtStory("lost_syn", async (page) => {
      await page.look({ ...WIDE, height: 2_000 });
      await settle(page);
      assertEquals(await page.evaluate(drawn), [["SYN seq 0 win 65535", "✕"], [
        "SYN seq 0 win 65535",
        "1 s later",
      ]]);
      assertEquals(await page.evaluate("document.querySelectorAll('.brace').length"), 1);
      assertEquals(await page.evaluate("document.querySelectorAll('#scale .event.lost').length"), 1);
    });
    await lookAtStory("lost_data", async (page) => {
      await page.look({ ...WIDE, height: 2_000 });
      await settle(page);
      const label = "PSH,ACK seq 1..29 ack 1 win 131072 len 29";
      assertEquals(await page.evaluate(drawn), [[label, "?"], [label, "1 s later"]]);
      assertEquals(await page.evaluate("document.querySelector('#scale .sign').textContent"), "?");
    });
  },
});

Deno.test({
  name: `what the bar at the top leads to is not covered by it${reason}`,
  ignore,
  fn: async () => {
    await lookAtAll(async (page, title) => {
      const links = await page.evaluate(
        `[...document.querySelectorAll(".places a")].map(({ hash }) => hash)`,
      );
      for (const hash of links as string[]) {
        const [bar, place] = await page.evaluate(`(() => {
          document.querySelector('.places a[href="${hash}"]').click();
          const heading = document.querySelector("${hash} :is(h2, p)");
          return [document.querySelector(".toolbar"), heading].map((one) => one.getBoundingClientRect())
            .map(({ top, bottom }, k) => k === 0 ? bottom : top);
        })()`) as [number, number];
        assert(place >= bar - 1, `${title}: ${hash} begins at ${place}, under the bar that ends at ${bar}`);
      }
      await page.evaluate("scrollTo(0, 0)");
    });
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
        /application \d+ %, .*window \d+ %, .*path \d+ % of/,
      );
      assert(Number(await page.evaluate(`(${PIXELS})("#limits", "path")`)) > 500);
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

/** So many connections, each with some data, every seventh with a repeat. */
function crowd(recorder: Recorder, connections: number): void {
  for (let id = 1; id <= connections; id++) {
    const connection = new FakeConnection(recorder);
    connection.id = id;
    connection.local = { address: parseAddress("192.0.2.1"), port: 20_000 + id };
    const at = (step: number): ReturnType<typeof instant> => instant(id * 1_000 + step * (100 + id));
    connection.change(at(0), "ESTABLISHED", "syn-ack-received");
    connection.numbers(1, 1 + id, 1);
    const data = new Uint8Array(id % 1_400 + 1);
    const said = { flags: Flag.ack, seq: 1, ack: 1, data };
    connection.send(at(1), "data", said);
    if (id % 7 === 0) connection.send(at(2), "retransmit-timeout", said);
    connection.arrive(at(3), { flags: Flag.ack, seq: 1, ack: 1 + data.length });
    connection.send(at(4), "fin", { flags: Flag.ack | Flag.fin, seq: 1 + data.length, ack: 1 });
    connection.arrive(at(5), { flags: Flag.ack | Flag.fin, seq: 1, ack: 2 + data.length });
    connection.change(at(5), "TIME-WAIT", "fin-received");
  }
}

Deno.test({
  name: `2,000 connections: their table comes first, within two seconds, and can be sorted${reason}`,
  ignore,
  fn: async () => {
    await lookAt((recorder) => crowd(recorder, 2_000), async (page, _url, milliseconds) => {
      assert(milliseconds < SOON, `${milliseconds} ms`);
      const rows = async (): Promise<string[]> =>
        await page.evaluate(
          "[...document.querySelectorAll('#connections [data-row]')].slice(0, 3).map((row) => row.children[0].textContent)",
        ) as string[];
      const sort = async (name: string): Promise<void> =>
        void await page.evaluate(
          `[...document.querySelectorAll("#connections .sort")].find((one) => one.textContent === "${name}").click()`,
        );
      assertEquals(
        await page.evaluate("document.getElementById('connections-count').textContent"),
        "2\u202f000",
      );
      assertEquals(await rows(), ["1", "2", "3"]);
      await sort("Duration");
      await sort("Duration");
      assertEquals(await rows(), ["2000", "1999", "1998"]);
      await sort("Again → / ←");
      await sort("Again → / ←");
      assertEquals((await rows()).map((id) => Number(id) % 7), [0, 0, 0]);
      assert(Number(await page.evaluate("document.querySelectorAll('*').length")) < 3_000);
      await sort("#");
      const texts = await page.evaluate(
        "[...document.querySelectorAll('#connections [data-row=\"6\"] span')].map(({ textContent }) => textContent)",
      ) as string[];
      assertEquals([texts[1], texts[5], texts[6]], ["192.0.2.1:20007", "16 B / 0 B", "1 / ?"]);
      assertEquals(texts.slice(-2), [
        "closed, we first",
        "ip.addr==192.0.2.1 && tcp.port==20007 && ip.addr==198.51.100.7 && tcp.port==80",
      ]);
      await page.evaluate("document.querySelector('#connections [data-row=\"6\"]').click()");
      assertEquals(await page.evaluate("title.textContent"), "192.0.2.1:20007 ↔ 198.51.100.7:80");
      await page.look(SMALL);
      await settle(page);
      assert(Number(await page.evaluate("document.documentElement.scrollWidth")) <= SMALL.width);
    });
  },
});
