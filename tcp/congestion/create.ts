/**
 * Makes a congestion control by its name, for either way of counting.
 *
 * @module
 */

import type { CongestionControlName } from "../config/config.ts";
import type { CongestionControl, CongestionOptions } from "./control.ts";
import { Cubic } from "./cubic.ts";
import { NewReno } from "./new_reno.ts";
import { SegmentControl, SegmentReno } from "./segment_control.ts";
import { SegmentCubic } from "./segment_cubic.ts";

/** A congestion control that counts octets, at the start of a connection. */
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

/** A congestion control that counts segments, at the start of a connection. */
export function createSegmentControl(
  name: CongestionControlName,
  options: CongestionOptions,
): SegmentControl {
  switch (name) {
    case "cubic":
      return new SegmentControl(new SegmentCubic(options.hystart), options);
    case "reno":
      return new SegmentControl(new SegmentReno(), options);
  }
}
