/**
 * What is remembered of one connection from event to event: its numbering, its ends, how far it has sent.
 *
 * @module
 */

import {
  type ConnectionView,
  Flag,
  formatEndpoint,
  isSynchronized,
  type Segment,
  type SeqNumber,
  seqToUint32,
  type State,
} from "./core.ts";
import { Conversation, withMerged } from "./conversation.ts";
import { endpointText } from "./copy.ts";
import { Numbering } from "./numbering.ts";
import { SynAgreement } from "./syn_agreement.ts";
import type { ConnectionRecord, SegmentMark, SegmentRecord, ViewRecord } from "./record.ts";

/** One connection's memory. */
export class ConnectionTrack {
  readonly own: Numbering = new Numbering();
  readonly peer: Numbering = new Numbering();
  /** Window shifts of what we send and of what arrives, as the handshake left them. */
  readonly windowShifts: { sent: number; arrived: number } = { sent: 0, arrived: 0 };
  #record: ConnectionRecord;
  #local: unknown = null;
  #remote: unknown = null;
  #ownBase: SeqNumber | null = null;
  #peerBase: SeqNumber | null = null;
  readonly conversation: Conversation = new Conversation();
  readonly agreement: SynAgreement = new SynAgreement();

  constructor(id: number) {
    this.#record = { id, local: "", remote: "", iss: null, irs: null };
  }

  /** The connection as events refer to it; a new record whenever something of it changed. */
  get record(): ConnectionRecord {
    return this.#record;
  }

  /** A segment came towards us that will not arrive: its SYN tells where the peer's numbers begin, if nothing has before. */
  meets(segment: Segment): void {
    if (this.peer.base !== null || !segment.has(Flag.syn)) return;
    this.peer.start(segment.seq);
    this.#peerBase = this.peer.base;
    this.#record = { ...this.#record, irs: seqToUint32(segment.seq) };
  }

  /** Takes in what the view says of ends and initial numbers; `arrived` is the segment about to be looked at. */
  update(view: ConnectionView, arrived: Segment | null): void {
    this.windowShifts.sent = view.rcvWindowShift;
    this.windowShifts.arrived = view.sndWindowShift;
    if (view.state !== "LISTEN") this.own.start(view.iss);
    if (knowsPeer(view.state)) this.peer.start(view.irs);
    else if (arrived !== null && arrived.has(Flag.syn)) this.peer.start(arrived.seq);
    const changed = view.local !== this.#local || view.remote !== this.#remote ||
      this.own.base !== this.#ownBase || this.peer.base !== this.#peerBase;
    if (!changed) return;
    if (this.own.base !== this.#ownBase) this.conversation.restart();
    this.#local = view.local;
    this.#remote = view.remote;
    this.#ownBase = this.own.base;
    this.#peerBase = this.peer.base;
    // Whoever listens learns from the SYN who its peer is, and at which address.
    const isMet = view.state === "LISTEN" && arrived !== null && arrived.has(Flag.syn);
    this.#record = {
      id: view.id,
      local: isMet ? endpointText(arrived, "destination") : formatEndpoint(view.local),
      remote: isMet ? endpointText(arrived, "source") : formatEndpoint(view.remote),
      iss: this.own.base === null ? null : seqToUint32(this.own.base),
      irs: this.peer.base === null ? null : seqToUint32(this.peer.base),
    };
  }
}

/** Whether a SYN that arrives may tell what its sender offers: it opens the connection, or is the one that did once more. */
export function mayOffer({ ack, rawSeq }: SegmentRecord, view: ViewRecord, irs: number | null): boolean {
  const { state, sndMax } = view;
  if (isSynchronized(state)) return false;
  if (state === "SYN-RECEIVED") return rawSeq === irs;
  return state !== "SYN-SENT" || ack === null || (ack > 0 && ack <= sndMax);
}

/** What a segment that arrives is to a receiver in this state. */
export function marksOfArrived(segment: SegmentRecord, view: ViewRecord | null): readonly SegmentMark[] {
  if (view === null || view.rcvNxt === null || segment.end === segment.seq) return withMerged(null, segment);
  if (segment.end <= view.rcvNxt) return withMerged("duplicate", segment);
  return withMerged(segment.seq > view.rcvNxt ? "out of order" : null, segment);
}

/** Whether the peer's initial sequence number is known for certain in this state. */
function knowsPeer(state: State): boolean {
  return isSynchronized(state) || state === "SYN-RECEIVED";
}
