/** Our scripts about closing. Made by make_index.ts: run it after adding a script. */

import script0 from "./active_close_reaches_time_wait.pkt" with { type: "text" };
import script1 from "./fin_follows_what_is_queued.pkt" with { type: "text" };
import script2 from "./half_close_goes_on_receiving.pkt" with { type: "text" };
import script3 from "./passive_close.pkt" with { type: "text" };
import script4 from "./simultaneous_close.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["closing/active_close_reaches_time_wait.pkt", script0],
  ["closing/fin_follows_what_is_queued.pkt", script1],
  ["closing/half_close_goes_on_receiving.pkt", script2],
  ["closing/passive_close.pkt", script3],
  ["closing/simultaneous_close.pkt", script4],
];
