/** Our scripts about handshake. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_alone_is_ignored_in_syn_sent.pkt" with { type: "text" };
import script1 from "./ack_of_our_isn_in_syn_received_is_reset.pkt" with { type: "text" };
import script2 from "./ack_of_our_isn_is_reset_in_syn_sent.pkt" with { type: "text" };
import script3 from "./active_open.pkt" with { type: "text" };
import script4 from "./blocking_connect_returns_when_established.pkt" with { type: "text" };
import script5 from "./close_before_the_syn_ack.pkt" with { type: "text" };
import script6 from "./close_in_syn_received_waits_for_the_ack.pkt" with { type: "text" };
import script7 from "./connect_again_fails.pkt" with { type: "text" };
import script8 from "./connect_gives_up_after_three_minutes.pkt" with { type: "text" };
import script9 from "./connect_of_accepted_fails.pkt" with { type: "text" };
import script10 from "./cookie_carries_options_in_timestamp.pkt" with { type: "text" };
import script11 from "./data_completes_the_handshake_when_the_ack_was_lost.pkt" with { type: "text" };
import script12 from "./data_on_the_last_ack_is_taken.pkt" with { type: "text" };
import script13 from "./data_on_the_syn_ack_is_taken.pkt" with { type: "text" };
import script14 from "./data_on_the_syn_is_taken_when_it_comes_again.pkt" with { type: "text" };
import script15 from "./fin_alone_is_ignored_in_syn_sent.pkt" with { type: "text" };
import script16 from "./fin_on_the_last_ack_is_taken.pkt" with { type: "text" };
import script17 from "./fin_on_the_syn_ack_is_taken.pkt" with { type: "text" };
import script18 from "./fin_on_the_syn_is_taken_when_it_comes_again.pkt" with { type: "text" };
import script19 from "./forged_cookie_draws_reset.pkt" with { type: "text" };
import script20 from "./full_backlog_answers_with_cookies.pkt" with { type: "text" };
import script21 from "./full_backlog_drops_syns.pkt" with { type: "text" };
import script22 from "./lost_syn_starts_data_with_three_seconds.pkt" with { type: "text" };
import script23 from "./no_options_offered_none_used.pkt" with { type: "text" };
import script24 from "./old_duplicate_syn_is_undone.pkt" with { type: "text" };
import script25 from "./open_after_time_wait_of_our_own.pkt" with { type: "text" };
import script26 from "./own_window_is_scaled_after_the_syn_only.pkt" with { type: "text" };
import script27 from "./passive_open.pkt" with { type: "text" };
import script28 from "./peer_that_forgot_the_connection_finds_out.pkt" with { type: "text" };
import script29 from "./refused.pkt" with { type: "text" };
import script30 from "./repeated_syn_ack_is_acknowledged.pkt" with { type: "text" };
import script31 from "./repeated_syn_draws_the_syn_ack_again.pkt" with { type: "text" };
import script32 from "./replayed_cookie_is_a_duplicate.pkt" with { type: "text" };
import script33 from "./reset_with_wrong_ack_is_ignored_in_syn_sent.pkt" with { type: "text" };
import script34 from "./reset_without_ack_is_ignored_in_syn_sent.pkt" with { type: "text" };
import script35 from "./segment_without_ack_in_syn_received_is_dropped.pkt" with { type: "text" };
import script36 from "./simultaneous_open.pkt" with { type: "text" };
import script37 from "./simultaneous_open_ends_with_a_plain_ack.pkt" with { type: "text" };
import script38 from "./simultaneous_open_goes_on_for_three_minutes.pkt" with { type: "text" };
import script39 from "./simultaneous_open_offers_what_both_offered.pkt" with { type: "text" };
import script40 from "./simultaneous_open_with_lost_syn_acks.pkt" with { type: "text" };
import script41 from "./stale_cookie_draws_reset.pkt" with { type: "text" };
import script42 from "./syn_ack_is_given_up.pkt" with { type: "text" };
import script43 from "./syn_ack_is_repeated.pkt" with { type: "text" };
import script44 from "./syn_in_an_active_syn_received_is_challenged.pkt" with { type: "text" };
import script45 from "./syn_in_the_window_returns_to_listen.pkt" with { type: "text" };
import script46 from "./syn_is_repeated_with_doubled_timeout.pkt" with { type: "text" };
import script47 from "./two_peers_at_one_port.pkt" with { type: "text" };
import script48 from "./unanswered_open_can_be_tried_again.pkt" with { type: "text" };
import script49 from "./wait_for_write_ends_with_the_handshake.pkt" with { type: "text" };
import script50 from "./window_of_the_last_ack_is_scaled.pkt" with { type: "text" };
import script51 from "./window_of_the_syn_ack_is_not_scaled.pkt" with { type: "text" };
import script52 from "./wrong_ack_in_syn_received_is_reset.pkt" with { type: "text" };
import script53 from "./wrong_ack_in_syn_sent_is_reset.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["handshake/ack_alone_is_ignored_in_syn_sent.pkt", script0],
  ["handshake/ack_of_our_isn_in_syn_received_is_reset.pkt", script1],
  ["handshake/ack_of_our_isn_is_reset_in_syn_sent.pkt", script2],
  ["handshake/active_open.pkt", script3],
  ["handshake/blocking_connect_returns_when_established.pkt", script4],
  ["handshake/close_before_the_syn_ack.pkt", script5],
  ["handshake/close_in_syn_received_waits_for_the_ack.pkt", script6],
  ["handshake/connect_again_fails.pkt", script7],
  ["handshake/connect_gives_up_after_three_minutes.pkt", script8],
  ["handshake/connect_of_accepted_fails.pkt", script9],
  ["handshake/cookie_carries_options_in_timestamp.pkt", script10],
  ["handshake/data_completes_the_handshake_when_the_ack_was_lost.pkt", script11],
  ["handshake/data_on_the_last_ack_is_taken.pkt", script12],
  ["handshake/data_on_the_syn_ack_is_taken.pkt", script13],
  ["handshake/data_on_the_syn_is_taken_when_it_comes_again.pkt", script14],
  ["handshake/fin_alone_is_ignored_in_syn_sent.pkt", script15],
  ["handshake/fin_on_the_last_ack_is_taken.pkt", script16],
  ["handshake/fin_on_the_syn_ack_is_taken.pkt", script17],
  ["handshake/fin_on_the_syn_is_taken_when_it_comes_again.pkt", script18],
  ["handshake/forged_cookie_draws_reset.pkt", script19],
  ["handshake/full_backlog_answers_with_cookies.pkt", script20],
  ["handshake/full_backlog_drops_syns.pkt", script21],
  ["handshake/lost_syn_starts_data_with_three_seconds.pkt", script22],
  ["handshake/no_options_offered_none_used.pkt", script23],
  ["handshake/old_duplicate_syn_is_undone.pkt", script24],
  ["handshake/open_after_time_wait_of_our_own.pkt", script25],
  ["handshake/own_window_is_scaled_after_the_syn_only.pkt", script26],
  ["handshake/passive_open.pkt", script27],
  ["handshake/peer_that_forgot_the_connection_finds_out.pkt", script28],
  ["handshake/refused.pkt", script29],
  ["handshake/repeated_syn_ack_is_acknowledged.pkt", script30],
  ["handshake/repeated_syn_draws_the_syn_ack_again.pkt", script31],
  ["handshake/replayed_cookie_is_a_duplicate.pkt", script32],
  ["handshake/reset_with_wrong_ack_is_ignored_in_syn_sent.pkt", script33],
  ["handshake/reset_without_ack_is_ignored_in_syn_sent.pkt", script34],
  ["handshake/segment_without_ack_in_syn_received_is_dropped.pkt", script35],
  ["handshake/simultaneous_open.pkt", script36],
  ["handshake/simultaneous_open_ends_with_a_plain_ack.pkt", script37],
  ["handshake/simultaneous_open_goes_on_for_three_minutes.pkt", script38],
  ["handshake/simultaneous_open_offers_what_both_offered.pkt", script39],
  ["handshake/simultaneous_open_with_lost_syn_acks.pkt", script40],
  ["handshake/stale_cookie_draws_reset.pkt", script41],
  ["handshake/syn_ack_is_given_up.pkt", script42],
  ["handshake/syn_ack_is_repeated.pkt", script43],
  ["handshake/syn_in_an_active_syn_received_is_challenged.pkt", script44],
  ["handshake/syn_in_the_window_returns_to_listen.pkt", script45],
  ["handshake/syn_is_repeated_with_doubled_timeout.pkt", script46],
  ["handshake/two_peers_at_one_port.pkt", script47],
  ["handshake/unanswered_open_can_be_tried_again.pkt", script48],
  ["handshake/wait_for_write_ends_with_the_handshake.pkt", script49],
  ["handshake/window_of_the_last_ack_is_scaled.pkt", script50],
  ["handshake/window_of_the_syn_ack_is_not_scaled.pkt", script51],
  ["handshake/wrong_ack_in_syn_received_is_reset.pkt", script52],
  ["handshake/wrong_ack_in_syn_sent_is_reset.pkt", script53],
];
