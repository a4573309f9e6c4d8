/**
 * What must be true of a connection at every moment, whatever the network and the users do.
 *
 * @module
 */

import {
  type Connection,
  isLegalTransition,
  NEVER,
  seqAfter,
  seqAtOrBefore,
  seqBefore,
  seqDistance,
  type SeqNumber,
  type State,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import type { Scoreboard } from "../../tcp/loss/scoreboard.ts";
import { isWaiting, Mark, mayArrive } from "../../tcp/loss/mark.ts";
import { NONE } from "../../tcp/loss/records.ts";
import { type Instant, instant } from "../../tcp/base/units.ts";
import type { Tcb } from "../../tcp/connection/tcb.ts";
import { Timer } from "../../tcp/connection/timers.ts";

/** Octets of storage that a ring may have beyond what it may hold: its size is a power of two, at least this much. */
const RING_LEAST = 2_048;

/** Records up to which each check counts the whole scoreboard anew. */
const RECOUNT_LIMIT = 64;

/** Records of what is in flight that there may be, whatever blocks the peer's SACKs have and however its window shrinks. */
const RECORDS_PER_SEGMENT = 2;
const RECORDS_SPARE = 128;

/** A rule that did not hold. */
export class BrokenInvariant extends Error {}

/** Fails with the sentence when the claim is false. */
export function demand(claim: boolean, sentence: string): asserts claim {
  if (!claim) throw new BrokenInvariant(sentence);
}

/** A buffer that counts packets may turn out too small for a window that stands: then it closes, against SHLD-14. */
export function mayCloseAtOnce(config: TcpConfig): boolean {
  return config.compatibility.receiveBufferCounts === "packets";
}

/** Fails when the standard has no such transition (RFC 9293 3.3.2). The birth of a connection counts as from CLOSED. */
export function demandLegalTransition(from: State, to: State): void {
  const isBirth = from === "CLOSED" && (to === "SYN-SENT" || to === "LISTEN");
  demand(isBirth || isLegalTransition(from, to), `No transition leads from ${from} to ${to}`);
}

/** Follows one connection from check to check. */
export class ConnectionWatch {
  readonly connection: Connection;
  readonly #tcb: Tcb;
  #irs: SeqNumber | null = null;
  #rcvNxt: SeqNumber;
  #rcvAdv: SeqNumber;
  #checks = 0;

  constructor(connection: Connection) {
    this.connection = connection;
    this.#tcb = controlBlockOf(connection);
    this.#rcvNxt = this.#tcb.receiver.rcvNxt;
    this.#rcvAdv = this.#tcb.receiver.window.rcvAdv;
  }

  /** Checks everything that must be true between any two calls. */
  check(): void {
    const tcb = this.#tcb;
    this.#checkSending(tcb);
    this.#checkReceiving(tcb);
    const { count } = tcb.recovery.scoreboard.records;
    if (count <= RECOUNT_LIMIT || this.#checks++ % RECOUNT_LIMIT === 0) checkScoreboard(tcb);
    checkMemory(tcb);
    checkTimers(tcb);
  }

  /** Checks what must be true once nothing more is due to be sent now. */
  checkAtRest(): void {
    checkDeadline(this.#tcb);
  }

  #checkSending(tcb: Tcb): void {
    const { sndUna, sndNxt, iss } = tcb.sender;
    demand(seqAtOrBefore(sndUna, sndNxt), "SND.UNA lies beyond SND.NXT");
    demand(seqAtOrBefore(sndNxt, this.connection.sndMax), "SND.NXT lies beyond SND.MAX");
    demand(seqAtOrBefore(iss, sndUna) || seqDistance(iss, sndUna) < 0, "SND.UNA lies before ISS");
    demand(tcb.recovery.pipe >= 0, `pipe is ${tcb.recovery.pipe}`);
    demand(tcb.control.cwnd >= 1, `The congestion window is ${tcb.control.cwnd}`);
    demand(tcb.rtt.timeout() <= tcb.config.retransmission.maxRto, `The timeout is ${tcb.rtt.timeout()}`);
    demand(tcb.rtt.timeout() > 0, "The timeout is not positive");
  }

  #checkReceiving(tcb: Tcb): void {
    const { receiver } = tcb;
    if (tcb.state === "LISTEN" || tcb.state === "SYN-SENT" || this.#irs !== receiver.irs) {
      this.#irs = tcb.state === "LISTEN" || tcb.state === "SYN-SENT" ? null : receiver.irs;
    } else {
      demand(!seqBefore(receiver.rcvNxt, this.#rcvNxt), "RCV.NXT moved back");
      const hasClosed = mayCloseAtOnce(tcb.config) && receiver.rcvWnd === 0;
      demand(
        hasClosed || !seqBefore(receiver.window.rcvAdv, this.#rcvAdv),
        "The right edge of the window moved left",
      );
    }
    this.#rcvNxt = receiver.rcvNxt;
    this.#rcvAdv = receiver.window.rcvAdv;
    demand(!seqAfter(receiver.rcvNxt, receiver.window.rcvAdv), "RCV.NXT lies beyond the window's right edge");
    const ahead = receiver.outOfOrder;
    if (ahead.count === 0) return;
    demand(seqAfter(ahead.start(0), receiver.rcvNxt), "Data wait beyond a gap that does not exist");
    demand(
      seqDistance(receiver.rcvNxt, ahead.end(ahead.count - 1)) <= receiver.ring.placedEnd - receiver.ring.end,
      "A range says that octets are there which are not",
    );
  }
}

/** The records cover what is outstanding, without a gap, and their sums are what they say. */
function checkScoreboard(tcb: Tcb): void {
  const { scoreboard } = tcb.recovery;
  const { records } = scoreboard;
  const { sender } = tcb;
  const [countedOctets, countedSegments] = [newSums(), newSums()];
  let count = 0;
  let firstLost = NONE;
  let behind = sender.sndUna;
  for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
    const octets = records.length(slot);
    const marks = records.marks(slot);
    demand(octets > 0, `Record ${count} is ${octets} octets long`);
    demand(records.start(slot) === behind, `A gap lies before record ${count}`);
    demand(records.find(records.start(slot)) === slot, `Record ${count} is not found`);
    addTo(countedOctets, octets, marks);
    addTo(countedSegments, records.segments(slot), marks);
    if (firstLost === NONE && isWaiting(marks)) firstLost = slot;
    behind = records.until(slot);
    count++;
  }
  demand(count === records.count, `${records.count} records are ${count}`);
  demand(
    scoreboard.nextLost() === firstLost,
    "Another record is to be sent again than the first that is lost",
  );
  checkSums("octets", scoreboard.octets, countedOctets);
  checkSums("segments", scoreboard.segments, countedSegments);
  checkSentOrder(scoreboard);
  if (count > 0) demand(behind === sender.sndNxt, "The last record does not end at SND.NXT");
}

/** Every record that may arrive is in the order of sending, once. */
function checkSentOrder(scoreboard: Scoreboard): void {
  const { records, sentOrder } = scoreboard;
  const listed = new Set<number>();
  let before: Instant = instant(-1);
  for (let slot = sentOrder.first; slot !== NONE; slot = sentOrder.next(slot)) {
    demand(
      !listed.has(slot) && mayArrive(records.marks(slot)),
      `Slot ${slot} is not to be in the order of sending`,
    );
    demand(records.sentAt(slot) >= before, "The order of sending is another");
    before = records.sentAt(slot);
    listed.add(slot);
  }
  for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
    demand(listed.has(slot) === mayArrive(records.marks(slot)), `Slot ${slot} lacks in the order of sending`);
  }
}

/** Amounts by their marks, counted anew. */
type Sums = Record<"total" | "sacked" | "lost" | "resent", number>;

function newSums(): Sums {
  return { total: 0, sacked: 0, lost: 0, resent: 0 };
}

function addTo(sums: Sums, amount: number, marks: number): void {
  sums.total += amount;
  if ((marks & Mark.sacked) !== 0) sums.sacked += amount;
  if ((marks & Mark.lost) !== 0) sums.lost += amount;
  if ((marks & Mark.resent) !== 0) sums.resent += amount;
}

function checkSums(unit: string, kept: Sums, counted: Sums): void {
  for (const what of ["total", "sacked", "lost", "resent"] as const) {
    demand(kept[what] === counted[what], `${kept[what]} ${unit} (${what}) are ${counted[what]}`);
  }
}

/** Whatever the peer does, memory stays within what the config allows. */
function checkMemory(tcb: Tcb): void {
  const { receiver, sender, recovery } = tcb;
  demand(
    receiver.ring.capacity <= Math.max(RING_LEAST, 2 * receiver.ring.limit, 2 * receiver.window.most),
    `${receiver.ring.capacity} octets hold a receive buffer of ${receiver.window.most}`,
  );
  demand(
    sender.ring.capacity <= Math.max(RING_LEAST, 2 * sender.ring.limit),
    `${sender.ring.capacity} octets hold a send buffer of ${sender.ring.limit}`,
  );
  demand(receiver.outOfOrder.count <= receiver.outOfOrder.limit, "Too many ranges beyond gaps");
  const { records: { count }, octets } = recovery.scoreboard;
  const segments = octets.total / sender.mss + tcb.totals.segmentsSent;
  demand(
    count <= RECORDS_PER_SEGMENT * segments + RECORDS_SPARE,
    `${count} records for ${segments} segments`,
  );
}

/** RFC 8985 8: what the retransmission timer is for is what it can be for as things stand. */
function checkTimers({ recovery, retransmissionTimer, sender }: Tcb): void {
  const { deadline, kind, timeoutAt } = retransmissionTimer;
  if (deadline === NEVER) return;
  const isOutstanding = sender.sndUna !== sender.sndNxt;
  demand(
    kind === "persist" || isOutstanding,
    `The retransmission timer runs (${kind}), and nothing is outstanding`,
  );
  demand(
    kind === "persist" || deadline <= timeoutAt,
    `A ${kind} timer is due after the timeout that follows it`,
  );
  demand(
    kind !== "persist" || !isOutstanding || sender.sndWnd === 0,
    "Only probes go where the window is open",
  );
  demand(
    kind !== "tail loss probe" || recovery.phase === "open" && recovery.tailProbe.end === null,
    `A tail loss probe is due in ${recovery.phase}`,
  );
}

/** What waits for something to happen has a timer that makes it happen. */
function checkDeadline(tcb: Tcb): void {
  const { sender, timers } = tcb;
  const isOutstanding = sender.sndUna !== sender.sndNxt;
  switch (tcb.state) {
    case "LISTEN":
      return;
    case "CLOSED":
      demand(timers.next() === NEVER, "A timer runs in CLOSED");
      return;
    case "SYN-SENT":
    case "SYN-RECEIVED":
      demand(tcb.retransmissionTimer.timeoutAt !== NEVER, `No timer repeats the SYN in ${tcb.state}`);
      return;
    case "TIME-WAIT":
      demand(timers.isRunning(Timer.timeWait), "No timer ends TIME-WAIT");
      return;
    case "FIN-WAIT-2":
      demand(!isOutstanding, "Something is outstanding in FIN-WAIT-2");
      return;
    case "ESTABLISHED":
    case "CLOSE-WAIT":
    case "FIN-WAIT-1":
    case "CLOSING":
    case "LAST-ACK": {
      const waits = isOutstanding || sender.unsent > 0 || sender.finQueued && !sender.finSent;
      const isTimed = timers.isRunning(Timer.retransmission) || timers.isRunning(Timer.override);
      demand(!waits || isTimed, `No timer runs in ${tcb.state} with ${describeWaiting(tcb)}`);
    }
  }
}

function describeWaiting(tcb: Tcb): string {
  const { sender } = tcb;
  return `${sender.unacknowledged} octets outstanding, ${sender.unsent} unsent, window ${sender.sndWnd}, ` +
    `FIN ${sender.finQueued ? sender.finSent ? "sent" : "queued" : "not queued"}`;
}
