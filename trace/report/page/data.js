/**
 * The page's data: columns by name, unpacked from the compressed text that the page carries.
 *
 * @module
 */

import { secondsText } from "./format.js";

/** The first so many numbers of a tally count segments, as `trace/tally.ts` has them. */
const SEGMENT_COUNTERS = 7;
const SYN = 2;

/** Unpacks the data: base64 of the gzipped JSON. */
export async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Trace(JSON.parse(await new Response(stream).text()));
}

/** The octets of a base64 text. */
export function octetsOf(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** The events of a report. An event is known by its index in the columns. */
export class Trace {
  constructor(data) {
    this.data = data;
    this.columns = data.columns;
    this.length = data.columns.time?.length ?? 0;
    /** The indices of each connection's events, once somebody asks. */
    this.byConnection = null;
    /** Connections whose windows have a scale that is not known. */
    this.rawWindows = new Set(
      data.connections.filter((one) => one.windowsAreRaw === true).map(({ id }) => id),
    );
  }

  /** The indices of one connection's events. */
  of(connection) {
    const isAlone = this.data.connections.length < 2;
    if (isAlone) return Array.from({ length: this.length }, (_value, i) => i);
    if (this.byConnection === null) {
      this.byConnection = new Map();
      this.columns.connection?.forEach((id, i) => {
        const known = this.byConnection.get(id);
        if (known === undefined) this.byConnection.set(id, [i]);
        else known.push(i);
      });
    }
    return this.byConnection.get(connection) ?? [];
  }

  /** The sequence numbers that a segment takes up, as first and last: `1..29`. */
  numbers(i) {
    const { seq, end } = this.columns;
    return end[i] - seq[i] <= 1 ? `${seq[i]}` : `${seq[i]}..${end[i] - 1}`;
  }

  /** Whether a segment's window is the header's field, of a scale that is not known; that of a SYN has none. */
  isWindowRaw(i) {
    const { connection, flags, window } = this.columns;
    return this.rawWindows.has(connection[i]) && window[i] > 0 && (flags[i] & SYN) === 0;
  }

  /** What there was of a connection, kept or not: `tally`, `octetsSent`, `octetsReceived`. */
  totalOf(connection) {
    const { totals, connections } = this.data;
    const own = totals[connection] ?? { tally: [], octetsSent: 0, octetsReceived: 0 };
    if (connections.length > 1 || connection === 0 || totals[0] === undefined) return own;
    return {
      tally: totals[0].tally.map((count, k) => count + (own.tally[k] ?? 0)),
      octetsSent: own.octetsSent + totals[0].octetsSent,
      octetsReceived: own.octetsReceived + totals[0].octetsReceived,
    };
  }

  /** The sum of what was left out before each of these events; null when nothing was. */
  leftOut(indices) {
    let sum = null;
    for (const i of indices) {
      const tally = this.columns.leftOut[i];
      if (tally !== 0) sum = tally.map((count, k) => count + (sum?.[k] ?? 0));
    }
    return sum;
  }

  /** A sentence on what of these events is not on the page, of which kinds, and between which times; "" for nothing. */
  omission(indices) {
    const tally = this.leftOut(indices);
    if (tally === null) return "";
    const { time, leftOut } = this.columns;
    const after = indices.findIndex((i) => leftOut[i] !== 0);
    const from = secondsText(time[indices[Math.max(after - 1, 0)]]);
    const to = secondsText(time[indices.findLast((i) => leftOut[i] !== 0)]);
    const number = new Intl.NumberFormat("en");
    const [segments, others] = [tally.slice(0, SEGMENT_COUNTERS), tally.slice(SEGMENT_COUNTERS)]
      .map((counts) => number.format(counts.reduce((sum, count) => sum + count, 0)));
    const and = others === "0" ? "" : ` and ${others} other events`;
    const words = this.words(tally);
    return `${segments} segments${and} between ${from} s and ${to} s were not kept: ${words}. ` +
      "Here are all of the beginning and the end; between them what is rare comes before the ordinary, " +
      "and events with something left out before them say so.";
  }

  /** A tally in words: `1,200 data sent, 600 ACKs received`. */
  words(tally) {
    const number = new Intl.NumberFormat("en");
    return tally.flatMap((count, k) => count === 0 ? [] : [`${number.format(count)} ${this.data.tallied[k]}`])
      .join(", ");
  }

  kind(i) {
    return this.data.kinds[this.columns.kind[i]];
  }

  /** Whether the event is about a segment of which the header is known. */
  isSegment(i) {
    return this.columns.flags[i] !== null;
  }

  isMarked(i) {
    const kind = this.kind(i);
    return kind === "dropped" || kind === "lost" || (this.columns.marks[i] & 7) !== 0;
  }

  /** Which way what the event tells of goes, `sent` or `arrived`, from the local end's side; null when nothing travels. */
  way(i) {
    const kind = this.kind(i);
    if (kind === "lost") return this.columns.extra[i].startsWith("sent") ? "sent" : "arrived";
    return kind === "sent" || kind === "arrived" ? kind : null;
  }

  /** What became of it on the way: `whole`, as far as is known, `lost`, or `silent` when only the silence tells. */
  fate(i) {
    const [loss] = this.columns.fate[i] || [""];
    return { known: "lost", presumed: "silent" }[loss] ?? "whole";
  }

  /** What is said of its loss; nothing when it is not known to be lost, nor presumed to be. */
  lossText(i) {
    return this.columns.fate[i] === 0 ? "" : this.columns.fate[i][1];
  }

  /** The event whose segment this one repeats, and how many microseconds later; null when it repeats none that was kept. */
  repeated(i) {
    const [, , number, after] = this.columns.fate[i] || [];
    const original = number > 0 ? this.#withNumber(number) : -1;
    return original < 0 ? null : { original, after };
  }

  /** What is remarkable of a segment, in few words. */
  remarks(i) {
    return this.columns.remarks[i] || "";
  }

  /** Numbers rise. */
  #withNumber(number) {
    const { columns } = this;
    let [low, high] = [0, this.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (columns.number[middle] < number) low = middle + 1;
      else high = middle;
    }
    return columns.number[low] === number ? low : -1;
  }

  /** Whether what we sent had been sent before. */
  isAgain(i) {
    return (this.columns.marks[i] & 1) !== 0;
  }

  marks(i) {
    return this.data.marks.filter((_mark, bit) => (this.columns.marks[i] & 1 << bit) !== 0);
  }

  /** What is said of the event: code, rule and its places, label and the sentence with its values. */
  told(i) {
    return this.columns.said[i].map(([entry, ...values]) => {
      const { code, rule, label, sentence } = this.data.entries[entry];
      let next = 0;
      const fill = (text) =>
        text.replace(/\{\w+\}/g, () => values[next++] ?? "?").replace(
          /\b1 (more )?octets\b/g,
          "1 $1octet",
        );
      const text = rule.map(([part]) => part).join("");
      return { code, rule: text, places: rule, sentence: fill(sentence), label: fill(label) };
    });
  }

  /** The codes of what is said of the event. */
  codes(i) {
    return this.columns.said[i].map(([entry]) => this.data.entries[entry].code);
  }

  /** What it is, in a few words. */
  label(i) {
    const { columns } = this;
    const labels = this.told(i).map(({ label }) => label).join(", ");
    switch (this.kind(i)) {
      case "sent":
      case "arrived":
        return labels || this.kind(i);
      case "dropped":
        return `dropped: ${labels}`;
      case "lost":
        return labels || `taken away: ${columns.extra[i]}`;
      case "state":
        return `${columns.extra[i]}${labels === "" ? "" : `: ${labels}`}`;
      case "timer":
      case "note":
        return labels;
      case "icmp":
        return `ICMP: ${labels}`;
      case "congestion":
        return `window: ${labels}`;
    }
  }

  /** The state of the remote end; null where nothing tells it. */
  peerState(i) {
    const { columns, data } = this;
    const [, state] = columns.far[i] || [];
    return data.states[state ?? columns["peer.state"]?.[i]] ?? null;
  }

  /** How long it was under way between two points of capture, microseconds; null where it is not known. */
  trip(i) {
    const [time = null] = this.columns.far[i] || [];
    if (time === null) return null;
    return this.way(i) === "sent" ? time - this.columns.time[i] : this.columns.time[i] - time;
  }

  state(i) {
    const state = this.columns.state[i];
    return state === null ? "" : this.data.states[state];
  }
}
