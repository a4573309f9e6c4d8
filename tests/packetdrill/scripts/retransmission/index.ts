/** Our scripts about retransmission. Made by make_index.ts: run it after adding a script. */

import script0 from "./third_duplicate_ack_repeats_one_segment.pkt" with { type: "text" };
import script1 from "./timeout_doubles.pkt" with { type: "text" };
import script2 from "./timeout_repeats_the_first_segment.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["retransmission/third_duplicate_ack_repeats_one_segment.pkt", script0],
  ["retransmission/timeout_doubles.pkt", script1],
  ["retransmission/timeout_repeats_the_first_segment.pkt", script2],
];
