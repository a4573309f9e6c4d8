/** What the senders of a live connection wait for: the same rules as in captures, fed by segments. */

import { assert, assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { type Instant, instant, micros } from "../../tcp/base/units.ts";
import { LiveLimits } from "../../trace/live_limits.ts";
import { recording } from "./collect.ts";
import { FakeConnection } from "./fake_connection.ts";

const MSS = 1_000;
const WINDOW = 4_000;

/** A connection of which the test says what is sent and what arrives; times in milliseconds. */
class Watched {
  readonly limits = new LiveLimits();
  readonly #connection = new FakeConnection(recording().recorder);

  constructor() {
    const connection = this.#connection;
    connection.numbers(0, 0, 0);
    connection.sendMss = MSS;
    const synAck = connection.segment(
      { flags: Flag.syn | Flag.ack, seq: 0, ack: 1, window: WINDOW },
      "arrived",
    );
    this.limits.segmentArrived(connection, synAck, at(0));
    this.sends(0, 1, 0);
  }

  sends(time: number, seq: number, length: number, reason: "data" | "retransmit-timeout" = "data"): void {
    const said = { flags: Flag.ack, seq, ack: 1, window: WINDOW, data: "x".repeat(length) };
    this.limits.segmentSent(this.#connection, this.#connection.segment(said, "sent"), reason, at(time));
  }

  isAcknowledged(time: number, ack: number, window: number = WINDOW): void {
    const segment = this.#connection.segment({ flags: Flag.ack, seq: 1, ack, window }, "arrived");
    this.limits.segmentArrived(this.#connection, segment, at(time));
  }

  /** The program gives up with so many octets unacknowledged. */
  aborts(time: number, unacknowledged: number): void {
    this.#connection.unackedOctets = unacknowledged;
    const reset = this.#connection.segment({ flags: Flag.rst | Flag.ack, seq: 1, ack: 1 }, "sent");
    this.limits.segmentSent(this.#connection, reset, "reset-abort", at(time));
  }

  get sending(): string | undefined {
    return this.limits.shares("sending")?.text;
  }
}

function at(milliseconds: number): Instant {
  return instant(milliseconds * 1_000);
}

const shares = (program: number, window: number, path: number): string =>
  `our program ${program} %, the peer's window ${window} %, the congestion window or the path ${path} %`;

Deno.test("a segment that is not full has nothing behind it: the time up to the next is our program's", () => {
  const watched = new Watched();
  watched.sends(0, 1, 100);
  watched.isAcknowledged(10, 101);
  watched.sends(100, 101, 100);
  assertEquals(watched.sending, shares(100, 0, 0));
});

Deno.test("nor has one into a window of hardly more than a segment, unless it takes all of that", () => {
  const small = MSS + 50;
  const watched = new Watched();
  watched.isAcknowledged(0, 1, small);
  watched.sends(1, 1, 100);
  watched.isAcknowledged(10, 101, small);
  watched.sends(101, 101, 100);
  assertEquals(watched.sending, shares(100, 0, 0));
  const filling = new Watched();
  filling.isAcknowledged(0, 1, 100);
  filling.sends(1, 1, 100);
  filling.isAcknowledged(101, 101, small);
  filling.sends(101, 101, 100);
  assertEquals(filling.sending, shares(0, 100, 0));
});

Deno.test("full segments that do not fill the window wait for the path, until all is acknowledged", () => {
  const watched = new Watched();
  watched.sends(0, 1, 2 * MSS);
  watched.isAcknowledged(50, 2_001);
  watched.sends(100, 2_001, MSS);
  assertEquals(watched.sending, shares(50, 0, 50));
});

Deno.test("what fills the window waits for the peer's, and so does all while it is closed", () => {
  const watched = new Watched();
  watched.sends(0, 1, WINDOW);
  assertEquals(watched.limits.present("sending", at(1)), "the peer's window");
  watched.isAcknowledged(50, WINDOW + 1, 0);
  assertEquals(watched.limits.present("sending", at(60)), "the peer's window");
  watched.isAcknowledged(90, WINDOW + 1, WINDOW);
  watched.sends(90, WINDOW + 1, MSS);
  assertEquals(watched.sending, shares(0, 100, 0));
});

Deno.test("what has filled the window waits for nothing more of the peer's once that has room: our program has nothing to send", () => {
  const watched = new Watched();
  watched.sends(0, 1, WINDOW);
  watched.isAcknowledged(20, WINDOW + 1);
  assertEquals(watched.limits.present("sending", at(21)), "our program");
  watched.sends(100, WINDOW + 1, MSS);
  assertEquals(watched.sending, shares(80, 20, 0));
});

Deno.test("room for less than a full segment is not enough, unless the peer's window is never larger (RFC 9293 3.8.6.2.1)", () => {
  const watched = new Watched();
  watched.sends(0, 1, WINDOW);
  watched.isAcknowledged(20, WINDOW + 1, MSS - 1);
  watched.isAcknowledged(60, WINDOW + 1, MSS);
  watched.sends(100, WINDOW + 1, MSS);
  assertEquals(watched.sending, shares(40, 60, 0));
});

Deno.test("a short segment that got lost waits for the path until it is sent again", () => {
  const watched = new Watched();
  watched.sends(0, 1, 100);
  watched.sends(1_000, 1, 100, "retransmit-timeout");
  assertEquals(watched.sending, shares(0, 0, 100));
});

Deno.test("before anything is sent nobody waits, and one segment is not enough to tell", () => {
  const watched = new Watched();
  assertEquals([watched.limits.present("sending", at(5)), watched.limits.shares("receiving")], [null, null]);
  watched.sends(10, 1, 100);
  assertEquals([watched.limits.present("sending", at(11)), watched.sending], ["our program", undefined]);
});

/** A connection over which the peer sends; times in milliseconds. */
function receiving(roundTrip = 0): {
  arrive(time: number, seq: number, length: number): void;
  acknowledge(time: number, ack: number, window: number): void;
  shares(): string | undefined;
} {
  const limits = new LiveLimits();
  const connection = new FakeConnection(recording().recorder);
  connection.numbers(0, 0, 0);
  connection.minimumRtt = micros(roundTrip * 1_000);
  limits.segmentSent(
    connection,
    connection.segment({ flags: Flag.syn, seq: 0, mss: MSS }, "sent"),
    "syn",
    at(0),
  );
  return {
    arrive: (time, seq, length) => {
      const said = { flags: Flag.ack, seq, ack: 1, window: WINDOW, data: "x".repeat(length) };
      limits.segmentArrived(connection, connection.segment(said, "arrived"), at(time));
    },
    acknowledge: (time, ack, window) => {
      const said = { flags: Flag.ack, seq: 1, ack, window };
      limits.segmentSent(connection, connection.segment(said, "sent"), "ack-quick", at(time));
    },
    shares: () => limits.shares("receiving")?.text,
  };
}

const peersShares = (program: number, window: number, path: number): string =>
  `the peer's program ${program} %, our window ${window} %, the peer's congestion window or the path ${path} %`;

Deno.test("full segments of the peer's at a steady pace waited for the path, joined by offloading or not, however soon each is acknowledged", () => {
  const { arrive, acknowledge, shares } = receiving();
  acknowledge(0, 1, 60 * MSS);
  let next = 1;
  for (let i = 0; i < 20; i++) {
    const length = [1, 7, 3, 12][i % 4] as number * MSS;
    arrive(next / MSS, next, length);
    next += length;
    acknowledge(next / MSS, next, 60 * MSS);
  }
  const [, , path] = /program (\d+) %, our window (\d+) %.*path (\d+) %/.exec(shares() ?? "")?.slice(1) ?? [];
  assert(Number(path) > 90, shares());
});

Deno.test("a pause in that pace is the peer's program's, and so is what follows a segment that is not full", () => {
  for (const last of [MSS, MSS - 1]) {
    const { arrive, acknowledge, shares } = receiving();
    acknowledge(0, 1, 60 * MSS);
    for (let i = 0; i < 20; i++) {
      arrive(i, 1 + i * MSS, i === 19 ? last : MSS);
      acknowledge(i, 1 + i * MSS + (i === 19 ? last : MSS), 60 * MSS);
    }
    arrive(1_900, 1 + 19 * MSS + last, 10);
    assertEquals(shares(), peersShares(99, 0, 1));
  }
});

Deno.test("what the peer sends again waited for the path, though it was acknowledged", () => {
  const { arrive, acknowledge, shares } = receiving();
  acknowledge(0, 1, 60 * MSS);
  arrive(0, 1, MSS);
  acknowledge(0, MSS + 1, 60 * MSS);
  arrive(1_000, 1, MSS);
  assertEquals(shares(), peersShares(0, 0, 100));
});

Deno.test("of the peer's segments, too: those that fill our window waited for that", () => {
  const { arrive, acknowledge, shares } = receiving(20);
  acknowledge(0, 1, 2 * MSS);
  arrive(10, 1, MSS);
  arrive(10, MSS + 1, MSS);
  acknowledge(20, 2 * MSS + 1, 0);
  acknowledge(90, 2 * MSS + 1, 2 * MSS);
  arrive(110, 2 * MSS + 1, 100);
  assertEquals(shares(), peersShares(0, 100, 0));
});

Deno.test("a sender that gives up has waited until then, for what it waited for last", () => {
  for (
    const [window, unacknowledged, expected] of [
      [0, MSS, shares(0, 99, 1)],
      [WINDOW, MSS, shares(0, 0, 100)],
      [0, 0, shares(0, 0, 100)], // nothing was given up
    ] as const
  ) {
    const watched = new Watched();
    watched.sends(0, 1, MSS);
    watched.sends(10, 1 + MSS, MSS);
    watched.isAcknowledged(20, 1 + MSS, window);
    watched.aborts(2_000, unacknowledged);
    assertEquals(watched.sending, expected);
  }
});
