import { assertEquals, assertThrows } from "@std/assert";
import {
  type OptionSpec,
  optionTable,
  parseChoice,
  parseOctets,
  parseOptions,
  parsePort,
  parseSeconds,
  parseWhole,
  quoted,
  UsageError,
} from "../../cli/options.ts";

const SPECS: readonly OptionSpec[] = [
  { name: "message", letter: "m", value: "TEXT", help: "what to send" },
  { name: "source-port", value: "N", help: "where from\nand more" },
  { name: "quiet", letter: "q", help: "say nothing" },
  { name: "version", letter: "V", help: "show the version" },
];

Deno.test("options, values and operands are told apart", async (t) => {
  const rows: [args: string[], values: Record<string, string>, flags: string[], operands: string[]][] = [
    [[], {}, [], []],
    [["host", "80"], {}, [], ["host", "80"]],
    [["-m", "hi"], { message: "hi" }, [], []],
    [["-mhi"], { message: "hi" }, [], []],
    [["-m1"], { message: "1" }, [], []],
    [["--message", "hi"], { message: "hi" }, [], []],
    [["--message=hi"], { message: "hi" }, [], []],
    [["--message=a=b"], { message: "a=b" }, [], []],
    [["-m=x"], { message: "=x" }, [], []],
    [["--message", ""], { message: "" }, [], []],
    [["--message="], { message: "" }, [], []],
    [["-m", ""], { message: "" }, [], []],
    [["-m", "-q"], { message: "-q" }, [], []],
    [["-m", "--quiet"], { message: "--quiet" }, [], []],
    [["-m", "--"], { message: "--" }, [], []],
    [["-m", "line\nline"], { message: "line\nline" }, [], []],
    [["-m", "a", "-m", "b"], { message: "b" }, [], []],
    [["-m", "007"], { message: "007" }, [], []],
    [["-m", "true"], { message: "true" }, [], []],
    [["-q", "true"], {}, ["quiet"], ["true"]],
    [["--quiet", "false", "80"], {}, ["quiet"], ["false", "80"]],
    [["-qV"], {}, ["quiet", "version"], []],
    [["-qm", "x"], { message: "x" }, ["quiet"], []],
    [["-qmx", "y"], { message: "x" }, ["quiet"], ["y"]],
    [["host", "-q", "80"], {}, ["quiet"], ["host", "80"]],
    [["--", "-q", "--nonsense"], {}, [], ["-q", "--nonsense"]],
    [["-q", "--", "--"], {}, ["quiet"], ["--"]],
    [["-"], {}, [], ["-"]],
    [["--source-port", "1.0", "0x50"], { "source-port": "1.0" }, [], ["0x50"]],
  ];
  for (const [args, values, flags, operands] of rows) {
    await t.step(JSON.stringify(args), () => {
      const parsed = parseOptions(args, SPECS);
      assertEquals(Object.fromEntries(parsed.values), values);
      assertEquals([...parsed.flags], flags);
      assertEquals(parsed.operands, operands);
    });
  }
});

Deno.test("what no option can mean is refused with one line that names it", async (t) => {
  const rows: [args: string[], message: string][] = [
    [["--nonsense"], 'Unknown option "--nonsense"'],
    [["--nonsense=1"], 'Unknown option "--nonsense=1"'],
    [["-x"], 'Unknown option "-x"'],
    [["-qx"], 'Unknown option "-x"'],
    [["-1"], 'Unknown option "-1"'],
    [["---quiet"], 'Unknown option "---quiet"'],
    [["--no-quiet"], 'Unknown option "--no-quiet"'],
    [["--__proto__=1"], 'Unknown option "--__proto__=1"'],
    [["--quiet.x"], 'Unknown option "--quiet.x"'],
    [["--mess", "x"], 'Unknown option "--mess"'],
    [["--\x1b[31m"], 'Unknown option "--\\x1b[31m"'],
    [["--quiet=yes"], "Option --quiet takes no value"],
    [["-m"], "Option -m needs a value: -m TEXT"],
    [["--source-port"], "Option --source-port needs a value: --source-port N"],
  ];
  for (const [args, message] of rows) {
    await t.step(JSON.stringify(args), () => {
      const error = assertThrows(() => parseOptions(args, SPECS), UsageError);
      assertEquals(error.message, message);
    });
  }
});

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

Deno.test("seconds may have a fraction, and are more than zero unless zero is allowed", () => {
  assertEquals(parseSeconds("2", "T"), 2);
  assertEquals(parseSeconds("0.25", "T"), 0.25);
  assertEquals(parseSeconds(".5", "T"), 0.5);
  assertEquals(parseSeconds("86400", "T"), 86_400);
  assertEquals(parseSeconds("0", "T", true), 0);
  for (const text of ["0", "0.0", "", ".", "-1", "1s", "1e3", "86401", "Infinity", "1,5"]) {
    assertThrows(() => parseSeconds(text, "T"), UsageError, "T");
  }
  assertThrows(() => parseSeconds("-1", "T", true), UsageError);
});

Deno.test("a choice is one of its words", () => {
  assertEquals(parseChoice("auto", "--color", ["auto", "never"]), "auto");
  const error = assertThrows(() => parseChoice("Auto", "--color", ["auto", "never"]), UsageError);
  assertEquals(error.message, 'Cannot use "Auto" as --color: give auto, never');
});

Deno.test("the table of options has one column for explanations", () => {
  assertEquals(
    optionTable(SPECS),
    [
      "  -m, --message TEXT   what to send",
      "      --source-port N  where from",
      "                       and more",
      "  -q, --quiet          say nothing",
      "  -V, --version        show the version",
    ].join("\n"),
  );
});
