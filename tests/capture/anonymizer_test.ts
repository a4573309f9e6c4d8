import { assert, assertEquals } from "@std/assert";
import { Anonymizer } from "../../capture/anonymizer.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { checksumOf, sumOctets } from "../../tcp/mod.ts";
import { packet, told } from "./kit.ts";

/** What must not be in anything that is shared. */
const SECRET = [0xde, 0xad, 0xbe, 0xef] as const;

const PLAIN = packet(0, ">", "ack", 1_001, 5_001, { length: 20 });

function withOctets(octets: Uint8Array): CapturedPacket {
  return { ...PLAIN, octets, originalLength: octets.length };
}

/** The IPv4 packet with options of IP before TCP, and options of TCP. */
function withOptions(ip: readonly number[], tcp: readonly number[]): CapturedPacket {
  const { octets } = PLAIN;
  const header = Uint8Array.of(...octets.subarray(0, 20), ...ip);
  const length = octets.length + ip.length + tcp.length;
  header.set([0x45 + ip.length / 4, 0, length >> 8, length & 0xff]);
  header.set([0, 0], 10);
  const checksum = checksumOf(sumOctets(header, 0, header.length));
  header.set([checksum >> 8, checksum & 0xff], 10);
  const segment = Uint8Array.of(...octets.subarray(20, 40), ...tcp, ...octets.subarray(40));
  segment[12] = (20 + tcp.length) / 4 << 4;
  return withOctets(Uint8Array.of(...header, ...segment));
}

/** The same in IPv6, behind an extension header. */
function inIpv6(extension: readonly number[]): CapturedPacket {
  const segment = PLAIN.octets.subarray(20);
  const length = segment.length + extension.length;
  const addresses = [...SECRET, ...Array(12).fill(1), ...SECRET, ...Array(12).fill(2)];
  const header = [0x60, 0x0e, 0xad, 0xbe, length >> 8, length & 0xff, 43, 64, ...addresses];
  return withOctets(Uint8Array.of(...header, ...extension, ...segment));
}

const CASES: readonly (readonly [what: string, packet: CapturedPacket])[] = [
  ["options of IPv4: a recorded route (RFC 791 3.1)", withOptions([7, 7, 8, ...SECRET, 0], [])],
  ["extension headers of IPv6: a routing header (RFC 8200 4.4)", inIpv6([6, 0, 2, 0, ...SECRET])],
  ["the flow label, which is a hash of what was replaced (RFC 6437 2)", inIpv6([6, 0, 2, 0, 0, 0, 0, 0])],
  ["options of TCP that are not known", withOptions([], [77, 6, ...SECRET, 1, 1])],
  ["options of TCP that are known, of another length", withOptions([], [2, 6, ...SECRET, 1, 1])],
  ["what stands behind the end of TCP's options", withOptions([], [0, 0, 0, 0, ...SECRET])],
  ["options of TCP that are longer than the header says", withOptions([], [77, 40, ...SECRET, 1, 1])],
];

for (const [what, one] of CASES) {
  Deno.test(`an anonymized packet is without ${what}`, () => {
    const made = new Anonymizer().packet(one);
    const text = made?.octets.join() ?? "";
    assert(!text.includes(SECRET.join()) && !text.includes("173,190"), text);
    const lines = told(made === null ? [] : [made]);
    assertEquals(lines.at(-1), "> data");
    assertEquals(lines, told([packet(0, ">", "ack", 1_001, 5_001, { length: 20 })]));
  });
}

Deno.test("no two ports become one, however many there are", () => {
  const anonymizer = new Anonymizer();
  const ports = new Set<number>();
  for (let port = 1; port <= 0xffff; port++) {
    const made = anonymizer.packet(packet(0, ">", "syn", 1_000, 0, { clientPort: port }));
    ports.add((made?.octets[20] ?? 0) << 8 | (made?.octets[21] ?? 0));
  }
  assertEquals(ports.size, 0xffff);
});
