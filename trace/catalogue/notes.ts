/**
 * What is remarked of a capture, or of a connection in it, beside its segments. What concerns the capture itself has no rule.
 *
 * @module
 */

import type { CatalogueEntry } from "./entry.ts";
import { CLOCK_NOTES } from "./crossings.ts";
import type { NoteCode } from "./finding_codes.ts";

/** What is said of each remark. */
export const NOTES: Readonly<Record<NoteCode, CatalogueEntry>> = {
  "checksum-offload": {
    rule: "",
    label: "checksum not believed",
    sentence:
      "The {layer} checksum of a packet of {whose} is {state}, and it is taken all the same: a device was to fill it in, or it was left as it is where addresses or ports were replaced. Told once for all such packets.",
  },
  "clock-step": {
    rule: "",
    label: "clock step",
    sentence:
      "The clock of the capture steps back by {step} here: times are counted on from the packet before.",
  },
  "packet-order": {
    rule: "",
    label: "not in order of time",
    sentence:
      "The file has packets in another order than that of their times, by up to {step}: they are told in the order of the file.",
  },
  "packets-sorted": {
    rule: "",
    label: "sorted by time",
    sentence:
      "The file has its packets in another order than that of their times: they are shown in the order of their times, with the frame numbers of the file.",
  },
  "icmp-error": {
    rule: "RFC 792; RFC 4443; RFC 5927",
    label: "ICMP error",
    sentence: "{by} says of the segment {about} of {whose}: {what}{detail}.",
  },
  "capture-point": {
    rule: "",
    label: "taken near one end",
    sentence: "The capture was taken near {near}: {nearRtt} to it and back, {farRtt} to {far} and back.",
  },
  "round-trip-split": {
    rule: "",
    label: "taken between both ends",
    sentence:
      "The capture was taken between both ends: {nearRtt} to {near} and back, {farRtt} to {far} and back.",
  },
  "option-unanswered": {
    rule: "RFC 9293 3.1",
    label: "options not answered",
    sentence: "{whose} offers {option}, and the SYN-ACK does not: not used.",
  },
  "begins-in-the-middle": {
    rule: "",
    label: "no SYN seen",
    sentence:
      "The capture begins in the middle of this connection: window scales are not known, and numbers count from the first ones seen.",
  },
  ...CLOCK_NOTES,
};
