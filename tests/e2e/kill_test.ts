/** kill -9 at any moment leaves no firewall rule, no listening port and no process. */

import { assertEquals } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { pause, type Program, until } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;
const SOURCE_PORT = 40_123;

/** A server that accepts, reads and never closes its side. */
const STUBBORN = `
import socket, time
listener = socket.create_server(("127.0.0.1", ${PORT}))
connections = []
while True:
    connection, _ = listener.accept()
    connections.append(connection)
`;

/** A moment to kill at: what the client must have shown, and what must be dropped for it to stay there. */
const MOMENTS: readonly (readonly [name: string, shown: string | null, drop: string | null])[] = [
  ["at its start", null, null],
  ["with its SYN unanswered", "Sending SYN", "tcp flags syn"],
  ["with its data unacknowledged", "Sending data", "meta length > 70 tcp flags & syn == 0"],
  ["with its FIN unacknowledged", "Sending FIN", "tcp flags & fin == fin"],
  ["while it waits for the peer's FIN", "Received ACK of our FIN", null],
];

/** What the kernel of this network knows besides the server: rules, listeners. */
async function traces(network: Network): Promise<readonly string[]> {
  const listeners = (await network.sockets("-ltn")).filter(({ port }) => port !== PORT);
  return [
    await network.must(["nft", "list", "ruleset"]),
    ...listeners.map(({ port }) => `listener on ${port}`),
  ];
}

async function killed(program: Program): Promise<void> {
  program.kill("SIGKILL");
  assertEquals((await program.ended()).signal, "SIGKILL");
}

for (const [name, shown, drop] of MOMENTS) {
  Deno.test(`a client killed ${name} leaves nothing, and its port can be used again`, async () => {
    await using network = await Network.create();
    await using _peer = network.start(["python3", "-c", STUBBORN]);
    await network.listens(PORT);
    if (drop !== null) await network.drop(PORT, drop, "always");
    const before = (await traces(network)).map((text) => text.replace(/packets \d+ bytes \d+/, ""));

    await using program = network.start([client, "--source-port", String(SOURCE_PORT)]);
    if (shown === null) await pause(20);
    else await program.shows(shown);
    await killed(program);

    await until("the guard to be gone", async () => (await network.sockets("-ltn")).length === 1);
    const after = (await traces(network)).map((text) => text.replace(/packets \d+ bytes \d+/, ""));
    assertEquals(after, before);
    if (drop !== null) await network.must(["nft", "flush", "ruleset"]);
    await using second = network.start([
      client,
      "--source-port",
      String(SOURCE_PORT),
      "--close-timeout",
      "1",
    ]);
    // The peer may still have the old connection (RFC 9293 3.5.1): it answers the new SYN with an ACK, which earns it
    // the RST that makes room, so the second SYN gets through.
    await second.shows("Data sent successfully");
    await second.ended();
  });
}

Deno.test("a server killed leaves its port free", async () => {
  await using network = await Network.create();
  for (let round = 0; round < 2; round++) {
    await using serving = network.start([server]);
    await serving.shows("listening");
    await using program = network.start([client]);
    await program.shows("Data sent successfully");
    await killed(serving);
  }
  assertEquals(await network.sockets("-ltn"), []);
});
