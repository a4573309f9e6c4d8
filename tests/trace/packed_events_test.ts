/** What a long recording keeps of an event is all of it: packed and read again it is the same. */

import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { IcmpError } from "../../tcp/base/icmp_error.ts";
import { instant } from "../../tcp/base/units.ts";
import { PackedEvents } from "../../trace/packed_events.ts";
import type { TraceEvent } from "../../trace/record.ts";
import { Recorder } from "../../trace/recorder.ts";
import { FakeConnection } from "./fake_connection.ts";
import { QUIET_SITUATIONS } from "./quiet_situations.ts";
import { SITUATIONS } from "./situations.ts";
import { tellStory } from "./story.ts";

/** Compares each event with what comes back. @returns the kinds that came */
function comparing(tell: (recorder: Recorder) => void): ReadonlySet<TraceEvent["kind"]> {
  const rows = new PackedEvents(0);
  const kinds = new Set<TraceEvent["kind"]>();
  const event = (told: TraceEvent): void => {
    kinds.add(told.kind);
    assertEquals(rows.read(rows.add(told)), told);
  };
  tell(new Recorder([{ event, finish: () => {} }], [], { headers: true, excerpt: 32 }));
  return kinds;
}

Deno.test("every event of every situation comes back as it was", () => {
  const kinds = new Set<TraceEvent["kind"]>();
  for (const tell of [...SITUATIONS, ...QUIET_SITUATIONS, tellStory]) {
    for (const kind of comparing(tell)) kinds.add(kind);
  }
  assert(kinds.size > 6, [...kinds].join());
});

Deno.test("whoever reports an ICMP error, and a neighbour that is silent, come back", () => {
  const address = parseAddress("192.0.2.254");
  for (const [reporter, silentNeighbour] of [[address, null], [null, address], [null, null]]) {
    const kinds = comparing((recorder) => {
      const error = new IcmpError();
      Object.assign(error, { type: 3, code: 1, reporter, silentNeighbour });
      recorder.icmpArrived(new FakeConnection(recorder), error, "soft-error", instant(10));
    });
    assert(kinds.has("icmp"));
  }
});
