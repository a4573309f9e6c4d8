/** Bulk text by packet socket over a cable, with the offloads of its ends and without: every octet is compared. */

import { assert, assertEquals } from "@std/assert";
import { Network, Pair } from "./network.ts";
import { must } from "./process.ts";

const PUSH = new URL("packet_link_push.ts", import.meta.url).pathname;
const OFFLOAD = new URL("../ffi/switch_offloads.ts", import.meta.url).pathname;
const KEPT = new URL("kept_views.ts", import.meta.url).pathname;
const MUTED = new URL("muted_batch.ts", import.meta.url).pathname;
const PORT = 7_777;
const OCTETS = 20_000_000;

/** What the program said. */
interface Outcome {
  readonly digest: string;
  readonly changes: readonly string[];
  readonly segmentsSent: number;
  readonly segmentsRetransmitted: number;
}

/** Sends from the one network to the other; both digests must be the same. */
async function push(from: Network, to: Network, address: string, link: string): Promise<Outcome> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    const file = `${folder}/received`;
    await using sink = to.start(["sh", "-c", `exec nc -l ${address} ${PORT} > ${file}`]);
    await to.listens(PORT);
    const command = [Deno.execPath(), "run", "-A", PUSH, address, String(PORT), String(OCTETS), link];
    const outcome: Outcome = JSON.parse(await from.must(command));
    assertEquals((await sink.ended()).code, 0);
    const [digest] = (await must(["sha256sum", file])).split(" ");
    assertEquals(digest, outcome.digest);
    return outcome;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function switchOffloads(network: Network, state: "on" | "off"): Promise<void> {
  await network.must([Deno.execPath(), "run", "--allow-ffi", OFFLOAD, "cable", state]);
}

Deno.test("64 KiB segments over a cable with MTU 1500 arrive, octet for octet", async () => {
  await using pair = await Pair.create();
  const { changes, segmentsSent } = await push(pair.near, pair.far, Pair.farAddress, "packet");
  assertEquals(changes, ["packet: bulk data flow"]);
  assert(segmentsSent < OCTETS / 5_000, `${segmentsSent} segments`);
});

Deno.test("so they do when the kernel must cut and checksum them itself", async () => {
  await using pair = await Pair.create();
  for (const network of [pair.near, pair.far]) await switchOffloads(network, "off");
  const { changes } = await push(pair.near, pair.far, Pair.farAddress, "packet");
  assertEquals(changes, ["packet: bulk data flow"]);
});

Deno.test("through a gateway frames go to the gateway's address", async () => {
  await using pair = await Pair.create();
  const { near, far } = pair;
  const beyond = "198.51.100.1";
  await far.must(["ip", "address", "add", `${beyond}/32`, "dev", "lo"]);
  await near.must(["ip", "route", "add", `${beyond}/32`, "via", Pair.farAddress]);
  const { changes } = await push(near, far, beyond, "auto");
  assertEquals(changes, ["packet: bulk data flow"]);
});

Deno.test("1 % loss: every octet arrives all the same, and the packet socket is kept", async () => {
  await using pair = await Pair.create();
  const { near, far } = pair;
  // Single segments are to be lost, not 64 KiB at once.
  for (const network of [near, far]) await switchOffloads(network, "off");
  const chain = "type filter hook input priority 0; policy accept; numgen random mod 100 == 0 counter drop;";
  await far.must(["nft", "-f", "-"], { input: `table ip rawtcp_test { chain input { ${chain} }; }\n` });
  const { changes, segmentsRetransmitted } = await push(near, far, Pair.farAddress, "packet");
  assertEquals(changes, ["packet: bulk data flow"]);
  assert(segmentsRetransmitted > 10, `${segmentsRetransmitted} retransmissions`);
});

Deno.test("within one network", async () => {
  await using network = await Network.create();
  const { changes } = await push(network, network, "127.0.0.1", "packet");
  assertEquals(changes, ["packet: bulk data flow"]);
});

Deno.test("a payload kept after its ring has gone is empty, and ends no program", async () => {
  await using pair = await Pair.create();
  // What a device has merged does not come by ring.
  for (const network of [pair.near, pair.far]) await switchOffloads(network, "off");
  await using _serving = pair.far.start([
    "sh",
    "-c",
    `nc -l ${Pair.farAddress} ${PORT} < /dev/zero > /dev/null`,
  ]);
  await pair.far.listens(PORT);
  const command = [Deno.execPath(), "run", "--allow-ffi", KEPT, Pair.farAddress, String(PORT)];
  const { code, signal, out, err } = await pair.near.run(command);
  assertEquals([code, signal, err], [0, null, ""]);
  assertEquals(JSON.parse(out), { kept: 4, sum: 0 });
});

Deno.test("a batch of a raw socket that receives nothing any more goes to its peer all the same", async () => {
  await using pair = await Pair.create();
  for (const ends of [[Pair.nearAddress, Pair.farAddress], ["2001:db8::1", "2001:db8::2"]]) {
    const command = [Deno.execPath(), "run", "-A", MUTED, ...ends];
    assertEquals((await pair.near.must(command)).trim(), "2");
  }
});
