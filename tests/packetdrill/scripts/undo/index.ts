/** Our scripts about undo. Made by make_index.ts: run it after adding a script. */

import script0 from "./can_be_switched_off.pkt" with { type: "text" };
import script1 from "./duplicate_reports_take_a_fast_retransmission_back.pkt" with { type: "text" };
import script2 from "./eifel_keeps_a_real_timeout.pkt" with { type: "text" };
import script3 from "./eifel_takes_a_fast_retransmission_back.pkt" with { type: "text" };
import script4 from "./eifel_takes_a_timeout_back.pkt" with { type: "text" };
import script5 from "./forward_rto_can_be_switched_off.pkt" with { type: "text" };
import script6 from "./forward_rto_duplicate_first_goes_on_as_usual.pkt" with { type: "text" };
import script7 from "./forward_rto_everything_acknowledged_is_not_spurious.pkt" with { type: "text" };
import script8 from "./forward_rto_gap_filled_without_sack_is_not_spurious.pkt" with { type: "text" };
import script9 from "./forward_rto_not_twice_in_a_row.pkt" with { type: "text" };
import script10 from "./forward_rto_real_with_sack.pkt" with { type: "text" };
import script11 from "./forward_rto_real_without_sack.pkt" with { type: "text" };
import script12 from "./forward_rto_spurious_with_sack.pkt" with { type: "text" };
import script13 from "./forward_rto_spurious_without_sack.pkt" with { type: "text" };
import script14 from "./forward_rto_without_new_text_goes_on_as_usual.pkt" with { type: "text" };
import script15 from "./one_of_two_duplicates_is_not_enough.pkt" with { type: "text" };
import script16 from "./spurious_timeout_ends_the_backing_off.pkt" with { type: "text" };
import script17 from "./spurious_timeout_takes_the_delay_as_it_is.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["undo/can_be_switched_off.pkt", script0],
  ["undo/duplicate_reports_take_a_fast_retransmission_back.pkt", script1],
  ["undo/eifel_keeps_a_real_timeout.pkt", script2],
  ["undo/eifel_takes_a_fast_retransmission_back.pkt", script3],
  ["undo/eifel_takes_a_timeout_back.pkt", script4],
  ["undo/forward_rto_can_be_switched_off.pkt", script5],
  ["undo/forward_rto_duplicate_first_goes_on_as_usual.pkt", script6],
  ["undo/forward_rto_everything_acknowledged_is_not_spurious.pkt", script7],
  ["undo/forward_rto_gap_filled_without_sack_is_not_spurious.pkt", script8],
  ["undo/forward_rto_not_twice_in_a_row.pkt", script9],
  ["undo/forward_rto_real_with_sack.pkt", script10],
  ["undo/forward_rto_real_without_sack.pkt", script11],
  ["undo/forward_rto_spurious_with_sack.pkt", script12],
  ["undo/forward_rto_spurious_without_sack.pkt", script13],
  ["undo/forward_rto_without_new_text_goes_on_as_usual.pkt", script14],
  ["undo/one_of_two_duplicates_is_not_enough.pkt", script15],
  ["undo/spurious_timeout_ends_the_backing_off.pkt", script16],
  ["undo/spurious_timeout_takes_the_delay_as_it_is.pkt", script17],
];
