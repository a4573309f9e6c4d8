/** Our scripts about sack. Made by make_index.ts: run it after adding a script. */

import script0 from "./can_be_switched_off.pkt" with { type: "text" };
import script1 from "./duplicate_below_the_ack_is_reported.pkt" with { type: "text" };
import script2 from "./duplicate_beyond_the_gap_is_reported_before_its_range.pkt" with { type: "text" };
import script3 from "./duplicate_block_takes_the_place_of_an_old_one.pkt" with { type: "text" };
import script4 from "./duplicate_is_reported_once.pkt" with { type: "text" };
import script5 from "./duplicate_of_what_filled_a_gap_is_below_the_ack.pkt" with { type: "text" };
import script6 from "./duplicate_part_beyond_the_gap_is_reported.pkt" with { type: "text" };
import script7 from "./duplicate_part_is_reported.pkt" with { type: "text" };
import script8 from "./each_gap_filler_is_acknowledged_at_once.pkt" with { type: "text" };
import script9 from "./filled_in_part_the_rest_is_reported.pkt" with { type: "text" };
import script10 from "./fin_beyond_a_gap_waits.pkt" with { type: "text" };
import script11 from "./first_block_has_the_newest_segment.pkt" with { type: "text" };
import script12 from "./four_blocks_fit.pkt" with { type: "text" };
import script13 from "./neighbours_become_one_block.pkt" with { type: "text" };
import script14 from "./no_duplicate_reports_without_sack.pkt" with { type: "text" };
import script15 from "./not_agreed_none_sent.pkt" with { type: "text" };
import script16 from "./out_of_order_text_is_kept.pkt" with { type: "text" };
import script17 from "./text_of_ours_carries_blocks.pkt" with { type: "text" };
import script18 from "./text_overlapping_both_sides_of_a_gap_is_joined.pkt" with { type: "text" };
import script19 from "./three_blocks_fit_beside_timestamps.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["sack/can_be_switched_off.pkt", script0],
  ["sack/duplicate_below_the_ack_is_reported.pkt", script1],
  ["sack/duplicate_beyond_the_gap_is_reported_before_its_range.pkt", script2],
  ["sack/duplicate_block_takes_the_place_of_an_old_one.pkt", script3],
  ["sack/duplicate_is_reported_once.pkt", script4],
  ["sack/duplicate_of_what_filled_a_gap_is_below_the_ack.pkt", script5],
  ["sack/duplicate_part_beyond_the_gap_is_reported.pkt", script6],
  ["sack/duplicate_part_is_reported.pkt", script7],
  ["sack/each_gap_filler_is_acknowledged_at_once.pkt", script8],
  ["sack/filled_in_part_the_rest_is_reported.pkt", script9],
  ["sack/fin_beyond_a_gap_waits.pkt", script10],
  ["sack/first_block_has_the_newest_segment.pkt", script11],
  ["sack/four_blocks_fit.pkt", script12],
  ["sack/neighbours_become_one_block.pkt", script13],
  ["sack/no_duplicate_reports_without_sack.pkt", script14],
  ["sack/not_agreed_none_sent.pkt", script15],
  ["sack/out_of_order_text_is_kept.pkt", script16],
  ["sack/text_of_ours_carries_blocks.pkt", script17],
  ["sack/text_overlapping_both_sides_of_a_gap_is_joined.pkt", script18],
  ["sack/three_blocks_fit_beside_timestamps.pkt", script19],
];
