/** Our scripts about options. Made by make_index.ts: run it after adding a script. */

import script0 from "./diffserv_changes_mid_connection.pkt" with { type: "text" };
import script1 from "./diffserv_is_set.pkt" with { type: "text" };
import script2 from "./forty_octets_of_options.pkt" with { type: "text" };
import script3 from "./illegal_length_is_dropped.pkt" with { type: "text" };
import script4 from "./malformed_option_of_a_syn_costs_the_syn.pkt" with { type: "text" };
import script5 from "./mss_above_the_mtu_is_cut.pkt" with { type: "text" };
import script6 from "./mss_can_be_left_out.pkt" with { type: "text" };
import script7 from "./mss_limits_our_segments.pkt" with { type: "text" };
import script8 from "./mss_on_data_is_ignored.pkt" with { type: "text" };
import script9 from "./no_mss_means_1220_in_ipv6.pkt" with { type: "text" };
import script10 from "./no_mss_means_536.pkt" with { type: "text" };
import script11 from "./nop_and_eol_are_skipped.pkt" with { type: "text" };
import script12 from "./option_past_the_header_is_dropped.pkt" with { type: "text" };
import script13 from "./own_mss_can_be_set.pkt" with { type: "text" };
import script14 from "./own_mss_follows_the_mtu.pkt" with { type: "text" };
import script15 from "./own_mss_follows_the_mtu_in_ipv6.pkt" with { type: "text" };
import script16 from "./sack_can_be_switched_off.pkt" with { type: "text" };
import script17 from "./syn_as_freebsd_sends_it.pkt" with { type: "text" };
import script18 from "./syn_as_linux_sends_it.pkt" with { type: "text" };
import script19 from "./timestamps_can_be_switched_off.pkt" with { type: "text" };
import script20 from "./timestamps_shorten_full_segments.pkt" with { type: "text" };
import script21 from "./tiny_mss_is_raised.pkt" with { type: "text" };
import script22 from "./ttl_is_set.pkt" with { type: "text" };
import script23 from "./unaligned_options_are_read.pkt" with { type: "text" };
import script24 from "./unknown_option_on_data_is_skipped.pkt" with { type: "text" };
import script25 from "./unknown_option_on_syn_is_skipped.pkt" with { type: "text" };
import script26 from "./user_timeout_in_minutes.pkt" with { type: "text" };
import script27 from "./user_timeout_is_announced.pkt" with { type: "text" };
import script28 from "./window_scale_0_agrees_to_scaling.pkt" with { type: "text" };
import script29 from "./window_scale_above_14_counts_as_14.pkt" with { type: "text" };
import script30 from "./window_scale_can_be_switched_off.pkt" with { type: "text" };
import script31 from "./window_scale_not_answered_is_not_used.pkt" with { type: "text" };
import script32 from "./wrong_length_of_a_known_option_is_skipped.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["options/diffserv_changes_mid_connection.pkt", script0],
  ["options/diffserv_is_set.pkt", script1],
  ["options/forty_octets_of_options.pkt", script2],
  ["options/illegal_length_is_dropped.pkt", script3],
  ["options/malformed_option_of_a_syn_costs_the_syn.pkt", script4],
  ["options/mss_above_the_mtu_is_cut.pkt", script5],
  ["options/mss_can_be_left_out.pkt", script6],
  ["options/mss_limits_our_segments.pkt", script7],
  ["options/mss_on_data_is_ignored.pkt", script8],
  ["options/no_mss_means_1220_in_ipv6.pkt", script9],
  ["options/no_mss_means_536.pkt", script10],
  ["options/nop_and_eol_are_skipped.pkt", script11],
  ["options/option_past_the_header_is_dropped.pkt", script12],
  ["options/own_mss_can_be_set.pkt", script13],
  ["options/own_mss_follows_the_mtu.pkt", script14],
  ["options/own_mss_follows_the_mtu_in_ipv6.pkt", script15],
  ["options/sack_can_be_switched_off.pkt", script16],
  ["options/syn_as_freebsd_sends_it.pkt", script17],
  ["options/syn_as_linux_sends_it.pkt", script18],
  ["options/timestamps_can_be_switched_off.pkt", script19],
  ["options/timestamps_shorten_full_segments.pkt", script20],
  ["options/tiny_mss_is_raised.pkt", script21],
  ["options/ttl_is_set.pkt", script22],
  ["options/unaligned_options_are_read.pkt", script23],
  ["options/unknown_option_on_data_is_skipped.pkt", script24],
  ["options/unknown_option_on_syn_is_skipped.pkt", script25],
  ["options/user_timeout_in_minutes.pkt", script26],
  ["options/user_timeout_is_announced.pkt", script27],
  ["options/window_scale_0_agrees_to_scaling.pkt", script28],
  ["options/window_scale_above_14_counts_as_14.pkt", script29],
  ["options/window_scale_can_be_switched_off.pkt", script30],
  ["options/window_scale_not_answered_is_not_used.pkt", script31],
  ["options/wrong_length_of_a_known_option_is_skipped.pkt", script32],
];
