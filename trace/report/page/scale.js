/**
 * The ladder with time running downwards to scale, pauses cut short.
 *
 * @module
 */

import { element, flagsText, secondsText, spanText } from "./format.js";
import { layOut } from "./scale_layout.js";

const SVG = "http://www.w3.org/2000/svg";
const TOP = 40;
const BOTTOM = 24;
const LINE = 13;
/** More events than this cannot be read at once: those around the chosen one are shown. */
const MOST_SHOWN = 90;
/** A picture narrower than this has no room for states and labels beside each other. */
const NARROW = 560;
/** Where an arrow ends that does not arrive. */
const LOST_PART = 0.62;
/** Widths of a letter, and of half of the sign where an arrow ends. */
const LETTER = 7;
const SIGN = 16;

/** Draws into `place`; `onPick(index)` when an arrow is chosen. */
export class Scale {
  constructor(trace, rows, connection, place, onPick) {
    this.trace = trace;
    this.rows = rows;
    this.connection = connection;
    this.place = place;
    this.onPick = onPick;
    this.selected = null;
    this.drawn = [];
    this.halfTrip = leastRtt(trace, rows) / 2;
    this.width = 0;
  }

  select(index) {
    const place = this.rows.placeOf(index);
    const row = this.rows.all[place];
    this.selected = row?.event ?? null;
    if (!this.drawn.includes(row)) this.#draw(place);
    this.#mark();
  }

  /** Draws anew when there is another width for it. */
  resize() {
    if (Math.abs(this.place.clientWidth - this.width) < 2) return;
    this.#draw(this.selected === null ? 0 : this.rows.placeOf(this.selected));
    this.#mark();
  }

  #mark() {
    this.place.querySelector(".chosen")?.classList.remove("chosen");
    this.place.querySelector(`[data-event="${this.selected}"]`)?.classList.add("chosen");
  }

  #draw(around) {
    const { all } = this.rows;
    const start = Math.min(Math.max(around - MOST_SHOWN / 2, 0), Math.max(all.length - MOST_SHOWN, 0));
    this.drawn = all.slice(start, start + MOST_SHOWN);
    this.width = this.place.clientWidth;
    const part = this.drawn.length < all.length
      ? `${this.drawn.length} of ${all.length} rows: those around the chosen one. `
      : "";
    const slope = this.halfTrip > 0
      ? `An arrow takes half of the least round trip, ${spanText(this.halfTrip)}.`
      : "The round trip was not measured: how steep an arrow is says nothing.";
    this.place.replaceChildren(
      element("p", { class: "hint" }, `${part}${slope} Pauses are cut short.`),
      this.#picture(),
    );
  }

  #picture() {
    const { columns } = this.trace;
    const events = this.drawn.map(({ event, way, fate }) => ({
      time: columns.time[event],
      way,
      isLost: fate !== "whole",
      seq: columns.seq[event],
      end: columns.end[event],
      ack: columns.ack[event],
      trip: this.trace.trip(event),
      sackEnd: columns.sack[event] === 0 ? 0 : Math.max(...columns.sack[event]),
    }));
    const { places, pauses, height } = layOut(events, this.halfTrip);
    const isNarrow = this.width < NARROW;
    const [left, right] = [isNarrow ? 70 : 210, this.width - (isNarrow ? 14 : 40)];
    const svg = made("svg", {
      width: this.width,
      height: height + TOP + BOTTOM,
      role: "img",
      tabindex: 0,
      "aria-label": `Ladder to scale, ${this.drawn.length} rows; the ladder above says the same in words`,
    });
    const life = (x) => made("line", { x1: x, y1: 24, x2: x, y2: height + TOP + BOTTOM, class: "life" });
    svg.append(
      text(isNarrow ? 4 : left, 15, this.connection.local, "end-name", isNarrow ? "start" : "middle"),
      text(right, 15, this.connection.remote, "end-name", "end"),
      life(left),
      life(right),
    );
    const taken = { time: [], side: [], label: [] };
    for (const pause of pauses) {
      svg.append(...pauseMarks(pause, left, right));
      isFree(taken.label, TOP + (pause.from + pause.to) / 2 + 4);
    }
    taken.signs = this.drawn.flatMap(({ way, fate }, k) =>
      way === null || fate === "whole" ? [] : [signPlace(places[k], way, left, right)]
    );
    const arrows = made("g", {});
    const labels = made("g", {});
    svg.append(arrows, labels);
    this.drawn.forEach((row, k) => {
      const { local, remote } = places[k];
      const y = TOP + local;
      this.#drawSide(row, y, left, isNarrow, taken, labels);
      if (row.way === null) return;
      const far = TOP + remote;
      const [x1, y1, x2, y2] = row.way === "sent" ? [left, y, right, far] : [right, far, left, y];
      arrows.append(this.#arrow(row, x1, y1, x2, y2));
      const label = this.#label(row, x1, y1, x2, taken);
      if (label !== null) labels.append(label);
    });
    return svg;
  }

  /** Time and state, or timer, beside the lifeline, where there is room. */
  #drawSide(row, y, left, isNarrow, taken, labels) {
    const { time } = this.trace.columns;
    if (isFree(taken.time, y)) {
      labels.append(text(isNarrow ? 62 : 76, y + 4, secondsText(time[row.event]), "time", "end"));
    }
    if (isNarrow) return;
    const note = row.way === null && row.state === "" ? `! ${this.trace.label(row.event)}` : row.state;
    if (note === "" || !isFree(taken.side, y)) return;
    labels.append(text(left - 8, y + 4, short(note, 16), row.state === "" ? "timer" : "state", "end"));
  }

  #arrow(row, x1, y1, x2, y2) {
    const part = row.fate === "whole" ? 1 : LOST_PART;
    const [endX, endY] = [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
    const back = endX - Math.sign(x2 - x1) * 9;
    const group = made("g", { class: `event ${row.tone} ${row.fate}`, "data-event": row.event });
    const title = made("title", {});
    title.textContent = this.trace.told(row.event).map(({ sentence }) => sentence).join(" ");
    group.append(
      title,
      made("path", { d: `M${x1} ${y1}L${x2} ${y2}`, class: "reach" }),
      made("path", { d: `M${x1} ${y1}L${endX} ${endY}${headOf(row, endX, endY, back)}`, class: "arrow" }),
    );
    if (row.fate === "silent") {
      group.append(text(endX + Math.sign(x2 - x1) * 9, endY + 4, "?", "sign", "middle"));
    }
    group.addEventListener("click", () => this.onPick(row.event));
    return group;
  }

  /** The arrow's text above where it begins; null where there is no room. */
  #label(row, x1, y1, x2, taken) {
    const way = Math.sign(x2 - x1);
    const [x, y] = [x1 + way * 14, y1 - 3];
    const words = labelOf(this.trace, row);
    const isOnSign = taken.signs.some(([signX, signY]) => {
      const far = (signX - x) * way;
      return far > -SIGN && far < words.length * LETTER + SIGN && Math.abs(signY - y) < LINE;
    });
    if (y < TOP - 8 || isOnSign || !isFree(taken.label, y)) return null;
    const label = text(x, y, words, row.tone, way > 0 ? "start" : "end");
    const width = words.length * LETTER;
    const group = made("g", {});
    const ground = { x: way > 0 ? x - 2 : x - width + 2, y: y - 10, width, height: LINE, class: "ground" };
    group.append(made("rect", ground), label);
    group.addEventListener("click", () => this.onPick(row.event));
    return group;
  }
}

function labelOf(trace, { event, isAgain }) {
  const { columns } = trace;
  const ack = columns.ack[event] === null ? "" : ` ack ${columns.ack[event]}`;
  return `${isAgain ? "again: " : ""}${flagsText(columns.flags[event])} seq ${trace.numbers(event)}${ack}`;
}

/** Where an arrow ends on its way. */
function signPlace({ local, remote }, way, left, right) {
  const [x1, y1, x2, y2] = way === "sent" ? [left, local, right, remote] : [right, remote, left, local];
  return [x1 + (x2 - x1) * LOST_PART, TOP + y1 + (y2 - y1) * LOST_PART];
}

function headOf({ fate }, x, y, back) {
  if (fate === "whole") return `M${back} ${y - 4.5}L${x} ${y}L${back} ${y + 4.5}`;
  return fate === "lost" ? `M${x - 5} ${y - 5}l10 10m0 -10l-10 10` : "";
}

function pauseMarks({ from, to, span }, left, right) {
  const middle = TOP + (from + to) / 2;
  const cut = (x) => made("path", { d: `M${x - 6} ${middle + 1}l12 -6m-12 10l12 -6`, class: "cut" });
  return [
    cut(left),
    cut(right),
    text((left + right) / 2, middle + 4, `${spanText(span)} later`, "pause", "middle"),
  ];
}

/** Whether nothing lies there yet; then it is taken. */
function isFree(taken, y) {
  if (taken.some((other) => Math.abs(other - y) < LINE)) return false;
  taken.push(y);
  return true;
}

function short(words, most) {
  return words.length <= most ? words : `${words.slice(0, most - 1)}…`;
}

function leastRtt(trace, rows) {
  let least = Infinity;
  for (const { event } of rows.all) {
    const rtt = trace.columns.minRtt?.[event];
    if (rtt > 0) least = Math.min(least, rtt);
  }
  return least === Infinity ? 0 : least;
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
