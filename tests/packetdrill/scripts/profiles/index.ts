/** Our scripts about profiles. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_of_unsent_is_answered_now_and_then.pkt" with { type: "text" };
import script1 from "./buffers_hold_whole_segments.pkt" with { type: "text" };
import script2 from "./close_with_unread_octets_is_in_order.pkt" with { type: "text" };
import script3 from "./data_after_the_end_of_reading_is_thrown_away.pkt" with { type: "text" };
import script4 from "./data_of_a_crossing_syn_is_kept.pkt" with { type: "text" };
import script5 from "./data_of_a_crossing_syn_is_reset_after_close.pkt" with { type: "text" };
import script6 from "./each_partial_ack_starts_the_timer_anew.pkt" with { type: "text" };
import script7 from "./every_ack_repeats_the_fin.pkt" with { type: "text" };
import script8 from "./every_ack_restarts_time_wait.pkt" with { type: "text" };
import script9 from "./every_partial_ack_starts_the_timer_anew.pkt" with { type: "text" };
import script10 from "./every_second_segment_is_acknowledged.pkt" with { type: "text" };
import script11 from "./everything_is_ecn_capable.pkt" with { type: "text" };
import script12 from "./expired_ttl_ends_opening.pkt" with { type: "text" };
import script13 from "./higher_syn_ends_time_wait.pkt" with { type: "text" };
import script14 from "./listener_drops_syn_with_fin.pkt" with { type: "text" };
import script15 from "./listener_that_closes_forgets_handshakes.pkt" with { type: "text" };
import script16 from "./lost_retransmission_counts_once.pkt" with { type: "text" };
import script17 from "./malformed_option_does_not_cost_the_segment.pkt" with { type: "text" };
import script18 from "./newer_timestamp_does_not_end_time_wait.pkt" with { type: "text" };
import script19 from "./old_reset_does_not_end_time_wait.pkt" with { type: "text" };
import script20 from "./own_mss_is_no_more_than_the_path_takes.pkt" with { type: "text" };
import script21 from "./own_mss_is_no_more_than_the_peers.pkt" with { type: "text" };
import script22 from "./part_of_a_segment_is_not_reported.pkt" with { type: "text" };
import script23 from "./reduction_is_of_the_window.pkt" with { type: "text" };
import script24 from "./refusal_ends_opening.pkt" with { type: "text" };
import script25 from "./reordered_segments_open_the_window.pkt" with { type: "text" };
import script26 from "./reordering_is_measured.pkt" with { type: "text" };
import script27 from "./repeated_data_says_cwr.pkt" with { type: "text" };
import script28 from "./repeated_fin_restarts_time_wait.pkt" with { type: "text" };
import script29 from "./reset_in_the_window_by_rfc_793.pkt" with { type: "text" };
import script30 from "./second_syn_asks_for_ecn_too.pkt" with { type: "text" };
import script31 from "./simultaneous_open_offers_again.pkt" with { type: "text" };
import script32 from "./simultaneous_open_with_sack_offers_no_more.pkt" with { type: "text" };
import script33 from "./slow_start_ends_by_delay.pkt" with { type: "text" };
import script34 from "./spurious_retransmission_is_undone.pkt" with { type: "text" };
import script35 from "./syn_ack_is_ecn_capable.pkt" with { type: "text" };
import script36 from "./syn_beyond_the_window_is_challenged.pkt" with { type: "text" };
import script37 from "./syn_in_the_window_by_rfc_793.pkt" with { type: "text" };
import script38 from "./syn_is_ecn_capable.pkt" with { type: "text" };
import script39 from "./syn_received_outlives_a_refusal.pkt" with { type: "text" };
import script40 from "./syn_with_fin_is_dropped.pkt" with { type: "text" };
import script41 from "./tail_of_a_send_waits_for_nothing.pkt" with { type: "text" };
import script42 from "./tcp_maxseg_counts_the_options_in.pkt" with { type: "text" };
import script43 from "./third_repeated_syn_is_bare.pkt" with { type: "text" };
import script44 from "./time_wait_answers_acks_only.pkt" with { type: "text" };
import script45 from "./time_wait_answers_all_but_the_next.pkt" with { type: "text" };
import script46 from "./timeout_is_undone_by_an_original.pkt" with { type: "text" };
import script47 from "./timeout_says_what_icmp_said.pkt" with { type: "text" };
import script48 from "./timeouts_are_late_by_a_slop.pkt" with { type: "text" };
import script49 from "./unknown_header_ends_opening_over_ipv6.pkt" with { type: "text" };
import script50 from "./unknown_host_does_not_end_opening.pkt" with { type: "text" };
import script51 from "./what_fits_is_taken.pkt" with { type: "text" };
import script52 from "./whole_segment_is_reported.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["profiles/ack_of_unsent_is_answered_now_and_then.pkt", script0],
  ["profiles/buffers_hold_whole_segments.pkt", script1],
  ["profiles/close_with_unread_octets_is_in_order.pkt", script2],
  ["profiles/data_after_the_end_of_reading_is_thrown_away.pkt", script3],
  ["profiles/data_of_a_crossing_syn_is_kept.pkt", script4],
  ["profiles/data_of_a_crossing_syn_is_reset_after_close.pkt", script5],
  ["profiles/each_partial_ack_starts_the_timer_anew.pkt", script6],
  ["profiles/every_ack_repeats_the_fin.pkt", script7],
  ["profiles/every_ack_restarts_time_wait.pkt", script8],
  ["profiles/every_partial_ack_starts_the_timer_anew.pkt", script9],
  ["profiles/every_second_segment_is_acknowledged.pkt", script10],
  ["profiles/everything_is_ecn_capable.pkt", script11],
  ["profiles/expired_ttl_ends_opening.pkt", script12],
  ["profiles/higher_syn_ends_time_wait.pkt", script13],
  ["profiles/listener_drops_syn_with_fin.pkt", script14],
  ["profiles/listener_that_closes_forgets_handshakes.pkt", script15],
  ["profiles/lost_retransmission_counts_once.pkt", script16],
  ["profiles/malformed_option_does_not_cost_the_segment.pkt", script17],
  ["profiles/newer_timestamp_does_not_end_time_wait.pkt", script18],
  ["profiles/old_reset_does_not_end_time_wait.pkt", script19],
  ["profiles/own_mss_is_no_more_than_the_path_takes.pkt", script20],
  ["profiles/own_mss_is_no_more_than_the_peers.pkt", script21],
  ["profiles/part_of_a_segment_is_not_reported.pkt", script22],
  ["profiles/reduction_is_of_the_window.pkt", script23],
  ["profiles/refusal_ends_opening.pkt", script24],
  ["profiles/reordered_segments_open_the_window.pkt", script25],
  ["profiles/reordering_is_measured.pkt", script26],
  ["profiles/repeated_data_says_cwr.pkt", script27],
  ["profiles/repeated_fin_restarts_time_wait.pkt", script28],
  ["profiles/reset_in_the_window_by_rfc_793.pkt", script29],
  ["profiles/second_syn_asks_for_ecn_too.pkt", script30],
  ["profiles/simultaneous_open_offers_again.pkt", script31],
  ["profiles/simultaneous_open_with_sack_offers_no_more.pkt", script32],
  ["profiles/slow_start_ends_by_delay.pkt", script33],
  ["profiles/spurious_retransmission_is_undone.pkt", script34],
  ["profiles/syn_ack_is_ecn_capable.pkt", script35],
  ["profiles/syn_beyond_the_window_is_challenged.pkt", script36],
  ["profiles/syn_in_the_window_by_rfc_793.pkt", script37],
  ["profiles/syn_is_ecn_capable.pkt", script38],
  ["profiles/syn_received_outlives_a_refusal.pkt", script39],
  ["profiles/syn_with_fin_is_dropped.pkt", script40],
  ["profiles/tail_of_a_send_waits_for_nothing.pkt", script41],
  ["profiles/tcp_maxseg_counts_the_options_in.pkt", script42],
  ["profiles/third_repeated_syn_is_bare.pkt", script43],
  ["profiles/time_wait_answers_acks_only.pkt", script44],
  ["profiles/time_wait_answers_all_but_the_next.pkt", script45],
  ["profiles/timeout_is_undone_by_an_original.pkt", script46],
  ["profiles/timeout_says_what_icmp_said.pkt", script47],
  ["profiles/timeouts_are_late_by_a_slop.pkt", script48],
  ["profiles/unknown_header_ends_opening_over_ipv6.pkt", script49],
  ["profiles/unknown_host_does_not_end_opening.pkt", script50],
  ["profiles/what_fits_is_taken.pkt", script51],
  ["profiles/whole_segment_is_reported.pkt", script52],
];
