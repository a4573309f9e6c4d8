/** Our scripts about data. Made by make_index.ts: run it after adding a script. */

import script0 from "./blocking_read_waits_for_octets.pkt" with { type: "text" };
import script1 from "./both_directions_at_once.pkt" with { type: "text" };
import script2 from "./calls_on_a_listener_fail.pkt" with { type: "text" };
import script3 from "./calls_without_a_connection_fail.pkt" with { type: "text" };
import script4 from "./close_releases_what_nagle_held.pkt" with { type: "text" };
import script5 from "./cork_gathers_small_writes.pkt" with { type: "text" };
import script6 from "./cork_holds_for_200_ms_at_most.pkt" with { type: "text" };
import script7 from "./end_of_stream_wakes_the_reader.pkt" with { type: "text" };
import script8 from "./first_small_segment_goes_at_once.pkt" with { type: "text" };
import script9 from "./full_send_buffer_holds_the_writer.pkt" with { type: "text" };
import script10 from "./nagle_holds_a_small_segment_until_the_ack.pkt" with { type: "text" };
import script11 from "./nagle_lets_full_segments_go.pkt" with { type: "text" };
import script12 from "./nodelay_releases_what_waits.pkt" with { type: "text" };
import script13 from "./nodelay_sends_small_segments_at_once.pkt" with { type: "text" };
import script14 from "./overlapping_segments_are_put_together.pkt" with { type: "text" };
import script15 from "./push_does_not_matter_to_the_reader.pkt" with { type: "text" };
import script16 from "./read_in_pieces.pkt" with { type: "text" };
import script17 from "./read_may_wait_for_all.pkt" with { type: "text" };
import script18 from "./received_octets_are_read_in_order.pkt" with { type: "text" };
import script19 from "./records_stay_apart.pkt" with { type: "text" };
import script20 from "./segment_around_what_is_there.pkt" with { type: "text" };
import script21 from "./segments_in_any_order.pkt" with { type: "text" };
import script22 from "./small_segment_carries_sack_blocks.pkt" with { type: "text" };
import script23 from "./small_tail_goes_when_only_full_segments_are_out.pkt" with { type: "text" };
import script24 from "./two_writes_share_a_segment_and_one_push.pkt" with { type: "text" };
import script25 from "./writes_fill_segments.pkt" with { type: "text" };
import script26 from "./written_octets_are_sent_with_push_at_the_end.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["data/blocking_read_waits_for_octets.pkt", script0],
  ["data/both_directions_at_once.pkt", script1],
  ["data/calls_on_a_listener_fail.pkt", script2],
  ["data/calls_without_a_connection_fail.pkt", script3],
  ["data/close_releases_what_nagle_held.pkt", script4],
  ["data/cork_gathers_small_writes.pkt", script5],
  ["data/cork_holds_for_200_ms_at_most.pkt", script6],
  ["data/end_of_stream_wakes_the_reader.pkt", script7],
  ["data/first_small_segment_goes_at_once.pkt", script8],
  ["data/full_send_buffer_holds_the_writer.pkt", script9],
  ["data/nagle_holds_a_small_segment_until_the_ack.pkt", script10],
  ["data/nagle_lets_full_segments_go.pkt", script11],
  ["data/nodelay_releases_what_waits.pkt", script12],
  ["data/nodelay_sends_small_segments_at_once.pkt", script13],
  ["data/overlapping_segments_are_put_together.pkt", script14],
  ["data/push_does_not_matter_to_the_reader.pkt", script15],
  ["data/read_in_pieces.pkt", script16],
  ["data/read_may_wait_for_all.pkt", script17],
  ["data/received_octets_are_read_in_order.pkt", script18],
  ["data/records_stay_apart.pkt", script19],
  ["data/segment_around_what_is_there.pkt", script20],
  ["data/segments_in_any_order.pkt", script21],
  ["data/small_segment_carries_sack_blocks.pkt", script22],
  ["data/small_tail_goes_when_only_full_segments_are_out.pkt", script23],
  ["data/two_writes_share_a_segment_and_one_push.pkt", script24],
  ["data/writes_fill_segments.pkt", script25],
  ["data/written_octets_are_sent_with_push_at_the_end.pkt", script26],
];
