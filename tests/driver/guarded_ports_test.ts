/** The guards of a dialer's ports, as many as it has connections; no right is needed. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { GuardedPorts } from "../../driver/guarded_ports.ts";
import { loadWholeLibc, PortGuard, readSmallFile, SystemError } from "../../ffi/mod.ts";
import { limitDescriptors, nextDescriptor } from "../ffi/descriptors.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

loadWholeLibc(); // what a test would open first would look like a leak

const ADDRESS = loopbackAddress(4);
const RANGE = { first: 61_100, last: 61_899 };

/** Guards ports of the range until there are so many. @throws SystemError what `take` throws */
function guard(ports: GuardedPorts, count: number): void {
  for (let { first: port } = RANGE; ports.count < count && port <= RANGE.last; port++) {
    if (!ports.has(port)) ports.take(ADDRESS, port);
  }
  assertEquals(ports.count, count);
}

Deno.test("with 32 guards there is room for hundreds: the process stands still once and not at each power of two", () => {
  const room = (): number => Number(/^FDSize:\s+(\d+)$/m.exec(readSmallFile("/proc/self/status"))?.[1]);
  const opened = nextDescriptor();
  using ports = new GuardedPorts(RANGE);
  guard(ports, 33);
  const then = room();
  assert(then >= 1_024, `${then}`);
  guard(ports, Math.min(500, 1_000 - opened));
  assertEquals(room(), then);
});

Deno.test("more guards than the process may have descriptors are an error that says so, until it may have more", () => {
  const before = nextDescriptor();
  {
    using ports = new GuardedPorts(RANGE);
    {
      using _limit = limitDescriptors(before + 40);
      const { message } = assertThrows(() => guard(ports, 100), SystemError);
      const { count } = ports;
      assertMatch(
        message,
        new RegExp(
          `local port \\d+, beside ${count} that connections have, those in TIME-WAIT included: EMFILE`,
        ),
      );
      assertMatch(message, /raise the limit \(ulimit -n\)$/);
      assert(count > 0 && count <= 40, `${count}`);
      assertThrows(() => guard(ports, 100), SystemError, `beside ${count} that`);
    }
    guard(ports, 100);
  }
  assertEquals(nextDescriptor(), before);
});

/** A port that nobody has, whoever else runs these tests. */
function freePort(): number {
  using guard = PortGuard.open({ address: ADDRESS, port: 0 });
  return guard.local.port;
}

Deno.test("a port is given back with the last of its connections, and one that somebody else has is not taken", () => {
  using ports = new GuardedPorts(RANGE);
  const port = freePort();
  assertEquals([ports.take(ADDRESS, port), ports.take(ADDRESS, port), ports.count], [
    true,
    true,
    1,
  ]);
  ports.release(ADDRESS, port);
  assertEquals([ports.has(port), ports.count], [true, 1]);
  assertThrows(() => PortGuard.open({ address: ADDRESS, port }), SystemError, "EADDRINUSE");
  ports.release(ADDRESS, port);
  assertEquals([ports.has(port), ports.count], [false, 0]);
  using somebody = PortGuard.open({ address: ADDRESS, port });
  assertEquals([somebody.local.port, ports.take(ADDRESS, port), ports.count], [port, false, 0]);
});

Deno.test("what else keeps a port from being guarded is an error", () => {
  using ports = new GuardedPorts(RANGE);
  const elsewhere = { family: 4, octets: Uint8Array.of(192, 0, 2, 77) } as const;
  const { errnoName, subject } = assertThrows(() => ports.take(elsewhere, RANGE.first), SystemError);
  assertEquals([errnoName, subject], ["EADDRNOTAVAIL", `192.0.2.77:${RANGE.first}`]);
});
