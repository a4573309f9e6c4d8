import { assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { encodePacket } from "../../tcp/wire/packet.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { headersOf } from "../../trace/report/page/header.js";
import { FakeConnection, type Said } from "./fake_connection.ts";

interface Field {
  readonly name: string;
  readonly offset: number;
  readonly bits: number;
  readonly value: string;
  readonly meaning: string;
}

const FACTS = { seq: 0, ack: 1, window: 65_160 };

function fieldsOf(said: Said, isIpv6 = false): readonly (readonly Field[])[] {
  const connection = new FakeConnection(new Recorder([], [], LEAN));
  if (isIpv6) {
    connection.local = { address: parseAddress("2001:db8::1"), port: 40_000 };
    connection.remote = { address: parseAddress("2001:db8::2"), port: 80 };
  }
  const packet = new Uint8Array(2_000);
  const length = encodePacket(connection.segment(said, "sent"), packet);
  const headers = headersOf(packet.subarray(0, length), FACTS) as { title: string; fields: Field[] }[];
  return headers.map(({ fields }) => fields);
}

function valuesOf(fields: readonly Field[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}

const SYN: Said = {
  flags: Flag.syn | Flag.ece | Flag.cwr,
  seq: 0,
  window: 65_160,
  mss: 1_460,
  sackPermitted: true,
  timestamps: [7, 9],
  windowScale: 8,
};

Deno.test("the fields of a header follow one another without a gap, to its end", () => {
  for (const isIpv6 of [false, true]) {
    for (const fields of fieldsOf(SYN, isIpv6)) {
      let at = 0;
      for (const { offset, bits } of fields) {
        assertEquals(offset, at);
        at += bits;
      }
      assertEquals(at % 32, 0);
    }
  }
});

Deno.test("the TCP header's fields have the values of the header (RFC 9293 3.1)", () => {
  const [, tcp = []] = fieldsOf(SYN);
  const { Checksum: checksum, ...values } = valuesOf(tcp);
  assertEquals(/^0x[0-9a-f]{4}$/.test(checksum ?? ""), true);
  assertEquals(values, {
    "Source port": "40000",
    "Destination port": "80",
    "Sequence number": "4294967290",
    "Acknowledgment number": "0",
    "Data offset": "10",
    Reserved: "0",
    AE: "0",
    CWR: "1",
    ECE: "1",
    URG: "0",
    ACK: "0",
    PSH: "0",
    RST: "0",
    SYN: "1",
    FIN: "0",
    Window: "65160",
    "Urgent pointer": "0",
    "Maximum segment size": "1460",
    "SACK permitted": "",
    Timestamps: "7, echo 9",
    "No-op": "1",
    "Window scale": "8",
  });
});

Deno.test("SACK blocks are shown with the header's own numbers (RFC 2018 3)", () => {
  const [, tcp = []] = fieldsOf({ flags: Flag.ack, seq: 1, ack: 1, sack: [10, 20, 30, 40] });
  assertEquals(valuesOf(tcp)["SACK"], "1010 to 1020, 1030 to 1040");
});

Deno.test("the IP headers' fields have their values, in both families", () => {
  const [ipv4 = []] = fieldsOf({ ...SYN, ecn: 3 });
  const four = valuesOf(ipv4);
  assertEquals([four["Version"], four["ECN"], four["Total length"], four["Protocol"]], ["4", "3", "60", "6"]);
  assertEquals([four["Source address"], four["Destination address"]], ["192.0.2.1", "198.51.100.7"]);
  const [ipv6 = []] = fieldsOf(SYN, true);
  const six = valuesOf(ipv6);
  assertEquals([six["Version"], six["Payload length"], six["Next header"]], ["6", "40", "6"]);
  assertEquals(six["Source address"], "2001:db8:0:0:0:0:0:1");
});

Deno.test("unknown, ended and damaged options are shown as what they are (RFC 9293 3.1, MUST-6, MUST-7)", () => {
  const options = (...octets: readonly number[]): readonly string[] => {
    const header = new Uint8Array(20 + 20 + octets.length);
    header[0] = 0x45;
    header.set(octets, 40);
    const [, tcp] = headersOf(header, FACTS) as { fields: Field[] }[];
    return (tcp?.fields ?? []).slice(18).map(({ name, value, bits }) => `${name} ${value} ${bits}`);
  };
  assertEquals(options(253, 4, 9, 8, 1, 1, 0, 7), [
    "Option 253 09 08 32",
    "No-op 1 8",
    "No-op 1 8",
    "End of options 0 16",
  ]);
  assertEquals(options(4, 2, 1, 1), ["SACK permitted  16", "No-op 1 8", "No-op 1 8"]);
  assertEquals(options(2, 1, 0, 0), ["Damaged option 02 01 00 00 32"]);
  assertEquals(options(2, 9, 0, 0), ["Damaged option 02 09 00 00 32"]);
});
