/**
 * The rows of the ladder: a row for each thing that happened, with the changes that it brought; what was lost on the way,
 * and what was sent again.
 *
 * @module
 */

import { flagsText } from "./format.js";

/** Changes of the congestion window that come with each ACK, and the first one: told beside what brought them. */
const GROWTH = ["slow-start", "congestion-avoidance", "proportional-rate-reduction", "initial-window"];

/** Changes of state that the program asks for: they are told with what follows. */
const BY_PROGRAM = ["active-open", "passive-open", "user-close", "user-abort"];

/** The ladder's rows for these events, in their order. */
export class Rows {
  constructor(trace, indices) {
    this.trace = trace;
    this.all = [];
    /** By event the number of its row. */
    this.places = new Map();
    this.#build(indices);
    this.braces = this.#braces();
  }

  /** The number of the row that tells of an event. */
  placeOf(event) {
    return this.places.get(event) ?? -1;
  }

  #build(indices) {
    const { trace } = this;
    const windows = {};
    let waiting = [];
    let peerState = "";
    for (const i of indices) {
      const last = this.all.at(-1);
      if (trace.kind(i) === "state" && !isLastWord(trace, i)) {
        if (waiting.length === 0 && isCause(trace, last, i)) this.#attach(last, i);
        else waiting.push(i);
      } else if (last !== undefined && isPartOf(trace, last, i)) this.#attach(last, i);
      else {
        const row = newRow(trace, i);
        this.places.set(i, this.all.push(row) - 1);
        for (const state of waiting) this.#attach(row, state);
        waiting = [];
        if (row.way !== null) {
          row.hasSameWindow = windows[row.way] === trace.columns.window[i];
          windows[row.way] = trace.columns.window[i];
        }
        const now = trace.peerState(i);
        if (now !== null && now !== peerState) row.peerState = peerState = now;
      }
    }
    for (const i of waiting) this.places.set(i, this.all.push(newRow(trace, i)) - 1);
  }

  #attach(row, i) {
    row.attached.push(i);
    this.places.set(i, this.all.indexOf(row, Math.max(this.all.length - 2, 0)));
    const kind = this.trace.kind(i);
    if (kind === "state") row.state = this.trace.state(i);
    if (kind === "lost") row.fate = "lost";
    if (kind === "dropped") row.tone = "lost";
  }

  /** From each repeat to what it repeats: the rows of both, which way they go, and how much later the repeat is. */
  #braces() {
    const braces = [];
    this.all.forEach((row, to) => {
      const repeated = this.trace.repeated(row.event);
      if (repeated === null) return;
      row.later = repeated.after;
      braces.push({ from: this.placeOf(repeated.original), to, way: row.way, later: repeated.after });
    });
    return braces;
  }
}

function newRow(trace, i) {
  const kind = trace.kind(i);
  const way = trace.way(i);
  return {
    event: i,
    attached: [],
    way,
    state: kind === "state" ? trace.state(i) : "",
    peerState: "",
    fate: trace.fate(i),
    tone: toneOf(trace, i),
    isAgain: way !== null && trace.isMarked(i),
    hasSameWindow: false,
    later: null,
  };
}

function toneOf(trace, i) {
  const kind = trace.kind(i);
  if (kind === "dropped" || kind === "lost") return "lost";
  if (trace.isSegment(i)) return trace.isMarked(i) ? "again" : "plain";
  return kind === "state" || kind === "note" ? "note" : "again";
}

/** The end of all has a row of its own, whatever came before it. */
function isLastWord(trace, i) {
  return trace.state(i) === "CLOSED";
}

/** Whether a change of state comes from what the row tells, and not from the program. */
function isCause(trace, row, i) {
  if (trace.codes(i).some((code) => BY_PROGRAM.includes(code))) return false;
  if (row === undefined || trace.columns.time[row.event] !== trace.columns.time[i]) return false;
  // Without a reason the state was told from the segment itself, sent or arrived.
  return row.way === "arrived" || (row.way === "sent" && trace.columns.said[i].length === 0);
}

/** Whether an event only says more of what the row tells: what a fault did to it, why it was dropped, how cwnd grew. */
function isPartOf(trace, row, i) {
  const { columns } = trace;
  const isSame = (name) => columns[name][row.event] === columns[name][i];
  switch (trace.kind(i)) {
    case "lost":
      return row.way === "sent" && trace.way(i) === "sent" && ["seq", "end", "ack", "flags"].every(isSame);
    case "dropped":
      return row.way === "arrived" && isSame("time");
    case "congestion":
      return row.way !== null && trace.codes(i).every((code) => GROWTH.includes(code));
  }
  return false;
}

/** Flags and numbers of a segment as everywhere: `PSH,ACK seq 1..29 ack 1 win 131072 len 29`, in pieces. */
export function segmentPieces(trace, i) {
  const { flags, ack, window, length, sack } = trace.columns;
  const pieces = [flagsText(flags[i]), `seq ${trace.numbers(i)}`];
  if (ack[i] !== null) pieces.push(`ack ${ack[i]}`);
  pieces.push(`win ${window[i]}${trace.isWindowRaw(i) ? "×?" : ""}`);
  if (length[i] > 0) pieces.push(`len ${length[i]}`);
  if (sack[i] !== 0) pieces.push(`sack ${sackText(sack[i])}`);
  return pieces;
}

function sackText(edges) {
  const blocks = [];
  for (let k = 0; k + 1 < edges.length; k += 2) {
    blocks.push(edges[k + 1] - edges[k] === 1 ? `${edges[k]}` : `${edges[k]}..${edges[k + 1] - 1}`);
  }
  return blocks.join(" ");
}
