import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import type { Observer } from "../../tcp/base/observer.ts";
import { Flag, Option, type Segment } from "../../tcp/base/segment.ts";
import { seqNumber, timestamp } from "../../tcp/base/seq.ts";
import { NEVER, seconds } from "../../tcp/base/units.ts";
import type { PartialConfig } from "../../tcp/config/config.ts";
import { completeConfig } from "../../tcp/config/complete.ts";
import { FREEBSD, LINUX } from "../../tcp/config/profiles.ts";
import { Host } from "../../tcp/host/host.ts";
import { TimeWaits } from "../../tcp/host/time_waits.ts";
import {
  at,
  HERE,
  IRS,
  ISS,
  PLAIN,
  type Said,
  SECRET,
  segmentOf,
  sentBy,
  THERE,
  wordsOf,
} from "./exchange.ts";

const PORT = 40_000;
const local = { address: HERE, port: PORT };

/** Whose host keeps all of its connections: somebody may want to know how they end. */
const WATCHER: Observer = {
  segmentArrived: () => {},
  segmentSent: () => {},
  segmentDropped: () => {},
  stateChanged: () => {},
  timerFired: () => {},
  icmpArrived: () => {},
  congestionChanged: () => {},
};

/** The timestamp that the peer sends first, and in all that follows: later by its seconds in milliseconds. */
const STAMP = 7_000;

function hostOf(config: PartialConfig, observer?: Observer): Host {
  const isn = (): ReturnType<typeof seqNumber> => seqNumber(ISS);
  return new Host({ addresses: [HERE], secret: SECRET, config, isn, observer });
}

/** What a peer from the port says comes to the host. Returns what the host says then. */
function say(host: Host, said: Said, second: number, port: number = THERE.port, stamp?: number): string[] {
  const segment: Segment = segmentOf({ address: THERE.address, port }, local, { window: 65_535, ...said });
  if (stamp !== undefined) {
    segment.options |= Option.timestamps;
    segment.timestampValue = timestamp(stamp);
  }
  host.segmentArrives(segment, at(second));
  return wordsOf(sentBy(host, at(second)));
}

/** A connection from the port comes, and goes to TIME-WAIT, where our FIN is the first; all at one moment. */
function comeAndGo(
  host: Host,
  listener: ReturnType<Host["listen"]>,
  { port = THERE.port, stamp, second = 0 }: { port?: number; stamp?: number | undefined; second?: number } =
    {},
): Connection {
  say(host, { flags: Flag.syn, seq: IRS }, second, port, stamp);
  say(host, { flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 }, second, port, stamp);
  const connection = listener.accept();
  assert(connection !== null);
  connection.close(at(second));
  sentBy(host, at(second));
  say(host, { flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: ISS + 2 }, second, port, stamp);
  assertEquals(connection.state, "TIME-WAIT");
  return connection;
}

/** What may still come, and when; several of them one after another. */
const ARRIVALS: readonly (readonly (readonly [second: number, said: Said])[])[] = [
  [[1, { flags: Flag.fin | Flag.ack, seq: IRS + 1, ack: ISS + 2 }]],
  [[1, { flags: Flag.fin | Flag.ack, seq: IRS + 1, ack: ISS + 2 }], [50, { flags: Flag.syn, seq: IRS }]],
  [[30, { flags: Flag.ack, seq: IRS + 2, ack: ISS + 2 }]],
  [[30, { flags: Flag.ack, seq: IRS + 2, ack: ISS + 9 }]],
  [[30, { flags: Flag.ack, seq: IRS - 100, ack: ISS + 1, length: 50 }]],
  [[2, { flags: Flag.ack, seq: IRS + 9, ack: ISS + 2, length: 5 }]],
  [[2, { flags: Flag.rst, seq: IRS + 2 }], [3, { flags: Flag.ack, seq: IRS + 9, ack: ISS + 2 }]],
  [[2, { flags: Flag.rst, seq: IRS + 3 }]],
  [[2, { flags: Flag.syn, seq: IRS }], [2.1, { flags: Flag.syn, seq: IRS }], [3, {
    flags: Flag.syn,
    seq: IRS,
  }]],
  [[2, { flags: Flag.syn, seq: IRS + 1_000 }]],
  [[2, { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 }]],
  [[2, { flags: 0, seq: IRS + 2 }]],
  [[59.9, { flags: Flag.fin | Flag.ack, seq: IRS + 1, ack: ISS + 2 }], [100, {
    flags: Flag.ack,
    seq: 1,
    ack: 1,
  }]],
];

const CONFIGS: readonly (readonly [name: string, config: PartialConfig, hasStamps: boolean])[] = [
  ["by the standard", PLAIN, false],
  ["by the standard, with options", completeConfig(), true],
  ["where an exact RST ends it", completeConfig({ defence: { ignoreResetInTimeWait: false } }, PLAIN), false],
  ["as Linux", LINUX, true],
  ["as FreeBSD", FREEBSD, true],
];

for (const [name, config, hasStamps] of CONFIGS) {
  Deno.test(`in TIME-WAIT it is all the same to the peer how much of a connection is kept (RFC 9293 3.10.7.4): ${name}`, () => {
    for (const arrivals of ARRIVALS) {
      const told = [undefined, WATCHER].map((observer) => {
        const host = hostOf(config, observer);
        comeAndGo(host, host.listen({ port: PORT }), { stamp: hasStamps ? STAMP : undefined });
        const lines = [`${host.nextDeadline()}`];
        for (const [second, said] of arrivals) {
          host.timersFire(at(second));
          const stamp = hasStamps ? STAMP + 1_000 * second : undefined;
          lines.push(...say(host, said, second, THERE.port, stamp), `${host.nextDeadline()}`);
        }
        host.timersFire(at(500));
        return [...lines, host.connectionCount > 0 ? "open" : "gone"];
      });
      assertEquals(told[0], told[1], JSON.stringify(arrivals));
    }
  });
}

Deno.test("of a closed connection in TIME-WAIT that nobody watches seven objects are kept, and numbers", () => {
  const host = hostOf(PLAIN, WATCHER);
  const connection = comeAndGo(host, host.listen({ port: PORT }));
  const waits = new TimeWaits<never>();
  waits.add(connection, false);
  const { oldest } = waits;
  assert(oldest !== null && "wait" in oldest);
  const { config, ...own } = oldest.wait;
  assertEquals(config, connection.config);
  assert(config === connection.config, "the config is that of all connections");
  const objects = new Set<unknown>();
  const count = (value: unknown): void => {
    if (typeof value !== "object" || value === null || objects.has(value)) return;
    objects.add(value);
    if (!ArrayBuffer.isView(value)) Object.values(value).forEach(count);
  };
  count(own);
  assertEquals(objects.size, 7);
});

Deno.test("no more connections are in TIME-WAIT than there may be, watched or not: the oldest are forgotten", () => {
  for (const observer of [undefined, WATCHER]) {
    const host = hostOf(completeConfig({ defence: { maxTimeWaits: 100 } }, PLAIN), observer);
    const listener = host.listen({ port: PORT });
    for (let i = 0; i < 500; i++) comeAndGo(host, listener, { port: 1_000 + i, second: i / 1_000 });
    assertEquals(host.connectionCount, 100);
    const again = { flags: Flag.fin | Flag.ack, seq: IRS + 1, ack: ISS + 2 };
    assertEquals(say(host, again, 1, 1_399), [`RST ${ISS + 2} ack 0 (0)`], "forgotten");
    assertEquals(
      say(host, again, 1, 1_400),
      [`ACK ${ISS + 2} ack ${IRS + 2} (0)`],
      "the oldest that is left",
    );
    host.timersFire(at(200));
    sentBy(host, at(200));
    assertEquals([host.connectionCount, host.nextDeadline()], [0, NEVER]);
  }
});

Deno.test("a port that we opened from is free again when TIME-WAIT is over, and not before (MUST-13)", () => {
  const host = hostOf(completeConfig({ closing: { timeWait: seconds(60) } }, PLAIN));
  const options = { remote: { address: parseAddress("198.51.100.9"), port: 80 }, local };
  const connection = host.connect(options, at(0));
  sentBy(host, at(0));
  const arrive = (said: Said): void => {
    host.segmentArrives(segmentOf(options.remote, local, { window: 65_535, ...said }), at(0));
    sentBy(host, at(0));
  };
  arrive({ flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 });
  connection.close(at(0));
  sentBy(host, at(0));
  arrive({ flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: ISS + 2 });
  assertEquals(connection.state, "TIME-WAIT");
  let refusals = 0;
  const connects = (second: number): void => {
    try {
      host.connect(options, at(second));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      refusals++;
    }
    sentBy(host, at(second));
  };
  connects(59);
  assertEquals(refusals, 1);
  host.timersFire(at(61));
  sentBy(host, at(61));
  connects(61);
  assertEquals(refusals, 1);
});

Deno.test("whoever has not closed a connection sees it leave TIME-WAIT", () => {
  const host = hostOf(PLAIN);
  const listener = host.listen({ port: PORT });
  say(host, { flags: Flag.syn, seq: IRS }, 0);
  say(host, { flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, length: 3 }, 0);
  const connection = listener.accept();
  assert(connection !== null);
  connection.shutdown(at(0));
  sentBy(host, at(0));
  say(host, { flags: Flag.ack | Flag.fin, seq: IRS + 4, ack: ISS + 2 }, 0);
  assertEquals([connection.state, connection.unreadOctets], ["TIME-WAIT", 3]);
  host.timersFire(at(61));
  assertEquals([connection.state, connection.unreadOctets], ["CLOSED", 3]);
});
