import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Endpoint, parseAddress } from "../../tcp/base/address.ts";
import { EndpointHash, HashUse } from "../../tcp/host/siphash.ts";
import { DYNAMIC_PORTS, PortSelector } from "../../tcp/host/ports.ts";

const SECRET = Uint8Array.from({ length: 16 }, (_, i) => 7 * i);
const LOCAL = parseAddress("192.0.2.1");
const REMOTE: Endpoint = { address: parseAddress("198.51.100.7"), port: 443 };
const always = (): boolean => true;

Deno.test("a destination gets every port of the range once before one comes again (RFC 6056 3.3.4)", () => {
  const range = { first: 1_000, last: 1_049 };
  const ports = new PortSelector(SECRET);
  const chosen = Array.from({ length: 100 }, () => ports.choose(LOCAL, REMOTE, always, range) ?? 0);
  assertEquals(
    chosen.slice(0, 50).toSorted((a, b) => a - b),
    Array.from({ length: 50 }, (_, i) => 1_000 + i),
  );
  assertEquals(chosen.slice(50), chosen.slice(0, 50));
});

const OTHER_PORTS = { first: 32_768, last: 60_999 };

Deno.test("ports lie in the range, by default the dynamic ports", () => {
  const ports = new PortSelector(SECRET);
  for (let i = 0; i < 300; i++) {
    const remote = { ...REMOTE, port: i };
    const dynamic = ports.choose(LOCAL, remote, always) ?? 0;
    const other = ports.choose(LOCAL, remote, always, OTHER_PORTS) ?? 0;
    assert(dynamic >= DYNAMIC_PORTS.first && dynamic <= DYNAMIC_PORTS.last);
    assert(other >= OTHER_PORTS.first && other <= OTHER_PORTS.last);
  }
});

Deno.test("ports in use are passed over, and null says that all are", () => {
  const range = { first: 2_000, last: 2_009 };
  const ports = new PortSelector(SECRET);
  for (let i = 0; i < 20; i++) {
    assertEquals(ports.choose(LOCAL, REMOTE, (port) => port === 2_004, range), 2_004);
  }
  let asked = 0;
  const none = ports.choose(LOCAL, REMOTE, () => {
    asked++;
    return false;
  }, range);
  assertEquals([none, asked], [null, 10]);
});

Deno.test("a range of one port is that port", () => {
  const ports = new PortSelector(SECRET);
  assertEquals(ports.choose(LOCAL, REMOTE, always, { first: 5_000, last: 5_000 }), 5_000);
});

Deno.test("destinations and secrets begin at places of their own (RFC 6056 3.3.4)", () => {
  const first = new PortSelector(SECRET);
  const other = new PortSelector(SECRET.toReversed());
  assertNotEquals(first.choose(LOCAL, REMOTE, always), other.choose(LOCAL, REMOTE, always));
  const starts = new Set<number | null>();
  for (let i = 0; i < 200; i++) starts.add(first.choose(LOCAL, { ...REMOTE, port: i }, always));
  // 200 draws out of 16,384 ports: one or two of them twice, hardly ever ten.
  assert(starts.size > 190, `${starts.size} different ports`);
});

Deno.test("what one destination takes hardly moves another: they have counters apart", () => {
  const ports = new PortSelector(SECRET);
  const others = Array.from({ length: 20 }, (_, i) => ({ ...REMOTE, port: 1_000 + i }));
  const before = others.map((remote) => ports.choose(LOCAL, remote, always) ?? 0);
  for (let i = 0; i < 500; i++) ports.choose(LOCAL, REMOTE, always);
  const after = others.map((remote) => ports.choose(LOCAL, remote, always) ?? 0);
  const moved = others.filter((_, i) => after[i] !== before[i]! + 1).length;
  assert(moved <= 1, `${moved} of 20 moved`);
});

Deno.test("the range is that of RFC 6335 6", () => {
  assertEquals(DYNAMIC_PORTS, { first: 49_152, last: 65_535 });
});

Deno.test("the counters do not begin at 0, where the hash alone would tell the port (RFC 6056 3.3.4)", () => {
  const ports = new PortSelector(SECRET);
  const hash = new EndpointHash(SECRET, HashUse.portOffset);
  const range = { first: 0, last: 65_535 };
  let told = 0;
  for (let port = 0; port < 100; port++) {
    const remote = { ...REMOTE, port };
    hash.hash({ address: LOCAL, port: 0 }, remote);
    if (ports.choose(LOCAL, remote, always, range) === (hash.low & 0xffff)) told++;
  }
  assert(told <= 1, `${told} of 100`);
});

Deno.test("no two uses of the hash share their values", () => {
  assertEquals(new Set(Object.values(HashUse)).size, Object.keys(HashUse).length);
  const values = Object.values(HashUse).map((use) => {
    const hash = new EndpointHash(SECRET, use);
    hash.hash(REMOTE, REMOTE);
    return hash.low;
  });
  assertEquals(new Set(values).size, values.length);
});

Deno.test("IPv6 destinations get ports too", () => {
  const ports = new PortSelector(SECRET);
  const remote = { address: parseAddress("2001:db8::2"), port: 80 };
  assert(ports.choose(parseAddress("2001:db8::1"), remote, always) !== null);
});
