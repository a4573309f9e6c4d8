/** Our scripts about icmp. Made by make_index.ts: run it after adding a script. */

import script0 from "./error_in_fin_wait_1_counts_for_the_fin.pkt" with { type: "text" };
import script1 from "./error_must_quote_our_syn.pkt" with { type: "text" };
import script2 from "./hard_error_aborts_when_asked.pkt" with { type: "text" };
import script3 from "./hard_error_is_survived_once_open.pkt" with { type: "text" };
import script4 from "./larger_path_is_not_believed.pkt" with { type: "text" };
import script5 from "./no_route_for_a_type_of_service_does_not_end_an_open.pkt" with { type: "text" };
import script6 from "./nothing_outstanding_nothing_believed.pkt" with { type: "text" };
import script7 from "./parameter_problem_is_survived.pkt" with { type: "text" };
import script8 from "./path_of_ipv4_has_room_for_a_header.pkt" with { type: "text" };
import script9 from "./path_of_ipv6_is_1280_at_least.pkt" with { type: "text" };
import script10 from "./port_unreachable_in_ipv6_refuses_a_connect.pkt" with { type: "text" };
import script11 from "./port_unreachable_refuses_a_connect.pkt" with { type: "text" };
import script12 from "./prohibited_in_ipv6_refuses_a_connect.pkt" with { type: "text" };
import script13 from "./protocol_unreachable_refuses_a_connect.pkt" with { type: "text" };
import script14 from "./quote_must_be_outstanding.pkt" with { type: "text" };
import script15 from "./router_that_names_no_mtu.pkt" with { type: "text" };
import script16 from "./smaller_path_in_ipv6.pkt" with { type: "text" };
import script17 from "./smaller_path_is_known_to_the_next_connection.pkt" with { type: "text" };
import script18 from "./smaller_path_sends_again_in_pieces.pkt" with { type: "text" };
import script19 from "./soft_error_does_not_end_an_open.pkt" with { type: "text" };
import script20 from "./soft_error_in_ipv6_is_survived.pkt" with { type: "text" };
import script21 from "./soft_error_is_reported_and_survived.pkt" with { type: "text" };
import script22 from "./source_quench_is_ignored.pkt" with { type: "text" };
import script23 from "./time_exceeded_is_survived.pkt" with { type: "text" };
import script24 from "./what_is_no_error_changes_nothing.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["icmp/error_in_fin_wait_1_counts_for_the_fin.pkt", script0],
  ["icmp/error_must_quote_our_syn.pkt", script1],
  ["icmp/hard_error_aborts_when_asked.pkt", script2],
  ["icmp/hard_error_is_survived_once_open.pkt", script3],
  ["icmp/larger_path_is_not_believed.pkt", script4],
  ["icmp/no_route_for_a_type_of_service_does_not_end_an_open.pkt", script5],
  ["icmp/nothing_outstanding_nothing_believed.pkt", script6],
  ["icmp/parameter_problem_is_survived.pkt", script7],
  ["icmp/path_of_ipv4_has_room_for_a_header.pkt", script8],
  ["icmp/path_of_ipv6_is_1280_at_least.pkt", script9],
  ["icmp/port_unreachable_in_ipv6_refuses_a_connect.pkt", script10],
  ["icmp/port_unreachable_refuses_a_connect.pkt", script11],
  ["icmp/prohibited_in_ipv6_refuses_a_connect.pkt", script12],
  ["icmp/protocol_unreachable_refuses_a_connect.pkt", script13],
  ["icmp/quote_must_be_outstanding.pkt", script14],
  ["icmp/router_that_names_no_mtu.pkt", script15],
  ["icmp/smaller_path_in_ipv6.pkt", script16],
  ["icmp/smaller_path_is_known_to_the_next_connection.pkt", script17],
  ["icmp/smaller_path_sends_again_in_pieces.pkt", script18],
  ["icmp/soft_error_does_not_end_an_open.pkt", script19],
  ["icmp/soft_error_in_ipv6_is_survived.pkt", script20],
  ["icmp/soft_error_is_reported_and_survived.pkt", script21],
  ["icmp/source_quench_is_ignored.pkt", script22],
  ["icmp/time_exceeded_is_survived.pkt", script23],
  ["icmp/what_is_no_error_changes_nothing.pkt", script24],
];
