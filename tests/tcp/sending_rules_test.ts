import { assert, assertEquals } from "@std/assert";
import type { WindowUnit } from "../../tcp/config/config.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { NEVER, seconds } from "../../tcp/base/units.ts";
import { at, establish, IRS, ISS, sentBy } from "./exchange.ts";

const UNITS: readonly WindowUnit[] = ["octets", "segments"];

Deno.test("the window restarts when text is sent after idling, or, counted in segments, when it is given (RFC 5681 4.1)", () => {
  for (const windowUnit of UNITS) {
    const { connection, arrive } = establish({ congestion: { windowUnit, restartAfterIdle: true } }, at(0));
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
    assert(grown >= 4 * atFirst, `${windowUnit}: from ${atFirst} to ${grown}`);
    connection.send(new Uint8Array(100), at(60));
    assertEquals(connection.cwnd < grown, windowUnit === "segments", windowUnit);
    sentBy(connection, at(60));
    assert(connection.cwnd <= atFirst, `${windowUnit}: ${connection.cwnd}`);
  }
});

Deno.test("the user's time-out runs from the first text that is not acknowledged, however windows are counted (RFC 5482)", () => {
  for (const windowUnit of UNITS) {
    const { connection } = establish({
      congestion: { windowUnit },
      retransmission: { userTimeout: seconds(5) },
    }, at(0));
    connection.send(new Uint8Array(100), at(1));
    sentBy(connection, at(1));
    let now = at(1);
    for (let i = 0; i < 50 && connection.state !== "CLOSED" && connection.nextDeadline() !== NEVER; i++) {
      now = connection.nextDeadline();
      connection.timersFire(now);
      sentBy(connection, now);
    }
    assertEquals(
      [connection.state, connection.failure?.kind, now],
      ["CLOSED", "timed out", at(6)],
      windowUnit,
    );
  }
});
