/** Our scripts about closing. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_of_a_repeated_fin_counts_in_closing.pkt" with { type: "text" };
import script1 from "./ack_of_text_is_not_that_of_the_fin.pkt" with { type: "text" };
import script2 from "./active_close_reaches_time_wait.pkt" with { type: "text" };
import script3 from "./bare_fin_beyond_a_gap_waits.pkt" with { type: "text" };
import script4 from "./close_with_unread_data_resets.pkt" with { type: "text" };
import script5 from "./data_after_close_is_reset.pkt" with { type: "text" };
import script6 from "./data_that_crosses_the_fin_is_reset.pkt" with { type: "text" };
import script7 from "./fin_follows_what_is_queued.pkt" with { type: "text" };
import script8 from "./fin_is_repeated.pkt" with { type: "text" };
import script9 from "./fin_is_repeated_in_closing.pkt" with { type: "text" };
import script10 from "./fin_is_repeated_in_last_ack.pkt" with { type: "text" };
import script11 from "./fin_wait_1_takes_text.pkt" with { type: "text" };
import script12 from "./fin_wait_2_is_bounded_after_close.pkt" with { type: "text" };
import script13 from "./fin_waits_for_the_text_before_it.pkt" with { type: "text" };
import script14 from "./fin_with_the_ack_of_ours.pkt" with { type: "text" };
import script15 from "./half_close_goes_on_receiving.pkt" with { type: "text" };
import script16 from "./half_closed_connection_stays.pkt" with { type: "text" };
import script17 from "./last_ack_ends_with_the_ack_of_our_fin.pkt" with { type: "text" };
import script18 from "./late_text_as_unknown.pkt" with { type: "text" };
import script19 from "./lingering_close_waits_for_the_ack.pkt" with { type: "text" };
import script20 from "./new_text_in_time_wait_is_ignored.pkt" with { type: "text" };
import script21 from "./newer_syn_reuses_time_wait.pkt" with { type: "text" };
import script22 from "./newer_timestamp_reuses_time_wait.pkt" with { type: "text" };
import script23 from "./old_syn_in_time_wait_is_answered.pkt" with { type: "text" };
import script24 from "./old_text_in_time_wait_is_answered.pkt" with { type: "text" };
import script25 from "./passive_close.pkt" with { type: "text" };
import script26 from "./peer_that_half_closed_is_sent_to.pkt" with { type: "text" };
import script27 from "./repeated_fin_in_close_wait.pkt" with { type: "text" };
import script28 from "./repeated_fin_in_closing.pkt" with { type: "text" };
import script29 from "./repeated_fin_in_last_ack.pkt" with { type: "text" };
import script30 from "./repeated_fin_restarts_time_wait.pkt" with { type: "text" };
import script31 from "./reset_in_time_wait_is_ignored.pkt" with { type: "text" };
import script32 from "./reset_may_end_time_wait.pkt" with { type: "text" };
import script33 from "./second_shutdown_changes_nothing.pkt" with { type: "text" };
import script34 from "./simultaneous_close.pkt" with { type: "text" };
import script35 from "./simultaneous_close_with_text.pkt" with { type: "text" };
import script36 from "./syn_while_closing_is_challenged.pkt" with { type: "text" };
import script37 from "./text_after_the_fin_is_ignored.pkt" with { type: "text" };
import script38 from "./text_and_fin_in_one_segment.pkt" with { type: "text" };
import script39 from "./text_in_flight_then_fin.pkt" with { type: "text" };
import script40 from "./time_wait_lasts_two_msl.pkt" with { type: "text" };
import script41 from "./write_after_shutdown_fails.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["closing/ack_of_a_repeated_fin_counts_in_closing.pkt", script0],
  ["closing/ack_of_text_is_not_that_of_the_fin.pkt", script1],
  ["closing/active_close_reaches_time_wait.pkt", script2],
  ["closing/bare_fin_beyond_a_gap_waits.pkt", script3],
  ["closing/close_with_unread_data_resets.pkt", script4],
  ["closing/data_after_close_is_reset.pkt", script5],
  ["closing/data_that_crosses_the_fin_is_reset.pkt", script6],
  ["closing/fin_follows_what_is_queued.pkt", script7],
  ["closing/fin_is_repeated.pkt", script8],
  ["closing/fin_is_repeated_in_closing.pkt", script9],
  ["closing/fin_is_repeated_in_last_ack.pkt", script10],
  ["closing/fin_wait_1_takes_text.pkt", script11],
  ["closing/fin_wait_2_is_bounded_after_close.pkt", script12],
  ["closing/fin_waits_for_the_text_before_it.pkt", script13],
  ["closing/fin_with_the_ack_of_ours.pkt", script14],
  ["closing/half_close_goes_on_receiving.pkt", script15],
  ["closing/half_closed_connection_stays.pkt", script16],
  ["closing/last_ack_ends_with_the_ack_of_our_fin.pkt", script17],
  ["closing/late_text_as_unknown.pkt", script18],
  ["closing/lingering_close_waits_for_the_ack.pkt", script19],
  ["closing/new_text_in_time_wait_is_ignored.pkt", script20],
  ["closing/newer_syn_reuses_time_wait.pkt", script21],
  ["closing/newer_timestamp_reuses_time_wait.pkt", script22],
  ["closing/old_syn_in_time_wait_is_answered.pkt", script23],
  ["closing/old_text_in_time_wait_is_answered.pkt", script24],
  ["closing/passive_close.pkt", script25],
  ["closing/peer_that_half_closed_is_sent_to.pkt", script26],
  ["closing/repeated_fin_in_close_wait.pkt", script27],
  ["closing/repeated_fin_in_closing.pkt", script28],
  ["closing/repeated_fin_in_last_ack.pkt", script29],
  ["closing/repeated_fin_restarts_time_wait.pkt", script30],
  ["closing/reset_in_time_wait_is_ignored.pkt", script31],
  ["closing/reset_may_end_time_wait.pkt", script32],
  ["closing/second_shutdown_changes_nothing.pkt", script33],
  ["closing/simultaneous_close.pkt", script34],
  ["closing/simultaneous_close_with_text.pkt", script35],
  ["closing/syn_while_closing_is_challenged.pkt", script36],
  ["closing/text_after_the_fin_is_ignored.pkt", script37],
  ["closing/text_and_fin_in_one_segment.pkt", script38],
  ["closing/text_in_flight_then_fin.pkt", script39],
  ["closing/time_wait_lasts_two_msl.pkt", script40],
  ["closing/write_after_shutdown_fails.pkt", script41],
];
