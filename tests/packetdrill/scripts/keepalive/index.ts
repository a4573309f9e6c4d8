/** Our scripts about keepalive. Made by make_index.ts: run it after adding a script. */

import script0 from "./all_probes_lost_is_death.pkt" with { type: "text" };
import script1 from "./can_be_switched_on.pkt" with { type: "text" };
import script2 from "./closed_window_is_left_to_its_probes.pkt" with { type: "text" };
import script3 from "./default_is_two_hours.pkt" with { type: "text" };
import script4 from "./not_while_data_are_outstanding.pkt" with { type: "text" };
import script5 from "./not_while_data_wait_behind_a_probe.pkt" with { type: "text" };
import script6 from "./off_by_default.pkt" with { type: "text" };
import script7 from "./on_by_default_as_in_freebsd.pkt" with { type: "text" };
import script8 from "./one_lost_probe_is_not_death.pkt" with { type: "text" };
import script9 from "./probe_before_any_data_is_answered.pkt" with { type: "text" };
import script10 from "./probe_of_the_peer_is_answered.pkt" with { type: "text" };
import script11 from "./probes_of_the_peer_are_signs_of_life.pkt" with { type: "text" };
import script12 from "./quiet_begins_with_the_handshake.pkt" with { type: "text" };
import script13 from "./reset_answer_ends_the_connection.pkt" with { type: "text" };
import script14 from "./shorter_interval_counts_from_now.pkt" with { type: "text" };
import script15 from "./traffic_puts_it_off.pkt" with { type: "text" };
import script16 from "./watches_a_half_closed_connection.pkt" with { type: "text" };
import script17 from "./watches_after_our_fin.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["keepalive/all_probes_lost_is_death.pkt", script0],
  ["keepalive/can_be_switched_on.pkt", script1],
  ["keepalive/closed_window_is_left_to_its_probes.pkt", script2],
  ["keepalive/default_is_two_hours.pkt", script3],
  ["keepalive/not_while_data_are_outstanding.pkt", script4],
  ["keepalive/not_while_data_wait_behind_a_probe.pkt", script5],
  ["keepalive/off_by_default.pkt", script6],
  ["keepalive/on_by_default_as_in_freebsd.pkt", script7],
  ["keepalive/one_lost_probe_is_not_death.pkt", script8],
  ["keepalive/probe_before_any_data_is_answered.pkt", script9],
  ["keepalive/probe_of_the_peer_is_answered.pkt", script10],
  ["keepalive/probes_of_the_peer_are_signs_of_life.pkt", script11],
  ["keepalive/quiet_begins_with_the_handshake.pkt", script12],
  ["keepalive/reset_answer_ends_the_connection.pkt", script13],
  ["keepalive/shorter_interval_counts_from_now.pkt", script14],
  ["keepalive/traffic_puts_it_off.pkt", script15],
  ["keepalive/watches_a_half_closed_connection.pkt", script16],
  ["keepalive/watches_after_our_fin.pkt", script17],
];
