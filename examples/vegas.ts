// deno-lint-ignore-file no-console
/**
 * A congestion control that the library does not have: Vegas (Brakmo and Peterson, 1994), which looks at delay. It compares
 * the rate that cwnd should give on an empty path with the rate that it gives, and leaves 2 to 4 segments in the queue.
 * Run, it sends 5 MB through a bottleneck with a deep queue, and CUBIC beside it: `deno run examples/vegas.ts`
 *
 * @module
 */

import { Network } from "../lab/mod.ts";
import {
  type CongestionControl,
  type CongestionControlFactory,
  type CongestionControlName,
  type CongestionOptions,
  type CongestionSample,
  type Connection,
  type Micros,
  milliseconds,
  parseAddress,
  seqAtOrAfter,
  type SeqNumber,
} from "../tcp/mod.ts";

/** Segments in the queue: fewer, and cwnd grows; more, and it shrinks; so many, and slow start is over. */
const ALPHA = 2;
const BETA = 4;
const GAMMA = 1;

/** The least window, segments. */
const LEAST = 2;

/** Vegas. */
class Vegas implements CongestionControl {
  readonly name = "vegas";
  cwnd: number;
  ssthresh = Infinity;
  /** The round ends when this is acknowledged. */
  #roundEnd: SeqNumber | null = null;
  /** The least round trip of the round; 0: none. */
  #roundRtt = 0;
  /** In slow start the window doubles every other round, so that a round shows what the last did. */
  #grows = true;
  #before: readonly [cwnd: number, ssthresh: number];

  constructor({ initialCwnd }: CongestionOptions) {
    this.cwnd = initialCwnd;
    this.#before = [initialCwnd, Infinity];
  }

  ackReceived(ack: CongestionSample): void {
    if (ack.rtt > 0) this.#roundRtt = this.#roundRtt === 0 ? ack.rtt : Math.min(this.#roundRtt, ack.rtt);
    if (this.cwnd < this.ssthresh && this.#grows && ack.isCwndLimited) this.cwnd += ack.deliveredOctets;
    if (this.#roundEnd !== null && !seqAtOrAfter(ack.una, this.#roundEnd)) return;
    if (this.#roundRtt > 0) this.#judgeRound(ack);
    this.#roundEnd = ack.sndNxt;
    this.#roundRtt = 0;
    this.#grows = !this.#grows;
  }

  /** What of the window stands in the queue is what the path would not need without one. */
  #judgeRound({ mss, minRtt, isCwndLimited }: CongestionSample): void {
    const queued = this.cwnd * (1 - minRtt / this.#roundRtt) / mss;
    if (this.cwnd < this.ssthresh) {
      if (queued <= GAMMA) return;
      this.ssthresh = this.cwnd = Math.max(LEAST * mss, this.cwnd - queued * mss);
    } else if (queued > BETA) {
      this.cwnd = Math.max(LEAST * mss, this.cwnd - mss);
    } else if (queued < ALPHA && isCwndLimited) {
      this.cwnd += mss;
    }
  }

  lossDetected({ flightSize, mss }: CongestionSample): void {
    this.#before = [this.cwnd, this.ssthresh];
    this.ssthresh = Math.max(LEAST * mss, flightSize / 2);
  }

  timeout(loss: CongestionSample): void {
    this.lossDetected(loss);
  }

  undo(): void {
    const [cwnd, ssthresh] = this.#before;
    this.cwnd = Math.max(this.cwnd, cwnd);
    this.ssthresh = Math.max(this.ssthresh, ssthresh);
  }

  /** What was measured before a pause says nothing of the rounds after it. */
  idle(): void {
    this.#roundEnd = null;
    this.#roundRtt = 0;
  }
}

/** For `congestion.congestionControl` of a config. */
export function vegas(options: CongestionOptions): CongestionControl {
  return new Vegas(options);
}

/** What a transfer showed. */
export interface Transfer {
  readonly seconds: number;
  /** SRTT at its end. */
  readonly srtt: Micros;
  readonly retransmissions: number;
}

/** 5 MB through 10 Mbit/s with 40 ms of round trip, and a queue of half a second. */
export function transfer(congestionControl: CongestionControlName | CongestionControlFactory): Transfer {
  const network = new Network({ seed: 7 });
  const client = network.addHost("192.0.2.1", { config: { congestion: { congestionControl } } });
  const server = network.addHost("192.0.2.2");
  network.join(client, server, { delay: milliseconds(20), octetsPerSecond: 1_250_000, queue: 400 }, {
    delay: milliseconds(20),
  });
  const listener = server.listen({ port: 80 });
  const sender = client.connect({ remote: { address: parseAddress("192.0.2.2"), port: 80 } }, network.now);
  const data = new Uint8Array(5_000_000);
  const into = new Uint8Array(65_536);
  let receiver: Connection | null = null;
  let sent = 0;
  let received = 0;
  network.runUntil(() => {
    if (sender.state === "ESTABLISHED") sent += sender.send(data.subarray(sent), network.now);
    receiver ??= listener.accept();
    if (receiver !== null) received += receiver.receive(into, network.now) ?? 0;
    return received === data.length;
  });
  const { smoothedRtt, segmentsRetransmitted } = sender;
  return { seconds: network.now / 1e6, srtt: smoothedRtt, retransmissions: segmentsRetransmitted };
}

if (import.meta.main) {
  for (const [name, kind] of [["vegas", vegas], ["cubic", "cubic"]] as const) {
    const { seconds, srtt, retransmissions } = transfer(kind);
    console.log(
      `${name}: ${seconds.toFixed(2)} s, round trip ${srtt / 1e3} ms, ${retransmissions} sent again`,
    );
  }
}
