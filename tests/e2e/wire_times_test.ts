/**
 * The times that we show are those of the wire: beside tcpdump on the same connection, which takes them in the kernel. The
 * client is started for each: its first segments are those of a cold start.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { must, type Program, until } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;

/** Microseconds that a time of ours may be off on a machine that has a core to spare. */
const IDLE_LIMIT = 100;

/** The same where processes wait for a core: between our reading of the clock and the call another may have its turn. */
const BUSY_LIMIT = 5_000;

const MICROS_PER_SECOND = 1_000_000;

/** Runs of which one must be that good: in another a process may have had to wait for a core at the wrong moment. */
const RUNS = 8;

/** Bound of this moment, by the load of the last minute. */
function limitNow(): number {
  const isIdle = (Deno.loadavg()[0] ?? 0) < navigator.hardwareConcurrency / 2;
  return isIdle ? IDLE_LIMIT : BUSY_LIMIT;
}

interface Packet {
  /** Ports, flags, numbers and length: what tells it from the others. */
  readonly identity: string;
  /** Microseconds since 1970. */
  readonly time: number;
}

const FIELDS = ["tcp.srcport", "tcp.dstport", "tcp.flags", "tcp.seq_raw", "tcp.ack_raw", "tcp.len"];

async function packetsOf(file: string): Promise<readonly Packet[]> {
  const columns = ["frame.time_epoch", ...FIELDS].flatMap((field) => ["-e", field]);
  const lines = await must(["tshark", "-r", file, "-T", "fields", ...columns]);
  return lines.split("\n").filter(Boolean).map((line) => {
    const [time = "", ...identity] = line.split("\t");
    return { identity: identity.join(" "), time: Number(time) * MICROS_PER_SECOND };
  });
}

/** A place for the connection: the client's network, the server's, and the device that tcpdump watches. */
interface Stage extends AsyncDisposable {
  readonly near: Network;
  readonly far: Network;
  readonly device: string;
}

const PLACES: readonly [name: string, host: string, stage: () => Promise<Stage>][] = [
  ["loopback, IPv4", "127.0.0.1", onLoopback],
  ["loopback, IPv6", "::1", onLoopback],
  ["a cable, IPv4", Pair.farAddress, onCable],
  ["a cable, IPv6", "2001:db8::2", onCable],
];

async function onLoopback(): Promise<Stage> {
  const network = await Network.create();
  const dispose = (): Promise<void> => network[Symbol.asyncDispose]();
  return { near: network, far: network, device: "lo", [Symbol.asyncDispose]: dispose };
}

async function onCable(): Promise<Stage> {
  const pair = await Pair.create();
  await pair.introduce();
  const dispose = (): Promise<void> => pair[Symbol.asyncDispose]();
  return { near: pair.near, far: pair.far, device: "cable", [Symbol.asyncDispose]: dispose };
}

/** What the client and tcpdump have stored, and the client's summary. */
interface Watched {
  readonly ours: readonly Packet[];
  readonly theirs: readonly Packet[];
  readonly summary: string;
}

/** Runs the client beside tcpdump. */
async function watch(stage: Stage, host: string): Promise<Watched> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-times-" });
  try {
    await using serving = stage.far.start([server, "--host", host, "--count", "1"]);
    await serving.shows("listening");
    const theirs = `${folder}/tcpdump.pcap`;
    const options = ["-i", stage.device, "-n", "--time-stamp-precision", "nano", "-U", "-Z", "root"];
    await using tcpdump = stage.near.start(["tcpdump", ...options, "-w", theirs, `tcp port ${PORT}`]);
    await tcpdump.shows("listening on");
    const ours = `${folder}/ours.pcapng`;
    const { code, err } = await stage.near.run([client, "--stats", "--pcap", ours, host, String(PORT)]);
    assertEquals(code, 0, err);
    const mine = await packetsOf(ours);
    await until("tcpdump to have written all", async () => (await packetsOf(theirs)).length >= mine.length);
    await end(tcpdump);
    return { ours: mine, theirs: await packetsOf(theirs), summary: err };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function end(program: Program): Promise<void> {
  program.kill("SIGTERM");
  await program.ended();
}

/** Microseconds of the first words such as `31 µs`, `1.2 ms` behind `name`. */
function spanBehind(name: string, text: string): number {
  const [, amount = "", unit = ""] = new RegExp(`${name} ([0-9.]+) (µs|ms|s)`).exec(text) ?? [];
  assert(amount !== "", text);
  return Number(amount) * { "µs": 1, ms: 1_000, s: MICROS_PER_SECOND }[unit as "µs" | "ms" | "s"];
}

/** What is further off than the limit, microseconds. */
function wrongTimes({ ours, theirs, summary }: Watched, limit: number): string[] {
  assert(ours.length >= 8, `${ours.length} packets`);
  const offs = ours.map(({ identity, time }): [what: string, off: number] => {
    const distances = theirs.filter((packet) => packet.identity === identity)
      .map((packet) => Math.abs(packet.time - time));
    return [identity, Math.min(...distances)];
  });
  const [syn, synAck] = theirs;
  const roundTrip = (synAck?.time ?? 0) - (syn?.time ?? 0);
  offs.push([`the handshake: ${summary}`, Math.abs(spanBehind("handshake", summary) - roundTrip)]);
  return offs.filter(([, off]) => !(off <= limit))
    .map(([what, off]) => `${what} is ${off} µs off, of at most ${limit}`);
}

for (const [name, host, stage] of PLACES) {
  Deno.test(`${name}: each packet of our capture has tcpdump's time, and the summary tcpdump's round trip`, async () => {
    await using on = await stage();
    let wrong: string[] = [];
    for (let run = 0; run < RUNS; run++) {
      const watched = await watch(on, host);
      assertMatch(watched.summary, /times +kernel time stamps of what arrived/);
      wrong = wrongTimes(watched, limitNow());
      if (wrong.length === 0) return;
    }
    assertEquals(wrong, []);
  });
}

Deno.test("time 0 is the first SYN", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows("listening");
  const { err } = await network.run([client, "-q", "--trace"]);
  assertMatch(err, /^ *0\.000000 .*SYN-SENT/m);
  assertMatch(err, /^ *0\.000000 .* SYN /m);
  await serving.ended();
});
