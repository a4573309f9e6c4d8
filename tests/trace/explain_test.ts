import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { ExplainSink, wrap } from "../../trace/explain.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { linesOfStory } from "./collect.ts";
import { FakeConnection } from "./fake_connection.ts";

const WITH_TEXT = { headers: false, excerpt: 40 };

Deno.test("no line is wider than the terminal", () => {
  for (const width of [60, 80, 120]) {
    const lines = linesOfStory((write) => new ExplainSink(write, { width, color: false }), WITH_TEXT);
    const longest = Math.max(...lines.map((line) => line.length));
    assert(longest <= width, `${longest} of ${width}`);
  }
});

Deno.test("words longer than a line get one of their own, and no word is lost", () => {
  assertEquals(wrap("a bb cccccccc d", 4), ["a bb", "cccccccc", "d"]);
});

Deno.test("a payload with escape sequences cannot drive the terminal", () => {
  const hostile = "\x1b]0;title\x07\x1b[2J\u202egnp.exe\x9b5m\r\n";
  const lines = linesOfStory(
    (write) => new ExplainSink(write, { width: 100, color: false }),
    WITH_TEXT,
    hostile,
  );
  // deno-lint-ignore no-control-regex
  assertEquals(lines.filter((line) => /[\x00-\x1f\x7f-\x9f\u202e]/.test(line)), []);
  assertStringIncludes(lines.join("\n"), "\\x1b]0;title\\x07");
});

function told(act: (connection: FakeConnection) => void): string {
  const lines: string[] = [];
  const recorder = new Recorder(
    [new ExplainSink((line) => lines.push(line.trim()), { width: 10_000, color: false })],
    [],
    LEAN,
  );
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.numbers(29_273, 43_753, 1);
  act(connection);
  recorder.finish();
  return lines.join("\n");
}

Deno.test("third duplicate ACK is told with the numbers that the rule read (RFC 5681 3.2)", () => {
  const text = told((connection) => {
    connection.dupAcks = 3;
    connection.congest(instant(0), 7_300, 7_300, "fast-recovery");
    connection.send(instant(0), "retransmit-duplicate-acks", {
      flags: Flag.ack,
      seq: 29_273,
      ack: 1,
      data: new Uint8Array(1_460),
    });
  });
  assertStringIncludes(
    text,
    "3 duplicate ACKs for 29273 have come: the segment there is presumed lost, and goes again now, without waiting for the " +
      "timer (octets 29273 to 30732). [RFC 5681 3.2]",
  );
});

Deno.test("what repeats is told three times and then counted, until something else happens", () => {
  const text = told((connection) => {
    for (let i = 0; i < 20; i++) {
      connection.send(instant(i), "data", { flags: Flag.ack, seq: 43_753 + i, ack: 1, data: "x" });
    }
    connection.fire(instant(20), "retransmission");
    connection.send(instant(21), "data", { flags: Flag.ack, seq: 43_773, ack: 1, data: "x" });
  });
  assertEquals(text.match(/1 octet of data/g)?.length, 4);
  assertStringIncludes(text, "… 17 more events of the same kind.");
});
