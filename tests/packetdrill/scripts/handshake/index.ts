/** Our scripts about handshake. Made by make_index.ts: run it after adding a script. */

import script0 from "./active_open.pkt" with { type: "text" };
import script1 from "./blocking_connect_returns_when_established.pkt" with { type: "text" };
import script2 from "./no_options_offered_none_used.pkt" with { type: "text" };
import script3 from "./passive_open.pkt" with { type: "text" };
import script4 from "./refused.pkt" with { type: "text" };
import script5 from "./reset_without_ack_is_ignored_in_syn_sent.pkt" with { type: "text" };
import script6 from "./simultaneous_open.pkt" with { type: "text" };
import script7 from "./syn_ack_is_repeated.pkt" with { type: "text" };
import script8 from "./syn_is_repeated_with_doubled_timeout.pkt" with { type: "text" };
import script9 from "./wrong_ack_in_syn_sent_is_reset.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["handshake/active_open.pkt", script0],
  ["handshake/blocking_connect_returns_when_established.pkt", script1],
  ["handshake/no_options_offered_none_used.pkt", script2],
  ["handshake/passive_open.pkt", script3],
  ["handshake/refused.pkt", script4],
  ["handshake/reset_without_ack_is_ignored_in_syn_sent.pkt", script5],
  ["handshake/simultaneous_open.pkt", script6],
  ["handshake/syn_ack_is_repeated.pkt", script7],
  ["handshake/syn_is_repeated_with_doubled_timeout.pkt", script8],
  ["handshake/wrong_ack_in_syn_sent_is_reset.pkt", script9],
];
