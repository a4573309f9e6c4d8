import { assertEquals } from "@std/assert";
import type { Observer } from "../../tcp/base/observer.ts";
import { readComments } from "../../capture/analysis/said.ts";
import type { Capture } from "./read_whole.ts";
import { readCapture } from "./read_whole.ts";
import { type CaptureOptions, CaptureWriter } from "../../capture/writer.ts";
import { LineSink } from "../../trace/lines.ts";
import type { TraceEvent } from "../../trace/record.ts";
import { Recorder } from "../../trace/recorder.ts";
import { Collector } from "../trace/collect.ts";
import { analyse, fromBase64 } from "./support.ts";
import kernelAny from "./kernel_any.pcap.base64" with { type: "text" };
import kernelAnyLines from "./kernel_any_lines.txt" with { type: "text" };
import kernelLo from "./kernel_lo.pcap.base64" with { type: "text" };
import { tellStory } from "../trace/story.ts";
import { losing, transfer, TwoCores } from "../trace/two_cores.ts";

const EPOCH = 1_700_000_000_000_000;
const KEPT = { headers: true, excerpt: 8 };

interface Both {
  readonly live: Collector;
  readonly capture: Capture;
}

/** What an observer saw, and the capture of the same. */
function both(act: (observer: Observer) => void, options: Partial<CaptureOptions> = {}): Both {
  const pieces: number[] = [];
  const live = new Collector();
  const writer = new CaptureWriter((octets) => octets.forEach((octet) => pieces.push(octet)), {
    program: "rawtcp 0.0.0",
    epoch: EPOCH,
    snapLength: 0,
    payload: true,
    names: [],
    ...options,
  });
  const recorder = new Recorder([live], [writer], KEPT);
  act(recorder);
  recorder.finish();
  return { live, capture: readCapture(new Uint8Array(pieces)) };
}

function analysed(capture: Capture, kept = KEPT): Collector {
  const seen = new Collector();
  analyse(capture, [seen], kept);
  return seen;
}

function withoutComments(capture: Capture): Capture {
  return {
    ...capture,
    packets: capture.packets.map((packet) => ({ ...packet, comments: [] })),
    trailingComments: [],
  };
}

/** What can be compared of an event: a capture has the time of packets only, and not each growth of the window. */
function essence(events: readonly TraceEvent[]): unknown[] {
  return events.filter((event) => event.kind !== "congestion" || event.view.ssthresh !== event.ssthreshBefore)
    .map(
      (event) => {
        const { kind, connection } = event;
        const reason = "reason" in event ? event.reason : "timer" in event ? event.timer : null;
        const segment = "segment" in event ? event.segment : null;
        const ofSegment = kind === "sent" || kind === "arrived"
          ? { time: event.time, view: event.view }
          : null;
        const windows = kind === "congestion"
          ? [event.cwndBefore, event.view.cwnd, event.ssthreshBefore, event.view.ssthresh]
          : null;
        return { kind, connection, reason, segment, ofSegment, windows };
      },
    );
}

/** The same with times from the first packet. */
function fromStart(events: readonly TraceEvent[], start: number): readonly TraceEvent[] {
  return events.map((event) => ({ ...event, time: event.time - start }) as TraceEvent);
}

Deno.test("a capture of ours read again tells the same events, reasons and variables", () => {
  const { live, capture } = both((observer) => tellStory(observer));
  const start = live.events[0]?.time ?? 0;
  const told = essence(analysed(capture).events);
  const expected = essence(fromStart(live.events, start));
  assertEquals(told, expected);
  assertEquals(Number((capture.packets[0]?.time ?? 0n) / 1_000n), EPOCH + start);
});

Deno.test("a capture of a real core's transfer with losses tells the same segments and reasons", () => {
  const { live, capture } = both((observer) => {
    const cores = new TwoCores({ client: observer, lose: losing(3, 9, 10, 30) });
    transfer(cores, new Uint8Array(80_000));
  });
  const segments = (events: readonly TraceEvent[]): unknown[] =>
    events.filter(({ kind }) => kind === "sent" || kind === "arrived").map((event) => {
      const { number: _number, time: _time, ...rest } = event;
      return rest;
    });
  assertEquals(segments(analysed(capture).events), segments(live.events));
});

Deno.test("without our comments the same segments, marks and states are told from the wire alone", () => {
  const { live, capture } = both((observer) => tellStory(observer));
  const seen = analysed(withoutComments(capture));
  const marks = (collector: Collector): unknown[] => collector.of("sent").map((event) => event.marks);
  assertEquals(marks(seen), marks(live));
  assertEquals(
    seen.of("sent").map(({ segment }) => segment),
    live.of("sent").map(({ segment }) => segment),
  );
  assertEquals(
    seen.of("state").map(({ to }) => to),
    live.of("state").map(({ to }) => to).slice(0, -1),
  );
  assertEquals(seen.of("sent").map(({ reason }) => reason), new Array(7).fill(null));
});

Deno.test("a capture taken at the server is told from the client's end, whose states it shows (RFC 9293 3.3.2)", () => {
  const { capture } = both((observer) => {
    const cores = new TwoCores({ server: observer });
    transfer(cores, new Uint8Array(3_000));
    cores.run(() => cores.server.state === "CLOSED");
  });
  const flipped = withoutComments(capture);
  assertEquals(analysed(flipped).of("state").map(({ from, to }) => `${from} > ${to}`), [
    "CLOSED > SYN-SENT",
    "SYN-SENT > ESTABLISHED",
    "ESTABLISHED > FIN-WAIT-1",
    "FIN-WAIT-1 > FIN-WAIT-2",
    "FIN-WAIT-2 > TIME-WAIT",
  ]);
});

Deno.test("a capture of the kernel's TCP by tcpdump on any interface is told as a trace", () => {
  const lines: string[] = [];
  const capture = readCapture(fromBase64(kernelAny));
  analyse(capture, [new LineSink((line) => lines.push(line), { color: false })], KEPT);
  assertEquals(lines, kernelAnyLines.trimEnd().split("\n"));
});

Deno.test("a capture on Ethernet framing gives round trips, and unfinished checksums are no damage", () => {
  const seen = analysed(readCapture(fromBase64(kernelLo)));
  assertEquals(seen.of("dropped"), []);
  assertEquals([seen.of("sent").length, seen.of("arrived").length], [6, 4]);
  const rtts = seen.of("sent").map(({ view }) => view?.latestRtt);
  assertEquals(rtts.slice(0, 3), [null, 14, 14]);
});

Deno.test("what was sent twice gives no round-trip sample (RFC 6298 3)", () => {
  const { capture } = both((observer) => tellStory(observer));
  const seen = analysed(withoutComments(capture));
  // The SYN's round trip took 20 ms; message and FIN were sent twice, and their ACKs say nothing.
  assertEquals(new Set(seen.of("sent").map(({ view }) => view?.latestRtt)), new Set([null, 20_000]));
});

Deno.test("packets cut by a snap length keep their numbers, without an invented payload", () => {
  const { capture } = both((observer) => tellStory(observer), { snapLength: 63 });
  const [, , data] = analysed(withoutComments(capture), { headers: false, excerpt: 40 }).events.filter((
    { kind },
  ) => kind === "sent");
  const segment = data?.kind === "sent" ? data.segment : null;
  assertEquals([segment?.seq, segment?.end, segment?.length], [1, 30, 29]);
  assertEquals(new TextDecoder().decode(segment?.excerpt ?? undefined), "Hello from ");
});

Deno.test("a damaged segment is told as such, and changes nothing (RFC 9293 3.1, MUST-3)", () => {
  const { capture } = both((observer) => tellStory(observer));
  const packets = capture.packets.map((packet, i) => {
    if (i !== 5) return packet;
    const octets = packet.octets.slice();
    octets[30] = 0xff;
    return { ...packet, octets };
  });
  const seen = analysed(withoutComments({ ...capture, packets }));
  const whole = analysed(withoutComments(capture));
  const codes = (one: Collector): unknown[] => one.of("arrived").map(({ findings }) => findings?.codes);
  assertEquals(codes(seen).filter((found) => found?.toString() === "damaged").length, 1);
  assertEquals(seen.of("arrived")[3]?.view?.sndUna, whole.of("arrived")[2]?.view?.sndUna);
});

Deno.test("two connections between the same ends, one after the other, are told apart by their SYNs", () => {
  const { capture } = both((observer) => tellStory(observer));
  const again = capture.packets.map((packet) => {
    const octets = packet.octets.slice();
    // Both numbers of every segment, so that the SYN is another; checksums follow.
    for (const at of [24, 28]) octets[at] = ((octets[at] ?? 0) + 1) & 0xff;
    octets[36] = (octets[36] ?? 0) - 2 & 0xff;
    return { ...packet, octets };
  });
  const seen = analysed(withoutComments({ ...capture, packets: [...capture.packets, ...again] }));
  assertEquals(new Set(seen.of("sent").map(({ connection }) => connection)), new Set([1, 2]));
});

Deno.test("before the other end has answered nothing is known of it: no window, no number (RFC 9293 3.3.1)", () => {
  const { capture } = both((observer) => tellStory(observer));
  const [syn, acknowledgment] = analysed(withoutComments(capture)).of("sent");
  assertEquals([syn?.view?.sndWnd, syn?.view?.rcvNxt], [null, null]);
  assertEquals([acknowledgment?.view?.sndWnd, acknowledgment?.view?.rcvNxt], [65_160, 1]);
});

const NOT_OURS: readonly string[] = [
  "hello",
  "sent (because): we can [RFC 0]",
  "state (fin-received) HERE to THERE: x",
  "congestion (slow-start) cwnd=a..b ssthresh=1..2: x",
  "variables: state=OPEN sndUna=1 rcvNxt=1",
  "variables: state=ESTABLISHED sndUna=__proto__ rcvNxt=1",
  "timer (toString): x",
];

for (const comment of NOT_OURS) {
  Deno.test(`the comment "${comment}" of somebody else is not believed`, () => {
    assertEquals(readComments([comment], new Map()), { statements: [], view: null, connection: null });
  });
}
