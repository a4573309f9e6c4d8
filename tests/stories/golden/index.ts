/** The golden texts of every story. Made by write_golden.ts. */

import type { Pictures, Texts } from "../run.ts";
import plain_narration from "./plain/narration.txt" with { type: "text" };
import plain_trace from "./plain/trace.txt" with { type: "text" };
import plain_explain from "./plain/explain.txt" with { type: "text" };
import plain_ladder from "./plain/ladder.txt" with { type: "text" };
import plain_statistics from "./plain/statistics.txt" with { type: "text" };
import plain_absolute_narration from "./plain_absolute/narration.txt" with { type: "text" };
import plain_absolute_trace from "./plain_absolute/trace.txt" with { type: "text" };
import plain_absolute_explain from "./plain_absolute/explain.txt" with { type: "text" };
import plain_absolute_ladder from "./plain_absolute/ladder.txt" with { type: "text" };
import plain_absolute_statistics from "./plain_absolute/statistics.txt" with { type: "text" };
import lost_syn_narration from "./lost_syn/narration.txt" with { type: "text" };
import lost_syn_trace from "./lost_syn/trace.txt" with { type: "text" };
import lost_syn_explain from "./lost_syn/explain.txt" with { type: "text" };
import lost_syn_ladder from "./lost_syn/ladder.txt" with { type: "text" };
import lost_syn_statistics from "./lost_syn/statistics.txt" with { type: "text" };
import lost_syn_svg from "./lost_syn/ladder.svg" with { type: "text" };
import lost_syn_mermaid from "./lost_syn/ladder.mmd" with { type: "text" };
import lost_syn_narrow from "./lost_syn/ladder.60.txt" with { type: "text" };
import lost_syn_wide from "./lost_syn/ladder.140.txt" with { type: "text" };
import lost_syn_ack_narration from "./lost_syn_ack/narration.txt" with { type: "text" };
import lost_syn_ack_trace from "./lost_syn_ack/trace.txt" with { type: "text" };
import lost_syn_ack_explain from "./lost_syn_ack/explain.txt" with { type: "text" };
import lost_syn_ack_ladder from "./lost_syn_ack/ladder.txt" with { type: "text" };
import lost_syn_ack_statistics from "./lost_syn_ack/statistics.txt" with { type: "text" };
import refused_narration from "./refused/narration.txt" with { type: "text" };
import refused_trace from "./refused/trace.txt" with { type: "text" };
import refused_explain from "./refused/explain.txt" with { type: "text" };
import refused_ladder from "./refused/ladder.txt" with { type: "text" };
import refused_statistics from "./refused/statistics.txt" with { type: "text" };
import refused_svg from "./refused/ladder.svg" with { type: "text" };
import refused_mermaid from "./refused/ladder.mmd" with { type: "text" };
import refused_narrow from "./refused/ladder.60.txt" with { type: "text" };
import refused_wide from "./refused/ladder.140.txt" with { type: "text" };
import silent_narration from "./silent/narration.txt" with { type: "text" };
import silent_trace from "./silent/trace.txt" with { type: "text" };
import silent_explain from "./silent/explain.txt" with { type: "text" };
import silent_ladder from "./silent/ladder.txt" with { type: "text" };
import silent_statistics from "./silent/statistics.txt" with { type: "text" };
import silent_svg from "./silent/ladder.svg" with { type: "text" };
import silent_mermaid from "./silent/ladder.mmd" with { type: "text" };
import silent_narrow from "./silent/ladder.60.txt" with { type: "text" };
import silent_wide from "./silent/ladder.140.txt" with { type: "text" };
import unreachable_narration from "./unreachable/narration.txt" with { type: "text" };
import unreachable_trace from "./unreachable/trace.txt" with { type: "text" };
import unreachable_explain from "./unreachable/explain.txt" with { type: "text" };
import unreachable_ladder from "./unreachable/ladder.txt" with { type: "text" };
import unreachable_statistics from "./unreachable/statistics.txt" with { type: "text" };
import simultaneous_open_narration from "./simultaneous_open/narration.txt" with { type: "text" };
import simultaneous_open_trace from "./simultaneous_open/trace.txt" with { type: "text" };
import simultaneous_open_explain from "./simultaneous_open/explain.txt" with { type: "text" };
import simultaneous_open_ladder from "./simultaneous_open/ladder.txt" with { type: "text" };
import simultaneous_open_statistics from "./simultaneous_open/statistics.txt" with { type: "text" };
import simultaneous_open_lost_narration from "./simultaneous_open_lost/narration.txt" with { type: "text" };
import simultaneous_open_lost_trace from "./simultaneous_open_lost/trace.txt" with { type: "text" };
import simultaneous_open_lost_explain from "./simultaneous_open_lost/explain.txt" with { type: "text" };
import simultaneous_open_lost_ladder from "./simultaneous_open_lost/ladder.txt" with { type: "text" };
import simultaneous_open_lost_statistics from "./simultaneous_open_lost/statistics.txt" with { type: "text" };
import simultaneous_open_reset_narration from "./simultaneous_open_reset/narration.txt" with { type: "text" };
import simultaneous_open_reset_trace from "./simultaneous_open_reset/trace.txt" with { type: "text" };
import simultaneous_open_reset_explain from "./simultaneous_open_reset/explain.txt" with { type: "text" };
import simultaneous_open_reset_ladder from "./simultaneous_open_reset/ladder.txt" with { type: "text" };
import simultaneous_open_reset_statistics from "./simultaneous_open_reset/statistics.txt" with {
  type: "text",
};
import half_open_narration from "./half_open/narration.txt" with { type: "text" };
import half_open_trace from "./half_open/trace.txt" with { type: "text" };
import half_open_explain from "./half_open/explain.txt" with { type: "text" };
import half_open_ladder from "./half_open/ladder.txt" with { type: "text" };
import half_open_statistics from "./half_open/statistics.txt" with { type: "text" };
import answers_to_others_narration from "./answers_to_others/narration.txt" with { type: "text" };
import answers_to_others_trace from "./answers_to_others/trace.txt" with { type: "text" };
import answers_to_others_explain from "./answers_to_others/explain.txt" with { type: "text" };
import answers_to_others_ladder from "./answers_to_others/ladder.txt" with { type: "text" };
import answers_to_others_statistics from "./answers_to_others/statistics.txt" with { type: "text" };
import not_agreed_narration from "./not_agreed/narration.txt" with { type: "text" };
import not_agreed_trace from "./not_agreed/trace.txt" with { type: "text" };
import not_agreed_explain from "./not_agreed/explain.txt" with { type: "text" };
import not_agreed_ladder from "./not_agreed/ladder.txt" with { type: "text" };
import not_agreed_statistics from "./not_agreed/statistics.txt" with { type: "text" };
import lost_data_narration from "./lost_data/narration.txt" with { type: "text" };
import lost_data_trace from "./lost_data/trace.txt" with { type: "text" };
import lost_data_explain from "./lost_data/explain.txt" with { type: "text" };
import lost_data_ladder from "./lost_data/ladder.txt" with { type: "text" };
import lost_data_statistics from "./lost_data/statistics.txt" with { type: "text" };
import lost_data_svg from "./lost_data/ladder.svg" with { type: "text" };
import lost_data_mermaid from "./lost_data/ladder.mmd" with { type: "text" };
import lost_data_narrow from "./lost_data/ladder.60.txt" with { type: "text" };
import lost_data_wide from "./lost_data/ladder.140.txt" with { type: "text" };
import lost_ack_narration from "./lost_ack/narration.txt" with { type: "text" };
import lost_ack_trace from "./lost_ack/trace.txt" with { type: "text" };
import lost_ack_explain from "./lost_ack/explain.txt" with { type: "text" };
import lost_ack_ladder from "./lost_ack/ladder.txt" with { type: "text" };
import lost_ack_statistics from "./lost_ack/statistics.txt" with { type: "text" };
import lost_tail_narration from "./lost_tail/narration.txt" with { type: "text" };
import lost_tail_trace from "./lost_tail/trace.txt" with { type: "text" };
import lost_tail_explain from "./lost_tail/explain.txt" with { type: "text" };
import lost_tail_ladder from "./lost_tail/ladder.txt" with { type: "text" };
import lost_tail_statistics from "./lost_tail/statistics.txt" with { type: "text" };
import tail_loss_probe_narration from "./tail_loss_probe/narration.txt" with { type: "text" };
import tail_loss_probe_trace from "./tail_loss_probe/trace.txt" with { type: "text" };
import tail_loss_probe_explain from "./tail_loss_probe/explain.txt" with { type: "text" };
import tail_loss_probe_ladder from "./tail_loss_probe/ladder.txt" with { type: "text" };
import tail_loss_probe_statistics from "./tail_loss_probe/statistics.txt" with { type: "text" };
import probe_with_new_data_narration from "./probe_with_new_data/narration.txt" with { type: "text" };
import probe_with_new_data_trace from "./probe_with_new_data/trace.txt" with { type: "text" };
import probe_with_new_data_explain from "./probe_with_new_data/explain.txt" with { type: "text" };
import probe_with_new_data_ladder from "./probe_with_new_data/ladder.txt" with { type: "text" };
import probe_with_new_data_statistics from "./probe_with_new_data/statistics.txt" with { type: "text" };
import measured_narration from "./measured/narration.txt" with { type: "text" };
import measured_trace from "./measured/trace.txt" with { type: "text" };
import measured_explain from "./measured/explain.txt" with { type: "text" };
import measured_ladder from "./measured/ladder.txt" with { type: "text" };
import measured_statistics from "./measured/statistics.txt" with { type: "text" };
import measured_small_window_narration from "./measured_small_window/narration.txt" with { type: "text" };
import measured_small_window_trace from "./measured_small_window/trace.txt" with { type: "text" };
import measured_small_window_explain from "./measured_small_window/explain.txt" with { type: "text" };
import measured_small_window_ladder from "./measured_small_window/ladder.txt" with { type: "text" };
import measured_small_window_statistics from "./measured_small_window/statistics.txt" with { type: "text" };
import single_octets_narration from "./single_octets/narration.txt" with { type: "text" };
import single_octets_trace from "./single_octets/trace.txt" with { type: "text" };
import single_octets_explain from "./single_octets/explain.txt" with { type: "text" };
import single_octets_ladder from "./single_octets/ladder.txt" with { type: "text" };
import single_octets_statistics from "./single_octets/statistics.txt" with { type: "text" };
import receiving_only_narration from "./receiving_only/narration.txt" with { type: "text" };
import receiving_only_trace from "./receiving_only/trace.txt" with { type: "text" };
import receiving_only_explain from "./receiving_only/explain.txt" with { type: "text" };
import receiving_only_ladder from "./receiving_only/ladder.txt" with { type: "text" };
import receiving_only_statistics from "./receiving_only/statistics.txt" with { type: "text" };
import sack_recovery_narration from "./sack_recovery/narration.txt" with { type: "text" };
import sack_recovery_trace from "./sack_recovery/trace.txt" with { type: "text" };
import sack_recovery_explain from "./sack_recovery/explain.txt" with { type: "text" };
import sack_recovery_ladder from "./sack_recovery/ladder.txt" with { type: "text" };
import sack_recovery_statistics from "./sack_recovery/statistics.txt" with { type: "text" };
import rto_then_recovery_narration from "./rto_then_recovery/narration.txt" with { type: "text" };
import rto_then_recovery_trace from "./rto_then_recovery/trace.txt" with { type: "text" };
import rto_then_recovery_explain from "./rto_then_recovery/explain.txt" with { type: "text" };
import rto_then_recovery_ladder from "./rto_then_recovery/ladder.txt" with { type: "text" };
import rto_then_recovery_statistics from "./rto_then_recovery/statistics.txt" with { type: "text" };
import timeout_in_parts_narration from "./timeout_in_parts/narration.txt" with { type: "text" };
import timeout_in_parts_trace from "./timeout_in_parts/trace.txt" with { type: "text" };
import timeout_in_parts_explain from "./timeout_in_parts/explain.txt" with { type: "text" };
import timeout_in_parts_ladder from "./timeout_in_parts/ladder.txt" with { type: "text" };
import timeout_in_parts_statistics from "./timeout_in_parts/statistics.txt" with { type: "text" };
import queue_builds_up_narration from "./queue_builds_up/narration.txt" with { type: "text" };
import queue_builds_up_trace from "./queue_builds_up/trace.txt" with { type: "text" };
import queue_builds_up_explain from "./queue_builds_up/explain.txt" with { type: "text" };
import queue_builds_up_ladder from "./queue_builds_up/ladder.txt" with { type: "text" };
import queue_builds_up_statistics from "./queue_builds_up/statistics.txt" with { type: "text" };
import new_reno_narration from "./new_reno/narration.txt" with { type: "text" };
import new_reno_trace from "./new_reno/trace.txt" with { type: "text" };
import new_reno_explain from "./new_reno/explain.txt" with { type: "text" };
import new_reno_ladder from "./new_reno/ladder.txt" with { type: "text" };
import new_reno_statistics from "./new_reno/statistics.txt" with { type: "text" };
import loss_2_percent_narration from "./loss_2_percent/narration.txt" with { type: "text" };
import loss_2_percent_trace from "./loss_2_percent/trace.txt" with { type: "text" };
import loss_2_percent_explain from "./loss_2_percent/explain.txt" with { type: "text" };
import loss_2_percent_ladder from "./loss_2_percent/ladder.txt" with { type: "text" };
import loss_2_percent_statistics from "./loss_2_percent/statistics.txt" with { type: "text" };
import spurious_narration from "./spurious/narration.txt" with { type: "text" };
import spurious_trace from "./spurious/trace.txt" with { type: "text" };
import spurious_explain from "./spurious/explain.txt" with { type: "text" };
import spurious_ladder from "./spurious/ladder.txt" with { type: "text" };
import spurious_statistics from "./spurious/statistics.txt" with { type: "text" };
import zero_window_narration from "./zero_window/narration.txt" with { type: "text" };
import zero_window_trace from "./zero_window/trace.txt" with { type: "text" };
import zero_window_explain from "./zero_window/explain.txt" with { type: "text" };
import zero_window_ladder from "./zero_window/ladder.txt" with { type: "text" };
import zero_window_statistics from "./zero_window/statistics.txt" with { type: "text" };
import zero_window_tail_narration from "./zero_window_tail/narration.txt" with { type: "text" };
import zero_window_tail_trace from "./zero_window_tail/trace.txt" with { type: "text" };
import zero_window_tail_explain from "./zero_window_tail/explain.txt" with { type: "text" };
import zero_window_tail_ladder from "./zero_window_tail/ladder.txt" with { type: "text" };
import zero_window_tail_statistics from "./zero_window_tail/statistics.txt" with { type: "text" };
import path_mtu_narration from "./path_mtu/narration.txt" with { type: "text" };
import path_mtu_trace from "./path_mtu/trace.txt" with { type: "text" };
import path_mtu_explain from "./path_mtu/explain.txt" with { type: "text" };
import path_mtu_ladder from "./path_mtu/ladder.txt" with { type: "text" };
import path_mtu_statistics from "./path_mtu/statistics.txt" with { type: "text" };
import path_mtu_svg from "./path_mtu/ladder.svg" with { type: "text" };
import path_mtu_mermaid from "./path_mtu/ladder.mmd" with { type: "text" };
import path_mtu_narrow from "./path_mtu/ladder.60.txt" with { type: "text" };
import path_mtu_wide from "./path_mtu/ladder.140.txt" with { type: "text" };
import own_mtu_narration from "./own_mtu/narration.txt" with { type: "text" };
import own_mtu_trace from "./own_mtu/trace.txt" with { type: "text" };
import own_mtu_explain from "./own_mtu/explain.txt" with { type: "text" };
import own_mtu_ladder from "./own_mtu/ladder.txt" with { type: "text" };
import own_mtu_statistics from "./own_mtu/statistics.txt" with { type: "text" };
import refused_ack_narration from "./refused_ack/narration.txt" with { type: "text" };
import refused_ack_trace from "./refused_ack/trace.txt" with { type: "text" };
import refused_ack_explain from "./refused_ack/explain.txt" with { type: "text" };
import refused_ack_ladder from "./refused_ack/ladder.txt" with { type: "text" };
import refused_ack_statistics from "./refused_ack/statistics.txt" with { type: "text" };
import black_hole_narration from "./black_hole/narration.txt" with { type: "text" };
import black_hole_trace from "./black_hole/trace.txt" with { type: "text" };
import black_hole_explain from "./black_hole/explain.txt" with { type: "text" };
import black_hole_ladder from "./black_hole/ladder.txt" with { type: "text" };
import black_hole_statistics from "./black_hole/statistics.txt" with { type: "text" };
import black_hole_of_1440_narration from "./black_hole_of_1440/narration.txt" with { type: "text" };
import black_hole_of_1440_trace from "./black_hole_of_1440/trace.txt" with { type: "text" };
import black_hole_of_1440_explain from "./black_hole_of_1440/explain.txt" with { type: "text" };
import black_hole_of_1440_ladder from "./black_hole_of_1440/ladder.txt" with { type: "text" };
import black_hole_of_1440_statistics from "./black_hole_of_1440/statistics.txt" with { type: "text" };
import black_hole_short_tail_narration from "./black_hole_short_tail/narration.txt" with { type: "text" };
import black_hole_short_tail_trace from "./black_hole_short_tail/trace.txt" with { type: "text" };
import black_hole_short_tail_explain from "./black_hole_short_tail/explain.txt" with { type: "text" };
import black_hole_short_tail_ladder from "./black_hole_short_tail/ladder.txt" with { type: "text" };
import black_hole_short_tail_statistics from "./black_hole_short_tail/statistics.txt" with { type: "text" };
import ecn_narration from "./ecn/narration.txt" with { type: "text" };
import ecn_trace from "./ecn/trace.txt" with { type: "text" };
import ecn_explain from "./ecn/explain.txt" with { type: "text" };
import ecn_ladder from "./ecn/ladder.txt" with { type: "text" };
import ecn_statistics from "./ecn/statistics.txt" with { type: "text" };
import keep_alive_narration from "./keep_alive/narration.txt" with { type: "text" };
import keep_alive_trace from "./keep_alive/trace.txt" with { type: "text" };
import keep_alive_explain from "./keep_alive/explain.txt" with { type: "text" };
import keep_alive_ladder from "./keep_alive/ladder.txt" with { type: "text" };
import keep_alive_statistics from "./keep_alive/statistics.txt" with { type: "text" };
import gap_and_copy_narration from "./gap_and_copy/narration.txt" with { type: "text" };
import gap_and_copy_trace from "./gap_and_copy/trace.txt" with { type: "text" };
import gap_and_copy_explain from "./gap_and_copy/explain.txt" with { type: "text" };
import gap_and_copy_ladder from "./gap_and_copy/ladder.txt" with { type: "text" };
import gap_and_copy_statistics from "./gap_and_copy/statistics.txt" with { type: "text" };
import http_narration from "./http/narration.txt" with { type: "text" };
import http_trace from "./http/trace.txt" with { type: "text" };
import http_explain from "./http/explain.txt" with { type: "text" };
import http_ladder from "./http/ladder.txt" with { type: "text" };
import http_statistics from "./http/statistics.txt" with { type: "text" };
import http_svg from "./http/ladder.svg" with { type: "text" };
import http_mermaid from "./http/ladder.mmd" with { type: "text" };
import http_narrow from "./http/ladder.60.txt" with { type: "text" };
import http_wide from "./http/ladder.140.txt" with { type: "text" };
import refused_by_window_narration from "./refused_by_window/narration.txt" with { type: "text" };
import refused_by_window_trace from "./refused_by_window/trace.txt" with { type: "text" };
import refused_by_window_explain from "./refused_by_window/explain.txt" with { type: "text" };
import refused_by_window_ladder from "./refused_by_window/ladder.txt" with { type: "text" };
import refused_by_window_statistics from "./refused_by_window/statistics.txt" with { type: "text" };
import sack_of_nothing_narration from "./sack_of_nothing/narration.txt" with { type: "text" };
import sack_of_nothing_trace from "./sack_of_nothing/trace.txt" with { type: "text" };
import sack_of_nothing_explain from "./sack_of_nothing/explain.txt" with { type: "text" };
import sack_of_nothing_ladder from "./sack_of_nothing/ladder.txt" with { type: "text" };
import sack_of_nothing_statistics from "./sack_of_nothing/statistics.txt" with { type: "text" };
import ack_of_unsent_narration from "./ack_of_unsent/narration.txt" with { type: "text" };
import ack_of_unsent_trace from "./ack_of_unsent/trace.txt" with { type: "text" };
import ack_of_unsent_explain from "./ack_of_unsent/explain.txt" with { type: "text" };
import ack_of_unsent_ladder from "./ack_of_unsent/ladder.txt" with { type: "text" };
import ack_of_unsent_statistics from "./ack_of_unsent/statistics.txt" with { type: "text" };
import lost_fin_narration from "./lost_fin/narration.txt" with { type: "text" };
import lost_fin_trace from "./lost_fin/trace.txt" with { type: "text" };
import lost_fin_explain from "./lost_fin/explain.txt" with { type: "text" };
import lost_fin_ladder from "./lost_fin/ladder.txt" with { type: "text" };
import lost_fin_statistics from "./lost_fin/statistics.txt" with { type: "text" };
import faults_narration from "./faults/narration.txt" with { type: "text" };
import faults_trace from "./faults/trace.txt" with { type: "text" };
import faults_explain from "./faults/explain.txt" with { type: "text" };
import faults_ladder from "./faults/ladder.txt" with { type: "text" };
import faults_statistics from "./faults/statistics.txt" with { type: "text" };
import faults_svg from "./faults/ladder.svg" with { type: "text" };
import faults_mermaid from "./faults/ladder.mmd" with { type: "text" };
import faults_narrow from "./faults/ladder.60.txt" with { type: "text" };
import faults_wide from "./faults/ladder.140.txt" with { type: "text" };
import faults_inbound_narration from "./faults_inbound/narration.txt" with { type: "text" };
import faults_inbound_trace from "./faults_inbound/trace.txt" with { type: "text" };
import faults_inbound_explain from "./faults_inbound/explain.txt" with { type: "text" };
import faults_inbound_ladder from "./faults_inbound/ladder.txt" with { type: "text" };
import faults_inbound_statistics from "./faults_inbound/statistics.txt" with { type: "text" };
import half_close_narration from "./half_close/narration.txt" with { type: "text" };
import half_close_trace from "./half_close/trace.txt" with { type: "text" };
import half_close_explain from "./half_close/explain.txt" with { type: "text" };
import half_close_ladder from "./half_close/ladder.txt" with { type: "text" };
import half_close_statistics from "./half_close/statistics.txt" with { type: "text" };
import peer_closes_first_narration from "./peer_closes_first/narration.txt" with { type: "text" };
import peer_closes_first_trace from "./peer_closes_first/trace.txt" with { type: "text" };
import peer_closes_first_explain from "./peer_closes_first/explain.txt" with { type: "text" };
import peer_closes_first_ladder from "./peer_closes_first/ladder.txt" with { type: "text" };
import peer_closes_first_statistics from "./peer_closes_first/statistics.txt" with { type: "text" };
import simultaneous_close_narration from "./simultaneous_close/narration.txt" with { type: "text" };
import simultaneous_close_trace from "./simultaneous_close/trace.txt" with { type: "text" };
import simultaneous_close_explain from "./simultaneous_close/explain.txt" with { type: "text" };
import simultaneous_close_ladder from "./simultaneous_close/ladder.txt" with { type: "text" };
import simultaneous_close_statistics from "./simultaneous_close/statistics.txt" with { type: "text" };
import abort_narration from "./abort/narration.txt" with { type: "text" };
import abort_trace from "./abort/trace.txt" with { type: "text" };
import abort_explain from "./abort/explain.txt" with { type: "text" };
import abort_ladder from "./abort/ladder.txt" with { type: "text" };
import abort_statistics from "./abort/statistics.txt" with { type: "text" };
import reset_in_the_middle_narration from "./reset_in_the_middle/narration.txt" with { type: "text" };
import reset_in_the_middle_trace from "./reset_in_the_middle/trace.txt" with { type: "text" };
import reset_in_the_middle_explain from "./reset_in_the_middle/explain.txt" with { type: "text" };
import reset_in_the_middle_ladder from "./reset_in_the_middle/ladder.txt" with { type: "text" };
import reset_in_the_middle_statistics from "./reset_in_the_middle/statistics.txt" with { type: "text" };
import reset_after_ack_narration from "./reset_after_ack/narration.txt" with { type: "text" };
import reset_after_ack_trace from "./reset_after_ack/trace.txt" with { type: "text" };
import reset_after_ack_explain from "./reset_after_ack/explain.txt" with { type: "text" };
import reset_after_ack_ladder from "./reset_after_ack/ladder.txt" with { type: "text" };
import reset_after_ack_statistics from "./reset_after_ack/statistics.txt" with { type: "text" };
import reset_from_elsewhere_narration from "./reset_from_elsewhere/narration.txt" with { type: "text" };
import reset_from_elsewhere_trace from "./reset_from_elsewhere/trace.txt" with { type: "text" };
import reset_from_elsewhere_explain from "./reset_from_elsewhere/explain.txt" with { type: "text" };
import reset_from_elsewhere_ladder from "./reset_from_elsewhere/ladder.txt" with { type: "text" };
import reset_from_elsewhere_statistics from "./reset_from_elsewhere/statistics.txt" with { type: "text" };
import reset_in_one_batch_narration from "./reset_in_one_batch/narration.txt" with { type: "text" };
import reset_in_one_batch_trace from "./reset_in_one_batch/trace.txt" with { type: "text" };
import reset_in_one_batch_explain from "./reset_in_one_batch/explain.txt" with { type: "text" };
import reset_in_one_batch_ladder from "./reset_in_one_batch/ladder.txt" with { type: "text" };
import reset_in_one_batch_statistics from "./reset_in_one_batch/statistics.txt" with { type: "text" };
import reset_challenged_narration from "./reset_challenged/narration.txt" with { type: "text" };
import reset_challenged_trace from "./reset_challenged/trace.txt" with { type: "text" };
import reset_challenged_explain from "./reset_challenged/explain.txt" with { type: "text" };
import reset_challenged_ladder from "./reset_challenged/ladder.txt" with { type: "text" };
import reset_challenged_statistics from "./reset_challenged/statistics.txt" with { type: "text" };
import fin_before_data_narration from "./fin_before_data/narration.txt" with { type: "text" };
import fin_before_data_trace from "./fin_before_data/trace.txt" with { type: "text" };
import fin_before_data_explain from "./fin_before_data/explain.txt" with { type: "text" };
import fin_before_data_ladder from "./fin_before_data/ladder.txt" with { type: "text" };
import fin_before_data_statistics from "./fin_before_data/statistics.txt" with { type: "text" };
import doubled_narration from "./doubled/narration.txt" with { type: "text" };
import doubled_trace from "./doubled/trace.txt" with { type: "text" };
import doubled_explain from "./doubled/explain.txt" with { type: "text" };
import doubled_ladder from "./doubled/ladder.txt" with { type: "text" };
import doubled_statistics from "./doubled/statistics.txt" with { type: "text" };
import captures from "./captures.txt" with { type: "text" };
import glossary from "./glossary.txt" with { type: "text" };
import limits from "./limits.txt" with { type: "text" };
import shapes from "./shapes.txt" with { type: "text" };
import several from "./several.txt" with { type: "text" };
import told from "./told.txt" with { type: "text" };
import situations from "./situations.txt" with { type: "text" };
import words from "./words.txt" with { type: "text" };

/** By the story's name. */
// deno-fmt-ignore
export const GOLDEN: ReadonlyMap<string, Texts> = new Map([
  ["plain", { narration: plain_narration, trace: plain_trace, explain: plain_explain, ladder: plain_ladder, statistics: plain_statistics }],
  ["plain_absolute", { narration: plain_absolute_narration, trace: plain_absolute_trace, explain: plain_absolute_explain, ladder: plain_absolute_ladder, statistics: plain_absolute_statistics }],
  ["lost_syn", { narration: lost_syn_narration, trace: lost_syn_trace, explain: lost_syn_explain, ladder: lost_syn_ladder, statistics: lost_syn_statistics }],
  ["lost_syn_ack", { narration: lost_syn_ack_narration, trace: lost_syn_ack_trace, explain: lost_syn_ack_explain, ladder: lost_syn_ack_ladder, statistics: lost_syn_ack_statistics }],
  ["refused", { narration: refused_narration, trace: refused_trace, explain: refused_explain, ladder: refused_ladder, statistics: refused_statistics }],
  ["silent", { narration: silent_narration, trace: silent_trace, explain: silent_explain, ladder: silent_ladder, statistics: silent_statistics }],
  ["unreachable", { narration: unreachable_narration, trace: unreachable_trace, explain: unreachable_explain, ladder: unreachable_ladder, statistics: unreachable_statistics }],
  ["simultaneous_open", { narration: simultaneous_open_narration, trace: simultaneous_open_trace, explain: simultaneous_open_explain, ladder: simultaneous_open_ladder, statistics: simultaneous_open_statistics }],
  ["simultaneous_open_lost", { narration: simultaneous_open_lost_narration, trace: simultaneous_open_lost_trace, explain: simultaneous_open_lost_explain, ladder: simultaneous_open_lost_ladder, statistics: simultaneous_open_lost_statistics }],
  ["simultaneous_open_reset", { narration: simultaneous_open_reset_narration, trace: simultaneous_open_reset_trace, explain: simultaneous_open_reset_explain, ladder: simultaneous_open_reset_ladder, statistics: simultaneous_open_reset_statistics }],
  ["half_open", { narration: half_open_narration, trace: half_open_trace, explain: half_open_explain, ladder: half_open_ladder, statistics: half_open_statistics }],
  ["answers_to_others", { narration: answers_to_others_narration, trace: answers_to_others_trace, explain: answers_to_others_explain, ladder: answers_to_others_ladder, statistics: answers_to_others_statistics }],
  ["not_agreed", { narration: not_agreed_narration, trace: not_agreed_trace, explain: not_agreed_explain, ladder: not_agreed_ladder, statistics: not_agreed_statistics }],
  ["lost_data", { narration: lost_data_narration, trace: lost_data_trace, explain: lost_data_explain, ladder: lost_data_ladder, statistics: lost_data_statistics }],
  ["lost_ack", { narration: lost_ack_narration, trace: lost_ack_trace, explain: lost_ack_explain, ladder: lost_ack_ladder, statistics: lost_ack_statistics }],
  ["lost_tail", { narration: lost_tail_narration, trace: lost_tail_trace, explain: lost_tail_explain, ladder: lost_tail_ladder, statistics: lost_tail_statistics }],
  ["tail_loss_probe", { narration: tail_loss_probe_narration, trace: tail_loss_probe_trace, explain: tail_loss_probe_explain, ladder: tail_loss_probe_ladder, statistics: tail_loss_probe_statistics }],
  ["probe_with_new_data", { narration: probe_with_new_data_narration, trace: probe_with_new_data_trace, explain: probe_with_new_data_explain, ladder: probe_with_new_data_ladder, statistics: probe_with_new_data_statistics }],
  ["measured", { narration: measured_narration, trace: measured_trace, explain: measured_explain, ladder: measured_ladder, statistics: measured_statistics }],
  ["measured_small_window", { narration: measured_small_window_narration, trace: measured_small_window_trace, explain: measured_small_window_explain, ladder: measured_small_window_ladder, statistics: measured_small_window_statistics }],
  ["single_octets", { narration: single_octets_narration, trace: single_octets_trace, explain: single_octets_explain, ladder: single_octets_ladder, statistics: single_octets_statistics }],
  ["receiving_only", { narration: receiving_only_narration, trace: receiving_only_trace, explain: receiving_only_explain, ladder: receiving_only_ladder, statistics: receiving_only_statistics }],
  ["sack_recovery", { narration: sack_recovery_narration, trace: sack_recovery_trace, explain: sack_recovery_explain, ladder: sack_recovery_ladder, statistics: sack_recovery_statistics }],
  ["rto_then_recovery", { narration: rto_then_recovery_narration, trace: rto_then_recovery_trace, explain: rto_then_recovery_explain, ladder: rto_then_recovery_ladder, statistics: rto_then_recovery_statistics }],
  ["timeout_in_parts", { narration: timeout_in_parts_narration, trace: timeout_in_parts_trace, explain: timeout_in_parts_explain, ladder: timeout_in_parts_ladder, statistics: timeout_in_parts_statistics }],
  ["queue_builds_up", { narration: queue_builds_up_narration, trace: queue_builds_up_trace, explain: queue_builds_up_explain, ladder: queue_builds_up_ladder, statistics: queue_builds_up_statistics }],
  ["new_reno", { narration: new_reno_narration, trace: new_reno_trace, explain: new_reno_explain, ladder: new_reno_ladder, statistics: new_reno_statistics }],
  ["loss_2_percent", { narration: loss_2_percent_narration, trace: loss_2_percent_trace, explain: loss_2_percent_explain, ladder: loss_2_percent_ladder, statistics: loss_2_percent_statistics }],
  ["spurious", { narration: spurious_narration, trace: spurious_trace, explain: spurious_explain, ladder: spurious_ladder, statistics: spurious_statistics }],
  ["zero_window", { narration: zero_window_narration, trace: zero_window_trace, explain: zero_window_explain, ladder: zero_window_ladder, statistics: zero_window_statistics }],
  ["zero_window_tail", { narration: zero_window_tail_narration, trace: zero_window_tail_trace, explain: zero_window_tail_explain, ladder: zero_window_tail_ladder, statistics: zero_window_tail_statistics }],
  ["path_mtu", { narration: path_mtu_narration, trace: path_mtu_trace, explain: path_mtu_explain, ladder: path_mtu_ladder, statistics: path_mtu_statistics }],
  ["own_mtu", { narration: own_mtu_narration, trace: own_mtu_trace, explain: own_mtu_explain, ladder: own_mtu_ladder, statistics: own_mtu_statistics }],
  ["refused_ack", { narration: refused_ack_narration, trace: refused_ack_trace, explain: refused_ack_explain, ladder: refused_ack_ladder, statistics: refused_ack_statistics }],
  ["black_hole", { narration: black_hole_narration, trace: black_hole_trace, explain: black_hole_explain, ladder: black_hole_ladder, statistics: black_hole_statistics }],
  ["black_hole_of_1440", { narration: black_hole_of_1440_narration, trace: black_hole_of_1440_trace, explain: black_hole_of_1440_explain, ladder: black_hole_of_1440_ladder, statistics: black_hole_of_1440_statistics }],
  ["black_hole_short_tail", { narration: black_hole_short_tail_narration, trace: black_hole_short_tail_trace, explain: black_hole_short_tail_explain, ladder: black_hole_short_tail_ladder, statistics: black_hole_short_tail_statistics }],
  ["ecn", { narration: ecn_narration, trace: ecn_trace, explain: ecn_explain, ladder: ecn_ladder, statistics: ecn_statistics }],
  ["keep_alive", { narration: keep_alive_narration, trace: keep_alive_trace, explain: keep_alive_explain, ladder: keep_alive_ladder, statistics: keep_alive_statistics }],
  ["gap_and_copy", { narration: gap_and_copy_narration, trace: gap_and_copy_trace, explain: gap_and_copy_explain, ladder: gap_and_copy_ladder, statistics: gap_and_copy_statistics }],
  ["http", { narration: http_narration, trace: http_trace, explain: http_explain, ladder: http_ladder, statistics: http_statistics }],
  ["refused_by_window", { narration: refused_by_window_narration, trace: refused_by_window_trace, explain: refused_by_window_explain, ladder: refused_by_window_ladder, statistics: refused_by_window_statistics }],
  ["sack_of_nothing", { narration: sack_of_nothing_narration, trace: sack_of_nothing_trace, explain: sack_of_nothing_explain, ladder: sack_of_nothing_ladder, statistics: sack_of_nothing_statistics }],
  ["ack_of_unsent", { narration: ack_of_unsent_narration, trace: ack_of_unsent_trace, explain: ack_of_unsent_explain, ladder: ack_of_unsent_ladder, statistics: ack_of_unsent_statistics }],
  ["lost_fin", { narration: lost_fin_narration, trace: lost_fin_trace, explain: lost_fin_explain, ladder: lost_fin_ladder, statistics: lost_fin_statistics }],
  ["faults", { narration: faults_narration, trace: faults_trace, explain: faults_explain, ladder: faults_ladder, statistics: faults_statistics }],
  ["faults_inbound", { narration: faults_inbound_narration, trace: faults_inbound_trace, explain: faults_inbound_explain, ladder: faults_inbound_ladder, statistics: faults_inbound_statistics }],
  ["half_close", { narration: half_close_narration, trace: half_close_trace, explain: half_close_explain, ladder: half_close_ladder, statistics: half_close_statistics }],
  ["peer_closes_first", { narration: peer_closes_first_narration, trace: peer_closes_first_trace, explain: peer_closes_first_explain, ladder: peer_closes_first_ladder, statistics: peer_closes_first_statistics }],
  ["simultaneous_close", { narration: simultaneous_close_narration, trace: simultaneous_close_trace, explain: simultaneous_close_explain, ladder: simultaneous_close_ladder, statistics: simultaneous_close_statistics }],
  ["abort", { narration: abort_narration, trace: abort_trace, explain: abort_explain, ladder: abort_ladder, statistics: abort_statistics }],
  ["reset_in_the_middle", { narration: reset_in_the_middle_narration, trace: reset_in_the_middle_trace, explain: reset_in_the_middle_explain, ladder: reset_in_the_middle_ladder, statistics: reset_in_the_middle_statistics }],
  ["reset_after_ack", { narration: reset_after_ack_narration, trace: reset_after_ack_trace, explain: reset_after_ack_explain, ladder: reset_after_ack_ladder, statistics: reset_after_ack_statistics }],
  ["reset_from_elsewhere", { narration: reset_from_elsewhere_narration, trace: reset_from_elsewhere_trace, explain: reset_from_elsewhere_explain, ladder: reset_from_elsewhere_ladder, statistics: reset_from_elsewhere_statistics }],
  ["reset_in_one_batch", { narration: reset_in_one_batch_narration, trace: reset_in_one_batch_trace, explain: reset_in_one_batch_explain, ladder: reset_in_one_batch_ladder, statistics: reset_in_one_batch_statistics }],
  ["reset_challenged", { narration: reset_challenged_narration, trace: reset_challenged_trace, explain: reset_challenged_explain, ladder: reset_challenged_ladder, statistics: reset_challenged_statistics }],
  ["fin_before_data", { narration: fin_before_data_narration, trace: fin_before_data_trace, explain: fin_before_data_explain, ladder: fin_before_data_ladder, statistics: fin_before_data_statistics }],
  ["doubled", { narration: doubled_narration, trace: doubled_trace, explain: doubled_explain, ladder: doubled_ladder, statistics: doubled_statistics }],
]);

/** The ladders of some stories as files. */
// deno-fmt-ignore
export const PICTURES: ReadonlyMap<string, Pictures> = new Map([
  ["lost_syn", { svg: lost_syn_svg, mermaid: lost_syn_mermaid, narrow: lost_syn_narrow, wide: lost_syn_wide }],
  ["refused", { svg: refused_svg, mermaid: refused_mermaid, narrow: refused_narrow, wide: refused_wide }],
  ["silent", { svg: silent_svg, mermaid: silent_mermaid, narrow: silent_narrow, wide: silent_wide }],
  ["lost_data", { svg: lost_data_svg, mermaid: lost_data_mermaid, narrow: lost_data_narrow, wide: lost_data_wide }],
  ["path_mtu", { svg: path_mtu_svg, mermaid: path_mtu_mermaid, narrow: path_mtu_narrow, wide: path_mtu_wide }],
  ["http", { svg: http_svg, mermaid: http_mermaid, narrow: http_narrow, wide: http_wide }],
  ["faults", { svg: faults_svg, mermaid: faults_mermaid, narrow: faults_narrow, wide: faults_wide }],
]);

/** The glossary as a terminal shows it. */
export const GLOSSARY: string = glossary;

/** What is told of captures of others. */
export const CAPTURES: string = captures;

/** What senders wait for. */
export const LIMITS: string = limits;

/** What is shown of several connections at once. */
export const SEVERAL: string = several;

/** Ladders of shapes that no story has. */
export const SHAPES: string = shapes;

/** How numbers and names are written. */
export const WORDS: string = words;

/** What is shown of the situations that no story has. */
export const SITUATIONS_PAGE: string = situations;

/** Every claim of the catalogue as it is first told. */
export const TOLD: string = told;
