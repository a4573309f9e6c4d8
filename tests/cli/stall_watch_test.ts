import { assertEquals } from "@std/assert";
import { StallWatch, type WatchedConnection } from "../../cli/stall_watch.ts";
import { type Instant, instant, seconds } from "../../tcp/mod.ts";

/** A connection whose figures the test sets. */
function connection(): { -readonly [K in keyof WatchedConnection]: number } {
  return {
    octetsAcknowledged: 0,
    segmentsReceived: 1,
    segmentsRetransmitted: 0,
    unackedOctets: 1_000,
    unsentOctets: 0,
    sndWnd: 10_000,
  };
}

const at = (second: number): Instant => instant(second * 1e6);

Deno.test("silence is named after 10 s and twice as long each time, and ends the transfer after 60 s", () => {
  const peer = connection();
  const watch = new StallWatch(peer, null, at(0));
  const said: [number, string, string?][] = [];
  for (let second = 0; second <= 60; second++) {
    peer.segmentsRetransmitted = Math.floor(second / 5);
    watch.look(0, false, at(second));
    const verdict = watch.verdict(at(second));
    if (verdict.kind !== "wait") said.push([second, verdict.kind, verdict.text]);
  }
  assertEquals(said, [
    [10, "say", "nothing has been acknowledged for 10 s: 2 retransmissions"],
    [20, "say", "nothing has been acknowledged for 20 s: 4 retransmissions"],
    [40, "say", "nothing has been acknowledged for 40 s: 8 retransmissions"],
    [60, "give up", "nothing has been acknowledged for 60 s: 12 retransmissions"],
  ]);
});

Deno.test("a short limit is told as long as it was, rounded down", () => {
  const rows: [limit: number, looked: number, text: string][] = [
    [1.5, 1.509, "1.5 s"],
    [1, 1.009, "1 s"],
    [9.9, 9.99, "9.9 s"],
    [0.5, 0.502, "0.5 s"],
    [0.04, 0.041, "41 ms"],
    [0.0001, 0.0002, "less than 1 ms"],
  ];
  for (const [limit, looked, text] of rows) {
    const verdict = new StallWatch(connection(), seconds(limit), at(0)).verdict(at(looked));
    assertEquals(verdict, { kind: "give up", text: `nothing has been acknowledged for ${text}` });
  }
});

Deno.test("a closed window whose peer answers is waited for without end, unless the user sets one", () => {
  for (const [limit, end] of [[null, "say"], [seconds(25), "give up"]] as const) {
    const peer = connection();
    const watch = new StallWatch(peer, limit, at(0));
    let last: [number, string, string] | null = null;
    for (let second = 0; second <= 25 || (limit === null && second <= 160); second++) {
      if (second === 5) peer.sndWnd = 0;
      peer.segmentsReceived++;
      watch.look(0, false, at(second));
      const verdict = watch.verdict(at(second));
      if (verdict.kind !== "wait") last = [second, verdict.kind, verdict.text];
    }
    assertEquals(last?.[1], end);
    assertEquals(last?.[2], `the peer's window has been closed for ${(last?.[0] ?? 0) - 5} s`);
  }
});

Deno.test("a peer that closes its window and then says nothing more is told to be silent, too", () => {
  const peer = connection();
  const told: Record<string, string> = {};
  for (const [name, heardUntil] of [["at once", 5], ["later", 30]] as const) {
    const watch = new StallWatch(peer, null, at(0));
    for (let second = 0; second <= heardUntil + 60; second++) {
      peer.sndWnd = second < 5 ? 10_000 : 0;
      if (second <= heardUntil) peer.segmentsReceived++;
      watch.look(0, false, at(second));
      const verdict = watch.verdict(at(second));
      if (verdict.kind !== "wait") told[`${name}, ${second} s`] = verdict.text;
    }
  }
  assertEquals(told, {
    "at once, 10 s": "the peer's window has been closed for 5 s, and nothing has come for 5 s",
    "at once, 20 s": "the peer's window has been closed for 15 s, and nothing has come for 15 s",
    "at once, 40 s": "the peer's window has been closed for 35 s, and nothing has come for 35 s",
    "at once, 65 s": "the peer's window has been closed for 60 s, and nothing has come for 60 s",
    "later, 10 s": "the peer's window has been closed for 5 s",
    "later, 20 s": "the peer's window has been closed for 15 s",
    "later, 40 s": "the peer's window has been closed for 35 s",
    "later, 80 s": "the peer's window has been closed for 75 s",
    "later, 90 s": "the peer's window has been closed for 85 s, and nothing has come for 60 s",
  });
});

Deno.test("progress, and a pause of our own, begin the time anew", () => {
  const peer = connection();
  const watch = new StallWatch(peer, seconds(10), at(0));
  for (let second = 0; second <= 40; second++) {
    if (second % 9 === 0) peer.octetsAcknowledged++;
    watch.look(0, false, at(second));
    assertEquals(watch.verdict(at(second)).kind, "wait", `${second}`);
  }
  for (let second = 41; second <= 80; second++) {
    watch.look(0, true, at(second));
    assertEquals(watch.verdict(at(second)).kind, "wait", `${second}`);
  }
  assertEquals(watch.deadline, at(90));
});
