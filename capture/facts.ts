/**
 * What a report says of each connection of a capture as a whole.
 *
 * @module
 */

import type { KnownFacts } from "../trace/report/facts.ts";
import type { Flow } from "./analysis/flow.ts";
import { endingOf } from "./summary.ts";

/** The facts of a connection, as the table of `--read` has them. */
export function knownFacts(flow: Flow): KnownFacts {
  const { local, remote, firstAt, lastAt } = flow;
  const trips = [local.roundTrips, remote.roundTrips].filter(({ samples }) => samples > 0);
  return {
    startedAt: firstAt,
    duration: lastAt - firstAt,
    segments: [local.packets, remote.packets],
    octets: [local.octets, remote.octets],
    again: [local.retransmissions, remote.retransmissions],
    leastRtt: trips.length === 0 ? null : trips.reduce((sum, { minimum }) => sum + minimum, 0),
    leastRttIsPart: trips.length === 1,
    ending: endingOf(flow),
    // Without the ACKs nobody knows what a sender waits for.
    limits: [
      remote.packets > 0 ? local.limits : null,
      local.packets > 0 ? remote.limits : null,
    ],
  };
}
