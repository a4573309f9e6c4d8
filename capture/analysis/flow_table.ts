/**
 * The connections of a capture, and which end of each is the local one.
 *
 * @module
 */

import { type Direction, endpointText } from "../../trace/copy.ts";
import { Flag, type Segment, seqToUint32, type State } from "../../trace/core.ts";
import { Flow } from "./flow.ts";

/** Finds the connection of a segment. */
export class FlowTable {
  readonly #flows = new Map<string, Flow>();
  #count = 0;

  /** How many connections there were. */
  get size(): number {
    return this.#count;
  }

  /** The connection of a segment, new with a new SYN; `hint` is what the capture says of the direction. */
  flowOf(segment: Segment, hint: Direction | null): { readonly flow: Flow; readonly direction: Direction } {
    const source = endpointText(segment, "source");
    const destination = endpointText(segment, "destination");
    const key = source < destination ? `${source} ${destination}` : `${destination} ${source}`;
    const known = this.#flows.get(key);
    if (known !== undefined && !opensAnew(known, segment, source)) {
      return { flow: known, direction: source === known.record.local ? "sent" : "arrived" };
    }
    const direction = known === undefined
      ? hint ?? likelyDirection(segment)
      : source === known.record.local
      ? "sent"
      : "arrived";
    const [local, remote] = direction === "sent" ? [source, destination] : [destination, source];
    const flow = newFlow(++this.#count, local, remote, segment, direction);
    this.#flows.set(key, flow);
    return { flow, direction };
  }
}

function newFlow(id: number, local: string, remote: string, segment: Segment, direction: Direction): Flow {
  const sender = seqToUint32(segment.seq);
  const receiver = segment.has(Flag.ack) ? seqToUint32(segment.ack) : null;
  if (!segment.has(Flag.syn)) return new Flow({ id, local, remote, iss: null, irs: null }, "ESTABLISHED");
  // A SYN-ACK acknowledges the octet after the other side's SYN.
  const other = receiver === null ? null : (receiver + 2 ** 32 - 1) % 2 ** 32;
  const [iss, irs] = direction === "sent" ? [sender, other] : [other, sender];
  return new Flow({ id, local, remote, iss, irs }, stateBefore(segment, direction));
}

/** The local end's state before the first SYN that the capture has. */
function stateBefore(syn: Segment, direction: Direction): State {
  if (direction === "sent") return syn.has(Flag.ack) ? "SYN-RECEIVED" : "CLOSED";
  return syn.has(Flag.ack) ? "SYN-SENT" : "LISTEN";
}

/** Whether the segment is a SYN of another connection between the same ends. */
function opensAnew(flow: Flow, segment: Segment, source: string): boolean {
  if (!segment.has(Flag.syn) || segment.has(Flag.ack)) return false;
  const base = source === flow.record.local ? flow.own.base : flow.peer.base;
  const started = base !== null && base === segment.seq;
  return !started && flow.state() !== "SYN-SENT";
}

/** Who opens is taken for the local end; without a SYN, whoever has the higher port. */
function likelyDirection(segment: Segment): Direction {
  if (segment.has(Flag.syn)) return segment.has(Flag.ack) ? "arrived" : "sent";
  return segment.sourcePort > segment.destinationPort ? "sent" : "arrived";
}
