/** Our scripts about segments. Made by make_index.ts: run it after adding a script. */

import script0 from "./needless_retransmission_is_taken_back.pkt" with { type: "text" };
import script1 from "./part_of_a_segment_is_not_reported.pkt" with { type: "text" };
import script2 from "./reduction_is_of_the_window.pkt" with { type: "text" };
import script3 from "./reordering_is_measured.pkt" with { type: "text" };
import script4 from "./slow_start_ends_by_delay.pkt" with { type: "text" };
import script5 from "./timeout_is_taken_back_by_an_original.pkt" with { type: "text" };
import script6 from "./whole_segment_is_reported.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["segments/needless_retransmission_is_taken_back.pkt", script0],
  ["segments/part_of_a_segment_is_not_reported.pkt", script1],
  ["segments/reduction_is_of_the_window.pkt", script2],
  ["segments/reordering_is_measured.pkt", script3],
  ["segments/slow_start_ends_by_delay.pkt", script4],
  ["segments/timeout_is_taken_back_by_an_original.pkt", script5],
  ["segments/whole_segment_is_reported.pkt", script6],
];
