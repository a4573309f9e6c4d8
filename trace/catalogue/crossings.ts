/**
 * What a second capture of the same connection shows: label and sentence of each finding. `{there}` is the name of its file.
 *
 * @module
 */

import type { CatalogueEntry } from "./entry.ts";
import type { CrossingCode, NoteCode } from "./finding_codes.ts";

/** What is said of a packet that has, or has not, passed the second point of capture. */
export const CROSSINGS: Readonly<Record<CrossingCode, CatalogueEntry>> = {
  "reaches-there": {
    rule: "RFC 7679 3",
    label: "{onTheWay} to {there}",
    sentence: "It passes {there}, {thereFrames}, after {onTheWay}.",
  },
  "comes-from-there": {
    rule: "RFC 7679 3",
    label: "{onTheWay} from {there}",
    sentence: "It passed {there}, {thereFrames}, {onTheWay} before.",
  },
  "lost-between": {
    rule: "RFC 7680 2",
    label: "lost before {there}",
    sentence:
      "It never passes {there}, and {receiver} acknowledges nothing of it there: lost between the two captures.",
  },
  "partly-lost-between": {
    rule: "RFC 7680 2",
    label: "partly lost before {there}",
    sentence:
      "It passes {there} without {lostOctets} octets, the first of them {lostFrom}: lost between the two captures.",
  },
  "missed-there": {
    rule: "",
    label: "missed by {there}",
    sentence:
      "It is not in {there}, and {receiver} acknowledges it there all the same: that capture has missed it.",
  },
  "absent-there": {
    rule: "",
    label: "not in {there}",
    sentence: "It is not in {there}: lost between the two captures, or missed by that one.",
  },
  "not-sent-there": {
    rule: "",
    label: "not in {there}",
    sentence: "It is not in {there}: missed by that capture, or sent by something between the two.",
  },
  "overtaken-between": {
    rule: "RFC 4737 3.3",
    label: "overtaken on the way",
    sentence: "{overtakers} that left later arrived before it: overtaken between the two captures.",
  },
  "doubled-on-the-way": {
    rule: "RFC 5560 3",
    label: "doubled on the way",
    sentence: "It passes here once and {there} {copies} times: doubled between the two captures.",
  },
  "doubled-between": {
    rule: "RFC 5560 3",
    label: "doubled on the way",
    sentence:
      "It passed {there} once, {thereFrames}, and comes here again: doubled between the two captures.",
  },
  "syn-changed": {
    rule: "RFC 9293 3.1",
    label: "options changed on the way",
    sentence: "Something between the two captures changes the options of the SYN: {changes}.",
  },
  "never-comes": {
    rule: "RFC 7680 2",
    label: "lost after {there}",
    sentence:
      "It passes {there}, {thereFrames}, and never comes here, where {receiver} acknowledges nothing of it: lost between the two captures.",
  },
  "missed-here": {
    rule: "",
    label: "missed here",
    sentence:
      "It passes {there}, {thereFrames}, and is not here, where {receiver} acknowledges it all the same: this capture has missed it.",
  },
  "absent-here": {
    rule: "",
    label: "in {there} only",
    sentence:
      "It passes {there}, {thereFrames}, and is not here: lost between the two captures, or missed by this one.",
  },
};

/** What is remarked of two captures together. */
export const CLOCK_NOTES: Readonly<
  Record<Extract<NoteCode, `clocks-${string}` | "passed-there-only">, CatalogueEntry>
> = {
  "clocks-equal": {
    rule: "RFC 7679 3.7",
    label: "clocks agree",
    sentence:
      "The clocks of both captures are taken as equal: packets take at least {toThere} to {there} and {toHere} back. If both ways took equally long, {half} each, the clock of {there} would be {halfway}.",
  },
  "clocks-apart": {
    rule: "RFC 7679 3.7",
    label: "clocks differ",
    sentence:
      "The clock of {there} is {halfway}, if packets take equally long in both directions, at least {half}: its times are put right by that.",
  },
  "clocks-drift": {
    rule: "RFC 7679 3.7",
    label: "clocks drift",
    sentence:
      "The difference of both clocks changes by {drift} in the course of the captures: it is followed.",
  },
  "clocks-one-way": {
    rule: "RFC 7679 3.7",
    label: "clocks not known",
    sentence:
      "Packets of one direction alone are in both captures: nobody knows how far their clocks are apart, and times on the way say nothing but how they change.",
  },
  "passed-there-only": {
    rule: "",
    label: "in {there} only",
    sentence:
      "A packet of {whose}, {what}, is in {there}, frame {frame}, and not here: missed by this capture, or sent by something between the two.",
  },
};
