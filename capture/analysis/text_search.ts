/**
 * Looks for a text in what a connection carries, also where segments cut it in two.
 *
 * @module
 */

import type { Segment } from "../../trace/core.ts";
import type { Half } from "./half.ts";

/** The end of what an end has sent so far. */
interface Tail {
  readonly octets: Uint8Array;
  /** The relative number after it. */
  readonly end: number;
}

/** Searches segment by segment. */
export class TextSearch {
  readonly #text: Uint8Array;
  readonly #tails = new Map<Half, Tail>();

  constructor(text: string) {
    this.#text = new TextEncoder().encode(text);
  }

  /** Whether the text ends in this segment, of which `kept` octets of payload were captured from number `seq` on. */
  isIn(segment: Segment, kept: number, seq: number, sender: Half): boolean {
    const { octets, offset } = segment.payload;
    const payload = octets.subarray(offset, offset + kept);
    const tail = this.#tails.get(sender);
    const isNext = tail !== undefined && tail.end === seq;
    const all = isNext ? joined(tail.octets, payload) : payload;
    if (payload.length > 0) {
      const octets = all.slice(Math.max(all.length - this.#text.length + 1, 0));
      this.#tails.set(sender, { octets, end: seq + kept });
    }
    return contains(all, this.#text);
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

function contains(octets: Uint8Array, text: Uint8Array): boolean {
  const [first] = text;
  if (first === undefined) return true;
  for (let at = octets.indexOf(first); at >= 0; at = octets.indexOf(first, at + 1)) {
    if (text.every((octet, i) => octets[at + i] === octet)) return true;
  }
  return false;
}
