/**
 * Which connection of one capture is which of another: the one whose packets have the same numbers, whatever became of
 * addresses and ports between the two.
 *
 * @module
 */

import { type Flow, flowOf } from "../analysis/flow.ts";
import type { Direction } from "../../trace/copy.ts";
import { type SeqNumber, seqToUint32 } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import type { Passage } from "../analysis/passage.ts";
import type { Point } from "./point.ts";

/** One connection at two points. */
export interface FlowPair {
  readonly here: Flow;
  readonly there: Flow;
  /** Whether the capture there takes the other end for the local one. */
  readonly isTurned: boolean;
}

/** Whose a packet is that passes here, and which way it goes. */
interface Owner {
  readonly flow: Flow;
  readonly direction: Direction;
}

/** Bits of the acknowledgment that are part of a key; with the 32 of the number they fit into a double. */
const KEY_BITS = 20;

/** What a packet is known by at both points, wherever it was addressed to. */
function keyOf({ rawSeq, rawAck, timestampValue, length, flags }: SegmentRecord): number {
  const PRIME = 0x9e37_79b1;
  let hash = Math.imul(rawAck ^ PRIME, PRIME);
  for (const part of [timestampValue, length, flags]) hash = Math.imul(hash ^ hash >>> 15 ^ part, PRIME);
  return rawSeq * 2 ** KEY_BITS + (hash >>> 32 - KEY_BITS);
}

/** The connections that both captures have, in the order of those here. */
export function pairFlows(here: Point, there: Point): readonly FlowPair[] {
  const owners = new Map<number, Owner>();
  for (const flow of here.flows.map(flowOf)) {
    for (const { segment, direction } of flow.passages) {
      const key = keyOf(segment);
      if (!owners.has(key)) owners.set(key, { flow, direction });
    }
  }
  const pairs = there.flows.map(flowOf).flatMap((flow) => {
    const found = counterpart(flow.passages, owners);
    return found === null ? [] : [{ there: flow, ...found }];
  });
  const taken = new Set<Flow>();
  return pairs.filter((pair) => !taken.has(pair.here) && taken.add(pair.here))
    .sort((a, b) => a.here.record.id - b.here.record.id);
}

/** The connection here that has most of the packets. */
function counterpart(
  passages: readonly Passage[],
  owners: ReadonlyMap<number, Owner>,
): Omit<FlowPair, "there"> | null {
  const votes = new Map<Flow, { same: number; turned: number }>();
  for (const { segment, direction } of passages) {
    const owner = owners.get(keyOf(segment));
    if (owner === undefined) continue;
    const vote = votes.get(owner.flow) ?? { same: 0, turned: 0 };
    if (owner.direction === direction) vote.same++;
    else vote.turned++;
    votes.set(owner.flow, vote);
  }
  const [best] = [...votes].sort(([, a], [, b]) => b.same + b.turned - a.same - a.turned);
  if (best === undefined) return null;
  const [flow, { same, turned }] = best;
  return { here: flow, isTurned: turned > same };
}

/** The packets of the connection there, numbered and directed as here. */
export function asHere({ here, there, isTurned }: FlowPair, passages: readonly Passage[]): Passage[] {
  const localShift = shift(
    here.local.numbering.base,
    isTurned ? there.remote.numbering.base : there.local.numbering.base,
  );
  const remoteShift = shift(
    here.remote.numbering.base,
    isTurned ? there.local.numbering.base : there.remote.numbering.base,
  );
  if (!isTurned && localShift === 0 && remoteShift === 0) return [...passages];
  return passages.map((passage) => {
    const isSent = (passage.direction === "sent") !== isTurned;
    const direction: Direction = isSent ? "sent" : "arrived";
    const [seqShift, ackShift] = isSent ? [localShift, remoteShift] : [remoteShift, localShift];
    const { local, remote } = passage.states;
    const { missed } = passage;
    return {
      ...passage,
      direction,
      segment: shifted(passage.segment, seqShift, ackShift),
      states: isTurned ? { local: remote, remote: local } : passage.states,
      missed: missed === null ? null : { start: missed.start + ackShift, end: missed.end + ackShift },
    };
  });
}

/** What to add to a number there to have it counted as here; numbers of a direction that one of them has not seen stay. */
function shift(here: SeqNumber | null, there: SeqNumber | null): number {
  return here === null || there === null ? 0 : seqToUint32(there) - seqToUint32(here) | 0;
}

function shifted(segment: SegmentRecord, seq: number, ack: number): SegmentRecord {
  return {
    ...segment,
    seq: segment.seq + seq,
    end: segment.end + seq,
    ack: segment.ack === null ? null : segment.ack + ack,
    sackEdges: segment.sackEdges.map((edge) => edge + ack),
  };
}
