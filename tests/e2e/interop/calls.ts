/**
 * What a stack does as client of a server of ours (our_peer.ts), and what both sides say of it.
 *
 * @module
 */

import { CLIENT6, type Stack } from "./stacks.ts";

/** The groups of calls, each of which can be asked for alone. */
export const PIECES = ["IPv4", "IPv6", "20 at once", "pauses and ends"] as const;
/** One of them. */
export type Piece = typeof PIECES[number];

/** Octets that we send to it, and it to us. */
export interface Asked {
  readonly ours: number;
  readonly theirs: number;
}

/** What a stack's client does with a port of a server of ours, and what both sides say of it. */
export interface Call {
  readonly piece: Piece;
  readonly mode: string;
  /** @default the client's IPv4 address */
  readonly host?: string;
  readonly port: number;
  readonly octets: number;
  readonly says: string;
  readonly said: string;
  /**
   * Whether its end is sent once: a RST, or the FIN of a program that is gone. Where that is lost, whoever only receives waits on, as
   * RFC 9293 has it without keep-alives. @default false
   */
  readonly endIsSentOnce?: boolean;
  /** Connections at once. @default 1 */
  readonly times?: number;
}

/** All calls of a stack. */
export function callsOf(stack: Stack, asked: Asked): readonly Call[] {
  const { ours, theirs } = asked;
  return [
    { piece: "IPv4", mode: "up", port: 9, octets: theirs, ...inOrder(theirs, theirs) },
    { piece: "IPv4", mode: "down", port: 19, octets: ours, ...inOrder(ours, 0) },
    { piece: "IPv4", mode: "echo", port: 7, octets: theirs, ...inOrder(theirs, theirs) },
    { piece: "pauses and ends", mode: "half", port: 5002, octets: 0, ...inOrder(100_000, 1_000) },
    { piece: "pauses and ends", mode: "down", port: 5003, octets: 0, ...inOrder(6, 6) },
    { piece: "pauses and ends", mode: "up", port: 5004, octets: 500_000, ...inOrder(500_000, 500_000) },
    { piece: "pauses and ends", mode: "down", port: 5005, octets: 0, ...inOrder(50_000, 50_000) },
    { piece: "IPv4", mode: "small", port: 9, octets: 0, ...inOrder(50_000, 50_000) },
    {
      piece: "IPv6",
      mode: "up",
      host: CLIENT6,
      port: 9,
      octets: 1_000_000,
      ...inOrder(1_000_000, 1_000_000),
    },
    { piece: "IPv6", mode: "down", host: CLIENT6, port: 19, octets: ours, ...inOrder(ours, 0) },
    { piece: "20 at once", mode: "many", port: 7, octets: 100_000, times: 20, ...inOrder(100_000, 100_000) },
    {
      piece: "pauses and ends",
      mode: "up",
      port: 5001,
      octets: 1_000_000,
      says: "errno 104|reset by peer",
      said: "5001 done 0 octets right",
    },
    // lwIP as packaged closes with FIN where a program asks for RST.
    {
      piece: "IPv4",
      mode: "reset",
      endIsSentOnce: true,
      port: 9,
      octets: 1_000,
      says: "port 9 reset 0 octets",
      said: stack.name === "lwIP" ? "port 9 done 1000 octets right in order" : "octets right ConnectionReset",
    },
    { piece: "pauses and ends", mode: "up", port: 5000, octets: 500_000, ...inOrder(500_000, 500_000) },
    { piece: "pauses and ends", mode: "slow", port: 19, octets: ours, ...inOrder(ours, 0) },
  ];
}

function inOrder(read: number, served: number): Pick<Call, "says" | "said"> {
  return { says: ` ${read} octets right`, said: `done ${served} octets right in order` };
}
