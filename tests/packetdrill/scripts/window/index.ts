/** Our scripts about window. Made by make_index.ts: run it after adding a script. */

import script0 from "./abort_behind_a_probe_is_where_the_window_ends.pkt" with { type: "text" };
import script1 from "./ack_at_the_right_edge_counts.pkt" with { type: "text" };
import script2 from "./ack_beside_a_probe_counts.pkt" with { type: "text" };
import script3 from "./ack_beyond_what_was_refused_counts.pkt" with { type: "text" };
import script4 from "./ack_counts_at_zero_window.pkt" with { type: "text" };
import script5 from "./all_that_fits_a_small_window_is_one_segment.pkt" with { type: "text" };
import script6 from "./announced_edge_is_never_withdrawn.pkt" with { type: "text" };
import script7 from "./announced_edge_never_moves_left.pkt" with { type: "text" };
import script8 from "./answer_behind_a_probe_is_where_the_window_ends.pkt" with { type: "text" };
import script9 from "./answers_beyond_a_shrunken_window_take_turns.pkt" with { type: "text" };
import script10 from "./answers_to_probes_are_no_duplicates.pkt" with { type: "text" };
import script11 from "./buffer_grows_with_its_reader.pkt" with { type: "text" };
import script12 from "./congestion_window_restarts_behind_a_closed_window.pkt" with { type: "text" };
import script13 from "./data_at_the_right_edge_do_not_count.pkt" with { type: "text" };
import script14 from "./field_above_32767_is_unsigned.pkt" with { type: "text" };
import script15 from "./fin_acknowledged_beside_refused_data.pkt" with { type: "text" };
import script16 from "./fin_needs_one_place.pkt" with { type: "text" };
import script17 from "./fin_waits_for_our_window.pkt" with { type: "text" };
import script18 from "./half_of_the_largest_window_is_worthwhile.pkt" with { type: "text" };
import script19 from "./large_update_does_not_wait_for_a_delayed_ack.pkt" with { type: "text" };
import script20 from "./new_data_beside_a_gap_announces_the_whole_window.pkt" with { type: "text" };
import script21 from "./older_segment_does_not_change_the_window.pkt" with { type: "text" };
import script22 from "./opening_ends_the_probes.pkt" with { type: "text" };
import script23 from "./override_comes_within_a_second.pkt" with { type: "text" };
import script24 from "./override_sends_into_a_small_window.pkt" with { type: "text" };
import script25 from "./overrun_buffer_closes_at_once.pkt" with { type: "text" };
import script26 from "./packets_take_more_memory_than_data.pkt" with { type: "text" };
import script27 from "./probe_is_taken_when_there_is_room.pkt" with { type: "text" };
import script28 from "./probe_that_carries_the_fin.pkt" with { type: "text" };
import script29 from "./probe_without_an_octet.pkt" with { type: "text" };
import script30 from "./probes_are_no_use_of_the_path.pkt" with { type: "text" };
import script31 from "./receive_window_shrinks_as_octets_lie_unread.pkt" with { type: "text" };
import script32 from "./receiver_opens_by_a_full_segment.pkt" with { type: "text" };
import script33 from "./receiver_opens_by_half_of_a_small_buffer.pkt" with { type: "text" };
import script34 from "./refused_octet_takes_the_fin_along.pkt" with { type: "text" };
import script35 from "./refused_probe_is_sent_with_the_rest.pkt" with { type: "text" };
import script36 from "./refused_probe_takes_text_and_fin_along.pkt" with { type: "text" };
import script37 from "./refused_probe_takes_the_rest_along.pkt" with { type: "text" };
import script38 from "./reset_counts_at_zero_window.pkt" with { type: "text" };
import script39 from "./reset_with_data_counts_at_zero_window.pkt" with { type: "text" };
import script40 from "./rest_of_the_window_may_be_filled.pkt" with { type: "text" };
import script41 from "./scale_14_gives_a_gigabyte.pkt" with { type: "text" };
import script42 from "./scaled_window_of_a_tiny_buffer.pkt" with { type: "text" };
import script43 from "./segment_beyond_the_edge_is_taken_whole.pkt" with { type: "text" };
import script44 from "./sender_waits_for_a_worthwhile_window.pkt" with { type: "text" };
import script45 from "./shrunken_window_holds_new_data.pkt" with { type: "text" };
import script46 from "./shrunken_window_regrows.pkt" with { type: "text" };
import script47 from "./shrunken_window_still_retransmits_inside.pkt" with { type: "text" };
import script48 from "./small_gain_is_not_announced.pkt" with { type: "text" };
import script49 from "./small_opening_is_overridden_after_a_second.pkt" with { type: "text" };
import script50 from "./small_window_is_sent_in_halves.pkt" with { type: "text" };
import script51 from "./tiny_window_is_one_segment.pkt" with { type: "text" };
import script52 from "./two_zero_windows_are_quiet.pkt" with { type: "text" };
import script53 from "./unanswered_probes_end_the_connection.pkt" with { type: "text" };
import script54 from "./unsent_acknowledged_beside_refused_data_is_not_used.pkt" with { type: "text" };
import script55 from "./update_follows_reading.pkt" with { type: "text" };
import script56 from "./update_without_data_is_used.pkt" with { type: "text" };
import script57 from "./urgent_counts_at_zero_window.pkt" with { type: "text" };
import script58 from "./what_a_shrunken_window_refused_goes_when_it_opens.pkt" with { type: "text" };
import script59 from "./what_a_window_refused_goes_when_it_opens_before_a_probe.pkt" with { type: "text" };
import script60 from "./what_may_be_on_its_way_waits_for_the_timer.pkt" with { type: "text" };
import script61 from "./window_below_one_unit_of_its_scale_has_not_shrunk.pkt" with { type: "text" };
import script62 from "./window_beside_an_old_ack_is_not_used.pkt" with { type: "text" };
import script63 from "./window_is_never_overrun.pkt" with { type: "text" };
import script64 from "./window_shrunk_to_zero_is_probed.pkt" with { type: "text" };
import script65 from "./window_that_moved_left_takes_what_it_promised.pkt" with { type: "text" };
import script66 from "./zero_window_for_an_hour.pkt" with { type: "text" };
import script67 from "./zero_window_is_probed.pkt" with { type: "text" };
import script68 from "./zero_window_probe_is_answered.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["window/abort_behind_a_probe_is_where_the_window_ends.pkt", script0],
  ["window/ack_at_the_right_edge_counts.pkt", script1],
  ["window/ack_beside_a_probe_counts.pkt", script2],
  ["window/ack_beyond_what_was_refused_counts.pkt", script3],
  ["window/ack_counts_at_zero_window.pkt", script4],
  ["window/all_that_fits_a_small_window_is_one_segment.pkt", script5],
  ["window/announced_edge_is_never_withdrawn.pkt", script6],
  ["window/announced_edge_never_moves_left.pkt", script7],
  ["window/answer_behind_a_probe_is_where_the_window_ends.pkt", script8],
  ["window/answers_beyond_a_shrunken_window_take_turns.pkt", script9],
  ["window/answers_to_probes_are_no_duplicates.pkt", script10],
  ["window/buffer_grows_with_its_reader.pkt", script11],
  ["window/congestion_window_restarts_behind_a_closed_window.pkt", script12],
  ["window/data_at_the_right_edge_do_not_count.pkt", script13],
  ["window/field_above_32767_is_unsigned.pkt", script14],
  ["window/fin_acknowledged_beside_refused_data.pkt", script15],
  ["window/fin_needs_one_place.pkt", script16],
  ["window/fin_waits_for_our_window.pkt", script17],
  ["window/half_of_the_largest_window_is_worthwhile.pkt", script18],
  ["window/large_update_does_not_wait_for_a_delayed_ack.pkt", script19],
  ["window/new_data_beside_a_gap_announces_the_whole_window.pkt", script20],
  ["window/older_segment_does_not_change_the_window.pkt", script21],
  ["window/opening_ends_the_probes.pkt", script22],
  ["window/override_comes_within_a_second.pkt", script23],
  ["window/override_sends_into_a_small_window.pkt", script24],
  ["window/overrun_buffer_closes_at_once.pkt", script25],
  ["window/packets_take_more_memory_than_data.pkt", script26],
  ["window/probe_is_taken_when_there_is_room.pkt", script27],
  ["window/probe_that_carries_the_fin.pkt", script28],
  ["window/probe_without_an_octet.pkt", script29],
  ["window/probes_are_no_use_of_the_path.pkt", script30],
  ["window/receive_window_shrinks_as_octets_lie_unread.pkt", script31],
  ["window/receiver_opens_by_a_full_segment.pkt", script32],
  ["window/receiver_opens_by_half_of_a_small_buffer.pkt", script33],
  ["window/refused_octet_takes_the_fin_along.pkt", script34],
  ["window/refused_probe_is_sent_with_the_rest.pkt", script35],
  ["window/refused_probe_takes_text_and_fin_along.pkt", script36],
  ["window/refused_probe_takes_the_rest_along.pkt", script37],
  ["window/reset_counts_at_zero_window.pkt", script38],
  ["window/reset_with_data_counts_at_zero_window.pkt", script39],
  ["window/rest_of_the_window_may_be_filled.pkt", script40],
  ["window/scale_14_gives_a_gigabyte.pkt", script41],
  ["window/scaled_window_of_a_tiny_buffer.pkt", script42],
  ["window/segment_beyond_the_edge_is_taken_whole.pkt", script43],
  ["window/sender_waits_for_a_worthwhile_window.pkt", script44],
  ["window/shrunken_window_holds_new_data.pkt", script45],
  ["window/shrunken_window_regrows.pkt", script46],
  ["window/shrunken_window_still_retransmits_inside.pkt", script47],
  ["window/small_gain_is_not_announced.pkt", script48],
  ["window/small_opening_is_overridden_after_a_second.pkt", script49],
  ["window/small_window_is_sent_in_halves.pkt", script50],
  ["window/tiny_window_is_one_segment.pkt", script51],
  ["window/two_zero_windows_are_quiet.pkt", script52],
  ["window/unanswered_probes_end_the_connection.pkt", script53],
  ["window/unsent_acknowledged_beside_refused_data_is_not_used.pkt", script54],
  ["window/update_follows_reading.pkt", script55],
  ["window/update_without_data_is_used.pkt", script56],
  ["window/urgent_counts_at_zero_window.pkt", script57],
  ["window/what_a_shrunken_window_refused_goes_when_it_opens.pkt", script58],
  ["window/what_a_window_refused_goes_when_it_opens_before_a_probe.pkt", script59],
  ["window/what_may_be_on_its_way_waits_for_the_timer.pkt", script60],
  ["window/window_below_one_unit_of_its_scale_has_not_shrunk.pkt", script61],
  ["window/window_beside_an_old_ack_is_not_used.pkt", script62],
  ["window/window_is_never_overrun.pkt", script63],
  ["window/window_shrunk_to_zero_is_probed.pkt", script64],
  ["window/window_that_moved_left_takes_what_it_promised.pkt", script65],
  ["window/zero_window_for_an_hour.pkt", script66],
  ["window/zero_window_is_probed.pkt", script67],
  ["window/zero_window_probe_is_answered.pkt", script68],
];
