/** One connection of the test server on a stream that the test holds: what it reads, and when. */

import { assert, assertEquals } from "@std/assert";
import type { ServerMode } from "../../cli/server_arguments.ts";
import { ServerConnection, type ServerStream } from "../../cli/server_connection.ts";
import type { ServerReport } from "../../cli/server_report.ts";

/** A connection whose peer has sent these texts. `room`: octets that the stream still takes. */
function connected(mode: ServerMode, { incoming = ["abc"], isBehind = false, room = 100 }): {
  readonly connection: ServerConnection;
  readonly stream: { room: number; reads: number; sent: number[] };
} {
  const stream = {
    descriptor: -1,
    room,
    reads: 0,
    sent: [] as number[],
    receive: (into: Uint8Array) => {
      const text = new TextEncoder().encode(incoming[stream.reads++] ?? "");
      into.set(text);
      return text.length;
    },
    send: (from: Uint8Array) => {
      const taken = from.subarray(0, stream.room);
      stream.room -= taken.length;
      stream.sent.push(...taken);
      return taken.length;
    },
    shutdown: () => {},
    [Symbol.dispose]: () => {},
  };
  const report = { isBehind, received: () => {} } as unknown as ServerReport;
  return { connection: new ServerConnection(stream, "peer", mode, report, Uint8Array.of(7, 8)), stream };
}

const MODES: readonly ServerMode[] = [
  { kind: "print" },
  { kind: "echo" },
  { kind: "reply", text: "x" },
  { kind: "discard" },
  { kind: "source", octets: 5 },
  { kind: "file", path: "x" },
];

for (const mode of MODES) {
  const isShown = ["print", "echo", "reply"].includes(mode.kind);
  Deno.test(`mode ${mode.kind}: while nobody reads the report, the connection ${isShown ? "waits" : "goes on"}`, () => {
    const { connection, stream } = connected(mode, { isBehind: true });
    assertEquals([connection.turn()?.readable, stream.reads > 0], [!isShown, !isShown]);
  });

  const answers = ["echo", "reply"].includes(mode.kind);
  Deno.test(`mode ${mode.kind}: what has no room in the stream ${answers ? "holds the reading back" : "is in nobody's way"}`, () => {
    const { connection, stream } = connected(mode, { room: 1 });
    const sends = answers || mode.kind === "source";
    assertEquals(connection.turn(), { readable: !answers, writable: sends });
    assertEquals(stream.reads, answers ? 1 : 2);
    const before = stream.reads;
    stream.room = 100;
    assertEquals(connection.turn(), { readable: true, writable: false });
    assert(stream.reads > before);
  });
}

const FILE: ServerMode = { kind: "file", path: "x" };

Deno.test("a request ends at its empty line, whatever comes before and however it is cut (RFC 9112 2.1)", () => {
  const asked = ["GET / HTTP/1.0\r\n\r\n", "GET /\r\n\r\r\n\r\n", "GET /\r\n\r", "\n\r\n"];
  for (
    const [incoming, answered] of [
      [[asked[0]], true],
      [[asked[1]], true],
      [[asked[2]], false],
      [[asked[2], "\n"], true],
      [[asked[2], asked[3]], true],
      [["GET /\r\n\n\r\n"], false],
    ] as const
  ) {
    const { connection, stream } = connected(FILE, { incoming: incoming.map(String) });
    connection.turn();
    assertEquals(stream.sent, answered ? [7, 8] : [], JSON.stringify(incoming));
  }
});

Deno.test("a request is answered once, though another comes before the answer has gone", () => {
  const request = "GET / HTTP/1.0\r\n\r\n";
  const { connection, stream } = connected(FILE, { incoming: [request, "", request], room: 1 });
  connection.turn();
  connection.turn();
  stream.room = 100;
  connection.turn();
  assertEquals(stream.sent, [7, 8]);
});

for (
  const [errnoName, ending] of [
    ["ECONNRESET", "reset by peer"],
    ["EPIPE", "reset by peer"],
    ["ENOTCONN", "reset by peer"],
    ["ETIMEDOUT", "timed out"],
    ["EIO", "failed: EIO"],
  ] as const
) {
  Deno.test(`${errnoName} when our side closes is told as "${ending}"`, () => {
    const told: string[] = [];
    const stream: ServerStream = {
      descriptor: -1,
      receive: () => null,
      send: () => 0,
      shutdown: () => {
        throw Object.assign(new Error(), { errnoName });
      },
      [Symbol.dispose]: () => {},
    };
    const report = { ended: (_: string, how: string) => told.push(how) } as unknown as ServerReport;
    assertEquals(new ServerConnection(stream, "peer", { kind: "print" }, report).turn(), null);
    assertEquals(told, [ending]);
  });
}
