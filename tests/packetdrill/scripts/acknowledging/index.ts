/** Our scripts about acknowledging. Made by make_index.ts: run it after adding a script. */

import script0 from "./ack_beside_old_data_does_not_count.pkt" with { type: "text" };
import script1 from "./adaptive_answers_carry_acks.pkt" with { type: "text" };
import script2 from "./adaptive_data_with_fin_wait.pkt" with { type: "text" };
import script3 from "./adaptive_fin_after_data_waits.pkt" with { type: "text" };
import script4 from "./adaptive_fin_rides_on_ours.pkt" with { type: "text" };
import script5 from "./adaptive_first_fin_is_answered.pkt" with { type: "text" };
import script6 from "./adaptive_full_segment_with_fin_is_acknowledged.pkt" with { type: "text" };
import script7 from "./answers_end_the_quick_acks.pkt" with { type: "text" };
import script8 from "./answers_to_empty_segments_are_rare.pkt" with { type: "text" };
import script9 from "./bad_checksum_is_dropped.pkt" with { type: "text" };
import script10 from "./bad_checksum_on_control.pkt" with { type: "text" };
import script11 from "./data_carries_the_ack.pkt" with { type: "text" };
import script12 from "./delay_runs_from_the_first_segment.pkt" with { type: "text" };
import script13 from "./delayed_ack_timer_is_40_ms.pkt" with { type: "text" };
import script14 from "./duplicate_segment_is_answered.pkt" with { type: "text" };
import script15 from "./duplicates_keep_the_window.pkt" with { type: "text" };
import script16 from "./edges_of_acceptability.pkt" with { type: "text" };
import script17 from "./every_second_full_segment.pkt" with { type: "text" };
import script18 from "./every_segment_when_asked.pkt" with { type: "text" };
import script19 from "./fin_beyond_the_window_is_trimmed.pkt" with { type: "text" };
import script20 from "./fin_is_acknowledged_at_once.pkt" with { type: "text" };
import script21 from "./full_is_what_the_peer_sends.pkt" with { type: "text" };
import script22 from "./gap_is_acknowledged_at_once.pkt" with { type: "text" };
import script23 from "./left_edge_is_trimmed.pkt" with { type: "text" };
import script24 from "./old_ack_is_ignored.pkt" with { type: "text" };
import script25 from "./one_ack_for_many_segments.pkt" with { type: "text" };
import script26 from "./pure_ack_is_never_answered.pkt" with { type: "text" };
import script27 from "./quick_acks_after_disorder.pkt" with { type: "text" };
import script28 from "./quick_acks_at_the_start.pkt" with { type: "text" };
import script29 from "./right_edge_is_trimmed.pkt" with { type: "text" };
import script30 from "./segment_of_two_is_acknowledged_at_once.pkt" with { type: "text" };
import script31 from "./segment_outside_the_window_is_answered.pkt" with { type: "text" };
import script32 from "./segment_without_ack_is_dropped.pkt" with { type: "text" };
import script33 from "./small_segments_count_by_their_octets.pkt" with { type: "text" };
import script34 from "./unacceptable_number_is_answered_before_its_ack_counts.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["acknowledging/ack_beside_old_data_does_not_count.pkt", script0],
  ["acknowledging/adaptive_answers_carry_acks.pkt", script1],
  ["acknowledging/adaptive_data_with_fin_wait.pkt", script2],
  ["acknowledging/adaptive_fin_after_data_waits.pkt", script3],
  ["acknowledging/adaptive_fin_rides_on_ours.pkt", script4],
  ["acknowledging/adaptive_first_fin_is_answered.pkt", script5],
  ["acknowledging/adaptive_full_segment_with_fin_is_acknowledged.pkt", script6],
  ["acknowledging/answers_end_the_quick_acks.pkt", script7],
  ["acknowledging/answers_to_empty_segments_are_rare.pkt", script8],
  ["acknowledging/bad_checksum_is_dropped.pkt", script9],
  ["acknowledging/bad_checksum_on_control.pkt", script10],
  ["acknowledging/data_carries_the_ack.pkt", script11],
  ["acknowledging/delay_runs_from_the_first_segment.pkt", script12],
  ["acknowledging/delayed_ack_timer_is_40_ms.pkt", script13],
  ["acknowledging/duplicate_segment_is_answered.pkt", script14],
  ["acknowledging/duplicates_keep_the_window.pkt", script15],
  ["acknowledging/edges_of_acceptability.pkt", script16],
  ["acknowledging/every_second_full_segment.pkt", script17],
  ["acknowledging/every_segment_when_asked.pkt", script18],
  ["acknowledging/fin_beyond_the_window_is_trimmed.pkt", script19],
  ["acknowledging/fin_is_acknowledged_at_once.pkt", script20],
  ["acknowledging/full_is_what_the_peer_sends.pkt", script21],
  ["acknowledging/gap_is_acknowledged_at_once.pkt", script22],
  ["acknowledging/left_edge_is_trimmed.pkt", script23],
  ["acknowledging/old_ack_is_ignored.pkt", script24],
  ["acknowledging/one_ack_for_many_segments.pkt", script25],
  ["acknowledging/pure_ack_is_never_answered.pkt", script26],
  ["acknowledging/quick_acks_after_disorder.pkt", script27],
  ["acknowledging/quick_acks_at_the_start.pkt", script28],
  ["acknowledging/right_edge_is_trimmed.pkt", script29],
  ["acknowledging/segment_of_two_is_acknowledged_at_once.pkt", script30],
  ["acknowledging/segment_outside_the_window_is_answered.pkt", script31],
  ["acknowledging/segment_without_ack_is_dropped.pkt", script32],
  ["acknowledging/small_segments_count_by_their_octets.pkt", script33],
  ["acknowledging/unacceptable_number_is_answered_before_its_ack_counts.pkt", script34],
];
