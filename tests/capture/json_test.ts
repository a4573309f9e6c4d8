import { assert } from "@std/assert";
import { Ajv2020 } from "ajv";
import { Analysis } from "../../capture/analysis/analysis.ts";
import { JsonSink } from "../../trace/json.ts";
import schemaText from "../../trace/schema/rawtcp-trace.schema.json" with { type: "text" };
import { MORE_CAPTURES, SUMMARIZED } from "../stories/captures.ts";
import { ODD_CAPTURES } from "./odd_stories.ts";
import { CAPTURE_STORIES } from "./stories.ts";
import { STRAY_CAPTURES } from "./stray_stories.ts";

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(schemaText));

Deno.test("every line of JSON that a capture of others makes fits the schema", () => {
  const stories = [...CAPTURE_STORIES, ...ODD_CAPTURES, ...STRAY_CAPTURES].map(([, packets]) => packets);
  for (const packets of [...stories, ...MORE_CAPTURES, ...SUMMARIZED]) {
    const sink = new JsonSink((line) => {
      assert(validate(JSON.parse(line)), `${line}\n${JSON.stringify(validate.errors)}`);
    }, { program: "test", epoch: null });
    const analysis = new Analysis(packets[0]?.time ?? 0n, [sink], {
      kept: { headers: true, excerpt: 40 },
    });
    for (const one of packets) analysis.packet(one);
    analysis.finish();
  }
});
