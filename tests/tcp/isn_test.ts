import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Endpoint, parseAddress } from "../../tcp/base/address.ts";
import { createIsnGenerator, createTimestampOffset } from "../../tcp/host/isn.ts";
import { seqDistance, seqToUint32 } from "../../tcp/base/seq.ts";
import { SipHash } from "../../tcp/host/siphash.ts";
import { instant } from "../../tcp/base/units.ts";

/** Key and messages of the authors' reference: the octets 0, 1, 2, …; results as octets, lowest first. */
const REFERENCE: [length: number, result: string][] = [
  [0, "310e0edd47db6f72"],
  [1, "fd67dc93c539f874"],
  [2, "5a4fa9d909806c0d"],
  [3, "2d7efbd796666785"],
  [4, "b7877127e09427cf"],
  [5, "8da699cd64557618"],
  [6, "cee3fe586e46c9cb"],
  [7, "37d1018bf50002ab"],
  [8, "6224939a79f5f593"],
  [9, "b0e4a90bdf82009e"],
  [10, "f3b9dd94c5bb5d7a"],
  [11, "a7ad6b22462fb3f4"],
  [12, "fbe50e86bc8f1e75"],
  [13, "903d84c02756ea14"],
  [14, "eef27a8e90ca23f7"],
  [15, "e545be4961ca29a1"],
  [63, "724506eb4c328a95"],
];

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i);
}

const SECRET = counting(16);
const MASK = (1n << 64n) - 1n;

/** SipHash-2-4 once more, with numbers of 64 bits. */
function sipHashOf(key: Uint8Array, message: Uint8Array): bigint {
  const word = (octets: Uint8Array, at: number) =>
    octets.slice(at, at + 8).reduce((sum, octet, i) => sum | BigInt(octet) << BigInt(8 * i), 0n);
  const rotated = (value: bigint, bits: bigint) => (value << bits | value >> (64n - bits)) & MASK;
  const [k0, k1] = [word(key, 0), word(key, 8)];
  let a = k0 ^ 0x736f6d6570736575n;
  let b = k1 ^ 0x646f72616e646f6dn;
  let c = k0 ^ 0x6c7967656e657261n;
  let d = k1 ^ 0x7465646279746573n;
  const round = () => {
    a = a + b & MASK;
    c = c + d & MASK;
    b = rotated(b, 13n) ^ a;
    d = rotated(d, 16n) ^ c;
    a = rotated(a, 32n) + d & MASK;
    c = c + b & MASK;
    b = rotated(b, 17n) ^ c;
    d = rotated(d, 21n) ^ a;
    c = rotated(c, 32n);
  };
  const whole = message.length - message.length % 8;
  for (let at = 0; at <= whole; at += 8) {
    const m = word(message, at) | (at === whole ? BigInt(message.length & 255) << 56n : 0n);
    d ^= m;
    round();
    round();
    a ^= m;
  }
  c ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return a ^ b ^ c ^ d;
}

function hashed(key: Uint8Array, message: Uint8Array): bigint {
  const hash = new SipHash(key);
  hash.hash(message, message.length);
  return BigInt.asUintN(32, BigInt(hash.high)) << 32n | BigInt.asUintN(32, BigInt(hash.low));
}

for (const [length, result] of REFERENCE) {
  Deno.test(`SipHash-2-4 of ${length} octets is the authors' reference value`, () => {
    const octets = (result.match(/../g) ?? []).map((hex) => parseInt(hex, 16));
    const expected = octets.reduce((sum, octet, i) => sum | BigInt(octet) << BigInt(8 * i), 0n);
    assertEquals(hashed(SECRET, counting(length)), expected);
  });
}

Deno.test("SipHash-2-4 in halves of 32 bits is the same as in words of 64", () => {
  const key = fc.uint8Array({ minLength: 16, maxLength: 16 });
  const check = fc.property(key, fc.uint8Array({ maxLength: 300, size: "max" }), (k, message) => {
    assertEquals(hashed(k, message), sipHashOf(k, message));
  });
  fc.assert(check, { seed: 3, numRuns: 300 });
});

Deno.test("only the given octets are hashed", () => {
  const hash = new SipHash(SECRET);
  hash.hash(counting(40), 13);
  const low = hash.low;
  hash.hash(counting(13), 13);
  assertEquals(hash.low, low);
});

Deno.test("a key that has not 16 octets is refused", () => {
  assertThrows(() => new SipHash(counting(15)), RangeError, "Cannot use a key of 15 octets");
  assertThrows(() => createIsnGenerator(counting(0)), RangeError);
});

function endpoint(address: string, port: number): Endpoint {
  return { address: parseAddress(address), port };
}

const LOCAL = endpoint("192.0.2.1", 49_152);
const REMOTE = endpoint("198.51.100.7", 80);

Deno.test("the ISN of one pair of endpoints rises by one every 4 µs (RFC 6528 3)", () => {
  const isn = createIsnGenerator(SECRET);
  const first = isn(LOCAL, REMOTE, instant(1_000));
  const rows: [micros: number, distance: number][] = [
    [1_000, 0],
    [1_003, 0],
    [1_004, 1],
    [1_001_000, 250_000],
    [1_000 + 4 * 2 ** 32, 0],
    [1_004 + 4 * 2 ** 32, 1],
  ];
  for (const [moment, distance] of rows) {
    assertEquals(seqDistance(first, isn(LOCAL, REMOTE, instant(moment))), distance, `at ${moment} µs`);
  }
});

Deno.test("each part of the pair of endpoints, and the secret, changes the ISN (RFC 6528 3)", () => {
  const isn = createIsnGenerator(SECRET);
  const now = instant(0);
  const numbers = [
    isn(LOCAL, REMOTE, now),
    isn(REMOTE, LOCAL, now),
    isn(endpoint("192.0.2.2", 49_152), REMOTE, now),
    isn(endpoint("192.0.2.1", 49_153), REMOTE, now),
    isn(endpoint("192.0.2.1", 49_152 - 256), REMOTE, now),
    isn(LOCAL, endpoint("198.51.100.8", 80), now),
    isn(LOCAL, endpoint("198.51.100.7", 81), now),
    isn(endpoint("2001:db8::1", 49_152), endpoint("2001:db8::2", 80), now),
    createIsnGenerator(counting(17).subarray(1))(LOCAL, REMOTE, now),
  ].map(seqToUint32);
  assertEquals(new Set(numbers).size, numbers.length);
});

Deno.test("ISNs of successive ports spread over the whole circle", () => {
  const isn = createIsnGenerator(SECRET);
  const sixteenths = new Array<number>(16).fill(0);
  for (let port = 0; port < 1_600; port++) {
    const number = seqToUint32(isn(endpoint("192.0.2.1", port), REMOTE, instant(0)));
    sixteenths[Math.floor(number / 2 ** 28)]! += 1;
  }
  // 100 expected in each, with a standard deviation near 10.
  for (const count of sixteenths) assert(count > 50 && count < 150, `${sixteenths}`);
});

Deno.test("the timestamp offset is a pair's own, the same each time, and not that of the ISN (RFC 7323 5.4)", () => {
  const offset = createTimestampOffset(SECRET);
  const value = offset(LOCAL, REMOTE);
  assertEquals(offset(LOCAL, REMOTE), value);
  assertEquals(value, value | 0);
  assertNotEquals(offset(LOCAL, endpoint("198.51.100.7", 81)), value);
  assertNotEquals(offset(endpoint("192.0.2.1", 49_153), REMOTE), value);
  assertNotEquals(seqToUint32(createIsnGenerator(SECRET)(LOCAL, REMOTE, instant(0))) | 0, value);
});
