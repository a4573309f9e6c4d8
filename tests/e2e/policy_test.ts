/** Rules of nftables on the client's host, on the router and on the peer's: what the client makes of them, by each way out. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { nft, Path, PATH_ADDRESSES } from "./path.ts";
import type { Result } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;

/** From exit_codes.ts. */
const [OK, REFUSED, TIMED_OUT, UNREACHABLE, RESET] = [0, 3, 4, 5, 6];

const FAMILIES = ["IPv4", "IPv6"] as const;
const LINKS = ["raw", "auto", "packet"] as const;

/** What this kernel is asked for, and rules that show whether it has it. */
const FEATURES = {
  "nftables reject":
    "chain c { type filter hook input priority 0; reject with icmpx type admin-prohibited; }",
  "nftables NAT": "chain c { type nat hook postrouting priority 100; masquerade; }",
  "connection tracking": "chain c { type filter hook input priority 0; ct original bytes > 1 drop; }",
} as const;

/** Those that it lacks. */
async function lacking(): Promise<ReadonlySet<keyof typeof FEATURES>> {
  await using network = await Network.create();
  const missing = new Set<keyof typeof FEATURES>();
  for (const [i, [name, chain]] of Object.entries(FEATURES).entries()) {
    const { code } = await network.run(["nft", "-f", "-"], { input: `table inet probe${i} { ${chain}; }\n` });
    if (code !== 0) missing.add(name as keyof typeof FEATURES);
  }
  return missing;
}

const missing = await lacking();

/** A test that needs something of the kernel; without it the test is ignored by the name of what is missing. */
function policyTest(name: string, needs: readonly (keyof typeof FEATURES)[], fn: () => Promise<void>): void {
  const without = needs.filter((feature) => missing.has(feature));
  const why = without.length === 0 ? "" : ` (ignored: this kernel has no ${without.join(", no ")})`;
  Deno.test({ name: name + why, ignore: without.length > 0, fn });
}

/** Runs the client against a server that takes everything. */
async function send(
  path: Path,
  address: string,
  options: readonly string[],
  rules: (path: Path) => Promise<void>,
): Promise<Result> {
  const { far } = path;
  const host = address.includes(":") ? "::" : "0.0.0.0";
  await using _serving = far.start([server, "-q", "--host", host, "--mode", "discard"]);
  await far.listens(PORT);
  await rules(path);
  return await path.near.run([client, "-v", ...options, address, String(PORT)]);
}

const table = (chain: string): string => `table inet rules { chain c { ${chain} }; }`;

/** Where rules stand, and the hook that what we send meets there. */
const PLACES = { "this host": "output", "the router": "forward", "the peer": "input" } as const;

/** What a SYN meets: verdict, exit code by place, and what is said by place. */
const VERDICTS: readonly {
  readonly verdict: string;
  readonly rule: string;
  readonly needs: readonly (keyof typeof FEATURES)[];
  readonly ends: Readonly<Record<keyof typeof PLACES, readonly [code: number, said: RegExp]>>;
}[] = [
  {
    verdict: "drops",
    rule: "drop",
    needs: [],
    ends: {
      "this host": [UNREACHABLE, /a rule of this host drops the packet \(firewall, IPsec or cgroup\)/],
      "the router": [TIMED_OUT, /no answer to [2-4] SYNs over [1-9]\.\d s/],
      "the peer": [TIMED_OUT, /no answer to [2-4] SYNs over [1-9]\.\d s/],
    },
  },
  {
    verdict: "rejects by RST",
    rule: "reject with tcp reset",
    needs: ["nftables reject"],
    ends: {
      "this host": [REFUSED, /RST answered our SYN/],
      "the router": [REFUSED, /RST answered our SYN/],
      "the peer": [REFUSED, /RST answered our SYN/],
    },
  },
  {
    verdict: "rejects by ICMP",
    rule: "reject with icmpx type admin-prohibited",
    needs: ["nftables reject"],
    ends: {
      "this host": [UNREACHABLE, /[Tt]his host's own "communication administratively prohibited"/],
      "the router": [UNREACHABLE, /ICMP "communication administratively prohibited" from ROUTER/],
      "the peer": [UNREACHABLE, /ICMP "communication administratively prohibited" from PEER/],
    },
  },
];

for (const family of FAMILIES) {
  const { router, far } = PATH_ADDRESSES[family];
  for (const { verdict, rule, needs, ends } of VERDICTS) {
    policyTest(
      `${family}: a firewall that ${verdict} a SYN, on this host, the router and the peer`,
      needs,
      async () => {
        await using path = await Path.create();
        const places = { "this host": path.near, "the router": path.router, "the peer": path.far };
        for (const [place, hook] of Object.entries(PLACES) as [keyof typeof PLACES, string][]) {
          const [code, said] = ends[place];
          const result = await send(path, far, ["--connect-timeout", "2"], async () => {
            await nft(
              places[place],
              table(`type filter hook ${hook} priority 0; tcp dport ${PORT} ${rule};`),
            );
          });
          await places[place].must(["nft", "flush", "ruleset"]);
          assertEquals(result.code, code, `${place}: ${result.err}`);
          const pattern = said.source.replace("ROUTER", router).replace("PEER", far);
          assertMatch(result.err, new RegExp(pattern), place);
        }
      },
    );
  }

  for (const link of LINKS) {
    const bulk = ["--link", link, "--send-bytes", "3M", "--timeout", "3"];
    const needs = ["connection tracking"] as const;
    policyTest(
      `${family}, --link ${link}: a router that drops from the millionth octet on is told as silence`,
      needs,
      async () => {
        await using path = await Path.create();
        const chain =
          `type filter hook forward priority 0; tcp dport ${PORT} ct original bytes > 1000000 drop;`;
        const { code, err } = await send(path, far, bulk, ({ router }) => nft(router, table(chain)));
        assertEquals(code, TIMED_OUT, err);
        assertMatch(err, /timed out: nothing has been acknowledged for [3-9] s/);
      },
    );

    policyTest(
      `${family}, --link ${link}: a router that resets from the millionth octet on is told by its TTL`,
      [
        ...needs,
        "nftables reject",
      ],
      async () => {
        await using path = await Path.create();
        const chain =
          `type filter hook forward priority 0; tcp dport ${PORT} ct original bytes > 1000000 reject with tcp reset;`;
        const { code, err } = await send(path, far, bulk, ({ router }) => nft(router, table(chain)));
        assertEquals(code, RESET, err);
        assertMatch(err, /reset by something on the way, by the look of it \(RST with (TTL|hop limit) 64/);
      },
    );

    policyTest(
      `${family}, --link ${link}: a router that masquerades, and one that sends us to another port`,
      [
        "nftables NAT",
      ],
      async () => {
        await using path = await Path.create();
        const { code, err } = await send(path, far, bulk, ({ router }) =>
          nft(
            router,
            `table inet nat {
             chain out { type nat hook postrouting priority 100; oifname far masquerade; };
             chain in { type nat hook prerouting priority -100; tcp dport 9999 redirect to :${PORT}; };
           }`,
          ));
        assertEquals(code, OK, err);
        const family4or6 = far.includes(":") ? "ip6" : "ip";
        const rule = `tcp dport 9999 dnat ${family4or6} to ${far.includes(":") ? `[${far}]` : far}:${PORT};`;
        await path.router.must(["nft", "flush", "ruleset"]);
        await nft(path.router, table(`type nat hook prerouting priority -100; ${rule}`));
        await using _serving = path.far.start([server, "-q", "--host", far, "--mode", "discard"]);
        await path.far.listens(PORT);
        const behind = await path.near.run([client, ...bulk, router, "9999"]);
        assertEquals(behind.code, OK, behind.err);
      },
    );

    policyTest(
      `${family}, --link ${link}: a peer that redirects to another port answers from the one that was asked`,
      [
        "nftables NAT",
      ],
      async () => {
        await using path = await Path.create();
        await nft(
          path.far,
          table(`type nat hook prerouting priority -100; tcp dport 9999 redirect to :${PORT};`),
        );
        await using _serving = path.far.start([server, "-q", "--host", far, "--mode", "discard"]);
        await path.far.listens(PORT);
        const { code, err } = await path.near.run([client, ...bulk, far, "9999"]);
        assertEquals(code, OK, err);
      },
    );
  }

  policyTest(
    `${family}: this host sends what goes to another address to the peer: the raw socket follows, the fast way is left`,
    [
      "nftables NAT",
    ],
    async () => {
      await using path = await Path.create();
      const [elsewhere, kind] = family === "IPv4" ? ["203.0.113.7", "ip"] : ["2001:db8:7::7", "ip6"];
      const rule = `${kind} daddr ${elsewhere} dnat ${kind} to ${far};`;
      const bulk = ["--send-bytes", "3M", "--timeout", "5"];
      const result = await send(
        path,
        elsewhere,
        bulk,
        ({ near }) => nft(near, table(`type nat hook output priority -100; ${rule}`)),
      );
      assertEquals(result.code, OK, result.err);
      assertStringIncludes(result.out, "packet sockets would go around netfilter (nft rules c)");
    },
  );
}

Deno.test("what rules of this host's have to do with the fast way is told for --link packet, too", async () => {
  await using path = await Path.create();
  const { far } = PATH_ADDRESSES.IPv4;
  const chain = "type filter hook output priority 0; counter;";
  const bulk = ["--link", "packet", "--send-bytes", "3M"];
  const { code, err } = await send(path, far, bulk, ({ near }) => nft(near, table(chain)));
  assertEquals(code, OK, err);
  assert(err.includes("Packet sockets go around this host's netfilter (nft rules c)"), err);
});
