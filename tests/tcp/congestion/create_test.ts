/** A congestion control of one's own that throws: its connection ends, told why, and those beside it on the host go on. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NewReno } from "../../../tcp/congestion/new_reno.ts";
import type { CongestionControl, CongestionControlFactory } from "../../../tcp/congestion/control.ts";
import {
  type Connection,
  Host,
  instant,
  parseAddress,
  type PartialConfig,
  Segment,
} from "../../../tcp/mod.ts";

const CLIENT = parseAddress("192.0.2.1");
const SERVER = parseAddress("192.0.2.2");
const PORT = 80;
const SECRET = new Uint8Array(16);
const NOW = instant(1_000_000);
const MOST_TURNS = 1_000;
const EACH = 100_000;

/** NewReno under another name, of which one member throws from its second use on: the first is the connection's beginning. */
function broken(member: keyof CongestionControl): CongestionControlFactory {
  return (options) => {
    let uses = 0;
    return new Proxy(Object.assign(new NewReno(options), { name: "brittle" }), {
      get: (target, key) => {
        if (key === member && uses++ > 0) throw new TypeError(`no ${member}`);
        const value: unknown = Reflect.get(target, key);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
}

/** Two hosts in one memory. */
class Pair {
  readonly client = new Host({ addresses: [CLIENT], secret: SECRET });
  readonly server: Host;
  readonly #segment = new Segment();

  constructor(config: PartialConfig = {}) {
    this.server = new Host({ addresses: [SERVER], secret: SECRET, config });
  }

  connect(config?: PartialConfig): Connection {
    const remote = { address: SERVER, port: PORT };
    return this.client.connect({ remote, ...config === undefined ? {} : { config } }, NOW);
  }

  /** What is due goes both ways. */
  carry(): void {
    for (let goesOn = true, turns = 0; goesOn; turns++) {
      assert(turns < MOST_TURNS, "it does not come to rest");
      goesOn = false;
      for (const [from, to] of [[this.client, this.server], [this.server, this.client]] as const) {
        while (from.transmit(this.#segment, NOW)) {
          goesOn = true;
          to.segmentArrives(this.#segment, NOW);
        }
      }
    }
  }
}

/** Octets that the connection receives now. */
function read(connection: Connection): number {
  const into = new Uint8Array(EACH);
  let all = 0;
  for (let count = connection.receive(into, NOW); count; count = connection.receive(into, NOW)) all += count;
  return all;
}

for (const member of ["ackReceived", "cwnd", "ssthresh", "pacingRate"] as const) {
  Deno.test(`a congestion control whose ${member} throws ends its own connection alone, and the failure names both`, () => {
    const pair = new Pair();
    const listener = pair.server.listen({ port: PORT });
    const bad = pair.connect({ congestion: { congestionControl: broken(member) } });
    const good = pair.connect();
    pair.carry();
    const [atBad, atGood] = [listener.accept(), listener.accept()];
    for (const connection of [bad, good]) {
      if (connection.state === "ESTABLISHED") connection.send(new Uint8Array(EACH), NOW);
    }
    pair.carry();
    assertEquals([bad.state, bad.failure?.kind], ["CLOSED", "aborted"]);
    assertStringIncludes(
      bad.failure?.message ?? "",
      `congestion control brittle threw in ${member}: TypeError: no ${member}`,
    );
    assert(bad.failure?.cause instanceof TypeError);
    assertEquals(atBad?.failure?.kind ?? "reset", "reset", "the peer is told by RST");
    for (let turns = 0, got = 0; (got += read(atGood as Connection)) < EACH; turns++) {
      assert(turns < MOST_TURNS, `${got} octets`);
      pair.carry();
    }
    assertEquals(good.failure, null);
  });
}

Deno.test("where the function that makes it throws, no SYN leaves, and a server resets who comes in and listens on", () => {
  const noControl: CongestionControlFactory = () => {
    throw new RangeError("no control today");
  };
  const config = { congestion: { congestionControl: noControl } };
  const pair = new Pair();
  const bad = pair.connect(config);
  assertEquals(pair.client.transmit(new Segment(), NOW), false);
  assertEquals(bad.failure?.kind, "aborted");
  assertStringIncludes(
    bad.failure?.message ?? "",
    "congestion control noControl threw in the function that makes it: RangeError: no control today",
  );
  const serving = new Pair(config);
  const listener = serving.server.listen({ port: PORT });
  for (let i = 0; i < 2; i++) {
    const refused = serving.connect();
    serving.carry();
    assertEquals(refused.failure?.kind, "refused");
  }
  assertEquals([listener.isOpen, serving.server.connectionCount], [true, 0]);
});
