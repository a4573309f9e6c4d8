/** Our scripts about acknowledging. Made by make_index.ts: run it after adding a script. */

import script0 from "./bad_checksum_is_dropped.pkt" with { type: "text" };
import script1 from "./every_second_full_segment.pkt" with { type: "text" };
import script2 from "./segment_outside_the_window_is_answered.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["acknowledging/bad_checksum_is_dropped.pkt", script0],
  ["acknowledging/every_second_full_segment.pkt", script1],
  ["acknowledging/segment_outside_the_window_is_answered.pkt", script2],
];
