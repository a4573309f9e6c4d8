import { assert, assertEquals } from "@std/assert";
import type { Loop } from "../../driver/loop.ts";
import { Background, type Member } from "../../driver/stream/background.ts";
import { Observers } from "../../driver/stream/observers.ts";
import { type Connection, Host, instant, parseAddress, Segment } from "../../tcp/mod.ts";

const CLIENT = parseAddress("192.0.2.1");
const SERVER = parseAddress("192.0.2.2");
const PORT = 80;
const FIRST_CLIENT_PORT = 20_000;
const SECRET = new Uint8Array(16);
const NOW = instant(0);

/** Turns after which a test is stuck. */
const MOST_TURNS = 100;

/** Two hosts in one memory, of which the server's runs in the background; its loop takes turns when the test says so. */
class Hosted {
  readonly observers = new Observers();
  readonly clients: Connection[] = [];
  readonly servers: Connection[] = [];
  readonly background: Background;
  isIdle = false;
  readonly #client = new Host({ addresses: [CLIENT], secret: SECRET });
  readonly #server = new Host({ addresses: [SERVER], secret: SECRET, observer: this.observers });
  readonly #segment = new Segment();
  #until: (() => boolean) | null = null;
  #letGo: () => void = () => {};

  constructor(connections: number) {
    const listener = this.#server.listen({ port: PORT, backlog: connections });
    for (let i = 0; i < connections; i++) {
      const [remote, local] = [{ address: SERVER, port: PORT }, { port: FIRST_CLIENT_PORT + i }];
      this.clients.push(this.#client.connect({ remote, local }, NOW));
      this.carry();
      this.servers.push(listener.accept() as Connection);
    }
    const loop: Pick<Loop, "readClock" | "wake" | "turn" | "run"> = {
      readClock: () => NOW,
      wake: () => {},
      turn: () => false,
      run: (until) => {
        this.#until = until;
        return new Promise((resolve) => this.#letGo = () => resolve(true));
      },
    };
    const nextEventful = (): Connection | null =>
      this.observers.nextEventful(this.#server) as Connection | null;
    this.background = new Background(loop as Loop, nextEventful, () => this.isIdle = true);
  }

  /** What is due goes both ways. */
  carry(): void {
    let goesOn = true;
    for (let turns = 0; goesOn; turns++) {
      assert(turns < MOST_TURNS, "it does not come to rest");
      goesOn = false;
      for (const [from, to] of [[this.#client, this.#server], [this.#server, this.#client]] as const) {
        while (from.transmit(this.#segment, NOW)) {
          goesOn = true;
          to.segmentArrives(this.#segment, NOW);
        }
      }
    }
  }

  /** The loop takes a turn, and those go on who were waiting for it. */
  async turn(): Promise<void> {
    if (this.#until?.()) this.#letGo();
    for (let i = 0; i < MOST_TURNS; i++) await undefined;
  }

  /** A member that writes down in `told` each turn that it is told of. */
  add(connection: Connection | null, told: (Connection | null)[], changes: Partial<Member> = {}): void {
    this.background.add({
      connection,
      turnEnded: () => told.push(connection) > 0 && connection !== null && connection.takeEvents() !== 0,
      keepsAlive: true,
      get isOver() {
        return connection?.state === "CLOSED";
      },
      failed: (error) => {
        throw error;
      },
      ...changes,
    });
  }
}

Deno.test("of a turn those connections are told to which something has happened, and each listener", async () => {
  const hosted = new Hosted(50);
  const told: (Connection | null)[] = [];
  hosted.add(null, told);
  for (const connection of hosted.servers) hosted.add(connection, told);
  await hosted.turn();
  assertEquals(told.length, 51, "newcomers are told once, since they may have missed something");
  told.length = 0;
  await hosted.turn();
  assertEquals(told, [null]);
  hosted.clients[7]?.send(new Uint8Array(3), NOW);
  hosted.carry();
  told.length = 0;
  await hosted.turn();
  assertEquals(told.length, 2);
  assert(told[0] === null && told[1] === hosted.servers[7]);
});

Deno.test("a connection that was over before it came to the background is let go", async () => {
  const hosted = new Hosted(1);
  hosted.clients[0]?.abort(NOW);
  hosted.carry();
  const told: (Connection | null)[] = [];
  const [connection = null] = hosted.servers;
  assertEquals(connection?.state, "CLOSED");
  while (connection !== null && hosted.observers.nextEventful({ nextEventful: () => null }) !== null);
  hosted.add(connection, told);
  await hosted.turn();
  assertEquals(told.length, 1);
  assert(hosted.isIdle);
});

Deno.test("a connection whose observer has thrown is told, though it has no events", async () => {
  const hosted = new Hosted(2);
  const told: (Connection | null)[] = [];
  for (const connection of hosted.servers) hosted.add(connection, told);
  await hosted.turn();
  told.length = 0;
  const [, connection] = hosted.servers as [Connection, Connection];
  hosted.observers.segmentDropped(connection, new Segment(), "closed", NOW);
  await hosted.turn();
  assertEquals(told, [], "nobody watches, nobody throws");
  using _watch = hosted.observers.watch(
    connection,
    {
      segmentDropped: () => {
        throw new Error("of the observer's own");
      },
    } as unknown as Parameters<Observers["watch"]>[1],
  );
  hosted.observers.segmentDropped(connection, new Segment(), "closed", NOW);
  await hosted.turn();
  assertEquals(told.length, 1);
  assert(told[0] === connection);
});

Deno.test("a member that throws fails alone, and the others are told", async () => {
  const hosted = new Hosted(2);
  const told: (Connection | null)[] = [];
  const failed: string[] = [];
  const [first, second] = hosted.servers as [Connection, Connection];
  hosted.add(first, told, {
    turnEnded: () => {
      throw new Error("its own");
    },
    failed: ({ message }) => failed.push(message),
  });
  hosted.add(second, told);
  await hosted.turn();
  assertEquals(new Set(failed), new Set(["its own"]));
  assert(told.includes(second));
  assert(!hosted.isIdle);
});
