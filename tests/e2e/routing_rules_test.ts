/** Rules of this host's routing: by port, mark, user and source. The client goes where the kernel's own TCP would. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { Pair } from "./network.ts";
import { nft } from "./path.ts";
import { discarding, PORT, upload } from "./upload.ts";

const { client, server } = await executables();
const LIBRARY = new URL("library_connect.ts", import.meta.url).pathname;

/** From exit_codes.ts. */
const UNREACHABLE = 5;

const SLOWLY = ["rate", "20mbit", "burst", "64k", "latency", "100ms"];

/** What `ip rule` is told, by family. */
type Rule = Readonly<Record<"-4" | "-6", readonly string[]>>;

const always = (...rule: string[]): Rule => ({ "-4": rule, "-6": rule });
const BY_PORT = always("ipproto", "tcp", "dport", String(PORT));

/** Each with the client's options that it looks at. */
const RULES: readonly (readonly [name: string, rule: Rule, options: readonly string[]])[] = [
  ["mark", always("fwmark", "7"), ["--mark", "7"]],
  // Of old rules the kernel compares three bits only.
  ["type of service", always("dsfield", "0x10"), ["--dscp", "4"]],
  ["user", always("uidrange", "0-0"), []],
  ["source", { "-4": ["from", Pair.nearAddress], "-6": ["from", "2001:db8::1"] }, ["--source"]],
];

/** A second cable, 203.0.113.1 and 2001:db8:2::1 here, .2 and ::2 there, for what the rule says; an address behind both; counters there. */
async function routeBy(pair: Pair, rule: Rule): Promise<void> {
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
  for (
    const [family, there, main, byPort] of [
      ["-4", "198.51.100.9", Pair.farAddress, "203.0.113.2"],
      ["-6", "2001:db8:9::9", "2001:db8::2", "2001:db8:2::2"],
    ] as const
  ) {
    await pair.near.must(["ip", family, "route", "add", there, "via", main]);
    await pair.near.must(["ip", family, "route", "add", "default", "via", byPort, "table", "100"]);
    await pair.near.must(["ip", family, "rule", "add", ...rule[family], "table", "100"]);
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
  await routeBy(pair, BY_PORT);
  const { code, out, err } = await upload(pair, "198.51.100.9", "1M", ["--link", "raw"]);
  assertEquals(code, 0, `${out}${err}`);
  assertEquals(await segmentsBy(pair, "cable"), 0);
  assert(await segmentsBy(pair, "second") > 100);
  assertStringIncludes(
    err,
    "a rule of this host's routing sends the connection by second through 203.0.113.2",
  );
});

Deno.test("a rule by protocol and port that comes in mid-transfer sends our connection where it sends the kernel's (IPv4)", async () => {
  await using pair = await Pair.create();
  await routeBy(pair, BY_PORT);
  await pair.near.must(["ip", "rule", "delete", ...BY_PORT["-4"], "table", "100"]);
  await pair.near.must(["tc", "qdisc", "add", "dev", "cable", "root", "tbf", ...SLOWLY]);
  await using serving = await discarding(pair.far, "198.51.100.9");
  const command = [client, "--link", "raw", "--send-bytes", "6M", "198.51.100.9", String(PORT)];
  await using program = pair.near.start(command);
  await program.shows("established");
  await pair.near.must(["ip", "rule", "add", ...BY_PORT["-4"], "table", "100"]);
  const { code, err } = await program.ended();
  assertEquals(code, 0, err);
  assertStringIncludes(err, "a rule of this host's routing sends the connection by second");
  assert(await segmentsBy(pair, "second") > 1_000);
  await serving.ended();
});

Deno.test("where a raw socket cannot follow such a rule it says so, and takes no other way (IPv6)", async () => {
  await using pair = await Pair.create();
  await routeBy(pair, BY_PORT);
  await using _serving = pair.far.start([server, "-q", "--host", "2001:db8:9::9"]);
  await pair.far.listens(PORT);
  const { code, err } = await pair.near.run([client, "2001:db8:9::9", String(PORT)]);
  assertStringIncludes(err, "by second through 2001:db8:2::2; a raw socket has no way there");
  assertEquals([code, await segmentsBy(pair, "cable")], [UNREACHABLE, 0], err);
});

Deno.test("the library's connect follows such a rule as well, and a dialer that is told; another one says that it does not (IPv4)", async () => {
  await using pair = await Pair.create();
  await routeBy(pair, BY_PORT);
  await using _serving = pair.far.start([server, "-q", "--host", "198.51.100.9"]);
  await pair.far.listens(PORT);
  const program = [Deno.execPath(), "run", "--allow-ffi", LIBRARY, "198.51.100.9", String(PORT)];
  const { code, out, err } = await pair.near.run(program);
  assertEquals(code, 0, err);
  const { connect, dialer, steered } = JSON.parse(out);
  assertEquals(steered, connect);
  assertMatch(
    connect.join(),
    /^a rule of this host's routing sends the connection by second through 203.0.113.2/,
  );
  assertMatch(dialer.join(), /sends the connection by interface \d+, where this dialer's packets do not go$/);
  assert(await segmentsBy(pair, "second") >= 4);
});

for (const [name, rule, options] of RULES) {
  for (const there of ["198.51.100.9", "2001:db8:9::9"]) {
    Deno.test(`a rule by ${name} sends our connection where it sends the kernel's, to ${there}, by each way out`, async () => {
      await using pair = await Pair.create();
      await routeBy(pair, rule);
      // What comes back by the other cable is not to be taken for forged
      await pair.near.must([
        "sysctl",
        "-qw",
        "net.ipv4.conf.all.rp_filter=0",
        "net.ipv4.conf.cable.rp_filter=0",
      ]);
      const source = there.includes(":") ? "2001:db8::1" : Pair.nearAddress;
      const own = options.flatMap((option) => option === "--source" ? [option, source] : [option]);
      for (const link of name === "mark" ? ["raw"] : ["raw", "auto", "packet"]) { // a mark is the raw socket's
        const { code, out, err } = await upload(pair, there, "1M", ["--link", link, ...own]);
        assertEquals(code, 0, `${out}${err}`);
      }
      assertEquals(await segmentsBy(pair, "cable"), 0);
      assert(await segmentsBy(pair, "second") > 100);
    });
  }
}
