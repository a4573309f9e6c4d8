/** One segment is dropped on its way, by a rule in the test's own network: the job completes, on the times of RFC 6298. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Capture, type CapturedSegment } from "./capture.ts";
import { assertIntervals, conversations, intervals, stream } from "./conversation.ts";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";

const { client, server } = await executables();
const PORT = 8888;
const MESSAGE = "Hello from custom TCP client!";

interface Outcome {
  readonly ours: readonly CapturedSegment[];
  readonly out: string;
  readonly err: string;
}

/** Runs the job while the first `times` segments that match are dropped; everything must be delivered all the same. */
async function deliverWithLoss(match: string, times: number): Promise<Outcome> {
  await using network = await Network.create();
  await network.drop(PORT, match, times);
  await using capture = await Capture.start(network, PORT);
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows("listening");
  const result = await network.run([client]);
  const served = await serving.ended();
  assertEquals(result.code, 0, result.err);
  assertMatch(result.out, /Data sent successfully\n[^]*Connection closed\n$/);
  assertMatch(served.out, /Text: Hello from custom TCP client!\n.*closed by peer \(FIN\), 29 bytes received/);
  assertEquals(await network.dropped(), times);
  const segments = await capture.segments();
  const [conversation] = conversations(segments, PORT);
  assert(conversation !== undefined);
  assertEquals(stream(conversation.ours), MESSAGE);
  assertEquals(segments.filter(({ flags }) => flags.includes("R")), []);
  return { ours: conversation.ours, out: result.out, err: result.err };
}

const withFlag = (segments: readonly CapturedSegment[], flag: string): readonly CapturedSegment[] =>
  segments.filter(({ flags }) => flags.includes(flag));

Deno.test("a lost SYN is sent again after one second (RFC 6298 2.1)", async () => {
  const { ours, err } = await deliverWithLoss("tcp flags & (syn | ack) == syn", 1);
  assertIntervals(intervals(withFlag(ours, "S")), [1]);
  assertMatch(err, /1\.\d\d s \(retransmission timeout\): sending the SYN again/);
});

Deno.test("two lost SYNs: the timeout doubles (RFC 6298 5.5)", async () => {
  const { ours } = await deliverWithLoss("tcp flags & (syn | ack) == syn", 2);
  assertIntervals(intervals(withFlag(ours, "S")), [1, 2]);
});

const DATA = "meta length > 70 tcp flags & syn == 0";

Deno.test("a lost data segment is sent again after one second (RFC 6298 2.4)", async () => {
  const { ours, err } = await deliverWithLoss(DATA, 1);
  assertIntervals(intervals(ours.filter(({ payload }) => payload.length > 0)), [1]);
  assertMatch(err, /1\.\d\d s \(retransmission timeout\): sending 29 bytes again/);
});

Deno.test("data lost three times is sent again after 1, 2 and 4 seconds (RFC 6298 5.5)", async () => {
  const { ours } = await deliverWithLoss(DATA, 3);
  assertIntervals(intervals(ours.filter(({ payload }) => payload.length > 0)), [1, 2, 4]);
});

Deno.test("a lost FIN is sent again after one second and acknowledged", async () => {
  const { ours, err } = await deliverWithLoss("tcp flags & fin == fin", 1);
  assertIntervals(intervals(withFlag(ours, "F")), [1]);
  assertMatch(err, /sending the FIN again/);
});

Deno.test("the ACK of the handshake may be lost: the data carries it", async () => {
  const { ours } = await deliverWithLoss("tcp flags & (syn | ack | psh | fin) == ack", 1);
  assertEquals(withFlag(ours, "S").length, 1);
});
