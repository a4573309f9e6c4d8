/**
 * What a check of the doctor's found.
 *
 * @module
 */

import type { DoctorFacts, Fact } from "./doctor_facts.ts";

/** Pass: nothing stands against it. Unknown: this process may not look, or what it sees does not decide it. */
export type CheckVerdict = "pass" | "fail" | "unknown";

/** The outcome of one check. */
export interface Finding {
  readonly verdict: CheckVerdict;
  /** A clause without a period. */
  readonly text: string;
  /** What to do about it; null: nothing is to be done. */
  readonly fix: string | null;
}

/** Nothing stands against it. */
export function pass(text: string): Finding {
  return { verdict: "pass", text, fix: null };
}

/** It cannot work so. */
export function fail(text: string, fix: string): Finding {
  return { verdict: "fail", text, fix };
}

/** It cannot be told. @param fix what would let it be told */
export function unknown(text: string, fix: string | null = null): Finding {
  return { verdict: "unknown", text, fix };
}

/** A message as a clause: with a small first letter, unless an abbreviation comes first. */
export function clause(message: string): string {
  return /^[A-Z][a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
}

/** Errors of calls that are not permitted. */
export const NO_RIGHT: readonly string[] = ["EPERM", "EACCES"];

/** The error of a source address that does not belong to this host. */
export const NOT_OURS = "EADDRNOTAVAIL";

/** Why a check cannot be made, when there is no address or no route. */
export function missing({ addresses, route }: DoctorFacts, fact: Fact<unknown>): Finding {
  if (!addresses.isKnown) return unknown("not looked at: the host has no address");
  if (!route.isKnown) {
    return unknown(
      `not looked at: ${route.errnoName === NOT_OURS ? "the source is not this host's" : "there is no way"}`,
    );
  }
  if (fact.isKnown) return unknown("not looked at");
  return NO_RIGHT.includes(fact.errnoName)
    ? unknown(`not permitted to look (${fact.errnoName})`, "look as root: it takes CAP_NET_ADMIN")
    : unknown(clause(fact.message));
}
