/**
 * What ICMP errors about our segments mean: rule, label and sentence of each code.
 *
 * @module
 */

import { type IcmpVerdict, THIS_HOST } from "../core.ts";
import type { IcmpEvent } from "../record.ts";
import { isOpening } from "./conditions.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";

/** What is said of each verdict. */
export const ICMP_VERDICTS: Readonly<Record<IcmpVerdict, CatalogueEntry>> = {
  "not-outstanding": {
    rule: "RFC 5927 4.1",
    label: "not about what is in flight",
    sentence:
      "{icmpText}, about our segment {quoted}: nothing with that number waits for an ACK, so the message is stale, forged, or about an ACK of ours without data, and ignored.",
  },
  "source-quench": {
    rule: "RFC 9293 3.9.2.2, MUST-55; RFC 6633 3",
    label: "source quench ignored",
    sentence: "{icmpText}, about our segment {quoted}: such messages are out of use, and ignored.",
  },
  "path-mtu-known": {
    rule: "RFC 1191 3; RFC 8201 4",
    label: "path MTU no smaller",
    sentence: "{icmpText}, about our segment {quoted}: what we send by now is short enough already.",
  },
  "path-mtu-smaller": firstTrue<IcmpEvent>(
    {
      when: ({ reporter, mtu }) => reporter === THIS_HOST && mtu !== null,
      rule: "RFC 1191 4; RFC 8201 4",
      label: "path takes smaller packets",
      sentence:
        "Our segment {quoted} could not leave this host: its interface or its route takes packets of up to {mtu} octets.",
    },
    {
      when: ({ reporter }) => reporter === THIS_HOST,
      rule: "RFC 1191 5",
      label: "path takes smaller packets",
      sentence:
        "Our segment {quoted} could not leave this host: it is too long for the interface or the route.",
    },
    {
      rule: "RFC 1191 4; RFC 8201 4",
      label: "path takes smaller packets",
      sentence:
        "{icmpText}, about our segment {quoted}: it says that the next link takes packets of up to {mtu} octets.",
    },
    {
      rule: "RFC 1191 5",
      label: "path takes smaller packets",
      sentence: "{icmpText}, about our segment {quoted}: it does not say how much the next link takes.",
    },
  ),
  "path-mtu-too-small": {
    rule: "RFC 8201 4",
    label: "path MTU below IPv6's least",
    sentence:
      "{icmpText}, about our segment {quoted}: it says that the next link takes packets of up to {mtu} octets. Every link of IPv6 takes 1280, so the message is discarded.",
  },
  "soft-error": firstTrue<IcmpEvent>(
    {
      when: isOpening,
      rule: "RFC 9293 3.9.2.2, MUST-56, SHLD-25; RFC 5461 2.2",
      label: "noted",
      sentence:
        "{icmpText}, about our segment {quoted}: that may pass, so the attempt goes on, and the program can ask what was said.",
    },
    {
      rule: "RFC 9293 3.9.2.2, MUST-56, SHLD-25",
      label: "noted",
      sentence:
        "{icmpText}, about our segment {quoted}: an open connection does not end by that; the program can ask what was said.",
    },
  ),
  "hard-error": firstTrue<IcmpEvent>(
    {
      when: isOpening,
      rule: "RFC 9293 3.9.2.2, SHLD-26; RFC 5461 2.1",
      label: "ends the attempt",
      sentence: "{icmpText}, about our segment {quoted}: it ends the attempt to connect.",
    },
    {
      rule: "RFC 9293 3.9.2.2, SHLD-26",
      label: "ends the connection",
      sentence: "{icmpText}, about our segment {quoted}: it ends the connection.",
    },
  ),
};
