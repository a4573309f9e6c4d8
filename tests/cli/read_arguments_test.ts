import { assertEquals, assertRejects } from "@std/assert";
import { parseClientArguments } from "../../cli/client_arguments.ts";
import { UsageError } from "../../cli/options.ts";

Deno.test("a capture is read with what chooses its connections and their times", async () => {
  const command = await parseClientArguments([
    "--read",
    "a.pcap",
    "--connection",
    "2",
    "--find",
    "GET",
    "--time",
    "absolute",
  ]);
  if (command.kind !== "read") throw new Error(command.kind);
  const { file, selection, find } = command.read;
  const record = { local: "", remote: "", iss: null, irs: null };
  assertEquals([file, find, command.observe.time], ["a.pcap", "GET", "absolute"]);
  assertEquals([1, 2].map((id) => selection?.({ ...record, id })), [false, true]);
});

const WRONG: readonly (readonly [arguments_: readonly string[], message: string])[] = [
  [["--connection", "1"], "without --read"],
  [["--time", "absolute"], "--time would be ignored"],
  [["--read", ""], "empty name"],
  [["--read", "a", "--message", "x"], "--message with --read"],
  [["--read", "a", "--send-bytes", "1"], "--send-bytes with --read"],
  [["--read", "a", "--isn", "1"], "--isn with --read"],
  [["--read", "a", "b", "c"], "two files at most"],
  [["--read", "a", "a"], "with itself"],
  [["--read", "a", "-"], "standard input"],
  [["--read", "-", "b"], "standard input"],
  [["--read", "a", ""], "empty name"],
  [["--read", "a", "--connection", "x:y"], "number of the table"],
  [["--read", "a", "--time", "soon"], "--time"],
  [["--read", "-", "--find", "x"], "reads twice"],
];

for (const [given, message] of WRONG) {
  Deno.test(`wrong usage is told: ${given.join(" ")}`, async () => {
    await assertRejects(() => parseClientArguments(given), UsageError, message);
  });
}
