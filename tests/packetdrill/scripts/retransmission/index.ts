/** Our scripts about retransmission. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_of_a_filled_hole_is_no_sample.pkt" with { type: "text" };
import script1 from "./ack_of_one_of_two_syn_acks_is_no_sample.pkt" with { type: "text" };
import script2 from "./ack_that_was_lost_makes_no_round_trip.pkt" with { type: "text" };
import script3 from "./ack_with_a_duplicate_report_ends_the_back_off.pkt" with { type: "text" };
import script4 from "./another_hole_does_not_put_the_timer_off.pkt" with { type: "text" };
import script5 from "./backed_off_timeout_starts_new_data.pkt" with { type: "text" };
import script6 from "./cut_segment_carries_push_at_its_end.pkt" with { type: "text" };
import script7 from "./data_and_fin_are_repeated_together.pkt" with { type: "text" };
import script8 from "./duplicate_acks_leave_the_timer_alone.pkt" with { type: "text" };
import script9 from "./fast_retransmission_starts_the_timer_anew.pkt" with { type: "text" };
import script10 from "./fin_is_retransmitted.pkt" with { type: "text" };
import script11 from "./first_sample_sets_the_timeout.pkt" with { type: "text" };
import script12 from "./karn_ignores_retransmitted.pkt" with { type: "text" };
import script13 from "./late_echo_of_a_peer_without_duplicate_reports.pkt" with { type: "text" };
import script14 from "./late_echo_without_sack_is_no_sample.pkt" with { type: "text" };
import script15 from "./later_samples_are_averaged.pkt" with { type: "text" };
import script16 from "./new_ack_starts_the_timer_anew.pkt" with { type: "text" };
import script17 from "./nothing_outstanding_no_timer.pkt" with { type: "text" };
import script18 from "./push_stays_with_the_data_that_a_fin_leaves.pkt" with { type: "text" };
import script19 from "./r1_tells_the_user.pkt" with { type: "text" };
import script20 from "./r2_can_be_set.pkt" with { type: "text" };
import script21 from "./r2_ends_the_connection.pkt" with { type: "text" };
import script22 from "./repeated_segment_acknowledges_what_came_since.pkt" with { type: "text" };
import script23 from "./repetition_stops_at_what_was_acknowledged_in_part.pkt" with { type: "text" };
import script24 from "./second_timeout_leaves_the_threshold.pkt" with { type: "text" };
import script25 from "./sending_more_leaves_the_timer_alone.pkt" with { type: "text" };
import script26 from "./simultaneous_open_gives_no_sample.pkt" with { type: "text" };
import script27 from "./third_duplicate_ack_repeats_one_segment.pkt" with { type: "text" };
import script28 from "./threshold_is_at_least_two_segments.pkt" with { type: "text" };
import script29 from "./timeout_doubles.pkt" with { type: "text" };
import script30 from "./timeout_in_recovery_lowers_the_threshold.pkt" with { type: "text" };
import script31 from "./timeout_is_at_least_a_second.pkt" with { type: "text" };
import script32 from "./timeout_is_at_most_sixty_seconds.pkt" with { type: "text" };
import script33 from "./timeout_repeats_all_in_slow_start.pkt" with { type: "text" };
import script34 from "./timeout_repeats_the_first_segment.pkt" with { type: "text" };
import script35 from "./timeout_starts_the_window_with_one_segment.pkt" with { type: "text" };
import script36 from "./timestamp_of_a_repeated_segment_is_a_sample.pkt" with { type: "text" };
import script37 from "./timestamp_of_a_repeated_syn_is_a_sample.pkt" with { type: "text" };
import script38 from "./timestamp_of_the_first_syn_is_no_sample.pkt" with { type: "text" };
import script39 from "./user_timeout_ends_the_connection.pkt" with { type: "text" };
import script40 from "./user_timeout_goes_on_with_duplicates.pkt" with { type: "text" };
import script41 from "./user_timeout_is_offered.pkt" with { type: "text" };
import script42 from "./user_timeout_may_outlast_r2.pkt" with { type: "text" };
import script43 from "./user_timeout_rests_while_nothing_is_outstanding.pkt" with { type: "text" };
import script44 from "./user_timeout_starts_anew_with_progress.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["retransmission/ack_of_a_filled_hole_is_no_sample.pkt", script0],
  ["retransmission/ack_of_one_of_two_syn_acks_is_no_sample.pkt", script1],
  ["retransmission/ack_that_was_lost_makes_no_round_trip.pkt", script2],
  ["retransmission/ack_with_a_duplicate_report_ends_the_back_off.pkt", script3],
  ["retransmission/another_hole_does_not_put_the_timer_off.pkt", script4],
  ["retransmission/backed_off_timeout_starts_new_data.pkt", script5],
  ["retransmission/cut_segment_carries_push_at_its_end.pkt", script6],
  ["retransmission/data_and_fin_are_repeated_together.pkt", script7],
  ["retransmission/duplicate_acks_leave_the_timer_alone.pkt", script8],
  ["retransmission/fast_retransmission_starts_the_timer_anew.pkt", script9],
  ["retransmission/fin_is_retransmitted.pkt", script10],
  ["retransmission/first_sample_sets_the_timeout.pkt", script11],
  ["retransmission/karn_ignores_retransmitted.pkt", script12],
  ["retransmission/late_echo_of_a_peer_without_duplicate_reports.pkt", script13],
  ["retransmission/late_echo_without_sack_is_no_sample.pkt", script14],
  ["retransmission/later_samples_are_averaged.pkt", script15],
  ["retransmission/new_ack_starts_the_timer_anew.pkt", script16],
  ["retransmission/nothing_outstanding_no_timer.pkt", script17],
  ["retransmission/push_stays_with_the_data_that_a_fin_leaves.pkt", script18],
  ["retransmission/r1_tells_the_user.pkt", script19],
  ["retransmission/r2_can_be_set.pkt", script20],
  ["retransmission/r2_ends_the_connection.pkt", script21],
  ["retransmission/repeated_segment_acknowledges_what_came_since.pkt", script22],
  ["retransmission/repetition_stops_at_what_was_acknowledged_in_part.pkt", script23],
  ["retransmission/second_timeout_leaves_the_threshold.pkt", script24],
  ["retransmission/sending_more_leaves_the_timer_alone.pkt", script25],
  ["retransmission/simultaneous_open_gives_no_sample.pkt", script26],
  ["retransmission/third_duplicate_ack_repeats_one_segment.pkt", script27],
  ["retransmission/threshold_is_at_least_two_segments.pkt", script28],
  ["retransmission/timeout_doubles.pkt", script29],
  ["retransmission/timeout_in_recovery_lowers_the_threshold.pkt", script30],
  ["retransmission/timeout_is_at_least_a_second.pkt", script31],
  ["retransmission/timeout_is_at_most_sixty_seconds.pkt", script32],
  ["retransmission/timeout_repeats_all_in_slow_start.pkt", script33],
  ["retransmission/timeout_repeats_the_first_segment.pkt", script34],
  ["retransmission/timeout_starts_the_window_with_one_segment.pkt", script35],
  ["retransmission/timestamp_of_a_repeated_segment_is_a_sample.pkt", script36],
  ["retransmission/timestamp_of_a_repeated_syn_is_a_sample.pkt", script37],
  ["retransmission/timestamp_of_the_first_syn_is_no_sample.pkt", script38],
  ["retransmission/user_timeout_ends_the_connection.pkt", script39],
  ["retransmission/user_timeout_goes_on_with_duplicates.pkt", script40],
  ["retransmission/user_timeout_is_offered.pkt", script41],
  ["retransmission/user_timeout_may_outlast_r2.pkt", script42],
  ["retransmission/user_timeout_rests_while_nothing_is_outstanding.pkt", script43],
  ["retransmission/user_timeout_starts_anew_with_progress.pkt", script44],
];
