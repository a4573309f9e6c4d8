/** Our scripts about urgent. Made by make_index.ts: run it after adding a script. */

import script0 from "./all_data_is_read_in_line.pkt" with { type: "text" };
import script1 from "./data_behind_it_is_not_urgent.pkt" with { type: "text" };
import script2 from "./far_pointer_is_as_far_as_it_can_be.pkt" with { type: "text" };
import script3 from "./ignored_after_the_fin.pkt" with { type: "text" };
import script4 from "./longer_than_a_segment.pkt" with { type: "text" };
import script5 from "./pointer_beside_a_syn_counts_from_it.pkt" with { type: "text" };
import script6 from "./pointer_may_come_before_its_data.pkt" with { type: "text" };
import script7 from "./pointer_moves_on.pkt" with { type: "text" };
import script8 from "./pointer_reaches_back_to_what_waits.pkt" with { type: "text" };
import script9 from "./pointer_to_what_was_read_is_old.pkt" with { type: "text" };
import script10 from "./pointer_without_the_flag_means_nothing.pkt" with { type: "text" };
import script11 from "./probe_of_a_closed_window_has_the_pointer.pkt" with { type: "text" };
import script12 from "./pure_ack_may_have_a_pointer.pkt" with { type: "text" };
import script13 from "./received_pointer_is_reported.pkt" with { type: "text" };
import script14 from "./repeated_segment_has_the_pointer.pkt" with { type: "text" };
import script15 from "./sent_with_pointer.pkt" with { type: "text" };
import script16 from "./small_urgent_segment_does_not_wait.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["urgent/all_data_is_read_in_line.pkt", script0],
  ["urgent/data_behind_it_is_not_urgent.pkt", script1],
  ["urgent/far_pointer_is_as_far_as_it_can_be.pkt", script2],
  ["urgent/ignored_after_the_fin.pkt", script3],
  ["urgent/longer_than_a_segment.pkt", script4],
  ["urgent/pointer_beside_a_syn_counts_from_it.pkt", script5],
  ["urgent/pointer_may_come_before_its_data.pkt", script6],
  ["urgent/pointer_moves_on.pkt", script7],
  ["urgent/pointer_reaches_back_to_what_waits.pkt", script8],
  ["urgent/pointer_to_what_was_read_is_old.pkt", script9],
  ["urgent/pointer_without_the_flag_means_nothing.pkt", script10],
  ["urgent/probe_of_a_closed_window_has_the_pointer.pkt", script11],
  ["urgent/pure_ack_may_have_a_pointer.pkt", script12],
  ["urgent/received_pointer_is_reported.pkt", script13],
  ["urgent/repeated_segment_has_the_pointer.pkt", script14],
  ["urgent/sent_with_pointer.pkt", script15],
  ["urgent/small_urgent_segment_does_not_wait.pkt", script16],
];
