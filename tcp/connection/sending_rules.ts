/**
 * Chooses the rules of sending by what the config has windows counted in.
 *
 * @module
 */

import type { TcpConfig } from "../config/config.ts";
import type { CongestionOptions } from "../congestion/control.ts";
import { createCongestionControl, createSegmentControl } from "../congestion/create.ts";
import { OctetRules } from "./octet_rules.ts";
import { Recovery } from "../loss/recovery.ts";
import { SegmentRecovery } from "../loss/segment_recovery.ts";
import { SegmentRules } from "./segment_rules.ts";
import type { SeqNumber } from "../base/seq.ts";
import type { SendingStart } from "./tcb.ts";
import type { Instant } from "../base/units.ts";

/** Congestion control and the rules of sending at the start of a connection; `mss`: octets of payload of a full segment. */
export function createSendingRules(
  config: TcpConfig,
  iss: SeqNumber,
  mss: number,
  now: Instant,
): SendingStart {
  const { congestionControl, initialWindow, hystart } = config.congestion;
  const options: CongestionOptions = { mss, initialWindowSegments: initialWindow, hystart, now };
  switch (config.congestion.windowUnit) {
    case "octets": {
      const control = createCongestionControl(congestionControl, options);
      return { control, rules: new OctetRules(new Recovery(config, control, iss, mss)) };
    }
    case "segments": {
      const control = createSegmentControl(congestionControl, options);
      return { control, rules: new SegmentRules(new SegmentRecovery(config, control, iss, mss)) };
    }
  }
}
