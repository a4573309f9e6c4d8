import { assertEquals, assertThrows } from "@std/assert";
import { quoted, UsageError } from "../../cli/options.ts";
import { parseChoice, parseDuration, parseOctets, parsePort, parseWhole } from "../../cli/option_values.ts";

Deno.test("whole numbers are decimal digits within their range", () => {
  assertEquals(parseWhole("0", "N", 0, 9), 0);
  assertEquals(parseWhole("4294967295", "N", 0, 2 ** 32 - 1), 4_294_967_295);
  assertEquals(parseWhole("007", "N", 0, 9), 7);
  for (
    const text of [
      "",
      " 1",
      "1 ",
      "-1",
      "+1",
      "1.0",
      "1e1",
      "0x1",
      "10",
      "٣",
      "NaN",
      "Infinity",
      "9".repeat(99),
    ]
  ) {
    const error = assertThrows(() => parseWhole(text, "N", 0, 9), UsageError);
    assertEquals(error.message, `Cannot use ${quoted(text)} as N: give a whole number from 0 to 9`);
  }
});

Deno.test("octets may be counted in thousands and in powers of two", () => {
  const rows: [text: string, octets: number][] = [
    ["0", 0],
    ["1500", 1_500],
    ["10K", 10_000],
    ["10kB", 10_000],
    ["100MB", 100_000_000],
    ["3G", 3_000_000_000],
    ["2T", 2e12],
    ["1KiB", 1_024],
    ["64kib", 65_536],
    ["5MiB", 5_242_880],
    ["1GiB", 1_073_741_824],
    ["1TiB", 1_099_511_627_776],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ];
  for (const [text, octets] of rows) assertEquals(parseOctets(text, "N"), octets, text);
  for (
    const text of [
      "",
      "K",
      "-1",
      "+1",
      "1.5M",
      "1 M",
      "1Ki",
      "1KK",
      "1P",
      "1B",
      "0x10",
      "1e9",
      "9007199254740992",
      "9008T",
      "∞",
    ]
  ) {
    assertThrows(
      () => parseOctets(text, "--send-bytes"),
      UsageError,
      `${quoted(text)} as --send-bytes: give`,
    );
  }
});

Deno.test("ports end at 65535 and start at 1 for a destination", () => {
  assertEquals(parsePort("65535", "PORT", 1), 65_535);
  assertEquals(parsePort("0", "--source-port", 0), 0);
  assertThrows(() => parsePort("0", "PORT", 1), UsageError);
  assertThrows(() => parsePort("65536", "PORT", 1), UsageError);
  assertThrows(() => parsePort("http", "PORT", 1), UsageError);
});

Deno.test("times have units, seconds without one, and are more than zero unless zero is allowed", () => {
  const rows: [text: string, span: number][] = [
    ["2", 2],
    ["0.25", 0.25],
    [".5", 0.5],
    ["86400", 86_400],
    ["500ms", 0.5],
    ["250us", 0.00025],
    ["1.5s", 1.5],
    ["3m", 180],
    ["2min", 120],
    ["24h", 86_400],
  ];
  for (const [text, span] of rows) assertEquals(parseDuration(text, "T"), span, text);
  assertEquals(parseDuration("0", "T", true), 0);
  for (
    const text of ["0", "0.0", "0ms", "", ".", "-1", "s", "1S", "1 s", "1d", "1e3", "86401", "25h", "1,5"]
  ) {
    assertThrows(
      () => parseDuration(text, "--timeout"),
      UsageError,
      `${quoted(text)} as --timeout: give a time`,
    );
  }
  assertThrows(() => parseDuration("-1", "T", true), UsageError);
});

Deno.test("a choice is one of its words", () => {
  assertEquals(parseChoice("auto", "--color", ["auto", "never"]), "auto");
  const error = assertThrows(() => parseChoice("Auto", "--color", ["auto", "never"]), UsageError);
  assertEquals(error.message, 'Cannot use "Auto" as --color: give auto or never');
});

Deno.test("sizes have ranges of their own", () => {
  assertEquals(parseOctets("64K", "--mss", 48, 65_495), 64_000);
  const error = assertThrows(() => parseOctets("10", "--mss", 48, 65_495), UsageError);
  assertEquals(
    error.message,
    'Cannot use "10" as --mss: give a whole number of bytes, from 48 to 65495, such as 5000, 5K (5,000) or 5KiB (5,120)',
  );
});
