/** Our scripts about sack. Made by make_index.ts: run it after adding a script. */

import script0 from "./block_below_the_acknowledgment_is_no_report.pkt" with { type: "text" };
import script1 from "./block_may_cut_a_segment.pkt" with { type: "text" };
import script2 from "./block_of_unsent_data_is_ignored.pkt" with { type: "text" };
import script3 from "./blocks_without_agreement_are_ignored.pkt" with { type: "text" };
import script4 from "./can_be_switched_off.pkt" with { type: "text" };
import script5 from "./data_of_ours_carries_blocks.pkt" with { type: "text" };
import script6 from "./data_overlapping_both_sides_of_a_gap_is_joined.pkt" with { type: "text" };
import script7 from "./duplicate_below_the_ack_is_reported.pkt" with { type: "text" };
import script8 from "./duplicate_beyond_the_gap_is_reported_before_its_range.pkt" with { type: "text" };
import script9 from "./duplicate_block_takes_the_place_of_an_old_one.pkt" with { type: "text" };
import script10 from "./duplicate_is_reported_once.pkt" with { type: "text" };
import script11 from "./duplicate_of_what_filled_a_gap_is_below_the_ack.pkt" with { type: "text" };
import script12 from "./duplicate_part_beyond_the_gap_is_reported.pkt" with { type: "text" };
import script13 from "./duplicate_part_is_reported.pkt" with { type: "text" };
import script14 from "./each_gap_filler_is_acknowledged_at_once.pkt" with { type: "text" };
import script15 from "./every_block_of_an_ack_counts.pkt" with { type: "text" };
import script16 from "./filled_in_part_the_rest_is_reported.pkt" with { type: "text" };
import script17 from "./fin_beyond_a_gap_waits.pkt" with { type: "text" };
import script18 from "./first_block_has_the_newest_segment.pkt" with { type: "text" };
import script19 from "./four_blocks_fit.pkt" with { type: "text" };
import script20 from "./neighbours_become_one_block.pkt" with { type: "text" };
import script21 from "./no_duplicate_reports_without_sack.pkt" with { type: "text" };
import script22 from "./not_agreed_none_sent.pkt" with { type: "text" };
import script23 from "./out_of_order_data_is_kept.pkt" with { type: "text" };
import script24 from "./peer_may_forget_what_it_reported.pkt" with { type: "text" };
import script25 from "./reported_data_is_not_sent_again.pkt" with { type: "text" };
import script26 from "./reversed_block_is_ignored.pkt" with { type: "text" };
import script27 from "./three_blocks_fit_beside_timestamps.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["sack/block_below_the_acknowledgment_is_no_report.pkt", script0],
  ["sack/block_may_cut_a_segment.pkt", script1],
  ["sack/block_of_unsent_data_is_ignored.pkt", script2],
  ["sack/blocks_without_agreement_are_ignored.pkt", script3],
  ["sack/can_be_switched_off.pkt", script4],
  ["sack/data_of_ours_carries_blocks.pkt", script5],
  ["sack/data_overlapping_both_sides_of_a_gap_is_joined.pkt", script6],
  ["sack/duplicate_below_the_ack_is_reported.pkt", script7],
  ["sack/duplicate_beyond_the_gap_is_reported_before_its_range.pkt", script8],
  ["sack/duplicate_block_takes_the_place_of_an_old_one.pkt", script9],
  ["sack/duplicate_is_reported_once.pkt", script10],
  ["sack/duplicate_of_what_filled_a_gap_is_below_the_ack.pkt", script11],
  ["sack/duplicate_part_beyond_the_gap_is_reported.pkt", script12],
  ["sack/duplicate_part_is_reported.pkt", script13],
  ["sack/each_gap_filler_is_acknowledged_at_once.pkt", script14],
  ["sack/every_block_of_an_ack_counts.pkt", script15],
  ["sack/filled_in_part_the_rest_is_reported.pkt", script16],
  ["sack/fin_beyond_a_gap_waits.pkt", script17],
  ["sack/first_block_has_the_newest_segment.pkt", script18],
  ["sack/four_blocks_fit.pkt", script19],
  ["sack/neighbours_become_one_block.pkt", script20],
  ["sack/no_duplicate_reports_without_sack.pkt", script21],
  ["sack/not_agreed_none_sent.pkt", script22],
  ["sack/out_of_order_data_is_kept.pkt", script23],
  ["sack/peer_may_forget_what_it_reported.pkt", script24],
  ["sack/reported_data_is_not_sent_again.pkt", script25],
  ["sack/reversed_block_is_ignored.pkt", script26],
  ["sack/three_blocks_fit_beside_timestamps.pkt", script27],
];
