/**
 * What it means that a timer expires: rule, label and sentence of each timer.
 *
 * @module
 */

import type { TimerName } from "../core.ts";
import type { TimerEvent } from "../record.ts";
import { isOpening } from "./conditions.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";

function isLast(event: TimerEvent): boolean {
  return event.timeoutBefore === null;
}

/** What the timers are for. */
export const TIMERS: Readonly<Record<TimerName, CatalogueEntry>> = {
  "retransmission": firstTrue<TimerEvent>(
    {
      when: (event) => isLast(event) && isOpening(event),
      rule: "RFC 9293 3.8.3, MUST-20",
      label: "retransmission timer",
      sentence: "Our SYN was not acknowledged in time, and this was the last attempt.",
    },
    {
      when: isLast,
      rule: "RFC 9293 3.8.3, MUST-20",
      label: "retransmission timer",
      sentence: "No ACK of {sndUna} came in time, and this was the last attempt.",
    },
    {
      when: isOpening,
      rule: "RFC 6298 5.5; RFC 9293 3.10.8",
      label: "retransmission timer",
      sentence:
        "Our SYN was not acknowledged within {rtoBefore}: timeout number {expiries} in a row, and the next is after {rto}.",
    },
    {
      rule: "RFC 6298 5.5; RFC 9293 3.10.8",
      label: "retransmission timer",
      sentence:
        "No ACK of {sndUna} came within {rtoBefore}: timeout number {expiries} in a row, and the next is after {rto}.",
    },
  ),
  "tail loss probe": {
    rule: "RFC 8985 7.2",
    label: "tail loss probe timer",
    sentence: "No ACK has come for a while: it is time for a probe, before the retransmission timer expires.",
  },
  "reordering": {
    rule: "RFC 8985 6.2, step 5",
    label: "reordering timer",
    sentence: "What is still missing has had time enough to arrive out of order: it counts as lost now.",
  },
  "persist": firstTrue<TimerEvent>(
    {
      when: ({ view }) => view.sndWnd === 0,
      rule: "RFC 9293 3.8.6.1, SHLD-29, SHLD-30",
      label: "persist timer",
      sentence: "The peer's window is still closed: it is time to ask whether it has opened.",
    },
    {
      rule: "RFC 9293 3.8.6.2.1",
      label: "persist timer",
      sentence: "Less than a full segment may be sent, and has waited long enough for more.",
    },
  ),
  "override": {
    rule: "RFC 9293 3.8.6.2.1",
    label: "override timer",
    sentence: "A cork has held back less than a full segment for long enough.",
  },
  "delayed ACK": {
    rule: "RFC 9293 3.8.6.3, MUST-40",
    label: "delayed-ACK timer",
    sentence: "What came before {rcvNxt} has waited long enough for its ACK.",
  },
  "keep-alive": {
    rule: "RFC 9293 3.8.4, MUST-26",
    label: "keep-alive timer",
    sentence:
      "Nothing was heard from the peer for as long as we wait before we ask, and nothing of ours is in flight.",
  },
  "TIME-WAIT": {
    rule: "RFC 9293 3.10.8; 3.6.1, MUST-13",
    label: "TIME-WAIT timer",
    sentence: "The time to stay in TIME-WAIT has passed.",
  },
  "FIN-WAIT-2": {
    rule: "RFC 9293 3.6.1, MAY-1",
    label: "FIN-WAIT-2 timer",
    sentence: "The peer's FIN did not come in the time it was given.",
  },
  "connect": {
    rule: "RFC 9293 3.8.3, MUST-23",
    label: "connect timer",
    sentence: "The handshake did not end in the time it was given.",
  },
  "user timeout": {
    rule: "RFC 9293 3.10.8; 3.8.3, MUST-21; RFC 5482 3.1",
    label: "user timeout",
    sentence: "What was sent has been unacknowledged for longer than the program allows.",
  },
};
