/**
 * The graph of sequence numbers over time of what one end sends, with the marks that tcptrace made known: R for what is sent
 * again, 3 for the third duplicate ACK, Z for a closed window, S for SACK blocks, F for FIN.
 *
 * @module
 */

import { color, octetsText } from "./format.js";
import { line } from "./plot.js";

const SECOND = 1_000_000;
/** Marks that would lie closer than this are drawn once, in pixels. */
const MARK_ROOM = 11;
/** How far from a segment a click may be, in pixels squared. */
const REACH = 400;
const FIN = 1;
const RST = 4;
/** What is said of the third duplicate ACK in a row (RFC 5681 2). */
const THIRD = /\bduplicate ACK 3\b/;

/** What the graph of one direction, `sent` or `arrived`, draws. */
export class Sequence {
  constructor(trace, indices, direction) {
    this.trace = trace;
    this.direction = direction;
    const { columns } = trace;
    this.segments = indices.filter((i) => trace.kind(i) === direction && columns.end[i] > columns.seq[i]);
    const back = direction === "sent" ? "arrived" : "sent";
    this.answers = indices.filter((i) => trace.kind(i) === back && columns.ack[i] !== null);
    this.thirds = this.answers.filter((i) => THIRD.test(trace.remarks(i)));
  }

  /** Octets of data that go this way. */
  get octets() {
    return this.segments.reduce((sum, i) => sum + this.trace.columns.length[i], 0);
  }

  /** What is drawn, in words. */
  get summary() {
    const again = this.segments.filter((i) => this.trace.isMarked(i)).length;
    const last = this.segments.at(-1);
    const most = last === undefined ? 0 : this.trace.columns.end[last];
    return `${this.segments.length} segments up to number ${most}, ${again} of them again or out of order, ` +
      `${this.answers.length} acknowledgments`;
  }

  /** The graph as makePlot wants it; `range()` is the shown span of time in seconds. */
  spec(range) {
    const { columns } = this.trace;
    const steps = this.answers.length === 0 ? this.segments : this.answers;
    return {
      label: "Sequence number",
      value: (value) => octetsText(Math.round(value)),
      data: [
        steps.map((i) => columns.time[i] / SECOND),
        steps.map((i) => columns.ack[i]),
        steps.map((i) =>
          columns.ack[i] === null || this.trace.isWindowRaw(i) ? null : columns.ack[i] + columns.window[i]
        ),
      ],
      range: () => this.#numbers(range()),
      series: [line("acknowledged", "ack", true), line("window ends", "edge", true, [4, 4])],
      draw: (plot) => this.#draw(plot),
      pick: (plot) => this.#nearest(plot),
    };
  }

  /** From the least to the highest number of what is in sight. */
  #numbers([from, to]) {
    const { columns } = this.trace;
    const isShown = (i) => columns.time[i] >= from * SECOND && columns.time[i] <= to * SECOND;
    let [least, most] = [Infinity, 1];
    for (const i of this.segments) {
      if (!isShown(i)) continue;
      least = Math.min(least, columns.seq[i]);
      most = Math.max(most, columns.end[i]);
    }
    for (const i of this.answers) if (isShown(i)) least = Math.min(least, columns.ack[i]);
    if (least >= most) return [0, most * 1.1];
    const spare = (most - least) * 0.1;
    return [Math.max(least - spare, 0), most + spare];
  }

  /** Each segment as a bar from its first number to its last, SACK blocks as bars at the time of their arrival. */
  #draw(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const pixel = globalThis.devicePixelRatio || 1;
    this.#drawBars(plot, pixel);
    this.#drawMarks(new Marks(plot, pixel));
    ctx.restore();
  }

  #drawBars(plot, pixel) {
    const { columns } = this.trace;
    for (const i of this.answers) {
      const edges = columns.sack[i] || [];
      for (let k = 0; k + 1 < edges.length; k += 2) {
        bar(plot, columns.time[i], edges[k], edges[k + 1], color("sack"), 2 * pixel);
      }
    }
    for (const again of [false, true]) {
      const [style, width, least] = again
        ? [color("again"), 4 * pixel, 6 * pixel]
        : [color("data"), 2 * pixel, 1.5];
      for (const i of this.segments) {
        if (this.trace.isMarked(i) !== again) continue;
        bar(plot, columns.time[i], columns.seq[i], columns.end[i], style, width, least);
      }
    }
  }

  /** The weightiest first: where there is no room for all, the others are left out. */
  #drawMarks(marks) {
    const { columns } = this.trace;
    const above = (letter, events, number, name) => {
      for (const i of events) marks.draw(letter, columns.time[i], number(i), color(name), -1);
    };
    const below = (letter, events, name) => {
      for (const i of events) marks.draw(letter, columns.time[i], columns.ack[i], color(name), 1);
    };
    above("R", this.segments.filter((i) => this.trace.isMarked(i)), (i) => columns.end[i], "again");
    below("Z", this.answers.filter((i) => columns.window[i] === 0 && (columns.flags[i] & RST) === 0), "lost");
    below("3", this.thirds, "ack");
    above("F", this.segments.filter((i) => (columns.flags[i] & FIN) !== 0), (i) => columns.end[i], "text");
    above("S", this.answers.filter((i) => columns.sack[i] !== 0), (i) => columns.sack[i][1], "sack");
  }

  #nearest(plot) {
    const { columns } = this.trace;
    const { left, top } = plot.cursor;
    let best = null;
    let least = REACH;
    for (const i of this.segments) {
      const x = plot.valToPos(columns.time[i] / SECOND, "x") - left;
      if (x * x > least) continue;
      const high = plot.valToPos(columns.end[i], "y");
      const low = plot.valToPos(columns.seq[i], "y");
      const y = top < high ? high - top : top > low ? top - low : 0;
      const distance = x * x + y * y - (this.trace.isMarked(i) ? 4 : 0);
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  }
}

function bar(plot, time, from, to, style, width, leastHeight = 0) {
  const { ctx, bbox } = plot;
  const x = plot.valToPos(time / SECOND, "x", true);
  if (x < bbox.left - width || x > bbox.left + bbox.width + width) return;
  const top = plot.valToPos(to, "y", true);
  ctx.fillStyle = style;
  ctx.fillRect(x - width / 2, top, width, Math.max(plot.valToPos(from, "y", true) - top, leastHeight));
}

/** Letters above or below what they mark; of those that would overlap, the first. */
class Marks {
  constructor(plot, pixel) {
    this.plot = plot;
    this.pixel = pixel;
    this.drawn = [];
  }

  /** `side`: -1 above, 1 below. */
  draw(letter, time, number, style, side) {
    const { plot, pixel } = this;
    const { ctx, bbox } = plot;
    const room = MARK_ROOM * pixel;
    const x = plot.valToPos(time / SECOND, "x", true);
    const y = Math.min(
      Math.max(plot.valToPos(number, "y", true) + side * room * 0.8, bbox.top + room / 2),
      bbox.top + bbox.height - room / 2,
    );
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    if (this.drawn.some(([otherX, otherY]) => Math.abs(otherX - x) < room && Math.abs(otherY - y) < room)) {
      return;
    }
    this.drawn.push([x, y]);
    ctx.font = `bold ${MARK_ROOM * pixel}px system-ui, sans-serif`;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.fillStyle = style;
    ctx.fillText(letter, x, y);
  }
}
