/**
 * What those parts cost that every octet, every segment or every connection passes: `deno task bench:micro`.
 *
 * Beside these: packets of many lengths, encoded, decoded and summed, in tests/tcp/wire/packet_bench.ts; segments through
 * two cores in tests/tcp/in_memory_bench.ts.
 *
 * @module
 */

import { ByteRing } from "../../tcp/buffer/byte_ring.ts";
import { type Addressed, Demultiplexer, NOT_IN_TABLE } from "../../tcp/host/demultiplexer.ts";
import {
  createIsnGenerator,
  type Endpoint,
  instant,
  type IpAddress,
  parseAddress,
  sumOctets,
} from "../../tcp/mod.ts";
import { EndpointHash, HashUse } from "../../tcp/host/siphash.ts";

const HERE: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const THERE: Endpoint = { address: parseAddress("192.0.2.2"), port: 80 };
const SECRET = Uint8Array.from({ length: 16 }, (_, i) => i);

const octets = new Uint8Array(1 << 16).map((_, i) => i);
for (const length of [1_460, 65_536]) {
  Deno.bench(`sum of ${length} octets`, { group: `sum of ${length} octets` }, () => {
    sumOctets(octets, 0, length);
  });
}

for (const length of [1_460, 65_536]) {
  const ring = new ByteRing(1 << 20);
  const into = new Uint8Array(length);
  Deno.bench(`${length} octets into the ring and out again`, { group: `ring, ${length} octets` }, () => {
    ring.append(octets, 0, length);
    ring.read(into);
  });
}

const isn = createIsnGenerator(SECRET);
const hash = new EndpointHash(SECRET, HashUse.isn);
let now = 0;
Deno.bench("an initial sequence number (RFC 6528)", { group: "keyed hash" }, () => {
  isn(HERE, THERE, instant(now++));
});
Deno.bench("SipHash of two IPv4 endpoints", { group: "keyed hash", baseline: true }, () => {
  hash.hash(HERE, THERE);
});

/** What the table holds. */
interface Entry extends Addressed<Entry> {}

/** An address of the network 10.0.0.0/8. */
function addressOf(index: number): IpAddress {
  return { family: 4, octets: Uint8Array.of(10, index >> 16, index >> 8 & 0xff, index & 0xff) };
}

for (const count of [1, 100, 10_000]) {
  const table = new Demultiplexer<Entry>();
  const remotes = Array.from(
    { length: count },
    (_, i): Endpoint => ({ address: addressOf(i), port: 50_000 }),
  );
  for (const remote of remotes) table.add({ ...NOT_IN_TABLE, local: THERE, remote });
  // Both addresses of each one's packets: the source first.
  const packets = remotes.map(({ address }) => Uint8Array.of(...address.octets, ...THERE.address.octets));
  let next = 0;
  Deno.bench(`a segment's connection among ${count}`, { group: "demultiplexing" }, () => {
    next = (next + 7) % count; // no neighbours, since seven divides no power of ten
    const addresses = packets[next] ?? octets;
    if (table.find(addresses, 4, 0, 4, THERE.port, 50_000) === null) throw new Error("It is not found");
  });
}
