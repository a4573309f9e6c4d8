/** The client's bulk mode against the kernel's TCP: every octet counted, or compared by its hash. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { digest, loseOnePercent, pattern, startHasher, type Summary, summaryOf } from "./bulk.ts";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { complaints, until } from "./process.ts";

const { client, server } = await executables();
const OFFLOAD = new URL("../ffi/switch_offloads.ts", import.meta.url).pathname;
const PORT = 8888;
const MUCH = 100_000_000;
const SOME = 20_000_000;
/** A limit for those that would take for ever. */
const ENDLESS = "1T";

/** Where client and server are. */
interface Place extends AsyncDisposable {
  readonly near: Network;
  readonly far: Network;
  readonly address: string;
}

async function onLoopback(): Promise<Place> {
  const network = await Network.create();
  return {
    near: network,
    far: network,
    address: "127.0.0.1",
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  };
}

async function overCable(): Promise<Place> {
  const pair = await Pair.create();
  return {
    near: pair.near,
    far: pair.far,
    address: Pair.farAddress,
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  };
}

/** As a machine at the other end of a real cable: what is sent is cut, and single segments get lost. */
async function withoutOffloads({ near, far }: Place): Promise<void> {
  for (const network of [near, far]) {
    await network.must([Deno.execPath(), "run", "--allow-ffi", OFFLOAD, "cable", "off"]);
  }
}

/** Runs the client against a server in this mode; both must end well. */
async function transfer(
  { near, far, address }: Place,
  mode: string,
  options: readonly string[],
): Promise<Summary> {
  await using serving = far.start([server, "-q", "--host", address, "--mode", mode, "--count", "1"]);
  await far.listens(PORT);
  const result = await near.run([client, ...options, address]);
  const { code } = await serving.ended();
  assertEquals([result.code, code], [0, 0], result.err);
  return summaryOf(result.out);
}

const PLACES: readonly (readonly [where: string, make: () => Promise<Place>])[] = [
  ["over loopback", onLoopback],
  ["over a cable", overCable],
];

for (const [where, make] of PLACES) {
  Deno.test(`${where} a hundred megabytes are sent: the server has counted them, and the FIN came after them`, async () => {
    await using place = await make();
    const { near, far, address } = place;
    await using serving = far.start([server, "--host", address, "--mode", "discard", "--count", "1"]);
    await serving.shows("listening");
    const { code, out, err } = await near.run([client, "-v", "--send-bytes", "100MB", address]);
    assertEquals(code, 0, err);
    assertMatch((await serving.ended()).out, new RegExp(`closed by peer \\(FIN\\), ${MUCH} bytes received`));
    const summary = summaryOf(out);
    assertEquals([summary.sent, summary.received], [MUCH, null]);
    assertMatch(
      out,
      /^\[>\] Sending 100,000,000 bytes\n\[\*\] Data and ACKs leave by packet socket from here on: /m,
    );
    assertMatch(
      out,
      /Data sent successfully\n.*Sending FIN[^]*Connection closed\n(\[\*\] Limited .*\n)*\[\*\] Sent .*\n$/,
    );
    assert(summary.segmentsSent < MUCH / 10_000, "long segments are sent");
  });

  Deno.test(`${where} a hundred megabytes are received: all counted, and our FIN comes after the peer's`, async () => {
    await using place = await make();
    const { near, far, address } = place;
    const mode = `source=${MUCH}`;
    await using serving = far.start([server, "--host", address, "--mode", mode, "--count", "1"]);
    await serving.shows("listening");
    const { code, out, err } = await near.run([client, "--receive", address]);
    assertEquals([code, complaints(err)], [0, ""]);
    assertMatch(
      (await serving.ended()).out,
      new RegExp(`closed by us \\(FIN\\), 0 bytes received, ${MUCH} bytes handed over to be sent`),
    );
    const summary = summaryOf(out);
    assertEquals([summary.sent, summary.received, summary.retransmissions], [null, MUCH, 0]);
    assertMatch(
      out,
      /Receiving until[^]*Received FIN[^]*Sending FIN[^]*Connection closed\n(\[\*\] Limited .*\n)*\[\*\] Received /,
    );
  });

  for (const link of ["auto", "raw"]) {
    Deno.test(`${where} by link ${link} every octet arrives as it should: the peer's hash`, async () => {
      await using place = await make();
      const { near, far, address } = place;
      await using hasher = await startHasher(far, address, PORT, await digest(pattern(SOME)));
      const options = ["--send-bytes", String(SOME), "--link", link];
      const { code, err } = await near.run([client, ...options, address]);
      assertEquals((await hasher.ended()).out, `correct ${SOME}\n`);
      assertEquals(code, 0, err);
    });
  }

  Deno.test(`${where} both ways at once: what comes back is all there`, async () => {
    await using place = await make();
    const summary = await transfer(place, "echo", ["--send-bytes", String(SOME), "--receive"]);
    assertEquals([summary.sent, summary.received], [SOME, SOME]);
  });
}

Deno.test("1 % loss: every octet sent arrives, by long segments and by short ones", async () => {
  await using place = await overCable();
  await withoutOffloads(place);
  const { near, far, address } = place;
  await loseOnePercent(far);
  for (const link of ["auto", "raw"]) {
    await using hasher = await startHasher(far, address, PORT, await digest(pattern(SOME)));
    const { code, out, err } = await near.run([
      client,
      "--send-bytes",
      String(SOME),
      "--link",
      link,
      address,
    ]);
    assertEquals((await hasher.ended()).out, `correct ${SOME}\n`);
    assertEquals(code, 0, err);
    assert(summaryOf(out).retransmissions > 10, out);
  }
});

Deno.test("1 % loss: every octet received is counted once", async () => {
  await using place = await overCable();
  await withoutOffloads(place);
  await loseOnePercent(place.near);
  const summary = await transfer(place, `source=${SOME}`, ["--receive"]);
  assertEquals(summary.received, SOME);
  const rules = await place.near.must(["nft", "list", "ruleset"]);
  assert(Number(/counter packets (\d+)/.exec(rules)?.[1]) > 10, rules);
});

/** Waits until the server's socket has got so many octets. */
async function arrived(network: Network, octets: number): Promise<void> {
  await until(`${octets} octets`, async () => {
    const sockets = await network.must(["ss", "-Htin", "state", "established", `( sport = ${PORT} )`]);
    return Number(/bytes_received:(\d+)/.exec(sockets)?.[1] ?? 0) >= octets;
  });
}

Deno.test("Ctrl-C midway: our side is closed in order, and both say the same of how far it came", async () => {
  await using place = await onLoopback();
  const { near } = place;
  await using serving = near.start([server, "--mode", "discard", "--count", "1"]);
  await serving.shows("listening");
  await using sending = near.start([client, "--send-bytes", ENDLESS]);
  await arrived(near, 1_000_000);
  const { code, out } = await sending.stop();
  assertEquals(code, 130);
  const { sent } = summaryOf(out);
  assertMatch((await serving.ended()).out, new RegExp(`closed by peer \\(FIN\\), ${sent} bytes received`));
  assert(sent !== null && sent > 100_000, String(sent));
});

/** Takes one connection, does something with it, and resets it. */
function abruptPeer(action: string): readonly string[] {
  const program = `
import socket, struct
connection, _ = socket.create_server(("127.0.0.1", ${PORT})).accept()
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
${action}
connection.close()
`;
  return ["python3", "-c", program];
}

Deno.test("a peer that resets midway: exit code 6, and how much was acknowledged", async () => {
  await using place = await onLoopback();
  const reads = "left = 5000000\nwhile left > 0: left -= len(connection.recv(min(left, 65536)))";
  await using _peer = place.near.start(abruptPeer(reads));
  await place.near.listens(PORT);
  const { code, err } = await place.near.run([client, "--send-bytes", ENDLESS]);
  assertEquals(code, 6, err);
  const line =
    /^\[-\] .* reset by the peer, or .* the same: ([\d,]+) of 1,000,000,000,000 bytes were acknowledged$/m;
  const acknowledged = Number(line.exec(err)?.[1]?.replaceAll(",", ""));
  // The last segment that was read may have waited for its ACK.
  assert(acknowledged >= 5_000_000 - 65_536, err);
});

Deno.test("a peer that resets while we receive: exit code 6, and how much came", async () => {
  await using place = await onLoopback();
  await using _peer = place.near.start(abruptPeer("connection.sendall(bytes(50000000))"));
  await place.near.listens(PORT);
  const { code, err } = await place.near.run([client, "--receive"]);
  assertEquals(code, 6, err);
  const received = /^\[-\] .* reset by the peer, or .* the same: ([\d,]+) bytes received$/m.exec(err)?.[1];
  const count = Number(received?.replaceAll(",", ""));
  assert(count > 1_000_000 && count <= 50_000_000, err);
});

Deno.test("memory does not grow with the amount", async () => {
  await using place = await onLoopback();
  const { near } = place;
  await using serving = near.start([server, "-q", "--mode", "discard", "--count", "1"]);
  await near.listens(PORT);
  await using sending = near.start([client, "--send-bytes", ENDLESS]);
  const memoryAfter = async (octets: number): Promise<number> => {
    await arrived(near, octets);
    const status = await Deno.readTextFile(`/proc/${sending.pid}/status`);
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]);
  };
  const early = await memoryAfter(500_000_000);
  const late = await memoryAfter(3_000_000_000);
  const { out } = await sending.stop();
  await serving.ended();
  assert((summaryOf(out).sent ?? 0) > 1e9, out);
  assert(late < early + 20_000, `${early} kB, later ${late} kB`);
  assert(late < 150_000, `${late} kB`);
});
