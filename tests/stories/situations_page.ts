/**
 * What is shown of the situations that no story has: packets that are refused, strays, forged segments, aborts.
 *
 * @module
 */

import { decodePacket, Segment } from "../../tcp/mod.ts";
import { Outputs } from "../../trace/outputs.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { DAMAGE, packet, SITUATIONS, tooManyGaps } from "../trace/situations.ts";
import { NOW } from "../trace/situation_kit.ts";

const WIDTH = 100;

/** A page of all of them. */
export function situationsPage(): string {
  const lines: string[] = [];
  const write = (line: string): number => lines.push(line.trimEnd());
  const show = (tell: (recorder: Recorder) => void): void => {
    const outputs = new Outputs({
      program: "rawtcp",
      payload: true,
      lines: { write, color: false },
      story: { write, width: WIDTH, color: false },
      ladder: true,
      epoch: null,
    });
    const recorder = new Recorder(outputs.sinks, [], LEAN);
    tell(recorder);
    recorder.finish();
    for (const ascii of [false, true]) {
      for (const line of outputs.terminalLadder({ width: WIDTH, ascii, color: false })) write(line);
    }
    write("");
  };
  for (const situation of SITUATIONS) if (situation !== tooManyGaps) show(situation);
  show((recorder) => {
    for (const [, , damage] of DAMAGE) {
      const damaged = damage(packet());
      const reason = decodePacket(damaged, damaged.length, new Segment(), "strict");
      if (reason !== null) recorder.packetRefused(damaged, reason, NOW);
    }
  });
  return `${lines.join("\n")}\n`;
}
