/**
 * Makes a congestion control by its name, or by what the config has to make one.
 *
 * @module
 */

import type {
  CongestionControl,
  CongestionControlFactory,
  CongestionControlName,
  CongestionOptions,
} from "./control.ts";
import { Cubic } from "./cubic.ts";
import { NewReno } from "./new_reno.ts";

/** A congestion control at the start of a connection. `kind`: one of the library's, or what makes another. */
export function createCongestionControl(
  kind: CongestionControlName | CongestionControlFactory,
  options: CongestionOptions,
): CongestionControl {
  if (typeof kind === "function") return kind(options);
  switch (kind) {
    case "cubic":
      return new Cubic(options);
    case "reno":
      return new NewReno(options);
  }
}
