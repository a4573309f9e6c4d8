/** What the network says about our segments, on a real path with a router: who, what, about which segment. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executables } from "./executables.ts";
import { nft, Path, PATH_ADDRESSES } from "./path.ts";

const { client, server } = await executables();
const PORT = "8888";

/** From exit_codes.ts. */
const [REFUSED, TIMED_OUT, UNREACHABLE, RESET] = [3, 4, 5, 6];

/** A table that answers each segment to the port so. */
const rejecting = (hook: string, how: string): string =>
  `table inet t { chain c { type filter hook ${hook} priority 0; tcp dport ${PORT} ${how}; }; }`;

for (const family of ["IPv4", "IPv6"] as const) {
  const { router, far, absentNear, absentFar } = PATH_ADDRESSES[family];
  const isIpv4 = family === "IPv4";

  Deno.test(`${family}: a router that prohibits is named with its words, once, in every output (RFC 1812 5.2.7.1, RFC 4443 3.1)`, async () => {
    await using path = await Path.create();
    await nft(path.router, rejecting("forward", "reject with icmpx type admin-prohibited"));
    const said = `ICMP "communication administratively prohibited" from ${router}`;
    const told = await path.near.run([client, "--isn", "1000", "--trace", "--stats", "--ladder", far, PORT]);
    assertEquals(told.code, UNREACHABLE, told.err);
    assertEquals(told.err.split(`[!] ${said}, about our SYN (seq=1000)`).length, 2, told.err);
    assertStringIncludes(told.err, `? ${said}, about 0: `);
    assertStringIncludes(told.err, `  reported    ${said} `);
    assertStringIncludes(told.out, said, "the ladder");
    assertStringIncludes(told.err, `Cannot reach ${isIpv4 ? far : `[${far}]`}:${PORT}: ${said}`);
    const { out } = await path.near.run([client, "--json", far, PORT]);
    const events = out.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    const { icmp, quoted } = events.find(({ kind }) => kind === "icmp");
    assertEquals([icmp.name, icmp.reporter, quoted], [
      "communication administratively prohibited",
      router,
      0,
    ]);
  });

  Deno.test(`${family}: a router without a way to the peer's host is told as the one who says so`, async () => {
    await using path = await Path.create();
    const { code, err } = await path.near.run([client, absentFar, PORT]);
    assertEquals(code, UNREACHABLE, err);
    assertStringIncludes(err, `ICMP "${isIpv4 ? "host" : "address"} unreachable" from ${router}`);
  });

  Deno.test(`${family}: a neighbour that does not answer is this host's own finding, and not ICMP`, async () => {
    await using path = await Path.create();
    const { code, err } = await path.near.run([client, absentNear, PORT]);
    assertEquals(code, UNREACHABLE, err);
    assertStringIncludes(
      err,
      `: no answer to ${isIpv4 ? "ARP" : "neighbour discovery"} from ${absentNear}`,
    );
    assertEquals(err.includes("ICMP"), false, err);
  });

  Deno.test(`${family}: what this host's own firewall rejects is told as this host's own word`, async () => {
    await using path = await Path.create();
    await nft(path.near, rejecting("output", "reject with icmpx type admin-prohibited"));
    const { code, err } = await path.near.run([client, far, PORT]);
    assertEquals(code, UNREACHABLE, err);
    assertStringIncludes(err, `This host's own "communication administratively prohibited", about our SYN`);
    assertStringIncludes(err, "a rule of this host drops the packet (firewall, IPsec or cgroup)");
  });

  Deno.test(`${family}: a packet that dies on the way is told with the router where it did`, async () => {
    await using path = await Path.create();
    const command = [client, "--ttl", "1", "--connect-timeout", "2", far, PORT];
    const { code, err } = await path.near.run(command);
    assertEquals(code, TIMED_OUT, err);
    const what = isIpv4 ? "TTL expired on the way" : "hop limit expired on the way";
    const said = `no answer to [2-4] SYNs over [1-9]\\.\\d s \\(ICMP "${what}" from ${router}\\)`;
    assertMatch(err, new RegExp(said));
  });

  Deno.test(`${family}: a smaller link is told with its router, the quoted segment and the new MTU`, async () => {
    await using path = await Path.create();
    const MTU = 1_400;
    await path.router.must(["ip", "link", "set", "far", "mtu", String(MTU)]);
    await using _serving = path.far.start([server, "-q", "--host", far, "--mode", "discard"]);
    await path.far.listens(Number(PORT));
    const command = [client, "--trace", "--send-bytes", "100K", far, PORT];
    const { code, err } = await path.near.run(command);
    assertEquals(code, 0, err);
    const what = isIpv4 ? "fragmentation needed" : "packet too big";
    assertStringIncludes(err, `ICMP "${what}" from ${router}, about our segment (seq=`);
    assertStringIncludes(
      err,
      `; it says that packets of up to ${MTU} bytes get through: going on with packets of ${MTU}`,
    );
    assertStringIncludes(
      err,
      `ICMP "${what}" from ${router}, about 1, MTU ${MTU}: path takes smaller packets`,
    );
  });

  Deno.test(`${family}: a RST of a router in the peer's name is told by its TTL, live and from the capture`, async () => {
    await using path = await Path.create();
    await using _serving = path.far.start([server, "-q", "--host", far, "--mode", "discard"]);
    await path.far.listens(Number(PORT));
    // From the 20th kilobyte on the router answers for the peer; it is nearer than that by itself
    await nft(
      path.router,
      `table inet t { chain c { type filter hook forward priority 0;
         tcp dport ${PORT} ct original bytes > 20000 reject with tcp reset; }; }`,
    );
    const file = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".pcapng" });
    const command = [client, "--pcap", file, "--force", "--explain", "--send-bytes", "1M", far, PORT];
    const { code, err } = await path.near.run(command);
    assertEquals(code, RESET, err);
    const field = isIpv4 ? "TTL" : "hop limit";
    const evidence = `RST with ${field} 64, all segments of the peer's before it had 63`;
    assertStringIncludes(err, `reset by something on the way, by the look of it (${evidence})`);
    const told = `RST with ${field} 64, where all segments of the peer's before it had 63: something`;
    assertStringIncludes(err.replaceAll(/\s+/g, " "), told);
    const read = await path.near.run([client, "--read", file, "--explain"]);
    assertStringIncludes((read.out + read.err).replaceAll(/\s+/g, " "), told);
    await Deno.remove(file);
  });

  Deno.test(`${family}: a refusal with nothing to compare with is nobody's in particular`, async () => {
    await using path = await Path.create();
    await nft(path.router, rejecting("forward", "reject with tcp reset"));
    const { code, err } = await path.near.run([client, far, PORT]);
    assertEquals(code, REFUSED, err);
    assertStringIncludes(err, "as when nobody listens on that port or a firewall refuses it");
  });
}
