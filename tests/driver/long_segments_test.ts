/** Bulk data of the library's connections: long segments for nobody, those on the wire for whoever watches. */

import { assert, assertEquals } from "@std/assert";
import { type Conn, connect, listen } from "../../driver/mod.ts";
import { setInterfaceMtu } from "../../ffi/mod.ts";
import type { Observer } from "../../tcp/mod.ts";
import { kernelTests } from "../ffi/support.ts";

const kernelTest = kernelTests();
const LO_MTU = 65_536;
const MTU = 1_500;
const MSS = MTU - 40;
const OCTETS = 2_000_000;

/** Sends {@link OCTETS} one way, and reads them at the other end. */
async function transfer(from: Conn, to: Conn): Promise<void> {
  const into = new Uint8Array(65_536);
  const reading = (async (): Promise<void> => {
    for (let left = OCTETS; left > 0;) left -= await to.read(into) ?? left;
  })();
  for (let left = OCTETS; left > 0;) left -= await from.write(new Uint8Array(Math.min(left, 65_536)));
  await reading;
}

/** Writes down the longest payload that is sent. */
function longestSent(): Observer & { octets: number } {
  return {
    octets: 0,
    segmentSent(_connection, { payload }): void {
      this.octets = Math.max(this.octets, payload.length);
    },
    segmentArrived: () => {},
    segmentDropped: () => {},
    stateChanged: () => {},
    timerFired: () => {},
    icmpArrived: () => {},
    congestionChanged: () => {},
  };
}

/** Segments that leave for {@link OCTETS}, one way. */
async function segments(from: Conn, to: Conn): Promise<number> {
  const { segmentsSent } = from.stats();
  await transfer(from, to);
  return from.stats().segmentsSent - segmentsSent;
}

kernelTest(
  "bulk data of connect and listen leave in long segments, and one on the wire each while somebody watches",
  async () => {
    setInterfaceMtu("lo", MTU);
    try {
      using listener = await listen({ port: 0 });
      const accepted = listener.accept();
      using near = await connect({ port: listener.addr.port });
      using far = await accepted;
      for (const [from, to] of [[near, far], [far, near]] as const) {
        assert(await segments(from, to) < OCTETS / MSS / 2, "long ones");
        const longest = longestSent();
        {
          using _watch = from.observe(longest);
          assert(await segments(from, to) >= OCTETS / MSS, "those on the wire");
        }
        assert(longest.octets > 0 && longest.octets <= MSS, `${longest.octets} octets`);
        assert(await segments(from, to) < OCTETS / MSS / 2, "long ones again");
      }
    } finally {
      setInterfaceMtu("lo", LO_MTU);
    }
  },
  { sanitizeOps: false, sanitizeResources: false },
);

kernelTest(
  "whoever watches from the first event on is shown the segments on the wire, at both ends",
  async () => {
    setInterfaceMtu("lo", MTU);
    try {
      const [atServer, atClient] = [longestSent(), longestSent()];
      using listener = await listen({ port: 0, observer: atServer });
      const accepted = listener.accept();
      using near = await connect({ port: listener.addr.port, observer: atClient });
      using far = await accepted;
      await transfer(near, far);
      await transfer(far, near);
      for (const { octets } of [atServer, atClient]) assert(octets > 0 && octets <= MSS, `${octets} octets`);
      assertEquals(near.stats().octetsReceived, OCTETS);
    } finally {
      setInterfaceMtu("lo", LO_MTU);
    }
  },
  { sanitizeOps: false, sanitizeResources: false },
);
