/** Our scripts about congestion. Made by make_index.ts: run it after adding a script. */

import script0 from "./acks_that_we_send_do_not_end_idling.pkt" with { type: "text" };
import script1 from "./cork_that_ends_respects_the_window.pkt" with { type: "text" };
import script2 from "./cubic_converges_fast.pkt" with { type: "text" };
import script3 from "./cubic_forgets_its_curve_at_a_timeout.pkt" with { type: "text" };
import script4 from "./cubic_grows_as_reno_where_that_is_faster.pkt" with { type: "text" };
import script5 from "./cubic_grows_by_its_function.pkt" with { type: "text" };
import script6 from "./cubic_reduces_to_seven_tenths.pkt" with { type: "text" };
import script7 from "./first_flight_can_be_set.pkt" with { type: "text" };
import script8 from "./first_flight_has_room_for_two_segments.pkt" with { type: "text" };
import script9 from "./first_flight_is_ten_segments.pkt" with { type: "text" };
import script10 from "./first_flight_of_long_segments_is_shorter.pkt" with { type: "text" };
import script11 from "./hystart_comes_back_when_the_delay_was_noise.pkt" with { type: "text" };
import script12 from "./hystart_ends_slow_start_after_five_slow_rounds.pkt" with { type: "text" };
import script13 from "./hystart_is_for_the_first_slow_start.pkt" with { type: "text" };
import script14 from "./hystart_keeps_the_pace_while_the_delay_stays.pkt" with { type: "text" };
import script15 from "./hystart_slows_when_the_delay_grows.pkt" with { type: "text" };
import script16 from "./idling_does_not_raise_a_small_window.pkt" with { type: "text" };
import script17 from "./lost_syn_ack_makes_the_first_flight_one_segment.pkt" with { type: "text" };
import script18 from "./lost_syn_makes_the_first_flight_one_segment.pkt" with { type: "text" };
import script19 from "./peers_window_does_not_let_ours_grow.pkt" with { type: "text" };
import script20 from "./reno_avoidance_adds_one_segment.pkt" with { type: "text" };
import script21 from "./reno_avoidance_counts_octets_not_acks.pkt" with { type: "text" };
import script22 from "./restart_can_be_switched_off.pkt" with { type: "text" };
import script23 from "./second_lost_syn_may_be_the_first_that_counts.pkt" with { type: "text" };
import script24 from "./segments_taken_out_of_the_network_make_room.pkt" with { type: "text" };
import script25 from "./short_pause_keeps_the_window.pkt" with { type: "text" };
import script26 from "./slow_start_after_a_timeout_counts_what_went_again.pkt" with { type: "text" };
import script27 from "./slow_start_counts_octets_not_acks.pkt" with { type: "text" };
import script28 from "./slow_start_counts_what_came_out_of_order.pkt" with { type: "text" };
import script29 from "./slow_start_doubles.pkt" with { type: "text" };
import script30 from "./slow_start_ends_at_the_threshold.pkt" with { type: "text" };
import script31 from "./smaller_of_both_windows_counts.pkt" with { type: "text" };
import script32 from "./time_without_data_is_no_time_to_grow_in.pkt" with { type: "text" };
import script33 from "./unused_window_does_not_grow.pkt" with { type: "text" };
import script34 from "./window_restarts_after_idling.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["congestion/acks_that_we_send_do_not_end_idling.pkt", script0],
  ["congestion/cork_that_ends_respects_the_window.pkt", script1],
  ["congestion/cubic_converges_fast.pkt", script2],
  ["congestion/cubic_forgets_its_curve_at_a_timeout.pkt", script3],
  ["congestion/cubic_grows_as_reno_where_that_is_faster.pkt", script4],
  ["congestion/cubic_grows_by_its_function.pkt", script5],
  ["congestion/cubic_reduces_to_seven_tenths.pkt", script6],
  ["congestion/first_flight_can_be_set.pkt", script7],
  ["congestion/first_flight_has_room_for_two_segments.pkt", script8],
  ["congestion/first_flight_is_ten_segments.pkt", script9],
  ["congestion/first_flight_of_long_segments_is_shorter.pkt", script10],
  ["congestion/hystart_comes_back_when_the_delay_was_noise.pkt", script11],
  ["congestion/hystart_ends_slow_start_after_five_slow_rounds.pkt", script12],
  ["congestion/hystart_is_for_the_first_slow_start.pkt", script13],
  ["congestion/hystart_keeps_the_pace_while_the_delay_stays.pkt", script14],
  ["congestion/hystart_slows_when_the_delay_grows.pkt", script15],
  ["congestion/idling_does_not_raise_a_small_window.pkt", script16],
  ["congestion/lost_syn_ack_makes_the_first_flight_one_segment.pkt", script17],
  ["congestion/lost_syn_makes_the_first_flight_one_segment.pkt", script18],
  ["congestion/peers_window_does_not_let_ours_grow.pkt", script19],
  ["congestion/reno_avoidance_adds_one_segment.pkt", script20],
  ["congestion/reno_avoidance_counts_octets_not_acks.pkt", script21],
  ["congestion/restart_can_be_switched_off.pkt", script22],
  ["congestion/second_lost_syn_may_be_the_first_that_counts.pkt", script23],
  ["congestion/segments_taken_out_of_the_network_make_room.pkt", script24],
  ["congestion/short_pause_keeps_the_window.pkt", script25],
  ["congestion/slow_start_after_a_timeout_counts_what_went_again.pkt", script26],
  ["congestion/slow_start_counts_octets_not_acks.pkt", script27],
  ["congestion/slow_start_counts_what_came_out_of_order.pkt", script28],
  ["congestion/slow_start_doubles.pkt", script29],
  ["congestion/slow_start_ends_at_the_threshold.pkt", script30],
  ["congestion/smaller_of_both_windows_counts.pkt", script31],
  ["congestion/time_without_data_is_no_time_to_grow_in.pkt", script32],
  ["congestion/unused_window_does_not_grow.pkt", script33],
  ["congestion/window_restarts_after_idling.pkt", script34],
];
