/** Our scripts about recovery. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_with_another_window_is_no_duplicate.pkt" with { type: "text" };
import script1 from "./ack_with_data_is_no_duplicate.pkt" with { type: "text" };
import script2 from "./advance_outside_of_recovery_forgets_the_duplicates.pkt" with { type: "text" };
import script3 from "./duplicates_let_new_segments_out.pkt" with { type: "text" };
import script4 from "./duplicates_of_what_a_timeout_repeated_do_not_start_another.pkt" with { type: "text" };
import script5 from "./duplicates_within_the_recovery_do_not_start_another.pkt" with { type: "text" };
import script6 from "./duplicates_without_news_do_not_count.pkt" with { type: "text" };
import script7 from "./enough_sacked_octets_mean_loss.pkt" with { type: "text" };
import script8 from "./full_ack_ends_recovery_at_the_threshold.pkt" with { type: "text" };
import script9 from "./limited_transmit_can_be_switched_off.pkt" with { type: "text" };
import script10 from "./limited_transmit_does_not_count_in_the_threshold.pkt" with { type: "text" };
import script11 from "./limited_transmit_sends_one_segment_for_each_duplicate.pkt" with { type: "text" };
import script12 from "./limited_transmit_stays_inside_the_peers_window.pkt" with { type: "text" };
import script13 from "./lost_repetition_waits_for_the_timer_without_rack.pkt" with { type: "text" };
import script14 from "./lost_retransmission_lowers_the_threshold_again.pkt" with { type: "text" };
import script15 from "./new_ack_starts_the_count_again.pkt" with { type: "text" };
import script16 from "./new_loss_after_recovery_reduces_again.pkt" with { type: "text" };
import script17 from "./next_hole_goes_out_on_suspicion.pkt" with { type: "text" };
import script18 from "./no_duplicates_when_nothing_is_outstanding.pkt" with { type: "text" };
import script19 from "./old_ack_is_no_duplicate.pkt" with { type: "text" };
import script20 from "./one_reduction_for_one_window_of_losses.pkt" with { type: "text" };
import script21 from "./only_the_first_partial_ack_starts_the_timer_anew.pkt" with { type: "text" };
import script22 from "./only_what_is_lost_is_sent_again.pkt" with { type: "text" };
import script23 from "./partial_ack_of_the_hole_alone_counts_in_full.pkt" with { type: "text" };
import script24 from "./partial_ack_repeats_the_next_hole.pkt" with { type: "text" };
import script25 from "./partial_ack_starts_the_timer_anew.pkt" with { type: "text" };
import script26 from "./partial_ack_with_room_lets_two_out.pkt" with { type: "text" };
import script27 from "./pipe_counts_what_is_in_the_network.pkt" with { type: "text" };
import script28 from "./prr_adds_nothing_when_more_is_lost.pkt" with { type: "text" };
import script29 from "./prr_always_sends_the_first_repetition.pkt" with { type: "text" };
import script30 from "./prr_conserves_packets_after_heavy_loss.pkt" with { type: "text" };
import script31 from "./prr_counts_only_what_duplicates_did_not.pkt" with { type: "text" };
import script32 from "./prr_sends_half_of_what_arrives.pkt" with { type: "text" };
import script33 from "./prr_speeds_up_when_all_goes_well.pkt" with { type: "text" };
import script34 from "./prr_stops_at_the_threshold.pkt" with { type: "text" };
import script35 from "./prr_with_cubic_sends_seven_of_ten.pkt" with { type: "text" };
import script36 from "./rack_counts_segments_not_octets.pkt" with { type: "text" };
import script37 from "./rack_finds_a_lost_repetition.pkt" with { type: "text" };
import script38 from "./rack_finds_the_tail_with_the_repetition.pkt" with { type: "text" };
import script39 from "./rack_goes_on_waiting_when_the_oldest_goes_again.pkt" with { type: "text" };
import script40 from "./rack_late_segment_is_not_sent_again.pkt" with { type: "text" };
import script41 from "./rack_marks_all_that_was_sent_before.pkt" with { type: "text" };
import script42 from "./rack_needs_no_third_duplicate.pkt" with { type: "text" };
import script43 from "./rack_off_counts_again.pkt" with { type: "text" };
import script44 from "./rack_passes_over_the_original_by_its_echo.pkt" with { type: "text" };
import script45 from "./rack_passes_over_what_was_answered_too_soon.pkt" with { type: "text" };
import script46 from "./rack_reordering_within_the_wait_costs_nothing.pkt" with { type: "text" };
import script47 from "./rack_spares_the_young_at_a_timeout.pkt" with { type: "text" };
import script48 from "./rack_spares_what_was_sent_later.pkt" with { type: "text" };
import script49 from "./rack_third_reported_segment_means_loss_at_once.pkt" with { type: "text" };
import script50 from "./rack_timer_starts_recovery_with_one_segment.pkt" with { type: "text" };
import script51 from "./rack_waits_a_quarter_of_the_round_trip.pkt" with { type: "text" };
import script52 from "./rack_waits_even_for_three_once_it_saw_reordering.pkt" with { type: "text" };
import script53 from "./rack_window_widens_with_each_spurious_repetition.pkt" with { type: "text" };
import script54 from "./repetition_after_a_timeout_that_is_lost_closes_the_window.pkt" with { type: "text" };
import script55 from "./repetition_after_a_timeout_that_is_lost_lowers_the_threshold.pkt" with { type: "text" };
import script56 from "./reported_segments_are_not_repeated_after_a_timeout.pkt" with { type: "text" };
import script57 from "./third_duplicate_halves_the_threshold.pkt" with { type: "text" };
import script58 from "./three_duplicates_of_short_segments_mean_loss.pkt" with { type: "text" };
import script59 from "./three_ranges_mean_loss.pkt" with { type: "text" };
import script60 from "./threshold_for_duplicates_can_be_set.pkt" with { type: "text" };
import script61 from "./two_duplicates_are_not_enough.pkt" with { type: "text" };
import script62 from "./window_after_recovery_is_the_threshold.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["recovery/ack_with_another_window_is_no_duplicate.pkt", script0],
  ["recovery/ack_with_data_is_no_duplicate.pkt", script1],
  ["recovery/advance_outside_of_recovery_forgets_the_duplicates.pkt", script2],
  ["recovery/duplicates_let_new_segments_out.pkt", script3],
  ["recovery/duplicates_of_what_a_timeout_repeated_do_not_start_another.pkt", script4],
  ["recovery/duplicates_within_the_recovery_do_not_start_another.pkt", script5],
  ["recovery/duplicates_without_news_do_not_count.pkt", script6],
  ["recovery/enough_sacked_octets_mean_loss.pkt", script7],
  ["recovery/full_ack_ends_recovery_at_the_threshold.pkt", script8],
  ["recovery/limited_transmit_can_be_switched_off.pkt", script9],
  ["recovery/limited_transmit_does_not_count_in_the_threshold.pkt", script10],
  ["recovery/limited_transmit_sends_one_segment_for_each_duplicate.pkt", script11],
  ["recovery/limited_transmit_stays_inside_the_peers_window.pkt", script12],
  ["recovery/lost_repetition_waits_for_the_timer_without_rack.pkt", script13],
  ["recovery/lost_retransmission_lowers_the_threshold_again.pkt", script14],
  ["recovery/new_ack_starts_the_count_again.pkt", script15],
  ["recovery/new_loss_after_recovery_reduces_again.pkt", script16],
  ["recovery/next_hole_goes_out_on_suspicion.pkt", script17],
  ["recovery/no_duplicates_when_nothing_is_outstanding.pkt", script18],
  ["recovery/old_ack_is_no_duplicate.pkt", script19],
  ["recovery/one_reduction_for_one_window_of_losses.pkt", script20],
  ["recovery/only_the_first_partial_ack_starts_the_timer_anew.pkt", script21],
  ["recovery/only_what_is_lost_is_sent_again.pkt", script22],
  ["recovery/partial_ack_of_the_hole_alone_counts_in_full.pkt", script23],
  ["recovery/partial_ack_repeats_the_next_hole.pkt", script24],
  ["recovery/partial_ack_starts_the_timer_anew.pkt", script25],
  ["recovery/partial_ack_with_room_lets_two_out.pkt", script26],
  ["recovery/pipe_counts_what_is_in_the_network.pkt", script27],
  ["recovery/prr_adds_nothing_when_more_is_lost.pkt", script28],
  ["recovery/prr_always_sends_the_first_repetition.pkt", script29],
  ["recovery/prr_conserves_packets_after_heavy_loss.pkt", script30],
  ["recovery/prr_counts_only_what_duplicates_did_not.pkt", script31],
  ["recovery/prr_sends_half_of_what_arrives.pkt", script32],
  ["recovery/prr_speeds_up_when_all_goes_well.pkt", script33],
  ["recovery/prr_stops_at_the_threshold.pkt", script34],
  ["recovery/prr_with_cubic_sends_seven_of_ten.pkt", script35],
  ["recovery/rack_counts_segments_not_octets.pkt", script36],
  ["recovery/rack_finds_a_lost_repetition.pkt", script37],
  ["recovery/rack_finds_the_tail_with_the_repetition.pkt", script38],
  ["recovery/rack_goes_on_waiting_when_the_oldest_goes_again.pkt", script39],
  ["recovery/rack_late_segment_is_not_sent_again.pkt", script40],
  ["recovery/rack_marks_all_that_was_sent_before.pkt", script41],
  ["recovery/rack_needs_no_third_duplicate.pkt", script42],
  ["recovery/rack_off_counts_again.pkt", script43],
  ["recovery/rack_passes_over_the_original_by_its_echo.pkt", script44],
  ["recovery/rack_passes_over_what_was_answered_too_soon.pkt", script45],
  ["recovery/rack_reordering_within_the_wait_costs_nothing.pkt", script46],
  ["recovery/rack_spares_the_young_at_a_timeout.pkt", script47],
  ["recovery/rack_spares_what_was_sent_later.pkt", script48],
  ["recovery/rack_third_reported_segment_means_loss_at_once.pkt", script49],
  ["recovery/rack_timer_starts_recovery_with_one_segment.pkt", script50],
  ["recovery/rack_waits_a_quarter_of_the_round_trip.pkt", script51],
  ["recovery/rack_waits_even_for_three_once_it_saw_reordering.pkt", script52],
  ["recovery/rack_window_widens_with_each_spurious_repetition.pkt", script53],
  ["recovery/repetition_after_a_timeout_that_is_lost_closes_the_window.pkt", script54],
  ["recovery/repetition_after_a_timeout_that_is_lost_lowers_the_threshold.pkt", script55],
  ["recovery/reported_segments_are_not_repeated_after_a_timeout.pkt", script56],
  ["recovery/third_duplicate_halves_the_threshold.pkt", script57],
  ["recovery/three_duplicates_of_short_segments_mean_loss.pkt", script58],
  ["recovery/three_ranges_mean_loss.pkt", script59],
  ["recovery/threshold_for_duplicates_can_be_set.pkt", script60],
  ["recovery/two_duplicates_are_not_enough.pkt", script61],
  ["recovery/window_after_recovery_is_the_threshold.pkt", script62],
];
