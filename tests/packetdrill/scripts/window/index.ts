/** Our scripts about window. Made by make_index.ts: run it after adding a script. */

import script0 from "./receive_window_shrinks_as_octets_lie_unread.pkt" with { type: "text" };
import script1 from "./zero_window_is_probed.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["window/receive_window_shrinks_as_octets_lie_unread.pkt", script0],
  ["window/zero_window_is_probed.pkt", script1],
];
