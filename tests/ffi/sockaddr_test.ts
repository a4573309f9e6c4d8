/** Socket addresses as octets and as text. */

import { assertEquals, assertThrows } from "@std/assert";
import { cString, decodeSockaddr, encodeSockaddr } from "../../ffi/sockaddr.ts";
import {
  anyAddress,
  formatIp,
  formatSockaddr,
  isAnyAddress,
  loadWholeLibc,
  parseLiteral,
} from "../../ffi/mod.ts";
import { loopbackAddress } from "./loopback.ts";

loadWholeLibc();

Deno.test("an IPv4 socket address: family in host order, port and address in network order (struct sockaddr_in)", () => {
  const endpoint = { address: { family: 4, octets: new Uint8Array([192, 0, 2, 1]) }, port: 8888 } as const;
  const bytes = encodeSockaddr(endpoint);
  assertEquals([...bytes], [2, 0, 0x22, 0xb8, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(decodeSockaddr(bytes), endpoint);
});

Deno.test("an IPv6 socket address carries the scope in host order (struct sockaddr_in6)", () => {
  const octets = new Uint8Array(16).map((_, i) => i);
  const endpoint = { address: { family: 6, octets, scopeId: 0x102 }, port: 1 } as const;
  const bytes = encodeSockaddr(endpoint);
  assertEquals([...bytes], [10, 0, 0, 1, 0, 0, 0, 0, ...octets, 2, 1, 0, 0]);
  assertEquals(decodeSockaddr(bytes), endpoint);
  const global = { address: { family: 6, octets }, port: 65_535 } as const;
  assertEquals(decodeSockaddr(encodeSockaddr(global)), global);
});

Deno.test("reading copies, from any place in a buffer", () => {
  const bytes = new Uint8Array(40);
  bytes.set(encodeSockaddr({ address: loopbackAddress(4), port: 5 }), 3);
  const endpoint = decodeSockaddr(bytes.subarray(3));
  bytes.fill(0xff);
  assertEquals(endpoint, { address: loopbackAddress(4), port: 5 });
});

Deno.test("ports and address lengths that do not fit are refused", () => {
  const address = loopbackAddress(4);
  for (const port of [-1, 65_536, 1.5, NaN]) {
    assertThrows(() => encodeSockaddr({ address, port }), RangeError, "port");
  }
  const wrong = { family: 4, octets: new Uint8Array(16) } as const;
  assertThrows(() => encodeSockaddr({ address: wrong, port: 1 }), RangeError, "16 octets");
});

Deno.test("what is not an IP socket address is refused", () => {
  const bytes = encodeSockaddr({ address: loopbackAddress(6), port: 1 });
  assertThrows(() => decodeSockaddr(bytes.subarray(0, 27)), RangeError);
  assertThrows(() => decodeSockaddr(bytes.subarray(0, 1)), RangeError);
  assertThrows(() => decodeSockaddr(new Uint8Array(28)), RangeError, "family 0");
});

const LITERALS: readonly (readonly [string, string | undefined])[] = [
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["fe80::1%7", "fe80::1%7"],
  ["127.1", undefined],
  ["0x7f.0.0.1", undefined],
  ["256.0.0.1", undefined],
  ["localhost", undefined],
  ["", undefined],
  ["127.0.0.1%7", undefined],
  ["fe80::1%", undefined],
  ["fe80::1%no-such-interface", undefined],
  ["::1%1%2", undefined],
  ["127.0.0.1\0", undefined],
];

for (const [text, expected] of LITERALS) {
  Deno.test(`${JSON.stringify(text)} is ${expected === undefined ? "no address" : "an address"}`, () => {
    const address = parseLiteral(text);
    assertEquals(address === undefined ? undefined : formatIp(address), expected);
  });
}

Deno.test("endpoints as text bracket IPv6 (RFC 3986 3.2.2)", () => {
  assertEquals(formatSockaddr({ address: loopbackAddress(4), port: 80 }), "127.0.0.1:80");
  assertEquals(formatSockaddr({ address: loopbackAddress(6), port: 80 }), "[::1]:80");
});

Deno.test("any address is all zero", () => {
  for (const family of [4, 6] as const) {
    assertEquals(isAnyAddress(anyAddress(family)), true);
    assertEquals(isAnyAddress(loopbackAddress(family)), false);
  }
});

Deno.test("a C string ends with zero and holds no other", () => {
  assertEquals([...cString("é")], [0xc3, 0xa9, 0]);
  assertThrows(() => cString("a\0b"), RangeError);
});
