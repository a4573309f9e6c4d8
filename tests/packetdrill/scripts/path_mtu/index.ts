/** Our scripts about path mtu. Made by make_index.ts: run it after adding a script. */

import script0 from "./black_hole_is_found.pkt" with { type: "text" };
import script1 from "./black_hole_is_found_in_ipv6.pkt" with { type: "text" };
import script2 from "./interruption_is_no_black_hole.pkt" with { type: "text" };
import script3 from "./ipv6_packets_have_1280_octets_at_least.pkt" with { type: "text" };
import script4 from "./linux_probes_when_told_to.pkt" with { type: "text" };
import script5 from "./longest_packet_is_searched_for.pkt" with { type: "text" };
import script6 from "./probing_can_be_switched_off.pkt" with { type: "text" };
import script7 from "./router_names_what_a_probe_is_too_long_for.pkt" with { type: "text" };
import script8 from "./short_packets_pass_where_long_ones_do_not.pkt" with { type: "text" };
import script9 from "./still_shorter_packets_when_those_fail.pkt" with { type: "text" };
import script10 from "./without_sack_new_data_probe.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["path_mtu/black_hole_is_found.pkt", script0],
  ["path_mtu/black_hole_is_found_in_ipv6.pkt", script1],
  ["path_mtu/interruption_is_no_black_hole.pkt", script2],
  ["path_mtu/ipv6_packets_have_1280_octets_at_least.pkt", script3],
  ["path_mtu/linux_probes_when_told_to.pkt", script4],
  ["path_mtu/longest_packet_is_searched_for.pkt", script5],
  ["path_mtu/probing_can_be_switched_off.pkt", script6],
  ["path_mtu/router_names_what_a_probe_is_too_long_for.pkt", script7],
  ["path_mtu/short_packets_pass_where_long_ones_do_not.pkt", script8],
  ["path_mtu/still_shorter_packets_when_those_fail.pkt", script9],
  ["path_mtu/without_sack_new_data_probe.pkt", script10],
];
