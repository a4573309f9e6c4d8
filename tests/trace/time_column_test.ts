import { assertEquals, assertMatch } from "@std/assert";
import { TimeColumn } from "../../trace/time_column.ts";

Deno.test("moments are relative to the first event, to the line before, or those of the clock", () => {
  const relative = new TimeColumn();
  relative.begin(1_000_000);
  assertEquals([2_000_000, 2_500_000].map((time) => relative.text(time)), ["   1.000000", "   1.500000"]);
  const delta = new TimeColumn("delta");
  assertEquals([5, 1_000_005, 1_000_006].map((time) => delta.text(time)), [
    "   0.000000",
    "   1.000000",
    "   0.000001",
  ]);
  const epoch = Date.UTC(2026, 0, 2, 3, 4, 5) * 1_000;
  const absolute = new TimeColumn("absolute", epoch);
  assertEquals(absolute.text(7), "2026-01-02T03:04:05.000007Z");
  assertMatch(new TimeColumn("absolute", null).text(3), /^ +0\.000000$/);
});
