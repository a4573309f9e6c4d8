/** Our scripts about timestamps. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_of_unsent_does_not_renew_them.pkt" with { type: "text" };
import script1 from "./clock_ticks_each_millisecond.pkt" with { type: "text" };
import script2 from "./delayed_ack_echoes_the_first.pkt" with { type: "text" };
import script3 from "./echo_from_before_the_segment_is_no_sample.pkt" with { type: "text" };
import script4 from "./echo_of_the_present_tick_is_a_sample.pkt" with { type: "text" };
import script5 from "./every_segment_has_them.pkt" with { type: "text" };
import script6 from "./missing_ones_are_tolerated.pkt" with { type: "text" };
import script7 from "./missing_ones_may_be_refused.pkt" with { type: "text" };
import script8 from "./not_agreed_not_used.pkt" with { type: "text" };
import script9 from "./old_ack_does_not_count.pkt" with { type: "text" };
import script10 from "./older_syn_does_not_end_time_wait.pkt" with { type: "text" };
import script11 from "./overtaken_ack_closes_no_window.pkt" with { type: "text" };
import script12 from "./overtaken_ack_opens_no_window.pkt" with { type: "text" };
import script13 from "./paws_does_not_protect_from_reset.pkt" with { type: "text" };
import script14 from "./paws_rejects_an_old_fin.pkt" with { type: "text" };
import script15 from "./paws_rejects_older_values.pkt" with { type: "text" };
import script16 from "./pure_ack_is_echoed.pkt" with { type: "text" };
import script17 from "./recent_expires_after_24_days.pkt" with { type: "text" };
import script18 from "./repeated_segment_has_a_new_value.pkt" with { type: "text" };
import script19 from "./reset_has_them.pkt" with { type: "text" };
import script20 from "./reset_of_ours_carries_them.pkt" with { type: "text" };
import script21 from "./segment_beyond_a_gap_is_not_echoed.pkt" with { type: "text" };
import script22 from "./segment_beyond_the_window_does_not_renew_them.pkt" with { type: "text" };
import script23 from "./segment_that_fills_a_gap_is_echoed.pkt" with { type: "text" };
import script24 from "./syn_ack_echoes_the_syn.pkt" with { type: "text" };
import script25 from "./tick_can_be_longer.pkt" with { type: "text" };
import script26 from "./values_wrap.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["timestamps/ack_of_unsent_does_not_renew_them.pkt", script0],
  ["timestamps/clock_ticks_each_millisecond.pkt", script1],
  ["timestamps/delayed_ack_echoes_the_first.pkt", script2],
  ["timestamps/echo_from_before_the_segment_is_no_sample.pkt", script3],
  ["timestamps/echo_of_the_present_tick_is_a_sample.pkt", script4],
  ["timestamps/every_segment_has_them.pkt", script5],
  ["timestamps/missing_ones_are_tolerated.pkt", script6],
  ["timestamps/missing_ones_may_be_refused.pkt", script7],
  ["timestamps/not_agreed_not_used.pkt", script8],
  ["timestamps/old_ack_does_not_count.pkt", script9],
  ["timestamps/older_syn_does_not_end_time_wait.pkt", script10],
  ["timestamps/overtaken_ack_closes_no_window.pkt", script11],
  ["timestamps/overtaken_ack_opens_no_window.pkt", script12],
  ["timestamps/paws_does_not_protect_from_reset.pkt", script13],
  ["timestamps/paws_rejects_an_old_fin.pkt", script14],
  ["timestamps/paws_rejects_older_values.pkt", script15],
  ["timestamps/pure_ack_is_echoed.pkt", script16],
  ["timestamps/recent_expires_after_24_days.pkt", script17],
  ["timestamps/repeated_segment_has_a_new_value.pkt", script18],
  ["timestamps/reset_has_them.pkt", script19],
  ["timestamps/reset_of_ours_carries_them.pkt", script20],
  ["timestamps/segment_beyond_a_gap_is_not_echoed.pkt", script21],
  ["timestamps/segment_beyond_the_window_does_not_renew_them.pkt", script22],
  ["timestamps/segment_that_fills_a_gap_is_echoed.pkt", script23],
  ["timestamps/syn_ack_echoes_the_syn.pkt", script24],
  ["timestamps/tick_can_be_longer.pkt", script25],
  ["timestamps/values_wrap.pkt", script26],
];
