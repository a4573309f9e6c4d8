/** Our scripts about congestion. Made by make_index.ts: run it after adding a script. */

import script0 from "./acks_that_we_send_do_not_end_idling.pkt" with { type: "text" };
import script1 from "./first_flight_can_be_set.pkt" with { type: "text" };
import script2 from "./first_flight_has_room_for_two_segments.pkt" with { type: "text" };
import script3 from "./first_flight_is_ten_segments.pkt" with { type: "text" };
import script4 from "./first_flight_of_long_segments_is_shorter.pkt" with { type: "text" };
import script5 from "./idling_does_not_raise_a_small_window.pkt" with { type: "text" };
import script6 from "./lost_syn_ack_makes_the_first_flight_one_segment.pkt" with { type: "text" };
import script7 from "./lost_syn_makes_the_first_flight_one_segment.pkt" with { type: "text" };
import script8 from "./peers_window_does_not_let_ours_grow.pkt" with { type: "text" };
import script9 from "./reno_avoidance_adds_one_segment.pkt" with { type: "text" };
import script10 from "./reno_avoidance_counts_octets_not_acks.pkt" with { type: "text" };
import script11 from "./restart_can_be_switched_off.pkt" with { type: "text" };
import script12 from "./segments_taken_out_of_the_network_make_room.pkt" with { type: "text" };
import script13 from "./short_pause_keeps_the_window.pkt" with { type: "text" };
import script14 from "./slow_start_counts_octets_not_acks.pkt" with { type: "text" };
import script15 from "./slow_start_doubles.pkt" with { type: "text" };
import script16 from "./slow_start_ends_at_the_threshold.pkt" with { type: "text" };
import script17 from "./smaller_of_both_windows_counts.pkt" with { type: "text" };
import script18 from "./unused_window_does_not_grow.pkt" with { type: "text" };
import script19 from "./window_restarts_after_idling.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["congestion/acks_that_we_send_do_not_end_idling.pkt", script0],
  ["congestion/first_flight_can_be_set.pkt", script1],
  ["congestion/first_flight_has_room_for_two_segments.pkt", script2],
  ["congestion/first_flight_is_ten_segments.pkt", script3],
  ["congestion/first_flight_of_long_segments_is_shorter.pkt", script4],
  ["congestion/idling_does_not_raise_a_small_window.pkt", script5],
  ["congestion/lost_syn_ack_makes_the_first_flight_one_segment.pkt", script6],
  ["congestion/lost_syn_makes_the_first_flight_one_segment.pkt", script7],
  ["congestion/peers_window_does_not_let_ours_grow.pkt", script8],
  ["congestion/reno_avoidance_adds_one_segment.pkt", script9],
  ["congestion/reno_avoidance_counts_octets_not_acks.pkt", script10],
  ["congestion/restart_can_be_switched_off.pkt", script11],
  ["congestion/segments_taken_out_of_the_network_make_room.pkt", script12],
  ["congestion/short_pause_keeps_the_window.pkt", script13],
  ["congestion/slow_start_counts_octets_not_acks.pkt", script14],
  ["congestion/slow_start_doubles.pkt", script15],
  ["congestion/slow_start_ends_at_the_threshold.pkt", script16],
  ["congestion/smaller_of_both_windows_counts.pkt", script17],
  ["congestion/unused_window_does_not_grow.pkt", script18],
  ["congestion/window_restarts_after_idling.pkt", script19],
];
