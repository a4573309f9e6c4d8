/**
 * Situations in which nothing is lost and little happens, more often than is worth telling: each octet by itself, windows that
 * open bit by bit, urgent data; and segments that come to nothing.
 *
 * @module
 */

import { Flag, IcmpError, instant, type PartialConfig, type SeqNumber } from "../../tcp/mod.ts";
import { after, milliseconds } from "../../tcp/base/units.ts";
import type { Recorder } from "../../trace/recorder.ts";
import { NOW, Play } from "./situation_kit.ts";

/** More often than something ordinary is told in full. */
const OFTEN = 6;

/** The peer sends single octets, `together` at once, and waits for a while. */
function singleOctets(recorder: Recorder, config: PartialConfig, together: number): void {
  const play = Play.established(recorder, config);
  for (let i = 0; i < OFTEN * together; i++) {
    const at = instant(NOW + milliseconds(500) * (1 + Math.floor(i / together)));
    while (play.connection.nextDeadline() < at) play.wait();
    play.arrive({ flags: Flag.ack, seq: 1 + i, ack: 1, data: "x" }, at);
  }
}

/** The peer's window opens bit by bit. */
function openingWindow(recorder: Recorder): void {
  const play = Play.established(recorder, {});
  for (let i = 1; i <= OFTEN; i++) {
    play.arrive({ flags: Flag.ack, seq: 1, ack: 1, window: 64_240 + i * 100 });
  }
}

/** We are connected to; both ends send urgent data; an ACK says what was known. */
function urgentBothWays(recorder: Recorder): void {
  const play = Play.listening(recorder, {});
  play.arrive({ flags: Flag.syn, seq: 0 });
  play.arrive({ flags: Flag.ack, seq: 1, ack: 1 });
  play.arrive({ flags: Flag.ack, seq: 1, ack: 1 });
  play.arrive({ flags: Flag.ack | Flag.urg, seq: 1, ack: 1, data: "xy", urgent: 2 });
  play.connection.sendUrgent(Uint8Array.of(0x61, 0x62), NOW);
  play.transmit();
}

/** The peer takes its window back while data are on their way, refuses them, and has room later. */
function windowTakenBack(recorder: Recorder): void {
  const play = Play.established(recorder, {});
  play.send(1_000);
  play.arrive({ flags: Flag.ack, seq: 1, ack: 1, window: 0 }, after(NOW, milliseconds(20)));
  for (let i = 0; i < 2; i++) {
    play.wait();
    play.arrive({ flags: Flag.ack, seq: 1, ack: 1, window: 0 }, after(play.now, milliseconds(20)));
  }
  play.arrive({ flags: Flag.ack, seq: 1, ack: 1 }, after(play.now, milliseconds(500)));
}

/** Sends a segment about which somebody asks to be slower. @returns its number */
function sendQuenched(play: Play): SeqNumber {
  const { connection } = play;
  const first = connection.sndNxt;
  play.send(100);
  const quench = Object.assign(new IcmpError(), { kind: "source quench", type: 4, code: 0, seq: first });
  connection.icmpArrives(quench, play.now);
  return first;
}

/** ICMP errors that say nothing of what is missing: one about what has arrived, and one that asks to be slower. */
function icmpWithoutLoss(recorder: Recorder): void {
  const play = Play.established(recorder, {});
  const first = sendQuenched(play);
  play.arrive({ flags: Flag.ack, seq: 1, ack: 101 }, after(NOW, milliseconds(20)));
  const late = Object.assign(new IcmpError(), { kind: "unreachable", type: 3, code: 0, seq: first });
  play.connection.icmpArrives(late, play.now);
}

/** Somebody asks to be slower, and nothing is answered: that does not say what was lost. */
function quenchWithoutAnswer(recorder: Recorder): void {
  const play = Play.established(recorder, {});
  sendQuenched(play);
  play.wait();
}

/** Something came twice, and something else lies beyond a gap: one ACK reports both (RFC 2883 4). */
function twiceAndBeyond(recorder: Recorder): void {
  const sack = { selectiveAck: true } as const;
  const play = Play.established(recorder, { handshake: sack }, { sackPermitted: true });
  for (let i = 0; i < 4; i++) play.send(100);
  play.arrive({ flags: Flag.ack, seq: 1, ack: 101 }, after(NOW, milliseconds(20)));
  play.arrive({ flags: Flag.ack, seq: 1, ack: 101, sack: [1, 101, 301, 401] }, after(NOW, milliseconds(21)));
}

/** What comes has a gap, and some of it comes again: our ACK reports both (RFC 2883 4). */
function receivedTwiceAndBeyond(recorder: Recorder): void {
  const config = { handshake: { selectiveAck: true } } as const;
  const play = Play.established(recorder, config, { sackPermitted: true });
  const data = new Uint8Array(100);
  for (const seq of [1, 201, 201]) play.arrive({ flags: Flag.ack, seq, ack: 1, data });
}

/** Each tells a recorder something. */
export const QUIET_SITUATIONS: readonly ((recorder: Recorder) => void)[] = [
  (recorder) => singleOctets(recorder, {}, 1),
  (recorder) => singleOctets(recorder, { acknowledging: { quickAcks: 0 } }, 1),
  (recorder) =>
    singleOctets(recorder, { acknowledging: { quickAcks: 0, ackDelay: "every second segment" } }, 2),
  openingWindow,
  urgentBothWays,
  windowTakenBack,
  icmpWithoutLoss,
  quenchWithoutAnswer,
  twiceAndBeyond,
  receivedTwiceAndBeyond,
];
