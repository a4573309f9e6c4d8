import { assert, assertEquals } from "@std/assert";
import {
  completeConfig,
  Connection,
  type Endpoint,
  micros,
  milliseconds,
  parseAddress,
  seqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import { type LinkPlan, PERFECT_LINK } from "../../lab/link.ts";
import { Network } from "../../lab/network.ts";
import { type BulkResult, measureBulk } from "./bulk.ts";

const CONFIG = completeConfig({ retransmission: { minRto: milliseconds(200) } });

/** Segments of 1,448 octets that are 5 MB. */
const SEGMENTS = 3_453;

/** 5 MB through 20 ms of round trip without loss; each packet is late by up to `jitter`. */
function transfer(seed: number, jitter: number, octetsPerSecond: number): BulkResult {
  const way: LinkPlan = { ...PERFECT_LINK, delay: milliseconds(10), jitter: micros(jitter) };
  const forth = { ...way, octetsPerSecond };
  return measureBulk({ seed, config: CONFIG, forth, back: way, segments: SEGMENTS, timeMost: 60e6 });
}

for (const [name, rate] of [["without a bottleneck", Infinity], ["at 100 Mbit/s", 12_500_000]] as const) {
  Deno.test(`1 ms of jitter on 20 ms does not slow a transfer without loss: ${name}`, () => {
    const times = [1, 2, 3, 4, 5].map((seed) => {
      const { time, lost, timeouts } = transfer(seed, 1_000, rate);
      assertEquals([lost, timeouts], [0, 0]);
      return time;
    });
    const steady = transfer(1, 0, rate).time;
    const [worst] = times.sort((a, b) => b - a) as [number];
    assert(worst <= 1.5 * steady, `${worst} µs with jitter, ${steady} µs without`);
  });
}

/** Round trips of the shape in which 10, 20, 40 … segments leave: SYN, nine flights, and the last octets after the rest (Nagle). */
const ROUND_TRIPS_MOST = 10;

for (const [delay, jitter] of [[1_000, 300], [10_000, 1_000], [10_000, 5_000], [50_000, 10_000]] as const) {
  Deno.test(`the window doubles each round trip of slow start: ${2 * delay} µs and up to ${jitter} more each way (RFC 5681 3.1)`, () => {
    const way: LinkPlan = { ...PERFECT_LINK, delay: micros(delay), jitter: micros(jitter) };
    for (let seed = 1; seed <= 20; seed++) {
      const plan = { seed, config: CONFIG, forth: way, back: way, segments: SEGMENTS, timeMost: 60e6 };
      const roundTrips = measureBulk(plan).time / (2 * (delay + jitter));
      assert(roundTrips <= ROUND_TRIPS_MOST, `${roundTrips} of the longest round trips, seed ${seed}`);
    }
  });
}

const SENDER: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const RECEIVER: Endpoint = { address: parseAddress("192.0.2.2"), port: 9 };

/** 60 kB through 6 ms, jitter, and 20 % loss both ways. Returns the largest RTO before its back-off, µs. */
function largestRto(seed: number, jitter: number, config: TcpConfig): number {
  const network = new Network({ seed });
  const isn = () => seqNumber(0);
  const sender = Connection.connect({ config, local: SENDER, remote: RECEIVER, isn }, network.now);
  const receiver = Connection.listen({ config, local: RECEIVER, isn }, network.now);
  network.attach(sender, SENDER.address);
  network.attach(receiver, RECEIVER.address);
  const way: LinkPlan = { ...PERFECT_LINK, delay: milliseconds(3), jitter: micros(jitter), loss: 0.2 };
  network.join(sender, receiver, way, way);
  const { rtt } = controlBlockOf(sender);
  const data = new Uint8Array(60_000);
  let given = 0;
  let largest = 0;
  while (receiver.octetsReceived < data.length) {
    if (sender.state === "ESTABLISHED") given += sender.send(data.subarray(given), network.now);
    if (receiver.unreadOctets > 0) receiver.receive(new Uint8Array(60_000), network.now);
    assert(network.step(), "Nothing is left to happen");
    if (rtt.hasSample) largest = Math.max(largest, rtt.rto);
  }
  return largest;
}

const AGREEMENTS = [
  { timestamps: true, selectiveAck: true },
  { timestamps: true, selectiveAck: false },
  { timestamps: false, selectiveAck: true },
  { timestamps: false, selectiveAck: false },
];

for (const { timestamps, selectiveAck } of AGREEMENTS) {
  const means = `${timestamps ? "with" : "without"} timestamps, ${selectiveAck ? "with" : "without"} SACK`;
  Deno.test(`losses of data and ACKs make no round trip that the path does not have: ${means} (RFC 6298 3)`, () => {
    const config = completeConfig({
      ...CONFIG,
      handshake: { ...CONFIG.handshake, timestamps, selectiveAck },
    });
    for (const jitter of [0, 1_000]) {
      // Four round trips and the peer's delayed ACK beside the least RTO.
      const most = 200_000 + 4 * (6_000 + 2 * jitter + 40_000);
      for (let seed = 1; seed <= 150; seed++) {
        const rto = largestRto(seed, jitter, config);
        assert(rto <= most, `${rto} µs, seed ${seed}, jitter ${jitter}`);
      }
    }
  });
}
