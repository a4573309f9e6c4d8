/**
 * One long transfer over a given path, for measuring: as much as the windows allow, without users, checks or an end.
 *
 * @module
 */

import {
  Connection,
  type Endpoint,
  type Instant,
  parseAddress,
  seqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import type { LinkCounts, LinkPlan } from "../../lab/link.ts";
import { Network } from "../../lab/network.ts";

const SENDER: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const RECEIVER: Endpoint = { address: parseAddress("192.0.2.2"), port: 9 };

/** Text that is written at a time. */
const PIECE = new Uint8Array(1 << 16);

/** Measuring begins after this part of the data, and after so many losses if there are any: slow start is forgotten. */
const WARM_UP = 0.4;
const WARM_UP_LOSSES = 16;

/** What is to be measured. */
export interface BulkPlan {
  readonly seed: number;
  readonly config: TcpConfig;
  /** The path of the data, and of its acknowledgements. */
  readonly forth: LinkPlan;
  readonly back: LinkPlan;
  /** Full segments after which it ends. */
  readonly segments: number;
  /** Virtual time after which it ends in any case, µs. */
  readonly timeMost: number;
}

/** What was measured. */
export interface BulkResult {
  /** Octets a second that the receiver got, after the warm-up. */
  readonly octetsPerSecond: number;
  /** From the first SYN to the end, µs. */
  readonly time: number;
  /** Payload octets of a full segment. */
  readonly mss: number;
  readonly segmentsSent: number;
  readonly retransmitted: number;
  readonly timeouts: number;
  readonly lost: number;
  /** Packets marked with "congestion experienced". */
  readonly marked: number;
}

/** Runs one transfer. */
export function measureBulk(plan: BulkPlan): BulkResult {
  return new Transfer(plan).run();
}

class Transfer {
  readonly #plan: BulkPlan;
  readonly #sender: Connection;
  readonly #receiver: Connection;
  readonly #network: Network;
  readonly #counts: LinkCounts;
  readonly #began: Instant;

  constructor(plan: BulkPlan) {
    this.#plan = plan;
    const network = this.#network = new Network({ seed: plan.seed });
    this.#began = network.now;
    const { config } = plan;
    const isn = () => seqNumber(0);
    this.#sender = Connection.connect({ config, local: SENDER, remote: RECEIVER, isn }, network.now);
    this.#receiver = Connection.listen({ config, local: RECEIVER, isn }, network.now);
    network.attach(this.#sender, SENDER.address);
    network.attach(this.#receiver, RECEIVER.address);
    this.#counts = network.join(this.#sender, this.#receiver, plan.forth, plan.back).forth.counts;
  }

  run(): BulkResult {
    const { segments, timeMost } = this.#plan;
    const counts = this.#counts;
    let warmAt = 0;
    let warmOctets = 0;
    for (;;) {
      this.#writeAndRead();
      if (!this.#network.step()) throw new Error("Nothing is left to happen");
      const { now } = this.#network;
      const { octetsReceived } = this.#receiver;
      const wanted = segments * this.#sender.sendMss;
      const events = counts.lost + counts.marked;
      const isPastStart = events === 0 || events >= WARM_UP_LOSSES;
      if (warmAt === 0 && isPastStart && octetsReceived >= WARM_UP * wanted) {
        warmAt = now;
        warmOctets = octetsReceived;
      }
      if (octetsReceived >= wanted || now >= timeMost) {
        const span = Math.max(1, now - warmAt);
        return this.#result((octetsReceived - warmOctets) * 1e6 / span);
      }
    }
  }

  #writeAndRead(): void {
    const { now } = this.#network;
    if (this.#sender.state === "ESTABLISHED") { while (this.#sender.send(PIECE, now) > 0); }
    if (this.#receiver.unreadOctets > 0) { while ((this.#receiver.receive(PIECE, now) ?? 0) > 0); }
  }

  #result(octetsPerSecond: number): BulkResult {
    const sender = this.#sender;
    const counts = this.#counts;
    return {
      octetsPerSecond,
      time: this.#network.now - this.#began,
      mss: sender.sendMss,
      segmentsSent: sender.segmentsSent,
      retransmitted: sender.segmentsRetransmitted,
      timeouts: controlBlockOf(sender).totals.timeouts,
      lost: counts.lost + counts.overflowed,
      marked: counts.marked,
    };
  }
}
