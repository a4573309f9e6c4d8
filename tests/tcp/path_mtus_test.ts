/** What is remembered of paths: for a while, and of so many hosts (RFC 1191 5, 6.3). */

import { assertEquals } from "@std/assert";
import { type IpAddress, parseAddress } from "../../tcp/base/address.ts";
import { PathMtus } from "../../tcp/host/path_mtus.ts";
import { after, instant, seconds } from "../../tcp/base/units.ts";

const START = instant(seconds(1));
const HOST = parseAddress("192.0.2.1");

function hostNumber(i: number): IpAddress {
  return parseAddress(`10.0.${i >> 8}.${i & 255}`);
}

Deno.test("of a host of which nothing was said nothing is known", () => {
  const paths = new PathMtus();
  assertEquals(paths.at(HOST, START), Infinity);
  paths.learn(HOST, 1_200, START);
  assertEquals(paths.at(parseAddress("192.0.2.2"), START), Infinity);
  assertEquals(paths.at(parseAddress("2001:db8::1"), START), Infinity);
});

Deno.test("a smaller path is believed for ten minutes from when it was last heard of (RFC 1191 6.3)", () => {
  const paths = new PathMtus();
  paths.learn(HOST, 1_200, START);
  assertEquals(paths.at(HOST, after(START, seconds(599))), 1_200);
  assertEquals(paths.at(HOST, after(START, seconds(600))), Infinity);
  paths.learn(HOST, 1_100, after(START, seconds(500)));
  assertEquals(paths.at(HOST, after(START, seconds(1_000))), 1_100);
});

Deno.test("only so many hosts are remembered, and of more the longest unheard of are forgotten (RFC 5927 7)", () => {
  const paths = new PathMtus();
  for (let i = 0; i < 1_024; i++) paths.learn(hostNumber(i), 1_000, START);
  paths.learn(hostNumber(0), 1_000, START);
  paths.learn(HOST, 1_200, START);
  const known = Array.from({ length: 1_024 }, (_, i) => paths.at(hostNumber(i), START));
  assertEquals(known.map((mtu, i) => mtu === Infinity ? i : -1).filter((i) => i >= 0), [1]);
  assertEquals(paths.at(HOST, START), 1_200);
});
