/**
 * What two captures show together, in the words of one of them.
 *
 * @module
 */

import type { FoundThere, OtherSide, ThereOnly } from "../analysis/other_side.ts";
import type { FindingCode } from "../../trace/catalogue.ts";
import type { Direction } from "../../trace/copy.ts";
import { countText, flagsText, secondsText, spanText } from "../../trace/format.ts";
import { synChanges } from "./syn_changes.ts";
import { instant, type State } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import type { ComparedFlow, Pair } from "./comparison.ts";
import type { Crossing } from "./crossings.ts";
import type { Passage } from "../analysis/passage.ts";

/** From here on a difference is told to the microsecond. */
const SECOND = 1_000_000;

type Values = Record<string, number | string>;

/** Tells the first capture what the second one shows. */
export class ThereTold implements OtherSide {
  readonly #found = new Map<number, FoundThere>();
  readonly #only: ThereOnly[];
  #told = 0;

  /** What is to be told of the comparison, in the order of its moments. */
  constructor(comparison: Pair) {
    const { name } = comparison.there;
    const only: ThereOnly[] = [...clockNotes(comparison)];
    for (const flow of comparison.flows) {
      const teller = new FlowTeller(flow, name);
      teller.addFound(this.#found);
      only.push(...teller.only());
    }
    this.#only = only.sort((a, b) => a.time - b.time);
  }

  of(frame: number): FoundThere | null {
    return this.#found.get(frame) ?? null;
  }

  before(time: number): readonly ThereOnly[] {
    const from = this.#told;
    while (this.#told < this.#only.length && (this.#only[this.#told] as ThereOnly).time < time) this.#told++;
    return this.#only.slice(from, this.#told);
  }
}

/** How the clocks go, said of each connection once. */
function clockNotes({ flows, clocks, there }: Pair): readonly ThereOnly[] {
  const { roundTrip, halfway } = clocks;
  const values: Values = { there: there.name };
  const notes: Pick<Extract<ThereOnly, { kind: "note" }>, "code" | "values">[] = [];
  if (halfway === null) notes.push({ code: "clocks-one-way", values });
  else if (clocks.areTakenAsEqual) {
    const ways = { toThere: spanText(clocks.most), toHere: spanText(-clocks.least) };
    notes.push({
      code: "clocks-equal",
      values: { ...values, ...ways, halfway: aheadText(halfway), half: spanText(roundTrip / 2) },
    });
  } else {
    notes.push({
      code: "clocks-apart",
      values: {
        ...values,
        halfway: aheadText(clocks.aheadAt(0)),
        half: spanText(roundTrip / 2),
      },
    });
    if (clocks.drift !== 0) {
      notes.push({ code: "clocks-drift", values: { ...values, drift: spanText(Math.abs(clocks.drift)) } });
    }
  }
  const [first] = flows;
  if (first === undefined) return [];
  return notes.map((note) => ({
    ...note,
    kind: "note",
    connection: null,
    time: first.here.firstAt,
  }));
}

/** `3 ms ahead`, `5.003071 s behind`. */
export function aheadText(ahead: number): string {
  const amount = Math.abs(ahead);
  const text = amount < SECOND ? spanText(amount) : `${secondsText(amount)} s`;
  return `${text} ${Math.round(ahead) < 0 ? "behind" : "ahead"}`;
}

/** Tells one connection. */
class FlowTeller {
  readonly #flow: ComparedFlow;
  readonly #there: string;

  constructor(flow: ComparedFlow, there: string) {
    this.#flow = flow;
    this.#there = there;
  }

  addFound(into: Map<number, FoundThere>): void {
    const { toThere, toHere } = this.#flow;
    const doubles = new Map<Crossing, number>();
    for (const one of toThere.doubles.values()) doubles.set(one, (doubles.get(one) ?? 0) + 1);
    for (const crossing of toThere.byUp.values()) {
      const found = this.#left(crossing, doubles.get(crossing) ?? 0);
      if (found !== null) into.set(crossing.up.frame, found);
    }
    for (const [arrival, crossing] of toHere.byDown) into.set(arrival.frame, this.#came(crossing, arrival));
    for (const [arrival, crossing] of toHere.doubles) {
      into.set(arrival.frame, this.#doubled(crossing, arrival));
    }
    for (const arrival of toHere.unsent) {
      into.set(arrival.frame, {
        codes: ["not-sent-there"],
        values: { there: this.#there },
        far: { time: null, state: null },
        copy: null,
      });
    }
  }

  /** What passes the other point only. */
  only(): readonly ThereOnly[] {
    const { toThere, toHere, here, leaving } = this.#flow;
    const connection = here.record.id;
    const coming: Direction = leaving === "sent" ? "arrived" : "sent";
    const lost = [...toHere.byUp.values()].filter(({ absence }) => absence !== null);
    return [
      ...lost.map((crossing): ThereOnly => ({
        kind: "lost",
        connection,
        time: crossing.up.time,
        direction: coming,
        segment: crossing.up.segment,
        found: this.#absentHere(crossing),
      })),
      ...toThere.unsent.map((arrival): ThereOnly => ({
        kind: "note",
        connection,
        time: arrival.time,
        code: "passed-there-only",
        values: {
          there: this.#there,
          frame: String(arrival.frame),
          what: contentText(arrival.segment),
          whose: leaving === "sent" ? here.local.name : here.remote.name,
        },
      })),
    ];
  }

  /** Of a packet that has left there and is not here. */
  #absentHere({ up, absence }: Crossing): FoundThere {
    const codes = { lost: "never-comes", missed: "missed-here", either: "absent-here" } as const;
    return {
      codes: [codes[absence ?? "either"]],
      values: { there: this.#there, thereFrames: framesText([up]) },
      far: { time: instant(up.time), state: this.#farState(up) },
      copy: null,
    };
  }

  /** What becomes of a packet that goes from here to there; null: nothing is known. */
  #left(crossing: Crossing, doubles: number): FoundThere | null {
    const { arrivals, absence, missing, overtakenBy, delay, up } = crossing;
    const [first] = arrivals;
    const values: Values = { there: this.#there };
    if (first === undefined) {
      if (absence === null) return null;
      const codes = { lost: "lost-between", missed: "missed-there", either: "absent-there" } as const;
      return { codes: [codes[absence]], values, far: { time: null, state: null }, copy: null };
    }
    const codes: FindingCode[] = ["reaches-there"];
    values["onTheWay"] = spanText(Math.max(delay ?? 0, 0));
    values["thereFrames"] = framesText(arrivals);
    if (missing.length > 0) {
      codes.push("partly-lost-between");
      values["lostOctets"] = octetsOf(missing);
      values["lostFrom"] = missing[0] ?? up.segment.seq;
    }
    if (overtakenBy > 0) {
      codes.push("overtaken-between");
      values["overtakers"] = countText(overtakenBy, "packet");
    }
    addChanges(up, first, codes, values);
    if (doubles > 0) {
      codes.push("doubled-on-the-way");
      values["copies"] = String(doubles + 1);
    }
    const state = this.#farState(arrivals.at(-1) ?? first);
    return { codes, values, far: { time: instant(Math.max(first.time, up.time)), state }, copy: null };
  }

  /** Where a packet that comes from there has been. */
  #came({ up, overtakenBy, delay }: Crossing, arrival: Passage): FoundThere {
    const codes: FindingCode[] = ["comes-from-there"];
    const values: Values = {
      there: this.#there,
      onTheWay: spanText(Math.max(delay ?? 0, 0)),
      thereFrames: framesText([up]),
    };
    if (overtakenBy > 0) {
      codes.push("overtaken-between");
      values["overtakers"] = countText(overtakenBy, "packet");
    }
    addChanges(up, arrival, codes, values);
    return {
      codes,
      values,
      far: { time: instant(Math.min(up.time, arrival.time)), state: this.#farState(up) },
      copy: up.isAgain ? "again" : "first",
    };
  }

  #doubled({ up }: Crossing, arrival: Passage): FoundThere {
    return {
      codes: ["doubled-between"],
      values: { there: this.#there, thereFrames: framesText([up]) },
      far: { time: instant(Math.min(up.time, arrival.time)), state: null },
      copy: "double",
    };
  }

  /** The state of the end on the other side, by what has passed there. */
  #farState({ states }: Passage): State | null {
    return this.#flow.leaving === "sent" ? states.remote : states.local;
  }
}

/** `PSH,ACK with 1448 octets`. */
function contentText({ flags, length }: SegmentRecord): string {
  return length === 0 ? flagsText(flags) : `${flagsText(flags)} with ${length} octets`;
}

/** Middle boxes lower MSS and take options out of SYNs. */
function addChanges(before: Passage, after: Passage, codes: FindingCode[], values: Values): void {
  const changes = synChanges(before, after);
  if (changes === "") return;
  codes.push("syn-changed");
  values["changes"] = changes;
}

function octetsOf(edges: readonly number[]): number {
  return edges.reduce((sum, edge, i) => sum + (i % 2 === 0 ? -edge : edge), 0);
}

function framesText(passages: readonly Passage[]): string {
  const frames = passages.map(({ frame }) => frame).sort((a, b) => a - b);
  const [first, last] = [frames[0] as number, frames.at(-1) as number];
  return first === last ? `frame ${first}` : `frames ${first} to ${last}`;
}
