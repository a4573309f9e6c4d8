/** IPsec policies that name ports: the kernel would let packets of a raw socket go around them, and they do not. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { type Network, Pair } from "./network.ts";
import { nft } from "./path.ts";
import { pause } from "./process.ts";
import { discarding, PORT } from "./upload.ts";

const { client, server } = await executables();
const LIBRARY = new URL("library_policies.ts", import.meta.url).pathname;

const SECOND = 1_000;

const ENDS = [[Pair.nearAddress, Pair.farAddress], ["2001:db8::1", "2001:db8::2"]] as const;

/** Adds a policy for what leaves. `action`: block, or allow with what wraps the packets, for which there are no keys here. */
async function policy(network: Network, selector: string, action: "block" | "allow"): Promise<void> {
  const tunnel = action === "allow" ? "tmpl proto esp mode transport" : "";
  await network.must(
    `ip xfrm policy add dir out ${selector} action ${action} ${tunnel}`.trim().split(" "),
  );
}

/** Has the network count the segments that come with such ports. */
async function count(network: Network, ports: string): Promise<() => Promise<number>> {
  await nft(
    network,
    `table inet w { chain c { type filter hook prerouting priority -400; tcp ${ports} counter; }; }`,
  );
  return async () => {
    const rules = await network.must(["nft", "list", "ruleset"]);
    return Number(/counter packets (\d+)/.exec(rules)?.[1]);
  };
}

for (const [near, far] of ENDS) {
  Deno.test(`${far}: our own TCP serves nobody against a policy, says why, and does when it is gone`, async () => {
    await using pair = await Pair.create();
    await policy(pair.far, `dst ${near} proto tcp sport ${PORT}`, "allow");
    const segments = await count(pair.near, `sport ${PORT}`);
    await using serving = pair.far.start([server, "--stack", "rawtcp", "--host", far]);
    await serving.shows("listening");
    await using program = pair.near.start([client, far, String(PORT)]);
    await serving.shows(
      /A segment could not leave this host: Cannot send to .*: an IPsec policy that names ports/,
    );
    assertEquals(await segments(), 0);
    await pair.far.must(["ip", "xfrm", "policy", "flush"]);
    const { code, err } = await program.ended();
    assertEquals(code, 0, err);
  });

  Deno.test(`${far}: a policy that comes in mid-transfer holds for our own server from then on, and the transfer goes on after it`, async () => {
    await using pair = await Pair.create();
    const slowly = ["rate", "20mbit", "burst", "64k", "latency", "50ms"];
    await pair.far.must(["tc", "qdisc", "add", "dev", "cable", "root", "tbf", ...slowly]);
    const segments = await count(pair.near, `sport ${PORT}`);
    const mode = ["--stack", "rawtcp", "--host", far, "--mode", "source=5MB"];
    await using serving = pair.far.start([server, ...mode]);
    await serving.shows("listening");
    await using program = pair.near.start([
      "socat",
      "-u",
      `TCP:${far.includes(":") ? `[${far}]` : far}:${PORT}`,
      "-",
    ]);
    await serving.shows("Connection from");
    await policy(pair.far, `src ${far} proto tcp sport ${PORT}`, "block");
    await serving.shows("an IPsec policy that names ports holds for it");
    await pause(SECOND / 2); // what is in the queue
    const before = await segments();
    await pause(SECOND);
    assertEquals(await segments(), before);
    await pair.far.must(["ip", "xfrm", "policy", "flush"]);
    assertEquals((await program.ended()).code, 0);
    assertEquals(program.out.length, 5_000_000);
  });

  Deno.test(`${far}: a policy that comes in mid-transfer holds for the client from then on, and the transfer goes on after it`, async () => {
    await using pair = await Pair.create();
    const slowly = ["rate", "20mbit", "burst", "64k", "latency", "50ms"];
    await pair.near.must(["tc", "qdisc", "add", "dev", "cable", "root", "tbf", ...slowly]);
    const segments = await count(pair.far, `dport ${PORT}`);
    await using serving = await discarding(pair.far, far);
    await using program = pair.near.start([client, "--send-bytes", "5MB", far, String(PORT)]);
    await program.shows("established");
    await policy(pair.near, `dst ${far} proto tcp dport ${PORT}`, "block");
    await program.shows(/no way to the peer any more: Cannot send to .*: an IPsec policy that names ports/);
    await pause(SECOND / 2); // what is in the queue
    const before = await segments();
    await pause(SECOND);
    assertEquals(await segments(), before);
    await pair.near.must(["ip", "xfrm", "policy", "flush"]);
    const { code, err } = await program.ended();
    assertEquals(code, 0, err);
    await serving.ended();
  });

  Deno.test(`${far}: neither connect nor a dialer or a host connects against a policy; where there is none, they do`, async () => {
    await using pair = await Pair.create();
    const elsewhere = PORT + 1;
    await policy(pair.near, `dst ${far} proto tcp dport ${PORT}`, "allow");
    const segments = await count(pair.far, `dport ${PORT}`);
    await using _refused = await discarding(pair.far, far);
    await using _served = pair.far.start([server, "-q", "--host", far, "--port", String(elsewhere)]);
    await pair.far.listens(elsewhere);
    const command = [
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      LIBRARY,
      far,
      String(PORT),
      String(elsewhere),
    ];
    const { code, out, err } = await pair.near.run(command);
    assertEquals(code, 0, err);
    const told = JSON.parse(out);
    for (const name of ["connect", "dialer", "host"]) {
      assertMatch(told[`${name} ${PORT}`], /^Cannot send to .*8888: an IPsec policy that names ports holds/);
      assertStringIncludes(told[`${name} ${elsewhere}`], "ESTABLISHED");
    }
    assertEquals([told["ports taken"], await segments()], ["1", 0]);
  });
}

Deno.test("a policy that names addresses alone, one by port for others, and one that lets pass, are nothing that a dialer would go around", async () => {
  await using pair = await Pair.create();
  await pair.near.must(
    `ip xfrm policy add dir out dst ${Pair.farAddress} proto tcp dport ${PORT} action allow`.split(" "),
  );
  await policy(pair.near, `dst ${Pair.farAddress} proto tcp dport ${PORT + 1}`, "block");
  await policy(pair.near, `dst 192.0.2.99 proto tcp dport ${PORT}`, "block");
  await using _serving = pair.far.start([server, "-q", "--host", Pair.farAddress]);
  await pair.far.listens(PORT);
  const command = [Deno.execPath(), "run", "-A", "--no-check", LIBRARY, Pair.farAddress, String(PORT)];
  const { code, out, err } = await pair.near.run(command);
  assertEquals(code, 0, err);
  assert(out.includes(`"dialer ${PORT}":"ESTABLISHED"`), out);
});
