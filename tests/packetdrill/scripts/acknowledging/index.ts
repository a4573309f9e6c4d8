/** Our scripts about acknowledging. Made by make_index.ts: run it after adding a script. */

import script0 from "./answers_end_the_quick_acks.pkt" with { type: "text" };
import script1 from "./answers_to_empty_segments_are_rare.pkt" with { type: "text" };
import script2 from "./bad_checksum_is_dropped.pkt" with { type: "text" };
import script3 from "./delay_runs_from_the_first_segment.pkt" with { type: "text" };
import script4 from "./delayed_ack_timer_is_40_ms.pkt" with { type: "text" };
import script5 from "./duplicate_segment_is_answered.pkt" with { type: "text" };
import script6 from "./edges_of_acceptability.pkt" with { type: "text" };
import script7 from "./every_second_full_segment.pkt" with { type: "text" };
import script8 from "./every_segment_when_asked.pkt" with { type: "text" };
import script9 from "./fin_beyond_the_window_is_trimmed.pkt" with { type: "text" };
import script10 from "./fin_is_acknowledged_at_once.pkt" with { type: "text" };
import script11 from "./full_is_what_the_peer_sends.pkt" with { type: "text" };
import script12 from "./gap_is_acknowledged_at_once.pkt" with { type: "text" };
import script13 from "./left_edge_is_trimmed.pkt" with { type: "text" };
import script14 from "./old_ack_is_ignored.pkt" with { type: "text" };
import script15 from "./one_ack_for_many_segments.pkt" with { type: "text" };
import script16 from "./pure_ack_is_never_answered.pkt" with { type: "text" };
import script17 from "./quick_acks_at_the_start.pkt" with { type: "text" };
import script18 from "./right_edge_is_trimmed.pkt" with { type: "text" };
import script19 from "./segment_of_two_is_acknowledged_at_once.pkt" with { type: "text" };
import script20 from "./segment_outside_the_window_is_answered.pkt" with { type: "text" };
import script21 from "./segment_without_ack_is_dropped.pkt" with { type: "text" };
import script22 from "./small_segments_count_by_their_octets.pkt" with { type: "text" };
import script23 from "./text_carries_the_ack.pkt" with { type: "text" };
import script24 from "./unacceptable_number_is_answered_before_its_ack_counts.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["acknowledging/answers_end_the_quick_acks.pkt", script0],
  ["acknowledging/answers_to_empty_segments_are_rare.pkt", script1],
  ["acknowledging/bad_checksum_is_dropped.pkt", script2],
  ["acknowledging/delay_runs_from_the_first_segment.pkt", script3],
  ["acknowledging/delayed_ack_timer_is_40_ms.pkt", script4],
  ["acknowledging/duplicate_segment_is_answered.pkt", script5],
  ["acknowledging/edges_of_acceptability.pkt", script6],
  ["acknowledging/every_second_full_segment.pkt", script7],
  ["acknowledging/every_segment_when_asked.pkt", script8],
  ["acknowledging/fin_beyond_the_window_is_trimmed.pkt", script9],
  ["acknowledging/fin_is_acknowledged_at_once.pkt", script10],
  ["acknowledging/full_is_what_the_peer_sends.pkt", script11],
  ["acknowledging/gap_is_acknowledged_at_once.pkt", script12],
  ["acknowledging/left_edge_is_trimmed.pkt", script13],
  ["acknowledging/old_ack_is_ignored.pkt", script14],
  ["acknowledging/one_ack_for_many_segments.pkt", script15],
  ["acknowledging/pure_ack_is_never_answered.pkt", script16],
  ["acknowledging/quick_acks_at_the_start.pkt", script17],
  ["acknowledging/right_edge_is_trimmed.pkt", script18],
  ["acknowledging/segment_of_two_is_acknowledged_at_once.pkt", script19],
  ["acknowledging/segment_outside_the_window_is_answered.pkt", script20],
  ["acknowledging/segment_without_ack_is_dropped.pkt", script21],
  ["acknowledging/small_segments_count_by_their_octets.pkt", script22],
  ["acknowledging/text_carries_the_ack.pkt", script23],
  ["acknowledging/unacceptable_number_is_answered_before_its_ack_counts.pkt", script24],
];
