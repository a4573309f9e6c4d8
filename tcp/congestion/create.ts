/**
 * Makes a congestion control by its name.
 *
 * @module
 */

import type { CongestionControlName } from "../config/config.ts";
import type { CongestionControl, CongestionOptions } from "./control.ts";
import { Cubic } from "./cubic.ts";
import { NewReno } from "./new_reno.ts";

/** A congestion control at the start of a connection. */
export function createCongestionControl(
  name: CongestionControlName,
  options: CongestionOptions,
): CongestionControl {
  switch (name) {
    case "cubic":
      return new Cubic(options);
    case "reno":
      return new NewReno(options);
  }
}
