/** Hosts as they are: a firewall, IPsec, NAT and routing by port on the very host that the client runs on. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { type Network, Pair } from "./network.ts";
import { pause, type Result } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;
const LIBRARY = new URL("library_connect.ts", import.meta.url).pathname;

/** From exit_codes.ts. */
const UNREACHABLE = 5;

const SECOND = 1_000;

/** Octets of address resolution and the like that leave a host in a second without anybody's doing. */
const NOISE = 2_000;

async function nft(network: Network, ruleset: string): Promise<void> {
  await network.must(["nft", "-f", "-"], { input: `${ruleset}\n` });
}

/** An ordinary stateful firewall: what nobody here asked for is dropped. */
const STATEFUL = `table inet host_firewall { chain incoming {
  type filter hook input priority 0; policy drop;
  iifname lo accept
  ct state established,related accept
  icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
}; }`;

/** Sends so many octets from the near end to a server at the far end. */
async function upload(
  pair: Pair,
  address: string,
  octets: string,
  options: readonly string[],
): Promise<Result> {
  await using serving = pair.far.start([
    server,
    "-q",
    "--host",
    address,
    "--mode",
    "discard",
    "--count",
    "1",
  ]);
  await pair.far.listens(PORT);
  const result = await pair.near.run([
    client,
    "-v",
    "--send-bytes",
    octets,
    ...options,
    address,
    String(PORT),
  ]);
  await serving.ended();
  return result;
}

/** Octets that have come to the far end. */
async function arrived(pair: Pair): Promise<number> {
  return Number(await pair.far.must(["cat", "/sys/class/net/cable/statistics/rx_bytes"]));
}

for (const [family, address] of [["IPv4", Pair.farAddress], ["IPv6", "2001:db8::2"]] as const) {
  Deno.test(`${family}: behind a stateful firewall of its own host the client stays with the raw socket, and says why`, async () => {
    await using pair = await Pair.create();
    await nft(pair.near, STATEFUL);
    const { code, out, err } = await upload(pair, address, "3M", ["--link", "auto"]);
    assertEquals(code, 0, err);
    assertMatch(
      out,
      /Data leaves by raw socket from here on: packet sockets would go around netfilter \(nft host_firewall incoming/,
    );
  });

  Deno.test(`${family}: with --link packet it says what it goes around; when nothing gets through, all goes again by raw socket`, async () => {
    await using pair = await Pair.create();
    await nft(pair.near, STATEFUL);
    const { code, out, err } = await upload(pair, address, "1M", ["--link", "packet"]);
    assertEquals(code, 0, `${out}${err}`);
    assertStringIncludes(err, "Packet sockets go around this host's netfilter (nft host_firewall incoming)");
    assertStringIncludes(
      err,
      "Data leaves by raw socket from here on: nothing that was sent this way was acknowledged",
    );
    assertStringIncludes(err, "Data leave this host by another way");
  });
}

Deno.test("without rules the packet socket is taken", async () => {
  await using pair = await Pair.create();
  const { code, out, err } = await upload(pair, Pair.farAddress, "3M", ["--link", "auto"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /Data leaves by packet socket from here on: bulk data flow/);
});

Deno.test("an ordinary user with the right to raw sockets alone gets the raw socket, and hears which right would let it look", async () => {
  await using pair = await Pair.create();
  const only = ["setpriv", "--bounding-set", "-all,+net_raw", "--inh-caps", "-all", "--"];
  await using serving = pair.far.start([
    server,
    "-q",
    "--host",
    Pair.farAddress,
    "--mode",
    "discard",
    "--count",
    "1",
  ]);
  await pair.far.listens(PORT);
  const command = [...only, client, "-v", "--send-bytes", "3M", Pair.farAddress, String(PORT)];
  const { code, out, err } = await pair.near.run(command);
  assertEquals(code, 0, err);
  assertMatch(
    out,
    /Data leaves by raw socket from here on: .*may not see: that takes the right CAP_NET_ADMIN/,
  );
  await serving.ended();
});

Deno.test("an IPsec policy that blocks the peer holds from the moment it is there, and the transfer goes on after it", async () => {
  await using pair = await Pair.create();
  const slowly = ["rate", "40mbit", "burst", "200k", "latency", "50ms"];
  await pair.near.must(["tc", "qdisc", "add", "dev", "cable", "root", "tbf", ...slowly]);
  await using _serving = pair.far.start([server, "-q", "--host", Pair.farAddress, "--mode", "discard"]);
  await pair.far.listens(PORT);
  const command = [client, "-v", "--link", "auto", "--send-bytes", "15M", Pair.farAddress, String(PORT)];
  await using sending = pair.near.start(command);
  await sending.shows("Data leaves by packet socket");
  await pause(SECOND / 2);
  const policy = ["dir", "out", "dst", `${Pair.farAddress}/32`, "action", "block"];
  await pair.near.must(["ip", "xfrm", "policy", "add", ...policy]);
  await pause(SECOND / 2);
  const before = await arrived(pair);
  await pause(SECOND);
  const leaked = await arrived(pair) - before;
  assert(leaked < NOISE, `${leaked} octets`);
  assertMatch(
    sending.out,
    /Data leaves by raw socket from here on: packet sockets would go around IPsec policies/,
  );
  await pair.near.must(["ip", "xfrm", "policy", "flush"]);
  const { code, err } = await sending.ended();
  assertEquals(code, 0, err);
});

Deno.test("behind masquerading of its own host the peer hears of the outer address alone", async () => {
  await using pair = await Pair.create();
  await pair.near.must(["ip", "address", "add", "198.51.100.1/32", "dev", "lo"]);
  await pair.far.must(["ip", "route", "add", "198.51.100.0/24", "via", Pair.nearAddress]);
  const chain = "type nat hook postrouting priority 100; oifname cable masquerade;";
  await nft(pair.near, `table ip outer { chain leaving { ${chain} }; }`);
  const { code, out, err } = await upload(pair, Pair.farAddress, "3M", ["--source", "198.51.100.1"]);
  assertEquals(code, 0, `${out}${err}`);
});

/** A second cable, 203.0.113.1 and 2001:db8:2::1 here, .2 and ::2 there, for one port; an address behind both; counters there. */
async function routeByPort(pair: Pair): Promise<void> {
  const [near, far] = [pair.near.name, pair.far.name];
  await pair.near.must([
    "ip",
    "link",
    "add",
    "second",
    "type",
    "veth",
    "peer",
    "name",
    "second",
    "netns",
    far,
  ]);
  for (const [network, host] of [[pair.near, 1], [pair.far, 2]] as const) {
    await network.must(["ip", "address", "add", `203.0.113.${host}/24`, "dev", "second"]);
    await network.must(["ip", "address", "add", `2001:db8:2::${host}/64`, "dev", "second", "nodad"]);
    await network.must(["ip", "link", "set", "second", "up"]);
  }
  await pair.far.must(["ip", "address", "add", "198.51.100.9/32", "dev", "lo"]);
  await pair.far.must(["ip", "address", "add", "2001:db8:9::9/128", "dev", "lo"]);
  const rule = ["ipproto", "tcp", "dport", String(PORT), "table", "100"];
  for (
    const [family, there, main, byPort] of [
      ["-4", "198.51.100.9", Pair.farAddress, "203.0.113.2"],
      ["-6", "2001:db8:9::9", "2001:db8::2", "2001:db8:2::2"],
    ] as const
  ) {
    await pair.near.must(["ip", family, "route", "add", there, "via", main]);
    await pair.near.must(["ip", family, "route", "add", "default", "via", byPort, "table", "100"]);
    await pair.near.must(["ip", family, "rule", "add", ...rule]);
  }
  const count = (device: string): string =>
    `iifname ${device} tcp dport ${PORT} counter name ${device}_packets`;
  await nft(
    pair.far,
    `table inet counting { counter cable_packets { }; counter second_packets { };
       chain c { type filter hook prerouting priority -300; ${count("cable")}; ${count("second")}; }; }`,
  );
  assert(near !== far);
}

/** Segments to the server that have come by this cable. */
async function segmentsBy(pair: Pair, device: "cable" | "second"): Promise<number> {
  const text = await pair.far.must(["nft", "list", "counter", "inet", "counting", `${device}_packets`]);
  return Number(/packets (\d+)/.exec(text)?.[1] ?? NaN);
}

Deno.test("a rule by protocol and port sends our connection where it sends the kernel's (IPv4)", async () => {
  await using pair = await Pair.create();
  await routeByPort(pair);
  const { code, out, err } = await upload(pair, "198.51.100.9", "1M", ["--link", "raw"]);
  assertEquals(code, 0, `${out}${err}`);
  assertEquals(await segmentsBy(pair, "cable"), 0);
  assert(await segmentsBy(pair, "second") > 100);
  assertStringIncludes(
    err,
    "a rule of this host's routing sends the connection by second through 203.0.113.2",
  );
});

Deno.test("where a raw socket cannot follow such a rule it says so, and takes no other way (IPv6)", async () => {
  await using pair = await Pair.create();
  await routeByPort(pair);
  await using _serving = pair.far.start([server, "-q", "--host", "2001:db8:9::9"]);
  await pair.far.listens(PORT);
  const { code, err } = await pair.near.run([client, "2001:db8:9::9", String(PORT)]);
  assertStringIncludes(err, "by second through 2001:db8:2::2; a raw socket has no way there");
  assertEquals([code, await segmentsBy(pair, "cable")], [UNREACHABLE, 0], err);
});

Deno.test("the library's connect follows such a rule as well, and a dialer says that it does not (IPv4)", async () => {
  await using pair = await Pair.create();
  await routeByPort(pair);
  await using _serving = pair.far.start([server, "-q", "--host", "198.51.100.9"]);
  await pair.far.listens(PORT);
  const program = [Deno.execPath(), "run", "--allow-ffi", LIBRARY, "198.51.100.9", String(PORT)];
  const { code, out, err } = await pair.near.run(program);
  assertEquals(code, 0, err);
  const { connect, dialer } = JSON.parse(out);
  assertMatch(
    connect.join(),
    /^a rule of this host's routing sends the connection by second through 203.0.113.2/,
  );
  assertMatch(dialer.join(), /sends the connection by interface \d+, where this dialer's packets do not go$/);
  assert(await segmentsBy(pair, "second") >= 4);
});

Deno.test("a tail loss probe with new data is told as such (RFC 8985 7.3)", async () => {
  await using pair = await Pair.create();
  const chain = "type filter hook prerouting priority -400; meta length > 1300 drop;";
  await nft(pair.far, `table inet hole { chain c { ${chain} }; }`);
  await using _serving = pair.far.start([server, "-q", "--host", Pair.farAddress, "--mode", "discard"]);
  await pair.far.listens(PORT);
  const command = [client, "--link", "raw", "--send-bytes", "1M", Pair.farAddress, String(PORT)];
  await using sending = pair.near.start(command);
  await sending.shows("further bytes as a probe");
  assert(!sending.err.split("\n")[0]?.includes("again"), sending.err);
});
