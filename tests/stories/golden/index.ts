/** The golden texts of every story. Made by write_golden.ts. */

import type { Texts } from "../run.ts";
import text0 from "./plain/narration.txt" with { type: "text" };
import text1 from "./plain/trace.txt" with { type: "text" };
import text2 from "./plain/explain.txt" with { type: "text" };
import text3 from "./plain/ladder.txt" with { type: "text" };
import text4 from "./plain/statistics.txt" with { type: "text" };
import text5 from "./plain_absolute/narration.txt" with { type: "text" };
import text6 from "./plain_absolute/trace.txt" with { type: "text" };
import text7 from "./plain_absolute/explain.txt" with { type: "text" };
import text8 from "./plain_absolute/ladder.txt" with { type: "text" };
import text9 from "./plain_absolute/statistics.txt" with { type: "text" };
import text10 from "./lost_syn/narration.txt" with { type: "text" };
import text11 from "./lost_syn/trace.txt" with { type: "text" };
import text12 from "./lost_syn/explain.txt" with { type: "text" };
import text13 from "./lost_syn/ladder.txt" with { type: "text" };
import text14 from "./lost_syn/statistics.txt" with { type: "text" };
import text15 from "./lost_syn_ack/narration.txt" with { type: "text" };
import text16 from "./lost_syn_ack/trace.txt" with { type: "text" };
import text17 from "./lost_syn_ack/explain.txt" with { type: "text" };
import text18 from "./lost_syn_ack/ladder.txt" with { type: "text" };
import text19 from "./lost_syn_ack/statistics.txt" with { type: "text" };
import text20 from "./refused/narration.txt" with { type: "text" };
import text21 from "./refused/trace.txt" with { type: "text" };
import text22 from "./refused/explain.txt" with { type: "text" };
import text23 from "./refused/ladder.txt" with { type: "text" };
import text24 from "./refused/statistics.txt" with { type: "text" };
import text25 from "./silent/narration.txt" with { type: "text" };
import text26 from "./silent/trace.txt" with { type: "text" };
import text27 from "./silent/explain.txt" with { type: "text" };
import text28 from "./silent/ladder.txt" with { type: "text" };
import text29 from "./silent/statistics.txt" with { type: "text" };
import text30 from "./unreachable/narration.txt" with { type: "text" };
import text31 from "./unreachable/trace.txt" with { type: "text" };
import text32 from "./unreachable/explain.txt" with { type: "text" };
import text33 from "./unreachable/ladder.txt" with { type: "text" };
import text34 from "./unreachable/statistics.txt" with { type: "text" };
import text35 from "./simultaneous_open/narration.txt" with { type: "text" };
import text36 from "./simultaneous_open/trace.txt" with { type: "text" };
import text37 from "./simultaneous_open/explain.txt" with { type: "text" };
import text38 from "./simultaneous_open/ladder.txt" with { type: "text" };
import text39 from "./simultaneous_open/statistics.txt" with { type: "text" };
import text40 from "./lost_data/narration.txt" with { type: "text" };
import text41 from "./lost_data/trace.txt" with { type: "text" };
import text42 from "./lost_data/explain.txt" with { type: "text" };
import text43 from "./lost_data/ladder.txt" with { type: "text" };
import text44 from "./lost_data/statistics.txt" with { type: "text" };
import text45 from "./lost_ack/narration.txt" with { type: "text" };
import text46 from "./lost_ack/trace.txt" with { type: "text" };
import text47 from "./lost_ack/explain.txt" with { type: "text" };
import text48 from "./lost_ack/ladder.txt" with { type: "text" };
import text49 from "./lost_ack/statistics.txt" with { type: "text" };
import text50 from "./lost_tail/narration.txt" with { type: "text" };
import text51 from "./lost_tail/trace.txt" with { type: "text" };
import text52 from "./lost_tail/explain.txt" with { type: "text" };
import text53 from "./lost_tail/ladder.txt" with { type: "text" };
import text54 from "./lost_tail/statistics.txt" with { type: "text" };
import text55 from "./sack_recovery/narration.txt" with { type: "text" };
import text56 from "./sack_recovery/trace.txt" with { type: "text" };
import text57 from "./sack_recovery/explain.txt" with { type: "text" };
import text58 from "./sack_recovery/ladder.txt" with { type: "text" };
import text59 from "./sack_recovery/statistics.txt" with { type: "text" };
import text60 from "./rto_then_recovery/narration.txt" with { type: "text" };
import text61 from "./rto_then_recovery/trace.txt" with { type: "text" };
import text62 from "./rto_then_recovery/explain.txt" with { type: "text" };
import text63 from "./rto_then_recovery/ladder.txt" with { type: "text" };
import text64 from "./rto_then_recovery/statistics.txt" with { type: "text" };
import text65 from "./loss_2_percent/narration.txt" with { type: "text" };
import text66 from "./loss_2_percent/trace.txt" with { type: "text" };
import text67 from "./loss_2_percent/explain.txt" with { type: "text" };
import text68 from "./loss_2_percent/ladder.txt" with { type: "text" };
import text69 from "./loss_2_percent/statistics.txt" with { type: "text" };
import text70 from "./spurious/narration.txt" with { type: "text" };
import text71 from "./spurious/trace.txt" with { type: "text" };
import text72 from "./spurious/explain.txt" with { type: "text" };
import text73 from "./spurious/ladder.txt" with { type: "text" };
import text74 from "./spurious/statistics.txt" with { type: "text" };
import text75 from "./zero_window/narration.txt" with { type: "text" };
import text76 from "./zero_window/trace.txt" with { type: "text" };
import text77 from "./zero_window/explain.txt" with { type: "text" };
import text78 from "./zero_window/ladder.txt" with { type: "text" };
import text79 from "./zero_window/statistics.txt" with { type: "text" };
import text80 from "./path_mtu/narration.txt" with { type: "text" };
import text81 from "./path_mtu/trace.txt" with { type: "text" };
import text82 from "./path_mtu/explain.txt" with { type: "text" };
import text83 from "./path_mtu/ladder.txt" with { type: "text" };
import text84 from "./path_mtu/statistics.txt" with { type: "text" };
import text85 from "./ecn/narration.txt" with { type: "text" };
import text86 from "./ecn/trace.txt" with { type: "text" };
import text87 from "./ecn/explain.txt" with { type: "text" };
import text88 from "./ecn/ladder.txt" with { type: "text" };
import text89 from "./ecn/statistics.txt" with { type: "text" };
import text90 from "./keep_alive/narration.txt" with { type: "text" };
import text91 from "./keep_alive/trace.txt" with { type: "text" };
import text92 from "./keep_alive/explain.txt" with { type: "text" };
import text93 from "./keep_alive/ladder.txt" with { type: "text" };
import text94 from "./keep_alive/statistics.txt" with { type: "text" };
import text95 from "./http/narration.txt" with { type: "text" };
import text96 from "./http/trace.txt" with { type: "text" };
import text97 from "./http/explain.txt" with { type: "text" };
import text98 from "./http/ladder.txt" with { type: "text" };
import text99 from "./http/statistics.txt" with { type: "text" };
import text100 from "./lost_fin/narration.txt" with { type: "text" };
import text101 from "./lost_fin/trace.txt" with { type: "text" };
import text102 from "./lost_fin/explain.txt" with { type: "text" };
import text103 from "./lost_fin/ladder.txt" with { type: "text" };
import text104 from "./lost_fin/statistics.txt" with { type: "text" };
import text105 from "./half_close/narration.txt" with { type: "text" };
import text106 from "./half_close/trace.txt" with { type: "text" };
import text107 from "./half_close/explain.txt" with { type: "text" };
import text108 from "./half_close/ladder.txt" with { type: "text" };
import text109 from "./half_close/statistics.txt" with { type: "text" };
import text110 from "./peer_closes_first/narration.txt" with { type: "text" };
import text111 from "./peer_closes_first/trace.txt" with { type: "text" };
import text112 from "./peer_closes_first/explain.txt" with { type: "text" };
import text113 from "./peer_closes_first/ladder.txt" with { type: "text" };
import text114 from "./peer_closes_first/statistics.txt" with { type: "text" };
import text115 from "./simultaneous_close/narration.txt" with { type: "text" };
import text116 from "./simultaneous_close/trace.txt" with { type: "text" };
import text117 from "./simultaneous_close/explain.txt" with { type: "text" };
import text118 from "./simultaneous_close/ladder.txt" with { type: "text" };
import text119 from "./simultaneous_close/statistics.txt" with { type: "text" };
import text120 from "./reset_in_the_middle/narration.txt" with { type: "text" };
import text121 from "./reset_in_the_middle/trace.txt" with { type: "text" };
import text122 from "./reset_in_the_middle/explain.txt" with { type: "text" };
import text123 from "./reset_in_the_middle/ladder.txt" with { type: "text" };
import text124 from "./reset_in_the_middle/statistics.txt" with { type: "text" };
import text125 from "./reset_after_ack/narration.txt" with { type: "text" };
import text126 from "./reset_after_ack/trace.txt" with { type: "text" };
import text127 from "./reset_after_ack/explain.txt" with { type: "text" };
import text128 from "./reset_after_ack/ladder.txt" with { type: "text" };
import text129 from "./reset_after_ack/statistics.txt" with { type: "text" };
import text130 from "./reset_in_one_batch/narration.txt" with { type: "text" };
import text131 from "./reset_in_one_batch/trace.txt" with { type: "text" };
import text132 from "./reset_in_one_batch/explain.txt" with { type: "text" };
import text133 from "./reset_in_one_batch/ladder.txt" with { type: "text" };
import text134 from "./reset_in_one_batch/statistics.txt" with { type: "text" };

/** By the story's name. */
// deno-fmt-ignore
export const GOLDEN: ReadonlyMap<string, Texts> = new Map([
  ["plain", { narration: text0, trace: text1, explain: text2, ladder: text3, statistics: text4 }],
  ["plain_absolute", { narration: text5, trace: text6, explain: text7, ladder: text8, statistics: text9 }],
  ["lost_syn", { narration: text10, trace: text11, explain: text12, ladder: text13, statistics: text14 }],
  ["lost_syn_ack", { narration: text15, trace: text16, explain: text17, ladder: text18, statistics: text19 }],
  ["refused", { narration: text20, trace: text21, explain: text22, ladder: text23, statistics: text24 }],
  ["silent", { narration: text25, trace: text26, explain: text27, ladder: text28, statistics: text29 }],
  ["unreachable", { narration: text30, trace: text31, explain: text32, ladder: text33, statistics: text34 }],
  ["simultaneous_open", { narration: text35, trace: text36, explain: text37, ladder: text38, statistics: text39 }],
  ["lost_data", { narration: text40, trace: text41, explain: text42, ladder: text43, statistics: text44 }],
  ["lost_ack", { narration: text45, trace: text46, explain: text47, ladder: text48, statistics: text49 }],
  ["lost_tail", { narration: text50, trace: text51, explain: text52, ladder: text53, statistics: text54 }],
  ["sack_recovery", { narration: text55, trace: text56, explain: text57, ladder: text58, statistics: text59 }],
  ["rto_then_recovery", { narration: text60, trace: text61, explain: text62, ladder: text63, statistics: text64 }],
  ["loss_2_percent", { narration: text65, trace: text66, explain: text67, ladder: text68, statistics: text69 }],
  ["spurious", { narration: text70, trace: text71, explain: text72, ladder: text73, statistics: text74 }],
  ["zero_window", { narration: text75, trace: text76, explain: text77, ladder: text78, statistics: text79 }],
  ["path_mtu", { narration: text80, trace: text81, explain: text82, ladder: text83, statistics: text84 }],
  ["ecn", { narration: text85, trace: text86, explain: text87, ladder: text88, statistics: text89 }],
  ["keep_alive", { narration: text90, trace: text91, explain: text92, ladder: text93, statistics: text94 }],
  ["http", { narration: text95, trace: text96, explain: text97, ladder: text98, statistics: text99 }],
  ["lost_fin", { narration: text100, trace: text101, explain: text102, ladder: text103, statistics: text104 }],
  ["half_close", { narration: text105, trace: text106, explain: text107, ladder: text108, statistics: text109 }],
  ["peer_closes_first", { narration: text110, trace: text111, explain: text112, ladder: text113, statistics: text114 }],
  ["simultaneous_close", { narration: text115, trace: text116, explain: text117, ladder: text118, statistics: text119 }],
  ["reset_in_the_middle", { narration: text120, trace: text121, explain: text122, ladder: text123, statistics: text124 }],
  ["reset_after_ack", { narration: text125, trace: text126, explain: text127, ladder: text128, statistics: text129 }],
  ["reset_in_one_batch", { narration: text130, trace: text131, explain: text132, ladder: text133, statistics: text134 }],
]);
