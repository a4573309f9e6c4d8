/**
 * Two connections in one memory: segments a second, and octets of garbage that each segment leaves.
 *
 * @module
 */

import {
  Connection,
  type Endpoint,
  type Instant,
  instant,
  parseAddress,
  seqNumber,
  STANDARD,
  type TcpConfig,
} from "../../../tcp/mod.ts";
import { answer, type CoresAnswer, readJob } from "./jobs.ts";
import { memoryNow, Wire } from "./wire.ts";

const SENDER: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const RECEIVER: Endpoint = { address: parseAddress("192.0.2.2"), port: 9 };

/** Microseconds of virtual time between two turns: the round trip, too. */
const TURN = 100;

const WARM_UP = 200_000;
const MILLISECONDS = 1_500;

/** Segments between two looks at the heap: so few that garbage is seldom collected in between. */
const SEGMENTS = 2_000;
const LOOKS = 51;

/** Buffers of fixed length, so that the work is the same from first to last. */
const CONFIG: TcpConfig = {
  ...STANDARD,
  sendBuffer: 1 << 18,
  receiveBuffer: 1 << 18,
  receiveBufferMax: 1 << 18,
};

const { codec } = readJob<{ readonly codec: boolean }>();
const wire = new Wire(codec);
const isn = () => seqNumber(-100_000);
let now: Instant = instant(0);
const sender = Connection.connect({ config: CONFIG, local: SENDER, remote: RECEIVER, isn }, now);
const receiver = Connection.listen({ config: CONFIG, local: RECEIVER, isn }, now);
const text = new Uint8Array(1 << 16);
const read = new Uint8Array(1 << 16);

function turn(): void {
  now = instant(now + TURN);
  if (sender.state === "ESTABLISHED") { while (sender.send(text, now) > 0); }
  wire.carry(sender, receiver, now);
  if (receiver.unreadOctets > 0) { while ((receiver.receive(read, now) ?? 0) > 0); }
  wire.carry(receiver, sender, now);
  sender.timersFire(now);
  receiver.timersFire(now);
}

function run(segments: number): void {
  const end = wire.segments + segments;
  while (wire.segments < end) turn();
}

/** The median growth of the heap; looks between which garbage was collected are outliers. */
function garbagePerSegment(): number {
  const growths: number[] = [];
  memoryNow();
  for (let i = 0; i < LOOKS; i++) {
    const segments = wire.segments;
    const before = Deno.memoryUsage().heapUsed;
    run(SEGMENTS);
    growths.push((Deno.memoryUsage().heapUsed - before) / (wire.segments - segments));
  }
  growths.sort((a, b) => a - b);
  return growths[LOOKS >> 1] ?? NaN;
}

run(WARM_UP);
const [segmentsBefore, textBefore] = [wire.segments, wire.withText];
const start = performance.now();
while (performance.now() - start < MILLISECONDS) run(SEGMENTS);
const seconds = (performance.now() - start) / 1_000;
const segments = wire.segments - segmentsBefore;
const textShare = (wire.withText - textBefore) / segments;
if (sender.segmentsRetransmitted > 0) throw new Error("Something was sent twice");
answer<CoresAnswer>({ segmentsPerSecond: segments / seconds, textShare, garbage: garbagePerSegment() });
