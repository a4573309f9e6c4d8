/**
 * A table of which only the rows in sight are elements, so that 20,000 of them cost no more than 40.
 *
 * @module
 */

import { element, stepOf } from "./format.js";

const SPARE_ROWS = 8;
/** Rows that a printed page shows. */
const MOST_PRINTED = 400;

/**
 * A grid in `place`. Of the spec: `label`; `columns`, each `{name, className, value(item), order?(item)}`, those with an order
 * can be sorted by; `classOf(item)`; `onPick(item)`; `onEnter()`.
 */
export class Grid {
  constructor(place, items, spec) {
    this.spec = spec;
    this.all = items;
    this.items = items;
    this.selected = null;
    this.sorted = null;
    this.prefix = place.id;
    this.body = element("div", { class: "rows", role: "rowgroup" });
    this.head = this.#head();
    this.scroller = element(
      "div",
      { class: "scroller", role: "grid", tabindex: 0, "aria-label": spec.label },
      this.head,
      this.body,
    );
    place.replaceChildren(this.scroller);
    this.scroller.addEventListener("scroll", () => this.draw());
    this.scroller.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (row !== null) spec.onPick(this.items[Number(row.dataset.row)]);
    });
    this.draw();
  }

  /** Shows only the items for which that is true. @returns how many they are */
  filter(isShown) {
    this.items = this.all.filter(isShown);
    this.scroller.scrollTop = 0;
    this.draw();
    return this.items.length;
  }

  select(item) {
    this.selected = item;
    const at = this.items.indexOf(item);
    if (at >= 0) this.#reveal(at);
    this.draw();
  }

  draw() {
    const rowHeight = this.#rowHeight();
    const height = this.scroller.clientHeight || 400;
    const first = Math.max(Math.floor(this.scroller.scrollTop / rowHeight) - SPARE_ROWS, 0);
    const count = Math.ceil(height / rowHeight) + 2 * SPARE_ROWS;
    this.#drawRows(first, Math.min(first + count, this.items.length), rowHeight);
  }

  /** Before printing: the first rows, all of them as elements. @returns how many are not */
  drawForPrint() {
    const count = Math.min(this.items.length, MOST_PRINTED);
    this.#drawRows(0, count, this.#rowHeight());
    this.body.style.height = `${count * this.#rowHeight()}px`;
    return this.items.length - count;
  }

  /** All cells of an item as a text to look for words in. */
  textOf(item) {
    return this.spec.columns.map(({ value }) => value(item)).join(" ").toLowerCase();
  }

  #rowHeight() {
    return parseFloat(getComputedStyle(this.scroller).getPropertyValue("--row")) || 26;
  }

  #drawRows(first, end, rowHeight) {
    this.scroller.setAttribute("aria-rowcount", String(this.items.length + 1));
    this.body.style.height = `${this.items.length * rowHeight}px`;
    const made = [];
    for (let at = first; at < end; at++) made.push(this.#row(at, at * rowHeight));
    this.body.replaceChildren(...made);
    const active = this.items.indexOf(this.selected);
    const isShown = active >= first && active < end;
    if (isShown) this.scroller.setAttribute("aria-activedescendant", `${this.prefix}-${active}`);
    else this.scroller.removeAttribute("aria-activedescendant");
  }

  #row(at, top) {
    const item = this.items[at];
    const row = element("div", {
      class: `row ${this.spec.classOf(item)}`,
      role: "row",
      id: `${this.prefix}-${at}`,
      "data-row": at,
      "aria-rowindex": at + 2,
      "aria-selected": String(item === this.selected),
    });
    row.style.top = `${top}px`;
    for (const { className, value } of this.spec.columns) {
      row.append(element("span", { role: "gridcell", class: className }, String(value(item))));
    }
    return row;
  }

  #head() {
    const row = element("div", { class: "row head", role: "row", "aria-rowindex": 1 });
    for (const column of this.spec.columns) {
      const cell = element("span", { role: "columnheader", class: column.className });
      if (column.order === undefined) cell.append(column.name);
      else {
        const button = element("button", { type: "button", class: "sort" }, column.name);
        button.addEventListener("click", () => this.#sort(column));
        cell.append(button);
        cell.setAttribute("aria-sort", "none");
      }
      row.append(cell);
    }
    return row;
  }

  /** By a column: first the other way round when it is sorted by that already. What has no value comes last. */
  #sort(column) {
    const isDescending = this.sorted?.column === column && !this.sorted.isDescending;
    this.sorted = { column, isDescending };
    const sign = isDescending ? -1 : 1;
    const compare = (a, b) => {
      const [x, y] = [column.order(a), column.order(b)];
      if (x === null || y === null) return (x === null ? 1 : 0) - (y === null ? 1 : 0);
      return sign * (typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y);
    };
    this.all = [...this.all].sort(compare);
    this.items = [...this.items].sort(compare);
    this.spec.columns.forEach((other, k) => {
      if (other.order === undefined) return;
      const order = other !== column ? "none" : isDescending ? "descending" : "ascending";
      this.head.children[k].setAttribute("aria-sort", order);
    });
    this.scroller.scrollTop = 0;
    this.draw();
  }

  #reveal(at) {
    const rowHeight = this.#rowHeight();
    const top = at * rowHeight;
    const { scrollTop, clientHeight } = this.scroller;
    const room = clientHeight - rowHeight - this.head.offsetHeight;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top > scrollTop + room) this.scroller.scrollTop = top - room;
  }

  #key(event) {
    if (event.target !== this.scroller) return;
    const page = Math.max(Math.floor(this.scroller.clientHeight / this.#rowHeight()) - 2, 1);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (this.selected !== null) this.spec.onEnter(this.selected);
      return;
    }
    const step = stepOf(event.key, page);
    if (step === undefined || this.items.length === 0) return;
    event.preventDefault();
    const at = this.items.indexOf(this.selected);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), this.items.length - 1);
    this.spec.onMove(this.items[next]);
  }
}
