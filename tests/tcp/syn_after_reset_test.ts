/** A peer that resets what it does not know any more and asks again at once (RFC 9293 3.10.7.3, 3.10.7.4). */

import { assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { at, HERE, IRS, newHost, segmentOf, sentBy, THERE } from "./exchange.ts";

Deno.test("a SYN right behind the RST that ended a connection begins another", () => {
  const host = newHost({ defence: { ignoreResetInTimeWait: false } });
  const local = { address: HERE, port: 80 };
  host.listen({ port: 80 });
  const arrive = (flags: number, seq: number, ack: number): void =>
    host.segmentArrives(segmentOf(THERE, local, { flags, seq, ack }), at(1));
  arrive(Flag.syn, IRS, 0);
  const [answer] = sentBy(host, at(1));
  const ours = answer?.seq ?? 0;
  arrive(Flag.ack, IRS + 1, ours + 1);
  arrive(Flag.rst, IRS + 1, 0);
  arrive(Flag.syn, IRS, 0);
  assertEquals(sentBy(host, at(1)).map(({ flags, ack }) => [flags, ack]), [["SYN,ACK", IRS + 1]]);
});
