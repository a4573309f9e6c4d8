/**
 * The graphs over time, a group for each end that sends data: sequence numbers and what limited the sender, windows, throughput,
 * round trips; and the states. They share the time that they show.
 *
 * @module
 */

import { bandSpec, limitBands, limitShares, stateBands } from "./bands.js";
import { roundTripSpec, throughputSpec, windowSpec } from "./curves.js";
import { amountText, element } from "./format.js";
import { makePlot, widthOf } from "./plot.js";
import { Sequence } from "./sequence.js";

const SECOND = 1_000_000;
/** Room before the first event and after the last, as a part of what is shown. */
const SPARE = 0.02;
/** The end of TIME-WAIT. */
const AFTERWARDS = ["TIME-WAIT", "time-wait-over"];
const HEIGHTS = { sequence: 280, window: 200, throughput: 170, "round-trip": 180, limits: 30, states: 34 };

/** All graphs of one connection, in `place`. */
export class Charts {
  /** `onPick(index)`: somebody chose an event; `onRange(from, to)`: another span of time is shown, seconds. */
  constructor(trace, indices, connection, place, onPick, onRange) {
    this.trace = trace;
    this.indices = indices;
    this.connection = connection;
    this.onPick = onPick;
    this.onRange = onRange;
    const times = indices.map((i) => trace.columns.time[i] / SECOND);
    this.first = times[0] ?? 0;
    this.last = Math.max(times.at(-1) ?? 1, this.first + 1e-6);
    this.range = [this.first, this.last];
    this.selected = null;
    this.graphs = [];
    this.plots = [];
    place.replaceChildren(...this.#groups());
    this.#makePlots();
    const spare = (this.#end() - this.first) * SPARE;
    this.setRange(this.first - spare, this.#end() + spare);
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

  resize() {
    for (const plot of this.plots) {
      plot.setSize({ width: widthOf(plot.root.parentElement), height: plot.height });
    }
  }

  select(index) {
    this.selected = index;
    for (const plot of this.plots) this.#showSelected(plot);
  }

  setRange(from, to) {
    const whole = this.last - this.first;
    const start = Math.max(Math.min(from, to), this.first - whole * SPARE);
    const end = Math.min(Math.max(from, to, start + whole / 1e6), this.last + whole * SPARE);
    this.range = [start, end];
    for (const plot of this.plots) plot.setScale("x", { min: start, max: end });
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

  /** The last event but for the end of TIME-WAIT, which is far away and says nothing. */
  #end() {
    const { trace, indices } = this;
    const last = indices.findLast((i) => !trace.codes(i).some((code) => AFTERWARDS.includes(code)));
    return Math.max(last === undefined ? this.last : trace.columns.time[last] / SECOND, this.first + 1e-6);
  }

  /** From the first event to the last. */
  showAll() {
    const spare = (this.last - this.first) * SPARE;
    this.setRange(this.first - spare, this.last + spare);
  }

  #groups() {
    const { ends } = this.connection;
    const directions = [
      ["sent", ends === undefined ? "What we send" : `What ${ends.local} sends`, ""],
      ["arrived", ends === undefined ? "What we receive" : `What ${ends.remote} sends`, ends && "peer."],
    ];
    const all = directions.map(([way, heading, prefix]) => {
      return { way, heading, prefix, sequence: new Sequence(this.trace, this.indices, way) };
    });
    // Who sends more comes first, and stands for a connection without data.
    all.sort((a, b) => b.sequence.octets - a.sequence.octets);
    const groups = all.filter(({ sequence }, k) => sequence.octets > 0 || k === 0)
      .map((one, k) => this.#group(one, k === 0 ? "" : "-second"));
    const states = bandSpec(stateBands(this.trace, this.indices), "the states of the local end over time");
    const place = this.#figure("states", "", "States", states);
    return [...groups, element("section", {}, element("h2", {}, "States over time"), ...place)];
  }

  #group({ way, heading, prefix, sequence }, suffix) {
    const section = element("section", { "aria-label": heading }, element("h2", {}, heading));
    const add = (name, title, spec) => {
      if (spec !== null) section.append(...this.#figure(name, suffix, `${title}. ${heading}`, spec, title));
    };
    section.append(legendOf());
    add("sequence", "Sequence numbers over time", {
      ...sequence.spec(() => this.range),
      summary: sequence.summary,
    });
    const limits = this.trace.data.facts[this.connection.id]?.limits[way === "sent" ? 0 : 1] ?? null;
    if (limits !== null) {
      const { shares, total } = limitShares(this.trace, limits);
      const words = shares.map(({ words, percent }) => `${words} ${percent} %`).join(", ");
      add(
        "limits",
        "What limited the sender",
        bandSpec(limitBands(this.trace, limits), `${words} of ${total}`),
      );
      section.append(sharesOf(shares, total), amountsOf(limits));
    }
    if (prefix !== undefined) {
      add("window", "Windows and what is in flight", windowSpec(this.trace, this.indices, prefix));
    }
    add("throughput", "Throughput", throughputSpec(this.trace, sequence));
    if (prefix !== undefined) {
      add(
        "round-trip",
        "Round trips and retransmission timeout",
        roundTripSpec(this.trace, this.indices, prefix),
      );
    }
    return section;
  }

  #figure(name, suffix, title, spec, heading) {
    const place = element("div", { id: name + suffix, class: `chart ${name}` });
    this.graphs.push([place, { ...spec, title, height: HEIGHTS[name] }]);
    return heading === undefined ? [place] : [element("h3", {}, heading), place];
  }

  #makePlots() {
    this.plots = this.graphs.map(([place, spec]) =>
      makePlot(place, {
        ...spec,
        draw: (plot) => {
          spec.draw?.(plot);
          this.#showSelected(plot);
        },
        onSelect: (plot) => this.#takeSelection(plot),
        onClick: (plot) => this.#takeClick(plot, spec.pick),
        onPress: () => this.dragged = false,
        onKey: (event) => this.#key(event),
      })
    );
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

  #key(event) {
    const zooms = { "+": [0.5, 0], "=": [0.5, 0], "-": [2, 0] };
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (zooms[event.key] !== undefined) this.zoom(...zooms[event.key]);
    else if (event.key === "0") this.showAll();
    else if (steps[event.key] !== undefined && this.indices.length > 0) {
      const at = this.indices.indexOf(this.selected) + steps[event.key];
      this.onPick(this.indices[Math.min(Math.max(at, 0), this.indices.length - 1)]);
    } else return;
    event.preventDefault();
  }

  #nearestInTime(time) {
    const { columns } = this.trace;
    let best = null;
    for (const i of this.indices) {
      if (best === null || Math.abs(columns.time[i] - time) < Math.abs(columns.time[best] - time)) best = i;
    }
    return best;
  }

  /** A line over the graph where the chosen event is, an element of its own: to choose is no reason to draw all anew. */
  #showSelected(plot) {
    const { over } = plot;
    const line = over.querySelector(".selected") ?? over.appendChild(element("div", { class: "selected" }));
    const [from, to] = this.range;
    const time = this.selected === null ? NaN : this.trace.columns.time[this.selected] / SECOND;
    line.hidden = !(time >= from && time <= to);
    if (!line.hidden) line.style.left = `${Math.round(plot.valToPos(time, "x"))}px`;
  }
}

/** What the marks of the first graph mean. */
function legendOf() {
  const key = (name) => element("span", { class: `key ${name}` });
  return element(
    "p",
    { class: "hint legend" },
    key("data"),
    "segment ",
    key("again"),
    "R sent again or out of order ",
    key("sack"),
    "S SACK block ",
    element("b", {}, "3"),
    " third duplicate ACK ",
    element("b", {}, "Z"),
    " window closed ",
    element("b", {}, "F"),
    " FIN",
  );
}

/** What could have been in flight, beside what was. */
function amountsOf({ largestFlight, largestWindow, product }) {
  const known = (octets) => octets === null ? "not known" : amountText(octets);
  return element(
    "p",
    { class: "hint" },
    `In flight at most ${known(largestFlight)}; rate times round trip ${known(product)}; largest window ${
      known(largestWindow)
    }`,
  );
}

function sharesOf(shares, total) {
  const parts = shares.flatMap(({ words, name, percent }) => [
    element("span", { class: `key ${name}` }),
    `${words} ${percent} % `,
  ]);
  return element("p", { class: "hint legend" }, ...parts, `of ${total}`);
}
