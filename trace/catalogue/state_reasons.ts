/**
 * Why connections change their state: rule, label and sentence of each code.
 *
 * @module
 */

import type { State, StateReason } from "../core.ts";
import type { StateEvent } from "../record.ts";
import { type CatalogueEntry, firstTrue } from "./entry.ts";

function goesTo(state: State): (event: StateEvent) => boolean {
  return ({ to }) => to === state;
}

function comesFrom(...states: readonly State[]): (event: StateEvent) => boolean {
  return ({ from }) => states.includes(from);
}

const BEGINNINGS: Readonly<
  Record<
    | "active-open"
    | "passive-open"
    | "syn-received"
    | "syn-cookie-returned"
    | "syn-ack-received"
    | "simultaneous-open"
    | "syn-acknowledged",
    CatalogueEntry<StateEvent>
  >
> = {
  "active-open": {
    rule: "RFC 9293 3.10.1",
    label: "active open",
    sentence: "The program opens the connection: we take the first step.",
  },
  "passive-open": {
    rule: "RFC 9293 3.10.1",
    label: "passive open",
    sentence: "The program waits for a connection: a peer takes the first step.",
  },
  "syn-received": {
    rule: "RFC 9293 3.10.7.2, third",
    label: "SYN received",
    sentence: "A peer asks for a connection.",
  },
  "syn-cookie-returned": {
    rule: "RFC 4987 3.6",
    label: "SYN cookie returned",
    sentence:
      "A segment brings back a SYN cookie of ours: the connection is built from that, for nothing was kept of the SYN.",
  },
  "syn-ack-received": {
    rule: "RFC 9293 3.10.7.3, fourth",
    label: "SYN-ACK received",
    sentence: "The peer has acknowledged our SYN and sent its own: data may flow.",
  },
  "simultaneous-open": {
    rule: "RFC 9293 3.5, MUST-10; 3.10.7.3, fourth",
    label: "both open",
    sentence:
      "The peer's SYN does not acknowledge ours, as when the two cross on their way: both sides open, and each has to acknowledge the other's SYN.",
  },
  "syn-acknowledged": {
    rule: "RFC 9293 3.10.7.4, fifth",
    label: "our SYN acknowledged",
    sentence: "The peer has acknowledged our SYN: data may flow.",
  },
};

const CLOSINGS: Readonly<
  Record<
    "user-close" | "fin-received" | "fin-acknowledged" | "time-wait-over" | "fin-wait-2-over",
    CatalogueEntry<StateEvent>
  >
> = {
  "user-close": {
    rule: "RFC 9293 3.10.4, 3.3.2",
    label: "we close",
    sentence: "The program has nothing more to send, and all before it has been sent: now our FIN leaves.",
  },
  "fin-received": firstTrue<StateEvent>(
    {
      when: goesTo("CLOSE-WAIT"),
      rule: "RFC 9293 3.10.7.4, eighth",
      label: "FIN received",
      sentence: "The peer has nothing more to send. We may go on sending until we close as well.",
    },
    {
      when: goesTo("CLOSING"),
      rule: "RFC 9293 3.6, case 3; 3.10.7.4, eighth",
      label: "both have closed",
      sentence:
        "The peer's FIN came before the ACK of ours: both sides have closed, neither in answer to the other.",
    },
    {
      rule: "RFC 9293 3.10.7.4, eighth; 3.6.1, MUST-13",
      label: "FIN received",
      sentence:
        "Both directions are closed. By the standard we stay for twice the maximum segment lifetime, to acknowledge the peer's FIN again should our ACK get lost.",
    },
  ),
  "fin-acknowledged": firstTrue<StateEvent>(
    {
      when: goesTo("FIN-WAIT-2"),
      rule: "RFC 9293 3.10.7.4, fifth",
      label: "our FIN acknowledged",
      sentence: "The peer has everything that we sent, our FIN included.",
    },
    {
      when: goesTo("TIME-WAIT"),
      rule: "RFC 9293 3.10.7.4, fifth; 3.6.1, MUST-13",
      label: "our FIN acknowledged",
      sentence:
        "Both FINs are acknowledged. By the standard we stay for twice the maximum segment lifetime, until no stray segment can come any more.",
    },
    {
      rule: "RFC 9293 3.10.7.4, fifth",
      label: "our FIN acknowledged",
      sentence: "Both FINs are acknowledged: the connection is gone.",
    },
  ),
  "time-wait-over": {
    rule: "RFC 9293 3.10.8; 3.6.1, MUST-13",
    label: "TIME-WAIT over",
    sentence: "The time to stay in TIME-WAIT has passed: the connection is gone.",
  },
  "fin-wait-2-over": {
    rule: "RFC 9293 3.6.1, MAY-1",
    label: "FIN-WAIT-2 over",
    sentence:
      "The peer did not send its FIN for too long, and nobody reads here any more: the connection is forgotten.",
  },
};

const FAILURES: Readonly<
  Record<
    | "reset-received"
    | "refused"
    | "syn-in-window"
    | "timed-out"
    | "user-abort"
    | "unreachable"
    | "data-after-close"
    | "returned-to-listen"
    | "closed-before-established",
    CatalogueEntry<StateEvent>
  >
> = {
  "reset-received": firstTrue<StateEvent>(
    {
      when: comesFrom("CLOSING", "LAST-ACK", "TIME-WAIT"),
      rule: "RFC 9293 3.10.7.4, second",
      label: "reset",
      sentence: "The connection is reset while it was closing.",
    },
    {
      when: ({ view }) => (view.flight ?? 0) > 0,
      rule: "RFC 9293 3.10.7.4, second",
      label: "reset",
      sentence: "The connection is reset: what was in flight is given up.",
    },
    {
      rule: "RFC 9293 3.10.7.4, second",
      label: "reset",
      sentence: "The connection is reset. Nothing of ours was in flight.",
    },
  ),
  "refused": firstTrue<StateEvent>(
    {
      when: comesFrom("SYN-SENT"),
      rule: "RFC 9293 3.10.7.3, second",
      label: "refused",
      sentence:
        "RST answered our SYN: the host does not accept it, as when nobody listens on that port or a firewall refuses it.",
    },
    {
      rule: "RFC 9293 3.10.7.4, second",
      label: "refused",
      sentence: "RST came before the handshake was over: the connection is not wanted.",
    },
  ),
  "syn-in-window": {
    rule: "RFC 793 3.9",
    label: "SYN in the window",
    sentence: "A SYN within the window ends the connection by the old rule.",
  },
  "timed-out": firstTrue<StateEvent>(
    {
      when: comesFrom("SYN-SENT", "SYN-RECEIVED"),
      rule: "RFC 9293 3.8.3, MUST-23",
      label: "timed out",
      sentence: "Our SYN was not acknowledged for as long as we wait: the attempt is given up.",
    },
    {
      rule: "RFC 9293 3.8.3, MUST-20",
      label: "timed out",
      sentence: "The peer did not answer for as long as we wait: the connection is given up.",
    },
  ),
  "user-abort": firstTrue<StateEvent>(
    {
      when: comesFrom("SYN-SENT", "SYN-RECEIVED"),
      rule: "RFC 9293 3.10.5",
      label: "given up by the program",
      sentence: "The program gives the attempt up.",
    },
    {
      rule: "RFC 9293 3.10.5",
      label: "aborted by the program",
      sentence: "The program aborts the connection.",
    },
  ),
  "unreachable": firstTrue<StateEvent>(
    {
      when: comesFrom("SYN-SENT", "SYN-RECEIVED"),
      rule: "RFC 9293 3.9.2.2, SHLD-26; RFC 5461 2.1",
      label: "unreachable",
      sentence: "After what ICMP said, the attempt is given up.",
    },
    {
      rule: "RFC 9293 3.9.2.2, SHLD-26",
      label: "unreachable",
      sentence: "After what ICMP said, the connection is given up.",
    },
  ),
  "data-after-close": {
    rule: "RFC 9293 3.6.1, SHLD-3",
    label: "data after close",
    sentence: "Data came, or were left unread, after the program had closed: nobody will read them.",
  },
  "returned-to-listen": {
    rule: "RFC 9293 3.10.7.4, second and fourth",
    label: "back to LISTEN",
    sentence: "RST or another SYN ended the handshake: we wait for a peer again.",
  },
  "closed-before-established": {
    rule: "RFC 9293 3.10.4",
    label: "closed early",
    sentence: "The program closed before there was a connection.",
  },
};

/** Why connections change their state. */
export const STATE_REASONS: Readonly<Record<StateReason, CatalogueEntry>> = {
  ...BEGINNINGS,
  ...CLOSINGS,
  ...FAILURES,
};
