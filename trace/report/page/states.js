/**
 * The eleven states of a connection and the ways between them (RFC 9293 3.3.2): where it is, and where it has been.
 *
 * @module
 */

import { element } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 400;
const HEIGHT = 268;
const BOX_WIDTH = 104;
const BOX_HEIGHT = 22;

/** The middle of each state's box. */
const PLACES = {
  "CLOSED": [200, 16],
  "LISTEN": [84, 56],
  "SYN-SENT": [316, 56],
  "SYN-RECEIVED": [84, 100],
  "ESTABLISHED": [200, 136],
  "FIN-WAIT-1": [84, 172],
  "CLOSE-WAIT": [316, 172],
  "FIN-WAIT-2": [58, 214],
  "CLOSING": [180, 214],
  "LAST-ACK": [316, 214],
  "TIME-WAIT": [120, 252],
};

/** The ways, each with what brings it about. */
const WAYS = [
  ["CLOSED", "LISTEN", "passive open"],
  ["CLOSED", "SYN-SENT", "active open: send SYN"],
  ["LISTEN", "SYN-RECEIVED", "receive SYN: send SYN,ACK"],
  ["LISTEN", "SYN-SENT", "send: send SYN"],
  ["SYN-SENT", "SYN-RECEIVED", "receive SYN: send SYN,ACK"],
  ["SYN-SENT", "ESTABLISHED", "receive SYN,ACK: send ACK"],
  ["SYN-RECEIVED", "ESTABLISHED", "receive ACK of SYN"],
  ["SYN-RECEIVED", "FIN-WAIT-1", "close: send FIN"],
  ["ESTABLISHED", "FIN-WAIT-1", "close: send FIN"],
  ["ESTABLISHED", "CLOSE-WAIT", "receive FIN: send ACK"],
  ["FIN-WAIT-1", "FIN-WAIT-2", "receive ACK of FIN"],
  ["FIN-WAIT-1", "CLOSING", "receive FIN: send ACK"],
  ["FIN-WAIT-1", "TIME-WAIT", "receive FIN and ACK of FIN: send ACK"],
  ["FIN-WAIT-2", "TIME-WAIT", "receive FIN: send ACK"],
  ["CLOSING", "TIME-WAIT", "receive ACK of FIN"],
  ["CLOSE-WAIT", "LAST-ACK", "close: send FIN"],
  ["LAST-ACK", "CLOSED", "receive ACK of FIN"],
  ["TIME-WAIT", "CLOSED", "timeout"],
];

/** The diagram in `place`. */
export class States {
  constructor(place) {
    this.boxes = new Map();
    this.ways = new Map();
    this.svg = made("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "state-diagram" });
    for (const [from, to, why] of WAYS) this.svg.append(this.#way(from, to, why));
    for (const [state, [x, y]] of Object.entries(PLACES)) this.svg.append(this.#box(state, x, y));
    this.said = element("p", { class: "hint" });
    place.replaceChildren(this.svg, this.said);
  }

  /**
   * Lights the states of both ends, null where not known, and what the local end has been in: `been` are its states in their
   * order, the present one last.
   */
  show(local, peer, been, names) {
    for (const [state, box] of this.boxes) {
      box.classList.toggle("been", been.includes(state));
      box.classList.toggle("here", state === local);
      box.classList.toggle("there", state === peer);
    }
    const gone = new Set(been.slice(1).map((state, k) => `${been[k]} ${state}`));
    const last = been.length < 2 ? "" : `${been.at(-2)} ${been.at(-1)}`;
    for (const [key, way] of this.ways) {
      way.classList.toggle("gone", gone.has(key));
      way.classList.toggle("last", key === last);
    }
    const own = names.local === "we" ? "Our state" : `State of ${names.local}`;
    const texts = [`${own}: ${local ?? "not known"}`];
    if (peer !== null) texts.push(`of ${names.remote}: ${peer}`);
    this.said.textContent = texts.join(", ");
    const path = been.length > 1 ? `, so far ${been.join(", ")}` : "";
    this.svg.setAttribute("aria-label", `The eleven states. ${texts.join(", ")}${path}`);
  }

  #box(state, x, y) {
    const group = made("g", { class: "place" });
    const label = made("text", { x, y: y + 4, "text-anchor": "middle" });
    label.textContent = state;
    group.append(
      made("rect", {
        x: x - BOX_WIDTH / 2,
        y: y - BOX_HEIGHT / 2,
        width: BOX_WIDTH,
        height: BOX_HEIGHT,
        rx: 5,
      }),
      label,
    );
    this.boxes.set(state, group);
    return group;
  }

  #way(from, to, why) {
    const group = made("g", { class: "going" });
    const title = made("title", {});
    title.textContent = `${from} to ${to}: ${why}`;
    group.append(title, made("path", { d: pathOf(from, to) }));
    this.ways.set(`${from} ${to}`, group);
    return group;
  }
}

/** From the edge of one box to that of the other, with a head; the long ways home go round the others. */
function pathOf(from, to) {
  const [[x1, y1], [x2, y2]] = [PLACES[from], PLACES[to]];
  if (from === "LAST-ACK") {
    return line([[x1 + 30, y1 + 11], [x1 + 30, 252], [392, 252], [392, y2], [x2 + 52, y2]]);
  }
  if (from === "TIME-WAIT") return line([[x1 - 52, y1], [4, y1], [4, y2], [x2 - 52, y2]]);
  const start = edge(x1, y1, x2, y2);
  return line([start, edge(x2, y2, x1, y1)]);
}

function line(points) {
  const [[x1, y1], [x2, y2]] = points.slice(-2);
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const barb = (turn) => `${x2 - 6 * Math.cos(angle + turn)} ${y2 - 6 * Math.sin(angle + turn)}`;
  const path = points.map(([x, y]) => `${x} ${y}`).join("L");
  return `M${path}M${barb(0.45)}L${x2} ${y2}L${barb(-0.45)}`;
}

/** Where the line between two middles leaves the first box. */
function edge(x1, y1, x2, y2) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const part = Math.min(
    dx === 0 ? Infinity : (BOX_WIDTH / 2 + 1) / Math.abs(dx),
    dy === 0 ? Infinity : (BOX_HEIGHT / 2 + 1) / Math.abs(dy),
  );
  return [x1 + dx * part, y1 + dy * part];
}

function made(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
