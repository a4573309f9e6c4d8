/** Our scripts about tail loss. Made by make_index.ts: run it after adding a script. */

import script0 from "./bare_ack_after_everything_means_no_loss.pkt" with { type: "text" };
import script1 from "./can_be_switched_off.pkt" with { type: "text" };
import script2 from "./duplicate_ack_of_the_probe_means_no_loss.pkt" with { type: "text" };
import script3 from "./duplicate_report_of_the_probe_means_no_loss.pkt" with { type: "text" };
import script4 from "./each_ack_puts_the_probe_off.pkt" with { type: "text" };
import script5 from "./fin_is_probed_too.pkt" with { type: "text" };
import script6 from "./no_probe_before_the_first_round_trip.pkt" with { type: "text" };
import script7 from "./no_probe_in_recovery.pkt" with { type: "text" };
import script8 from "./no_probe_into_a_closed_window.pkt" with { type: "text" };
import script9 from "./no_probe_when_something_was_reported.pkt" with { type: "text" };
import script10 from "./no_probe_without_sack.pkt" with { type: "text" };
import script11 from "./no_round_trip_time_one_second.pkt" with { type: "text" };
import script12 from "./no_second_probe_without_a_round_trip.pkt" with { type: "text" };
import script13 from "./one_probe_then_the_timeout.pkt" with { type: "text" };
import script14 from "./probe_after_two_round_trips.pkt" with { type: "text" };
import script15 from "./probe_comes_instead_of_a_timeout.pkt" with { type: "text" };
import script16 from "./probe_of_new_data_covered_with_later_data_says_nothing.pkt" with { type: "text" };
import script17 from "./probe_of_new_data_ends_with_its_ack.pkt" with { type: "text" };
import script18 from "./probe_of_new_data_measures_itself.pkt" with { type: "text" };
import script19 from "./probe_of_new_data_says_nothing_of_loss.pkt" with { type: "text" };
import script20 from "./probe_of_one_segment_waits_for_a_delayed_ack.pkt" with { type: "text" };
import script21 from "./probe_prefers_new_data.pkt" with { type: "text" };
import script22 from "./probe_stays_inside_the_peers_window.pkt" with { type: "text" };
import script23 from "./probe_takes_what_nagle_holds.pkt" with { type: "text" };
import script24 from "./probe_that_repaired_a_loss_reduces_the_window.pkt" with { type: "text" };
import script25 from "./probe_that_repaired_in_recovery_reduces_no_further.pkt" with { type: "text" };
import script26 from "./report_of_another_duplicate_says_nothing_of_the_probe.pkt" with { type: "text" };
import script27 from "./report_of_the_probe_beside_later_data_means_no_loss.pkt" with { type: "text" };
import script28 from "./report_of_the_probe_finds_the_losses.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["tail_loss/bare_ack_after_everything_means_no_loss.pkt", script0],
  ["tail_loss/can_be_switched_off.pkt", script1],
  ["tail_loss/duplicate_ack_of_the_probe_means_no_loss.pkt", script2],
  ["tail_loss/duplicate_report_of_the_probe_means_no_loss.pkt", script3],
  ["tail_loss/each_ack_puts_the_probe_off.pkt", script4],
  ["tail_loss/fin_is_probed_too.pkt", script5],
  ["tail_loss/no_probe_before_the_first_round_trip.pkt", script6],
  ["tail_loss/no_probe_in_recovery.pkt", script7],
  ["tail_loss/no_probe_into_a_closed_window.pkt", script8],
  ["tail_loss/no_probe_when_something_was_reported.pkt", script9],
  ["tail_loss/no_probe_without_sack.pkt", script10],
  ["tail_loss/no_round_trip_time_one_second.pkt", script11],
  ["tail_loss/no_second_probe_without_a_round_trip.pkt", script12],
  ["tail_loss/one_probe_then_the_timeout.pkt", script13],
  ["tail_loss/probe_after_two_round_trips.pkt", script14],
  ["tail_loss/probe_comes_instead_of_a_timeout.pkt", script15],
  ["tail_loss/probe_of_new_data_covered_with_later_data_says_nothing.pkt", script16],
  ["tail_loss/probe_of_new_data_ends_with_its_ack.pkt", script17],
  ["tail_loss/probe_of_new_data_measures_itself.pkt", script18],
  ["tail_loss/probe_of_new_data_says_nothing_of_loss.pkt", script19],
  ["tail_loss/probe_of_one_segment_waits_for_a_delayed_ack.pkt", script20],
  ["tail_loss/probe_prefers_new_data.pkt", script21],
  ["tail_loss/probe_stays_inside_the_peers_window.pkt", script22],
  ["tail_loss/probe_takes_what_nagle_holds.pkt", script23],
  ["tail_loss/probe_that_repaired_a_loss_reduces_the_window.pkt", script24],
  ["tail_loss/probe_that_repaired_in_recovery_reduces_no_further.pkt", script25],
  ["tail_loss/report_of_another_duplicate_says_nothing_of_the_probe.pkt", script26],
  ["tail_loss/report_of_the_probe_beside_later_data_means_no_loss.pkt", script27],
  ["tail_loss/report_of_the_probe_finds_the_losses.pkt", script28],
];
