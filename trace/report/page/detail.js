/**
 * One event in full: why, the variables, and the headers drawn as the RFCs draw them, 32 bits a line.
 *
 * @module
 */

import { octetsOf } from "./data.js";
import { element, flagsText, octetsText, secondsText, spanText } from "./format.js";
import { headersOf } from "./header.js";

const BITS_PER_LINE = 32;

/** How a variable is written, by its unit. */
const WRITERS = { sequence: octetsText, octets: octetsText, microseconds: spanText, count: String };

/** Kinds of events that are called otherwise here. */
const KINDS = { state: "change of state", congestion: "congestion window", note: "remark", icmp: "ICMP" };

/** The variables shown, each with its label and how it is written. */
function variablesOf({ data }) {
  const numbers = data.variables.map(([name, symbol, unit]) => [name, symbol, WRITERS[unit]]);
  return [["state", "State", null], ["phase", "recovery", null], ...numbers];
}

/** Shows event `i`: in `why` what it is, in `more` all of it; `before` is the connection's event before it, or null. */
export function showDetail(trace, i, before, { why, more }) {
  why.replaceChildren(element("h2", {}, titleOf(trace, i)), reasons(trace, i), ...gap(trace, i));
  more.replaceChildren(...payload(trace, i), ...headers(trace, i), ...variables(trace, i, before));
}

function titleOf(trace, i) {
  const { columns } = trace;
  const kind = KINDS[trace.kind(i)] ?? trace.kind(i);
  const what = trace.isSegment(i) ? `${kind}: ${flagsText(columns.flags[i])}` : kind;
  const marks = trace.marks(i);
  return `Event ${columns.number[i]}, ${what}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}, at ${
    secondsText(columns.time[i])
  } s`;
}

/** The rule with a link for each place in a standard; nothing for what has none. */
function ruleElement(places) {
  if (places.length === 0) return "";
  const parts = places.map(([text, url]) => url === null ? text : element("a", { href: url }, text));
  return element("span", { class: "rule" }, "[", ...parts, "]");
}

function reasons(trace, i) {
  const list = element("div", { class: "reasons" });
  for (const { sentence, places, code } of trace.told(i)) {
    list.append(
      element(
        "p",
        {},
        `${sentence} `,
        ruleElement(places),
        " ",
        element("code", {}, code),
      ),
    );
  }
  const loss = trace.lossText(i);
  if (loss !== "") list.append(element("p", { class: "loss" }, loss));
  if (trace.kind(i) === "lost" && trace.told(i).length === 0) {
    list.append(element("p", {}, `Taken away on purpose: ${trace.columns.extra[i]}`));
  }
  if (list.childNodes.length === 0) list.append(element("p", {}, "The capture does not say why."));
  return list;
}

function gap(trace, i) {
  const tally = trace.columns.leftOut[i];
  return tally === 0 ? [] : [
    element(
      "p",
      { class: "hint" },
      `Between the event before and this one were not kept: ${trace.words(tally)}.`,
    ),
  ];
}

function payload(trace, i) {
  const text = trace.columns.excerpt[i];
  if (!text) return [];
  const octets = octetsOf(text);
  const more = trace.columns.length[i] > octets.length
    ? ` … (${octetsText(trace.columns.length[i])} octets in all)`
    : "";
  const printable = Array.from(
    octets,
    (octet) => octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : "·",
  ).join("");
  const hex = Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
  return [element("h3", {}, "Payload"), element("pre", {}, `${hex}\n${printable}${more}`)];
}

function headers(trace, i) {
  const text = trace.columns.header[i];
  if (!text) return [];
  const { seq, ack, window } = trace.columns;
  const facts = { seq: seq[i], ack: ack[i], window: window[i], windowIsRaw: trace.isWindowRaw(i) };
  return headersOf(octetsOf(text), facts).reverse().flatMap(({ title, fields }) => [
    element("h3", {}, title),
    drawing(fields),
    fieldTable(fields),
  ]);
}

/** A box for each field; one that goes over the end of a line is continued on the next. */
function drawing(fields) {
  const grid = element("div", { class: "bits", "aria-hidden": "true" });
  for (let bit = 0; bit < BITS_PER_LINE; bit++) {
    grid.append(element("span", { class: "bit" }, String(bit % 10)));
  }
  fields.forEach((field, order) => {
    let offset = field.offset;
    const end = field.offset + field.bits;
    while (offset < end) {
      const column = offset % BITS_PER_LINE;
      const width = Math.min(BITS_PER_LINE - column, end - offset);
      const whole = Math.floor((end - offset) / BITS_PER_LINE);
      const lines = column === 0 && whole > 1 ? whole : 1;
      const box = element("span", {
        class: field.bits === 1 ? `box one set-${field.value}` : field.bits <= 4 ? "box narrow" : "box",
        title: `${field.name}: ${field.value}${field.meaning === "" ? "" : ` (${field.meaning})`}`,
        "data-field": order,
      });
      const isFirst = offset === field.offset;
      box.append(
        element("b", {}, isFirst ? field.name : `${field.name} (goes on)`),
        element("i", {}, isFirst && field.bits > 1 ? field.value : ""),
      );
      box.style.gridColumn = `${column + 1} / span ${width}`;
      if (lines > 1) box.style.gridRow = `span ${Math.min(lines, 2)}`;
      grid.append(box);
      offset += lines > 1 ? lines * BITS_PER_LINE : width;
    }
  });
  return grid;
}

function fieldTable(fields) {
  const body = element("tbody");
  for (const { name, bits, value, meaning } of fields) {
    body.append(element(
      "tr",
      {},
      element("th", { scope: "row" }, name),
      element(
        "td",
        {},
        bits % 8 === 0 && bits > 32 ? `${bits / 8} octets` : bits === 1 ? "1 bit" : `${bits} bits`,
      ),
      element("td", { class: "value" }, value),
      element("td", {}, meaning),
    ));
  }
  const head = element(
    "tr",
    {},
    ...["Field", "Size", "Value", "Meaning"].map((name) => element("th", { scope: "col" }, name)),
  );
  return element(
    "details",
    { class: "fields" },
    element("summary", {}, "All fields"),
    element("table", {}, element("thead", {}, head), body),
  );
}

function variables(trace, i, before) {
  const { columns } = trace;
  if (columns.state[i] === null) return [];
  const body = element("tbody");
  for (const [name, label, write] of variablesOf(trace)) {
    const value = textOf(trace, i, name, write);
    const earlier = before === null ? value : textOf(trace, before, name, write);
    if (value === "?") continue;
    body.append(element(
      "tr",
      earlier !== value ? { class: "changed" } : {},
      element("th", { scope: "row" }, label),
      element("td", { class: "value" }, value),
      element("td", {}, earlier !== value ? `was ${earlier}` : ""),
    ));
  }
  return [element("h3", {}, "Variables of the connection"), element("table", { class: "variables" }, body)];
}

function textOf(trace, i, name, write) {
  if (name === "state") return trace.state(i);
  const value = trace.columns[name][i];
  if (name === "phase") return value === null ? "?" : trace.data.phases[value];
  return value === null || value === undefined ? "?" : write(value);
}
