import { assert, assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { NEVER, seconds } from "../../tcp/base/units.ts";
import { at, establish, IRS, ISS, sentBy } from "./exchange.ts";

Deno.test("the window restarts when data are sent after idling, or, by the policy of Linux, when they are given (RFC 5681 4.1)", () => {
  for (const idleEnds of ["when sent", "when given"] as const) {
    const { connection, arrive } = establish({
      recovery: { idleEnds },
      congestion: { restartAfterIdle: true },
    }, at(0));
    const atFirst = connection.cwnd;
    const acknowledge = (octets: number, seconds: number): void =>
      arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + octets, window: 65_535 }, at(seconds));
    acknowledge(0, 0.1);
    let sent = 0;
    for (let round = 1; round <= 4; round++) {
      sent += connection.send(new Uint8Array(atFirst * 2 ** (round - 1)), at(round / 10));
      sentBy(connection, at(round / 10));
      acknowledge(sent, round / 10 + 0.05);
    }
    const grown = connection.cwnd;
    assert(grown >= 4 * atFirst, `${idleEnds}: from ${atFirst} to ${grown}`);
    connection.send(new Uint8Array(100), at(60));
    assertEquals(connection.cwnd < grown, idleEnds === "when given", idleEnds);
    sentBy(connection, at(60));
    assert(connection.cwnd <= atFirst, `${idleEnds}: ${connection.cwnd}`);
  }
});

Deno.test("the user's timeout runs from the first data that are not acknowledged (RFC 5482)", () => {
  const { connection } = establish({ retransmission: { userTimeout: seconds(5) } }, at(0));
  connection.send(new Uint8Array(100), at(1));
  sentBy(connection, at(1));
  let now = at(1);
  for (let i = 0; i < 50 && connection.state !== "CLOSED" && connection.nextDeadline() !== NEVER; i++) {
    now = connection.nextDeadline();
    connection.timersFire(now);
    sentBy(connection, now);
  }
  assertEquals([connection.state, connection.failure?.kind, now], ["CLOSED", "timed out", at(6)]);
});
