/** Addresses and ports of the host that the client runs on: what it has none of, or may not use; what a kernel TCP does there, ours does. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { Pair } from "./network.ts";
import { nft } from "./path.ts";
import { complaints } from "./process.ts";
import { discarding, PORT, upload } from "./upload.ts";

const { client, server } = await executables();

/** From exit_codes.ts. */
const [TIMED_OUT, UNREACHABLE, UNAVAILABLE] = [4, 5, 8];

/** The only two ports that the kernel may choose; one for what the host asks, one too many for UDP's. */
const TWO_PORTS = "net.ipv4.ip_local_port_range=50000 50001";

/** Has duplicate address detection of what is added to the cable last for longer than a test. */
const LONG_PROOF = "net.ipv6.conf.cable.dad_transmits=60";

/** A pair with two ports at the near end, of which UDP has both. */
async function withoutUdpPorts(use: (pair: Pair) => Promise<void>): Promise<void> {
  await using pair = await Pair.create();
  await pair.near.must(["sysctl", "-qw", TWO_PORTS]);
  await using taking = pair.near.start([
    "python3",
    "-uc",
    "import socket, time\n" +
    "held = [socket.socket(family, socket.SOCK_DGRAM) for family in (socket.AF_INET6,) * 2]\n" +
    "for i, s in enumerate(held): s.bind(('::', 50000 + i))\n" +
    "print('taken'); time.sleep(60)",
  ]);
  await taking.shows("taken");
  await use(pair);
}

for (
  const [family, near, far] of [["IPv4", Pair.nearAddress, Pair.farAddress], [
    "IPv6",
    "2001:db8::1",
    "2001:db8::2",
  ]] as const
) {
  Deno.test(`${family}: where UDP has all ports, a connection that says where it comes from is opened`, async () => {
    await withoutUdpPorts(async (pair) => {
      const { code, err } = await upload(pair, far, "3M", ["--source", near]);
      assertEquals([code, complaints(err)], [0, ""], err);
    });
  });

  Deno.test(`${family}: where UDP has all ports, rules of this host's are seen, by client and --doctor`, async () => {
    await withoutUdpPorts(async (pair) => {
      await nft(
        pair.near,
        "table inet f { chain i { type filter hook input priority 0; ct state invalid drop; }; }",
      );
      const { code, out, err } = await upload(pair, far, "3M", ["--link", "auto"]);
      assertEquals(code, 0, err);
      assertStringIncludes(out, "packet sockets would go around netfilter (nft f i");
      const doctor = await pair.near.run([client, "--doctor", far]);
      assertStringIncludes(doctor.out, "[+] firewall: pass");
    });
  });
}

Deno.test("an address that duplicate address detection keeps from use is not said to be another host's (RFC 4862 5.4)", async () => {
  await using pair = await Pair.create();
  await pair.near.must(["sysctl", "-qw", LONG_PROOF]);
  await pair.near.must(["ip", "address", "add", "2001:db8::9/64", "dev", "cable"]);
  const said = "duplicate address detection has not let this host use the address, or not yet";
  const failed = await pair.near.run([client, "--source", "2001:db8::9", "2001:db8::2"]);
  assertEquals(failed.code, UNAVAILABLE, failed.err);
  assertStringIncludes(failed.err, `Cannot use 2001:db8::9: ${said}`);
  const doctor = await pair.near.run([client, "--doctor", "--source", "2001:db8::9", "2001:db8::2"]);
  assertStringIncludes(doctor.out, `source address: fail: packets cannot come from 2001:db8::9: ${said}`);
  for (const stack of ["kernel", "rawtcp"]) {
    const serving = await pair.near.run([server, "--stack", stack, "--host", "2001:db8::9"]);
    assertEquals(serving.code, UNAVAILABLE, serving.err);
    assertStringIncludes(serving.err, "or duplicate address detection keeps it from use");
  }
});

Deno.test("where loopback's is the only address that may be used, a connection that times out says so", async () => {
  await using pair = await Pair.create();
  await pair.near.must(["sysctl", "-qw", LONG_PROOF]);
  await pair.near.must(["ip", "-6", "address", "flush", "dev", "cable"]);
  await pair.near.must(["ip", "address", "add", "2001:db8::9/64", "dev", "cable"]);
  const { code, err } = await pair.near.run([client, "--connect-timeout", "2", "2001:db8::2"]);
  assertEquals(code, TIMED_OUT, err);
  assertStringIncludes(
    err,
    "Likely cause (source address): packets come from ::1, which nobody beyond cable can answer",
  );
});

Deno.test("a host with a route and no address is told what it lacks", async () => {
  await using pair = await Pair.create();
  await pair.near.must(["ip", "address", "flush", "dev", "cable"]);
  await pair.near.must(["ip", "route", "add", Pair.farAddress, "dev", "cable"]);
  const { code, err } = await pair.near.run([client, Pair.farAddress]);
  assertEquals(code, UNREACHABLE, err);
  assertMatch(
    err,
    /Cannot reach 192\.0\.2\.2: this host has no address that it could send from there \(ENONET\)/,
  );
  assertMatch(err, /Likely cause \(route\): .*; give it one \(ip address add/);
});

Deno.test("loopback that is down is said to be down, not to have no cable", async () => {
  await using pair = await Pair.create();
  await pair.near.must(["ip", "link", "set", "lo", "down"]);
  const { code, err } = await pair.near.run([client, "--connect-timeout", "2", "127.0.0.1"]);
  assertEquals(code, TIMED_OUT, err);
  assertStringIncludes(
    err,
    "(route): lo, by which 127.0.0.1 is reached, is down; bring it up (ip link set lo up)",
  );
});

Deno.test("whoever names a network's broadcast address is not only told to delete a route", async () => {
  await using pair = await Pair.create();
  const { code, err } = await pair.near.run([client, "192.0.2.255"]);
  assertEquals(code, UNREACHABLE, err);
  assertStringIncludes(
    err,
    "; give the address of one host, or, where it is one, find the route that forbids it",
  );
});

Deno.test("an IPv4-mapped address is one of IPv4, whatever else is asked for (RFC 4291 2.5.5.2)", async () => {
  for (const options of [["-4"], ["--source", "::ffff:192.0.2.1"], ["--source", Pair.nearAddress]]) {
    await using pair = await Pair.create();
    await using serving = await discarding(pair.far, Pair.farAddress);
    const way = [...options, "::ffff:192.0.2.2", String(PORT)];
    const doctor = await pair.near.run([client, "--doctor", ...way]);
    assertEquals(doctor.code, 0, doctor.out);
    const { code, err } = await pair.near.run([client, ...way]);
    assertEquals(code, 0, err);
    await serving.ended();
  }
});
