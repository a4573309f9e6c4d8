/** A host that asks for the local ports it connects from, and gives them back. */

import { assertEquals, assertThrows } from "@std/assert";
import { type Endpoint, formatAddress, type IpAddress, type Port } from "../../tcp/base/address.ts";
import { completeConfig } from "../../tcp/config/complete.ts";
import type { PartialConfig } from "../../tcp/config/config.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { Host } from "../../tcp/host/host.ts";
import type { PortKeeper, PortRange } from "../../tcp/host/ports.ts";
import { Flag, Option } from "../../tcp/base/segment.ts";
import { seqNumber, seqToUint32, timestamp } from "../../tcp/base/seq.ts";
import { after, type Instant, micros, seconds } from "../../tcp/base/units.ts";
import { at, HERE, IRS, ISS, PLAIN, SECRET, segmentOf, sentBy, THERE } from "./exchange.ts";

const NOW = at(0);
const OTHER: Endpoint = { address: THERE.address, port: 444 };
const RANGE: PortRange = { first: 5_000, last: 5_003 };

/** Keeps a diary, and refuses the ports that it is told to. */
class Keeper implements PortKeeper {
  readonly range = RANGE;
  readonly refused = new Set<Port>();
  readonly taken: Port[] = [];
  readonly released: Port[] = [];
  failure: Error | null = null;

  take(address: IpAddress, port: Port): boolean {
    if (this.failure !== null) throw this.failure;
    assertEquals(formatAddress(address), formatAddress(HERE));
    if (this.refused.has(port)) return false;
    this.taken.push(port);
    return true;
  }

  has(port: Port): boolean {
    const count = (ports: readonly Port[]): number => ports.filter((one) => one === port).length;
    return count(this.taken) > count(this.released);
  }

  release(_address: IpAddress, port: Port): void {
    this.released.push(port);
  }
}

function hostWith(keeper: Keeper, changes: PartialConfig = {}): Host {
  const isn = () => seqNumber(ISS);
  return new Host({
    addresses: [HERE],
    secret: SECRET,
    config: completeConfig(changes, PLAIN),
    isn,
    ports: keeper,
  });
}

/** The peer refuses. */
function refuse(host: Host, { local, remote }: Connection): void {
  sentBy(host, NOW);
  host.segmentArrives(segmentOf(remote, local, { flags: Flag.rst | Flag.ack, seq: 0, ack: ISS + 1 }), NOW);
  sentBy(host, NOW);
}

/** The peer opens, with timestamps where it has some, and after our FIN closes: we are in TIME-WAIT. */
function closeInOrder(host: Host, connection: Connection, now: Instant = NOW, stamp?: number): void {
  const { local, remote } = connection;
  const from = (flags: number, seq: number, sent: number): void => {
    sentBy(host, now);
    const segment = segmentOf(remote, local, { flags, seq, ack: seqToUint32(connection.iss) + sent });
    if (stamp !== undefined) {
      segment.options |= Option.timestamps;
      segment.timestampValue = timestamp(stamp);
    }
    host.segmentArrives(segment, now);
  };
  from(Flag.syn | Flag.ack, IRS, 1);
  connection.close(now);
  from(Flag.fin | Flag.ack, IRS + 1, 2);
  sentBy(host, now);
  assertEquals(connection.state, "TIME-WAIT");
}

Deno.test("a port is asked for before its SYN, and the next one when it cannot be had", () => {
  const keeper = new Keeper();
  const host = hostWith(keeper);
  const first = host.connect({ remote: THERE }, NOW).local.port;
  assertEquals(keeper.taken, [first]);
  const left = [5_000, 5_001, 5_002, 5_003].filter((port) => port !== first);
  for (const port of left.slice(1)) keeper.refused.add(port);
  assertEquals(host.connect({ remote: THERE }, NOW).local.port, left[0]);
  assertThrows(
    () => host.connect({ remote: THERE }, NOW),
    RangeError,
    "no local port from 5000 to 5003 is free",
  );
  assertEquals(keeper.taken, [first, left[0] ?? 0]);
  assertEquals(keeper.released, []);
});

Deno.test("a port that the user names is asked for too", () => {
  const keeper = new Keeper();
  const host = hostWith(keeper);
  keeper.refused.add(80);
  assertThrows(
    () => host.connect({ remote: THERE, local: { port: 80 } }, NOW),
    RangeError,
    "local port 80 is not free",
  );
  host.connect({ remote: THERE, local: { port: 81 } }, NOW);
  assertEquals(keeper.taken, [81]);
});

Deno.test("a port is given back when its connection has ended, for each of its connections once", () => {
  const keeper = new Keeper();
  const host = hostWith(keeper);
  const one = host.connect({ remote: THERE, local: { port: 5_000 } }, NOW);
  const two = host.connect({ remote: OTHER, local: { port: 5_000 } }, NOW);
  assertEquals(keeper.taken, [5_000, 5_000]);
  refuse(host, one);
  assertEquals(keeper.released, [5_000]);
  two.abort(NOW);
  sentBy(host, NOW);
  assertEquals(keeper.released, [5_000, 5_000]);
});

Deno.test("a port is kept through TIME-WAIT (RFC 9293 3.6.1)", () => {
  const keeper = new Keeper();
  const host = hostWith(keeper, { closing: { timeWait: seconds(60) } });
  closeInOrder(host, host.connect({ remote: THERE, local: { port: 5_000 } }, NOW));
  const [before, then] = [after(NOW, seconds(59)), after(NOW, seconds(60))];
  host.timersFire(before);
  sentBy(host, before);
  assertEquals(keeper.released, []);
  host.timersFire(then);
  sentBy(host, then);
  assertEquals([keeper.released, host.connectionCount], [[5_000], 0]);
});

Deno.test("of what nobody expects only that is answered which comes to a port that was taken (RFC 9293 3.10.7.1)", () => {
  const host = hostWith(new Keeper());
  const listener = host.listen({ port: 80 });
  host.connect({ remote: THERE, local: { port: 5_000 } }, NOW);
  sentBy(host, NOW);
  const answersTo = (port: Port): number => {
    const stray = { flags: Flag.ack, seq: IRS, ack: ISS };
    host.segmentArrives(segmentOf(OTHER, { address: HERE, port }, stray), NOW);
    return sentBy(host, NOW).length;
  };
  assertEquals([answersTo(5_000), answersTo(5_001), answersTo(80)], [1, 0, 1]);
  listener.close(NOW);
  assertEquals(answersTo(80), 0);
});

Deno.test("what the keeper throws passes on and leaves nothing; a bad config gives the port back", () => {
  const keeper = new Keeper();
  const host = hostWith(keeper);
  keeper.failure = new Error("too many");
  assertThrows(() => host.connect({ remote: THERE }, NOW), Error, "too many");
  keeper.failure = null;
  const config = { closing: { timeWait: micros(-1) } };
  assertThrows(() => host.connect({ remote: THERE, config }, NOW), RangeError);
  assertEquals([keeper.taken, host.connectionCount], [keeper.released, 0]);
  assertEquals(keeper.released.length, 1);
});

Deno.test("no connection goes from an endpoint to itself", () => {
  const keeper = new Keeper();
  const host = hostWith(keeper);
  const self: Endpoint = { address: HERE, port: 5_002 };
  assertThrows(() => host.connect({ remote: self, local: { port: 5_002 } }, NOW), RangeError);
  const ports = Array.from({ length: 3 }, () => host.connect({ remote: self }, NOW).local.port);
  assertEquals(ports.toSorted((a, b) => a - b), [5_000, 5_001, 5_003]);
});

Deno.test("with every port in TIME-WAIT the next connection takes one step more than the first (RFC 6191 2)", () => {
  let steps = 0;
  const remote: Endpoint = {
    get address() {
      steps++; // it is looked at wherever a connection is looked for, begun or brought back
      return THERE.address;
    },
    port: THERE.port,
  };
  const COUNT = 500;
  const host = new Host({
    addresses: [HERE],
    secret: SECRET,
    config: { closing: { timeWaitTakeover: seconds(1) } },
    isn: () => seqNumber(ISS),
    ports: {
      range: { first: 5_000, last: 5_000 + COUNT - 1 },
      take: () => true,
      has: () => true,
      release: () => {},
    },
  });
  const stepsOf = (i: number): number => {
    const now = at(i / 100);
    steps = 0;
    const connection = host.connect({ remote }, now);
    const taken = steps;
    closeInOrder(host, connection, now, i);
    return taken;
  };
  const passes = Array.from(
    { length: 4 },
    (_, pass) => Array.from({ length: COUNT }, (_, i) => stepsOf(COUNT * pass + i)),
  );
  assertEquals(host.connectionCount, COUNT);
  const [first = 0, ...later] = passes.map((pass) => Math.max(...pass));
  assertEquals(later, [first + 1, first + 1, first + 1]); // what was there is forgotten
});

Deno.test("when all ports are in TIME-WAIT and may not be taken over yet, that is an error that names the range", () => {
  const host = hostWith(new Keeper());
  for (let i = 0; i < 4; i++) closeInOrder(host, host.connect({ remote: THERE }, NOW));
  assertThrows(
    () => host.connect({ remote: THERE }, NOW),
    RangeError,
    "no local port from 5000 to 5003 is free, for its connections have them, those in TIME-WAIT included, or others do; " +
      "wait, or choose from more ports",
  );
  assertEquals(host.connect({ remote: OTHER }, NOW).state, "SYN-SENT");
});
