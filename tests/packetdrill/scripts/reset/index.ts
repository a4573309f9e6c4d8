/** Our scripts about reset. Made by make_index.ts: run it after adding a script. */

import script0 from "./exact_reset_ends_the_connection.pkt" with { type: "text" };
import script1 from "./reset_is_never_answered.pkt" with { type: "text" };
import script2 from "./reset_outside_the_window_is_ignored.pkt" with { type: "text" };
import script3 from "./reset_within_the_window_is_challenged.pkt" with { type: "text" };
import script4 from "./segment_for_nobody_is_reset.pkt" with { type: "text" };
import script5 from "./syn_for_nobody_is_reset_with_ack.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["reset/exact_reset_ends_the_connection.pkt", script0],
  ["reset/reset_is_never_answered.pkt", script1],
  ["reset/reset_outside_the_window_is_ignored.pkt", script2],
  ["reset/reset_within_the_window_is_challenged.pkt", script3],
  ["reset/segment_for_nobody_is_reset.pkt", script4],
  ["reset/syn_for_nobody_is_reset_with_ack.pkt", script5],
];
