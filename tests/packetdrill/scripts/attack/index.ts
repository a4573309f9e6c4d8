/** Our scripts about attack. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_far_behind_is_challenged.pkt" with { type: "text" };
import script1 from "./ack_from_before_our_first_octet_is_challenged.pkt" with { type: "text" };
import script2 from "./ack_of_unsent_is_challenged.pkt" with { type: "text" };
import script3 from "./challenges_are_limited.pkt" with { type: "text" };
import script4 from "./data_beyond_the_window_is_not_kept.pkt" with { type: "text" };
import script5 from "./divided_acks_gain_nothing.pkt" with { type: "text" };
import script6 from "./forged_timestamp_does_not_poison.pkt" with { type: "text" };
import script7 from "./guessed_reset_is_challenged.pkt" with { type: "text" };
import script8 from "./old_segment_reopens_no_window.pkt" with { type: "text" };
import script9 from "./one_limit_for_all_challenges.pkt" with { type: "text" };
import script10 from "./reports_of_single_octets_do_no_harm.pkt" with { type: "text" };
import script11 from "./spoofed_duplicates_gain_nothing.pkt" with { type: "text" };
import script12 from "./syn_in_the_window_is_challenged.pkt" with { type: "text" };
import script13 from "./tiny_mss_is_raised.pkt" with { type: "text" };
import script14 from "./true_traffic_is_not_limited.pkt" with { type: "text" };
import script15 from "./unknown_port_pair_cannot_touch_a_connection.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["attack/ack_far_behind_is_challenged.pkt", script0],
  ["attack/ack_from_before_our_first_octet_is_challenged.pkt", script1],
  ["attack/ack_of_unsent_is_challenged.pkt", script2],
  ["attack/challenges_are_limited.pkt", script3],
  ["attack/data_beyond_the_window_is_not_kept.pkt", script4],
  ["attack/divided_acks_gain_nothing.pkt", script5],
  ["attack/forged_timestamp_does_not_poison.pkt", script6],
  ["attack/guessed_reset_is_challenged.pkt", script7],
  ["attack/old_segment_reopens_no_window.pkt", script8],
  ["attack/one_limit_for_all_challenges.pkt", script9],
  ["attack/reports_of_single_octets_do_no_harm.pkt", script10],
  ["attack/spoofed_duplicates_gain_nothing.pkt", script11],
  ["attack/syn_in_the_window_is_challenged.pkt", script12],
  ["attack/tiny_mss_is_raised.pkt", script13],
  ["attack/true_traffic_is_not_limited.pkt", script14],
  ["attack/unknown_port_pair_cannot_touch_a_connection.pkt", script15],
];
