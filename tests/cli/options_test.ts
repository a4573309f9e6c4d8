import { assertEquals, assertRejects } from "@std/assert";
import { parseOptions } from "../../cli/command_line.ts";
import { type OptionSpec, UsageError } from "../../cli/options.ts";

const SPECS: readonly OptionSpec[] = [
  { name: "message", letter: "m", value: "TEXT", help: "what to send" },
  { name: "source-port", value: "N", help: "where from\nand more" },
  { name: "quiet", letter: "q", help: "say nothing" },
  { name: "version", letter: "V", help: "show the version" },
  { name: "cut", help: "cut it", needs: ["message", "quiet"] },
  { name: "fault", value: "SPEC", help: "what goes wrong", repeats: true },
];

const OTHERS = {
  program: "other-program",
  options: [{ name: "mode", value: "M", help: "" }, { name: "quiet", help: "" }],
};

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
    [["--cut", "-q"], {}, ["quiet", "cut"], []],
    [["--fault", "a", "--fault=b,c"], { fault: "a,b,c" }, [], []],
    [["--source-port", "1.0", "0x50"], { "source-port": "1.0" }, [], ["0x50"]],
  ];
  for (const [args, values, flags, operands] of rows) {
    await t.step(JSON.stringify(args), async () => {
      const parsed = await parseOptions(args, SPECS);
      assertEquals(Object.fromEntries(parsed.values), values);
      assertEquals([...parsed.flags], flags);
      assertEquals(parsed.operands, operands);
    });
  }
});

Deno.test("what no option can mean is refused with one line that names it", async (t) => {
  const rows: [args: string[], message: string][] = [
    [["--nonsense"], 'Unknown option "--nonsense"'],
    [["--nonsense=1"], 'Unknown option "--nonsense"'],
    [["-x"], 'Unknown option "-x"'],
    [["-qx"], 'Unknown option "-x"'],
    [["-1"], 'Unknown option "-1"'],
    [["---quiet"], 'Unknown option "---quiet": did you mean --quiet?'],
    [["--no-quiet"], 'Unknown option "--no-quiet"'],
    [["--__proto__=1"], 'Unknown option "--__proto__"'],
    [["--quiet.x"], 'Unknown option "--quiet.x": did you mean --quiet?'],
    [["--mess", "x"], 'Unknown option "--mess": did you mean --message?'],
    [["--mesage=x"], 'Unknown option "--mesage": did you mean --message?'],
    [["--qiuet"], 'Unknown option "--qiuet": did you mean --quiet?'],
    [["--mode", "echo"], 'Unknown option "--mode": other-program has it'],
    [["--cut"], "Option --cut would be ignored without --message or --quiet"],
    [["--\x1b[31m"], 'Unknown option "--\\x1b[31m"'],
    [["--quiet=yes"], "Option --quiet takes no value"],
    [["-m", "a", "--message=b"], "Option --message is given twice: give it once"],
    [["-m"], "Option -m needs a value: -m TEXT"],
    [["--source-port"], "Option --source-port needs a value: --source-port N"],
  ];
  for (const [args, message] of rows) {
    await t.step(JSON.stringify(args), async () => {
      const error = await assertRejects(
        () => parseOptions(args, SPECS, () => Promise.resolve(OTHERS)),
        UsageError,
      );
      assertEquals(error.message, message);
    });
  }
});

Deno.test("it is known which options were given by their letters", async () => {
  assertEquals([...(await parseOptions(["-qm", "x", "--version"], SPECS)).byLetter], ["quiet", "message"]);
});
