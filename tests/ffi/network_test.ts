/** Routes, interfaces, names, ICMP errors and namespaces. */

import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { wallClockMicros } from "../../ffi/clocks.ts";
import { IPPROTO_ICMP, IPPROTO_ICMPV6, MAX_IP_PACKET, MSG_DONTWAIT, SOCK_RAW } from "../../ffi/constants.ts";
import { check } from "../../ffi/errno.ts";
import { openSocket } from "../../ffi/file_descriptor.ts";
import { NetlinkChanges } from "../../ffi/netlink.ts";
import { encodeSockaddr } from "../../ffi/sockaddr.ts";
import {
  bringUp,
  type Endpoint,
  formatIp,
  hostRules,
  IcmpSocket,
  interfaceMtu,
  interfaceOf,
  loadLibc,
  loadWholeLibc,
  parseLiteral,
  readInterface,
  resolve,
  ResolveError,
  routeTo,
  setInterfaceMtu,
  sourceAddressFor,
  StreamListener,
  SystemError,
} from "../../ffi/mod.ts";
import { ACK, buildPacket, connectBlocking, kernelTests, openDescriptors, untilReadable } from "./support.ts";
import { loopbackAddress } from "./loopback.ts";
import { PrivateNetwork } from "./private_network.ts";

const kernelTest = kernelTests();

/** No packet waits that long here, microseconds. */
const LONG_AGO = 10_000_000;
loadWholeLibc();

function address(text: string): Endpoint["address"] {
  const parsed = parseLiteral(text);
  if (parsed === undefined) throw new Error(`Not an address: ${text}`);
  return parsed;
}

kernelTest("the route to this host is from itself, with the loopback's MTU", () => {
  for (const family of [4, 6] as const) {
    const lo = loopbackAddress(family);
    const { source, gateway, mtu } = routeTo({ destination: lo });
    assertEquals([source, gateway, mtu], [lo, null, MAX_IP_PACKET]);
    assertEquals(sourceAddressFor(lo), lo);
  }
  assertEquals(
    formatIp(routeTo({ destination: address("127.0.0.1"), source: address("127.0.0.3") }).source),
    "127.0.0.3",
  );
});

kernelTest("where there is no route the error says so", () => {
  const error = assertThrows(() => sourceAddressFor(address("192.0.2.1")), SystemError);
  assertEquals([error.call, error.errnoName], ["rtnetlink RTM_GETROUTE", "ENETUNREACH"]);
  assert(error.message.includes("192.0.2.1"), error.message);
});

kernelTest("an interface is found by its address, and changed by its name", () => {
  const lo = { name: "lo", index: 1, mtu: 65_536, up: true, loopback: true };
  assertEquals(interfaceOf(loopbackAddress(4)), lo);
  assertEquals(interfaceOf(loopbackAddress(6)), lo);
  assertEquals(interfaceOf(address("192.0.2.1")), undefined);
  assertEquals(interfaceMtu(address("192.0.2.1")), 1500);
  setInterfaceMtu("lo", 9000);
  assertEquals([readInterface("lo").mtu, routeTo({ destination: loopbackAddress(4) }).mtu], [9000, 9000]);
  setInterfaceMtu("lo", 65_536);
});

kernelTest("interfaces that do not exist, and names too long, are refused", () => {
  assertEquals(assertThrows(() => bringUp("none0"), SystemError).errnoName, "ENODEV");
  assertThrows(() => bringUp("sixteen-octets-x"), RangeError, "sixteen-octets-x");
});

kernelTest("a private network is empty, and leaving it leads back", () => {
  using listener = StreamListener.open({ address: loopbackAddress(4), port: 0 });
  const before = openDescriptors();
  const network = PrivateNetwork.enter();
  assertEquals(readInterface("lo").up, true);
  const refused = assertThrows(() => connectBlocking(listener.local, 1000), SystemError);
  assertEquals(refused.errnoName, "ECONNREFUSED");
  network[Symbol.dispose]();
  network[Symbol.dispose]();
  using back = connectBlocking(listener.local, 1000);
  back.abort();
  back[Symbol.dispose]();
  assertEquals(openDescriptors(), before);
});

kernelTest(
  "where nobody has made any there is no IPsec policy and no route that encapsulates, for any way or family",
  () => {
    for (const family of [4, 6] as const) {
      const address = loopbackAddress(family);
      const flow = { destination: address, source: address, sourcePort: 4_000, destinationPort: 80, dscp: 0 };
      for (const direction of ["in", "out"] as const) {
        // Old kernels have tables of iptables in every network.
        assertEquals(/IPsec|encapsulates|not see/.exec(hostRules(flow, direction) ?? ""), null);
      }
    }
  },
);

kernelTest("changes of a network's routing say nothing to a thread that has moved to another one", () => {
  using changes = NetlinkChanges.open("routing");
  assertEquals(changes.isHere, true);
  const network = PrivateNetwork.enter();
  assertEquals(changes.isHere, false);
  network[Symbol.dispose]();
  assertEquals(changes.isHere, true);
});

for (const family of [4, 6] as const) {
  kernelTest(`an ICMP error that quotes our segment arrives, others do not (IPv${family})`, () => {
    const end = (port: number): Endpoint => ({ address: loopbackAddress(family), port });
    using icmp = IcmpSocket.open(family, 1000);
    using sender = openSocket(
      "socket SOCK_RAW",
      family,
      SOCK_RAW,
      family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
    );
    const to = encodeSockaddr(end(0));
    const report = (type: number, localPort: number): void => {
      const message = new Uint8Array(128);
      const length = 8 +
        buildPacket(message.subarray(8), end(localPort), end(80), { sequence: type, flags: ACK });
      message[0] = type;
      message[1] = 1;
      let sum = 0; // RFC 1071; the kernel does it for ICMPv6
      for (let i = 0; i < length; i += 2) sum += (message[i] ?? 0) << 8 | (message[i + 1] ?? 0);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
      if (family === 4) message.set([~sum >> 8 & 0xff, ~sum & 0xff], 2);
      const [data, peer] = [Deno.UnsafePointer.of(message), Deno.UnsafePointer.of(to)];
      check("sendto", loadLibc().sendto(sender.number, data, BigInt(length), MSG_DONTWAIT, peer, to.length));
    };
    const unreachable = family === 4 ? 3 : 1;
    report(unreachable, 999);
    report(family === 4 ? 8 : 128, 1000); // an echo request that pretends to quote
    report(unreachable, 1000);
    untilReadable(icmp.descriptor);
    const length = icmp.receive();
    assertEquals(length, family === 4 ? 68 : 68);
    const start = family === 4 ? 20 : 0;
    assertEquals([...icmp.inbound.subarray(start, start + 2)], [unreachable, 1]);
    const age = wallClockMicros() - icmp.inboundStamp;
    assert(age >= 0 && age < LONG_AGO, `stamped ${age} µs ago`);
    assertEquals(icmp.receive(), 0);
    icmp[Symbol.dispose]();
    icmp[Symbol.dispose]();
  });
}

Deno.test("localhost is found, each address once, and by family", async () => {
  const all = (await resolve("localhost")).map(formatIp);
  assert(all.includes("127.0.0.1") || all.includes("::1"), all.join());
  assertEquals(new Set(all).size, all.length);
  if (all.includes("127.0.0.1")) assertEquals((await resolve("localhost", 4)).map(formatIp), ["127.0.0.1"]);
});

Deno.test("an address is its own answer; of the other family there is none", async () => {
  assertEquals((await resolve("192.0.2.1")).map(formatIp), ["192.0.2.1"]);
  assertEquals((await resolve("2001:db8::1", 6)).map(formatIp), ["2001:db8::1"]);
  const error = await assertRejects(() => resolve("::1", 4), ResolveError);
  assertEquals([error.host, error.code], ["::1", "EAI_FAMILY"]);
  assertEquals(error.message, 'Cannot resolve "::1": it is no IPv4 address (EAI_FAMILY)');
});

Deno.test("a link-local address behind an interface that there is not names the interface", async () => {
  const { message, code } = await assertRejects(() => resolve("fe80::1%nosuch0"), ResolveError);
  assertEquals(code, "EAI_NONAME");
  assertStringIncludes(message, 'there is no interface "nosuch0"');
  const other = await assertRejects(() => resolve("fe80::zz%nosuch0"), ResolveError);
  assertEquals(other.reason, "unknown host");
});

Deno.test("a name that cannot be is an unknown host", async () => {
  for (const host of ["", "a\0b", `${"x".repeat(64)}.invalid`]) {
    const error = await assertRejects(() => resolve(host), ResolveError);
    assertEquals([error.host, error.code, error.reason], [host, "EAI_NONAME", "unknown host"]);
    assertEquals(error.message, `Cannot resolve "${host}": unknown host (EAI_NONAME)`);
  }
});
