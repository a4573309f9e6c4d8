/**
 * The ends of segments as text, made once each: there are few ends, and many segments.
 *
 * @module
 */

import { endpointText } from "../../trace/copy.ts";
import type { Segment } from "../../trace/core.ts";

const PORTS = 2 ** 16;
/** Texts that are kept; beyond it they are made anew. */
const MOST_TEXTS = 65_536;

/** Remembers texts of IPv4 ends by their number. */
export class EndpointTexts {
  readonly #texts = new Map<number, string>();

  /** One end of a segment: `192.0.2.1:80`. */
  of(segment: Segment, end: "source" | "destination"): string {
    if (segment.family === 6) return endpointText(segment, end);
    const octets = segment.addresses;
    const at = end === "source" ? segment.sourceOffset : segment.destinationOffset;
    const port = end === "source" ? segment.sourcePort : segment.destinationPort;
    const address = (octets[at] as number) * 2 ** 24 +
      ((octets[at + 1] as number) << 16 | (octets[at + 2] as number) << 8 | (octets[at + 3] as number));
    const key = address * PORTS + port;
    let text = this.#texts.get(key);
    if (text === undefined) {
      if (this.#texts.size === MOST_TEXTS) this.#texts.clear();
      text = endpointText(segment, end);
      this.#texts.set(key, text);
    }
    return text;
  }
}
