/**
 * Every situation that a connection can be in, as scripts that lead there: the states, and within ESTABLISHED the
 * conditions of sending and receiving.
 *
 * @module
 */

import {
  Connection,
  type Family,
  Flag,
  type Instant,
  instant,
  type Observer,
  parseAddress,
  seqAdd,
  type SeqNumber,
  seqNumber,
  type State,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { Peer, PEER_ADDRESS, PEER_PORT } from "./peer.ts";

/** A situation by name, the state that belongs to it, and the way there. */
export interface Situation {
  readonly name: string;
  readonly state: State;
  readonly lead: (opening: Opening) => Peer;
}

/** What a connection is opened with. */
export interface Opening {
  readonly config: TcpConfig;
  readonly family: Family;
  readonly iss: SeqNumber;
  readonly observer: Observer;
}

const LOCAL_PORT = 80;
const START: Instant = instant(5_000_000);
const ACK = Flag.ack;
const TEXT = new Uint8Array(20_000);

function own(family: Family): { address: ReturnType<typeof parseAddress>; port: number } {
  return { address: parseAddress(family === 4 ? "192.0.2.1" : "2001:db8::1"), port: LOCAL_PORT };
}

function listening({ config, family, iss, observer }: Opening): Peer {
  const connection = Connection.listen({ config, local: own(family), isn: () => iss, observer }, START);
  return new Peer(connection, START, config.handshake.timestamps);
}

function opening({ config, family, iss, observer }: Opening): Peer {
  const remote = { address: { family, octets: Uint8Array.from(PEER_ADDRESS[family]) }, port: PEER_PORT };
  const connection = Connection.connect(
    { config, local: own(family), remote, isn: () => iss, observer },
    START,
  );
  const peer = new Peer(connection, START, config.handshake.timestamps);
  peer.drain();
  return peer;
}

function synReceived(options: Opening): Peer {
  const peer = listening(options);
  peer.say({ flags: Flag.syn });
  return peer;
}

function synReceivedFromBoth(options: Opening): Peer {
  const peer = opening(options);
  peer.say({ flags: Flag.syn });
  return peer;
}

function established(options: Opening): Peer {
  const peer = opening(options);
  peer.say({ flags: Flag.syn | ACK });
  return peer;
}

function accepted(options: Opening): Peer {
  const peer = synReceived(options);
  peer.say({ flags: ACK });
  return peer;
}

function outstanding(options: Opening): Peer {
  const peer = established(options);
  peer.connection.send(TEXT, peer.now);
  peer.drain();
  return peer;
}

function recovering(options: Opening): Peer {
  const peer = outstanding(options);
  const una = peer.connection.sndUna;
  for (let i = 1; i <= 4; i++) {
    peer.wait(10_000);
    peer.say({ flags: ACK, ack: una, sack: [[1_000, 1_000 + 1_000 * i]] });
  }
  return peer;
}

function timedOut(options: Opening): Peer {
  const peer = outstanding(options);
  for (let i = 0; i < 3; i++) peer.waitForTimer();
  return peer;
}

function withGaps(options: Opening): Peer {
  const peer = accepted(options);
  for (const gap of [2_000, 6_000, 4_000]) {
    peer.say({ flags: ACK, seq: seqAdd(peer.next, gap), payload: 1_000 });
  }
  return peer;
}

function windowClosed(options: Opening): Peer {
  const peer = established(options);
  peer.say({ flags: ACK, window: 0 });
  peer.connection.send(TEXT, peer.now);
  peer.drain();
  for (let i = 0; i < 3; i++) peer.waitForTimer();
  return peer;
}

function unread(options: Opening): Peer {
  const peer = accepted(options);
  const most = Math.min(60_000, peer.connection.rcvWnd);
  for (let taken = 0; taken < most; taken += 10_000) {
    peer.say({ flags: ACK, payload: Math.min(10_000, most - taken) });
  }
  return peer;
}

/** With data outstanding, and the FIN behind it. */
function finWait1(options: Opening): Peer {
  const peer = established(options);
  peer.connection.send(TEXT.subarray(0, 3_000), peer.now);
  peer.connection.shutdown(peer.now);
  peer.drain();
  return peer;
}

function finWait2(options: Opening): Peer {
  const peer = established(options);
  peer.connection.shutdown(peer.now);
  peer.drain();
  peer.say({ flags: ACK });
  return peer;
}

function closeWait(options: Opening): Peer {
  const peer = accepted(options);
  peer.say({ flags: ACK | Flag.fin });
  return peer;
}

function closing(options: Opening): Peer {
  const peer = established(options);
  const before = peer.expected;
  peer.connection.shutdown(peer.now);
  peer.drain();
  peer.say({ flags: ACK | Flag.fin, ack: before });
  return peer;
}

function lastAck(options: Opening): Peer {
  const peer = closeWait(options);
  peer.connection.shutdown(peer.now);
  peer.drain();
  return peer;
}

function timeWait(options: Opening): Peer {
  const peer = finWait2(options);
  peer.say({ flags: ACK | Flag.fin });
  return peer;
}

function closed(options: Opening): Peer {
  const peer = established(options);
  peer.say({ flags: Flag.rst | ACK });
  return peer;
}

/** All situations. */
export const SITUATIONS: readonly Situation[] = [
  { name: "LISTEN", state: "LISTEN", lead: listening },
  { name: "SYN-SENT", state: "SYN-SENT", lead: opening },
  { name: "SYN-RECEIVED", state: "SYN-RECEIVED", lead: synReceived },
  { name: "SYN-RECEIVED, both opening", state: "SYN-RECEIVED", lead: synReceivedFromBoth },
  { name: "ESTABLISHED, opened actively", state: "ESTABLISHED", lead: established },
  { name: "ESTABLISHED, opened passively", state: "ESTABLISHED", lead: accepted },
  { name: "ESTABLISHED, text outstanding", state: "ESTABLISHED", lead: outstanding },
  { name: "ESTABLISHED, recovering", state: "ESTABLISHED", lead: recovering },
  { name: "ESTABLISHED, timed out", state: "ESTABLISHED", lead: timedOut },
  { name: "ESTABLISHED, gaps before what arrived", state: "ESTABLISHED", lead: withGaps },
  { name: "ESTABLISHED, the peer's window closed", state: "ESTABLISHED", lead: windowClosed },
  { name: "ESTABLISHED, our window closed", state: "ESTABLISHED", lead: unread },
  { name: "FIN-WAIT-1", state: "FIN-WAIT-1", lead: finWait1 },
  { name: "FIN-WAIT-2", state: "FIN-WAIT-2", lead: finWait2 },
  { name: "CLOSE-WAIT", state: "CLOSE-WAIT", lead: closeWait },
  { name: "CLOSING", state: "CLOSING", lead: closing },
  { name: "LAST-ACK", state: "LAST-ACK", lead: lastAck },
  { name: "TIME-WAIT", state: "TIME-WAIT", lead: timeWait },
  { name: "CLOSED", state: "CLOSED", lead: closed },
];

/** The sequence number at which connections under test begin: near the wrap. */
export const OWN_ISS: SeqNumber = seqNumber(0x7fffff00);
