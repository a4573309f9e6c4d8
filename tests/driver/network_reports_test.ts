/** What the core is told of a segment that was too long for this host's own interface. */

import { assertEquals } from "@std/assert";
import { reportTooLong } from "../../driver/network_reports.ts";
import { setInterfaceMtu } from "../../ffi/mod.ts";
import { IcmpError } from "../../tcp/base/icmp_error.ts";
import { Segment } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { instant } from "../../tcp/base/units.ts";
import { loopbackAddress } from "../ffi/loopback.ts";
import { kernelTests } from "../ffi/support.ts";

const kernelTest = kernelTests();

/** The report about a segment from this host to itself, or to an address that there is no route to. */
function report(family: 4 | 6, isReachable: boolean): IcmpError {
  const { octets } = loopbackAddress(family);
  const destination = isReachable ? octets : octets.with(0, 0x20);
  const segment = new Segment();
  Object.assign(segment, {
    family,
    addresses: new Uint8Array([...octets, ...destination]),
    sourceOffset: 0,
    destinationOffset: octets.length,
    sourcePort: 4_000,
    destinationPort: 80,
    seq: seqNumber(7),
  });
  const reports: IcmpError[] = [];
  reportTooLong({ icmpArrives: (error) => reports.push(error) }, segment, instant(0));
  assertEquals(reports.length, 1);
  return reports[0] ?? new IcmpError();
}

for (const family of [4, 6] as const) {
  kernelTest(`a segment too long for the interface is told with what that takes (IPv${family})`, () => {
    setInterfaceMtu("lo", 1_400);
    const { kind, mtu, reporter, seq, sourcePort, destinationPort, ...error } = report(family, true);
    assertEquals([kind, mtu, reporter, error.family], ["packet too big", 1_400, null, family]);
    assertEquals([seq, sourcePort, destinationPort], [seqNumber(7), 4_000, 80]);
    assertEquals([error.type, error.code], family === 4 ? [3, 4] : [2, 0], "RFC 792, RFC 4443 3.2");
  });

  kernelTest(`without a way no MTU is known, and the report names none (IPv${family})`, () => {
    assertEquals(report(family, false).mtu, 0);
  });
}
