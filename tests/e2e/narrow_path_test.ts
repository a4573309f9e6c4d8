/**
 * Paths of 1280 and of 1400 octets, with and without ICMP: both ways, both families, each `--link`, and our own TCP as the
 * server (RFC 1191, RFC 8201, RFC 4821).
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { digest, pattern, startHasher } from "./bulk.ts";
import { executables } from "./executables.ts";
import { nft, Path, PATH_ADDRESSES } from "./path.ts";
import { PORT } from "./upload.ts";

const { client, server } = await executables();

const OCTETS = 2_000_000;
const HASH = await digest(pattern(OCTETS));
const FAMILIES = ["IPv4", "IPv6"] as const;
const LINKS = ["auto", "raw", "packet"] as const;

/** The kernel as a sender needs seven seconds to find out about a black hole. */
const isFull = Deno.env.get("RAWTCP_E2E") === "full";

type Family = typeof FAMILIES[number];

/** A path whose router forwards packets of up to `mtu` octets both ways, and says so or not. Kernels at its ends probe. */
async function narrow(mtu: number, tells: boolean): Promise<Path> {
  const path = await Path.create();
  for (
    const [flag, device, net] of [
      ["-4", "near", "192.0.2.0/24"],
      ["-4", "far", "198.51.100.0/24"],
      ["-6", "near", "2001:db8:1::/64"],
      ["-6", "far", "2001:db8:2::/64"],
    ] as const
  ) {
    // IPv6 has the route of an interface at metric 256, and another metric makes another route.
    const metric = flag === "-6" ? ["metric", "256"] : [];
    const route = [net, "dev", device, "proto", "kernel", ...metric, "mtu", "lock", String(mtu)];
    await path.router.must(["ip", flag, "route", "replace", ...route]);
  }
  if (!tells) {
    await nft(
      path.router,
      `table inet t { chain c { type filter hook output priority 0;
         icmp type destination-unreachable drop; icmpv6 type packet-too-big drop; }; }`,
    );
  }
  for (const end of [path.near, path.far]) await end.must(["sysctl", "-qw", "net.ipv4.tcp_mtu_probing=1"]);
  return path;
}

/** One transfer over a narrow path. */
interface Transfer {
  readonly path: Path;
  readonly family: Family;
  readonly link: typeof LINKS[number];
  /** Of its own, for those that run at the same time. */
  readonly port: number;
}

/** All combinations of family and link. */
function transfers(path: Path): readonly Transfer[] {
  return FAMILIES.flatMap((family) =>
    LINKS.map((link, i): Transfer => ({ path, family, link, port: PORT + i }))
  );
}

/** What our client says while it sends {@link OCTETS}, all of which arrive. */
async function upload({ path, family, link, port }: Transfer): Promise<string> {
  const { far } = PATH_ADDRESSES[family];
  await using hasher = await startHasher(path.far, far, port, HASH);
  const command = [client, "-v", "--link", link, "--send-bytes", String(OCTETS), far, String(port)];
  const { code, out, err } = await path.near.run(command);
  assertEquals(code, 0, `${family} ${link}: ${err}`);
  assertEquals((await hasher.ended()).out, `correct ${OCTETS}\n`, `${family} ${link}`);
  return out + err;
}

/** Our client receives {@link OCTETS} from a server of that TCP, and says nothing of a path that it sends little over. */
async function download(stack: "kernel" | "rawtcp", { path, family, link, port }: Transfer): Promise<void> {
  const { far } = PATH_ADDRESSES[family];
  const serves = ["--mode", `source=${OCTETS}`, "--count", "1"];
  await using serving = path.far.start(
    [server, "--stack", stack, "--host", far, "--port", String(port), ...serves],
  );
  await serving.shows("istening");
  const command = [client, "-v", "--link", link, "--receive", "--hash", "sha256", far, String(port)];
  const { code, out, err } = await path.near.run(command);
  assertEquals(code, 0, `${family} ${link}: ${err}`);
  assertStringIncludes(out + err, HASH, `${family} ${link}`);
  assert(!/ICMP|black hole|longer packet/.test(err), err);
}

for (const mtu of [1_280, 1_400]) {
  Deno.test(`a path of ${mtu} octets whose router says so: both ways, both families, each link`, async () => {
    await using path = await narrow(mtu, true);
    for (const transfer of transfers(path)) {
      const { router } = PATH_ADDRESSES[transfer.family];
      const what = transfer.family === "IPv4" ? "fragmentation needed" : "packet too big";
      assertMatch(
        await upload(transfer),
        new RegExp(
          `ICMP "${what}" from ${router}, about our segment \\(seq=\\d+\\); ` +
            `it says that packets of up to ${mtu} bytes get through: going on with packets of ${mtu}`,
        ),
      );
      await download("kernel", transfer);
      for (const flag of ["-4", "-6"]) await path.far.must(["ip", flag, "route", "flush", "cache"]);
    }
    for (const family of FAMILIES) await download("rawtcp", { path, family, link: "auto", port: PORT });
  });

  Deno.test(`a path of ${mtu} octets whose router says nothing: uploads, both families, each link`, async () => {
    await using path = await narrow(mtu, false);
    for (const said of await Promise.all(transfers(path).map(upload))) {
      assertStringIncludes(
        said,
        "Small packets pass, those of 1500 octets do not: a router drops them without telling (PMTU black hole); going on with 1280",
      );
      const found = Number(
        /Probes have shown since that packets of (\d+) octets pass/.exec(said)?.[1] ?? 1_280,
      );
      assert(found <= mtu && found > mtu - 16, `${found} octets: ${said}`);
    }
  });

  Deno.test(`a path of ${mtu} octets whose router says nothing: our own TCP as the server, both families`, async () => {
    await using path = await narrow(mtu, false);
    await Promise.all(
      FAMILIES.map((family) => download("rawtcp", { path, family, link: "auto", port: PORT })),
    );
  });

  Deno.test({
    name:
      `a path of ${mtu} octets whose router says nothing: downloads from a kernel that probes, both families, each link`,
    ignore: mtu === 1_280 && !isFull,
    fn: async () => {
      await using path = await narrow(mtu, false);
      await Promise.all(transfers(path).map((transfer) => download("kernel", transfer)));
    },
  });
}
