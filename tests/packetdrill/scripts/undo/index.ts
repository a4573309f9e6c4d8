/** Our scripts about undo. Made by make_index.ts: run it after adding a script. */

import script0 from "./another_timeout_in_a_repair_stands.pkt" with { type: "text" };
import script1 from "./can_be_switched_off.pkt" with { type: "text" };
import script2 from "./congestion_echo_lets_the_reduction_stand.pkt" with { type: "text" };
import script3 from "./duplicate_report_says_that_only_the_ack_was_lost.pkt" with { type: "text" };
import script4 from "./duplicate_reports_may_come_in_any_order.pkt" with { type: "text" };
import script5 from "./duplicate_reports_take_a_fast_retransmission_back.pkt" with { type: "text" };
import script6 from "./eifel_asks_only_the_ack_that_moves.pkt" with { type: "text" };
import script7 from "./eifel_compares_with_the_first_repetition.pkt" with { type: "text" };
import script8 from "./eifel_first_answer_decides.pkt" with { type: "text" };
import script9 from "./eifel_is_not_fooled_by_an_old_echo.pkt" with { type: "text" };
import script10 from "./eifel_keeps_a_real_timeout.pkt" with { type: "text" };
import script11 from "./eifel_takes_a_fast_retransmission_back.pkt" with { type: "text" };
import script12 from "./eifel_takes_a_timeout_back.pkt" with { type: "text" };
import script13 from "./forward_rto_again_for_the_same_segment.pkt" with { type: "text" };
import script14 from "./forward_rto_can_be_switched_off.pkt" with { type: "text" };
import script15 from "./forward_rto_duplicate_first_goes_on_as_usual.pkt" with { type: "text" };
import script16 from "./forward_rto_everything_acknowledged_begins_with_two_segments.pkt" with { type: "text" };
import script17 from "./forward_rto_everything_acknowledged_is_not_spurious.pkt" with { type: "text" };
import script18 from "./forward_rto_gap_filled_without_sack_is_not_spurious.pkt" with { type: "text" };
import script19 from "./forward_rto_half_of_the_repetition_goes_on_as_usual.pkt" with { type: "text" };
import script20 from "./forward_rto_lets_two_segments_out_whatever_the_ack_covers.pkt" with { type: "text" };
import script21 from "./forward_rto_new_data_covered_too_is_spurious_without_sack.pkt" with { type: "text" };
import script22 from "./forward_rto_not_during_recovery.pkt" with { type: "text" };
import script23 from "./forward_rto_not_for_another_segment_of_a_repair.pkt" with { type: "text" };
import script24 from "./forward_rto_real_with_sack.pkt" with { type: "text" };
import script25 from "./forward_rto_real_without_sack.pkt" with { type: "text" };
import script26 from "./forward_rto_spurious_with_sack.pkt" with { type: "text" };
import script27 from "./forward_rto_spurious_without_sack.pkt" with { type: "text" };
import script28 from "./forward_rto_waits_through_duplicates_with_sack.pkt" with { type: "text" };
import script29 from "./forward_rto_window_update_decides_nothing.pkt" with { type: "text" };
import script30 from "./forward_rto_without_new_data_goes_on_as_usual.pkt" with { type: "text" };
import script31 from "./one_of_two_duplicates_is_not_enough.pkt" with { type: "text" };
import script32 from "./path_that_became_longer_is_measured_by_new_data.pkt" with { type: "text" };
import script33 from "./reordering_that_clears_itself_is_undone.pkt" with { type: "text" };
import script34 from "./reports_end_forward_rto_too.pkt" with { type: "text" };
import script35 from "./spurious_timeout_ends_the_backing_off.pkt" with { type: "text" };
import script36 from "./spurious_timeout_takes_the_round_trip_of_new_data.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["undo/another_timeout_in_a_repair_stands.pkt", script0],
  ["undo/can_be_switched_off.pkt", script1],
  ["undo/congestion_echo_lets_the_reduction_stand.pkt", script2],
  ["undo/duplicate_report_says_that_only_the_ack_was_lost.pkt", script3],
  ["undo/duplicate_reports_may_come_in_any_order.pkt", script4],
  ["undo/duplicate_reports_take_a_fast_retransmission_back.pkt", script5],
  ["undo/eifel_asks_only_the_ack_that_moves.pkt", script6],
  ["undo/eifel_compares_with_the_first_repetition.pkt", script7],
  ["undo/eifel_first_answer_decides.pkt", script8],
  ["undo/eifel_is_not_fooled_by_an_old_echo.pkt", script9],
  ["undo/eifel_keeps_a_real_timeout.pkt", script10],
  ["undo/eifel_takes_a_fast_retransmission_back.pkt", script11],
  ["undo/eifel_takes_a_timeout_back.pkt", script12],
  ["undo/forward_rto_again_for_the_same_segment.pkt", script13],
  ["undo/forward_rto_can_be_switched_off.pkt", script14],
  ["undo/forward_rto_duplicate_first_goes_on_as_usual.pkt", script15],
  ["undo/forward_rto_everything_acknowledged_begins_with_two_segments.pkt", script16],
  ["undo/forward_rto_everything_acknowledged_is_not_spurious.pkt", script17],
  ["undo/forward_rto_gap_filled_without_sack_is_not_spurious.pkt", script18],
  ["undo/forward_rto_half_of_the_repetition_goes_on_as_usual.pkt", script19],
  ["undo/forward_rto_lets_two_segments_out_whatever_the_ack_covers.pkt", script20],
  ["undo/forward_rto_new_data_covered_too_is_spurious_without_sack.pkt", script21],
  ["undo/forward_rto_not_during_recovery.pkt", script22],
  ["undo/forward_rto_not_for_another_segment_of_a_repair.pkt", script23],
  ["undo/forward_rto_real_with_sack.pkt", script24],
  ["undo/forward_rto_real_without_sack.pkt", script25],
  ["undo/forward_rto_spurious_with_sack.pkt", script26],
  ["undo/forward_rto_spurious_without_sack.pkt", script27],
  ["undo/forward_rto_waits_through_duplicates_with_sack.pkt", script28],
  ["undo/forward_rto_window_update_decides_nothing.pkt", script29],
  ["undo/forward_rto_without_new_data_goes_on_as_usual.pkt", script30],
  ["undo/one_of_two_duplicates_is_not_enough.pkt", script31],
  ["undo/path_that_became_longer_is_measured_by_new_data.pkt", script32],
  ["undo/reordering_that_clears_itself_is_undone.pkt", script33],
  ["undo/reports_end_forward_rto_too.pkt", script34],
  ["undo/spurious_timeout_ends_the_backing_off.pkt", script35],
  ["undo/spurious_timeout_takes_the_round_trip_of_new_data.pkt", script36],
];
