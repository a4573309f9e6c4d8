/** `--doctor`, and the cause that failures name by the same checks, on hosts that really have each fault. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Capture } from "./capture.ts";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { type Result, run } from "./process.ts";

const { client, server } = await executables();

/** From exit_codes.ts. */
const UNFIT = 11;
const FAR = Pair.farAddress;

async function nft(network: Network, ruleset: string): Promise<void> {
  await network.must(["nft", "-f", "-"], { input: `${ruleset}\n` });
}

/** The check's verdict and text, as JSON tells them. */
function verdictOf({ out }: Result, check: string): string {
  const objects = out.trim().split("\n").map((line) => JSON.parse(line));
  const found = objects.find((object) => object.check === check);
  return `${found?.verdict}: ${found?.text}`;
}

Deno.test("on a sound host every check passes, as text and as JSON, and nothing is sent", async () => {
  await using pair = await Pair.create();
  await using capture = await Capture.start(pair.near, 8888, "cable");
  const { code, out, err } = await pair.near.run([client, "--doctor", FAR]);
  assertEquals([code, err], [0, ""], out);
  const lines = out.trim().split("\n");
  assertEquals(lines.filter((line) => !/^\[\+\] [\w ]+: pass: /.test(line)), []);
  const json = await pair.near.run([client, "--doctor", "--json", FAR]);
  assertEquals([json.code, json.out.trim().split("\n").length], [0, lines.length]);
  assertEquals((await capture.segments()).length, 0);
});

const hasIptables = (await run(["which", "iptables-nft"])).code === 0;

/** A rule of iptables, as nftables has it, and what is said of it. @param before what goes before it */
function byIptables(
  chain: "INPUT" | "OUTPUT",
  rule: string,
  text: RegExp,
  before?: string,
): [string, (pair: Pair) => Promise<unknown>, string, RegExp][] {
  if (!hasIptables) return [];
  const make = async ({ near }: Pair): Promise<void> => {
    if (before !== undefined) await near.must(["iptables-nft", ...before.split(" ")]);
    await near.must(["iptables-nft", "-A", chain, ...rule.split(" ")]);
  };
  return [[`iptables ${rule}`, make, "firewall", text]];
}

const FAULTS: readonly (readonly [
  name: string,
  fault: (pair: Pair) => Promise<unknown>,
  check: string,
  text: RegExp,
])[] = [
  [
    "a rule of nftables that drops what leaves",
    ({ near }) =>
      nft(near, "table inet f { chain o { type filter hook output priority 0; tcp dport 8888 drop; }; }"),
    "firewall",
    /^fail: our SYN is dropped or refused by nft f o, rule \d+$/,
  ],
  [
    "a firewall that lets no answer in",
    ({ near }) =>
      nft(
        near,
        "table inet f { chain i { type filter hook input priority 0; policy drop; iif lo accept; }; }",
      ),
    "firewall",
    /^fail: what the peer answers is dropped or refused by nft f i, its policy$/,
  ],
  [
    "a rule with a set",
    ({ near }) =>
      nft(
        near,
        "table ip f { chain o { type filter hook output priority 0; tcp dport { 80, 8888 } drop; }; }",
      ),
    "firewall",
    /^fail: our SYN is dropped or refused by nft f o, rule \d+$/,
  ],
  [
    "a map of verdicts",
    ({ near }) =>
      nft(
        near,
        "table ip f { chain d { counter drop; }; chain o { type filter hook output priority 0; " +
          "oifname . tcp dport vmap { cable . 8888 : jump d, cable . 80 : accept }; }; }",
      ),
    "firewall",
    /^fail: our SYN is dropped or refused by nft f d, rule \d+$/,
  ],
  [
    "a firewall that has a map of connection states",
    ({ near }) =>
      nft(
        near,
        "table inet f { chain i { type filter hook input priority 0; policy drop; iif lo accept; " +
          "ct state vmap { invalid : drop, established : accept, related : accept }; }; }",
      ),
    "firewall",
    /^pass/,
  ],
  [
    "a rule by user",
    ({ near }) =>
      nft(
        near,
        "table inet f { chain o { type filter hook output priority 0; tcp dport 8888 meta skuid 0 drop; }; }",
      ),
    "firewall",
    /^fail: our SYN is dropped or refused by nft f o, rule \d+$/,
  ],
  ...byIptables("INPUT", "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", /^pass/, "-P INPUT DROP"),
  ...byIptables("INPUT", "-m state --state ESTABLISHED -j ACCEPT", /^pass/, "-P INPUT DROP"),
  ...byIptables(
    "OUTPUT",
    "-p tcp -m multiport --dports 80,8880:8890 -j DROP",
    /^fail: our SYN .*OUTPUT, rule/,
  ),
  ...byIptables("OUTPUT", "-m owner ! --uid-owner 0 -p tcp --dport 8888 -j REJECT", /^pass/),
  [
    "a rule of which nobody knows when it holds",
    ({ near }) =>
      nft(
        near,
        "table ip f { chain o { type filter hook output priority 0; tcp dport 8888 limit rate over 1/day drop; }; }",
      ),
    "firewall",
    /^unknown: .*nft f o, rule \d+$/,
  ],
  [
    "a firewall that lets in what belongs to a connection, and a rule that keeps ours from being tracked",
    ({ near }) =>
      nft(
        near,
        "table inet f { chain r { type filter hook output priority -300; tcp dport 8888 notrack; }; " +
          "chain i { type filter hook input priority 0; policy drop; ct state established accept; }; }",
      ),
    "firewall",
    /^unknown: .*nft f i, /,
  ],
  [
    "a rule where packets come off the cable",
    ({ near }) =>
      nft(
        near,
        "table netdev f { chain i { type filter hook ingress device cable priority 0; tcp sport 8888 drop; }; }",
      ),
    "firewall",
    /^fail: what the peer answers is dropped or refused by nft f i, rule \d+$/,
  ],
  [
    "NAT that sends the connection elsewhere",
    ({ near }) =>
      nft(
        near,
        "table ip n { chain o { type nat hook output priority -100; tcp dport 8888 dnat to 192.0.2.9; }; }",
      ),
    "NAT",
    /^fail: addresses or ports of our SYN are rewritten by nft n o, rule \d+/,
  ],
  [
    "an IPsec policy that blocks the peer",
    ({ near }) =>
      near.must(["ip", "xfrm", "policy", "add", "dir", "out", "dst", `${FAR}/32`, "action", "block"]),
    "IPsec",
    /^fail: a policy throws away our packets$/,
  ],
  [
    "an IPsec policy by port, which packets of a raw socket go around",
    ({ near }) =>
      near.must(
        `ip xfrm policy add dir out dst ${FAR}/32 proto tcp dport 8888 action block`.split(" "),
      ),
    "IPsec",
    /^fail: a policy that names ports throws away what the kernel's own TCP sends; ours would go around it/,
  ],
  [
    "no route",
    ({ near }) => near.must(["ip", "address", "flush", "dev", "cable"]),
    "route",
    /^fail: there is no route to 192\.0\.2\.2$/,
  ],
  [
    "a route that forbids it",
    ({ near }) => near.must(["ip", "route", "add", "prohibit", `${FAR}/32`]),
    "route",
    /^fail: .*EACCES/,
  ],
  [
    "an interface that is down",
    async ({ near }) => {
      await near.must(["ip", "link", "set", "cable", "down"]);
      await near.must(["ip", "link", "set", "lo", "down"]);
    },
    "namespaces",
    /^fail: no interface of this network is up: .*lo \(down\)/,
  ],
];

for (const [name, make, check, text] of FAULTS) {
  Deno.test(`${name}: ${check}`, async () => {
    await using pair = await Pair.create();
    assertMatch(verdictOf(await pair.near.run([client, "--doctor", "--json", FAR]), check), /^pass/);
    await make(pair);
    const result = await pair.near.run([client, "--doctor", "--json", FAR]);
    assertMatch(verdictOf(result, check), text);
    assertEquals(result.code, text.source.startsWith("^fail") ? UNFIT : 0, result.out);
  });
}

Deno.test("whether connections are tracked is seen by what has the kernel track them", async () => {
  await using pair = await Pair.create();
  const look = async (): Promise<string> =>
    verdictOf(await pair.near.run([client, "--doctor", "--json", FAR]), "connection tracking");
  assertMatch(await look(), /^pass: (nothing that is listed|this kernel tracks no)/);
  await nft(
    pair.near,
    "table ip f { chain o { type filter hook output priority 0; ct state new counter; }; }",
  );
  assertMatch(await look(), /^pass: on, with \d+ of \d+ connections/);
});

Deno.test("without rights it says so, with the way to them, and what it may not see is unknown", async () => {
  await using network = await Network.create();
  const nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--"];
  const { code, out } = await network.run([...nobody, client, "--doctor"]);
  assertEquals(code, UNFIT);
  assertStringIncludes(out, "[-] rights: fail: no raw socket can be opened");
  assertStringIncludes(out, "    Fix: run it as root (sudo)");
  for (const check of ["firewall", "NAT", "IPsec"]) {
    assertStringIncludes(out, `[!] ${check}: unknown: not permitted`);
  }
  assertStringIncludes(out, "[+] route: pass");
  const root = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all", "--"];
  const stripped = await network.run([...root, client]);
  assertEquals(stripped.code, 77);
  assertStringIncludes(stripped.err, "[!] Likely cause (rights): ");
  assertStringIncludes(stripped.err, "--cap-add NET_RAW");
  const serving = await network.run([...root, server, "--stack", "rawtcp"]);
  assertEquals(serving.code, 77);
  assertStringIncludes(serving.err, "[!] Likely cause (rights): ");
});

Deno.test("where few descriptors may be open it says how many are left", async () => {
  const command = ["bash", "-c", `ulimit -n 26; exec "$0" --doctor --json`, client];
  const result = await run(command);
  assertMatch(verdictOf(result, "file descriptors"), /^fail: only \d+ more .*\(the limit is 26\)/);
  assertEquals(result.code, UNFIT);
});

Deno.test("a client whose SYN its own host drops names the rule", async () => {
  await using pair = await Pair.create();
  await nft(
    pair.near,
    "table inet f { chain o { type filter hook output priority 0; tcp dport 8888 drop; }; }",
  );
  const { code, err } = await pair.near.run([client, "--connect-timeout", "2", FAR]);
  assert(code === 4 || code === 5, `${code}`);
  assertMatch(err, /^\[!\] Likely cause \(firewall\): our SYN is dropped or refused by nft f o, rule \d+; /m);
});

Deno.test("a client whose answers its own host drops names the policy", async () => {
  await using pair = await Pair.create();
  await using serving = pair.far.start([server, "-q", "--host", FAR]);
  await pair.far.listens(8888);
  await nft(pair.near, "table ip f { chain i { type filter hook input priority 0; policy drop; }; }");
  // The raw socket has its copy after the input chain only.
  const { code, err } = await pair.near.run([client, "--connect-timeout", "2", FAR]);
  assertEquals(code, 4, err);
  assertMatch(
    err,
    /^\[!\] Likely cause \(firewall\): what the peer answers is dropped or refused by nft f i, its policy; /m,
  );
  serving.kill("SIGKILL");
});
