import { assertEquals } from "@std/assert";
import { SentLog, type SentRange } from "../../capture/analysis/sent_log.ts";

function range(seq: number, end: number): SentRange {
  return {
    seq,
    end,
    firstAt: seq,
    lastAt: seq,
    lastFrame: seq,
    lastPackets: seq,
    copies: 1,
    isLate: false,
    doubles: 0,
    firstTimestamp: 0,
    lastTimestamp: 0,
    ipId: -1,
    hopLimit: 64,
    fingerprint: 0,
    isProvedSpurious: false,
  };
}

/** A log of ranges of so many octets each, one behind the other. */
function logOf(count: number, octets: number): SentLog {
  const log = new SentLog();
  for (let i = 0; i < count; i++) log.add(range(i * octets, (i + 1) * octets));
  return log;
}

const edges = (ranges: readonly SentRange[]): (readonly [number, number])[] =>
  ranges.map(({ seq, end }) => [seq, end]);

Deno.test("what a segment repeats is found range by range", () => {
  assertEquals(edges(logOf(10, 100).within(250, 500)), [[200, 300], [300, 400], [400, 500]]);
  assertEquals(edges(logOf(10, 100).within(1_000, 1_200)), []);
});

Deno.test("a segment that repeats very many makes one range of those inside: the next one does not meet them again", () => {
  const log = logOf(10_000, 1);
  log.acknowledge(50);
  const joined: [number, number][] = [[100, 101], [101, 8_999], [8_999, 9_000]];
  assertEquals(edges(log.within(100, 9_000)), joined);
  assertEquals(edges(log.within(100, 9_000)), joined);
  assertEquals(log.oldest?.seq, 50);
  assertEquals(log.acknowledge(120)?.end, 101);
  assertEquals(log.oldest?.seq, 101);
  assertEquals(log.acknowledge(9_500)?.end, 9_500);
});
