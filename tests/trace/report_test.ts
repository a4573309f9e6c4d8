import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { Recorder } from "../../trace/recorder.ts";
import { Recording } from "../../trace/recording.ts";
import { type Trace, unpack } from "../../trace/report/page/data.js";
import { htmlReport } from "../../trace/report/report.ts";
import { FakeConnection, onTheWire } from "./fake_connection.ts";
import { MESSAGE, STORY_START, tellStory } from "./story.ts";

const OPTIONS = { program: "rawtcp 0.0.0", epoch: 1_700_000_000_000_000 };
const KEPT = { headers: true, excerpt: 32 };

function recorded(act: (recorder: Recorder) => void): Recording {
  const recording = new Recording();
  act(new Recorder([recording], [], KEPT));
  return recording;
}

function dataOf(page: string): Promise<Trace> {
  const [, packed] = /id="trace-data">([^<]*)</.exec(page) ?? [];
  return unpack(packed ?? "") as Promise<Trace>;
}

Deno.test("the page asks nobody for anything: no resource, no address but links to the standards, and a policy", async () => {
  const page = await htmlReport(recorded((recorder) => tellStory(recorder)), OPTIONS);
  assertStringIncludes(page, "default-src &#39;none&#39;; script-src &#39;sha256-");
  const standards = "https://www.rfc-editor.org/rfc/rfc";
  assertEquals(page.replaceAll(`href="${standards}`, "").match(/\b(src|href|action)\s*=\s*["'](?!#)/g), null);
  assertEquals(page.match(/@import|url\((?!#)|fetch\(|XMLHttpRequest|WebSocket|sendBeacon/g), null);
  const others = page.replaceAll(standards, "");
  assertEquals(others.match(/https?:\/\/(?!github\.com\/leeoniya\/uPlot|www\.w3\.org\/2000\/svg)/g), null);
});

Deno.test("the page carries the licence of the library that it carries", async () => {
  const page = await htmlReport(recorded((recorder) => tellStory(recorder)), OPTIONS);
  assertStringIncludes(page, "Permission is hereby granted, free of charge");
  assertStringIncludes(page, "Leon Sorokin");
});

Deno.test("the policy names just the two scripts of the page, by their hashes", async () => {
  const page = await htmlReport(recorded((recorder) => tellStory(recorder)), OPTIONS);
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, script]) => script ?? "");
  assertEquals(scripts.length, 2);
  for (const script of scripts) {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
    assertStringIncludes(page, `sha256-${btoa(String.fromCharCode(...new Uint8Array(hash)))}`);
  }
});

Deno.test("the page's data tell every event as the trace does", async () => {
  const recording = recorded((recorder) => tellStory(recorder));
  const trace = await dataOf(await htmlReport(recording, OPTIONS));
  assertEquals(trace.length, recording.events.length);
  assertEquals(trace.data.start, "2023-11-14T22:13:25.000Z");
  assertEquals(trace.columns.time[3], 20_000);
  assertEquals(OPTIONS.epoch + STORY_START, Date.parse(trace.data.start) * 1_000);
  const again = recording.events.findIndex((event) => event.kind === "sent" && event.marks.length > 0);
  assertEquals(trace.isAgain(again), true);
  assertEquals(trace.told(again), [{
    code: "retransmit-timeout",
    rule: "RFC 6298 5.4",
    places: [["RFC 6298 5.4", "https://www.rfc-editor.org/rfc/rfc6298#section-5.4"]],
    label: "retransmission: timeout",
    sentence:
      "No ACK of 1 came in time: the earliest segment that is not acknowledged goes again (octets 1 to 29). " +
      "The next timeout is after 400 ms.",
  }]);
  assertEquals(trace.state(again), "ESTABLISHED");
  assertEquals(atob(trace.columns.excerpt[again]), MESSAGE);
  assertEquals(trace.columns.ssthresh.slice(0, 1), ["unlimited"]);
});

Deno.test("hostile payload, faults and program names stay data, and cannot end a script or an attribute", async () => {
  const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'--><!--`;
  const recording = recorded((recorder) => {
    const connection = tellStory(recorder, hostile);
    const { addresses } = onTheWire(connection.segment({ flags: Flag.ack, seq: 1, ack: 1 }, "sent"));
    recorder.packetLost(addresses.subarray(0, 40), "sent", hostile, instant(6_000_000));
  });
  const page = await htmlReport(recording, { program: hostile, epoch: null });
  assertEquals(page.match(/<script[ >]/g)?.length, 3);
  assertEquals(page.match(/<\/script/g)?.length, 3);
  assertEquals(page.includes("<img"), false);
  assertStringIncludes(page, "Made by &lt;/script&gt;");
  const trace = await dataOf(page);
  assertStringIncludes(trace.label(trace.length - 1) ?? "", hostile);
});

Deno.test("without an excerpt the page holds nothing of the payload", async () => {
  const recording = new Recording();
  tellStory(new Recorder([recording], [], { headers: true, excerpt: 0 }));
  const trace = await dataOf(await htmlReport(recording, OPTIONS));
  assertEquals(new Set(trace.columns.excerpt), new Set([0]));
});

Deno.test("20,000 segments make a page of less than 5 MB", async () => {
  const recording = recorded((recorder) => {
    const connection = new FakeConnection(recorder);
    connection.state = "ESTABLISHED";
    connection.numbers(1, 1, 1);
    let noise = 1;
    for (let i = 0; i < 10_000; i++) {
      const data = new Uint8Array(64);
      // Octets that do not pack.
      for (let k = 0; k < data.length; k++) {
        data[k] = noise = noise * 1_103_515_245 + 12_345 >>> 0, noise >>> 16;
      }
      const seq = 1 + i * 64;
      connection.numbers(seq, seq + 64, 1);
      connection.cwnd = 14_480 + noise % 100_000;
      connection.send(instant(i * 977), "data", {
        flags: Flag.ack,
        seq,
        ack: 1,
        data,
        timestamps: [i, noise],
      });
      connection.arrive(instant(i * 977 + 400), {
        flags: Flag.ack,
        seq: 1,
        ack: seq + 64,
        timestamps: [noise, i],
      });
    }
  });
  assertEquals([recording.events.length, recording.omitted], [20_000, 0]);
  const page = await htmlReport(recording, OPTIONS);
  assert(page.length < 5_000_000, `${page.length} octets`);
});

Deno.test("a page of nothing says so, and does not fail", async () => {
  const trace = await dataOf(await htmlReport(new Recording(), OPTIONS));
  assertEquals([trace.length, trace.data.connections.length], [0, 0]);
});
