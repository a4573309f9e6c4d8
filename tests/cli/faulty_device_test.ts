/** The device of `--fault`: the moments of what it hands on are the kernel's, later by what its faults took. */

import { assertEquals } from "@std/assert";
import { FaultyDevice } from "../../cli/faulty_device.ts";
import type { PacketDevice } from "../../driver/mod.ts";
import { parseFaults } from "../../lab/mod.ts";
import { encodePacket, Flag, type Instant, instant, Segment } from "../../tcp/mod.ts";

/** The wall clock at the origin of the loop's clock, microseconds since 1970. */
const EPOCH = 1_767_225_600_000_000;

/** Octets of payload tell packets apart. */
type Arrival = readonly [octets: number, stamp: number];

function packet(octets: number): Uint8Array {
  const segment = new Segment();
  segment.flags = Flag.ack;
  segment.payload.octets = new Uint8Array(octets);
  segment.payload.length = octets;
  const room = new Uint8Array(2_000);
  return room.slice(0, encodePacket(segment, room));
}

/** A device from which packets come with the kernel's stamps. */
class Kernel implements PacketDevice {
  readonly descriptor = 3;
  readonly mtu = 1_500;
  readonly outbound = new Uint8Array(2_000);
  inbound: Uint8Array = new Uint8Array();
  inboundStamp = 0;
  readonly waiting: Arrival[] = [];

  receive(): number {
    const next = this.waiting.shift();
    if (next === undefined) return 0;
    this.inbound = packet(next[0]);
    this.inboundStamp = next[1];
    return this.inbound.length;
  }

  send(): "sent" {
    return "sent";
  }

  [Symbol.dispose](): void {}
}

/** Takes all that the device hands on at `now`, microseconds of the loop's clock: octets and stamp, 0 for none. */
function taken(spec: string, rounds: readonly (readonly [now: number, ...arrivals: Arrival[]])[]): Arrival[] {
  const kernel = new Kernel();
  let now: Instant = instant(0);
  using device = new FaultyDevice(kernel, {
    faults: parseFaults(spec),
    seed: 1,
    onFault: () => {},
    wake: () => {},
    clock: () => now,
    wallClock: () => EPOCH + now,
  });
  const result: Arrival[] = [];
  for (const [moment, ...arrivals] of rounds) {
    now = instant(moment);
    kernel.waiting.push(...arrivals.map(([octets, stamp]) => [octets, stamp && EPOCH + stamp] as const));
    for (let length = device.receive(); length > 0; length = device.receive()) {
      const { inboundStamp } = device;
      result.push([length - packet(0).length, inboundStamp && inboundStamp - EPOCH]);
    }
  }
  return result;
}

Deno.test("what no fault delays keeps the kernel's time stamp", () => {
  assertEquals(taken("drop:syn", [[1_000, [1, 400], [2, 990]], [5_000, [3, 4_000]]]), [
    [1, 400],
    [2, 990],
    [3, 4_000],
  ]);
});

Deno.test("a delay adds to the kernel's time stamp, however late the packet was read", () => {
  assertEquals(taken("in:delay:2ms", [[1_000, [1, 400], [2, 990]], [2_400], [2_990], [9_000]]), [
    [1, 2_400],
    [2, 2_990],
  ]);
});

Deno.test("a packet that was overtaken has come with the last of those that overtook it, a doubled one at once", () => {
  assertEquals(taken("in:reorder:2", [[1_000, [1, 400], [2, 500], [3, 600], [4, 700]]]), [
    [2, 500],
    [3, 600],
    [1, 600],
    [4, 700],
  ]);
  assertEquals(taken("in:duplicate:data", [[1_000, [1, 400]]]), [[1, 400], [1, 400]]);
});

Deno.test("where the kernel gives no stamp there is none", () => {
  assertEquals(taken("in:delay:2ms", [[1_000, [1, 0]], [2_999], [3_000]]), [[1, 0]]);
});

Deno.test("what is struck on its way in is told before whoever receives it can hear of it", () => {
  const kernel = new Kernel();
  const seen: string[] = [];
  using device = new FaultyDevice(kernel, {
    faults: parseFaults("in:corrupt:data:1"),
    seed: 1,
    onFault: (_packet, direction, fault) => seen.push(`${fault}, ${direction}`),
    wake: () => {},
  });
  kernel.waiting.push([1, 0]);
  if (device.receive() > 0) seen.push("received");
  assertEquals(seen, ["in:corrupt:data:1, arrived", "received"]);
});
