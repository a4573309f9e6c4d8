/** Our scripts about ecn. Made by make_index.ts: run it after adding a script. */

import script0 from "./acks_are_not_capable.pkt" with { type: "text" };
import script1 from "./agreed_by_simultaneous_open.pkt" with { type: "text" };
import script2 from "./agreement_needs_a_question.pkt" with { type: "text" };
import script3 from "./asked_by_the_peer_and_agreed.pkt" with { type: "text" };
import script4 from "./data_of_ours_echoes_too.pkt" with { type: "text" };
import script5 from "./echo_during_recovery_reduces_no_further.pkt" with { type: "text" };
import script6 from "./echo_in_the_next_round_reduces_again.pkt" with { type: "text" };
import script7 from "./echo_of_a_single_segment_keeps_the_window_down.pkt" with { type: "text" };
import script8 from "./echo_opens_no_window.pkt" with { type: "text" };
import script9 from "./echo_reduces_once_a_round.pkt" with { type: "text" };
import script10 from "./echo_without_agreement_is_ignored.pkt" with { type: "text" };
import script11 from "./half_a_question_is_none.pkt" with { type: "text" };
import script12 from "./loss_is_followed_by_cwr_too.pkt" with { type: "text" };
import script13 from "./mark_is_echoed_at_once.pkt" with { type: "text" };
import script14 from "./mark_is_echoed_until_cwr.pkt" with { type: "text" };
import script15 from "./mark_on_the_cwr_segment_is_echoed.pkt" with { type: "text" };
import script16 from "./mark_outside_the_window_is_ignored.pkt" with { type: "text" };
import script17 from "./mark_without_agreement_is_ignored.pkt" with { type: "text" };
import script18 from "./mirrored_question_is_a_refusal.pkt" with { type: "text" };
import script19 from "./not_asked_not_used.pkt" with { type: "text" };
import script20 from "./off_by_default.pkt" with { type: "text" };
import script21 from "./reduction_taken_back_is_not_told.pkt" with { type: "text" };
import script22 from "./reduction_with_cubic_is_to_seven_tenths.pkt" with { type: "text" };
import script23 from "./refused_not_used.pkt" with { type: "text" };
import script24 from "./repeated_syn_asks_no_more.pkt" with { type: "text" };
import script25 from "./repetitions_are_not_capable.pkt" with { type: "text" };
import script26 from "./requested_and_agreed.pkt" with { type: "text" };
import script27 from "./timeout_is_followed_by_cwr_too.pkt" with { type: "text" };
import script28 from "./window_probes_are_not_capable.pkt" with { type: "text" };
import script29 from "./window_probes_do_not_say_cwr.pkt" with { type: "text" };

/** Path and text of each. */
export const SCRIPTS: readonly (readonly [path: string, text: string])[] = [
  ["ecn/acks_are_not_capable.pkt", script0],
  ["ecn/agreed_by_simultaneous_open.pkt", script1],
  ["ecn/agreement_needs_a_question.pkt", script2],
  ["ecn/asked_by_the_peer_and_agreed.pkt", script3],
  ["ecn/data_of_ours_echoes_too.pkt", script4],
  ["ecn/echo_during_recovery_reduces_no_further.pkt", script5],
  ["ecn/echo_in_the_next_round_reduces_again.pkt", script6],
  ["ecn/echo_of_a_single_segment_keeps_the_window_down.pkt", script7],
  ["ecn/echo_opens_no_window.pkt", script8],
  ["ecn/echo_reduces_once_a_round.pkt", script9],
  ["ecn/echo_without_agreement_is_ignored.pkt", script10],
  ["ecn/half_a_question_is_none.pkt", script11],
  ["ecn/loss_is_followed_by_cwr_too.pkt", script12],
  ["ecn/mark_is_echoed_at_once.pkt", script13],
  ["ecn/mark_is_echoed_until_cwr.pkt", script14],
  ["ecn/mark_on_the_cwr_segment_is_echoed.pkt", script15],
  ["ecn/mark_outside_the_window_is_ignored.pkt", script16],
  ["ecn/mark_without_agreement_is_ignored.pkt", script17],
  ["ecn/mirrored_question_is_a_refusal.pkt", script18],
  ["ecn/not_asked_not_used.pkt", script19],
  ["ecn/off_by_default.pkt", script20],
  ["ecn/reduction_taken_back_is_not_told.pkt", script21],
  ["ecn/reduction_with_cubic_is_to_seven_tenths.pkt", script22],
  ["ecn/refused_not_used.pkt", script23],
  ["ecn/repeated_syn_asks_no_more.pkt", script24],
  ["ecn/repetitions_are_not_capable.pkt", script25],
  ["ecn/requested_and_agreed.pkt", script26],
  ["ecn/timeout_is_followed_by_cwr_too.pkt", script27],
  ["ecn/window_probes_are_not_capable.pkt", script28],
  ["ecn/window_probes_do_not_say_cwr.pkt", script29],
];
