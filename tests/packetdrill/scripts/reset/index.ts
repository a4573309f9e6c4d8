/** Our scripts about reset. Made by make_index.ts: run it after adding a script. */

import script0 from "./abort_in_close_wait_sends_reset.pkt" with { type: "text" };
import script1 from "./abort_in_closing_is_silent.pkt" with { type: "text" };
import script2 from "./abort_in_fin_wait_2_sends_reset.pkt" with { type: "text" };
import script3 from "./abort_in_syn_received_sends_reset.pkt" with { type: "text" };
import script4 from "./abort_in_syn_sent_is_silent.pkt" with { type: "text" };
import script5 from "./abort_sends_reset.pkt" with { type: "text" };
import script6 from "./ack_for_a_listener_is_reset.pkt" with { type: "text" };
import script7 from "./active_syn_received_is_refused.pkt" with { type: "text" };
import script8 from "./challenges_may_be_rare.pkt" with { type: "text" };
import script9 from "./data_that_came_before_the_reset_can_be_read.pkt" with { type: "text" };
import script10 from "./edges_of_the_window.pkt" with { type: "text" };
import script11 from "./empty_segment_for_nobody_is_reset.pkt" with { type: "text" };
import script12 from "./exact_reset_ends_the_connection.pkt" with { type: "text" };
import script13 from "./fin_for_nobody_is_reset.pkt" with { type: "text" };
import script14 from "./listener_that_closes_resets_who_waits.pkt" with { type: "text" };
import script15 from "./passive_syn_received_returns_to_listen.pkt" with { type: "text" };
import script16 from "./reset_flushes_what_waits_to_be_sent.pkt" with { type: "text" };
import script17 from "./reset_for_a_listener_is_ignored.pkt" with { type: "text" };
import script18 from "./reset_in_close_wait.pkt" with { type: "text" };
import script19 from "./reset_in_closing.pkt" with { type: "text" };
import script20 from "./reset_in_fin_wait_1.pkt" with { type: "text" };
import script21 from "./reset_in_fin_wait_2.pkt" with { type: "text" };
import script22 from "./reset_in_last_ack.pkt" with { type: "text" };
import script23 from "./reset_in_the_window_of_syn_received_is_challenged.pkt" with { type: "text" };
import script24 from "./reset_is_never_answered.pkt" with { type: "text" };
import script25 from "./reset_needs_no_ack.pkt" with { type: "text" };
import script26 from "./reset_outside_the_window_is_ignored.pkt" with { type: "text" };
import script27 from "./reset_outside_the_window_of_syn_received_is_ignored.pkt" with { type: "text" };
import script28 from "./reset_with_data_is_taken.pkt" with { type: "text" };
import script29 from "./reset_within_the_window_is_challenged.pkt" with { type: "text" };
import script30 from "./segment_for_nobody_is_reset.pkt" with { type: "text" };
import script31 from "./segment_without_flags_for_a_listener_is_dropped.pkt" with { type: "text" };
import script32 from "./syn_ack_for_a_listener_is_reset.pkt" with { type: "text" };
import script33 from "./syn_ack_for_nobody_is_reset.pkt" with { type: "text" };
import script34 from "./syn_for_nobody_is_reset_with_ack.pkt" with { type: "text" };
import script35 from "./syn_with_data_for_nobody_is_reset.pkt" with { type: "text" };
import script36 from "./window_reset_is_challenged_in_every_closing_state.pkt" with { type: "text" };
import script37 from "./wrong_ack_on_a_reset_does_not_matter.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["reset/abort_in_close_wait_sends_reset.pkt", script0],
  ["reset/abort_in_closing_is_silent.pkt", script1],
  ["reset/abort_in_fin_wait_2_sends_reset.pkt", script2],
  ["reset/abort_in_syn_received_sends_reset.pkt", script3],
  ["reset/abort_in_syn_sent_is_silent.pkt", script4],
  ["reset/abort_sends_reset.pkt", script5],
  ["reset/ack_for_a_listener_is_reset.pkt", script6],
  ["reset/active_syn_received_is_refused.pkt", script7],
  ["reset/challenges_may_be_rare.pkt", script8],
  ["reset/data_that_came_before_the_reset_can_be_read.pkt", script9],
  ["reset/edges_of_the_window.pkt", script10],
  ["reset/empty_segment_for_nobody_is_reset.pkt", script11],
  ["reset/exact_reset_ends_the_connection.pkt", script12],
  ["reset/fin_for_nobody_is_reset.pkt", script13],
  ["reset/listener_that_closes_resets_who_waits.pkt", script14],
  ["reset/passive_syn_received_returns_to_listen.pkt", script15],
  ["reset/reset_flushes_what_waits_to_be_sent.pkt", script16],
  ["reset/reset_for_a_listener_is_ignored.pkt", script17],
  ["reset/reset_in_close_wait.pkt", script18],
  ["reset/reset_in_closing.pkt", script19],
  ["reset/reset_in_fin_wait_1.pkt", script20],
  ["reset/reset_in_fin_wait_2.pkt", script21],
  ["reset/reset_in_last_ack.pkt", script22],
  ["reset/reset_in_the_window_of_syn_received_is_challenged.pkt", script23],
  ["reset/reset_is_never_answered.pkt", script24],
  ["reset/reset_needs_no_ack.pkt", script25],
  ["reset/reset_outside_the_window_is_ignored.pkt", script26],
  ["reset/reset_outside_the_window_of_syn_received_is_ignored.pkt", script27],
  ["reset/reset_with_data_is_taken.pkt", script28],
  ["reset/reset_within_the_window_is_challenged.pkt", script29],
  ["reset/segment_for_nobody_is_reset.pkt", script30],
  ["reset/segment_without_flags_for_a_listener_is_dropped.pkt", script31],
  ["reset/syn_ack_for_a_listener_is_reset.pkt", script32],
  ["reset/syn_ack_for_nobody_is_reset.pkt", script33],
  ["reset/syn_for_nobody_is_reset_with_ack.pkt", script34],
  ["reset/syn_with_data_for_nobody_is_reset.pkt", script35],
  ["reset/window_reset_is_challenged_in_every_closing_state.pkt", script36],
  ["reset/wrong_ack_on_a_reset_does_not_matter.pkt", script37],
];
