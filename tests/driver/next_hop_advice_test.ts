/** What a connection advises the kernel about its next hop: RFC 1122 2.3.2.1. */

import { assertEquals } from "@std/assert";
import { NextHopAdvice } from "../../driver/next_hop_advice.ts";
import { EPERM, SystemError } from "../../ffi/errno.ts";
import type { Flow } from "../../ffi/route.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { elapsed, type Instant, toSeconds } from "../../tcp/base/units.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { at, establish, HERE, IRS, ISS, segmentOf, sentBy, THERE } from "../tcp/exchange.ts";

const FLOW: Flow = { destination: THERE.address };

/** An established connection with {@link NextHopAdvice}, and at which seconds the kernel was asked about its next hop. */
class Advised {
  readonly connection: Connection = establish({}, at(0)).connection;
  readonly asked: number[] = [];
  readonly #advice: NextHopAdvice;
  #now: Instant = at(0);

  constructor(answer: () => void = () => {}) {
    this.#advice = new NextHopAdvice({
      connection: this.connection,
      flow: FLOW,
      ask: (flow) => {
        assertEquals(flow, FLOW);
        this.asked.push(toSeconds(elapsed(at(0), this.#now)));
        answer();
      },
    });
  }

  /** Lets so many timeouts pass. */
  timeOut(times: number): void {
    for (let i = 0; i < times; i++) {
      this.#now = this.connection.nextDeadline();
      this.connection.timersFire(this.#now);
      this.#advice.timersFired(this.#now);
      sentBy(this.connection, this.#now);
    }
  }

  /** So many octets of the peer's come, from its octet `place` on, at that second. */
  arrive(place: number, length: number, second: number): void {
    this.#now = at(second);
    const said = { flags: Flag.ack, seq: IRS + 1 + place, ack: ISS + 1, length };
    const segment = segmentOf(THERE, { address: HERE, port: 40_000 }, said);
    this.#advice.segmentArrives(segment, this.#now);
    this.connection.segmentArrives(segment, this.#now);
    sentBy(this.connection, this.#now);
  }
}

/** One whose data wait for their ACK. */
function waiting(answer?: () => void): Advised {
  const advised = new Advised(answer);
  advised.connection.send(new Uint8Array(100), at(0));
  sentBy(advised.connection, at(0));
  return advised;
}

Deno.test("the kernel is asked to make sure of the next hop after a second timeout in a row, and 5 s later again", () => {
  const advised = waiting();
  advised.timeOut(1);
  assertEquals(advised.asked, []);
  advised.timeOut(3);
  assertEquals(advised.asked, [3, 15]);
});

Deno.test("and when what has been acknowledged comes again twice, with nothing new between", () => {
  const advised = new Advised();
  advised.arrive(0, 100, 1);
  advised.arrive(0, 100, 2);
  advised.arrive(100, 100, 2.1);
  advised.arrive(100, 100, 2.2);
  assertEquals(advised.asked, []);
  advised.arrive(100, 100, 2.6);
  advised.arrive(100, 100, 3.4);
  assertEquals(advised.asked, [2.6]);
});

Deno.test("whoever is not permitted to ask goes on without", () => {
  const advised = waiting(() => {
    throw new SystemError("rtnetlink RTM_NEWNEIGH", EPERM);
  });
  advised.timeOut(2);
  assertEquals([advised.asked, advised.connection.state], [[3], "ESTABLISHED"]);
});
