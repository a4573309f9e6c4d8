/**
 * The graphs over time: sequence numbers, windows, round trips, states. Drawn by uPlot, which the page carries.
 *
 * @module
 */

import { color, octetsText, spanText } from "./format.js";
import { drawBands, line, makePlot, widthOf } from "./plot.js";

const SECOND = 1_000_000;
const HEIGHT = 300;
const STATES_HEIGHT = 96;

/** All graphs of one connection. They share the time that they show. */
export class Charts {
  /** `onPick(index)`: somebody chose an event; `onRange(from, to)`: another span of time is shown, seconds. */
  constructor(trace, indices, places, onPick, onRange) {
    this.trace = trace;
    this.indices = indices;
    this.onPick = onPick;
    this.onRange = onRange;
    const times = indices.map((i) => trace.columns.time[i] / SECOND);
    this.first = times[0] ?? 0;
    this.last = Math.max(times.at(-1) ?? 1, this.first + 1e-6);
    this.range = [this.first, this.last];
    this.selected = null;
    this.isSettingRange = false;
    this.places = places;
    this.direction = "sent";
    this.plots = [];
    this.#makePlots();
    // Not the long quiet after the last segment: that is TIME-WAIT.
    const lastSegment = indices.findLast((i) => trace.isSegment(i));
    const end = lastSegment === undefined ? this.last : trace.columns.time[lastSegment] / SECOND;
    this.setRange(this.first, end > this.first ? this.first + (end - this.first) * 1.02 : this.last);
  }

  destroy() {
    for (const plot of this.plots) plot.destroy();
    this.plots = [];
  }

  /** Makes the graphs anew, in the colours of the present theme. */
  rebuild() {
    this.destroy();
    this.#makePlots();
    this.setRange(...this.range);
  }

  #makePlots() {
    const { sequence, window, roundTrip, state } = this.places;
    this.plots = [
      this.#sequenceChart(sequence),
      this.#windowChart(window),
      this.#roundTripChart(roundTrip),
      this.#stateChart(state),
    ];
  }

  redraw() {
    for (const plot of this.plots) plot.redraw(false, true);
  }

  resize() {
    for (const plot of this.plots) {
      plot.setSize({ width: widthOf(plot.root.parentElement), height: plot.height });
    }
  }

  select(index) {
    this.selected = index;
    this.redraw();
  }

  /** Which way the sequence graph looks: at what we send, or at what we receive. */
  setDirection(direction) {
    this.direction = direction;
    this.rebuild();
  }

  setRange(from, to) {
    const least = (this.last - this.first) / 1e6;
    const start = Math.max(Math.min(from, to), this.first - (this.last - this.first) * 0.02);
    const end = Math.min(Math.max(from, to, start + least), this.last + (this.last - this.first) * 0.02);
    this.range = [start, end];
    this.isSettingRange = true;
    for (const plot of this.plots) plot.setScale("x", { min: start, max: end });
    this.isSettingRange = false;
    this.onRange(start, end);
  }

  /**
   * Makes the shown span larger (factor above 1) or smaller, around the chosen event when it is in sight; and moves it by
   * a part of its length.
   */
  zoom(factor, shift) {
    const [from, to] = this.range;
    const chosen = this.selected === null ? NaN : this.trace.columns.time[this.selected] / SECOND;
    const centre = shift === 0 && chosen >= from && chosen <= to ? chosen : (from + to) / 2;
    const middle = centre + (to - from) * shift;
    const half = (to - from) / 2 * factor;
    this.setRange(middle - half, middle + half);
  }

  showAll() {
    this.setRange(this.first, this.last);
  }

  #sequenceChart(place) {
    const { columns } = this.trace;
    const { direction } = this;
    const isOurs = direction === "sent";
    const segments = this.indices.filter((i) =>
      this.trace.kind(i) === direction && columns.end[i] > columns.seq[i]
    );
    const answers = this.indices.filter((i) => {
      return this.trace.kind(i) === (isOurs ? "arrived" : "sent") && columns.ack[i] !== null;
    });
    const steps = answers.length === 0 ? segments : answers;
    const acks = steps.map((i) => columns.ack[i]);
    const edges = steps.map((i) => columns.ack[i] === null ? null : columns.ack[i] + columns.window[i]);
    const times = steps.map((i) => columns.time[i] / SECOND);
    return this.#plot(place, {
      height: HEIGHT,
      label: "Sequence number",
      value: (value) => octetsText(Math.round(value)),
      data: [times, acks, edges],
      range: () => this.#sequenceRange(segments, steps),
      series: [
        line("acknowledged", "ack", true),
        line("window ends", "edge", true, [4, 4]),
      ],
      draw: (plot) => this.#drawSegments(plot, segments, answers),
      pick: (plot) => this.#nearestSegment(plot, segments),
    });
  }

  /** From the least to the highest number of what is in sight. */
  #sequenceRange(segments, answers) {
    const { columns } = this.trace;
    const [from, to] = this.range;
    const isShown = (i) => columns.time[i] >= from * SECOND && columns.time[i] <= to * SECOND;
    let [least, most] = [Infinity, 1];
    for (const i of segments) {
      if (!isShown(i)) continue;
      least = Math.min(least, columns.seq[i]);
      most = Math.max(most, columns.end[i]);
    }
    for (const i of answers) {
      if (isShown(i) && columns.ack[i] !== null) least = Math.min(least, columns.ack[i]);
    }
    if (least >= most) return [0, most * 1.05];
    const spare = (most - least) * 0.06;
    return [Math.max(least - spare, 0), most + spare];
  }

  /** Each segment as a bar from its first number to its last, SACK blocks as bars at the time of their arrival. */
  #drawSegments(plot, segments, answers) {
    const { columns } = this.trace;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const bar = (i, from, to, style, width, leastHeight = 1.5) => {
      const x = plot.valToPos(columns.time[i] / SECOND, "x", true);
      if (x < bbox.left - width || x > bbox.left + bbox.width + width) return;
      const top = plot.valToPos(to, "y", true);
      ctx.fillStyle = style;
      ctx.fillRect(x - width / 2, top, width, Math.max(plot.valToPos(from, "y", true) - top, leastHeight));
    };
    const pixel = globalThis.devicePixelRatio || 1;
    const [sack, data, again] = [color("sack"), color("data"), color("again")];
    for (const i of answers) {
      const edges = columns.sack[i];
      for (let k = 0; edges !== 0 && k + 1 < edges.length; k += 2) {
        bar(i, edges[k], edges[k + 1], sack, 2 * pixel);
      }
    }
    for (const i of segments) {
      if (!this.trace.isAgain(i) && !this.trace.isMarked(i)) {
        bar(i, columns.seq[i], columns.end[i], data, 2 * pixel);
      }
    }
    for (const i of segments) {
      if (this.trace.isAgain(i) || this.trace.isMarked(i)) {
        bar(i, columns.seq[i], columns.end[i], again, 4 * pixel, 6 * pixel);
      }
    }
    ctx.restore();
  }

  #nearestSegment(plot, segments) {
    const { columns } = this.trace;
    const { left, top } = plot.cursor;
    let best = null;
    let least = 400;
    for (const i of segments) {
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

  #windowChart(place) {
    const { columns } = this.trace;
    const known = this.indices.filter((i) => columns.state[i] !== null);
    const number = (value) => typeof value === "number" ? value : null;
    return this.#plot(place, {
      height: HEIGHT,
      label: "Octets",
      value: (value) => octetsText(Math.round(value)),
      data: [
        known.map((i) => columns.time[i] / SECOND),
        known.map((i) => number(columns.cwnd[i])),
        known.map((i) => number(columns.ssthresh[i])),
        known.map((i) => number(columns.flight[i])),
        known.map((i) => number(columns.sndWnd[i])),
      ],
      series: [
        line("cwnd", "cwnd", true),
        line("ssthresh", "ssthresh", true, [6, 4]),
        line("flight", "flight", true),
        { ...line("peer's window", "edge", true, [2, 4]), show: false },
      ],
    });
  }

  #roundTripChart(place) {
    const { columns } = this.trace;
    const known = this.indices.filter((i) => columns.state[i] !== null && columns.srtt[i] > 0);
    const samples = [];
    let before = 0;
    for (const i of known) {
      samples.push(columns.latestRtt[i] !== before ? columns.latestRtt[i] / 1_000 : null);
      before = columns.latestRtt[i];
    }
    return this.#plot(place, {
      height: HEIGHT,
      label: "Milliseconds",
      logarithmic: true,
      value: (value) => spanText(value * 1_000),
      data: [
        known.map((i) => columns.time[i] / SECOND),
        samples,
        known.map((i) => columns.srtt[i] / 1_000),
        known.map((i) => columns.rto[i] === null ? null : columns.rto[i] / 1_000),
      ],
      series: [
        {
          ...line("RTT", "data", false),
          paths: () => null,
          points: { show: true, size: 5, fill: () => color("data") },
        },
        line("SRTT", "cwnd", true),
        line("RTO", "again", true, [6, 4]),
      ],
    });
  }

  /** The spans of time in each state as bands. */
  #stateChart(place) {
    const { columns } = this.trace;
    const known = this.indices.filter((i) => columns.state[i] !== null);
    const bands = [];
    for (const i of known) {
      const state = this.trace.state(i);
      const time = columns.time[i] / SECOND;
      if (bands.at(-1)?.state === state) bands.at(-1).to = time;
      else {
        if (bands.length > 0) bands.at(-1).to = time;
        bands.push({ state, from: time, to: time });
      }
    }
    const draw = (plot) => drawBands(plot, bands, this.trace.data.states);
    return this.#plot(place, {
      height: STATES_HEIGHT,
      label: "",
      value: () => "",
      data: [known.map((i) => columns.time[i] / SECOND), known.map(() => null)],
      range: () => [0, 1],
      series: [{ label: "", show: false }],
      hideAxis: true,
      draw,
    });
  }

  #plot(place, spec) {
    return makePlot(place, {
      ...spec,
      draw: (plot) => {
        spec.draw?.(plot);
        this.#drawSelected(plot);
      },
      onSelect: (plot) => this.#takeSelection(plot),
      onClick: (plot) => this.#takeClick(plot, spec.pick),
      onPress: () => this.dragged = false,
    });
  }

  #takeSelection(plot) {
    const { left, width } = plot.select;
    if (width < 4) return;
    this.dragged = true;
    this.setRange(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  #takeClick(plot, pick) {
    if (this.dragged) return;
    const found = pick?.(plot) ?? this.#nearestInTime(plot.posToVal(plot.cursor.left, "x") * SECOND);
    if (found !== null) this.onPick(found);
  }

  #nearestInTime(time) {
    const { columns } = this.trace;
    let best = null;
    for (const i of this.indices) {
      if (best === null || Math.abs(columns.time[i] - time) < Math.abs(columns.time[best] - time)) best = i;
    }
    return best;
  }

  #drawSelected(plot) {
    if (this.selected === null) return;
    const { ctx, bbox } = plot;
    const x = Math.round(plot.valToPos(this.trace.columns.time[this.selected] / SECOND, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.save();
    ctx.strokeStyle = color("selected");
    ctx.lineWidth = 1;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(x + 0.5, bbox.top);
    ctx.lineTo(x + 0.5, bbox.top + bbox.height);
    ctx.stroke();
    ctx.restore();
  }
}
