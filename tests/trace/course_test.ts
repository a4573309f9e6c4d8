import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import type { Course } from "../../trace/course.ts";
import { Limits } from "../../trace/limits.ts";
import { Recorder } from "../../trace/recorder.ts";
import { Recording } from "../../trace/recording.ts";
import { connectionFacts, factsOfCourse } from "../../trace/report/facts.ts";
import { runStory } from "../stories/run.ts";
import { FakeConnection } from "./fake_connection.ts";

async function courseOf(story: string): Promise<Course> {
  const recording = new Recording();
  await runStory(story, new Recorder([recording], [], { headers: false, excerpt: 0 }));
  return recording.courseOf(1);
}

Deno.test("how a connection ended is told by its own states and reasons", async () => {
  const endings: Record<string, string> = {};
  const stories = [
    "plain",
    "peer_closes_first",
    "refused",
    "silent",
    "unreachable",
    "reset_in_the_middle",
    "half_close",
  ];
  for (const name of stories) endings[name] = (await courseOf(name)).ending;
  assertEquals(endings, {
    plain: "closed, we first",
    peer_closes_first: "closed, the peer first",
    refused: "refused: RST in answer to our SYN",
    silent: "given up before it was established",
    unreachable: "given up before it was established",
    reset_in_the_middle: "reset",
    half_close: "closed, we first",
  });
});

Deno.test("what is not over is still in its state, and that is not known before anything tells it", () => {
  const recording = new Recording();
  const connection = new FakeConnection(new Recorder([recording], [], { headers: false, excerpt: 0 }));
  assertEquals(recording.courseOf(1).ending, "not known");
  connection.send(instant(0), "syn", { flags: Flag.syn, seq: 0 });
  assertEquals(recording.courseOf(1).ending, "still SYN-SENT");
  connection.change(instant(20), "ESTABLISHED", "syn-ack-received");
  assertEquals(recording.courseOf(1).ending, "still ESTABLISHED");
});

Deno.test("a closed window is the receiver's share of the time in which a sender waits", async () => {
  const { limits: [own] } = await courseOf("zero_window");
  assert(own.time.window > 6_900_000, JSON.stringify(own.time));
  assert(own.time.window > 0.95 * own.total);
  const spans = own.spans.filter(([, , limit]) => limit === "window");
  assertEquals(spans.reduce((sum, [from, to]) => sum + to - from, 0), own.time.window);
});

Deno.test("beside what limited a sender stand what was in flight and what the path could take", async () => {
  const recording = new Recording();
  await runStory("zero_window", new Recorder([recording], [], { headers: false, excerpt: 0 }));
  const [record] = recording.connections;
  assert(record !== undefined);
  const known = factsOfCourse(recording.courseOf(1), recording.totalOf(1));
  const amounts = (facts: ReturnType<typeof connectionFacts>): unknown => {
    const { largestFlight, largestWindow, product } = facts.limits[0] ?? {};
    return [largestFlight, largestWindow, product];
  };
  const [own] = known.limits;
  assert(own !== null);
  const product = Math.round(known.octets[0] / own.total * 20_000);
  assertEquals(amounts(connectionFacts(record, 0, known)), [4_344, 4_344, product]);
  const unsure = { ...known, leastRttIsPart: true };
  assertEquals(amounts(connectionFacts({ ...record, windowsAreRaw: true }, 0, unsure)), [4_344, null, null]);
});

Deno.test("what limited a sender: spans follow one another and add up to its shares, however many there are", () => {
  const limits = new Limits();
  const SEGMENTS = 9_000;
  for (let i = 0; i < SEGMENTS; i++) {
    const seq = i * 100;
    const passing = { seq, end: seq + (i % 2 === 0 ? 100 : 50), at: i * 1_000, isNew: true, una: seq };
    limits.acknowledged(seq, seq + 1_000_000, 1_000_000, i * 1_000);
    limits.passed({
      ...passing,
      isRecovering: false,
      full: 100,
      windowIsKnown: true,
      isFar: false,
      lag: 0,
    });
  }
  const { spans, total } = limits;
  assert(spans.length <= 2_000 && spans.length > 100, String(spans.length));
  assertEquals(total, (SEGMENTS - 1) * 1_000);
  spans.forEach(([from, to], k) => {
    assert(to > from);
    assertEquals(from, spans[k - 1]?.[1] ?? 0);
  });
  assertEquals(spans.at(-1)?.[1], total);
});

Deno.test("the facts of a connection count all of it, and its filter is the one that Wireshark takes", () => {
  const recording = new Recording();
  const connection = new FakeConnection(new Recorder([recording], [], { headers: false, excerpt: 0 }));
  connection.local = { address: parseAddress("2001:db8::1"), port: 40_000 };
  connection.remote = { address: parseAddress("2001:db8::2"), port: 80 };
  connection.change(instant(5_000), "ESTABLISHED", "syn-ack-received");
  connection.numbers(1, 11, 1);
  const data = new Uint8Array(10);
  connection.send(instant(6_000), "data", { flags: Flag.ack, seq: 1, ack: 1, data });
  connection.send(instant(9_000), "retransmit-timeout", { flags: Flag.ack, seq: 1, ack: 1, data });
  const [record] = recording.connections;
  assert(record !== undefined);
  const known = factsOfCourse(recording.courseOf(1), recording.totalOf(1));
  const { limits: _limits, ...facts } = connectionFacts(record, 2_000, known);
  assertEquals(facts, {
    start: 3_000,
    duration: 4_000,
    segments: [2, 0],
    octets: [20, 0],
    again: [1, null],
    leastRtt: null,
    leastRttIsPart: false,
    ending: "still ESTABLISHED",
    filter: "ipv6.addr==2001:db8::1 && tcp.port==40000 && ipv6.addr==2001:db8::2 && tcp.port==80",
  });
});
