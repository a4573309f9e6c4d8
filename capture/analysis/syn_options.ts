/**
 * What a SYN offers, in words, and what of it has changed on the way.
 *
 * @module
 */

import { Option } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";

/** What of a SYN's options matters for the whole connection, by name; the value is empty where there is none. */
function offers(syn: SegmentRecord): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const has = (option: number): boolean => (syn.options & option) !== 0;
  if (has(Option.maximumSegmentSize)) found.set("MSS", String(syn.maximumSegmentSize));
  if (has(Option.windowScale)) found.set("window scale", String(syn.windowScale));
  if (has(Option.selectiveAckPermitted)) found.set("SACK", "");
  if (has(Option.timestamps)) found.set("timestamps", "");
  if (syn.otherOptions !== undefined) found.set("others", syn.otherOptions);
  return found;
}

/** `MSS 1460, window scale 7, SACK, timestamps`. */
export function offersText(syn: SegmentRecord): string {
  const texts = [...offers(syn)].map(([name, value]) => `${name} ${value}`.trimEnd());
  return texts.length === 0 ? "no options" : texts.join(", ");
}

/** What is other in the second copy of a SYN: `MSS 1460 becomes 1380, timestamps are taken out`; empty: nothing. */
export function changesText(before: SegmentRecord, after: SegmentRecord): string {
  const [left, right] = [offers(before), offers(after)];
  const changed = [...left].flatMap(([name, value]) => {
    const now = right.get(name);
    if (now === undefined) return [`${name} ${value}`.trimEnd() + " is taken out"];
    return now === value ? [] : [`${name} ${value} becomes ${now}`];
  });
  const added = [...right].filter(([name]) => !left.has(name))
    .map(([name, value]) => `${name} ${value}`.trimEnd() + " is put in");
  return [...changed, ...added].join(", ");
}
