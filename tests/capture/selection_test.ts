import { assertEquals } from "@std/assert";
import { readSelection } from "../../capture/analysis/selection.ts";
import { displayFilter } from "../../trace/display_filter.ts";
import type { ConnectionRecord } from "../../trace/record.ts";

const CONNECTIONS: readonly ConnectionRecord[] = [
  { id: 1, local: "10.0.0.1:4000", remote: "10.0.0.2:80", iss: null, irs: null },
  { id: 2, local: "10.0.0.1:4001", remote: "10.0.0.3:443", iss: null, irs: null },
  { id: 3, local: "[fd00::1]:4000", remote: "[fd00::2]:80", iss: null, irs: null },
];

const CHOICES: readonly (readonly [text: string, ids: readonly number[] | null])[] = [
  ["2", [2]],
  ["9", []],
  ["10.0.0.1:4000", [1]],
  ["10.0.0.1", [1, 2]],
  [":80", [1, 3]],
  ["10.0.0.2:80-10.0.0.1:4000", [1]],
  ["10.0.0.1-10.0.0.3", [2]],
  [":4000-:80", [1, 3]],
  ["10.0.0.1:4000-10.0.0.3:443", []],
  ["[fd00::2]:80", [3]],
  ["fd00::1", [3]],
  ["[fd00::1]:4000-[fd00::2]:80", [3]],
  ["", null],
  ["-", null],
  ["a-b-c", null],
  ["10.0.0.1:http", null],
];

for (const [text, ids] of CHOICES) {
  Deno.test(`--connection "${text}" chooses ${ids === null ? "nothing that can be read" : ids.join() || "none"}`, () => {
    const selection = readSelection(text);
    assertEquals(selection === null ? null : CONNECTIONS.filter(selection).map(({ id }) => id), ids);
  });
}

Deno.test("the display filter of a connection names addresses and ports of its family", () => {
  assertEquals(CONNECTIONS.slice(1).map(displayFilter), [
    "ip.addr==10.0.0.1 && tcp.port==4001 && ip.addr==10.0.0.3 && tcp.port==443",
    "ipv6.addr==fd00::1 && tcp.port==4000 && ipv6.addr==fd00::2 && tcp.port==80",
  ]);
});
