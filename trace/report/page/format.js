/**
 * Numbers as people write them, and elements made without HTML text.
 *
 * @module
 */

const FLAGS = [[2, "SYN"], [1, "FIN"], [4, "RST"], [8, "PSH"], [16, "ACK"], [32, "URG"], [64, "ECE"], [
  128,
  "CWR",
], [
  256,
  "AE",
]];

export function flagsText(flags) {
  return FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name).join(",") || "-";
}

export function spanText(micros) {
  if (micros === null || micros === undefined) return "?";
  const size = Math.abs(micros);
  if (size < 1_000) return `${Math.round(micros)} µs`;
  if (size < 1_000_000) return `${Number((micros / 1_000).toPrecision(3))} ms`;
  return `${Number((micros / 1_000_000).toPrecision(3))} s`;
}

/** Null: not known. */
export function secondsText(micros) {
  return micros === null ? "-" : (micros / 1_000_000).toFixed(6);
}

/** Octets with thin spaces between thousands; `unlimited` and `?` for what is no number. */
export function octetsText(octets) {
  if (octets === null || octets === undefined) return "?";
  if (octets === "unlimited") return octets;
  return String(octets).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function amountText(octets) {
  let amount = octets;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (amount < 1_024 || unit === "GiB") return `${Number(amount.toPrecision(3))} ${unit}`;
    amount /= 1_024;
  }
}

/** An element with attributes and children; texts become text nodes, so that nothing is read as markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** A colour of the present theme, by the name of its CSS variable. */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** By how many rows a key moves in a list of which `page` are in sight; undefined: it is no such key. */
export function stepOf(key, page) {
  return { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[key];
}
