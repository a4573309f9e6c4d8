/** Segments on their way into a device, and what a device knows of packets on their way out of it. */

import { assertEquals } from "@std/assert";
import { Loop } from "../../driver/loop.ts";
import { Outlet } from "../../driver/outlet.ts";
import { type PacketBatch, POLLOUT, type SegmentGatherer, type SendResult } from "../../ffi/mod.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqToUint32 } from "../../tcp/base/seq.ts";
import { instant, seconds } from "../../tcp/base/units.ts";
import { decodePacket } from "../../tcp/wire/packet.ts";
import { FakeCore, FakeDevice, FakePoller, FakeTime, fillSegment, packet } from "./support.ts";

const RING = new Uint8Array(40).map((_, i) => i + 1);

/** A device that gathers while it is told to. */
class GatheringDevice extends FakeDevice {
  inboundChecksum: "verified" | "unfinished" | "unknown" = "unknown";
  inboundSegmentSize = 0;
  outboundDescriptor = 1;
  gathers = true;
  readonly gathered: string[] = [];
  readonly gatherAnswers: SendResult[] = [];

  get gathering(): SegmentGatherer | null {
    return this.gathers ? this.#gatherer : null;
  }

  readonly #gatherer: SegmentGatherer = {
    outbound: new Uint8Array(100),
    sendGathered: (headers, { octets, offset, length, firstPartLength }, size) => {
      const answer = this.gatherAnswers.shift() ?? "sent";
      if (answer === "sent") {
        this.gathered.push(`${headers} + ${length}: ${firstPartLength} from ${octets[offset]}, by ${size}`);
      }
      return answer;
    },
  };
}

/** A device that takes two packets at once, at most as many a call as it is told to. */
class BatchDevice extends FakeDevice {
  /** How many packets the next calls take; both when there is nothing. 0: it is full. */
  readonly takes: (number | SendResult)[] = [];
  calls = 0;
  readonly #packets: Uint8Array[] = [];

  readonly batch: PacketBatch & { refusal: SendResult } = {
    capacity: 2,
    headers: new Uint8Array(200),
    refusal: "sent",
    headersOffset: (index) => index * 100,
    put: (index, headersLength, { octets, offset, length, firstPartLength }) => {
      const packet = new Uint8Array(headersLength + length);
      packet.set(this.batch.headers.subarray(index * 100, index * 100 + headersLength));
      packet.set(octets.subarray(offset, offset + firstPartLength), headersLength);
      packet.set(octets.subarray(0, length - firstPartLength), headersLength + firstPartLength);
      this.#packets[index] = packet;
    },
    send: (from, count) => {
      this.calls++;
      const taken = this.takes.shift() ?? count;
      if (typeof taken === "string") {
        this.batch.refusal = taken;
        return 0;
      }
      this.sent.push(...this.#packets.slice(from, from + Math.min(taken, count)));
      return Math.min(taken, count);
    },
  };
}

function textSegment(size: number): Segment {
  const segment = new Segment();
  fillSegment(segment, 1_000);
  segment.payload.octets = RING;
  segment.payload.offset = 30;
  segment.payload.length = 25;
  segment.payload.firstPartLength = 10;
  segment.segmentSize = size;
  return segment;
}

/** Sequence number and payload of each packet. */
function read(packets: readonly Uint8Array[]): (readonly [number, number[]])[] {
  const segment = new Segment();
  return packets.map((octets) => {
    assertEquals(decodePacket(octets, octets.length, segment, "strict"), null);
    const { octets: held, offset, length } = segment.payload;
    return [seqToUint32(segment.seq), [...held.subarray(offset, offset + length)]];
  });
}

const PIECES = [
  [1_000, [31, 32, 33, 34, 35, 36, 37, 38, 39, 40]],
  [1_010, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  [1_020, [11, 12, 13, 14, 15]],
] as const;

Deno.test("a plain device gets one packet for each wire segment", () => {
  const device = new FakeDevice();
  assertEquals(new Outlet(device, () => instant(0)).send(textSegment(10)), "sent");
  assertEquals(read(device.sent), PIECES.map(([seq, octets]): [number, number[]] => [seq, [...octets]]));
});

Deno.test("a piece that finds no room is offered again, and those behind it follow", () => {
  const device = new FakeDevice();
  const outlet = new Outlet(device, () => instant(0));
  device.answers.push("sent", "full", "full");
  assertEquals([outlet.send(textSegment(10)), outlet.isFull], ["full", true]);
  assertEquals([outlet.sendAgain(), device.sent.length], ["full", 1]);
  assertEquals([outlet.sendAgain(), outlet.isFull], ["sent", false]);
  assertEquals(read(device.sent), PIECES.map(([seq, octets]): [number, number[]] => [seq, [...octets]]));
});

Deno.test("behind a piece that is too long nothing is offered any more", () => {
  const device = new FakeDevice();
  const outlet = new Outlet(device, () => instant(0));
  device.answers.push("sent", "too long");
  assertEquals([outlet.send(textSegment(10)), outlet.isFull, device.sent.length], ["too long", false, 1]);
});

Deno.test("a gathering device gets headers, and the payload where it lies", () => {
  const device = new GatheringDevice();
  assertEquals(new Outlet(device, () => instant(0)).send(textSegment(10)), "sent");
  assertEquals([device.gathered, device.sent], [["40 + 25: 10 from 31, by 10"], []]);
});

Deno.test("a gathering device gets ACKs; what begins or ends a connection goes as a whole packet", () => {
  const device = new GatheringDevice();
  const outlet = new Outlet(device, () => instant(0));
  const segment = new Segment();
  fillSegment(segment, 5);
  segment.flags = Flag.ack | Flag.ece;
  assertEquals(outlet.send(segment), "sent");
  assertEquals([device.gathered, device.sent], [["40 + 0: 0 from undefined, by 0"], []]);
  for (const flag of [Flag.syn, Flag.fin, Flag.rst]) {
    segment.flags = Flag.ack | flag;
    assertEquals(outlet.send(segment), "sent");
  }
  assertEquals([device.gathered.length, read(device.sent)], [1, [[5, []], [5, []], [5, []]]]);
});

Deno.test("a segment that waits is cut when the device gathers no longer", () => {
  const device = new GatheringDevice();
  const outlet = new Outlet(device, () => instant(0));
  device.gatherAnswers.push("full");
  assertEquals(outlet.send(textSegment(10)), "full");
  device.gathers = false;
  assertEquals(outlet.sendAgain(), "sent");
  assertEquals(read(device.sent), PIECES.map(([seq, octets]): [number, number[]] => [seq, [...octets]]));
});

Deno.test("pieces that wait are gathered one by one when the device has begun to", () => {
  const device = new GatheringDevice();
  const outlet = new Outlet(device, () => instant(0));
  device.gathers = false;
  device.answers.push("sent", "full");
  assertEquals(outlet.send(textSegment(10)), "full");
  device.gathers = true;
  assertEquals(outlet.sendAgain(), "sent");
  assertEquals(device.gathered, ["40 + 10: 10 from 1, by 0", "40 + 5: 5 from 11, by 0"]);
});

Deno.test("pieces leave in as few calls as the device has room for, headers, payload and checksums right", () => {
  const [device, plain] = [new BatchDevice(), new FakeDevice()];
  assertEquals([
    new Outlet(device, () => instant(0)).send(textSegment(5)),
    new Outlet(plain, () => instant(0)).send(textSegment(5)),
  ], [
    "sent",
    "sent",
  ]);
  assertEquals(device.calls, 3);
  assertEquals(read(device.sent).map(([seq]) => seq), [1_000, 1_005, 1_010, 1_015, 1_020]);
  assertEquals(device.sent, plain.sent);
});

Deno.test("pieces that find no room wait where they are, and none is lost or sent twice", () => {
  const device = new BatchDevice();
  const outlet = new Outlet(device, () => instant(0));
  device.takes.push(1, "full", "full", 1, 2, "full");
  assertEquals([outlet.send(textSegment(5)), outlet.isFull, device.sent.length], ["full", true, 1]);
  assertEquals([outlet.sendAgain(), device.sent.length], ["full", 1]);
  assertEquals([outlet.sendAgain(), device.sent.length], ["full", 4]);
  assertEquals([outlet.sendAgain(), outlet.isFull], ["sent", false]);
  assertEquals(read(device.sent).map(([seq]) => seq), [1_000, 1_005, 1_010, 1_015, 1_020]);
});

Deno.test("pieces behind one that the device would not carry do not go, and the next segment begins anew", () => {
  const device = new BatchDevice();
  const outlet = new Outlet(device, () => instant(0));
  device.takes.push(1, "too long");
  assertEquals([outlet.send(textSegment(5)), outlet.isFull], ["too long", false]);
  assertEquals(outlet.send(textSegment(10)), "sent");
  assertEquals(read(device.sent).map(([seq]) => seq), [1_000, 1_000, 1_010, 1_020]);
});

Deno.test("what is sent is offered at the moment of its first call: whole, gathered and in batches", () => {
  for (const device of [new FakeDevice(), new GatheringDevice(), new BatchDevice()]) {
    let moment = 0;
    const outlet = new Outlet(device, () => instant(moment++));
    for (let i = 0; i < 2; i++) {
      const first = moment;
      outlet.send(textSegment(5));
      assertEquals([outlet.offeredAt, moment], [instant(first), first + 1]);
    }
  }
});

Deno.test("a checksum that the device vouches for is not looked at; merged segments come with their size", () => {
  const device = new GatheringDevice();
  const core = new FakeCore();
  const seen: unknown[] = [];
  core.segmentArrives = ({ checksumUnfinished, segmentSize }: Segment): void => {
    seen.push([device.inboundChecksum, checksumUnfinished, segmentSize]);
  };
  const time = new FakeTime();
  const dropped: string[] = [];
  const loop = new Loop({
    device,
    side: core,
    clock: time.read,
    poller: new FakePoller(time),
    onDrop: (reason) => dropped.push(reason),
  });
  const damaged = packet(1);
  damaged[36] = 0xff; // within TCP's checksum
  for (const state of ["verified", "unfinished", "unknown"] as const) {
    device.inboundChecksum = state;
    device.inboundSegmentSize = state === "verified" ? 0 : 1_448;
    device.waiting.push(damaged);
    loop.turn();
  }
  assertEquals(seen, [["verified", false, 0], ["unfinished", true, 1_448]]);
  assertEquals(dropped, ["bad-checksum"]);
});

Deno.test("room is waited for where it shows, arrivals meanwhile where they do", async () => {
  const device = new GatheringDevice();
  device.outboundDescriptor = 2;
  const core = new FakeCore();
  const time = new FakeTime();
  const poller = new FakePoller(time);
  const loop = new Loop({ device, side: core, clock: time.read, poller });
  const asked: (number | undefined)[] = [];
  const add = poller.add.bind(poller);
  poller.add = (descriptor, events): number => {
    asked.push(descriptor, events);
    return add(descriptor, events);
  };
  core.transmit = (out: Segment): boolean => {
    if (core.queue.shift() === undefined) return false;
    Object.assign(out, textSegment(10));
    return true;
  };
  core.queue.push(1);
  device.gatherAnswers.push("full", "full");
  poller.onWait = () => new Map([[2, POLLOUT]]);
  await loop.run(() => device.gathered.length > 0, time.now + seconds(1) as typeof time.now);
  assertEquals(device.gathered, ["40 + 25: 10 from 31, by 10"]);
  assertEquals(asked, [2, POLLOUT]);
});
