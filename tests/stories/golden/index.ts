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
import refused_mermaid from "./refused/ladder.mmd" with { type: "text" };
import refused_narrow from "./refused/ladder.60.txt" with { type: "text" };
import refused_wide from "./refused/ladder.140.txt" with { type: "text" };
import text29 from "./silent/narration.txt" with { type: "text" };
import text30 from "./silent/trace.txt" with { type: "text" };
import text31 from "./silent/explain.txt" with { type: "text" };
import text32 from "./silent/ladder.txt" with { type: "text" };
import text33 from "./silent/statistics.txt" with { type: "text" };
import text34 from "./unreachable/narration.txt" with { type: "text" };
import text35 from "./unreachable/trace.txt" with { type: "text" };
import text36 from "./unreachable/explain.txt" with { type: "text" };
import text37 from "./unreachable/ladder.txt" with { type: "text" };
import text38 from "./unreachable/statistics.txt" with { type: "text" };
import text39 from "./simultaneous_open/narration.txt" with { type: "text" };
import text40 from "./simultaneous_open/trace.txt" with { type: "text" };
import text41 from "./simultaneous_open/explain.txt" with { type: "text" };
import text42 from "./simultaneous_open/ladder.txt" with { type: "text" };
import text43 from "./simultaneous_open/statistics.txt" with { type: "text" };
import text44 from "./lost_data/narration.txt" with { type: "text" };
import text45 from "./lost_data/trace.txt" with { type: "text" };
import text46 from "./lost_data/explain.txt" with { type: "text" };
import text47 from "./lost_data/ladder.txt" with { type: "text" };
import text48 from "./lost_data/statistics.txt" with { type: "text" };
import lost_data_svg from "./lost_data/ladder.svg" with { type: "text" };
import lost_data_mermaid from "./lost_data/ladder.mmd" with { type: "text" };
import lost_data_narrow from "./lost_data/ladder.60.txt" with { type: "text" };
import lost_data_wide from "./lost_data/ladder.140.txt" with { type: "text" };
import text53 from "./lost_ack/narration.txt" with { type: "text" };
import text54 from "./lost_ack/trace.txt" with { type: "text" };
import text55 from "./lost_ack/explain.txt" with { type: "text" };
import text56 from "./lost_ack/ladder.txt" with { type: "text" };
import text57 from "./lost_ack/statistics.txt" with { type: "text" };
import text58 from "./lost_tail/narration.txt" with { type: "text" };
import text59 from "./lost_tail/trace.txt" with { type: "text" };
import text60 from "./lost_tail/explain.txt" with { type: "text" };
import text61 from "./lost_tail/ladder.txt" with { type: "text" };
import text62 from "./lost_tail/statistics.txt" with { type: "text" };
import text63 from "./tail_loss_probe/narration.txt" with { type: "text" };
import text64 from "./tail_loss_probe/trace.txt" with { type: "text" };
import text65 from "./tail_loss_probe/explain.txt" with { type: "text" };
import text66 from "./tail_loss_probe/ladder.txt" with { type: "text" };
import text67 from "./tail_loss_probe/statistics.txt" with { type: "text" };
import text68 from "./sack_recovery/narration.txt" with { type: "text" };
import text69 from "./sack_recovery/trace.txt" with { type: "text" };
import text70 from "./sack_recovery/explain.txt" with { type: "text" };
import text71 from "./sack_recovery/ladder.txt" with { type: "text" };
import text72 from "./sack_recovery/statistics.txt" with { type: "text" };
import text73 from "./rto_then_recovery/narration.txt" with { type: "text" };
import text74 from "./rto_then_recovery/trace.txt" with { type: "text" };
import text75 from "./rto_then_recovery/explain.txt" with { type: "text" };
import text76 from "./rto_then_recovery/ladder.txt" with { type: "text" };
import text77 from "./rto_then_recovery/statistics.txt" with { type: "text" };
import text78 from "./loss_2_percent/narration.txt" with { type: "text" };
import text79 from "./loss_2_percent/trace.txt" with { type: "text" };
import text80 from "./loss_2_percent/explain.txt" with { type: "text" };
import text81 from "./loss_2_percent/ladder.txt" with { type: "text" };
import text82 from "./loss_2_percent/statistics.txt" with { type: "text" };
import text83 from "./spurious/narration.txt" with { type: "text" };
import text84 from "./spurious/trace.txt" with { type: "text" };
import text85 from "./spurious/explain.txt" with { type: "text" };
import text86 from "./spurious/ladder.txt" with { type: "text" };
import text87 from "./spurious/statistics.txt" with { type: "text" };
import text88 from "./zero_window/narration.txt" with { type: "text" };
import text89 from "./zero_window/trace.txt" with { type: "text" };
import text90 from "./zero_window/explain.txt" with { type: "text" };
import text91 from "./zero_window/ladder.txt" with { type: "text" };
import text92 from "./zero_window/statistics.txt" with { type: "text" };
import text93 from "./path_mtu/narration.txt" with { type: "text" };
import text94 from "./path_mtu/trace.txt" with { type: "text" };
import text95 from "./path_mtu/explain.txt" with { type: "text" };
import text96 from "./path_mtu/ladder.txt" with { type: "text" };
import text97 from "./path_mtu/statistics.txt" with { type: "text" };
import text98 from "./black_hole/narration.txt" with { type: "text" };
import text99 from "./black_hole/trace.txt" with { type: "text" };
import text100 from "./black_hole/explain.txt" with { type: "text" };
import text101 from "./black_hole/ladder.txt" with { type: "text" };
import text102 from "./black_hole/statistics.txt" with { type: "text" };
import text103 from "./ecn/narration.txt" with { type: "text" };
import text104 from "./ecn/trace.txt" with { type: "text" };
import text105 from "./ecn/explain.txt" with { type: "text" };
import text106 from "./ecn/ladder.txt" with { type: "text" };
import text107 from "./ecn/statistics.txt" with { type: "text" };
import text108 from "./keep_alive/narration.txt" with { type: "text" };
import text109 from "./keep_alive/trace.txt" with { type: "text" };
import text110 from "./keep_alive/explain.txt" with { type: "text" };
import text111 from "./keep_alive/ladder.txt" with { type: "text" };
import text112 from "./keep_alive/statistics.txt" with { type: "text" };
import text113 from "./http/narration.txt" with { type: "text" };
import text114 from "./http/trace.txt" with { type: "text" };
import text115 from "./http/explain.txt" with { type: "text" };
import text116 from "./http/ladder.txt" with { type: "text" };
import text117 from "./http/statistics.txt" with { type: "text" };
import http_svg from "./http/ladder.svg" with { type: "text" };
import http_mermaid from "./http/ladder.mmd" with { type: "text" };
import http_narrow from "./http/ladder.60.txt" with { type: "text" };
import http_wide from "./http/ladder.140.txt" with { type: "text" };
import text122 from "./lost_fin/narration.txt" with { type: "text" };
import text123 from "./lost_fin/trace.txt" with { type: "text" };
import text124 from "./lost_fin/explain.txt" with { type: "text" };
import text125 from "./lost_fin/ladder.txt" with { type: "text" };
import text126 from "./lost_fin/statistics.txt" with { type: "text" };
import text127 from "./faults/narration.txt" with { type: "text" };
import text128 from "./faults/trace.txt" with { type: "text" };
import text129 from "./faults/explain.txt" with { type: "text" };
import text130 from "./faults/ladder.txt" with { type: "text" };
import text131 from "./faults/statistics.txt" with { type: "text" };
import faults_svg from "./faults/ladder.svg" with { type: "text" };
import faults_mermaid from "./faults/ladder.mmd" with { type: "text" };
import faults_narrow from "./faults/ladder.60.txt" with { type: "text" };
import faults_wide from "./faults/ladder.140.txt" with { type: "text" };
import text136 from "./faults_inbound/narration.txt" with { type: "text" };
import text137 from "./faults_inbound/trace.txt" with { type: "text" };
import text138 from "./faults_inbound/explain.txt" with { type: "text" };
import text139 from "./faults_inbound/ladder.txt" with { type: "text" };
import text140 from "./faults_inbound/statistics.txt" with { type: "text" };
import text141 from "./half_close/narration.txt" with { type: "text" };
import text142 from "./half_close/trace.txt" with { type: "text" };
import text143 from "./half_close/explain.txt" with { type: "text" };
import text144 from "./half_close/ladder.txt" with { type: "text" };
import text145 from "./half_close/statistics.txt" with { type: "text" };
import text146 from "./peer_closes_first/narration.txt" with { type: "text" };
import text147 from "./peer_closes_first/trace.txt" with { type: "text" };
import text148 from "./peer_closes_first/explain.txt" with { type: "text" };
import text149 from "./peer_closes_first/ladder.txt" with { type: "text" };
import text150 from "./peer_closes_first/statistics.txt" with { type: "text" };
import text151 from "./simultaneous_close/narration.txt" with { type: "text" };
import text152 from "./simultaneous_close/trace.txt" with { type: "text" };
import text153 from "./simultaneous_close/explain.txt" with { type: "text" };
import text154 from "./simultaneous_close/ladder.txt" with { type: "text" };
import text155 from "./simultaneous_close/statistics.txt" with { type: "text" };
import text156 from "./reset_in_the_middle/narration.txt" with { type: "text" };
import text157 from "./reset_in_the_middle/trace.txt" with { type: "text" };
import text158 from "./reset_in_the_middle/explain.txt" with { type: "text" };
import text159 from "./reset_in_the_middle/ladder.txt" with { type: "text" };
import text160 from "./reset_in_the_middle/statistics.txt" with { type: "text" };
import text161 from "./reset_after_ack/narration.txt" with { type: "text" };
import text162 from "./reset_after_ack/trace.txt" with { type: "text" };
import text163 from "./reset_after_ack/explain.txt" with { type: "text" };
import text164 from "./reset_after_ack/ladder.txt" with { type: "text" };
import text165 from "./reset_after_ack/statistics.txt" with { type: "text" };
import text166 from "./reset_from_elsewhere/narration.txt" with { type: "text" };
import text167 from "./reset_from_elsewhere/trace.txt" with { type: "text" };
import text168 from "./reset_from_elsewhere/explain.txt" with { type: "text" };
import text169 from "./reset_from_elsewhere/ladder.txt" with { type: "text" };
import text170 from "./reset_from_elsewhere/statistics.txt" with { type: "text" };
import text171 from "./reset_in_one_batch/narration.txt" with { type: "text" };
import text172 from "./reset_in_one_batch/trace.txt" with { type: "text" };
import text173 from "./reset_in_one_batch/explain.txt" with { type: "text" };
import text174 from "./reset_in_one_batch/ladder.txt" with { type: "text" };
import text175 from "./reset_in_one_batch/statistics.txt" with { type: "text" };
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
  ["silent", { narration: text29, trace: text30, explain: text31, ladder: text32, statistics: text33 }],
  ["unreachable", { narration: text34, trace: text35, explain: text36, ladder: text37, statistics: text38 }],
  ["simultaneous_open", { narration: text39, trace: text40, explain: text41, ladder: text42, statistics: text43 }],
  ["lost_data", { narration: text44, trace: text45, explain: text46, ladder: text47, statistics: text48 }],
  ["lost_ack", { narration: text53, trace: text54, explain: text55, ladder: text56, statistics: text57 }],
  ["lost_tail", { narration: text58, trace: text59, explain: text60, ladder: text61, statistics: text62 }],
  ["tail_loss_probe", { narration: text63, trace: text64, explain: text65, ladder: text66, statistics: text67 }],
  ["sack_recovery", { narration: text68, trace: text69, explain: text70, ladder: text71, statistics: text72 }],
  ["rto_then_recovery", { narration: text73, trace: text74, explain: text75, ladder: text76, statistics: text77 }],
  ["loss_2_percent", { narration: text78, trace: text79, explain: text80, ladder: text81, statistics: text82 }],
  ["spurious", { narration: text83, trace: text84, explain: text85, ladder: text86, statistics: text87 }],
  ["zero_window", { narration: text88, trace: text89, explain: text90, ladder: text91, statistics: text92 }],
  ["path_mtu", { narration: text93, trace: text94, explain: text95, ladder: text96, statistics: text97 }],
  ["black_hole", { narration: text98, trace: text99, explain: text100, ladder: text101, statistics: text102 }],
  ["ecn", { narration: text103, trace: text104, explain: text105, ladder: text106, statistics: text107 }],
  ["keep_alive", { narration: text108, trace: text109, explain: text110, ladder: text111, statistics: text112 }],
  ["http", { narration: text113, trace: text114, explain: text115, ladder: text116, statistics: text117 }],
  ["lost_fin", { narration: text122, trace: text123, explain: text124, ladder: text125, statistics: text126 }],
  ["faults", { narration: text127, trace: text128, explain: text129, ladder: text130, statistics: text131 }],
  ["faults_inbound", { narration: text136, trace: text137, explain: text138, ladder: text139, statistics: text140 }],
  ["half_close", { narration: text141, trace: text142, explain: text143, ladder: text144, statistics: text145 }],
  ["peer_closes_first", { narration: text146, trace: text147, explain: text148, ladder: text149, statistics: text150 }],
  ["simultaneous_close", { narration: text151, trace: text152, explain: text153, ladder: text154, statistics: text155 }],
  ["reset_in_the_middle", { narration: text156, trace: text157, explain: text158, ladder: text159, statistics: text160 }],
  ["reset_after_ack", { narration: text161, trace: text162, explain: text163, ladder: text164, statistics: text165 }],
  ["reset_from_elsewhere", { narration: text166, trace: text167, explain: text168, ladder: text169, statistics: text170 }],
  ["reset_in_one_batch", { narration: text171, trace: text172, explain: text173, ladder: text174, statistics: text175 }],
]);

/** The ladders of some stories as files. */
// deno-fmt-ignore
export const PICTURES: ReadonlyMap<string, Pictures> = new Map([
  ["refused", { svg: refused_svg, mermaid: refused_mermaid, narrow: refused_narrow, wide: refused_wide }],
  ["lost_data", { svg: lost_data_svg, mermaid: lost_data_mermaid, narrow: lost_data_narrow, wide: lost_data_wide }],
  ["http", { svg: http_svg, mermaid: http_mermaid, narrow: http_narrow, wide: http_wide }],
  ["faults", { svg: faults_svg, mermaid: faults_mermaid, narrow: faults_narrow, wide: faults_wide }],
]);

/** The glossary as a terminal shows it. */
export const GLOSSARY: string = glossary;

/** How numbers and names are written. */
export const WORDS: string = words;

/** What is shown of the situations that no story has. */
export const SITUATIONS_PAGE: string = situations;

/** Every claim of the catalogue as it is first told. */
export const TOLD: string = told;
