/**
 * Both sliding windows as bars of octets (RFC 9293 3.3.1): of what an end sends what is
 * acknowledged, under way, and may be sent; of what it receives what has come, and what there is room for.
 *
 * @module
 */

import { element } from "./format.js";

/** How much of the numbers a bar shows: so many times the window, unless all that were used are fewer. */
const SHOWN_WINDOWS = 3;

/** The two bars in `place`. */
export class Windows {
  constructor(place) {
    this.bars = ["send", "receive"].map((kind) => {
      const bar = element("div", { class: `octets ${kind}`, role: "img" });
      const pointers = element("div", { class: "pointers", "aria-hidden": "true" });
      const [name, amount] = [element("span"), element("code")];
      place.append(element("h3", { class: "window-title" }, name, amount), bar, pointers);
      return { bar, pointers, name, amount };
    });
  }

  /** Shows the windows of an end whose variables are `view`; `most`: the highest numbers of both directions. */
  show(view, most, name) {
    const [send, receive] = this.bars;
    const isUs = name === "we";
    send.name.textContent = `Send window${isUs ? "" : ` of ${name}`}`;
    receive.name.textContent = `Receive window${isUs ? "" : ` of ${name}`}`;
    if (view === null) {
      for (const one of this.bars) this.#unknown(one);
      return;
    }
    const { sndUna, sndNxt, sndWnd, rcvNxt, rcvWnd } = view;
    if (sndWnd === null) this.#unknown(send);
    else {
      const edge = sndUna + sndWnd;
      draw(
        send,
        most.sent,
        sndWnd,
        [
          ["acknowledged", 0, sndUna],
          ["under way", sndUna, sndNxt],
          ["may be sent", sndNxt, edge],
        ],
        [["SND.UNA", sndUna], ["SND.NXT", sndNxt], ["SND.UNA+SND.WND", edge]],
        `SND.WND ${sndWnd}`,
      );
    }
    if (rcvNxt === null || rcvWnd === null) this.#unknown(receive);
    else {
      draw(
        receive,
        most.received,
        rcvWnd,
        [
          ["received", 0, rcvNxt],
          ["room", rcvNxt, rcvNxt + rcvWnd],
        ],
        [["RCV.NXT", rcvNxt], ["RCV.NXT+RCV.WND", rcvNxt + rcvWnd]],
        `RCV.WND ${rcvWnd}`,
      );
    }
  }

  #unknown({ bar, pointers, amount }) {
    amount.textContent = "";
    bar.replaceChildren(element("span", { class: "hint" }, "not known"));
    bar.setAttribute("aria-label", "not known");
    pointers.replaceChildren();
  }
}

function draw({ bar, pointers, amount }, most, window, zones, marks, text) {
  amount.textContent = text;
  const [from, to] = shownSpan(most, window, marks[0][1]);
  const place = (number) => Math.min(Math.max((number - from) / (to - from), 0), 1) * 100;
  zones.forEach(([name, start, end], k) => {
    const zone = bar.children[k]?.classList.contains("zone")
      ? bar.children[k]
      : replaceAt(bar, k, element("span", { class: `zone zone-${k}` }));
    zone.style.left = `${place(start)}%`;
    zone.style.width = `${Math.max(place(end) - place(start), 0)}%`;
    zone.title = `${name}: ${Math.max(end - start, 0)}`;
    zone.classList.toggle("cut", end > to);
  });
  while (bar.children.length > zones.length) bar.lastChild.remove();
  pointers.replaceChildren(...pointerElements(marks, place, to));
  const words = zones.map(([name, start, end]) => `${name} ${Math.max(end - start, 0)}`);
  bar.setAttribute("aria-label", `${text}: ${words.join(", ")}`);
}

function replaceAt(bar, k, zone) {
  if (bar.children[k] === undefined) bar.append(zone);
  else bar.children[k].replaceWith(zone);
  return zone;
}

/** From which number to which: all that the connection used, or what lies around a window that is small beside that. */
function shownSpan(most, window, start) {
  const all = Math.max(most * 1.25, 16);
  const span = SHOWN_WINDOWS * Math.max(window, most / 50);
  if (all <= span) return [0, all];
  const from = Math.max(start - span / 3, 0);
  return [from, from + span];
}

/** The names of the numbers below the bar, one below the other, each at the end of a line from its place. */
function pointerElements(marks, place, to) {
  return marks.map(([name, number], k) => {
    const at = place(number);
    const isRight = at > 50;
    const text = element("span", {}, `${name} ${number}${number > to ? " →" : ""}`);
    const made = element("span", { class: isRight ? "pointer right" : "pointer" }, text);
    made.style.left = isRight ? "" : `${at}%`;
    made.style.right = isRight ? `${100 - at}%` : "";
    made.style.setProperty("--line", String(marks.length - 1 - k));
    return made;
  });
}
