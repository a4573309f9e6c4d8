/**
 * The table of events. Only the rows in sight are elements, so that 20,000 of them cost no more than 40.
 *
 * @module
 */

import { element, flagsText, octetsText, secondsText, spanText } from "./format.js";

const ROW_HEIGHT = 26;
const SPARE_ROWS = 8;
/** Rows that a printed page shows. */
const MOST_PRINTED = 400;

const ARROWS = {
  sent: "→",
  arrived: "←",
  dropped: "✗",
  lost: "✗",
  state: "=",
  timer: "!",
  congestion: "~",
  icmp: "?",
};

const COLUMNS = [
  ["#", "number", (trace, i) => trace.columns.number[i]],
  ["Time", "number", (trace, i) => secondsText(trace.columns.time[i])],
  ["", "arrow", (trace, i) => ARROWS[trace.kind(i)]],
  ["Flags", "", (trace, i) => trace.isSegment(i) ? flagsText(trace.columns.flags[i]) : ""],
  ["Seq", "number", (trace, i) => trace.isSegment(i) ? trace.numbers(i) : ""],
  ["Octets", "number", (trace, i) => trace.isSegment(i) ? octetsText(trace.columns.length[i]) : ""],
  ["Ack", "number", (trace, i) => trace.columns.ack[i] === null ? "" : trace.columns.ack[i]],
  ["Window", "number", (trace, i) => trace.isSegment(i) ? octetsText(trace.columns.window[i]) : ""],
  ["State", "", (trace, i) => trace.state(i)],
  ["cwnd", "number", (trace, i) => known(trace, i, octetsText(trace.columns.cwnd[i]))],
  ["Flight", "number", (trace, i) => known(trace, i, octetsText(trace.columns.flight[i]))],
  ["SRTT", "number", (trace, i) => trace.columns.srtt[i] > 0 ? spanText(trace.columns.srtt[i]) : ""],
  ["Why", "why", (trace, i) => (trace.isAgain(i) ? "again: " : "") + trace.label(i) + gapText(trace, i)],
];

function gapText(trace, i) {
  const tally = trace.columns.leftOut[i];
  return tally === 0 ? "" : ` (not kept before it: ${trace.words(tally)})`;
}

function known(trace, i, text) {
  return trace.columns.state[i] === null ? "" : text;
}

/** A grid in `place` that shows the events of `indices`; `onPick(index)` when one is chosen. */
export class Table {
  constructor(trace, indices, place, onPick) {
    this.trace = trace;
    this.all = indices;
    this.rows = indices;
    this.onPick = onPick;
    this.selected = null;
    this.place = place;
    this.body = element("div", { class: "rows", role: "rowgroup" });
    this.scroller = element(
      "div",
      {
        class: "scroller",
        role: "grid",
        tabindex: 0,
        "aria-label": "Events: arrow keys move, Enter shows the header",
      },
      headRow(),
      this.body,
    );
    place.replaceChildren(this.scroller);
    this.scroller.addEventListener("scroll", () => this.draw());
    this.scroller.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (row !== null) this.onPick(this.rows[Number(row.dataset.row)]);
    });
    this.draw();
  }

  /** Shows only events of which a column, or what is said of them, has the text; or only those with a mark. */
  filter(wanted, onlyMarked) {
    const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
    this.rows = this.all.filter((i) => {
      if (onlyMarked && !this.trace.isMarked(i) && this.trace.kind(i) !== "timer") return false;
      if (words.length === 0) return true;
      const text = COLUMNS.map(([, , value]) => value(this.trace, i)).join(" ").toLowerCase();
      return words.every((word) => text.includes(word));
    });
    this.scroller.scrollTop = 0;
    this.draw();
    return this.rows.length;
  }

  select(index) {
    this.selected = index;
    const at = this.rows.indexOf(index);
    if (at >= 0) this.#reveal(at);
    this.draw();
  }

  draw() {
    const height = this.scroller.clientHeight || 400;
    const first = Math.max(Math.floor(this.scroller.scrollTop / ROW_HEIGHT) - SPARE_ROWS, 0);
    this.drawRows(first, Math.min(first + Math.ceil(height / ROW_HEIGHT) + 2 * SPARE_ROWS, this.rows.length));
  }

  drawRows(first, end) {
    this.scroller.setAttribute("aria-rowcount", String(this.rows.length + 1));
    this.body.style.height = `${this.rows.length * ROW_HEIGHT}px`;
    const made = [];
    for (let at = first; at < end; at++) made.push(this.#row(at));
    this.body.replaceChildren(...made);
    const active = this.rows.indexOf(this.selected);
    if (active >= first && active < end) this.scroller.setAttribute("aria-activedescendant", `row-${active}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  /** Before printing: the first rows, all of them as elements. */
  drawForPrint() {
    this.drawRows(0, Math.min(this.rows.length, MOST_PRINTED));
    this.body.style.height = `${Math.min(this.rows.length, MOST_PRINTED) * ROW_HEIGHT}px`;
    return Math.max(this.rows.length - MOST_PRINTED, 0);
  }

  #row(at) {
    const i = this.rows[at];
    const kind = this.trace.kind(i);
    const tone = kind === "dropped" || kind === "lost" ? "lost" : this.trace.isMarked(i) ? "again" : kind;
    const row = element("div", {
      class: `row ${tone}`,
      role: "row",
      id: `row-${at}`,
      "data-row": at,
      "aria-rowindex": at + 2,
      "aria-selected": String(i === this.selected),
    });
    row.style.top = `${at * ROW_HEIGHT}px`;
    for (const [, className, value] of COLUMNS) {
      row.append(element("span", { role: "gridcell", class: className }, String(value(this.trace, i))));
    }
    return row;
  }

  #reveal(at) {
    const top = at * ROW_HEIGHT;
    const { scrollTop, clientHeight } = this.scroller;
    const room = clientHeight - 2 * ROW_HEIGHT;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top > scrollTop + room) this.scroller.scrollTop = top - room;
  }

  #key(event) {
    const page = Math.max(Math.floor(this.scroller.clientHeight / ROW_HEIGHT) - 2, 1);
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -Infinity,
      End: Infinity,
    };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.selected !== null) document.getElementById("detail").focus();
      return;
    }
    const step = steps[event.key];
    if (step === undefined || this.rows.length === 0) return;
    event.preventDefault();
    const at = this.rows.indexOf(this.selected);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), this.rows.length - 1);
    this.onPick(this.rows[next]);
  }
}

function headRow() {
  const row = element("div", { class: "row head", role: "row", "aria-rowindex": 1 });
  for (const [name, className] of COLUMNS) {
    row.append(element("span", { role: "columnheader", class: className }, name));
  }
  return row;
}
