/**
 * What is remarkable about a segment of a ladder, in a few words: `window probe`, `duplicate ACK 2`, `fast retransmit`.
 *
 * @module
 */

import type { ArrivedEvent, ConnectionRecord, SentEvent } from "../record.ts";
import { type Code, entriesOf } from "../told.ts";
import { labelText } from "../variables.ts";

/** What the arrow itself shows, or what happens all the time. */
const UNREMARKABLE: ReadonlySet<Code> = new Set<Code>([
  "syn",
  "syn-ack",
  "handshake-ack",
  "data",
  "urgent-data",
  "urgent",
  "fin",
  "reset",
  "acknowledges",
  "acknowledges-syn",
  "acknowledges-fin",
  "selective-ack",
  "nothing-new",
  "ack-quick",
  "ack-second-segment",
  "ack-alternate-segment",
  "ack-fin",
  "open",
  "accept",
  "handshake-done",
  "acknowledges-handshake",
  "new-data",
  "new-ack",
  "ack-of-fin",
  "sack-seen",
  "close-first",
  "close-second",
  "reset-seen",
  "reset-refuses",
  "urgent-seen",
  "nothing-new-seen",
  "reaches-there",
  "comes-from-there",
]);

/** Labels that say already that something goes again. */
const SAYS_AGAIN = /retransmi|again|probe|fills a hole/;

/** The marks of a segment, the weightiest first; none when there is nothing to remark. */
export function marksOf(
  event: SentEvent | ArrivedEvent,
  connection: ConnectionRecord | null,
): readonly string[] {
  const labels = entriesOf(event, connection)
    .filter(({ code }) => !UNREMARKABLE.has(code))
    .map(({ entry }) => labelText(entry, event, connection));
  const said = labels.join();
  const others = event.marks.filter((mark) => {
    if (mark === "merged") return false;
    return mark === "retransmission" ? !SAYS_AGAIN.test(said) : labels.length === 0;
  });
  return [...others, ...labels];
}
