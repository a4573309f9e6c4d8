/**
 * An observer that hears only what a test wants to hear.
 *
 * @module
 */

import type { Observer } from "../../tcp/mod.ts";

const nothing = (): void => {};

const DEAF: Observer = {
  segmentSent: nothing,
  segmentArrived: nothing,
  segmentDropped: nothing,
  stateChanged: nothing,
  timerFired: nothing,
  icmpArrived: nothing,
  congestionChanged: nothing,
};

/** An observer of some events. */
export function observing(events: Partial<Observer>): Observer {
  return { ...DEAF, ...events };
}
