import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  addressEquals,
  addressFromOctets,
  formatAddress,
  formatEndpoint,
  isAddressText,
  isUnicast,
  octetsMatch,
  parseAddress,
} from "../../tcp/base/address.ts";

Deno.test("a connection may only have the address of one host at its ends (MUST-46, MUST-57, MUST-63)", () => {
  const rows: [address: string, isOneHost: boolean][] = [
    ["0.0.0.0", false],
    ["0.0.0.1", true],
    ["10.0.0.1", true],
    ["127.0.0.1", true],
    ["192.0.2.255", true], // a broadcast address only for whoever knows its network's mask
    ["223.255.255.255", true],
    ["224.0.0.0", false],
    ["224.0.0.1", false],
    ["239.255.255.255", false],
    ["240.0.0.0", false],
    ["255.255.255.254", false],
    ["255.255.255.255", false],
    ["::", false],
    ["::1", true],
    ["fe80::1", true],
    ["fdff:ffff::1", true],
    ["feff::1", true],
    ["ff00::", false],
    ["ff02::1", false],
    ["ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false],
    ["2001:db8::1", true],
  ];
  for (const [address, isOneHost] of rows) assertEquals(isUnicast(parseAddress(address)), isOneHost, address);
});

Deno.test("addresses are read in every form of RFC 4291 2.2 and written as RFC 5952 has it", () => {
  const rows: [read: string, written: string][] = [
    ["192.0.2.1", "192.0.2.1"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"],
    ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
    ["1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["0:0:0:0:0:0:0:0", "::"],
  ];
  for (const [read, written] of rows) assertEquals(formatAddress(parseAddress(read)), written, read);
});

Deno.test("what is no address is refused, with advice", () => {
  const rows = [
    "",
    "localhost",
    "192.0.2",
    "192.0.2.1.5",
    "192.0.2.256",
    "192.0.2.01",
    "192.0.2.-1",
    "192.0.2.1 ",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "12345::",
    "g::",
    "::192.0.2.256",
    "192.0.2.1::",
    "fe80::1%eth0",
  ];
  for (const text of rows) {
    assertThrows(() => parseAddress(text), RangeError, "write it like 192.0.2.1 or 2001:db8::1", text);
    assert(!isAddressText(text), text);
  }
  assert(isAddressText("192.0.2.1") && isAddressText("2001:db8::1"));
});

Deno.test("an endpoint of IPv6 is written in brackets (RFC 5952 6)", () => {
  assertEquals(formatEndpoint({ address: parseAddress("192.0.2.1"), port: 80 }), "192.0.2.1:80");
  assertEquals(formatEndpoint({ address: parseAddress("2001:db8::1"), port: 80 }), "[2001:db8::1]:80");
});

Deno.test("an address owns its octets, has 4 or 16 of them, and equals none of the other family", () => {
  const octets = new Uint8Array([192, 0, 2, 1]);
  const address = addressFromOctets(octets);
  octets[3] = 9;
  assertEquals(formatAddress(address), "192.0.2.1");
  assertThrows(() => addressFromOctets(new Uint8Array(5)), RangeError, "IPv4 has 4, IPv6 has 16");
  const longer = addressFromOctets(new Uint8Array([192, 0, 2, 1, ...new Uint8Array(12)]));
  assert(!addressEquals(address, longer) && !addressEquals(longer, address));
  assert(addressEquals(address, parseAddress("192.0.2.1")));
  assert(!addressEquals(address, parseAddress("192.0.2.2")));
});

Deno.test("an address is found in a packet at its offset only", () => {
  const packet = new Uint8Array([9, 192, 0, 2, 1, 192, 0, 2, 2]);
  const address = parseAddress("192.0.2.1");
  assertEquals([0, 1, 2, 5].map((offset) => octetsMatch(address, packet, offset)), [
    false,
    true,
    false,
    false,
  ]);
});
