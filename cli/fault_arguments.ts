/**
 * What `--fault` and `--seed` ask for; nothing of it is ignored in silence.
 *
 * @module
 */

import { type Fault, isByChance, parseFaults } from "../lab/faults.ts";
import { quoted, UsageError } from "./options.ts";

/** Faults of which a way can have one. */
const SINGLE: readonly Fault["kind"][] = ["reorder", "jitter", "rate", "queue"];

/** Reads the faults. `hasSeed`: whether one is given for them. @throws RangeError, UsageError for what would be ignored */
export function faultArguments(text: string, hasSeed: boolean): readonly Fault[] {
  const faults = parseFaults(text);
  if (hasSeed && !faults.some(isByChance)) {
    throw new UsageError("Option --seed would be ignored: nothing of --fault happens by chance");
  }
  for (const [at, fault] of faults.entries()) {
    if (
      fault.kind === "queue" && !faults.some((rate) => rate.kind === "rate" && haveWayInCommon(rate, fault))
    ) {
      throw new UsageError(
        `Fault ${quoted(fault.text)} would be ignored: packets wait only where there is a rate`,
      );
    }
    const other = faults.slice(0, at).find(({ kind, way }) =>
      kind === fault.kind && haveWayInCommon({ way }, fault)
    );
    if (other === undefined || !SINGLE.includes(fault.kind)) continue;
    throw new UsageError(
      `Cannot use both ${quoted(other.text)} and ${quoted(fault.text)}: give one of them for a way`,
    );
  }
  return faults;
}

function haveWayInCommon({ way: a }: Pick<Fault, "way">, { way: b }: Pick<Fault, "way">): boolean {
  return a === b || a === "both" || b === "both";
}
