/** The views of a report in a real browser: what can be read at which size, and step by step. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Look, Page } from "./browser.ts";
import { pause, until } from "./process.ts";
import { ignore, lookAtStory, reason, settle, SMALL, WIDE } from "./report_kit.ts";

const SITUATIONS = ["plain", "lost_data", "zero_window", "sack_recovery", "reset_in_the_middle"];

const TALL: Look = { width: 480, height: 900 };
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
    ".state-diagram text",
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
      await until("the next event", async () => await page.evaluate(position) !== "Event 1 of 14");
      await click("play");
      const stopped = await page.evaluate(position);
      assertMatch(String(stopped), /^Event [2-5] of 14$/); // the second, but on a busy machine
      await pause(1_500);
      assertEquals(await page.evaluate(position), stopped);
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
    const syn = "SYN seq 0 win 65535";
    await lookAtStory("lost_syn", async (page) => {
      await page.look({ ...WIDE, height: 2_000 });
      await settle(page);
      assertEquals(await page.evaluate(drawn), [[syn, "?"], [syn, "1 s later"]]);
      assertEquals(await page.evaluate("document.querySelectorAll('.brace').length"), 1);
    });
    await lookAtStory("unreachable", async (page) => {
      await page.look({ ...WIDE, height: 2_000 });
      await settle(page);
      assertEquals(await page.evaluate(drawn), [[syn, "✕"], [syn, "✕"]]);
      assertEquals(await page.evaluate("document.querySelectorAll('#scale .event.lost').length"), 2);
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
