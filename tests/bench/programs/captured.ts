/**
 * Writes a capture of one bulk transfer through a network in memory, as tcpdump takes it at the sender: pcap, raw IP, 128
 * octets of each packet.
 *
 * @module
 */

import { Network, type PacketEvent } from "../../../lab/mod.ts";
import { type Instant, instant, micros, parseAddress } from "../../../tcp/mod.ts";
import { answer, type CapturedJob, readJob } from "./jobs.ts";

const SNAP_LENGTH = 128;
const LINK_TYPE_RAW = 101;
const MICROS_PER_SECOND = 1_000_000;
const PORT = 80;
const CLIENT = "192.0.2.1";
const SERVER = "192.0.2.2";
/** A path whose product of bandwidth and delay is a megabyte. */
const DELAY = micros(10_000);
const OCTETS_PER_SECOND = 50e6;
const QUEUE = 500;
const LONGEST = instant(3_600 * MICROS_PER_SECOND);

const job = readJob<CapturedJob>();
using file = Deno.openSync(job.file, { write: true, create: true, truncate: true });
let packets = 0;

function write(octets: Uint8Array): void {
  for (let written = 0; written < octets.length;) written += file.writeSync(octets.subarray(written));
}

function words(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, i) => view.setUint32(4 * i, value));
  return new Uint8Array(view.buffer);
}

write(words(0xa1b2c3d4, 2 << 16 | 4, 0, 0, SNAP_LENGTH, LINK_TYPE_RAW));
const network = new Network({
  seed: 1,
  onPacket: (event: PacketEvent, { octets, from, to }, now: Instant): void => {
    const passes = (event === "sent" && from === client) || (event === "arrived" && to === client);
    if (!passes || packets === job.packets) return;
    packets++;
    const kept = octets.subarray(0, SNAP_LENGTH);
    const at = Math.floor(now);
    write(words(Math.floor(at / MICROS_PER_SECOND), at % MICROS_PER_SECOND, kept.length, octets.length));
    write(kept);
  },
});
const client = network.addHost(CLIENT);
const server = network.addHost(SERVER);
const path = { delay: DELAY, loss: job.loss, octetsPerSecond: OCTETS_PER_SECOND, queue: QUEUE };
network.join(client, server, path);
const listener = server.listen({ port: PORT });
const sender = client.connect({ remote: { address: parseAddress(SERVER), port: PORT } }, network.now);
let receiver: ReturnType<typeof listener.accept> = null;
const piece = new Uint8Array(1 << 16);
network.runUntil(() => {
  if (sender.state === "ESTABLISHED") { while (sender.send(piece, network.now) > 0); }
  receiver ??= listener.accept();
  while ((receiver?.receive(piece, network.now) ?? 0) > 0);
  return packets === job.packets;
}, LONGEST);
answer({ packets });
