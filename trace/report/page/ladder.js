/**
 * The ladder with time running downwards to scale: each segment of the shown span as an arrow.
 *
 * @module
 */

import { element, flagsText, secondsText } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 900;
const LEFT = 250;
const RIGHT = 850;
const TOP = 34;
const LEAST_HEIGHT = 360;
const MOST_HEIGHT = 1_000;
const ROW = 17;
/** More events than this cannot be read at once: those around the chosen one are shown. */
const MOST_SHOWN = 90;
const SECOND = 1_000_000;

/** Draws into `place`; `onPick(index)` when an arrow is chosen. */
export class Ladder {
  constructor(trace, indices, connection, place, onPick) {
    this.trace = trace;
    this.connection = connection;
    this.place = place;
    this.onPick = onPick;
    this.shown = indices.filter((i) =>
      trace.isSegment(i) || trace.kind(i) === "timer" || trace.kind(i) === "state"
    );
    this.selected = null;
    this.drawn = [];
    this.spanFrom = 0;
    this.spanTo = 0;
  }

  select(index) {
    const isDrawn = this.drawn.includes(index);
    this.selected = index;
    if (!isDrawn && this.drawn.length > 0) this.#draw();
    this.place.querySelector(".chosen")?.classList.remove("chosen");
    this.place.querySelector(`[data-event="${index}"]`)?.classList.add("chosen");
  }

  /** Shows the span between two moments, in seconds. */
  show(from, to) {
    this.spanFrom = from * SECOND;
    this.spanTo = to * SECOND;
    this.#draw();
  }

  #draw() {
    const { columns } = this.trace;
    const within = this.shown.filter((i) =>
      columns.time[i] >= this.spanFrom && columns.time[i] <= this.spanTo
    );
    this.drawn = aroundChosen(within, this.selected);
    const isPart = this.drawn.length < within.length;
    this.from = isPart ? columns.time[this.drawn[0]] : this.spanFrom;
    this.to = isPart ? columns.time[this.drawn.at(-1)] : this.spanTo;
    this.height = Math.min(Math.max(this.drawn.length * ROW + 80, LEAST_HEIGHT), MOST_HEIGHT);
    const hint = isPart
      ? `${this.drawn.length} of the ${within.length} events in this span: those around the chosen one.`
      : `${within.length} events. Choose one to see its header and its reason.`;
    // What was left out before the first of them lies outside.
    const leftOut = this.trace.leftOut(this.drawn.slice(1));
    const gaps = leftOut === null ? "" : ` Between them were not kept: ${this.trace.words(leftOut)}.`;
    this.place.replaceChildren(element("p", { class: "hint" }, hint + gaps), this.#picture());
  }

  #picture() {
    const { height } = this;
    const svg = made("svg", {
      viewBox: `0 0 ${WIDTH} ${height}`,
      role: "img",
      "aria-label": `Ladder of ${this.drawn.length} events; the table below has the same`,
    });
    const clip = made("clipPath", { id: "ladder-clip" });
    clip.append(made("rect", { x: 0, y: TOP - 8, width: WIDTH, height }));
    const [arrows, labels] = [made("g", { "clip-path": "url(#ladder-clip)" }), made("g", {})];
    svg.append(
      text(LEFT, 18, this.connection.local, "end-name", "middle"),
      text(RIGHT, 18, this.connection.remote, "end-name", "end"),
      made("line", { x1: LEFT, y1: 26, x2: LEFT, y2: height, class: "life" }),
      made("line", { x1: RIGHT, y1: 26, x2: RIGHT, y2: height, class: "life" }),
      clip,
      arrows,
      labels,
    );
    this.#drawEvents(arrows, labels);
    return svg;
  }

  #y(time) {
    const span = this.to - this.from || 1;
    return TOP + (time - this.from) / span * (this.height - TOP - 26);
  }

  /** How far a segment travels down while it is under way: half a round trip, as far as known. */
  #slant(i) {
    const half = (this.trace.columns.srtt[i] || 0) / 2;
    const span = this.to - this.from || 1;
    return Math.min(Math.max(half / span * (this.height - TOP), 2), this.height / 3);
  }

  #ends(i) {
    const sent = this.#isOutbound(i);
    const y = this.#y(this.trace.columns.time[i]);
    const slant = this.#slant(i);
    return sent ? [LEFT, y, RIGHT, y + slant] : [RIGHT, y - slant, LEFT, y];
  }

  #isOutbound(i) {
    const kind = this.trace.kind(i);
    return kind === "sent" || (kind === "lost" && this.trace.columns.extra[i].startsWith("sent"));
  }

  #tone(i) {
    const kind = this.trace.kind(i);
    if (kind === "lost" || kind === "dropped") return "lost";
    return this.trace.isMarked(i) ? "again" : "plain";
  }

  /** Labels are a layer of their own: no arrow crosses them. */
  #drawEvents(arrows, labels) {
    let timeY = -Infinity;
    let stateY = -Infinity;
    const labelY = { left: -Infinity, right: -Infinity };
    for (const i of this.drawn) {
      const y = this.#y(this.trace.columns.time[i]);
      if (y - timeY >= 12) {
        labels.append(text(70, y + 4, secondsText(this.trace.columns.time[i]), "time", "end"));
        timeY = y;
      }
      if (this.trace.kind(i) === "state" && y - stateY >= 12) {
        labels.append(text(LEFT - 8, y + 4, this.trace.state(i), "state", "end"));
        stateY = y;
      } else if (this.trace.kind(i) === "timer") {
        if (y - stateY < 12) continue;
        labels.append(text(LEFT - 8, y + 4, `! ${this.trace.label(i)}`, "timer", "end"));
        stateY = y;
      } else if (this.trace.isSegment(i)) {
        arrows.append(this.#arrow(i));
        const label = this.#label(i, labelY);
        if (label !== null) labels.append(label);
      }
    }
  }

  #arrow(i) {
    const [x1, y1, x2, y2] = this.#ends(i);
    const tone = this.#tone(i);
    const part = tone === "lost" ? 0.6 : 1;
    const [endX, endY] = [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
    const back = endX - Math.sign(x2 - x1) * 9;
    const head = tone === "lost"
      ? `M${endX - 5} ${endY - 5}l10 10m0 -10l-10 10`
      : `M${back} ${endY - 4.5}L${endX} ${endY}L${back} ${endY + 4.5}`;
    const group = made("g", { class: i === this.selected ? "event chosen" : "event", "data-event": i });
    group.append(
      titleOf(this.trace, i),
      made("path", { d: `M${x1} ${y1}L${x2} ${y2}`, class: "reach" }),
      made("path", { d: `M${x1} ${y1}L${endX} ${endY}${head}`, class: `arrow ${tone}` }),
    );
    group.addEventListener("click", () => this.onPick(i));
    return group;
  }

  /** The arrow's text where it begins; null where there is no room. */
  #label(i, labelY) {
    const [x1, y1, x2] = this.#ends(i);
    const way = Math.sign(x2 - x1);
    const side = way > 0 ? "left" : "right";
    if (y1 < TOP || y1 - labelY[side] < 13) return null;
    labelY[side] = y1;
    const label = text(
      x1 + way * 22,
      y1 - 3,
      arrowLabel(this.trace, i),
      `halo ${this.#tone(i)}`,
      way > 0 ? "start" : "end",
    );
    label.addEventListener("click", () => this.onPick(i));
    return label;
  }
}

/** As many events as can be read, around the chosen one when it is among them. */
function aroundChosen(within, chosen) {
  if (within.length <= MOST_SHOWN) return within;
  const after = within.findIndex((i) => i >= chosen);
  const middle = chosen === null || after < 0 ? 0 : after;
  const start = Math.min(Math.max(middle - MOST_SHOWN / 2, 0), within.length - MOST_SHOWN);
  return within.slice(start, start + MOST_SHOWN);
}

function arrowLabel(trace, i) {
  const { columns } = trace;
  const numbers = ` seq ${trace.numbers(i)}`;
  const ack = columns.ack[i] === null ? "" : ` ack ${columns.ack[i]}`;
  return `${trace.isAgain(i) ? "again: " : ""}${flagsText(columns.flags[i])}${numbers}${ack}`;
}

function titleOf(trace, i) {
  const title = made("title", {});
  title.textContent = trace.told(i).map(({ sentence, rule }) => `${sentence} [${rule}]`).join(" ") ||
    trace.label(i);
  return title;
}

function made(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function text(x, y, content, className, anchor) {
  const node = made("text", { x, y, class: className, "text-anchor": anchor });
  node.textContent = content;
  return node;
}
