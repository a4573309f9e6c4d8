/**
 * Ten thousand connections between two hosts in one memory: what each costs in memory, and whether many make a segment
 * dearer.
 *
 * @module
 */

import { type Connection, Host, type Instant, instant, parseAddress, STANDARD } from "../../../tcp/mod.ts";
import { CALM_AFTER } from "../../../tcp/receive/ack_policy.ts";
import { answer, type CrowdAnswer, type CrowdTimes } from "./jobs.ts";
import { type Memory, memoryNow, Wire } from "./wire.ts";

const CLIENT = parseAddress("192.0.2.1");
const SERVER = parseAddress("192.0.2.2");
const PORT = 80;
const FIRST_CLIENT_PORT = 20_000;

const CONNECTIONS = 10_000;
const BUSY = CONNECTIONS / 100;

/** Opened at once, so that no queue overflows. */
const BATCH = 100;

/** Microseconds of virtual time between two turns: the round trip. All of it takes some seconds, as quiet times should. */
const TURN = 10_000;

/** Octets of the text that each connection has moved both ways before it idles. */
const EXCHANGED = 2_000;

/** Octets that a busy connection sends in a turn: sixteen segments. */
const PIECE = 16 * 1_448;

/** Segments until everything is compiled, and of one measurement. */
const WARM_UP = 200_000;
const MEASURED = 500_000;

/**
 * Segments, with their ACKs, that a connection carries before another takes its place where none is to become calm: calm bulk has
 * fewer ACKs, and many would be compared with one that has.
 */
const FRESH = 15_000;
const FRESH_CONNECTIONS = Math.ceil((WARM_UP + 2 * MEASURED) / FRESH) + 3;

/** How far the shares of segments with text may lie apart: else the ones acknowledge more often than the other. */
const SAME_SHARE = 0.01;

/** Turns after which something is stuck. */
const MOST_TURNS = 10_000_000;

/** The two ends of a connection. */
interface Ends {
  readonly client: Connection;
  readonly server: Connection;
}

/** Nanoseconds a segment, and the part of the segments that had text. */
interface Work {
  readonly segmentTime: number;
  readonly textShare: number;
}

/** Two hosts and connections between them. */
class Crowd {
  readonly ends: Ends[] = [];
  readonly #hosts: readonly [Host, Host];
  readonly #wire = new Wire(false);
  readonly #text = new Uint8Array(PIECE);
  readonly #read = new Uint8Array(1 << 16);
  #now: Instant = instant(0);
  #turns = 0;
  /** The connection that {@link freshly} takes next. */
  #fresh = 0;

  constructor() {
    const secret = Uint8Array.from({ length: 16 }, (_, i) => 7 * i + 3);
    const host = (address: typeof CLIENT): Host =>
      new Host({ addresses: [address], secret, config: STANDARD });
    this.#hosts = [host(CLIENT), host(SERVER)];
  }

  /** Opens so many connections. */
  open(count: number): void {
    const [client, server] = this.#hosts;
    const listener = server.listen({ port: PORT, backlog: BATCH });
    const remote = { address: SERVER, port: PORT };
    for (let made = 0; made < count;) {
      const batch = new Map<number, Connection>();
      for (let i = 0; i < BATCH && made < count; i++) {
        const port = FIRST_CLIENT_PORT + made++;
        batch.set(port, client.connect({ remote, local: { port } }, this.#now));
      }
      while (batch.size > 0) {
        this.turn();
        for (let accepted = listener.accept(); accepted !== null; accepted = listener.accept()) {
          const opener = batch.get(accepted.remote.port);
          if (opener === undefined) throw new Error(`Nobody has connected from ${accepted.remote.port}`);
          batch.delete(accepted.remote.port);
          this.ends.push({ client: opener, server: accepted });
        }
      }
    }
    listener.close(this.#now);
  }

  /** Moves text over each connection, both ways, until all of it is read and acknowledged. */
  exchange(): void {
    const text = new Uint8Array(EXCHANGED);
    for (const { client, server } of this.ends) {
      client.send(text, this.#now);
      server.send(text, this.#now);
    }
    const isDone = ({ client, server }: Ends): boolean =>
      client.unackedOctets + server.unackedOctets + client.unreadOctets + server.unreadOctets === 0;
    let waiting = this.ends;
    while (waiting.length > 0) {
      this.turn();
      for (const { client, server } of waiting) {
        client.receive(this.#read, this.#now);
        server.receive(this.#read, this.#now);
      }
      waiting = waiting.filter((ends) => !isDone(ends));
    }
  }

  /** Keeps the first `busy` connections busy until their bulk is calm. */
  calm(busy: number): void {
    const ends = this.ends.slice(0, busy);
    while (ends.some(({ server }) => server.octetsReceived < CALM_AFTER + PIECE)) this.work(busy, WARM_UP);
  }

  /** Keeps one connection busy for so many segments, and so seldom the same that none becomes calm. */
  freshly(segments: number): Work {
    const works: Work[] = [];
    for (let left = segments; left > 0; left -= FRESH) works.push(this.work(1, FRESH, this.#fresh++));
    return meanOf(works);
  }

  /** Keeps `busy` connections from the `from`th on busy for so many segments. */
  work(busy: number, segments: number, from = 0): Work {
    const ends = this.ends.slice(from, from + busy);
    const { segments: first, withText } = this.#wire;
    const start = performance.now();
    while (this.#wire.segments < first + segments) {
      for (const { client } of ends) client.send(this.#text, this.#now);
      this.turn();
      for (const { server } of ends) {
        while ((server.receive(this.#read, this.#now) ?? 0) > 0);
      }
    }
    const time = (performance.now() - start) * 1e6;
    const carried = this.#wire.segments - first;
    return { segmentTime: time / carried, textShare: (this.#wire.withText - withText) / carried };
  }

  /** Carries what is due both ways, and lets timers fire. */
  turn(): void {
    if (this.#turns++ > MOST_TURNS) throw new Error("The hosts are stuck");
    const now = this.#now = instant(this.#now + TURN);
    const [client, server] = this.#hosts;
    this.#wire.carry(client, server, now);
    this.#wire.carry(server, client, now);
    for (const host of this.#hosts) if (host.nextDeadline() <= now) host.timersFire(now);
  }
}

function meanOf(works: readonly Work[]): Work {
  const mean = (of: (work: Work) => number): number =>
    works.reduce((sum, it) => sum + of(it), 0) / works.length;
  return { segmentTime: mean((it) => it.segmentTime), textShare: mean((it) => it.textShare) };
}

/** Nanoseconds a segment of many and of one, twice in turn. @throws Error when they do not carry the same */
function compare(many: () => Work, one: () => Work): CrowdTimes {
  const [first, firstOne, again, againOne] = [many(), one(), many(), one()] as const;
  const [crowd, alone] = [meanOf([first, again]), meanOf([firstOne, againOne])];
  if (Math.abs(crowd.textShare - alone.textShare) > SAME_SHARE) {
    throw new Error(
      `Of the segments of many ${crowd.textShare} had text, of those of one ${alone.textShare}`,
    );
  }
  return { crowd: crowd.segmentTime, alone: alone.segmentTime };
}

function measure(): CrowdAnswer {
  const alone = new Crowd();
  alone.open(FRESH_CONNECTIONS);
  alone.freshly(WARM_UP);
  const before = memoryNow();
  const crowd = new Crowd();
  crowd.open(CONNECTIONS);
  const opened = memoryNow();
  crowd.exchange();
  const exchanged = memoryNow();
  const ends = 2 * CONNECTIONS;
  crowd.work(BUSY, WARM_UP);
  const early = compare(() => crowd.work(BUSY, MEASURED), () => alone.freshly(MEASURED));
  const busy = memoryNow();
  crowd.calm(BUSY);
  alone.calm(1);
  const calm = compare(() => crowd.work(BUSY, MEASURED), () => alone.work(1, MEASURED));
  const perEnd = (then: Memory): number => (then.heap + then.buffers - before.heap - before.buffers) / ends;
  return {
    openedPerEnd: perEnd(opened),
    exchangedPerEnd: perEnd(exchanged),
    busyPerEnd: perEnd(busy),
    early,
    calm,
  };
}

answer(measure());
