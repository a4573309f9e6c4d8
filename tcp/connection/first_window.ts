/**
 * The window that a SYN-ACK announces, of a connection or of none yet.
 *
 * @module
 */

import { seqNumber } from "../base/seq.ts";
import type { TcpConfig } from "../config/config.ts";
import { Receiver } from "../receive/receiver.ts";
import { type Handshake, TIMESTAMPS_LENGTH } from "./syn_options.ts";

/** Has the window fit what two SYNs agreed to. */
export function fitWindow({ window }: Receiver, handshake: Handshake): void {
  window.shift = handshake.windowScaling ? handshake.ownShift : 0;
  if (handshake.timestamps) window.optionOctets = TIMESTAMPS_LENGTH;
  window.holdWholeSegments(handshake.segmentSize());
}

/** The window field of the SYN-ACK that a new connection would send. */
export function firstWindow(config: TcpConfig, handshake: Handshake): number {
  const receiver = new Receiver(config, handshake.ownMss);
  receiver.begin(seqNumber(0));
  fitWindow(receiver, handshake);
  return receiver.window.announce(true, false);
}
