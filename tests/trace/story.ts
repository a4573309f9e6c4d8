/**
 * The client's main job as a core would tell it: a handshake, a message whose segment gets lost once, an orderly close
 * whose FIN gets lost once.
 *
 * @module
 */

import { Flag } from "../../tcp/base/segment.ts";
import type { Observer } from "../../tcp/base/observer.ts";
import { type Instant, instant, micros } from "../../tcp/base/units.ts";
import { FakeConnection } from "./fake_connection.ts";

/** When the story begins. */
export const STORY_START = 5_000_000;

/** What the client says. */
export const MESSAGE = "Hello from custom TCP client!";

const { syn, ack, psh, fin } = Flag;

/** Tells the whole story; `message` has 29 octets. */
export function tellStory(observer: Observer, message: string | Uint8Array = MESSAGE): FakeConnection {
  const connection = new FakeConnection(observer);
  const at = (millis: number): Instant => instant(STORY_START + millis * 1_000);
  tellHandshake(connection, at);
  tellMessage(connection, at, message);
  tellClose(connection, at);
  return connection;
}

function tellHandshake(connection: FakeConnection, at: (millis: number) => Instant): void {
  const own = { mss: 1_460, sackPermitted: true, timestamps: [1, 0], windowScale: 8 } as const;
  connection.change(at(0), "SYN-SENT", "active-open");
  connection.numbers(0, 1, null);
  connection.send(at(0), "syn", { flags: syn, seq: 0, ...own });
  connection.arrive(at(20), {
    flags: syn | ack,
    seq: 0,
    ack: 1,
    window: 65_160,
    mss: 1_460,
    sackPermitted: true,
    timestamps: [900, 1],
    windowScale: 7,
  });
  connection.numbers(1, 1, 1);
  connection.sndWnd = 65_160;
  connection.sndWindowShift = 7;
  connection.rcvWindowShift = 8;
  connection.smoothedRtt = micros(20_000);
  connection.latestRtt = micros(20_000);
  connection.minimumRtt = micros(20_000);
  connection.rttVariation = micros(10_000);
  connection.retransmissionTimeout = micros(200_000);
  connection.change(at(20), "ESTABLISHED", "syn-ack-received");
  connection.congest(at(20), 14_480, Infinity, "initial-window");
  connection.send(at(20), "handshake-ack", {
    flags: ack,
    seq: 1,
    ack: 1,
    window: 251,
    timestamps: [21, 900],
  });
}

function tellMessage(
  connection: FakeConnection,
  at: (millis: number) => Instant,
  message: string | Uint8Array,
): void {
  const data = { flags: ack | psh, seq: 1, ack: 1, window: 251, data: message };
  connection.numbers(1, 30, 1);
  connection.send(at(21), "data", { ...data, timestamps: [22, 900] });
  connection.backoff = connection.expiries = 1;
  connection.retransmissionTimeout = micros(400_000);
  connection.fire(at(221), "retransmission", 200_000);
  connection.recoveryPhase = "loss";
  connection.congest(at(221), 1_448, 2_896, "retransmission-timeout");
  connection.send(at(221), "retransmit-timeout", { ...data, timestamps: [222, 900] });
  connection.arrive(at(241), { flags: ack, seq: 1, ack: 30, window: 509, timestamps: [1_121, 222] });
  connection.numbers(30, 30, 1);
  connection.sndWnd = 65_152;
  connection.backoff = connection.expiries = 0;
  connection.recoveryPhase = "open";
  connection.retransmissionTimeout = micros(200_000);
  connection.congest(at(241), 1_477, 2_896, "slow-start");
}

function tellClose(connection: FakeConnection, at: (millis: number) => Instant): void {
  const close = { flags: fin | ack, seq: 30, ack: 1, window: 251 };
  connection.change(at(242), "FIN-WAIT-1", "user-close");
  connection.numbers(30, 31, 1);
  connection.send(at(242), "fin", { ...close, timestamps: [243, 1_121] });
  connection.backoff = connection.expiries = 1;
  connection.retransmissionTimeout = micros(400_000);
  connection.fire(at(442), "retransmission", 200_000);
  connection.send(at(442), "retransmit-timeout", { ...close, timestamps: [443, 1_121] });
  connection.arrive(at(462), { flags: ack, seq: 1, ack: 31, window: 509, timestamps: [1_342, 443] });
  connection.numbers(31, 31, 1);
  connection.backoff = connection.expiries = 0;
  connection.change(at(462), "FIN-WAIT-2", "fin-acknowledged");
  connection.arrive(at(463), { flags: fin | ack, seq: 1, ack: 31, window: 509, timestamps: [1_343, 443] });
  connection.numbers(31, 31, 2);
  connection.change(at(463), "TIME-WAIT", "fin-received");
  connection.send(at(463), "ack-fin", { flags: ack, seq: 31, ack: 2, window: 251, timestamps: [464, 1_343] });
  connection.fire(at(60_463), "TIME-WAIT");
  connection.change(at(60_463), "CLOSED", "time-wait-over");
}
