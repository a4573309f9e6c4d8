/**
 * Runs a program's work under the eyes of whatever the command line asks for, which is loaded only then.
 *
 * @module
 */

import type { DropReason, Instant, Observer } from "../tcp/single.ts";
import type { ObservationContext } from "./observation.ts";
import { isObserved, type ObserveArguments } from "./observe_arguments.ts";
import type { Output } from "./output.ts";

/** What the work gives to those that it runs. */
export interface Watchers {
  /** An observer that tells the narrator first, then everybody else. */
  beside(narrator: Observer): Observer;
  /** Tells everybody who watches; absent: nobody needs an observer. */
  readonly observer?: Observer | undefined;
  /** For packets that reach no core. */
  readonly onDrop?: (reason: DropReason, now: Instant, packet: Uint8Array) => void;
  /** For packets that a fault took away or changed. */
  readonly onFault?: (packet: Uint8Array, direction: "sent" | "arrived", fault: string, now: Instant) => void;
  /** Whether whoever reads of the work is so far behind that it had better hold back. */
  readonly isBehind?: boolean;
  /** The program ends without finishing: what a capture still holds back is written, and what is not is told. */
  readonly cutShort?: () => void;
}

/** The program ends here and now: what there is to write is written as far as that goes at once, and the rest is told. */
export function endAtOnce({ cutShort }: Watchers, output: Output): void {
  cutShort?.();
  output.giveUp();
}

/**
 * Does the work with everything that is asked for as its observer.
 *
 * @throws what the work throws; ProgramFailure when a file cannot be written
 */
export async function observed<T>(
  wanted: ObserveArguments,
  context: ObservationContext,
  work: (watchers: Watchers) => Promise<T>,
): Promise<T> {
  if (!isObserved(wanted)) return await work({ beside: (narrator) => narrator });
  const { Observation } = await import("./observation.ts");
  const observation = await Observation.begin(wanted, context);
  try {
    const result = await work(observation);
    await observation.finish();
    return result;
  } catch (error) {
    // What has been seen of a failure is worth keeping, but the failure is what the user has to know.
    await observation.finish().catch((other: unknown) => {
      context.output.warning(other instanceof Error ? other.message : String(other));
    });
    throw error;
  }
}
