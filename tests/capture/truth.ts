/**
 * Transfers through a network of which everything is known, captured at the sender, in the middle and at the receiver: what
 * each packet is, beside what an analysis says it is.
 *
 * @module
 */

import { Analysis } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { type LinkPlan, Network, type PacketEvent, Random } from "../../lab/mod.ts";
import { type Connection, decodePacket, type Instant, micros, parseAddress, Segment } from "../../tcp/mod.ts";
import { Collector } from "../trace/collect.ts";

/** Where a capture is taken. */
export type Place = "sender" | "middle" | "receiver";

/** What a packet with data of the sender is. */
export type Truth = "new" | "retransmission" | "overtaken" | "doubled";

/** A packet of a capture, with what it is; null: nothing that is scored. */
export interface Labelled {
  readonly octets: Uint8Array;
  /** µs. */
  readonly at: number;
  readonly truth: Truth | null;
}

/** A packet on its way. */
export interface Travel {
  readonly octets: Uint8Array;
  readonly sentAt: number;
  arrivedAt: number;
  readonly isData: boolean;
  readonly seq: number;
  readonly end: number;
  readonly ack: number;
  readonly isAgain: boolean;
  readonly isDouble: boolean;
}

const CLIENT = "192.0.2.1";
const SERVER = "192.0.2.2";
/** Packets of a capture that it misses, and that a busy host writes late. */
const CAPTURE_LOSS = 0.002;
const CAPTURE_LATE = 0.005;
const MOST_LATE = 300;
/** Of IPv4 and TCP, with timestamps. */
const HEADERS = 52;
const LONGEST = 120_000_000;

/** What of a run is other than usual. */
export interface Variation {
  readonly path?: Partial<LinkPlan>;
  readonly handshake?: { readonly timestamps?: boolean; readonly selectiveAck?: boolean };
  /** Octets of the receiver's buffer. */
  readonly receiveBuffer?: number;
}

/** One run: everything that has travelled from the client to the server and back. */
export function transfer(seed: number, variation: Variation = {}): readonly Travel[] {
  const random = new Random(seed);
  const delay = micros(random.magnitude(2_000, 60_000));
  const path = {
    delay,
    jitter: micros(random.chance(0.3) ? random.integer(0, 300) : 0),
    loss: random.chance(0.8) ? random.magnitude(1, 300) / 10_000 : 0,
    burst: random.chance(0.3) ? 3 : 1,
    reorder: random.chance(0.6) ? random.magnitude(1, 200) / 10_000 : 0,
    reorderDelay: micros(random.integer(500, Math.max(600, Math.round(delay * 1.5)))),
    duplicate: random.chance(0.3) ? random.magnitude(1, 50) / 10_000 : 0,
    octetsPerSecond: random.magnitude(500_000, 20_000_000),
    queue: random.integer(30, 300),
    ...variation.path,
  };
  const travels: Travel[] = [];
  const byOctets = new Map<Uint8Array, Travel>();
  const departures = new Map<string, number>();
  const reader = new Segment();
  const retransmitted = new Set<number>();
  let highest = -1;
  const onPacket = (event: PacketEvent, { octets }: { octets: Uint8Array }, now: Instant): void => {
    if (event !== "sent" && event !== "arrived") return;
    if (decodePacket(octets, octets.length, reader, "trust") !== null) return;
    const isData = reader.payload.length > 0 && reader.destinationPort === 80;
    const seq = reader.seq as unknown as number >>> 0;
    const end = seq + reader.payload.length;
    const ack = reader.destinationPort === 80 ? -1 : reader.ack as unknown as number >>> 0;
    if (event === "arrived") {
      const known = byOctets.get(octets);
      if (known !== undefined) known.arrivedAt = now;
      else {
        // It has left with its original, and keeps close to it.
        const sentAt = departures.get(octets.subarray(0, HEADERS).join()) ?? now - delay;
        const again = isData && seq < highest && retransmitted.has(seq);
        travels.push({
          octets,
          sentAt,
          arrivedAt: now,
          isData,
          seq,
          end,
          ack,
          isAgain: again,
          isDouble: true,
        });
      }
      return;
    }
    const isAgain = isData && seq < highest;
    if (isData) highest = Math.max(highest, end);
    if (isAgain) retransmitted.add(seq);
    const travel = {
      octets,
      sentAt: now,
      arrivedAt: Infinity,
      isData,
      seq,
      end,
      ack,
      isAgain,
      isDouble: false,
    };
    travels.push(travel);
    departures.set(octets.subarray(0, HEADERS).join(), now);
    byOctets.set(octets, travel);
  };
  run(new Network({ seed, onPacket }), random, path, variation);
  return travels;
}

function run(network: Network, random: Random, path: Partial<LinkPlan>, variation: Variation): void {
  const handshake = {
    timestamps: random.chance(0.7),
    selectiveAck: random.chance(0.85),
    ...variation.handshake,
  };
  const secret = Uint8Array.from({ length: 16 }, (_octet, i) => i);
  const isn = { secret, config: { handshake } };
  const client = network.addHost(CLIENT, isn);
  const { receiveBuffer } = variation;
  const buffers = receiveBuffer === undefined ? {} : { receiveBuffer, receiveBufferMax: receiveBuffer };
  const server = network.addHost(SERVER, { secret, config: { handshake, buffers } });
  network.join(client, server, path);
  const listener = server.listen({ port: 80 });
  const sender = client.connect({ remote: { address: parseAddress(SERVER), port: 80 } }, network.now);
  const text = new Uint8Array(random.integer(150_000, 500_000));
  const into = new Uint8Array(65_536);
  let receiver: Connection | null = null;
  let sent = 0;
  let received = 0;
  network.runUntil(() => {
    if (sender.state === "ESTABLISHED" && sent < text.length) {
      sent += sender.send(text.subarray(sent), network.now);
    }
    receiver ??= listener.accept();
    if (receiver !== null) received += receiver.receive(into, network.now) ?? 0;
    return received === text.length;
  }, micros(LONGEST) as unknown as Instant);
}

/** The captures of one run, each with what its packets are. */
export function capturesOf(
  seed: number,
  variation: Variation = {},
): Readonly<Record<Place, readonly Labelled[]>> {
  const travels = transfer(seed, variation);
  const random = new Random(seed + 1_000_000);
  const places: readonly Place[] = ["sender", "middle", "receiver"];
  return Object.fromEntries(
    places.map((place) => [place, captureAt(place, travels, random)]),
  ) as Record<Place, readonly Labelled[]>;
}

function captureAt(place: Place, travels: readonly Travel[], random: Random): readonly Labelled[] {
  const passing: { readonly travel: Travel; readonly at: number }[] = [];
  const usual = { there: 0, back: 0 };
  for (const travel of travels) {
    const way = travel.octets[15] === 1 ? "there" : "back";
    if (travel.arrivedAt !== Infinity) usual[way] = (travel.arrivedAt - travel.sentAt) / 2;
    const at = passesAt(place, travel, usual[way], random);
    if (at === null || (travel.isData && random.chance(CAPTURE_LOSS))) continue;
    const isLate = travel.isData && random.chance(CAPTURE_LATE);
    passing.push({ travel, at: at + (isLate ? random.integer(1, MOST_LATE) : 0) });
  }
  passing.sort((a, b) => a.at - b.at);
  const labeller = new Labeller();
  return passing.map(({ travel, at }) => ({ octets: travel.octets, at, truth: labeller.label(travel) }));
}

/** Says what each packet of a capture is, in their order. */
class Labeller {
  #highest = -1;
  #acknowledged = -1;
  /** Headers that have passed: what a doubled packet has alike with its original. */
  readonly #passed = new Set<string>();

  /** Those of doubled packets that have passed before their originals. */
  readonly #doubles = new Set<string>();

  label({ octets, isData, seq, end, ack, isAgain, isDouble }: Travel): Truth | null {
    if (!isData) {
      this.#acknowledged = Math.max(this.#acknowledged, ack);
      return null;
    }
    const isBelow = seq < this.#highest || end <= this.#acknowledged;
    this.#highest = Math.max(this.#highest, end);
    const header = octets.subarray(20, 60).join();
    if (isDouble ? this.#passed.has(header) : this.#doubles.has(header)) return "doubled";
    (isDouble ? this.#doubles : this.#passed).add(header);
    return isAgain ? "retransmission" : isBelow ? "overtaken" : "new";
  }
}

/** When a packet passes a place; null: it never does. What is lost on the way is lost before the middle or behind it. */
function passesAt(
  place: Place,
  { octets, sentAt, arrivedAt, isDouble }: Travel,
  usual: number,
  random: Random,
): number | null {
  const isFromClient = octets[15] === 1;
  const isNear = (place === "sender") === isFromClient;
  if (place === "middle") {
    if (arrivedAt === Infinity) return random.chance(0.5) ? null : sentAt + usual;
    return (sentAt + arrivedAt) / 2;
  }
  if (isNear) return isDouble ? null : sentAt;
  return arrivedAt === Infinity ? null : arrivedAt;
}

/** How many packets that are something were found to be that, and how many were found to be it that are not. */
export interface Score {
  readonly of: number;
  readonly found: number;
  readonly wrong: number;
}

/** The packets of a capture as a file has them. */
export function packetsOf(capture: readonly Labelled[]): readonly CapturedPacket[] {
  return capture.map(({ octets, at }) => ({
    time: BigInt(Math.round(at * 1_000)) + 1_000_000_000_000_000_000n,
    linkType: 101,
    interfaceName: "",
    direction: null,
    octets,
    originalLength: octets.length,
    comments: [],
  }));
}

/** What the analysis takes each packet for; null for one that is not scored. */
export function verdictsOn(capture: readonly Labelled[]): readonly (Truth | null)[] {
  const seen = new Collector();
  const packets = packetsOf(capture);
  const analysis = new Analysis(packets[0]?.time ?? 0n, [seen], { kept: { headers: false, excerpt: 0 } });
  for (const packet of packets) analysis.packet(packet);
  const segments = seen.events.filter((event) => event.kind === "sent" || event.kind === "arrived");
  return segments.map((event, i) => {
    if (capture[i]?.truth === null) return null;
    const [mark] = event.marks;
    if (mark === "retransmission") return "retransmission";
    if (mark === "out of order") return "overtaken";
    return mark === "duplicate" ? "doubled" : "new";
  });
}

/** Compares verdicts with the truth. */
export function score(
  capture: readonly Labelled[],
  verdicts: readonly (Truth | null)[],
  of: Truth,
): Score {
  let [all, found, wrong] = [0, 0, 0];
  capture.forEach(({ truth }, i) => {
    if (truth === of) {
      all++;
      if (verdicts[i] === of) found++;
    } else if (truth !== null && verdicts[i] === of) wrong++;
  });
  return { of: all, found, wrong };
}
