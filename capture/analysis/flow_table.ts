/**
 * The connections of a capture, and which end of each is the local one.
 *
 * @module
 */

import type { Direction } from "../../trace/copy.ts";
import { EndpointTexts } from "./endpoint_texts.ts";
import {
  Flag,
  type Segment,
  seqDistance,
  type SeqNumber,
  seqToUint32,
  type State,
} from "../../trace/core.ts";
import type { ConnectionRecord } from "../../trace/record.ts";
import { Flow } from "./flow.ts";
import type { RevokedResets } from "./resets.ts";

/** The flow that a segment belongs to. */
export interface Assigned {
  readonly flow: Flow;
  readonly direction: Direction;
  readonly isNew: boolean;
  /** The flow between the same ends before it, when it has just been left for a new one. */
  readonly before: Flow | null;
}

interface Pair {
  flow: Flow;
  /** The one before, until a SYN-ACK shows that the other end has taken the new SYN. */
  doubted: Flow | null;
}

/** A SYN of the same number that comes sooner behind a connection's end may be one of its own, doubled, µs. */
const LEAST_PAUSE = 3_000;

/** Finds the connection of a segment. */
export class FlowTable {
  /** By both ends' texts, the lesser one first: a text for both would have to be made of each packet. */
  readonly #pairs = new Map<string, Map<string, Pair>>();
  readonly #flows: Flow[] = [];
  readonly #texts = new EndpointTexts();
  readonly #revoked: RevokedResets | undefined;

  /** `revoked`: RSTs that a first reading has found to have ended nothing. */
  constructor(revoked?: RevokedResets) {
    this.#revoked = revoked;
  }

  /** All connections in the order in which they began. */
  get flows(): readonly Flow[] {
    return this.#flows;
  }

  /** The connection that a segment goes on with; null: it begins one. `isRefused`: one that exists has dropped it. */
  flowOf(segment: Segment, isRefused: boolean, now: number): Assigned | null {
    const source = this.#texts.of(segment, "source");
    const pair = this.#pairOf(source, this.#texts.of(segment, "destination"));
    const directionIn = (flow: Flow): Direction => source === flow.record.local ? "sent" : "arrived";
    if (pair === null) return null;
    if (opensAnew(pair.flow, segment, directionIn(pair.flow), now) && !(isRefused && pair.flow.isOurs)) {
      return null;
    }
    const flow = chooseFlow(pair, segment, source);
    return { flow, direction: directionIn(flow), isNew: false, before: null };
  }

  /** The connection that a segment begins; `hint` is what a capture of ours says of the direction. */
  begin(segment: Segment, hint: Direction | null, isOurs: boolean, at: number, frame: number): Assigned {
    const source = this.#texts.of(segment, "source");
    const destination = this.#texts.of(segment, "destination");
    const direction = hint ?? likelyDirection(segment);
    const [local, remote] = direction === "sent" ? [source, destination] : [destination, source];
    const flow = newFlow(
      this.#flows.length + 1,
      local,
      remote,
      segment,
      direction,
      isOurs,
      at,
      frame,
      this.#revoked,
    );
    this.#flows.push(flow);
    const before = this.#pairOf(source, destination)?.flow ?? null;
    const doubted = before !== null && before.state() !== "CLOSED" ? before : null;
    const [first, second] = inOrder(source, destination);
    const pairs = this.#pairs.get(first);
    if (pairs === undefined) this.#pairs.set(first, new Map([[second, { flow, doubted }]]));
    else pairs.set(second, { flow, doubted });
    return { flow, direction, isNew: true, before };
  }

  /** The connection between two ends as they stand in an ICMP error's quote; null: none has passed. */
  find(source: string, destination: string): Flow | null {
    return this.#pairOf(source, destination)?.flow ?? null;
  }

  #pairOf(source: string, destination: string): Pair | null {
    const [first, second] = inOrder(source, destination);
    return this.#pairs.get(first)?.get(second) ?? null;
  }
}

function inOrder(source: string, destination: string): readonly [string, string] {
  return source < destination ? [source, destination] : [destination, source];
}

/** After a SYN that nobody has answered yet, each segment goes to the flow whose numbers it continues (RFC 5961 4). */
function chooseFlow(pair: Pair, segment: Segment, source: string): Flow {
  const { flow, doubted } = pair;
  if (doubted === null) return flow;
  const isAnswer = segment.has(Flag.syn | Flag.ack) || (segment.has(Flag.rst) && !segment.has(Flag.syn));
  const away = (one: Flow): number => {
    const isLocal = source === one.record.local;
    const [sender, receiver] = isLocal ? [one.local, one.remote] : [one.remote, one.local];
    return sender.numbering.base !== null
      ? distance(sender.numbering.top, segment.seq)
      : distance(receiver.numbering.top, segment.ack);
  };
  const chosen = away(flow) <= away(doubted) ? flow : doubted;
  if (chosen === flow && (isAnswer || source === flow.record.local)) pair.doubted = null;
  return chosen;
}

function distance(from: SeqNumber | null, to: SeqNumber): number {
  return from === null ? Infinity : Math.abs(seqDistance(from, to));
}

function newFlow(
  id: number,
  local: string,
  remote: string,
  segment: Segment,
  direction: Direction,
  isOurs: boolean,
  at: number,
  frame: number,
  revoked: RevokedResets | undefined,
): Flow {
  const hasSyn = segment.has(Flag.syn);
  const named = isOurs
    ? {}
    : { ends: hasSyn ? { local: "the client", remote: "the server" } : { local, remote } };
  const state = hasSyn ? stateBefore(segment, direction) : "ESTABLISHED";
  const record: ConnectionRecord = { id, local, remote, ...initialNumbers(segment, direction), ...named };
  const raw = hasSyn ? {} : { windowsAreRaw: true, statesAreUnknown: true };
  return new Flow({ ...record, ...raw }, state, isOurs, at, frame, revoked);
}

function initialNumbers(segment: Segment, direction: Direction): Pick<ConnectionRecord, "iss" | "irs"> {
  if (!segment.has(Flag.syn)) return { iss: null, irs: null };
  const sender = seqToUint32(segment.seq);
  // A SYN-ACK acknowledges the octet after the other side's SYN.
  const other = segment.has(Flag.ack) ? (seqToUint32(segment.ack) + 2 ** 32 - 1) % 2 ** 32 : null;
  return direction === "sent" ? { iss: sender, irs: other } : { iss: other, irs: sender };
}

/** The local end's state before the first SYN that the capture has. */
function stateBefore(syn: Segment, direction: Direction): State {
  if (direction === "sent") return syn.has(Flag.ack) ? "SYN-RECEIVED" : "CLOSED";
  return syn.has(Flag.ack) ? "SYN-SENT" : "LISTEN";
}

/** Whether the segment is a SYN of another connection between the same ends. */
function opensAnew(flow: Flow, segment: Segment, direction: Direction, now: number): boolean {
  if (!segment.has(Flag.syn) || segment.has(Flag.ack)) return false;
  const { base } = flow.sender(direction).numbering;
  if (base === null) return !isSimultaneous(flow, direction);
  return base !== segment.seq || (flow.isOver && now - flow.lastAt >= LEAST_PAUSE);
}

/** Both ends may open at once (RFC 9293 3.5, figure 7). */
function isSimultaneous(flow: Flow, direction: Direction): boolean {
  return flow.receiver(direction).hasSyn && !flow.receiver(direction).hasAnswered;
}

/** Who opens is taken for the local end; without a SYN, whoever has the higher port. */
function likelyDirection(segment: Segment): Direction {
  if (segment.has(Flag.syn)) return segment.has(Flag.ack) ? "arrived" : "sent";
  return segment.sourcePort > segment.destinationPort ? "sent" : "arrived";
}
