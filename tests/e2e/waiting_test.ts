/** What the client waits for, and for how long, in words: true, and not again and again. */

import { assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import type { Result } from "./process.ts";

const { client } = await executables();
const PORT = 8888;

/** From exit_codes.ts. */
const TIMED_OUT = 4;

/** Longest that, on a busy machine, a client with `--timeout 12` takes, milliseconds. */
const PATIENCE = 90_000;

/** Accepts, and reads nothing. */
const STUBBORN = `
import socket, time
listener = socket.create_server(("127.0.0.1", ${PORT}))
connection, _ = listener.accept()
time.sleep(600)
`;

/** The client's warnings while it sends to somebody who reads nothing. `drop`: what gets lost on the way. */
async function waiting(drop: string | null): Promise<{ result: Result; waits: string[] }> {
  await using network = await Network.create();
  await using _peer = network.start(["python3", "-c", STUBBORN]);
  await network.listens(PORT);
  if (drop !== null) await network.drop(PORT, drop, "always");
  await using sending = network.start([client, "--link", "raw", "--send-bytes", "50M", "--timeout", "12"]);
  const result = await sending.ended(PATIENCE);
  return { result, waits: result.err.split("\n").filter((line) => line.includes("Still waiting")) };
}

Deno.test("a closed window and silence are named after 10 s, once, and given up when the user says so", async () => {
  const [closed, silent] = await Promise.all([
    waiting(null),
    waiting("meta length > 70 tcp flags & syn == 0"),
  ]);
  assertEquals([closed.result.code, closed.waits.length], [TIMED_OUT, 1], closed.result.err);
  assertMatch(
    closed.waits[0] ?? "",
    /^\[!\] Still waiting: the peer's window has been closed for (9|1\d) s$/,
  );
  assertMatch(
    closed.result.err,
    /timed out: the peer's window has been closed for 1[1-9] s; .* \(--timeout\)/,
  );
  assertEquals([silent.result.code, silent.waits.length], [TIMED_OUT, 1], silent.result.err);
  const silence = /^\[!\] Still waiting: nothing has been acknowledged for 1[0-2] s: (\d+) retransmissions$/;
  assertMatch(silent.waits[0] ?? "", silence);
  assertMatch(
    silent.result.err,
    /timed out: nothing has been acknowledged for 1[2-9] s: \d+ retransmissions; 0 of/,
  );
  // Of what is sent again meanwhile no line says the same as another.
  const again = silent.result.err.split("\n").filter((line) => / again /.test(line));
  assertEquals([...new Set(again)], again);
});
