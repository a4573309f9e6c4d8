/** Our scripts about data. Made by make_index.ts: run it after adding a script. */

import script0 from "./blocking_read_waits_for_octets.pkt" with { type: "text" };
import script1 from "./nagle_holds_a_small_segment_until_the_ack.pkt" with { type: "text" };
import script2 from "./nodelay_sends_small_segments_at_once.pkt" with { type: "text" };
import script3 from "./received_octets_are_read_in_order.pkt" with { type: "text" };
import script4 from "./written_octets_are_sent_with_push_at_the_end.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["data/blocking_read_waits_for_octets.pkt", script0],
  ["data/nagle_holds_a_small_segment_until_the_ack.pkt", script1],
  ["data/nodelay_sends_small_segments_at_once.pkt", script2],
  ["data/received_octets_are_read_in_order.pkt", script3],
  ["data/written_octets_are_sent_with_push_at_the_end.pkt", script4],
];
