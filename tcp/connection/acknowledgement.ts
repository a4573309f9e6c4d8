/**
 * What an acceptable ACK field means: for the sending half by the connection's rules of sending, and for the user.
 *
 * @module
 */

import { Event } from "../base/events.ts";
import type { Segment } from "../base/segment.ts";
import type { Tcb } from "./tcb.ts";
import type { Instant } from "../base/units.ts";

/** Takes in the ACK field, SACK blocks and window of a segment whose ACK is acceptable (RFC 5961 5.2). */
export function acknowledgementArrives(tcb: Tcb, segment: Segment, now: Instant): void {
  if (tcb.rules.takeAcknowledgement(tcb, segment, now)) tellUser(tcb);
}

function tellUser(tcb: Tcb): void {
  const { sender } = tcb;
  if (sender.ring.room > 0) tcb.raise(Event.writable);
  if (sender.ring.length === 0) tcb.raise(Event.allAcknowledged);
  if (sender.finAcknowledged) tcb.raise(Event.finAcknowledged);
}
