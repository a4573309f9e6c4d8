/**
 * What the catalogue says, each claim as it is first told of a real connection: by the stories, by the scripts, and by the
 * situations below that neither has.
 *
 * @module
 */

import { decodePacket, Segment } from "../../tcp/mod.ts";
import { OWN_SCRIPTS } from "../../packetdrill/options.ts";
import { runScript } from "../../packetdrill/run.ts";
import {
  ARRIVALS,
  type CatalogueEntry,
  claimsOf,
  CONGESTION_REASONS,
  DROP_REASONS,
  ICMP_VERDICTS,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "../../trace/catalogue.ts";
import { combineObservers } from "../../trace/combine.ts";
import type { ConnectionRecord, TraceEvent, TraceSink } from "../../trace/record.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { entriesOf } from "../../trace/told.ts";
import { labelText, sentenceOf } from "../../trace/variables.ts";
import { SCRIPTS } from "../packetdrill/scripts/index.ts";
import { DAMAGE, packet, SITUATIONS } from "../trace/situations.ts";
import { NOW } from "../trace/situation_kit.ts";
import { runStory, storyOf } from "./run.ts";
import { STORIES } from "./stories.ts";
import type { Story } from "./story.ts";

/** The tables of what a core tells. */
export const TABLES: Readonly<Record<string, Readonly<Record<string, CatalogueEntry>>>> = {
  SEND_REASONS,
  ARRIVALS,
  DROP_REASONS,
  STATE_REASONS,
  CONGESTION_REASONS,
  TIMERS,
  ICMP_VERDICTS,
};

/** A claim with its code, and the event of which it was told. */
export interface Telling {
  readonly code: string;
  readonly claim: CatalogueEntry;
  readonly event: TraceEvent;
  readonly connection: ConnectionRecord | null;
  /** Whether it is told only of what lacks the program's variables. */
  readonly lacksVariables: boolean;
}

/** Keeps the first telling of each claim. */
export class FirstTold implements TraceSink {
  readonly tellings = new Map<CatalogueEntry, Telling>();
  /** Whether the events that come lack the program's variables. */
  lacksVariables = false;
  /** All tellings by their codes, for whoever asked for them. */
  readonly all = new Map<string, Telling[]>();
  readonly #keepsAll: boolean;

  constructor(keepsAll = false) {
    this.#keepsAll = keepsAll;
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    for (const { code, entry } of entriesOf(event, connection)) {
      if (!this.#keepsAll && this.tellings.has(entry)) continue;
      const { lacksVariables } = this;
      const copy = connection === null ? null : { ...connection };
      const telling = { code, claim: entry, event, connection: copy, lacksVariables };
      if (!this.tellings.has(entry)) this.tellings.set(entry, telling);
      if (this.#keepsAll) {
        const all = this.all.get(code);
        if (all === undefined) this.all.set(code, [telling]);
        else all.push(telling);
      }
    }
  }

  finish(): void {}
}

/** A probe repairs the tail of a connection that computes its threshold from cwnd, so that no formula can be shown. */
const REDUCED_FROM_CWND: Story = {
  ...storyOf("tail_loss_probe"),
  client: { retransmission: { tailLossProbe: true }, recovery: { ssthreshFrom: "cwnd" } },
};

/** Everything that is told anywhere: by the scripts, the situations and the stories. */
export async function toldOfAll({ keepsAll = false } = {}): Promise<FirstTold> {
  const told = new FirstTold(keepsAll);
  for (const story of [...STORIES, REDUCED_FROM_CWND]) await runStory(story, new Recorder([told], [], LEAN));
  for (const [path, text] of SCRIPTS) {
    const recorder = new Recorder([told], [], LEAN);
    runScript(text, path, { ...OWN_SCRIPTS, family: null }, {
      beside: (log) => combineObservers([log, recorder]),
      onDrop: (reason, now, octets) => recorder.packetRefused(octets, reason, now),
    });
  }
  for (const situation of SITUATIONS) {
    situation(new Recorder([told], [], LEAN));
  }
  for (const [, , damage] of DAMAGE) {
    const damaged = damage(packet());
    const reason = decodePacket(damaged, damaged.length, new Segment(), "strict");
    if (reason !== null) new Recorder([told], [], LEAN).packetRefused(damaged, reason, NOW);
  }
  tellWithoutVariables(told);
  return told;
}

/** The same segments once more as a capture has them that lacks the program's variables. */
function tellWithoutVariables(told: FirstTold): void {
  told.lacksVariables = true;
  for (const { event, connection } of [...told.tellings.values()]) {
    if (event.kind === "sent") told.event({ ...event, view: null, acked: 0 }, connection);
  }
}

/** A page of all claims in the order of the tables. */
export function toldPage(told: FirstTold): string {
  const lines: string[] = [];
  for (const [table, entries] of Object.entries(TABLES)) {
    lines.push(table);
    for (const [code, entry] of Object.entries(entries)) {
      claimsOf(entry).forEach((claim, i) => {
        const telling = told.tellings.get(claim);
        const which = i === 0 ? code : `${code}, or else ${i}`;
        if (telling === undefined) lines.push(`  ${which}: never told`);
        else {
          const { event, connection, lacksVariables } = telling;
          const note = lacksVariables ? " (without the program's variables)" : "";
          lines.push(`  ${which}: ${labelText(claim, event, connection)}${note}`);
          lines.push(`    ${sentenceOf(claim, event, connection)} [${claim.rule}]`);
        }
      });
    }
  }
  return `${lines.join("\n")}\n`;
}
