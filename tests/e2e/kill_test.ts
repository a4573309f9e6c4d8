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

/** Kills at moments of any kind, from the start of the runtime on, milliseconds after one another. */
const KILLS = 30;
const BETWEEN = 120;

/** Reads all, answers, and tries once more when it is told to: so it hears what has become of the other end. */
const TALKATIVE = `
import socket, sys, threading
listener = socket.create_server(("127.0.0.1", ${PORT}), backlog=${KILLS})
def serve(c):
 try:
  while c.recv(65536): c.send(b"x")
 except OSError: pass
connections = []
def accept():
 while True:
  connections.append(listener.accept()[0])
  threading.Thread(target=serve, args=connections[-1:], daemon=True).start()
threading.Thread(target=accept, daemon=True).start()
sys.stdin.readline()
for c in connections:
 try: c.send(b"x")
 except OSError: pass
print("asked", len(connections), flush=True)
threading.Event().wait()
`;

Deno.test(`${KILLS} clients killed at any moment leave no file but captures as far as they had come, and their peers hear of it when they ask`, async () => {
  await using network = await Network.create();
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    await Deno.writeTextFile(`${folder}/peer.py`, TALKATIVE);
    await network.must(["mkfifo", `${folder}/ask`]);
    await using peer = network.start(["sh", "-c", `exec python3 -u ${folder}/peer.py <> ${folder}/ask`]);
    await network.listens(PORT);
    const before = await traces(network);
    const killings = Array.from({ length: KILLS }, async (_, i) => {
      const job = i % 2 === 0 ? ["--send-bytes", "1GB"] : ["--receive"];
      const files = ["--pcap", `${folder}/${i}.pcap`, "--report", `${folder}/${i}.html`];
      await using program = network.start([client, "-q", ...job, "--link", "raw", ...files]);
      await pause(BETWEEN * (i + 1));
      await killed(program);
    });
    await Promise.all(killings);

    await until("the guards to be gone", async () => (await network.sockets("-ltn")).length === 1);
    assertEquals(await traces(network), before);
    await Deno.writeTextFile(`${folder}/ask`, "\n");
    const accepted = Number(/asked (\d+)/.exec(await peer.shows(/asked \d+\n/))?.[1]);
    assertEquals(accepted > KILLS / 6, true, `only ${accepted} were connected`);
    const open = async (): Promise<number> =>
      (await network.sockets("-tan")).filter(({ state }) => state === "ESTAB").length;
    await until("the peers to hear of it", async () => (await open()) === 0);
    let tried = 0;
    for await (const { name } of Deno.readDir(folder)) {
      if (["peer.py", "ask"].includes(name)) continue;
      // Whether the report can be written is tried with a file beside it; who is killed in that instant leaves it, empty.
      const isTried = /^\d+\.html\.[0-9a-f]{8}\.tmp$/.test(name) &&
        (await Deno.stat(`${folder}/${name}`)).size === 0;
      if (isTried && ++tried <= 2) continue;
      assertEquals(name.replace(/^\d+/, ""), ".pcap", "left behind");
    }
    // A connection of few segments: nothing but the clock writes them.
    const last = [client, "--read", `${folder}/${KILLS - 1}.pcap`, "--trace", "--color", "never"];
    const { code, out, err } = await network.run(last);
    assertEquals([code, /SYN/.test(out)], [0, true], `${out}${err}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
