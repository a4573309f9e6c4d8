/**
 * The ladder with evenly spaced rows: states at the lifelines, arrows, and beside them what is said of each. Only the rows in
 * sight are elements.
 *
 * @module
 */

import { element, secondsText, spanText, stepOf } from "./format.js";
import { segmentPieces } from "./rows.js";

/** Rows beyond what is in sight that are elements nevertheless. */
const SPARE_ROWS = 6;
/** How much higher than they must be rows are when there is room. */
const MOST_STRETCH = 1.6;
/** Of what is said beside the arrows, pixels. */
const LINE_HEIGHT = 15.5;
/** Rows that a printed page shows. */
const MOST_PRINTED = 200;
/** A longer label leaves out a window that is the same as before; characters. */
const MOST_LABEL = 42;
/** Braces beside each other. */
const LANES = 3;
const LANE_WIDTH = 7;
const SVG = "http://www.w3.org/2000/svg";

/** A list in `place` of `rows`; `onPick(index)` when an event is chosen. */
export class Ladder {
  constructor(trace, rows, connection, place, onPick) {
    this.trace = trace;
    this.rows = rows;
    this.onPick = onPick;
    this.selected = -1;
    this.body = element("div", { class: "rungs" });
    this.scroller = element("div", {
      class: "ladder",
      role: "listbox",
      tabindex: 0,
      "aria-label": `Ladder of ${rows.all.length} rows: arrow keys choose an event`,
    }, this.body);
    const head = headOf(connection);
    for (const part of [head, this.scroller]) {
      part.classList.toggle("has-peer-states", connection.ends !== undefined);
    }
    place.replaceChildren(head, this.scroller);
    this.braces = lanesOf(rows.braces);
    this.scroller.addEventListener("scroll", () => this.draw());
    this.scroller.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("click", (event) => {
      const rung = event.target.closest("[data-rung]");
      if (rung !== null) this.onPick(rows.all[Number(rung.dataset.rung)].event);
    });
    this.draw();
  }

  /** Shows which event is chosen. */
  select(index) {
    this.selected = this.rows.placeOf(index);
    this.#reveal();
    this.draw();
  }

  draw() {
    const height = this.#rowHeight();
    const first = Math.max(Math.floor(this.scroller.scrollTop / height) - SPARE_ROWS, 0);
    const count = Math.ceil((this.scroller.clientHeight || 600) / height) + 2 * SPARE_ROWS;
    this.#drawRows(first, Math.min(first + count, this.rows.all.length), height);
  }

  /** Before printing: the first rows, all of them as elements. @returns how many are not */
  drawForPrint() {
    const count = Math.min(this.rows.all.length, MOST_PRINTED);
    this.#drawRows(0, count, this.#rowHeight());
    this.body.style.height = `${count * this.#rowHeight()}px`;
    return this.rows.all.length - count;
  }

  /** Few rows share the room that there is, so that more of what is said can be read. */
  #rowHeight() {
    const least = this.#pixels("--least-rung");
    const share = (this.scroller.clientHeight - 2) / Math.max(this.rows.all.length, 1);
    return Math.floor(Math.min(Math.max(share, least), least * MOST_STRETCH));
  }

  /** A length that the style sheet names. */
  #pixels(name) {
    return parseFloat(getComputedStyle(this.scroller).getPropertyValue(name));
  }

  #drawRows(first, end, height) {
    this.body.style.height = `${this.rows.all.length * height}px`;
    this.body.style.setProperty("--rung", `${height}px`);
    const lines = Math.floor((height - this.#pixels("--above-why")) / LINE_HEIGHT);
    this.body.style.setProperty("--lines", String(lines));
    const made = [];
    for (let place = first; place < end; place++) made.push(this.#rung(place, place * height));
    for (const brace of this.braces) {
      if (brace.to >= first && brace.from < end) made.push(braceElement(brace, height));
    }
    this.body.replaceChildren(...made);
    const isShown = this.selected >= first && this.selected < end;
    if (isShown) this.scroller.setAttribute("aria-activedescendant", `rung-${this.selected}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  #rung(place, top) {
    const { trace } = this;
    const row = this.rows.all[place];
    const rung = element(
      "div",
      {
        class: `rung ${row.tone}${row.way === null ? " remark" : ""}`,
        role: "option",
        id: `rung-${place}`,
        "data-rung": place,
        "data-event": row.event,
        "aria-selected": String(place === this.selected),
        "aria-setsize": this.rows.all.length,
        "aria-posinset": place + 1,
      },
      element("span", { class: "time" }, secondsText(trace.columns.time[row.event]), ...laterOf(row)),
      element("span", { class: "state" }, row.state),
      this.#way(row),
      element("span", { class: "state peer" }, row.peerState),
      this.#why(row),
    );
    rung.style.top = `${top}px`;
    return rung;
  }

  #way(row) {
    if (row.way === null) {
      return element(
        "span",
        { class: "way" },
        element("span", { class: "note" }, noteOf(this.trace, row.event)),
      );
    }
    const pieces = segmentPieces(this.trace, row.event);
    const label = element("span", { class: "label", title: pieces.join(" ") });
    const isLong = pieces.join(" ").length > MOST_LABEL;
    for (const piece of pieces) {
      if (isLong && row.hasSameWindow && piece.startsWith("win ")) continue;
      const isWindow = piece.startsWith("win ");
      const className = piece === "win 0" ? "window zero" : "window";
      label.append(isWindow ? element("span", { class: className }, `${piece} `) : `${piece} `);
    }
    return element("span", { class: `way ${row.way} ${row.fate}` }, label, shaft(row));
  }

  /** In how few words, and then in sentences. */
  #why(row) {
    const { trace } = this;
    const sentences = [row.event, ...row.attached].flatMap((i) =>
      trace.told(i).map(({ sentence }) => sentence)
    );
    const loss = [row.event, ...row.attached].map((i) => trace.lossText(i)).find((text) => text !== "");
    if (loss !== undefined) sentences.unshift(loss);
    const label = row.way === null ? "" : trace.remarks(row.event) || trace.label(row.event);
    return element(
      "span",
      { class: "why" },
      element("b", {}, label === "" ? "" : `${label[0].toUpperCase()}${label.slice(1)}. `),
      sentences.join(" "),
    );
  }

  #reveal() {
    if (this.selected < 0) return;
    const height = this.#rowHeight();
    const top = this.selected * height;
    const { scrollTop, clientHeight } = this.scroller;
    const isInSight = top >= scrollTop && top + height <= scrollTop + clientHeight;
    if (!isInSight) this.scroller.scrollTop = top - clientHeight / 3;
  }

  #key(event) {
    const page = Math.max(Math.floor(this.scroller.clientHeight / this.#rowHeight()) - 1, 1);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      document.getElementById("detail").focus();
      return;
    }
    const step = stepOf(event.key, page);
    if (step === undefined || this.rows.all.length === 0) return;
    event.preventDefault();
    const next = Math.min(Math.max(this.selected + step, 0), this.rows.all.length - 1);
    this.onPick(this.rows.all[next].event);
  }
}

/** What a row without an arrow says between the lifelines. */
function noteOf(trace, i) {
  switch (trace.kind(i)) {
    case "timer":
      return `${trace.label(i)} expires`;
    case "congestion":
      return trace.label(i).replace(/^window/, `cwnd ${trace.columns.cwnd[i]}`);
  }
  return trace.label(i);
}

function headOf({ local, remote }) {
  return element(
    "div",
    { class: "ladder-head" },
    element("span", { class: "time" }, "Time, s"),
    element("span", { class: "state" }, "State"),
    element("span", { class: "ends" }, element("b", {}, local), element("b", {}, remote)),
    element("span", { class: "state peer" }, "State"),
    element("span", { class: "why" }, "What it is, and why"),
  );
}

function laterOf({ later }) {
  return later === null ? [] : [element("span", { class: "later" }, `${spanText(later)} later`)];
}

/** The arrow below its label; one that ends on the way has a sign where it ends. */
function shaft({ way, fate }) {
  const isWhole = fate === "whole";
  const svg = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 100 10", preserveAspectRatio: "none" })) {
    svg.setAttribute(name, value);
  }
  const path = document.createElementNS(SVG, "path");
  const [from, to] = way === "sent" ? [0, isWhole ? 100 : 62] : [100, isWhole ? 0 : 38];
  path.setAttribute("d", `M${from} 0L${to} ${isWhole ? 10 : 6.2}`);
  path.setAttribute("vector-effect", "non-scaling-stroke");
  svg.append(path);
  const sign = isWhole ? "" : fate === "lost" ? "✕" : "?";
  return element("span", { class: "shaft" }, svg, element("i", { class: isWhole ? "head" : "sign" }, sign));
}

/** Braces that overlap lie beside each other. */
function lanesOf(braces) {
  const ends = { sent: [], arrived: [] };
  return braces.map((brace) => {
    const taken = ends[brace.way];
    let lane = taken.findIndex((end) => end < brace.from);
    if (lane < 0) lane = Math.min(taken.length, LANES - 1);
    taken[lane] = brace.to;
    return { ...brace, lane };
  });
}

function braceElement({ from, to, way, lane, later }, height) {
  const made = element("span", {
    class: `brace ${way}`,
    title: `The same again ${spanText(later)} later`,
    "aria-hidden": "true",
  });
  made.style.top = `${(from + 0.5) * height}px`;
  made.style.height = `${(to - from) * height}px`;
  made.style.setProperty("--lane", `${(lane + 1) * LANE_WIDTH}px`);
  return made;
}
