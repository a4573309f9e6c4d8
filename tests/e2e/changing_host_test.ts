/** A host that changes in mid-transfer: rules that come and go, routes and addresses too; every octet arrives, or it is said why not. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { Pair } from "./network.ts";
import { nft } from "./path.ts";
import { pause, type Program } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;
const SECOND = 1_000;
const OCTETS = 30_000_000;
const SLOWLY = ["rate", "100mbit", "burst", "64k", "latency", "100ms"];
const FAMILIES = [["IPv4", Pair.farAddress], ["IPv6", "2001:db8::2"]] as const;

/** From exit_codes.ts. */
const [TIMED_OUT, RESET] = [4, 6];

/** Drops what comes from the server. */
const DEAF = `table inet rules { chain c {
  type filter hook input priority 0; tcp sport ${PORT} drop;
}; }`;

/** What an output chain does with what goes to the server. */
function mute(verdict: string): string {
  return `table inet rules { chain c {
    type filter hook output priority 0; tcp dport ${PORT} ${verdict};
  }; }`;
}

const OFFLOAD = new URL("../ffi/switch_offloads.ts", import.meta.url).pathname;

/** A pair whose cable takes two seconds and a half for a transfer. */
async function slowPair(): Promise<Pair> {
  const pair = await Pair.create();
  for (const network of [pair.near, pair.far]) {
    await network.must(["tc", "qdisc", "add", "dev", "cable", "root", "tbf", ...SLOWLY]);
    // What a device has merged does not come by ring.
    await network.must([Deno.execPath(), "run", "--allow-ffi", OFFLOAD, "cable", "off"]);
  }
  return pair;
}

/** A transfer in its middle. */
interface Transfer extends AsyncDisposable {
  readonly pair: Pair;
  readonly client: Program;
}

/** Begins one, and waits until the client shows `sign`. */
async function begun(
  address: string,
  mode: "discard" | "source",
  options: readonly string[],
  sign: string,
): Promise<Transfer> {
  const stack = new AsyncDisposableStack();
  const pair = stack.use(await slowPair());
  const serves = mode === "source" ? `source=${OCTETS}` : mode;
  stack.use(pair.far.start([server, "-q", "--host", address, "--mode", serves]));
  await pair.far.listens(PORT);
  const job = mode === "source"
    ? ["-m", "x", "--receive", "--hash", "sha256"]
    : ["--send-bytes", String(OCTETS)];
  const program = stack.use(pair.near.start([client, "-v", ...options, ...job, address, String(PORT)]));
  await program.shows(sign);
  return { pair, client: program, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** The hash of what the server sends. */
async function patternHash(): Promise<string> {
  const pattern = new Uint8Array(OCTETS).map((_, i) => i % 251);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", pattern)).toHex();
}

for (const [family, address] of FAMILIES) {
  Deno.test(`${family}: rules that come while a ring receives have the raw socket receive again, and the transfer goes on after them`, async () => {
    await using transfer = await begun(address, "source", ["--timeout", "20"], "through a packet ring");
    await nft(transfer.pair.near, DEAF);
    await transfer.client.shows(
      "Data is received by raw socket from here on: packet sockets would go around",
    );
    await pause(SECOND);
    await transfer.pair.near.must(["nft", "flush", "ruleset"]);
    const { code, out, err } = await transfer.client.ended();
    assertEquals(code, 0, err);
    assertStringIncludes(out, await patternHash());
  });

  Deno.test(`${family}, --link packet: rules that come in mid-transfer are told`, async () => {
    await using transfer = await begun(
      address,
      "discard",
      ["--link", "packet"],
      "Data and ACKs leave by packet socket",
    );
    await nft(transfer.pair.near, mute("counter"));
    const { code, err } = await transfer.client.ended();
    assertEquals(code, 0, err);
    assertEquals(
      err.match(/Packet sockets go around this host's netfilter \(nft rules c\)/g)?.length,
      1,
      err,
    );
  });
}

Deno.test("a firewall of this host that shuts in mid-transfer is told as such, not as what stops a SYN", async () => {
  await using transfer = await begun(
    Pair.farAddress,
    "discard",
    ["--timeout", "3"],
    "Data and ACKs leave by packet socket",
  );
  await nft(transfer.pair.near, mute("drop"));
  const { code, err } = await transfer.client.ended();
  assertEquals(code, TIMED_OUT, err);
  assertMatch(
    err,
    /timed out: nothing has been acknowledged .*; meanwhile: system call sendto failed: EPERM/,
  );
  assertMatch(err, /Likely cause \(firewall\): what we send is dropped or refused by nft rules c/);
});

Deno.test("a firewall of this host that resets in mid-transfer is named", async () => {
  await using transfer = await begun(Pair.farAddress, "discard", [], "Data and ACKs leave by packet socket");
  await nft(transfer.pair.near, mute("reject with tcp reset"));
  const { code, err } = await transfer.client.ended();
  assertEquals(code, RESET, err);
  assertMatch(err, /Likely cause \(firewall\): what we send is dropped or refused by nft rules c/);
});

Deno.test("a peer that repeats what we cannot acknowledge is not called silent", async () => {
  await using transfer = await begun(Pair.farAddress, "source", ["--timeout", "3"], "through a packet ring");
  await nft(transfer.pair.near, mute("drop"));
  const { code, err } = await transfer.client.ended();
  assertEquals(code, TIMED_OUT, err);
  assertMatch(err, /timed out: nothing new has come from the peer for 3 s/);
});

/** Counts what passes the interface, as its own hooks see it: to the server's port, or from it. */
function counting(hook: "ingress" | "egress"): string {
  const match = `tcp ${hook === "egress" ? "dport" : "sport"} ${PORT}`;
  return `table netdev watch { chain c {
    type filter hook ${hook} device cable priority 0; ${match} counter;
  }; }`;
}

Deno.test("chains of the interface's own hooks see what packet sockets send and what a ring receives, so that both are taken", async () => {
  for (
    const [hook, mode, sign] of [
      ["egress", "discard", "leave by packet socket"],
      ["ingress", "source", "through a packet ring"],
    ] as const
  ) {
    await using transfer = await begun(
      Pair.farAddress,
      mode,
      ["--link", "auto"],
      "TCP connection established!",
    );
    const { pair, client } = transfer;
    await nft(pair.near, counting(hook));
    const { code, out, err } = await client.ended();
    assertEquals(code, 0, err);
    assertStringIncludes(out, sign);
    assert(!out.includes("by raw socket"), out);
    const counted = /counter packets \d+ bytes (\d+)/.exec(await pair.near.must(["nft", "list", "ruleset"]));
    assert(Number(counted?.[1]) > OCTETS / 2, `${hook}: ${counted?.[0]}`);
  }
});

Deno.test("a route that goes away is told as what it is, and the transfer goes on when it comes back", async () => {
  await using transfer = await begun(Pair.farAddress, "discard", [], "Data and ACKs leave by packet socket");
  const route = ["192.0.2.0/24", "dev", "cable", "src", Pair.nearAddress];
  await transfer.pair.near.must(["ip", "route", "delete", ...route]);
  await transfer.client.shows("Data and ACKs leave by raw socket from here on");
  await transfer.pair.near.must(["ip", "route", "add", ...route]);
  const { code, out, err } = await transfer.client.ended();
  assertEquals(code, 0, err);
  assertMatch(
    out,
    /Data and ACKs leave by raw socket from here on: System call rtnetlink .* there is no route/,
  );
  assert(!out.includes("go around System call"), out);
});

for (const [family, address] of FAMILIES) {
  const flag = family === "IPv4" ? "-4" : "-6";
  const forbids = ["prohibit", "ipproto", "tcp", "dport", String(PORT)];

  Deno.test(`${family}, --link raw: a rule of routing by port that comes in mid-transfer is followed, and the transfer goes on without it`, async () => {
    await using transfer = await begun(address, "discard", ["--link", "raw"], "established");
    const { near } = transfer.pair;
    await pause(SECOND / 4);
    await near.must(["ip", flag, "rule", "add", ...forbids]);
    await transfer.client.shows(
      "This host has no way to the peer any more: System call rtnetlink RTM_GETROUTE failed",
    );
    const sent = async (): Promise<number> =>
      Number(await near.must(["cat", "/sys/class/net/cable/statistics/tx_bytes"]));
    await pause(SECOND);
    const before = await sent();
    await pause(SECOND / 2);
    assert(await sent() - before < 1_000, "segments leave against the rule");
    await near.must(["ip", flag, "rule", "delete", ...forbids]);
    const { code, err } = await transfer.client.ended();
    assertEquals(code, 0, err);
  });

  Deno.test(`${family}: a rule of routing by port that forbids our ACKs ends a download as what it is`, async () => {
    await using transfer = await begun(address, "source", ["--timeout", "2"], "through a packet ring");
    await transfer.pair.near.must(["ip", flag, "rule", "add", ...forbids]);
    const { code, err } = await transfer.client.ended();
    assertEquals(code, TIMED_OUT, err);
    assertMatch(
      err,
      /timed out: nothing new has come from the peer .*; meanwhile: system call rtnetlink RTM_GETROUTE failed/,
    );
    assertMatch(err, /Likely cause \(route\)/);
  });
}

/** What the kernel needs some ten seconds for. */
const isFull = Deno.env.get("RAWTCP_E2E") === "full";

async function setMtu({ pair: { near } }: Transfer, mtu: number): Promise<void> {
  await near.must(["ip", "link", "set", "cable", "mtu", String(mtu)]);
}

Deno.test("an interface that takes only shorter packets in mid-transfer gets them, by each way out", async () => {
  for (
    const [link, sign] of [["raw", "established"], ["auto", "Data and ACKs leave by packet socket"]] as const
  ) {
    await using transfer = await begun(Pair.farAddress, "discard", ["--link", link], sign);
    await pause(SECOND / 4);
    await setMtu(transfer, 576);
    const { code, err } = await transfer.client.ended();
    assertEquals(code, 0, err);
    assertStringIncludes(
      err,
      "The interface or the route takes packets of up to 576 bytes now, 1500 before; longer ones of the peer's may not come in",
    );
    assertMatch(err, /longer than the 576 bytes of the interface or the route; going on with packets of 576/);
  }
});

for (
  const [mode, sign] of [["discard", "Data and ACKs leave by packet"], [
    "source",
    "through a packet",
  ]] as const
) {
  Deno.test(`IPv6, ${mode}: an interface whose MTU falls below 1280 has no IPv6 any more, and that is said (RFC 8200 5)`, async () => {
    await using transfer = await begun("2001:db8::2", mode, ["--timeout", "2"], sign);
    await setMtu(transfer, 1_000);
    const { code, err } = await transfer.client.ended();
    assertEquals(code, TIMED_OUT, err);
    assertStringIncludes(
      err,
      "The interface takes packets of up to 1000 bytes now, where IPv6 needs 1280: this host has no IPv6 there any more",
    );
  });
}

Deno.test("a peer that goes on with packets longer than our interface takes now is waited for, and that is said", async () => {
  await using transfer = await begun(Pair.farAddress, "source", ["--timeout", "2"], "through a packet ring");
  await setMtu(transfer, 576);
  const { code, err } = await transfer.client.ended();
  assertEquals(code, TIMED_OUT, err);
  assertStringIncludes(err, "576 bytes now, 1500 before; longer ones of the peer's may not come in");
});

Deno.test({
  name: "a peer that probes the path finds out what our interface takes now (RFC 4821)",
  ignore: !isFull,
  fn: async () => {
    await using transfer = await begun(Pair.farAddress, "source", ["--timeout", "30"], "through a packet");
    await transfer.pair.far.must(["sysctl", "-qw", "net.ipv4.tcp_mtu_probing=1"]);
    await setMtu(transfer, 1_200);
    const { code, out, err } = await transfer.client.ended();
    assertEquals(code, 0, err);
    assertStringIncludes(out, await patternHash());
  },
});
