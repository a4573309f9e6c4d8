import { assertEquals } from "@std/assert";
import { counted, grouped } from "../../cli/counted.ts";

Deno.test("digits stand in groups of three", () => {
  const rows: [number, string][] = [
    [0, "0"],
    [999, "999"],
    [1_000, "1,000"],
    [123_456, "123,456"],
    [1_000_000, "1,000,000"],
    [Number.MAX_SAFE_INTEGER, "9,007,199,254,740,991"],
  ];
  for (const [count, text] of rows) assertEquals(grouped(count), text);
});

Deno.test("one is singular, everything else plural", () => {
  assertEquals([counted(0, "byte"), counted(1, "byte"), counted(1_024, "byte")], [
    "0 bytes",
    "1 byte",
    "1,024 bytes",
  ]);
});
