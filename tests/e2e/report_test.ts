/** The report in a real browser: nothing is complained of or loaded, the graphs are drawn, a click tells why. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import type { Recorder } from "../../trace/recorder.ts";
import { FakeConnection } from "../trace/fake_connection.ts";
import { tellStory } from "../trace/story.ts";
import { transfer, TwoCores } from "../trace/two_cores.ts";
import { ignore, lookAt, PIXELS, reason, SOON } from "./report_kit.ts";

const SEGMENTS = 20_000;

/** A transfer with losses between two real cores. */
function lossyTransfer(recorder: Recorder): void {
  let noise = 12_345;
  const isLost = (): boolean => {
    noise = noise * 1_103_515_245 + 12_345 & 0x7fff_ffff;
    return noise % 1_000 < 15;
  };
  const lose = ({ fromClient, number }: { fromClient: boolean; number: number }): boolean => {
    return fromClient && number > 10 && isLost();
  };
  assert(
    transfer(new TwoCores({ client: recorder, delay: 15_000, rate: 4e6, lose }), new Uint8Array(400_000)),
  );
}

Deno.test({
  name: `the report of a lossy transfer: graphs, ladder and table are drawn, nothing is loaded${reason}`,
  ignore,
  fn: async () => {
    await lookAt(lossyTransfer, async (page) => {
      const drawn: readonly (readonly [place: string, color: string, pixels: number])[] = [
        ["#sequence", "data", 200],
        ["#sequence", "again", 20],
        ["#sequence", "sack", 200],
        ["#sequence", "ack", 200],
        ["#window", "cwnd", 200],
        ["#window", "flight", 200],
        ["#window", "ssthresh", 100],
        ["#round-trip", "data", 100],
        ["#round-trip", "again", 100],
        ["#states", "", 5_000],
      ];
      for (const [place, color, least] of drawn) {
        const pixels = Number(await page.evaluate(`(${PIXELS})("${place}", "${color}")`));
        assert(pixels >= least, `${place} has ${pixels} pixels of ${color}`);
      }
      assert(Number(await page.evaluate("document.querySelectorAll('#scale .arrow').length")) > 10);
      assert(Number(await page.evaluate("document.querySelectorAll('#ladder .rung').length")) > 10);
      assert(Number(await page.evaluate("document.querySelectorAll('#table [data-row]').length")) > 10);
      assertEquals(
        await page.evaluate("document.getElementById('title').textContent"),
        "192.0.2.1:40000 ↔ 198.51.100.7:80",
      );
    });
  },
});

Deno.test({
  name: `a click on a segment that was sent again shows why, and its header${reason}`,
  ignore,
  fn: async () => {
    await lookAt((recorder) => void tellStory(recorder), async (page) => {
      // First another event, so that it is the click that shows this one.
      await page.evaluate("document.querySelector('#table [data-row=\"0\"]').click()");
      assertStringIncludes(
        String(await page.evaluate("detail.innerText")),
        "The program opens the connection: we take the first step.",
      );
      await page.evaluate("document.querySelector('#table .row.again').click()");
      const text = String(await page.evaluate("detail.innerText"));
      assertStringIncludes(
        text,
        "No ACK of 1 came in time: the earliest segment that is not acknowledged goes again (octets 1 to 29)",
      );
      assertStringIncludes(text, "[RFC 6298 5.4]");
      assertMatch(text, /Sequence number\s+4294967291/);
      assertEquals(await page.evaluate("document.querySelectorAll('#detail .set-1').length"), 2);
      // The same by its row in the ladder, and by its arrow in the one to scale.
      for (
        const click of [
          "document.querySelector('#ladder .rung.again .sent').click()",
          "document.querySelector('#scale .event.again').dispatchEvent(new MouseEvent('click'))",
        ]
      ) {
        await page.evaluate("document.querySelector('#table [data-row=\"0\"]').click()");
        await page.evaluate(click);
        assertStringIncludes(String(await page.evaluate("why.innerText")), "[RFC");
        assertStringIncludes(String(await page.evaluate("detail.innerText")), "No ACK of 1 came in time");
      }
    });
  },
});

Deno.test({
  name: `a click into the graph of sequence numbers chooses the segment below it${reason}`,
  ignore,
  fn: async () => {
    await lookAt((recorder) => void tellStory(recorder), async (page) => {
      const place = await page.evaluate(`(() => {
        document.querySelector("#sequence").scrollIntoView({ block: "center" });
        const over = document.querySelector("#sequence .u-over").getBoundingClientRect();
        return [over.left, over.top, over.width, over.height];
      })()`) as [number, number, number, number];
      // The last segment, our FIN sent again, lies right and high; 2 % of the span are spare at either end.
      const x = place[0] + place[2] * (0.442 / 0.463 + 0.02) / 1.04;
      const y = place[1] + place[3] * 0.1;
      for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
        await page.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1 });
      }
      assertMatch(
        String(await page.evaluate("detail.innerText")),
        /^Event 16, sent: FIN,ACK \(retransmission\)/,
      );
    });
  },
});

Deno.test({
  name: `the table is walked through with the keyboard${reason}`,
  ignore,
  fn: async () => {
    await lookAt((recorder) => void tellStory(recorder), async (page) => {
      const press = async (key: string): Promise<string> => {
        await page.evaluate(`document.querySelector(".scroller").focus()`);
        await page.send("Input.dispatchKeyEvent", { type: "keyDown", key });
        await page.send("Input.dispatchKeyEvent", { type: "keyUp", key });
        return String(await page.evaluate("document.querySelector('#detail h2').textContent"));
      };
      assertMatch(await press("Home"), /^Event 1,/);
      assertMatch(await press("ArrowDown"), /^Event 2,/);
      assertMatch(await press("End"), /^Event 23,/);
      assertMatch(await press("ArrowUp"), /^Event 22,/);
      await press("Enter");
      assertEquals(await page.evaluate("document.activeElement.id"), "detail");
    });
  },
});

Deno.test({
  name: `the filter keeps what is looked for, and the zoom shows a part of the time${reason}`,
  ignore,
  fn: async () => {
    await lookAt((recorder) => void tellStory(recorder), async (page) => {
      await page.evaluate("filter.value = 'FIN,ACK'; filter.dispatchEvent(new Event('input'))");
      assertEquals(await page.evaluate("count.textContent"), "3 of 23 events");
      const before = String(await page.evaluate("range.textContent"));
      await page.evaluate("document.getElementById('zoom-in').click()");
      assert(String(await page.evaluate("range.textContent")) !== before);
      await page.evaluate(
        "document.getElementById('zoom-all').click(); document.getElementById('theme').click()",
      );
      assertEquals(await page.evaluate("document.documentElement.dataset.theme"), "light");
    });
  },
});

/** So many segments: data and acknowledgments, in turn. */
function exchange(recorder: Recorder, segments: number): void {
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  for (let i = 0; i < segments / 2; i++) {
    const seq = 1 + i * 1_448;
    connection.numbers(seq, seq + 1_448, 1);
    connection.cwnd = 14_480 + i;
    const data = new Uint8Array(1_448);
    const timestamps = [i, i] as const;
    connection.send(instant(i * 900), "data", { flags: Flag.ack, seq, ack: 1, data, timestamps });
    connection.arrive(instant(i * 900 + 400), { flags: Flag.ack, seq: 1, ack: seq + 1_448, timestamps });
  }
}

Deno.test({
  name: `a report of 20,000 segments answers within two seconds, with few elements${reason}`,
  ignore,
  fn: async () => {
    await lookAt((recorder) => exchange(recorder, SEGMENTS), async (page, _url, milliseconds) => {
      assert(milliseconds < SOON, `${milliseconds} ms`);
      assertMatch(
        String(await page.evaluate("document.getElementById('count').textContent")),
        /^20\D000 events$/,
      );
      assert(Number(await page.evaluate("document.querySelectorAll('*').length")) < 3_000);
      const scroll = async (to: number): Promise<number> =>
        Number(
          await page.evaluate(`new Promise((resolve) => {
            const start = performance.now();
            document.querySelector(".scroller").scrollTop = ${to};
            requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - start)));
          })`),
        );
      // Others may have the machine: what counts is how soon it can be there.
      let scrolled = Infinity;
      for (let turn = 1; turn <= 5 && scrolled >= 500; turn++) scrolled = await scroll(50_000 * turn);
      assert(scrolled < 500, `${scrolled} ms`);
    });
  },
});

Deno.test({
  name: `a report that leaves segments out says how many, and counts all of them in its summary${reason}`,
  ignore,
  fn: async () => {
    await lookAt((recorder) => exchange(recorder, 3 * SEGMENTS), async (page, _url, milliseconds) => {
      assert(milliseconds < SOON, `${milliseconds} ms`);
      const textOf = async (id: string): Promise<string> => {
        return String(await page.evaluate(`document.getElementById("${id}").textContent`));
      };
      const [, told = ""] = /^([\d,]+) segments between \S+ s and \S+ s were not kept: /.exec(
        await textOf("omitted"),
      ) ?? [];
      const [shown = ""] = /^.+(?= events$)/.exec(await textOf("count")) ?? [];
      assertEquals(Number(told.replaceAll(",", "")) + Number(shown.replaceAll(/\D/g, "")), 3 * SEGMENTS);
      assertMatch(await textOf("summary"), /Sent30\D000 segments.*Received30\D000 segments/);
    });
  },
});
