/** Many connections, one after another and at once: all delivered, nothing left. */

import { assertEquals, assertMatch } from "@std/assert";
import { Capture } from "./capture.ts";
import { assertOrderly, conversations, stream } from "./conversation.ts";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { complaints, type Program, until } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;
const ONE_AFTER_ANOTHER = 200;
const AT_ONCE = 50;
/** Milliseconds, on a busy machine. */
const LONG = 300_000;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** Descriptors that a process has open. */
function descriptors(program: Program): number {
  return [...Deno.readDirSync(`/proc/${program.pid}/fd`)].length;
}

async function assertAllDelivered(
  network: Network,
  count: number,
  deliver: (messages: readonly string[]) => Promise<void>,
): Promise<void> {
  await using capture = await Capture.start(network, PORT);
  await using serving = network.start([server]);
  await serving.shows("listening");
  const before = descriptors(serving);
  const messages = numbers(count).map((i) => `message number ${i} of ${count}`);
  await deliver(messages);
  const endings = (): number => serving.out.split("closed by peer (FIN)").length - 1;
  await until(`${count} connections to end`, () => endings() === count);
  assertEquals(descriptors(serving), before, "no descriptor is left open");
  assertEquals(await network.sockets("-tan"), [{ state: "LISTEN", port: PORT }], "no socket or port is left");

  const texts = [...serving.out.matchAll(/^ {4}Text: (.*)$/gm)].map((match) => match[1] ?? "");
  assertEquals(texts.toSorted(), messages.toSorted());
  assertEquals((await serving.stop()).code, 0);
  const found = conversations(await capture.segments(), PORT);
  assertEquals(found.length, count, "as many connections as messages");
  for (const conversation of found) assertOrderly(conversation, stream(conversation.ours));
  assertEquals(found.map(({ ours }) => stream(ours)).toSorted(), messages.toSorted());
}

Deno.test(`${ONE_AFTER_ANOTHER} connections one after another are all delivered, without a RST`, async () => {
  await using network = await Network.create();
  await assertAllDelivered(network, ONE_AFTER_ANOTHER, async (messages) => {
    for (const message of messages) await network.must([client, "-m", message]);
  });
});

Deno.test(`${AT_ONCE} client processes at once all deliver, without a RST`, async () => {
  await using network = await Network.create();
  await assertAllDelivered(network, AT_ONCE, async (messages) => {
    const programs = messages.map((message) => network.start([client, "-m", message]));
    try {
      for (const program of programs) {
        const { code, err } = await program.ended(LONG);
        assertEquals([code, complaints(err)], [0, ""]);
      }
    } finally {
      for (const program of programs) await program[Symbol.asyncDispose]();
    }
  });
});

Deno.test("one process delivers over 300 connections, 20 at a time, and tells how long they took", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--count", "300", "--mode", "discard"]);
  await serving.shows("listening");
  const { code, out, err } = await network.run([
    client,
    "--connections",
    "300",
    "--parallel",
    "20",
    "-m",
    "hello",
  ]);
  assertEquals([code, complaints(err)], [0, ""]);
  assertEquals(/300 connections delivered and closed in order/.test(out), true, out);
  const { out: served } = await serving.ended();
  assertEquals(served.match(/closed by peer \(FIN\), 5 bytes received/g)?.length, 300);
});

Deno.test("many connections that end by RST, as asked, are told as such", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--count", "5", "--mode", "discard"]);
  await serving.shows("listening");
  const { code, out } = await network.run([client, "--connections", "5", "--abort", "-m", "x"]);
  assertEquals(code, 0);
  assertMatch(out, /5 connections delivered and aborted, as asked \(RST\), in /);
});

Deno.test("of many connections that fail, the reason is told once with how often", async () => {
  await using network = await Network.create();
  const { code, err } = await network.run([
    client,
    "--connections",
    "30",
    "--parallel",
    "3",
    "-m",
    "x",
    "127.0.0.1",
    "9",
  ]);
  assertEquals([
    code,
    err.trim().split("\n").length,
    /^\[-\] Connection to 127\.0\.0\.1:9 refused: .* \(30 times\)$/m.test(err),
  ], [
    3,
    1,
    true,
  ]);
});

Deno.test("what is shown of several connections at once is told of each by its number", async () => {
  await using network = await Network.create();
  await using serving = network.start([server]);
  await serving.shows("listening");
  const out = await network.must([client, "--connections", "3", "--parallel", "3", "--json"]);
  const events: { readonly kind: string; readonly connection?: number }[] = out.trim().split("\n")
    .map((line) => JSON.parse(line));
  const sent = (connection: number): number =>
    events.filter((event) => event.kind === "sent" && event.connection === connection).length;
  assertEquals(numbers(5).map(sent), [0, 5, 5, 5, 0]);
  assertEquals((await serving.stop()).code, 0);
});
