/**
 * What of the trace's schema follows from tables: the variables of a view, the names of timers and of kinds of event. Run with
 * `--allow-read --allow-write`, it writes them into the schema.
 *
 * @module
 */

import { RECOVERY_PHASES, TIMER_NAMES } from "../../tcp/mod.ts";
import { EVENT_KINDS } from "../../trace/record.ts";
import { VIEW, VIEW_NAMES, type ViewUnit } from "../../trace/view.ts";

const TYPES: Readonly<Record<ViewUnit, Readonly<Record<string, unknown>>>> = {
  sequence: { type: "integer" },
  octets: { type: "integer", minimum: 0 },
  microseconds: { type: "number", minimum: 0 },
  count: { type: "integer", minimum: 0 },
};

/** Lines that are no event: they begin the trace, name a connection, and end the trace. */
const OTHER_LINES = ["trace", "connection", "end"];

/** Definitions of the schema by their names, as the tables have them. */
export function definitionsFromTables(): Record<string, unknown> {
  const numbers = VIEW_NAMES.map((name) => {
    const { unit, description } = VIEW[name];
    // JSON has no Infinity.
    const type = name === "ssthresh" ? { ...TYPES[unit], type: ["integer", "null"] } : TYPES[unit];
    return [name, { ...type, description }];
  });
  return {
    view: {
      description:
        "The connection's variables at that moment, in the RFCs' names. Those that are not known are absent.",
      type: "object",
      required: VIEW_NAMES.filter((name) => !VIEW[name].mayBeUnknown),
      additionalProperties: false,
      properties: {
        state: { $ref: "#/$defs/stateName" },
        phase: { enum: RECOVERY_PHASES, description: "Where loss recovery stands." },
        ...Object.fromEntries(numbers),
      },
    },
    timerName: { enum: TIMER_NAMES },
  };
}

/** What a line may be, by the names of the definitions. */
export function linesFromTables(): readonly string[] {
  return [...OTHER_LINES, ...EVENT_KINDS];
}

if (import.meta.main) {
  const path = new URL("../../trace/schema/rawtcp-trace.schema.json", import.meta.url);
  const schema = JSON.parse(Deno.readTextFileSync(path));
  for (const [name, definition] of Object.entries(definitionsFromTables())) {
    schema.$defs[name] = { ...schema.$defs[name], ...definition as object };
  }
  Deno.writeTextFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
}
