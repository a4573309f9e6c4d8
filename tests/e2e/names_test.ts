/** Names with several addresses, of which the first does not answer; and their captures. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { type Network, Pair } from "./network.ts";
import { run } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;
const NAME = "peer.example";

/** A client in the near network, with these addresses for `NAME`; `v4First`: the resolver names IPv4 first (RFC 6724 5). */
async function connecting(
  pair: Pair,
  addresses: readonly string[],
  v4First: boolean,
  options: readonly string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const hosts = await Deno.makeTempFile({ prefix: "rawtcp-" });
  await Deno.writeTextFile(hosts, addresses.map((address) => `${address} ${NAME}\n`).join(""));
  // Rule 3: an address of ours that is deprecated comes last.
  if (v4First) {
    const own = ["2001:db8::1/64", "dev", "cable", "preferred_lft", "0"];
    await pair.near.must(["ip", "-6", "address", "change", ...own]);
  }
  const script = `mount --bind ${hosts} /etc/hosts && exec "$@"`;
  const command = [client, ...options, NAME, String(PORT)];
  const result = await pair.near.run(["unshare", "-m", "sh", "-c", script, "sh", ...command]);
  await Deno.remove(hosts);
  return result;
}

/** What the network drops of what goes to this address: nobody says so. */
async function swallow(network: Network, address: string): Promise<void> {
  const family = address.includes(":") ? "ip6" : "ip";
  const chain =
    `type filter hook prerouting priority -300; ${family} daddr ${address} tcp dport ${PORT} drop;`;
  await network.must(["nft", "-f", "-"], { input: `table inet dead { chain c { ${chain} }; }\n` });
}

const [V4, V6] = [Pair.farAddress, "2001:db8::2"];

for (const [dead, alive, v4First] of [[V6, V4, false], [V4, V6, true]] as const) {
  Deno.test(`a first address that is dead, ${dead}: the other family is begun after 250 ms, and is the connection (RFC 8305 5)`, async () => {
    await using pair = await Pair.create();
    await swallow(pair.far, dead);
    await using serving = pair.far.start([server, "--host", alive]);
    await pair.far.listens(PORT);
    const { code, out, err } = await connecting(pair, [dead, alive], v4First, []);
    assertEquals(code, 0, err);
    const [first, second] = [...out.matchAll(/Starting TCP handshake with \[?([0-9a-f.:]+?)\]?:8888/g)]
      .map((match) => match[1]);
    assertEquals([first, second], [dead, alive]);
    assertStringIncludes(out, "Another address answered first: giving up");
    await serving.shows("closed by peer");
  });

  Deno.test(`a first address that refuses, ${dead}: the other is tried at once, and the reason is shown`, async () => {
    await using pair = await Pair.create();
    await using _serving = pair.far.start([server, "--host", alive]);
    await pair.far.listens(PORT);
    const { code, err } = await connecting(pair, [dead, alive], v4First, []);
    assertEquals(code, 0, err);
    assertMatch(err, /refused: RST answered our SYN.*; trying the next address/);
  });
}

Deno.test("when all addresses of a name fail, each is told with its reason, and the last one's is the exit code", async () => {
  await using pair = await Pair.create();
  const { code, err } = await connecting(pair, [V6, V4], false, []);
  assertEquals(code, 3, err);
  assertStringIncludes(err, `Connection to [${V6}]:8888 refused`);
  assertStringIncludes(err, `Connection to ${V4}:8888 refused`);
});

Deno.test("-4 and -6 leave the other family alone", async () => {
  await using pair = await Pair.create();
  for (const [option, address] of [["-4", V4], ["-6", `[${V6}]`]] as const) {
    const { out } = await connecting(pair, [V6, V4], false, [option]);
    const tried = [...out.matchAll(/Starting TCP handshake with (.*):8888/g)].map((match) => match[1]);
    assertEquals(tried, [address]);
  }
});

Deno.test("tcpdump and tshark read a capture of a name with addresses of both families", async () => {
  await using pair = await Pair.create();
  await swallow(pair.far, V6);
  await using _serving = pair.far.start([server, "--host", V4]);
  await pair.far.listens(PORT);
  const file = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".pcapng" });
  const { code, err } = await connecting(pair, [V6, V4], false, ["--pcap", file, "--force"]);
  assertEquals(code, 0, err);
  const dump = await run(["tcpdump", "-nn", "-r", file]);
  assertEquals(dump.code, 0, dump.err);
  assertMatch(dump.out, /IP6 2001:db8::1\.\d+ > 2001:db8::2\.8888: Flags \[S\]/);
  assertMatch(dump.out, /IP 192\.0\.2\.1\.\d+ > 192\.0\.2\.2\.8888: Flags \[S\]/);
  const fields = ["-T", "fields", "-e", "ip.version", "-e", "ipv6.version", "-e", "tcp.flags.str"];
  const shark = await run(["tshark", "-r", file, ...fields]);
  assertEquals(shark.code, 0, shark.err);
  assert(shark.out.split("\n").filter((line) => /^4\t/.test(line)).length >= 6, shark.out);
  assert(shark.out.split("\n").filter((line) => /^6\t6\t/.test(line)).length >= 1, shark.out);
  await Deno.remove(file);
});
