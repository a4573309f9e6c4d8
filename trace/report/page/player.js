/**
 * Steps through the events, by hand or by itself.
 *
 * @module
 */

import { octetsText } from "./format.js";

/** How long each event stays, milliseconds. */
const STEP = 1_200;

/** The control whose elements lie in `place`; `onPick(index)` when it steps. */
export class Player {
  constructor(place, onPick) {
    const find = (name) => place.querySelector(`[data-player=${name}]`);
    this.button = find("play");
    this.output = find("position");
    this.onPick = onPick;
    this.indices = [];
    this.at = -1;
    this.timer = null;
    this.button.addEventListener("click", () => this.timer === null ? this.#play() : this.stop());
    const steps = { first: -Infinity, back: -1, forward: 1, last: Infinity };
    for (const [name, step] of Object.entries(steps)) {
      find(name).addEventListener("click", () => {
        this.stop();
        this.step(step);
      });
    }
  }

  /** These are the events from now on. */
  load(indices) {
    this.stop();
    this.indices = indices;
    this.at = -1;
  }

  /** An event was chosen, here or elsewhere. */
  select(index) {
    this.at = this.indices[this.at] === index ? this.at : this.indices.indexOf(index);
    this.output.textContent = `Event ${octetsText(this.at + 1)} of ${octetsText(this.indices.length)}`;
  }

  /** Chooses the event so many further on, or the first or last one. */
  step(count) {
    if (this.indices.length === 0) return;
    this.onPick(this.indices[Math.min(Math.max(this.at + count, 0), this.indices.length - 1)]);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.#label();
  }

  /** From the chosen event on; from the beginning when that is the last. */
  #play() {
    if (this.at >= this.indices.length - 1) this.step(-Infinity);
    this.timer = setInterval(() => {
      if (this.at >= this.indices.length - 1) this.stop();
      else this.step(1);
    }, STEP);
    this.#label();
  }

  #label() {
    this.button.textContent = this.timer === null ? "▶ Play" : "❚❚ Pause";
  }
}
