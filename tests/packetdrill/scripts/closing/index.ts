/** Our scripts about closing. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_of_a_repeated_fin_counts_in_closing.pkt" with { type: "text" };
import script1 from "./ack_of_data_is_not_that_of_the_fin.pkt" with { type: "text" };
import script2 from "./active_close_reaches_time_wait.pkt" with { type: "text" };
import script3 from "./bare_fin_beyond_a_gap_waits.pkt" with { type: "text" };
import script4 from "./close_with_unread_data_resets.pkt" with { type: "text" };
import script5 from "./data_after_close_is_reset.pkt" with { type: "text" };
import script6 from "./data_after_the_fin_is_ignored.pkt" with { type: "text" };
import script7 from "./data_and_fin_in_one_segment.pkt" with { type: "text" };
import script8 from "./data_in_closing_is_ignored.pkt" with { type: "text" };
import script9 from "./data_in_flight_then_fin.pkt" with { type: "text" };
import script10 from "./data_in_last_ack_is_ignored.pkt" with { type: "text" };
import script11 from "./data_that_crosses_the_fin_is_reset.pkt" with { type: "text" };
import script12 from "./fin_follows_what_is_queued.pkt" with { type: "text" };
import script13 from "./fin_is_repeated.pkt" with { type: "text" };
import script14 from "./fin_is_repeated_in_closing.pkt" with { type: "text" };
import script15 from "./fin_is_repeated_in_last_ack.pkt" with { type: "text" };
import script16 from "./fin_that_was_lost_goes_with_later_data_of_the_peer.pkt" with { type: "text" };
import script17 from "./fin_wait_1_takes_data.pkt" with { type: "text" };
import script18 from "./fin_wait_2_is_bounded_after_close.pkt" with { type: "text" };
import script19 from "./fin_wait_2_may_be_unbounded.pkt" with { type: "text" };
import script20 from "./fin_waits_for_the_data_before_it.pkt" with { type: "text" };
import script21 from "./fin_with_the_ack_of_ours.pkt" with { type: "text" };
import script22 from "./half_close_goes_on_receiving.pkt" with { type: "text" };
import script23 from "./half_closed_connection_stays.pkt" with { type: "text" };
import script24 from "./last_ack_ends_with_the_ack_of_our_fin.pkt" with { type: "text" };
import script25 from "./late_data_as_unknown.pkt" with { type: "text" };
import script26 from "./lingering_close_waits_for_the_ack.pkt" with { type: "text" };
import script27 from "./lost_ack_of_the_peers_fin.pkt" with { type: "text" };
import script28 from "./named_port_is_taken_over_at_once.pkt" with { type: "text" };
import script29 from "./new_data_in_time_wait_is_ignored.pkt" with { type: "text" };
import script30 from "./newer_syn_reuses_time_wait.pkt" with { type: "text" };
import script31 from "./newer_timestamp_reuses_time_wait.pkt" with { type: "text" };
import script32 from "./old_data_in_time_wait_is_answered.pkt" with { type: "text" };
import script33 from "./old_syn_in_time_wait_is_answered.pkt" with { type: "text" };
import script34 from "./passive_close.pkt" with { type: "text" };
import script35 from "./passive_closer_does_not_wait.pkt" with { type: "text" };
import script36 from "./peer_that_half_closed_is_sent_to.pkt" with { type: "text" };
import script37 from "./repeated_fin_in_close_wait.pkt" with { type: "text" };
import script38 from "./repeated_fin_in_closing.pkt" with { type: "text" };
import script39 from "./repeated_fin_in_last_ack.pkt" with { type: "text" };
import script40 from "./repeated_fin_restarts_time_wait.pkt" with { type: "text" };
import script41 from "./reset_in_time_wait_is_ignored.pkt" with { type: "text" };
import script42 from "./reset_may_end_time_wait.pkt" with { type: "text" };
import script43 from "./second_shutdown_changes_nothing.pkt" with { type: "text" };
import script44 from "./segment_without_ack_while_closing_is_dropped.pkt" with { type: "text" };
import script45 from "./simultaneous_close.pkt" with { type: "text" };
import script46 from "./simultaneous_close_waits_two_msl.pkt" with { type: "text" };
import script47 from "./simultaneous_close_with_data.pkt" with { type: "text" };
import script48 from "./syn_after_the_peers_fin_is_challenged.pkt" with { type: "text" };
import script49 from "./syn_in_closing_is_challenged.pkt" with { type: "text" };
import script50 from "./syn_while_closing_is_challenged.pkt" with { type: "text" };
import script51 from "./time_wait_lasts_two_msl.pkt" with { type: "text" };
import script52 from "./unacceptable_segments_are_answered_after_the_peers_fin.pkt" with { type: "text" };
import script53 from "./unacceptable_segments_are_answered_in_every_state.pkt" with { type: "text" };
import script54 from "./write_after_shutdown_fails.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["closing/ack_of_a_repeated_fin_counts_in_closing.pkt", script0],
  ["closing/ack_of_data_is_not_that_of_the_fin.pkt", script1],
  ["closing/active_close_reaches_time_wait.pkt", script2],
  ["closing/bare_fin_beyond_a_gap_waits.pkt", script3],
  ["closing/close_with_unread_data_resets.pkt", script4],
  ["closing/data_after_close_is_reset.pkt", script5],
  ["closing/data_after_the_fin_is_ignored.pkt", script6],
  ["closing/data_and_fin_in_one_segment.pkt", script7],
  ["closing/data_in_closing_is_ignored.pkt", script8],
  ["closing/data_in_flight_then_fin.pkt", script9],
  ["closing/data_in_last_ack_is_ignored.pkt", script10],
  ["closing/data_that_crosses_the_fin_is_reset.pkt", script11],
  ["closing/fin_follows_what_is_queued.pkt", script12],
  ["closing/fin_is_repeated.pkt", script13],
  ["closing/fin_is_repeated_in_closing.pkt", script14],
  ["closing/fin_is_repeated_in_last_ack.pkt", script15],
  ["closing/fin_that_was_lost_goes_with_later_data_of_the_peer.pkt", script16],
  ["closing/fin_wait_1_takes_data.pkt", script17],
  ["closing/fin_wait_2_is_bounded_after_close.pkt", script18],
  ["closing/fin_wait_2_may_be_unbounded.pkt", script19],
  ["closing/fin_waits_for_the_data_before_it.pkt", script20],
  ["closing/fin_with_the_ack_of_ours.pkt", script21],
  ["closing/half_close_goes_on_receiving.pkt", script22],
  ["closing/half_closed_connection_stays.pkt", script23],
  ["closing/last_ack_ends_with_the_ack_of_our_fin.pkt", script24],
  ["closing/late_data_as_unknown.pkt", script25],
  ["closing/lingering_close_waits_for_the_ack.pkt", script26],
  ["closing/lost_ack_of_the_peers_fin.pkt", script27],
  ["closing/named_port_is_taken_over_at_once.pkt", script28],
  ["closing/new_data_in_time_wait_is_ignored.pkt", script29],
  ["closing/newer_syn_reuses_time_wait.pkt", script30],
  ["closing/newer_timestamp_reuses_time_wait.pkt", script31],
  ["closing/old_data_in_time_wait_is_answered.pkt", script32],
  ["closing/old_syn_in_time_wait_is_answered.pkt", script33],
  ["closing/passive_close.pkt", script34],
  ["closing/passive_closer_does_not_wait.pkt", script35],
  ["closing/peer_that_half_closed_is_sent_to.pkt", script36],
  ["closing/repeated_fin_in_close_wait.pkt", script37],
  ["closing/repeated_fin_in_closing.pkt", script38],
  ["closing/repeated_fin_in_last_ack.pkt", script39],
  ["closing/repeated_fin_restarts_time_wait.pkt", script40],
  ["closing/reset_in_time_wait_is_ignored.pkt", script41],
  ["closing/reset_may_end_time_wait.pkt", script42],
  ["closing/second_shutdown_changes_nothing.pkt", script43],
  ["closing/segment_without_ack_while_closing_is_dropped.pkt", script44],
  ["closing/simultaneous_close.pkt", script45],
  ["closing/simultaneous_close_waits_two_msl.pkt", script46],
  ["closing/simultaneous_close_with_data.pkt", script47],
  ["closing/syn_after_the_peers_fin_is_challenged.pkt", script48],
  ["closing/syn_in_closing_is_challenged.pkt", script49],
  ["closing/syn_while_closing_is_challenged.pkt", script50],
  ["closing/time_wait_lasts_two_msl.pkt", script51],
  ["closing/unacceptable_segments_are_answered_after_the_peers_fin.pkt", script52],
  ["closing/unacceptable_segments_are_answered_in_every_state.pkt", script53],
  ["closing/write_after_shutdown_fails.pkt", script54],
];
