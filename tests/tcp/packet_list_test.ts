import { assert, assertEquals } from "@std/assert";
import { Random } from "../../lab/random.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import { MOST_PACKETS, PacketList } from "../../tcp/receive/packet_list.ts";
import { Flag, Option, Segment } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { LINUX } from "../../tcp/config/profiles.ts";
import { completeConfig } from "../../tcp/config/complete.ts";
import { at, HERE, IRS, ISS, segmentOf, THERE } from "./exchange.ts";

const NOW = at(0);

/** Packets that a segment may have looked at, whatever came before it. */
const STEPS_PER_SEGMENT = 40;

/** Counts packets looked at while `run` runs. */
function countSteps(run: () => void): number {
  const { prototype } = PacketList;
  const { end } = prototype;
  let steps = 0;
  prototype.end = function (index): number {
    steps++;
    return end.call(this, index);
  };
  try {
    run();
  } finally {
    prototype.end = end;
  }
  return steps;
}

Deno.test("packets are gone in the order of their ends, whatever order they came in", () => {
  const packets = new PacketList();
  const random = new Random(7);
  const ends = Array.from({ length: 500 }, (_, i) => 10 * i);
  for (let i = ends.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [ends[i], ends[j]] = [ends[j]!, ends[i]!];
  }
  for (const end of ends) packets.add(end, end + 1);
  assertEquals(packets.removeTo(-1), 0);
  assertEquals(packets.removeTo(25), 1 + 11 + 21);
  assertEquals([packets.length, packets.lastEnd, packets.end(0)], [497, 4_990, 30]);
  assertEquals(
    packets.removeTo(4_989),
    Array.from({ length: 496 }, (_, i) => 31 + 10 * i).reduce((a, b) => a + b),
  );
  assertEquals(packets.removeTo(4_990), 4_991);
});

Deno.test("of too many packets neighbours count as one, and no memory is lost", () => {
  const packets = new PacketList();
  for (let i = 1; i <= 10 * MOST_PACKETS; i++) packets.add(i, 3);
  assert(packets.length <= MOST_PACKETS);
  const half = packets.removeTo(5 * MOST_PACKETS);
  assert(Math.abs(half - 15 * MOST_PACKETS) < 3 * 32, "what is read is given back, but for a few packets");
  assertEquals(half + packets.removeTo(Infinity), 30 * MOST_PACKETS);
});

Deno.test("a flood of overlapping segments of an octet, backwards, costs the same for each (profile linux)", () => {
  const config = completeConfig({
    buffers: { receiveBuffer: 1 << 20 },
    handshake: { windowScale: 8 },
  }, LINUX);
  const local = { address: HERE, port: 40_000 };
  const connection = Connection.connect({ config, local, remote: THERE, isn: () => seqNumber(ISS) }, at(-1));
  const out = new Segment();
  connection.transmit(out, at(-1));
  const answer = segmentOf(THERE, local, { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 });
  answer.options = Option.windowScale;
  connection.segmentArrives(answer, NOW);
  while (connection.transmit(out, NOW));
  const flood = (first: number, count: number) =>
    countSteps(() => {
      for (let i = 0; i < count; i++) {
        const said = { flags: Flag.ack, seq: IRS + first - i, ack: ISS + 1, length: 2 };
        connection.segmentArrives(segmentOf(THERE, local, said), NOW);
        while (connection.transmit(out, NOW));
      }
    });
  const few = flood(60_000, 1_000);
  const many = flood(59_000, 50_000);
  assert(few > 1_000, "each is looked at");
  assert(many / 50_000 < STEPS_PER_SEGMENT, `${many / 50_000} packets are looked at for each segment`);
});
