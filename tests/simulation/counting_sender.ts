/**
 * A sender that finds losses by counting duplicate ACKs and knows nothing else: no SACK, no timestamps, no probes (RFC 5681,
 * RFC 6582), as small stacks are. It is written from the RFCs, and pushes data at a receiver of ours over a link that loses
 * segments and hands over whatever has arrived at once, as a device does.
 *
 * @module
 */

import { Random } from "../../lab/random.ts";
import {
  after,
  completeConfig,
  Connection,
  Flag,
  type Instant,
  instant,
  milliseconds,
} from "../../tcp/mod.ts";
import { type PartialConfig, seconds, Segment, seqDistance, seqNumber } from "../../tcp/mod.ts";
import { HERE, IRS, ISS, segmentOf, THERE } from "../tcp/exchange.ts";

const LOCAL = { address: HERE, port: 40_000 };
const MSS = 1_000;
const ONE_WAY = milliseconds(5);
const RTO = seconds(1);

/** What a transfer came to. */
export interface CountingResult {
  readonly lost: number;
  readonly timeouts: number;
  readonly acks: number;
}

/** Sends `segments` full ones to a receiver with the config `changes`, of which the link loses the part `loss`. */
export function sendCounting(
  changes: PartialConfig,
  plan: { seed: number; segments: number; loss: number },
): CountingResult {
  return new CountingSender(changes, new Random(plan.seed), plan.loss).run(plan.segments);
}

class CountingSender {
  readonly #receiver: Connection;
  readonly #random: Random;
  readonly #loss: number;
  readonly #out = new Segment();
  readonly #unread = new Uint8Array(1 << 16);
  /** Segments on their way, by their place in the stream. */
  #burst: number[] = [];
  #now: Instant = instant(0);
  #total = 0;
  // In segments: RFC 5681 and RFC 6582.
  #una = 0;
  #nxt = 0;
  #cwnd = 4;
  #ssthresh = Infinity;
  #window = 0;
  #dupAcks = 0;
  #recover = -1;
  #isRecovering = false;
  #lost = 0;
  #timeouts = 0;
  #acks = 0;

  constructor(changes: PartialConfig, random: Random, loss: number) {
    this.#random = random;
    this.#loss = loss;
    const config = completeConfig(changes, completeConfig({ handshake: { timestamps: false, mss: MSS } }));
    this.#receiver = Connection.connect(
      { config, local: LOCAL, remote: THERE, isn: () => seqNumber(ISS) },
      this.#now,
    );
    this.#receiver.transmit(this.#out, this.#now);
    this.#now = after(this.#now, milliseconds(10));
    const answer = segmentOf(THERE, LOCAL, { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 });
    this.#receiver.segmentArrives(answer, this.#now);
    this.#takeAcks();
    this.#acks = 0;
  }

  run(segments: number): CountingResult {
    this.#total = segments;
    this.#sendNew();
    while (this.#una < segments) {
      this.#now = after(this.#now, ONE_WAY);
      this.#deliver();
      this.#takeAcks();
      // A delayed ACK is all that can still come.
      if (this.#burst.length === 0 && this.#una < segments) this.#wait();
    }
    return { lost: this.#lost, timeouts: this.#timeouts, acks: this.#acks };
  }

  /** Everything that was on its way arrives in one turn, less what is lost. */
  #deliver(): void {
    const burst = this.#burst;
    this.#burst = [];
    for (const place of burst) {
      if (this.#random.fraction() < this.#loss) {
        this.#lost++;
        continue;
      }
      const said = { flags: Flag.ack, seq: IRS + 1 + place * MSS, ack: ISS + 1, length: MSS };
      this.#receiver.segmentArrives(segmentOf(THERE, LOCAL, said), this.#now);
    }
    while ((this.#receiver.receive(this.#unread, this.#now) ?? 0) > 0);
  }

  #takeAcks(): void {
    this.#now = after(this.#now, ONE_WAY);
    while (this.#receiver.transmit(this.#out, this.#now)) {
      this.#acks++;
      const ack = Math.floor(seqDistance(seqNumber(IRS + 1), this.#out.ack) / MSS);
      if (ack > this.#una) this.#advance(ack);
      else if (ack === this.#una && this.#nxt > this.#una && this.#out.window === this.#window) this.#count();
      this.#window = this.#out.window;
      this.#sendNew();
    }
  }

  #advance(ack: number): void {
    const acknowledged = ack - this.#una;
    this.#una = ack;
    this.#nxt = Math.max(this.#nxt, ack);
    this.#dupAcks = 0;
    if (this.#isRecovering && ack < this.#recover) {
      // RFC 6582 3.2, step 3: a partial ACK.
      this.#burst.push(ack);
      this.#cwnd = Math.max(1, this.#cwnd - acknowledged + 1);
    } else if (this.#isRecovering) {
      this.#isRecovering = false;
      this.#cwnd = this.#ssthresh;
    } else {
      this.#cwnd += this.#cwnd < this.#ssthresh ? 1 : 1 / this.#cwnd;
    }
  }

  /** RFC 5681 3.2. */
  #count(): void {
    this.#dupAcks++;
    if (this.#isRecovering) this.#cwnd++;
    if (this.#dupAcks !== 3 || this.#isRecovering || this.#una <= this.#recover) return;
    this.#isRecovering = true;
    this.#recover = this.#nxt;
    this.#ssthresh = Math.max(2, (this.#nxt - this.#una) / 2);
    this.#cwnd = this.#ssthresh + 3;
    this.#burst.push(this.#una);
  }

  #sendNew(): void {
    const windows = Math.min(this.#cwnd, Math.floor(this.#window / MSS) || 4);
    while (this.#nxt < this.#total && this.#nxt - this.#una < Math.floor(windows)) {
      this.#burst.push(this.#nxt++);
    }
  }

  /** Nothing is on its way: the receiver's timer, or in the end the sender's. */
  #wait(): void {
    const deadline = this.#receiver.nextDeadline();
    if (deadline - this.#now < RTO) {
      this.#now = instant(Math.max(this.#now, deadline));
      this.#receiver.timersFire(this.#now);
      return;
    }
    this.#timeouts++;
    this.#now = after(this.#now, RTO);
    this.#ssthresh = Math.max(2, (this.#nxt - this.#una) / 2);
    this.#cwnd = 1;
    this.#isRecovering = false;
    this.#recover = this.#nxt;
    this.#dupAcks = 0;
    this.#nxt = this.#una + 1;
    this.#burst.push(this.#una);
  }
}
