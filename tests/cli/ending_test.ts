/** How the client's connection ends, and what slow sources and sinks do to it. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ExitCode } from "../../cli/exit_codes.ts";
import { ProgramFailure } from "../../cli/failures.ts";
import { FORGETTING, HashingSink, type OctetSink } from "../../cli/sinks.ts";
import type { OctetSource } from "../../cli/sources.ts";
import { type Connection, Flag, type Instant, seconds } from "../../tcp/mod.ts";
import { createHash } from "node:crypto";
import { message, prepare, type Run } from "./session_support.ts";
import { readAndClose } from "./simulation.ts";

/** What the client's connection was in when each flag first left, in seconds since the start. */
function watchFlags({ simulation }: Run): Map<"fin" | "rst", number> {
  const seen = new Map<"fin" | "rst", number>();
  simulation.fromClient = (segment, now) => {
    for (const flag of ["fin", "rst"] as const) {
      if (segment.has(Flag[flag]) && !seen.has(flag)) seen.set(flag, (now - 5_000_000) / 1e6);
    }
    return "arrives";
  };
  return seen;
}

/** A peer that answers, closes, or both, so many seconds after the start. */
function answersAt(run: Run, answer: number | null, close: number): void {
  const { simulation } = run;
  simulation.program = () => {};
  if (answer !== null) {
    simulation.at(answer, () => void simulation.peer.send(new Uint8Array(5), simulation.now));
  }
  simulation.at(close, () => simulation.peer.shutdown(simulation.now));
}

Deno.test("--wait: our FIN leaves once the peer has answered, not before", async () => {
  const run = prepare({ ending: "answered" });
  const flags = watchFlags(run);
  answersAt(run, 3, 4);
  assertEquals(await run.session.run(), ExitCode.ok);
  const fin = flags.get("fin") ?? 0;
  assert(fin >= 3 && fin < 3.5, `${fin}`);
});

Deno.test("--wait: a peer that closes without an answer ends the wait too", async () => {
  const run = prepare({ ending: "answered" });
  answersAt(run, null, 2);
  assertEquals(await run.session.run(), ExitCode.ok);
});

Deno.test("--no-fin: our FIN leaves only after the peer's", async () => {
  const run = prepare({ ending: "peer closed" });
  const flags = watchFlags(run);
  answersAt(run, 1, 6);
  assertEquals(await run.session.run(), ExitCode.ok);
  assert((flags.get("fin") ?? 0) >= 6);
});

Deno.test("--abort: once all is acknowledged the connection ends with RST, and that is no failure", async () => {
  const run = prepare({ aborts: true });
  const flags = watchFlags(run);
  let read = "";
  run.simulation.program = (peer, now) => void (read += readAndClose(peer, now));
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals([flags.has("fin"), flags.has("rst")], [false, true]);
  assertEquals(read, "Hello from custom TCP client!");
  assertMatch(run.out.text, /Connection aborted, as asked \(RST\)/);
});

Deno.test("--linger: a peer that goes on for longer is reset, however much it sends", async () => {
  const run = prepare({ linger: seconds(3), sink: FORGETTING, receives: true });
  const flags = watchFlags(run);
  run.simulation.program = () => {};
  for (let tick = 1; tick < 20; tick++) {
    run.simulation.at(tick / 2, () => {
      if (run.simulation.peer.state === "CLOSE-WAIT") {
        run.simulation.peer.send(new Uint8Array(9), run.simulation.now);
      }
    });
  }
  const error = await assertRejects(() => run.session.run(), ProgramFailure);
  assertEquals(error.code, ExitCode.peerDidNotClose);
  assertMatch(error.message, /the peer had not closed its side within 3 s \(--linger\)/);
  assert(Math.abs((flags.get("rst") ?? 0) - 3) < 0.1);
});

/** Sends so many octets and closes. */
function source(octets: number): (peer: Connection, now: Instant) => void {
  let left = octets;
  return (peer, now) => {
    if (peer.state !== "ESTABLISHED" && peer.state !== "CLOSE-WAIT") return;
    while (left > 0) {
      const taken = peer.send(new Uint8Array(Math.min(left, 4_000)).fill(7), now);
      if (taken === 0) return;
      left -= taken;
    }
    peer.shutdown(now);
  };
}

Deno.test("a sink without room closes the window, and all is read in the end, the last octets after both FINs", async () => {
  let taken = 0;
  let isOpen = false;
  const sink: OctetSink = {
    descriptor: 0,
    take: (octets) => {
      if (!isOpen) return 0;
      taken += octets.length;
      return octets.length;
    },
  };
  const run = prepare({ sink, isMeasured: true }, {
    buffers: { receiveBuffer: 20_000, receiveBufferMax: 20_000 },
  });
  run.simulation.program = source(100_000);
  let smallest = Infinity;
  run.simulation.fromClient = (segment) => {
    if (segment.has(Flag.ack) && !segment.has(Flag.syn)) smallest = Math.min(smallest, segment.window);
    return "arrives";
  };
  run.simulation.at(30, () => {
    assertEquals([taken, smallest], [0, 0]);
    isOpen = true;
  });
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(taken, 100_000);
});

Deno.test("what has arrived when both sides have closed is still read, however late", async () => {
  let room = 0;
  let taken = 0;
  const sink: OctetSink = {
    descriptor: 0,
    take: (octets) => {
      const length = Math.min(room, octets.length);
      room -= length;
      taken += length;
      return length;
    },
  };
  const run = prepare({ sink, isMeasured: true });
  run.simulation.program = source(50_000);
  for (let tick = 1; tick <= 50; tick++) run.simulation.at(tick, () => void (room += 1_000));
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(taken, 50_000);
});

Deno.test("a source that is dry for a while is waited for; what comes later is sent, and its end sends FIN", async () => {
  const texts = ["one ", "two ", "three"];
  const ready: Uint8Array[] = [];
  let left = texts.length;
  const slow: OctetSource = {
    total: null,
    descriptor: 0,
    next: () => ready[0] ?? (left === 0 ? null : new Uint8Array()),
    taken: (octets) => {
      if (octets === ready[0]?.length) ready.shift();
    },
  };
  const run = prepare({ source: slow, sending: "standard input" });
  const flags = watchFlags(run);
  texts.forEach((text, i) =>
    run.simulation.at(i + 1, () => {
      ready.push(new TextEncoder().encode(text));
      left--;
    })
  );
  let read = "";
  run.simulation.program = (peer, now) => void (read += readAndClose(peer, now));
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(read, "one two three");
  assert((flags.get("fin") ?? 0) >= 3);
});

Deno.test("readers that are behind hold the transfer back until they have caught up", async () => {
  let isHeldBack = true;
  const run = prepare({ ...message("x".repeat(5_000)), isHeldBack: () => isHeldBack });
  const before: number[] = [];
  run.simulation.at(4, () => {
    before.push(run.simulation.client.octetsSent);
    isHeldBack = false;
  });
  assertEquals(await run.session.run(), ExitCode.ok);
  assertEquals(before, [0]);
});

Deno.test("what is hashed is what the next sink has taken", () => {
  const taken: number[] = [];
  const hash = createHash("sha256");
  const sink = new HashingSink({
    descriptor: null,
    take: (octets) => {
      const some = octets.subarray(0, 2);
      taken.push(...some);
      return some.length;
    },
  }, hash);
  const octets = new TextEncoder().encode("abc");
  for (let done = 0; done < octets.length;) done += sink.take(octets.subarray(done));
  assertEquals(taken, [...octets]);
  // FIPS 180-4's own example
  assertEquals(hash.digest("hex"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
