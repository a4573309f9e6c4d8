/** What is remembered of paths: for a while, and of so many hosts (RFC 1191 5, 6.3). */

import { assert, assertEquals } from "@std/assert";
import { Network } from "../../lab/network.ts";
import type { Link } from "../../lab/link.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { type IpAddress, parseAddress } from "../../tcp/base/address.ts";
import { PathMtus } from "../../tcp/host/path_mtus.ts";
import { after, instant, milliseconds, seconds } from "../../tcp/base/units.ts";

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

const CLIENT = "192.0.2.1";
const SERVER = "198.51.100.7";
const MUCH = 300_000;

/** Two hosts and the link to the server, which drops packets of more than so many octets without telling. */
function acrossBlackHole(
  mtu: number,
): { readonly upload: () => Connection; readonly network: Network; readonly link: Link } {
  const network = new Network();
  const client = network.addHost(CLIENT);
  const server = network.addHost(SERVER);
  const link = network.join(client, server, { mtu, tellsTooBig: false }, {}).forth;
  const listener = server.listen({ port: 80 });
  const remote = { address: parseAddress(SERVER), port: 80 };
  const upload = (): Connection => {
    const sender = client.connect({ remote }, network.now);
    let sent = 0;
    const isDone = (): boolean => {
      if (sender.state === "ESTABLISHED" && sent < MUCH) {
        sent += sender.send(new Uint8Array(MUCH - sent), network.now);
      }
      return sender.octetsAcknowledged >= MUCH;
    };
    let receiver: Connection | null = null;
    while (!isDone()) {
      receiver ??= listener.accept();
      receiver?.receive(new Uint8Array(MUCH), network.now);
      assert(network.step());
    }
    return sender;
  };
  return { upload, network, link };
}

Deno.test("what probing found of a path, the next connection to the same host begins with (RFC 4821 5.2, RFC 8899 5.1.1)", () => {
  const { upload, network } = acrossBlackHole(1_400);
  const first = upload();
  assert(first.pathMtu > 1_380 && first.pathMtu <= 1_400, String(first.pathMtu));
  const { now } = network;
  const second = upload();
  assertEquals(second.pathMtu, first.pathMtu);
  assert(network.now < after(now, seconds(1)), "nothing had to be lost again");
});

Deno.test("after ten minutes it is forgotten, and found anew", () => {
  const { upload, network } = acrossBlackHole(1_400);
  const { pathMtu } = upload();
  const later = after(network.now, seconds(600));
  while (network.step(later));
  const second = upload();
  assertEquals(second.pathMtu, pathMtu);
  assert(network.now > after(later, seconds(1)), "long packets were tried first");
});

Deno.test("a path that was only interrupted takes long packets from the next connection", () => {
  const { upload, network, link } = acrossBlackHole(1_500);
  network.at(after(network.now, milliseconds(50)), () => link.change({ loss: 1 }));
  network.at(after(network.now, seconds(5)), () => link.change({ loss: 0 }));
  assertEquals(upload().pathMtu, 1_500);
  assert(network.now > seconds(5));
  assertEquals(upload().pathMtu, 1_500);
});
