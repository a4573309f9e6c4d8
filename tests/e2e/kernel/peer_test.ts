/** Peers that die: their process is killed, their cable pulled. */

import { assert, assertEquals, assertGreater } from "@std/assert";
import { RawConnection } from "../../../driver/mod.ts";
import {
  after,
  type Connection,
  elapsed,
  milliseconds,
  seconds,
  STANDARD,
  toMilliseconds,
} from "../../../tcp/mod.ts";
import { Link } from "../../kernel/link.ts";
import { Stream } from "../../kernel/stream.ts";
import { Pair } from "../network.ts";
import type { Program } from "../process.ts";
import { must } from "../process.ts";
import { enter, overCable } from "./place.ts";

const PORT = 9_999;

/** Accepts one connection and sleeps, reading so many octets before. */
const SLEEPER = (octets: number): string => `
import socket, time
listener = socket.create_server(("${Pair.farAddress}", ${PORT}))
connection, _ = listener.accept()
read = 0
while read < ${octets}:
    read += len(connection.recv(${octets} - read))
print("asleep", flush=True)
time.sleep(60)
`;

/** A connection of ours with a program of its own at the other end; the program is killed once it sleeps. */
async function withKilledPeer(
  octets: number,
  read: number,
  afterwards: (raw: RawConnection) => Promise<void>,
): Promise<void> {
  await using pair = await Pair.create();
  await using peer = pair.far.start(["python3", "-c", SLEEPER(read)]);
  await pair.far.listens(PORT);
  using _ = enter(pair.near);
  using raw = RawConnection.open({
    remote: { address: overCable(pair).kernelAddress, port: PORT },
    config: STANDARD,
  });
  const { connection, loop } = raw;
  await runUntil(raw, "ESTABLISHED", (it) => it.state === "ESTABLISHED");
  connection.send(new Uint8Array(octets), loop.now);
  await runUntil(raw, "all acknowledged", (it) => it.unackedOctets + it.unsentOctets === 0);
  await peer.shows("asleep");
  await kill(peer);
  await afterwards(raw);
}

async function kill(program: Program): Promise<void> {
  program.kill("SIGKILL");
  assertEquals((await program.ended()).signal, "SIGKILL");
}

async function runUntil(raw: RawConnection, what: string, done: (it: Connection) => boolean): Promise<void> {
  const { connection, loop } = raw;
  const inTime = await loop.run(() => done(connection), after(loop.readClock(), seconds(15)));
  assert(inTime, `${what}, while in ${connection.state}`);
}

Deno.test("a peer killed with nothing unread sends FIN; what we send then is answered with RST", async () => {
  await withKilledPeer(1_000, 1_000, async (raw) => {
    await runUntil(raw, "the kernel's FIN", (it) => it.state === "CLOSE-WAIT");
    assertEquals(raw.connection.receive(new Uint8Array(1), raw.loop.now), null);
    raw.connection.send(new Uint8Array(1), raw.loop.now);
    await runUntil(raw, "the kernel's RST", (it) => it.state === "CLOSED");
    assertEquals(raw.connection.failure?.kind, "reset");
  });
});

Deno.test("a peer killed with octets unread resets the connection", async () => {
  await withKilledPeer(10_000, 1, async (raw) => {
    await runUntil(raw, "the kernel's RST", (it) => it.state === "CLOSED");
    assertEquals(raw.connection.failure?.kind, "reset");
  });
});

/** Sets the far end of the cable up or down. */
async function setCable(pair: Pair, state: "up" | "down"): Promise<void> {
  await must(["ip", "-n", pair.far.name, "link", "set", "cable", state]);
}

Deno.test("a peer whose cable is pulled: what we send is repeated until the user timeout, then it has timed out", async () => {
  await using pair = await Pair.create();
  using _ = enter(pair.near);
  using link = await Link.open({
    ...overCable(pair),
    config: { retransmission: { userTimeout: seconds(5), minRto: milliseconds(200) } },
  });
  const { connection, loop } = link;
  await setCable(pair, "down");
  connection.send(new Uint8Array(10_000), loop.readClock());
  const start = loop.now;
  await link.until("our timeout", () => connection.state === "CLOSED");
  assertEquals(connection.failure?.kind, "timed out");
  const taken = toMilliseconds(elapsed(start, loop.now));
  assert(taken >= 4_990 && taken < 20_000, `after ${taken} ms`);
  assertGreater(connection.segmentsRetransmitted, 2);
});

Deno.test("a peer whose cable is pulled and plugged in again gets everything", async () => {
  await using pair = await Pair.create();
  using _ = enter(pair.near);
  using link = await Link.open({
    ...overCable(pair),
    config: { retransmission: { minRto: milliseconds(200) } },
  });
  const { connection, kernel, loop } = link;
  const up = Stream.up(link, 5_000_000);
  using _watch = loop.watch(kernel.descriptor, () => {});
  await link.until("the first octets", () => {
    up.write();
    up.read();
    return up.received > 100_000;
  });
  await setCable(pair, "down");
  await link.pass(seconds(2));
  assertEquals(connection.state, "ESTABLISHED");
  await setCable(pair, "up");
  await link.until("the rest", () => {
    up.writeAndFinish();
    up.read();
    return up.hasEnded;
  }, seconds(20));
});
