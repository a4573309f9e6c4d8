/**
 * Makes a congestion control by its name.
 *
 * @module
 */

import type { CongestionControlName, WindowUnit } from "../config.ts";
import type { CongestionControl, CongestionOptions } from "./control.ts";
import { Cubic } from "./cubic.ts";
import { NewReno } from "./new_reno.ts";
import { SegmentControl, SegmentReno } from "./segment_control.ts";
import { SegmentCubic } from "./segment_cubic.ts";

/** A congestion control at the start of a connection. */
export function createCongestionControl(
  name: CongestionControlName,
  options: CongestionOptions,
  unit: WindowUnit = "octets",
): CongestionControl {
  switch (name) {
    case "cubic":
      return unit === "octets"
        ? new Cubic(options)
        : new SegmentControl(new SegmentCubic(options.hystart), options);
    case "reno":
      return unit === "octets" ? new NewReno(options) : new SegmentControl(new SegmentReno(), options);
  }
}
