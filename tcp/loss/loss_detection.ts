/**
 * What of the flight is lost: by time with RACK (RFC 8985 6.2), by counting SACK blocks (RFC 6675 5), or without SACK by
 * duplicate and partial ACKs (RFC 6582 3.2). Marks it on the scoreboard; what follows from that is the recovery's.
 *
 * @module
 */

import type { TcpConfig } from "../config/config.ts";
import type { RecoveryPhase } from "../base/observer.ts";
import { type Micros, micros } from "../base/units.ts";
import type { AckSample } from "./ack_sample.ts";
import type { DupAcks } from "./dup_acks.ts";
import { Mark } from "./mark.ts";
import type { Rack } from "./rack.ts";
import type { Scoreboard } from "./scoreboard.ts";

/** Finds losses on the scoreboard of one connection. */
export class LossDetection {
  /** After how long RACK wants to look again; 0: not. */
  reorderingWait: Micros = micros(0);
  /** Partial ACKs of the present recovery, without SACK. */
  partialAcks = 0;
  readonly #config: TcpConfig;
  readonly #scoreboard: Scoreboard;
  readonly #rack: Rack;
  readonly #dupAcks: DupAcks;

  /** Of these parts of one recovery. */
  constructor(config: TcpConfig, scoreboard: Scoreboard, rack: Rack, dupAcks: DupAcks) {
    this.#config = config;
    this.#scoreboard = scoreboard;
    this.#rack = rack;
    this.#dupAcks = dupAcks;
  }

  /**
   * Marks what is lost by now. `mayBeOfLastRecovery`: the duplicate ACKs may be of what was sent before the last recovery
   * (RFC 6582 3.2, step 2).
   */
  detect(ack: AckSample, phase: RecoveryPhase, mayBeOfLastRecovery: boolean): void {
    this.reorderingWait = micros(0);
    if (!ack.selective) this.#byAcks(ack, phase, mayBeOfLastRecovery);
    else if (this.#config.retransmission.rack) this.#byTime(ack, phase);
    else this.#byCount(ack, phase);
  }

  /** Marks what the retransmission timer says is lost: with RACK what is overdue (RFC 8985 6.3), else all. */
  markTimedOut(ack: AckSample): void {
    const scoreboard = this.#scoreboard;
    const rack = this.#rack;
    const { records } = scoreboard;
    if (ack.selective && this.#config.retransmission.rack && rack.sentAt >= 0) {
      rack.markTimedOut(scoreboard, rack.reorderingWindow(true, true, ack.minRtt, ack.srtt), ack.now);
      return;
    }
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      scoreboard.markLost(slot, "retransmit-timeout");
    }
  }

  #byTime(ack: AckSample, phase: RecoveryPhase): void {
    const scoreboard = this.#scoreboard;
    const rack = this.#rack;
    const isEnough = scoreboard.segments.sacked >= rack.reordering;
    const window = rack.reorderingWindow(isRepairing(phase), isEnough, ack.minRtt, ack.srtt);
    this.reorderingWait = rack.detectLosses(scoreboard, window, ack.now);
  }

  #byCount(ack: AckSample, phase: RecoveryPhase): void {
    const scoreboard = this.#scoreboard;
    const { records, counter } = scoreboard;
    const dupThresh = this.#rack.reordering;
    counter.detectLosses(scoreboard, dupThresh, ack.mss);
    // RFC 6675 4, NextSeg (3): when there is nothing else to send, the next hole goes out on suspicion.
    if (phase === "recovery" && ack.sendableOctets === 0) counter.markNextHole(scoreboard);
    // RFC 6675 5, step (1).
    const isEnough = this.#dupAcks.count >= dupThresh && !isRepairing(phase) && !scoreboard.isEmpty;
    if (isEnough && (records.marks(records.first) & Mark.lost) === 0) {
      scoreboard.markLost(records.first, "retransmit-sack");
    }
  }

  #byAcks(ack: AckSample, phase: RecoveryPhase, mayBeOfLastRecovery: boolean): void {
    const scoreboard = this.#scoreboard;
    if (scoreboard.isEmpty) return;
    const { first } = scoreboard.records;
    if (phase === "recovery") {
      // RFC 6582 3.2, step 3, partial acknowledgement: the next hole starts where it ends.
      if (!ack.advanced) return;
      this.partialAcks++;
      scoreboard.markLost(first, "retransmit-partial-ack");
      return;
    }
    this.partialAcks = 0;
    if (phase !== "loss" && this.#dupAcks.count >= this.#rack.reordering && !mayBeOfLastRecovery) {
      scoreboard.markLost(first, "retransmit-duplicate-acks");
    }
  }
}

/** Whether what was lost is being sent again. */
export function isRepairing(phase: RecoveryPhase): boolean {
  return phase === "recovery" || phase === "loss";
}
