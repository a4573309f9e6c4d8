/**
 * Tells a connection's story as it happens, from what the core's observer sees: one line for each step of handshake,
 * delivery and close, in an order that people and scripts can rely on.
 *
 * @module
 */

import {
  type ConnectionView,
  type DropReason,
  Flag,
  formatFlags,
  type IcmpError,
  icmpText,
  type IcmpVerdict,
  icmpWords,
  type Instant,
  micros,
  NEVER,
  type Observer,
  type Segment,
  type SendReason,
  seqAdd,
  seqAfter,
  seqAtOrAfter,
  seqDistance,
  type SeqNumber,
  seqNumber,
  seqToUint32,
  type State,
  type StateReason,
  toSeconds,
} from "../tcp/single.ts";
import type { LinkChange } from "../driver/link.ts";
import { hopFieldName, HopLimits } from "../trace/hop_limits.ts";
import type { LiveLimits } from "../trace/mod.ts";
import { counted } from "./counted.ts";
import { faultOf, isTrouble, linkText, PathLines } from "./path_lines.ts";
import { PendingLines } from "./pending_lines.ts";
import { isRepetition, repeatReason, Repetitions } from "./repetitions.ts";
import type { Output } from "./output.ts";

/** What the narrator knows of what was sent how often, for the messages of failures. */
export interface SendingRecord {
  /** SYNs sent. */
  syns: number;
  /** Of these, those that acknowledge a SYN of the peer's which does not acknowledge ours. */
  synAcks: number;
  /** Segments with data sent, repeated ones included. */
  dataSegments: number;
  /** FINs sent. */
  fins: number;
  /** When the first SYN went, and the last one; NEVER before that. */
  firstSynAt: Instant;
  lastSynAt: Instant;
  /**
   * The last sign of why we are not answered: that our segments do not reach the peer, and who says so, or that what came cannot
   * be used; null: there was none.
   */
  report: string | null;
  /** When it came; null: there was none. */
  reportAt: Instant | null;
  /** SYNs sent when the network last said that it does not carry them; 0: it has not. */
  reportedSyns: number;
  /** TTL or hop limit of a RST that has ended the connection, and of all segments before it; null: they do not differ. */
  foreignReset: { readonly field: string; readonly hopLimit: number; readonly usual: number } | null;
}

/**
 * Lines of the handshake are written at once. All that comes after waits for `flush`: the session calls it only once the
 * message is delivered or that has failed, so that nothing comes between, and then each turn, after it has read what arrived.
 */
export class Narrator implements Observer {
  readonly record: SendingRecord = {
    syns: 0,
    synAcks: 0,
    dataSegments: 0,
    fins: 0,
    firstSynAt: NEVER,
    lastSynAt: NEVER,
    report: null,
    reportAt: null,
    reportedSyns: 0,
    foreignReset: null,
  };
  /** What the transfer waits for; null: nobody asks. */
  readonly limits: LiveLimits | null;
  readonly #output: Output;
  readonly #repetitions: Repetitions;
  readonly #pending: PendingLines;
  #handshakeAckSeen = false;
  #synAckSeen = false;
  #arrivedSeq: SeqNumber = seqNumber(0);
  #arrivedAck: SeqNumber = seqNumber(0);
  #peerFin: SeqNumber | null = null;
  #peerFinAcknowledged = false;
  /** Where all data that were sent end, those of window probes included; null: none were. */
  #sentEnd: SeqNumber | null = null;
  /** Where the data that were sent begin and end, and how many segments brought them. */
  readonly #data = { first: seqNumber(0), end: seqNumber(0), segments: 0 };
  /** Segments that arrived, and which of them acknowledged our FIN. */
  #arrivals = 0;
  #ackOfFin = 0;
  readonly #hopLimits = new HopLimits();
  #foreign: SendingRecord["foreignReset"] = null;
  /** What the last line that waits says to be sent, until the next segment is; null: nothing. */
  #leaving: string | null = null;
  /** This host has refused a segment, and nothing has come since. */
  #isRefused = false;
  readonly #path = new PathLines();

  /**
   * @param limits told of all segments; null: nobody asks what the transfer waits for
   * @param showsPayload whether of what arrives more than the amount may be told
   */
  constructor(output: Output, limits: LiveLimits | null = null, showsPayload: boolean = true) {
    this.#output = output;
    this.#pending = new PendingLines(output, showsPayload);
    this.#repetitions = new Repetitions(output);
    this.limits = limits;
  }

  /** The story begins. `peer` is shown as it is. */
  starting(peer: string): void {
    this.#output.line("note", `Starting TCP handshake with ${peer}`);
  }

  /** The handshake is complete and its last ACK sent. */
  established(): void {
    this.#output.line("done", "TCP connection established!");
  }

  /** What is to be sent goes to the connection. `what` is safe to show; null: there is nothing. */
  sending(what: string | null): void {
    if (what === null) this.#output.line("note", "No data to send");
    else this.#output.line("sent", `Sending ${what}`);
  }

  /** From now on it is read until the peer closes its side. */
  receiving(): void {
    this.#output.line("received", "Receiving until the peer closes its side");
  }

  /** The peer has acknowledged all data. `inDetail`: with the numbers that they had. */
  delivered(inDetail: boolean): void {
    this.#repetitions.tellRest();
    this.#output.line("note", "Data sent successfully");
    if (inDetail) this.#tellNumbers();
    this.flush();
  }

  /** The peer sent this. Copies. */
  received(octets: Uint8Array): void {
    this.#pending.received(octets);
  }

  /** Nothing follows, or something else: writes what waits, and what of repetitions was only counted. */
  settle(): void {
    this.#repetitions.tellRest();
    this.flush();
  }

  /** Writes what waits. */
  flush(): void {
    this.#pending.flush();
  }

  /** The connection is closed in order. */
  closed(): void {
    this.settle();
    this.#pending.tellHidden();
    this.#output.line("done", "Connection closed");
  }

  /** Something that goes on for longer than people expect. */
  note(text: string): void {
    this.settle();
    this.#output.line("note", text);
  }

  /** Data and ACKs leave by another socket from now on, or data is received by one. `isUnwanted`: not what was asked for. */
  linkChanged(link: LinkChange, reason: string, isUnwanted: boolean): void {
    const text = linkText(link, reason);
    if (isUnwanted) this.#output.warning(text);
    else this.#output.line("note", text);
  }

  /** What the path takes, where that is known better by now; what each way of the transfer has waited for. */
  limited(): void {
    const found = this.#path.found();
    if (found !== null) this.#output.line("note", found);
    for (const way of ["sending", "receiving"] as const) {
      const shares = this.limits?.shares(way) ?? null;
      if (shares === null) continue;
      const span = `${toSeconds(micros(shares.total)).toFixed(3)} s`;
      this.#output.line("note", `Limited while ${way}, in shares of ${span}: ${shares.text}`);
    }
  }

  /** Something to know that is no part of the story. */
  warning(text: string): void {
    this.#output.warning(text);
  }

  #tellNumbers(): void {
    const { first, end, segments } = this.#data;
    const octets = seqDistance(first, end);
    if (octets === 0) return;
    const [from, to] = [seqToUint32(first), seqToUint32(seqAdd(end, -1))];
    const numbers = octets === 1 ? `seq=${from}` : `seq=${from} to ${to}`;
    const pieces = segments === 1 ? "" : ` in ${segments} segments`;
    this.#output.line("sent", `Sent ${counted(octets, "byte")}${pieces} (${numbers})`);
    this.#output.line("received", `Received ACK of all data (ack=${seqToUint32(end)})`);
  }

  /** This host would not carry the segment that was told of last. */
  unsent(): void {
    this.#isRefused = true;
    const what = this.#leaving;
    if (what !== null) {
      this.#pending.replace(`Sending ${what}`, "note", `The ${what} could not leave this host`);
    }
  }

  segmentSent(connection: ConnectionView | null, segment: Segment, reason: SendReason, now: Instant): void {
    if (connection === null) return;
    this.#leaving = null;
    this.limits?.segmentSent(connection, segment, reason, now);
    if (segment.has(Flag.rst)) this.#rstSent(segment, reason);
    else if (segment.has(Flag.syn)) this.#synSent(connection, segment, reason, now);
    else {
      this.#dataSent(connection, segment, reason, now);
      this.#finSent(connection, segment, reason, now);
      this.#ackSent(segment);
    }
    this.#repetitions.sent(connection, segment, now);
  }

  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void {
    if (connection !== null) {
      this.limits?.segmentArrived(connection, segment, now);
      this.#repetitions.arrived(connection, segment, now);
    }
    this.#isRefused = false;
    this.#arrivals++;
    this.#arrivedSeq = segment.seq;
    this.#arrivedAck = segment.ack;
    const { family, hopLimit } = segment;
    const usual = this.#hopLimits.take(segment);
    this.#foreign = usual === null ? null : { field: hopFieldName(family), hopLimit, usual };
  }

  stateChanged(
    connection: ConnectionView,
    from: State,
    to: State,
    reason: StateReason,
    _now: Instant,
  ): void {
    const seq = seqToUint32(this.#arrivedSeq);
    const ack = seqToUint32(this.#arrivedAck);
    if (reason === "reset-received" || reason === "refused") {
      this.record.foreignReset = this.#foreign;
      this.#pending.add("received", `Received RST (seq=${seq})`);
    } else if (from === "SYN-SENT" && to === "SYN-RECEIVED") {
      this.#output.line("received", `Received SYN (seq=${seq})`);
    } else if (from === "SYN-SENT" && to === "ESTABLISHED") {
      this.#synAckSeen = true;
      this.#output.line("received", `Received SYN-ACK (seq=${seq}, ack=${ack})`);
    } else if (from === "SYN-RECEIVED" && to === "ESTABLISHED") {
      this.#output.line("received", `Received ACK of our SYN (ack=${ack})`);
    } else {
      if (acknowledgesFin(from, to, reason)) {
        this.#ackOfFin = this.#arrivals;
        this.#pending.add("received", `Received ACK of our FIN (ack=${ack})`);
      }
      if (bringsFin(from, to)) this.#finReceived(ack, connection);
    }
  }

  segmentDropped(
    connection: ConnectionView | null,
    segment: Segment,
    reason: DropReason,
    now: Instant,
  ): void {
    if (connection?.state !== "SYN-SENT") return;
    this.#report(`${formatFlags(segment.flags)} came, but not in answer to our SYN`, now);
    if (reason !== "ack-not-acceptable") return;
    const numbers = `seq=${seqToUint32(segment.seq)}, ack=${seqToUint32(segment.ack)}`;
    this.#output.line(
      "received",
      `Received ${formatFlags(segment.flags)} (${numbers}), which is not for our SYN`,
    );
  }

  /** A packet of the peer's makes no sense, so that the core does not see it. */
  packetRefused(reason: DropReason, now: Instant): void {
    const fault = faultOf(reason);
    if (fault !== null) this.#report(`A packet came with ${fault}`, now);
  }

  timerFired(): void {}

  icmpArrived(connection: ConnectionView, error: IcmpError, verdict: IcmpVerdict, now: Instant): void {
    if (isTrouble(error, verdict, connection)) {
      this.#report(icmpText(icmpWords(error)), now);
      this.record.reportedSyns = this.record.syns;
    }
    const line = this.#path.icmp(connection, error, verdict);
    if (line !== null) this.#output.warning(line);
  }

  congestionChanged(): void {}

  /** What refuses a SYN-ACK comes before the handshake; what ends a connection, after all that was sent. */
  #rstSent(segment: Segment, reason: SendReason): void {
    const what = `RST (seq=${seqToUint32(segment.seq)})`;
    if (reason === "reset-bad-ack") this.#output.line("sent", `Sending ${what}`);
    else this.#leaves(what);
  }

  #report(text: string, now: Instant): void {
    this.record.report = text;
    this.record.reportAt = now;
  }

  #synSent(connection: ConnectionView, segment: Segment, reason: SendReason, now: Instant): void {
    const { record } = this;
    const isAnswer = segment.has(Flag.ack);
    const kind = isAnswer ? "SYN-ACK" : "SYN";
    const numbers = `seq=${seqToUint32(segment.seq)}${isAnswer ? `, ack=${seqToUint32(segment.ack)}` : ""}`;
    record.syns++;
    record.lastSynAt = now;
    if (isAnswer) record.synAcks++;
    const count = isAnswer ? record.synAcks : record.syns;
    if (count > 1) {
      const text = `${this.#sending()} the ${kind} again (${numbers}, number ${count})`;
      this.#repetitions.tell(text, 0, now, repeatReason(connection, segment, reason));
      return;
    }
    if (record.firstSynAt === NEVER) record.firstSynAt = now;
    this.#output.line("sent", `Sending ${kind} (${numbers})`);
  }

  #dataSent(connection: ConnectionView, segment: Segment, reason: SendReason, now: Instant): void {
    if (segment.payload.length === 0 || reason === "keep-alive") return;
    const end = seqAdd(segment.seq, segment.payload.length);
    const fresh = this.#freshOctets(segment, end);
    if (reason === "window-probe") return;
    this.record.dataSegments++;
    const data = this.#data;
    const isProbe = reason === "tail-loss-probe" && data.segments > 0 && seqAtOrAfter(segment.seq, data.end);
    if (data.segments === 0) data.first = segment.seq;
    if (data.segments === 0 || seqAfter(end, data.end)) {
      data.end = end;
      data.segments++;
    }
    if (!isRepetition(reason)) return;
    const blackHole = reason === "retransmit-black-hole" ? this.#path.blackHole(connection) : null;
    if (blackHole !== null) {
      this.#repetitions.tellRest();
      this.#output.warning(blackHole);
    }
    const { length } = segment.payload;
    // Of what a closed window refused only the probes were sent before.
    const again = reason === "retransmit-refused" ? length - fresh : length;
    const what = isProbe
      ? plain(length, "further ")
      : `${plain(again)} again${again === length ? "" : ` and ${fresh} for the first time`}`;
    const text = `${this.#sending()} ${what} (seq=${seqToUint32(segment.seq)})`;
    this.#repetitions.tell(text, again, now, repeatReason(connection, segment, reason));
  }

  /** How many octets of the segment were never sent before, probes included. Notes that they are now. */
  #freshOctets({ seq, payload }: Segment, end: SeqNumber): number {
    const before = this.#sentEnd;
    if (before !== null && !seqAfter(end, before)) return 0;
    this.#sentEnd = end;
    return before === null || !seqAfter(before, seq) ? payload.length : seqDistance(before, end);
  }

  #finSent(connection: ConnectionView, segment: Segment, reason: SendReason, now: Instant): void {
    if (!segment.has(Flag.fin)) return;
    const seq = seqToUint32(seqAdd(segment.seq, segment.payload.length));
    this.record.fins++;
    if (this.record.fins === 1) this.#leaves(`FIN (seq=${seq})`);
    else if (segment.payload.length === 0) {
      const text = `${this.#sending()} the FIN again (seq=${seq}, number ${this.record.fins})`;
      this.#repetitions.tell(text, 0, now, repeatReason(connection, segment, reason));
    }
  }

  /** A line that waits, and is another should this host not carry the segment. */
  #leaves(what: string): void {
    this.#leaving = what;
    this.#pending.add("sent", `Sending ${what}`);
  }

  /** Whether what is sent leaves this host is known only afterwards. */
  #sending(): string {
    return this.#isRefused ? "trying to send" : "sending";
  }

  #ackSent(segment: Segment): void {
    if (!segment.has(Flag.ack)) return;
    const what = `ACK (seq=${seqToUint32(segment.seq)}, ack=${seqToUint32(segment.ack)})`;
    if (this.#synAckSeen && !this.#handshakeAckSeen) {
      this.#handshakeAckSeen = true;
      this.#output.line("sent", `Sending ${what}`);
    }
    if (this.#peerFin === null || this.#peerFinAcknowledged || segment.ack !== seqAdd(this.#peerFin, 1)) {
      return;
    }
    this.#peerFinAcknowledged = true;
    if (!segment.has(Flag.fin)) this.#leaves(what);
  }

  /** What acknowledges our FIN and brings the peer's is one segment, and one line. */
  #finReceived(ack: number, { rcvNxt }: ConnectionView): void {
    this.#peerFin = seqAdd(rcvNxt, -1);
    const seq = seqToUint32(this.#peerFin);
    const isBoth = this.#ackOfFin === this.#arrivals && this.#arrivals > 0;
    if (isBoth) this.#pending.removeLast();
    const text = isBoth ? `Received FIN-ACK (seq=${seq}, ack=${ack})` : `Received FIN (seq=${seq})`;
    this.#pending.add("received", text, true);
  }
}

/** `1 byte`, `1448 further bytes`. */
function plain(octets: number, which = ""): string {
  return `${octets} ${which}${octets === 1 ? "byte" : "bytes"}`;
}

/** Whether this step of the state machine means that our FIN is acknowledged. */
function acknowledgesFin(from: State, to: State, reason: StateReason): boolean {
  return (from === "FIN-WAIT-1" && (to === "FIN-WAIT-2" || to === "TIME-WAIT")) ||
    (from === "CLOSING" && to === "TIME-WAIT") || (from === "LAST-ACK" && reason === "fin-acknowledged");
}

/** Whether this step means that the peer's FIN has come. */
function bringsFin(from: State, to: State): boolean {
  return to === "CLOSE-WAIT" || to === "CLOSING" ||
    (to === "TIME-WAIT" && (from === "FIN-WAIT-1" || from === "FIN-WAIT-2"));
}
