/**
 * A path that changes in mid-transfer: rules of the router's and the peer's, hardware addresses, links that go and come. The transfer
 * goes on or ends with what is the matter, never later than `--timeout` says.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { digest, pattern } from "./bulk.ts";
import { executables } from "./executables.ts";
import { nft, Path, PATH_ADDRESSES } from "./path.ts";
import { pause } from "./process.ts";
import { PORT } from "./upload.ts";

const { client, server } = await executables();
const OCTETS = 4_000_000;
const HASH = await digest(pattern(OCTETS));
/** Until the path has changed, however long that takes a busy machine, all of it would take 8 s; then it is soon over. */
const [SLOW, FAST] = ["4mbit", "30mbit"];
const FAMILIES = ["IPv4", "IPv6"] as const;
const SECOND = 1_000;

/** From exit_codes.ts. */
const [OK, TIMED_OUT, RESET] = [0, 4, 6];

/** How a transfer ends. */
interface End {
  readonly code: number;
  /** ROUTER, PEER and OWN stand for addresses. */
  readonly says: RegExp;
}

/** What happens to the path, and how an upload and a download end then. */
interface Change {
  readonly what: string;
  readonly happens: (path: Path) => Promise<void>;
  readonly up: End;
  readonly down: End;
}

const GOES_ON: End = { code: OK, says: /Connection closed/ };
const UNACKNOWLEDGED: End = {
  code: TIMED_OUT,
  says: /timed out: nothing has been acknowledged for [2-9] s/,
};

/** A rule about what goes to the server. */
function rule(place: "router" | "far", verdict: string): (path: Path) => Promise<void> {
  const hook = place === "router" ? "forward" : "input";
  return (path) =>
    nft(
      path[place],
      `table inet t { chain c { type filter hook ${hook} priority 0; tcp dport ${PORT} ${verdict}; }; }`,
    );
}

function both(end: End): Pick<Change, "up" | "down"> {
  return { up: end, down: end };
}

const CHANGES: readonly Change[] = [
  {
    what: "the router drops what goes to the server",
    happens: rule("router", "drop"),
    up: UNACKNOWLEDGED,
    down: { code: TIMED_OUT, says: /timed out: nothing new has come from the peer for [2-9] s/ },
  },
  {
    what: "the router resets what goes to the server",
    happens: rule("router", "reject with tcp reset"),
    ...both({ code: RESET, says: /reset by something on the way, by the look of it \(RST with .* 64/ }),
  },
  {
    what: "the router refuses what goes to the server",
    happens: rule("router", "reject with icmpx type admin-prohibited"),
    ...both({
      code: TIMED_OUT,
      says: /meanwhile: ICMP "communication administratively prohibited" from ROUTER/,
    }),
  },
  {
    what: "the peer drops what comes to it",
    happens: rule("far", "drop"),
    up: UNACKNOWLEDGED,
    down: { code: TIMED_OUT, says: /timed out: nothing new has come from the peer for [2-9] s/ },
  },
  {
    what: "the peer resets what comes to it",
    happens: rule("far", "reject with tcp reset"),
    ...both({ code: RESET, says: /reset by the peer, or by something on the way that looks the same/ }),
  },
  {
    what: "the peer refuses what comes to it",
    happens: rule("far", "reject with icmpx type port-unreachable"),
    ...both({ code: TIMED_OUT, says: /meanwhile: ICMP "port unreachable" from PEER/ }),
  },
  {
    what: "the gateway has another hardware address, which this host has learned",
    happens: async ({ near, router }) => {
      const address = "02:00:00:00:00:55";
      await router.must(["ip", "link", "set", "near", "address", address]);
      for (const family of FAMILIES) {
        const entry = [PATH_ADDRESSES[family].router, "lladdr", address, "dev", "cable"];
        await near.must(["ip", "neighbour", "replace", ...entry]);
      }
    },
    ...both(GOES_ON),
  },
  {
    what: "the gateway has another hardware address, which nobody tells this host",
    happens: async ({ near, router }) => {
      const settings = ["ipv4", "ipv6"].map((family) => `net.${family}.neigh.cable.retrans_time_ms=200`);
      await near.must(["sysctl", "-qw", ...settings]);
      await router.must(["ip", "link", "set", "near", "address", "02:00:00:00:00:55"]);
    },
    ...both(GOES_ON),
  },
  {
    what: "nothing is up at the other end of this host's cable any more",
    happens: ({ router }) => router.must(["ip", "link", "set", "near", "down"]).then(() => {}),
    ...both({
      code: TIMED_OUT,
      says: /Likely cause \(route\): cable, by which PEER is reached, has no carrier/,
    }),
  },
  {
    what: "this host loses the address that its packets come from",
    happens: async ({ near }) => {
      for (const family of FAMILIES) {
        const { near: address } = PATH_ADDRESSES[family];
        await near.must([
          "ip",
          "address",
          "del",
          `${address}/${family === "IPv4" ? 24 : 64}`,
          "dev",
          "cable",
        ]);
      }
    },
    ...both({
      code: TIMED_OUT,
      says:
        /meanwhile: system call bind .* does not belong to this host\n[^]*Likely cause \(source address\): packets cannot come from OWN: the address does not belong/,
    }),
  },
  {
    what: "this host has no route to the server for a second and a half, and what waits goes on at once",
    happens: async ({ near }) => {
      for (const family of ["-4", "-6"]) {
        await near.must(["ip", family, "route", "replace", "unreachable", "default"]);
      }
      await pause(1.5 * SECOND);
      for (
        const [family, { router }] of [["-4", PATH_ADDRESSES.IPv4], ["-6", PATH_ADDRESSES.IPv6]] as const
      ) {
        await near.must(["ip", family, "route", "del", "unreachable", "default"]);
        await near.must(["ip", family, "route", "replace", "default", "via", router]);
      }
    },
    up: { code: OK, says: /There is another way out of this host now/ },
    down: GOES_ON,
  },
  {
    what: "the peer's link is down for a second",
    happens: async ({ far }) => {
      await far.must(["ip", "link", "set", "cable", "down"]);
      await pause(SECOND);
      await far.must(["ip", "link", "set", "cable", "up"]);
      const { far: address } = PATH_ADDRESSES.IPv6;
      await far.must(["ip", "address", "add", `${address}/64`, "dev", "cable", "nodad"]);
      await far.must(["ip", "-6", "route", "add", "default", "via", "2001:db8:2::fe"]);
      await far.must(["ip", "route", "add", "default", "via", "198.51.100.254"]);
    },
    ...both(GOES_ON),
  },
];

/** Has either end send at that rate. */
async function limit({ near, far }: Path, rate: string): Promise<void> {
  for (const end of [near, far]) {
    const shape = ["tbf", "rate", rate, "burst", "64k", "latency", "100ms"];
    await end.must(["tc", "qdisc", "replace", "dev", "cable", "root", ...shape]);
  }
}

/** One transfer by the client's default link, in the middle of which the path changes. */
async function transfer(family: typeof FAMILIES[number], change: Change, way: "up" | "down"): Promise<void> {
  const { far, near, router } = PATH_ADDRESSES[family];
  await using path = await Path.create();
  await limit(path, SLOW);
  const mode = way === "up" ? "discard" : `source=${OCTETS}`;
  await using _serving = path.far.start([server, "-q", "--host", far, "--mode", mode]);
  await path.far.listens(PORT);
  const job = way === "up" ? ["--send-bytes", String(OCTETS)] : ["--receive", "--hash", "sha256"];
  const patience = change[way].code === OK ? "10" : "2";
  await using program = path.near.start([client, "-v", "--timeout", patience, ...job, far, String(PORT)]);
  await program.shows("established");
  await pause(SECOND / 4);
  await change.happens(path);
  await limit(path, FAST);
  const { code, out, err } = await program.ended();
  const told = `${family} ${way}: ${out}${err}`;
  assertEquals(code, change[way].code, told);
  const says = change[way].says.source.replace("ROUTER", router).replace("PEER", far).replace("OWN", near);
  assertMatch(told, new RegExp(says));
  if (way === "down" && code === OK) assertStringIncludes(told, HASH);
}

for (const change of CHANGES) {
  Deno.test(`in mid-transfer ${change.what}: both ways, both families`, async () => {
    const ways = ["up", "down"] as const;
    await Promise.all(
      FAMILIES.flatMap((family) => ways.map((way) => transfer(family, change, way))),
    );
  });
}
