/**
 * The SYN-ACKs with SYN cookies: few are kept until they are sent, and none has a connection.
 *
 * @module
 */

import type { Endpoint } from "../base/address.ts";
import { Flag, Option, type Segment } from "../base/segment.ts";
import { seqAdd, type SeqNumber, type Timestamp } from "../base/seq.ts";
import type { TcpConfig } from "../config/config.ts";
import { firstWindow } from "../connection/first_window.ts";
import { beginStray } from "./stray_resets.ts";
import { type CookieAnswer, SynCookies } from "./syn_cookies.ts";
import { Timestamps } from "../connection/timestamps.ts";
import type { Instant } from "../base/units.ts";

/** SYN-ACKs that may wait to be sent: those of a few turns. Of more SYNs the senders must try again. */
const MAX_PENDING_ANSWERS = 512;

/** Whose SYN it is, and what a connection would be like. */
interface CookieCase {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly config: TcpConfig;
  readonly timestampOffset: number;
}

interface PendingAnswer extends CookieAnswer, Omit<CookieCase, "timestampOffset"> {
  readonly peerSeq: SeqNumber;
  readonly peersClock: Timestamp;
}

/** SYN-ACKs that wait to be sent. */
export class CookieAnswers {
  readonly cookies: SynCookies;
  readonly #waiting: PendingAnswer[] = [];
  #count = 0;

  /** Takes a copy of the secret. @throws RangeError unless it has 16 octets */
  constructor(secret: Uint8Array) {
    this.cookies = new SynCookies(secret);
  }

  /** SYNs answered so far. */
  get count(): number {
    return this.#count;
  }

  /**
   * Answers a SYN; `timestampOffset`: of a connection between these ends.
   *
   * @returns false when too many answers wait already, or a cookie cannot say what the peer takes
   */
  answer(
    syn: Segment,
    { local, remote, config, timestampOffset }: CookieCase,
    now: Instant,
  ): boolean {
    if (this.#waiting.length >= MAX_PENDING_ANSWERS) return false;
    const clock = new Timestamps(config.sending.timestampTick, timestampOffset).value(now);
    const answer = this.cookies.answer(syn, local, remote, config, clock, now);
    if (answer === null) return false;
    this.#waiting.push({
      ...answer,
      local,
      remote,
      config,
      peerSeq: syn.seq,
      peersClock: syn.timestampValue,
    });
    this.#count++;
    return true;
  }

  /** Fills `out` with the oldest. @returns false when none waits */
  transmit(out: Segment): boolean {
    // As for `StrayResets`: nearly always none.
    if (this.#waiting.length === 0) return false;
    const answer = this.#waiting.shift() as PendingAnswer;
    const { config, handshake, ecn } = answer;
    beginStray(out, answer.local, answer.remote);
    out.hopLimit = config.sending.hopLimit;
    out.dscp = config.sending.dscp;
    out.flags = Flag.syn | Flag.ack | ecn.synAckFlags;
    out.seq = answer.cookie;
    out.ack = seqAdd(answer.peerSeq, 1);
    out.window = firstWindow(config, handshake);
    if (answer.timestampValue !== null) {
      out.options |= Option.timestamps;
      out.timestampValue = answer.timestampValue;
      out.timestampEcho = answer.peersClock;
    }
    handshake.writeOptions(out, config, false);
    ecn.writeSyn(out, config.congestion.ecnCapable);
    return true;
  }
}
