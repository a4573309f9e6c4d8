/** A report of many connections in a real browser: their table comes first, soon, and can be sorted. */

import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import type { Recorder } from "../../trace/recorder.ts";
import { FakeConnection } from "../trace/fake_connection.ts";
import { ignore, lookAt, reason, settle, SMALL, SOON } from "./report_kit.ts";

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
