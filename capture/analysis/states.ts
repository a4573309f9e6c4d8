/**
 * The state of one end, from what has passed of both.
 *
 * @module
 */

import type { State } from "../../trace/core.ts";
import type { Half } from "./half.ts";

/** RFC 9293 3.3.2. What an end has sent proves what it must have received, also where only one direction is seen. */
export function stateOf(own: Half, peer: Half, closedFirst: Half | null): State {
  const handshake = duringHandshake(own, peer);
  if (handshake !== null) return handshake;
  const hasPeerFin = peer.finEnd !== Infinity && Math.max(own.ack, peer.contiguous) >= peer.finEnd;
  if (own.finEnd === Infinity) return hasPeerFin ? "CLOSE-WAIT" : "ESTABLISHED";
  const isFinAcked = own.una >= own.finEnd;
  if (!hasPeerFin) return isFinAcked ? "FIN-WAIT-2" : "FIN-WAIT-1";
  if (closedFirst !== own) return isFinAcked ? "CLOSED" : "LAST-ACK";
  return isFinAcked ? "TIME-WAIT" : "CLOSING";
}

/** The states before ESTABLISHED; null beyond them, or where no SYN was seen. */
function duringHandshake(own: Half, peer: Half): State | null {
  if (!own.hasSyn && !peer.hasSyn) return null;
  const isAnswered = own.una > 0;
  if (own.hasSyn && !peer.hasSyn) return own.hasAnswered ? null : "SYN-SENT";
  if (!own.hasSyn) return own.packets > 0 || peer.hasAnswered ? null : "SYN-RECEIVED";
  // Text, or an ACK that is no SYN: the handshake is behind it.
  return isAnswered || own.dataPackets > 1 ? null : own.hasAnswered ? "SYN-RECEIVED" : "SYN-SENT";
}
