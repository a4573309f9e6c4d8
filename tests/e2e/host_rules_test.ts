/** Hosts as they are: a firewall, IPsec and NAT on the very host that the client runs on. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { Pair } from "./network.ts";
import { nft } from "./path.ts";
import { complaints, pause } from "./process.ts";
import { discarding, PORT, upload } from "./upload.ts";

const { client, server } = await executables();

const SECOND = 1_000;

/** Octets of address resolution and the like that leave a host in a second without anybody's doing. */
const NOISE = 2_000;

/** An ordinary stateful firewall: what nobody here asked for is dropped. */
const STATEFUL = `table inet host_firewall { chain incoming {
  type filter hook input priority 0; policy drop;
  iifname lo accept
  ct state established,related accept
  icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
}; }`;

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
      /Data and ACKs leave by raw socket from here on: packet sockets would go around netfilter \(nft host_firewall incoming/,
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
      "Data and ACKs leave by raw socket from here on: nothing that was sent this way was acknowledged",
    );
    assertStringIncludes(err, "There is another way out of this host now");
  });
}

for (const [family, address] of [["IPv4", Pair.farAddress], ["IPv6", "2001:db8::2"]] as const) {
  for (const path of ["long packets", "packets one by one"]) {
    Deno.test(`${family}, ${path}: with --link packet a download behind a stateful firewall of its own host gets on, for that sees the ACKs`, async () => {
      await using pair = await Pair.create();
      if (path !== "long packets") {
        for (const end of [pair.near, pair.far]) {
          await end.must(["ethtool", "-K", "cable", "gro", "off", "gso", "off", "tso", "off"]);
        }
      }
      await nft(pair.near, STATEFUL);
      await using _serving = pair.far.start([server, "-q", "--host", address, "--mode", "source=50MB"]);
      await pair.far.listens(PORT);
      const options = ["--link", "packet", "--receive", "--timeout", "10"];
      const { code, err } = await pair.near.run([client, ...options, address, String(PORT)]);
      assertEquals(code, 0, err);
      const said =
        /Data and ACKs leave by raw socket from here on: nothing but ACKs is to be sent, which packet sockets would take around netfilter \(nft host_firewall incoming/g;
      assertEquals(err.match(said)?.length, 1, err);
    });
  }
}

Deno.test("where rules of its own host keep the FIN back, it is not said to be sent, and --timeout ends the wait", async () => {
  await using pair = await Pair.create();
  // The data went around connection tracking, to which the FIN is out of place.
  const chain = "type filter hook output priority 0; policy accept; ct state invalid drop;";
  await nft(pair.near, `table ip tracked { chain outgoing { ${chain} }; }`);
  await using _serving = await discarding(pair.far, Pair.farAddress); // which hears of no end
  const options = ["--send-bytes", "3M", "--link", "packet", "--timeout", "2"];
  const { code, out, err } = await pair.near.run([client, ...options, Pair.farAddress, String(PORT)]);
  assertEquals(code, 4, err);
  assertMatch(out, /The FIN \(seq=\d+\) could not leave this host/);
  assertEquals(/Sending FIN|: sending the FIN/.exec(`${out}${err}`), null);
  assertMatch(err, /our FIN was not acknowledged, the peer was silent for 2 s; meanwhile: .*EPERM/);
});

Deno.test("without rules the packet socket is taken", async () => {
  await using pair = await Pair.create();
  const { code, out, err } = await upload(pair, Pair.farAddress, "3M", ["--link", "auto"]);
  assertEquals([code, complaints(err)], [0, ""]);
  assertMatch(out, /Data and ACKs leave by packet socket from here on: bulk data flow/);
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
    /Data and ACKs leave by raw socket from here on: .*may not see: that takes CAP_NET_ADMIN/,
  );
  await serving.ended();
});

Deno.test("an IPsec policy that blocks the peer holds from the moment it is there, and the transfer goes on after it", async () => {
  await using pair = await Pair.create();
  const slowly = ["rate", "40mbit", "burst", "200k", "latency", "50ms"];
  await pair.near.must(["tc", "qdisc", "add", "dev", "cable", "root", "tbf", ...slowly]);
  await using _serving = pair.far.start([server, "-q", "--host", Pair.farAddress, "--mode", "discard"]);
  await pair.far.listens(PORT);
  const command = [client, "-v", "--link", "auto", "--send-bytes", "30M", Pair.farAddress, String(PORT)];
  await using sending = pair.near.start(command);
  await sending.shows("Data and ACKs leave by packet socket");
  await pause(SECOND / 2);
  const policy = ["dir", "out", "dst", `${Pair.farAddress}/32`, "action", "block"];
  await pair.near.must(["ip", "xfrm", "policy", "add", ...policy]);
  await sending.shows("Data and ACKs leave by raw socket from here on");
  await pause(SECOND / 2); // what is in the queue
  const before = await arrived(pair);
  await pause(SECOND);
  const leaked = await arrived(pair) - before;
  assert(leaked < NOISE, `${leaked} octets`);
  assertMatch(
    sending.out,
    /Data and ACKs leave by raw socket from here on: packet sockets would go around IPsec policies/,
  );
  await pair.near.must(["ip", "xfrm", "policy", "flush"]);
  const { code, err } = await sending.ended();
  assertEquals(code, 0, err);
});

/** What has come to the near end, or how many packets it was. */
async function received(pair: Pair, what: "bytes" | "packets"): Promise<number> {
  return Number(await pair.near.must(["cat", `/sys/class/net/cable/statistics/rx_${what}`]));
}

for (const [family, address] of [["IPv4", Pair.farAddress], ["IPv6", "2001:db8::2"]] as const) {
  const serve = ["--stack", "rawtcp", "--host", address, "--mode"];

  Deno.test(`${family}: without rules of its host our own server's bulk data leave in long segments`, async () => {
    await using pair = await Pair.create();
    await using serving = pair.far.start([server, ...serve, "source=20MB"]);
    await serving.shows("listening");
    const { code, err } = await pair.near.run([client, "-q", "-o", "/dev/null", address, String(PORT)]);
    assertEquals(code, 0, err);
    const longest = await received(pair, "bytes") / await received(pair, "packets");
    assert(longest > 10_000, `${longest} octets a packet`);
  });

  Deno.test(`${family}: a rule of its host holds for our own server's bulk data from the moment it is there, and the transfer goes on after it`, async () => {
    await using pair = await Pair.create();
    const slowly = ["rate", "100mbit", "burst", "128k", "latency", "50ms"];
    await pair.far.must(["tc", "qdisc", "add", "dev", "cable", "root", "tbf", ...slowly]);
    await using serving = pair.far.start([server, ...serve, "source=25MB"]);
    await serving.shows("listening");
    await using program = pair.near.start([client, "-q", "-o", "/dev/null", address, String(PORT)]);
    await pause(SECOND / 2);
    const chain = `type filter hook output priority 0; tcp sport ${PORT} drop;`;
    await nft(pair.far, `table inet host_firewall { chain outgoing { ${chain} }; }`);
    await pause(SECOND / 2);
    const before = await received(pair, "bytes");
    await pause(SECOND / 2);
    const since = await received(pair, "bytes") - before;
    assert(before > 1e6 && since < NOISE, `${since} octets came after ${before}`);
    await pair.far.must(["nft", "flush", "ruleset"]);
    const { code, err } = await program.ended();
    assertEquals(code, 0, err);
    assert(await received(pair, "bytes") > 25e6);
  });
}

Deno.test("where an IPsec policy by port holds, which packets of a raw socket would go around, nothing is sent", async () => {
  for (const [address, action] of [[Pair.farAddress, "block"], ["2001:db8::2", "allow"]] as const) {
    await using pair = await Pair.create();
    await using _serving = pair.far.start([server, "-q", "--host", address, "--mode", "discard"]);
    await pair.far.listens(PORT);
    const selector = `dst ${address} proto tcp dport ${PORT}`;
    const tunnel = action === "allow" ? "tmpl proto esp mode transport" : "";
    await pair.near.must(
      `ip xfrm policy add dir out ${selector} action ${action} ${tunnel}`.trim().split(" "),
    );
    const watch = `tcp dport ${PORT} counter`;
    await nft(pair.far, `table inet w { chain c { type filter hook prerouting priority -400; ${watch}; }; }`);
    const { code, err } = await pair.near.run([client, "--send-bytes", "3M", address, String(PORT)]);
    assertEquals(code, 5, err);
    assertMatch(
      err,
      /Cannot reach .*8888: an IPsec policy that names ports holds for it, and packets of a raw socket/,
    );
    assertStringIncludes(await pair.far.must(["nft", "list", "ruleset"]), "counter packets 0 bytes 0");
    const elsewhere = await pair.near.run([client, "--connect-timeout", "2", address, "8889"]);
    assertEquals(elsewhere.code, 3, elsewhere.err); // nobody listens: the policy is not for this port
  }
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

Deno.test("a tail loss probe with new data is told as such (RFC 8985 7.3)", async () => {
  await using pair = await Pair.create();
  const chain = "type filter hook prerouting priority -400; meta length > 1300 drop;";
  await nft(pair.far, `table inet hole { chain c { ${chain} }; }`);
  await using _serving = pair.far.start([server, "-q", "--host", Pair.farAddress, "--mode", "discard"]);
  await pair.far.listens(PORT);
  const command = [client, "--link", "raw", "--send-bytes", "1M", Pair.farAddress, String(PORT)];
  await using sending = pair.near.start(command);
  await sending.shows("(tail loss probe): sending");
  assert(!sending.err.split("\n")[0]?.includes("again"), sending.err);
});
