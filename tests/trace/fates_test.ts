/** Which arrows end on their way, and which segment repeats which. */

import { assertEquals } from "@std/assert";
import { IcmpError } from "../../tcp/base/icmp_error.ts";
import type { IcmpVerdict } from "../../tcp/base/observer.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { type Fate, fatesOf } from "../../trace/fates.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import type { TraceEvent } from "../../trace/record.ts";
import { FakeConnection, onTheWire } from "./fake_connection.ts";

const { ack, syn } = Flag;

interface Scene {
  readonly connection: FakeConnection;
  readonly recorder: Recorder;
}

/** The fates of what the scene tells, of each segment that has one: its event's number, loss and what it repeats. */
function fates(act: (scene: Scene) => void): readonly (readonly [number, Fate["loss"], number | null])[] {
  const events: TraceEvent[] = [];
  const recorder = new Recorder([{ event: (event) => events.push(event), finish: () => {} }], [], LEAN);
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.numbers(1, 1, 1);
  act({ connection, recorder });
  return [...fatesOf(events)].map(([event, { loss, repeats }]) => [event, loss, repeats] as const)
    .sort((one, other) => one[0] - other[0]);
}

const first = { flags: ack, seq: 1, ack: 1, data: "abcd" };
const second = { flags: ack, seq: 5, ack: 1, data: "efgh" };

/** Events 1 and 2: eight octets in two segments. */
function send({ connection }: Scene, clock = 10): void {
  connection.send(instant(0), "data", { ...first, timestamps: [clock, 5] });
  connection.send(instant(1), "data", { ...second, timestamps: [clock, 5] });
  connection.numbers(1, 9, 1);
}

Deno.test("what is sent again after a timeout is presumed lost, and the repeat knows its original", () => {
  assertEquals(
    fates((scene) => {
      send(scene);
      scene.connection.send(instant(1_000_000), "retransmit-timeout", first);
    }),
    [[1, "presumed", null], [3, null, 1]],
  );
});

Deno.test("a repeat that is repeated is presumed lost too, and each repeats the one before", () => {
  assertEquals(
    fates((scene) => {
      send(scene);
      scene.connection.send(instant(1_000_000), "retransmit-timeout", first);
      scene.connection.send(instant(3_000_000), "retransmit-timeout", first);
    }),
    [[1, "presumed", null], [3, "presumed", 1], [4, null, 3]],
  );
});

Deno.test("a segment of which only a part is sent again is not presumed lost; one whose parts all are, is", () => {
  const half = { flags: ack, seq: 1, ack: 1, data: "ab" };
  const parts = (count: number) => (scene: Scene): void => {
    send(scene);
    for (const one of [half, { ...half, seq: 3 }].slice(0, count)) {
      scene.connection.send(instant(1_000_000), "retransmit-timeout", one);
    }
  };
  assertEquals(fates(parts(1)), [[3, null, 1]]);
  assertEquals(fates(parts(2)), [[1, "presumed", null], [3, null, 1], [4, null, 1]]);
});

Deno.test("D-SACK shows that the original had arrived: no loss (RFC 2883 4)", () => {
  assertEquals(
    fates((scene) => {
      send(scene);
      scene.connection.send(instant(1_000_000), "retransmit-timeout", first);
      scene.connection.arrive(instant(1_100_000), { flags: ack, seq: 1, ack: 9, sack: [1, 5] });
    }),
    [[3, null, 1]],
  );
});

Deno.test("of three copies D-SACK proves that two arrived: one stays presumed lost", () => {
  assertEquals(
    fates((scene) => {
      send(scene);
      scene.connection.send(instant(1_000_000), "retransmit-timeout", first);
      scene.connection.send(instant(3_000_000), "retransmit-timeout", first);
      scene.connection.arrive(instant(3_100_000), { flags: ack, seq: 1, ack: 9, sack: [1, 5] });
    }),
    [[1, "presumed", null], [3, null, 1], [4, null, 3]],
  );
});

Deno.test("the echo of the original's timestamp shows that it had arrived (RFC 3522 3.2)", () => {
  const answered = (echo: number) => (scene: Scene): void => {
    send(scene);
    // The SYN is acknowledged: number 1 is the oldest that is not.
    scene.connection.arrive(instant(2), { flags: ack, seq: 1, ack: 1, timestamps: [6, 9] });
    scene.connection.send(instant(1_000_000), "retransmit-timeout", { ...first, timestamps: [1_010, 6] });
    scene.connection.arrive(instant(1_000_100), { flags: ack, seq: 1, ack: 5, timestamps: [7, echo] });
  };
  assertEquals(fates(answered(10)), [[4, null, 1]]);
  assertEquals(fates(answered(1_010)), [[1, "presumed", null], [4, null, 1]]);
});

Deno.test("the echo proves nothing of a segment before which others waited for the same ACK", () => {
  assertEquals(
    fates((scene) => {
      send(scene);
      scene.connection.arrive(instant(2), { flags: ack, seq: 1, ack: 1, timestamps: [6, 9] });
      scene.connection.send(instant(500), "retransmit-rack", { ...second, timestamps: [20, 6] });
      scene.connection.arrive(instant(600), { flags: ack, seq: 1, ack: 9, timestamps: [7, 10] });
    }),
    [[2, "presumed", null], [4, null, 2]],
  );
});

Deno.test("what the sender itself finds needless was not lost", () => {
  assertEquals(
    fates((scene) => {
      send(scene);
      scene.connection.congest(instant(1_000_000), 1_448, 2_896, "retransmission-timeout");
      scene.connection.send(instant(1_000_000), "retransmit-timeout", first);
      scene.connection.congest(instant(1_100_000), 14_480, 2_896, "spurious-retransmission");
    }),
    [[4, null, 1]],
  );
});

Deno.test("a SYN-ACK that echoes the second SYN leaves open what became of the first, one that echoes the first does not", () => {
  const answered = (echo: number) => ({ connection }: Scene): void => {
    connection.state = "SYN-SENT";
    connection.numbers(0, 1, null);
    connection.send(instant(0), "syn", { flags: syn, seq: 0, timestamps: [10, 0] });
    connection.send(instant(1_000_000), "syn-retransmitted", { flags: syn, seq: 0, timestamps: [1_010, 0] });
    connection.arrive(instant(1_100_000), { flags: syn | ack, seq: 0, ack: 1, timestamps: [5, echo] });
  };
  assertEquals(fates(answered(1_010)), [[1, "presumed", null], [2, null, 1]]);
  assertEquals(fates(answered(10)), [[2, null, 1]]);
});

Deno.test("a loss by a fault of ours is known, whatever comes later, and what repeats it knows it", () => {
  assertEquals(
    fates((scene) => {
      const { connection, recorder } = scene;
      send(scene);
      const { addresses } = onTheWire(connection.segment({ ...second, timestamps: [10, 5] }, "sent"));
      recorder.packetLost(addresses.slice(0, 56), "sent", "drop:data:2", instant(1));
      connection.send(instant(1_000), "retransmit-rack", second);
    }),
    [[2, "known", null], [3, "known", null], [4, null, 2]],
  );
});

Deno.test("what a fault took away before it arrived is repeated by the peer", () => {
  assertEquals(
    fates(({ connection, recorder }) => {
      const said = { flags: ack, seq: 1, ack: 1, data: "abc" };
      connection.send(instant(0), "handshake-ack", { flags: ack, seq: 1, ack: 1 });
      const { addresses } = onTheWire(connection.segment(said, "arrived"));
      recorder.packetLost(addresses.slice(0, 43), "arrived", "in:drop:data:1", instant(1));
      connection.arrive(instant(300_000), said);
      connection.arrive(instant(300_001), { ...said, seq: 4 });
    }),
    [[2, "known", null], [3, null, 2]],
  );
});

Deno.test("an ICMP error proves the loss of the segment that it quotes, unless it is stale or not to be believed", () => {
  const told = (reason: IcmpVerdict) => (scene: Scene): void => {
    send(scene);
    const error = new IcmpError();
    error.seq = scene.connection.segment(second, "sent").seq;
    scene.recorder.icmpArrived(scene.connection, error, reason, instant(10));
  };
  assertEquals(fates(told("path-mtu-smaller")), [[2, "known", null]]);
  assertEquals(fates(told("soft-error")), [[2, "known", null]]);
  assertEquals(fates(told("not-outstanding")), []);
  assertEquals(fates(told("source-quench")), [], "RFC 6633 3");
  assertEquals(fates(told("path-mtu-too-small")), [], "RFC 8201 4");
});

Deno.test("window probes, and what a closed window had refused, are no losses", () => {
  assertEquals(
    fates(({ connection }) => {
      connection.send(instant(0), "window-probe", { flags: ack, seq: 1, ack: 1, data: "a" });
      connection.send(instant(1_000), "window-probe", { flags: ack, seq: 1, ack: 1, data: "a" });
      connection.send(instant(2_000), "retransmit-refused", { flags: ack, seq: 1, ack: 1, data: "a" });
    }),
    [],
  );
});

Deno.test("when nobody waits any longer, what was not acknowledged is presumed lost; what left just now is not", () => {
  const ended = (reason: "timed-out" | "user-abort") => (scene: Scene): void => {
    const { connection } = scene;
    connection.send(instant(0), "data", first);
    connection.send(instant(4_500_000), "data", second);
    connection.change(instant(5_000_000), "CLOSED", reason);
  };
  assertEquals(fates(ended("timed-out")), [[1, "presumed", null], [2, "presumed", null]]);
  assertEquals(fates(ended("user-abort")), [[1, "presumed", null]]);
});
