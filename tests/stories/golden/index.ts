/** The golden texts of every story. Made by write_golden.ts. */

import type { Pictures, Texts } from "../run.ts";
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
import refused_svg from "./refused/ladder.svg" with { type: "text" };
import refused_mmd from "./refused/ladder.mmd" with { type: "text" };
import text27 from "./silent/narration.txt" with { type: "text" };
import text28 from "./silent/trace.txt" with { type: "text" };
import text29 from "./silent/explain.txt" with { type: "text" };
import text30 from "./silent/ladder.txt" with { type: "text" };
import text31 from "./silent/statistics.txt" with { type: "text" };
import text32 from "./unreachable/narration.txt" with { type: "text" };
import text33 from "./unreachable/trace.txt" with { type: "text" };
import text34 from "./unreachable/explain.txt" with { type: "text" };
import text35 from "./unreachable/ladder.txt" with { type: "text" };
import text36 from "./unreachable/statistics.txt" with { type: "text" };
import text37 from "./simultaneous_open/narration.txt" with { type: "text" };
import text38 from "./simultaneous_open/trace.txt" with { type: "text" };
import text39 from "./simultaneous_open/explain.txt" with { type: "text" };
import text40 from "./simultaneous_open/ladder.txt" with { type: "text" };
import text41 from "./simultaneous_open/statistics.txt" with { type: "text" };
import text42 from "./lost_data/narration.txt" with { type: "text" };
import text43 from "./lost_data/trace.txt" with { type: "text" };
import text44 from "./lost_data/explain.txt" with { type: "text" };
import text45 from "./lost_data/ladder.txt" with { type: "text" };
import text46 from "./lost_data/statistics.txt" with { type: "text" };
import lost_data_svg from "./lost_data/ladder.svg" with { type: "text" };
import lost_data_mmd from "./lost_data/ladder.mmd" with { type: "text" };
import text49 from "./lost_ack/narration.txt" with { type: "text" };
import text50 from "./lost_ack/trace.txt" with { type: "text" };
import text51 from "./lost_ack/explain.txt" with { type: "text" };
import text52 from "./lost_ack/ladder.txt" with { type: "text" };
import text53 from "./lost_ack/statistics.txt" with { type: "text" };
import text54 from "./lost_tail/narration.txt" with { type: "text" };
import text55 from "./lost_tail/trace.txt" with { type: "text" };
import text56 from "./lost_tail/explain.txt" with { type: "text" };
import text57 from "./lost_tail/ladder.txt" with { type: "text" };
import text58 from "./lost_tail/statistics.txt" with { type: "text" };
import text59 from "./tail_loss_probe/narration.txt" with { type: "text" };
import text60 from "./tail_loss_probe/trace.txt" with { type: "text" };
import text61 from "./tail_loss_probe/explain.txt" with { type: "text" };
import text62 from "./tail_loss_probe/ladder.txt" with { type: "text" };
import text63 from "./tail_loss_probe/statistics.txt" with { type: "text" };
import text64 from "./sack_recovery/narration.txt" with { type: "text" };
import text65 from "./sack_recovery/trace.txt" with { type: "text" };
import text66 from "./sack_recovery/explain.txt" with { type: "text" };
import text67 from "./sack_recovery/ladder.txt" with { type: "text" };
import text68 from "./sack_recovery/statistics.txt" with { type: "text" };
import text69 from "./rto_then_recovery/narration.txt" with { type: "text" };
import text70 from "./rto_then_recovery/trace.txt" with { type: "text" };
import text71 from "./rto_then_recovery/explain.txt" with { type: "text" };
import text72 from "./rto_then_recovery/ladder.txt" with { type: "text" };
import text73 from "./rto_then_recovery/statistics.txt" with { type: "text" };
import text74 from "./loss_2_percent/narration.txt" with { type: "text" };
import text75 from "./loss_2_percent/trace.txt" with { type: "text" };
import text76 from "./loss_2_percent/explain.txt" with { type: "text" };
import text77 from "./loss_2_percent/ladder.txt" with { type: "text" };
import text78 from "./loss_2_percent/statistics.txt" with { type: "text" };
import text79 from "./spurious/narration.txt" with { type: "text" };
import text80 from "./spurious/trace.txt" with { type: "text" };
import text81 from "./spurious/explain.txt" with { type: "text" };
import text82 from "./spurious/ladder.txt" with { type: "text" };
import text83 from "./spurious/statistics.txt" with { type: "text" };
import text84 from "./zero_window/narration.txt" with { type: "text" };
import text85 from "./zero_window/trace.txt" with { type: "text" };
import text86 from "./zero_window/explain.txt" with { type: "text" };
import text87 from "./zero_window/ladder.txt" with { type: "text" };
import text88 from "./zero_window/statistics.txt" with { type: "text" };
import text89 from "./path_mtu/narration.txt" with { type: "text" };
import text90 from "./path_mtu/trace.txt" with { type: "text" };
import text91 from "./path_mtu/explain.txt" with { type: "text" };
import text92 from "./path_mtu/ladder.txt" with { type: "text" };
import text93 from "./path_mtu/statistics.txt" with { type: "text" };
import text94 from "./ecn/narration.txt" with { type: "text" };
import text95 from "./ecn/trace.txt" with { type: "text" };
import text96 from "./ecn/explain.txt" with { type: "text" };
import text97 from "./ecn/ladder.txt" with { type: "text" };
import text98 from "./ecn/statistics.txt" with { type: "text" };
import text99 from "./keep_alive/narration.txt" with { type: "text" };
import text100 from "./keep_alive/trace.txt" with { type: "text" };
import text101 from "./keep_alive/explain.txt" with { type: "text" };
import text102 from "./keep_alive/ladder.txt" with { type: "text" };
import text103 from "./keep_alive/statistics.txt" with { type: "text" };
import text104 from "./http/narration.txt" with { type: "text" };
import text105 from "./http/trace.txt" with { type: "text" };
import text106 from "./http/explain.txt" with { type: "text" };
import text107 from "./http/ladder.txt" with { type: "text" };
import text108 from "./http/statistics.txt" with { type: "text" };
import http_svg from "./http/ladder.svg" with { type: "text" };
import http_mmd from "./http/ladder.mmd" with { type: "text" };
import text111 from "./lost_fin/narration.txt" with { type: "text" };
import text112 from "./lost_fin/trace.txt" with { type: "text" };
import text113 from "./lost_fin/explain.txt" with { type: "text" };
import text114 from "./lost_fin/ladder.txt" with { type: "text" };
import text115 from "./lost_fin/statistics.txt" with { type: "text" };
import text116 from "./half_close/narration.txt" with { type: "text" };
import text117 from "./half_close/trace.txt" with { type: "text" };
import text118 from "./half_close/explain.txt" with { type: "text" };
import text119 from "./half_close/ladder.txt" with { type: "text" };
import text120 from "./half_close/statistics.txt" with { type: "text" };
import text121 from "./peer_closes_first/narration.txt" with { type: "text" };
import text122 from "./peer_closes_first/trace.txt" with { type: "text" };
import text123 from "./peer_closes_first/explain.txt" with { type: "text" };
import text124 from "./peer_closes_first/ladder.txt" with { type: "text" };
import text125 from "./peer_closes_first/statistics.txt" with { type: "text" };
import text126 from "./simultaneous_close/narration.txt" with { type: "text" };
import text127 from "./simultaneous_close/trace.txt" with { type: "text" };
import text128 from "./simultaneous_close/explain.txt" with { type: "text" };
import text129 from "./simultaneous_close/ladder.txt" with { type: "text" };
import text130 from "./simultaneous_close/statistics.txt" with { type: "text" };
import text131 from "./reset_in_the_middle/narration.txt" with { type: "text" };
import text132 from "./reset_in_the_middle/trace.txt" with { type: "text" };
import text133 from "./reset_in_the_middle/explain.txt" with { type: "text" };
import text134 from "./reset_in_the_middle/ladder.txt" with { type: "text" };
import text135 from "./reset_in_the_middle/statistics.txt" with { type: "text" };
import text136 from "./reset_after_ack/narration.txt" with { type: "text" };
import text137 from "./reset_after_ack/trace.txt" with { type: "text" };
import text138 from "./reset_after_ack/explain.txt" with { type: "text" };
import text139 from "./reset_after_ack/ladder.txt" with { type: "text" };
import text140 from "./reset_after_ack/statistics.txt" with { type: "text" };
import text141 from "./reset_in_one_batch/narration.txt" with { type: "text" };
import text142 from "./reset_in_one_batch/trace.txt" with { type: "text" };
import text143 from "./reset_in_one_batch/explain.txt" with { type: "text" };
import text144 from "./reset_in_one_batch/ladder.txt" with { type: "text" };
import text145 from "./reset_in_one_batch/statistics.txt" with { type: "text" };
import glossary from "./glossary.txt" with { type: "text" };
import told from "./told.txt" with { type: "text" };
import situations from "./situations.txt" with { type: "text" };
import words from "./words.txt" with { type: "text" };

/** By the story's name. */
// deno-fmt-ignore
export const GOLDEN: ReadonlyMap<string, Texts> = new Map([
  ["plain", { narration: text0, trace: text1, explain: text2, ladder: text3, statistics: text4 }],
  ["plain_absolute", { narration: text5, trace: text6, explain: text7, ladder: text8, statistics: text9 }],
  ["lost_syn", { narration: text10, trace: text11, explain: text12, ladder: text13, statistics: text14 }],
  ["lost_syn_ack", { narration: text15, trace: text16, explain: text17, ladder: text18, statistics: text19 }],
  ["refused", { narration: text20, trace: text21, explain: text22, ladder: text23, statistics: text24 }],
  ["silent", { narration: text27, trace: text28, explain: text29, ladder: text30, statistics: text31 }],
  ["unreachable", { narration: text32, trace: text33, explain: text34, ladder: text35, statistics: text36 }],
  ["simultaneous_open", { narration: text37, trace: text38, explain: text39, ladder: text40, statistics: text41 }],
  ["lost_data", { narration: text42, trace: text43, explain: text44, ladder: text45, statistics: text46 }],
  ["lost_ack", { narration: text49, trace: text50, explain: text51, ladder: text52, statistics: text53 }],
  ["lost_tail", { narration: text54, trace: text55, explain: text56, ladder: text57, statistics: text58 }],
  ["tail_loss_probe", { narration: text59, trace: text60, explain: text61, ladder: text62, statistics: text63 }],
  ["sack_recovery", { narration: text64, trace: text65, explain: text66, ladder: text67, statistics: text68 }],
  ["rto_then_recovery", { narration: text69, trace: text70, explain: text71, ladder: text72, statistics: text73 }],
  ["loss_2_percent", { narration: text74, trace: text75, explain: text76, ladder: text77, statistics: text78 }],
  ["spurious", { narration: text79, trace: text80, explain: text81, ladder: text82, statistics: text83 }],
  ["zero_window", { narration: text84, trace: text85, explain: text86, ladder: text87, statistics: text88 }],
  ["path_mtu", { narration: text89, trace: text90, explain: text91, ladder: text92, statistics: text93 }],
  ["ecn", { narration: text94, trace: text95, explain: text96, ladder: text97, statistics: text98 }],
  ["keep_alive", { narration: text99, trace: text100, explain: text101, ladder: text102, statistics: text103 }],
  ["http", { narration: text104, trace: text105, explain: text106, ladder: text107, statistics: text108 }],
  ["lost_fin", { narration: text111, trace: text112, explain: text113, ladder: text114, statistics: text115 }],
  ["half_close", { narration: text116, trace: text117, explain: text118, ladder: text119, statistics: text120 }],
  ["peer_closes_first", { narration: text121, trace: text122, explain: text123, ladder: text124, statistics: text125 }],
  ["simultaneous_close", { narration: text126, trace: text127, explain: text128, ladder: text129, statistics: text130 }],
  ["reset_in_the_middle", { narration: text131, trace: text132, explain: text133, ladder: text134, statistics: text135 }],
  ["reset_after_ack", { narration: text136, trace: text137, explain: text138, ladder: text139, statistics: text140 }],
  ["reset_in_one_batch", { narration: text141, trace: text142, explain: text143, ladder: text144, statistics: text145 }],
]);

/** The ladders of some stories as files. */
// deno-fmt-ignore
export const PICTURES: ReadonlyMap<string, Pictures> = new Map([
  ["refused", { svg: refused_svg, mermaid: refused_mmd }],
  ["lost_data", { svg: lost_data_svg, mermaid: lost_data_mmd }],
  ["http", { svg: http_svg, mermaid: http_mmd }],
]);

/** The glossary as a terminal shows it. */
export const GLOSSARY: string = glossary;

/** How numbers and names are written. */
export const WORDS: string = words;

/** What is shown of the situations that no story has. */
export const SITUATIONS_PAGE: string = situations;

/** Every claim of the catalogue as it is first told. */
export const TOLD: string = told;
