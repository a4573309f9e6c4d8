/**
 * What data and FINs that arrived mean for acknowledging: at once or later (RFC 9293 3.8.6.3), and which duplicates are
 * reported (RFC 2883).
 *
 * @module
 */

import type { DataOutcome } from "../receive/receiver.ts";
import { MAX_SACK_BLOCKS, Segment } from "../base/segment.ts";
import { seqAdd, seqAtOrAfter, seqBefore, seqDistance, seqEarlier, seqLater } from "../base/seq.ts";
import type { Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";
import { after, type Instant } from "../base/units.ts";

/** SACK blocks that fit beside timestamps. */
const SACK_BLOCKS_WITH_TIMESTAMPS = 3;

/** Where the SACK blocks of an ACK that is kept are written first. */
const blocks = new Segment();

/** SACK blocks that an ACK of this connection has room for. */
export function mostSackBlocks(tcb: Tcb): number {
  if (!tcb.handshake.selectiveAck) return 0;
  return tcb.timestamps.agreed ? SACK_BLOCKS_WITH_TIMESTAMPS : MAX_SACK_BLOCKS;
}

/**
 * A segment is about to be taken in: an ACK that is due for those before it and must not cover it is kept as it is now
 * (RFC 5681 4.2: at once for each segment out of order, and for what fills a gap).
 */
export function keepAckDue(tcb: Tcb, segment: Segment, now: Instant): void {
  const { acknowledging, receiver, timestamps } = tcb;
  if (!acknowledging.mustGoBefore(segment, receiver.rcvNxt, now)) return;
  blocks.sackBlockCount = 0;
  const most = mostSackBlocks(tcb);
  if (most > 0) acknowledging.writeSackBlocks(blocks, receiver.outOfOrder, most);
  acknowledging.keep(receiver, blocks, timestamps.recent);
  timestamps.lastAckSent = receiver.rcvNxt;
  tcb.timers.clear(Timer.delayedAck);
}

/** Tells the pace of acknowledgements what arrived. */
export function noteArrival(tcb: Tcb, segment: Segment, outcome: DataOutcome, now: Instant): void {
  const { pace } = tcb.acknowledging;
  if (pace === null) return;
  const { receiver, rtt } = tcb;
  if (outcome === "duplicate" || outcome === "no room" || outcome === "too many gaps") {
    pace.disorderArrived(receiver.window.announced, receiver.fullSegment);
  } else {
    pace.dataArrived(
      segment.payload.length,
      receiver.window.announced,
      receiver.fullSegment,
      rtt.timeout(),
      now,
    );
  }
}

/** RFC 9293 3.8.6.3: the ACK of what came may wait. */
export function delayAck(tcb: Tcb, now: Instant): void {
  const { acknowledging, timers, config, rtt } = tcb;
  const delay = acknowledging.pace?.delay(rtt.srtt) ?? config.acknowledging.delayedAckTime;
  if (delay === 0) return acknowledging.acknowledgeNow("ack-quick");
  const due = after(now, delay);
  if (due < timers.deadline(Timer.delayedAck)) timers.set(Timer.delayedAck, due);
}

/** RFC 2883 4: which octets of the segment were received before. */
export function reportDuplicateData(tcb: Tcb, segment: Segment): void {
  const { receiver, acknowledging } = tcb;
  if (segment.payload.length === 0 || !tcb.handshake.selectiveAck) return;
  const end = seqAdd(segment.seq, segment.payload.length);
  if (seqBefore(segment.seq, receiver.rcvNxt)) {
    if (seqDistance(segment.seq, receiver.rcvNxt) > receiver.octetsReceived) return;
    acknowledging.reportDuplicate(segment.seq, seqEarlier(end, receiver.rcvNxt));
    return;
  }
  const { outOfOrder } = receiver;
  const index = outOfOrder.indexAfter(segment.seq);
  if (index >= outOfOrder.count || seqAtOrAfter(outOfOrder.start(index), end)) return;
  // RFC 2883 4 (4): the block behind the duplicate's is that of the range in which it lies.
  acknowledging.noteOutOfOrder(outOfOrder.start(index));
  acknowledging.reportDuplicate(
    seqLater(segment.seq, outOfOrder.start(index)),
    seqEarlier(end, outOfOrder.end(index)),
  );
}

/** At once; or as data are when the user may answer with a FIN of its own. */
export function acknowledgeFin(tcb: Tcb, now: Instant): void {
  const { acknowledging } = tcb;
  if (acknowledging.pace === null) return acknowledging.acknowledgeNow("ack-fin");
  acknowledging.forgetDuplicate();
  if (tcb.state !== "ESTABLISHED" || tcb.receiver.isOverfull) return acknowledging.acknowledgeNow("ack-fin");
  acknowledging.pace.finArrived();
  // The FIN counts as an octet: with a full segment that is more than one.
  if (acknowledging.unacknowledged + 1 > tcb.receiver.fullSegment) {
    return acknowledging.acknowledgeNow("ack-fin");
  }
  if (acknowledging.immediate === null) delayAck(tcb, now);
}
