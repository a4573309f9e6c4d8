/** Signals end both programs in every state of the connection though nobody reads their output, and leave nothing half-open. */

import { assert, assertEquals } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { pause, until } from "./process.ts";
import {
  assertNothingHalfOpen,
  dropping,
  endAll,
  type Outputs,
  portOf,
  startStuck,
  type StuckProgram,
} from "./stuck_reader.ts";

const { client, server } = await executables();

const CLIENT_OUTPUTS: Outputs = {
  "--json": "--json > pipe 2> /dev/null",
  "--pcap -": "--pcap - > pipe 2> /dev/null",
  "--pcap pipe": "--pcap pipe > /dev/null 2>&1",
  "narration": "-v > pipe 2>&1",
  "--report": "--report report.html > pipe 2>&1",
};

/** Read by the test: shows when the others will be in their state as well. */
const WITNESS = "--json > log 2> /dev/null";

/** A state of the client: what its peer does, what of ours is dropped on its way there, and the client's job. */
interface Situation {
  readonly state: string;
  readonly peer: keyof typeof PEERS;
  readonly dropped?: string;
  readonly job?: string;
}

/** What a peer does with each connection `c`; the one that does not listen connects to the client's own port. */
const PEERS = {
  "reads nothing": "time.sleep(99)",
  "closes at once": "c.recv(1); c.shutdown(1); time.sleep(99)",
  "closes later": "c.recv(1); time.sleep(1); c.shutdown(1); time.sleep(99)",
  "closes after us": "while c.recv(65536): pass\n    c.close()",
  "sends on": "while True: c.sendall(bytes(65536))",
  "connects": null,
} as const;

const OUR_FIN = "tcp flags & fin == fin";
const SITUATIONS: readonly Situation[] = [
  { state: "SYN-SENT", peer: "reads nothing", dropped: "tcp flags & syn == syn" },
  { state: "SYN-SENT", peer: "reads nothing", job: "--fault out:delay:60s" },
  { state: "SYN-RECEIVED", peer: "connects", dropped: "tcp flags & rst == 0" },
  { state: "ESTABLISHED", peer: "reads nothing", job: "--wait" },
  { state: "ESTABLISHED", peer: "reads nothing", job: "--send-bytes 1GB" },
  { state: "ESTABLISHED", peer: "sends on", job: "-m x --receive" },
  { state: "FIN-WAIT-1", peer: "reads nothing", dropped: OUR_FIN },
  { state: "FIN-WAIT-2", peer: "reads nothing" },
  { state: "CLOSING", peer: "closes later", dropped: OUR_FIN },
  { state: "CLOSE-WAIT", peer: "closes at once", job: "--send-bytes 1GB" },
  { state: "LAST-ACK", peer: "closes at once", dropped: OUR_FIN, job: "-m x --receive" },
  { state: "TIME-WAIT", peer: "closes after us", job: "--time-wait 60" },
];

/** The port from which the client comes to that of its peer. */
const sourceOf = (port: number): number => port + 10_000;

const NAMES = [...Object.keys(CLIENT_OUTPUTS), "witness"];

/** A program of Python's that is the peer of all clients. */
function peers(): string {
  const rows = SITUATIONS.flatMap(({ peer }, i) =>
    NAMES.map((_, j) =>
      PEERS[peer] === null ? `start(connects, ${portOf(i, j)})` : `start(listens, ${portOf(i, j)}, "${peer}")`
    )
  );
  const does = Object.entries(PEERS).filter(([, act]) => act !== null)
    .map(([peer, act]) => `  if what == "${peer}":\n    ${act}`).join("\n");
  return `
import socket, threading, time
def start(*call): threading.Thread(target=call[0], args=call[1:], daemon=True).start()
def serves(c, what):
 try:
${does}
 except OSError: pass
def listens(port, what):
 listener = socket.create_server(("127.0.0.1", port))
 while True: start(serves, listener.accept()[0], what)
def connects(port):
 tried = 0
 while tried < 1:
  began = time.time()
  with socket.socket() as c:
   c.bind(("127.0.0.1", port))
   c.connect_ex(("127.0.0.1", port + 10000))
  tried = time.time() - began
  time.sleep(0.05)
${rows.join("\n")}
time.sleep(999)
`;
}

/** Drops, in one table, what each situation says. */
function droppingRules(): string {
  return dropping(
    SITUATIONS.flatMap(({ dropped }, i) =>
      dropped === undefined ? [] : [`tcp dport ${portOf(i, 0)}-${portOf(i, 9)} ${dropped} drop;`]
    ),
  );
}

async function clients(network: Network, started: AsyncDisposableStack): Promise<readonly StuckProgram[]> {
  const programs: StuckProgram[] = [];
  for (const [j, output] of NAMES.entries()) {
    for (const [i, { state, peer, job = "" }] of SITUATIONS.entries()) {
      const port = portOf(i, j);
      const ports = `--source-port ${sourceOf(port)} 127.0.0.1 ${port}`;
      const where = CLIENT_OUTPUTS[output] ?? WITNESS;
      const command = `${client} ${job} --close-timeout 60 ${ports} ${where}`;
      const name = `${state}, the peer ${peer}, ${output}`;
      programs.push(started.use(await startStuck(network, name, command)));
    }
  }
  return programs;
}

/** Waits until each witness has come to its state. */
async function inTheirStates(programs: readonly StuckProgram[]): Promise<void> {
  for (const [i, { name, folder }] of programs.slice(-SITUATIONS.length).entries()) {
    const state = SITUATIONS[i]?.state ?? "";
    await until(name, async () => {
      const log = await Deno.readTextFile(`${folder}/log`).catch(() => "");
      return log.includes(`"to":"${state}"`) || (state === "SYN-SENT" && log.includes('"kind":"sent"'));
    });
  }
}

Deno.test("signals end a client whose reader is stuck in every state, and nothing half-open, cut or unfinished stays", async () => {
  await using network = await Network.create();
  await network.must(["nft", "-f", "-"], { input: droppingRules() });
  await using _peers = network.start(["python3", "-c", peers()]);
  await using started = new AsyncDisposableStack();
  await network.listens(portOf(SITUATIONS.length - 1, NAMES.length - 1));
  const programs = await clients(network, started);
  await inTheirStates(programs);

  await endAll(programs, (ended, code, name) => assertEquals(ended, code, name));
  await assertNothingHalfOpen(network);
});

/** What ends by the signal itself, or at once: nothing of it has anything to tell a peer. */
const OTHERS: readonly (readonly [name: string, command: string])[] = [
  ...["--json", "--trace", "--explain", "--pcap -", "--pcap pipe", "--json --report report.html"].map((how) =>
    [`--read ${how}`, `${client} --read CAPTURE ${how} > pipe 2>&1`] as const
  ),
  ["--read of a pipe", `${client} --read fifo --json > pipe`],
  ["--doctor", `${client} --doctor --json 127.0.0.1 > pipe 2>&1`],
  ["--doctor that looks up a name", `${client} --doctor unanswered.example > pipe 2>&1`],
  ["looking up a name", `${client} -v --report report.html unanswered.example > pipe 2>&1`],
  ["the server's looking up a name", `${server} --host unanswered.example > pipe 2>&1`],
  ["a file of the server's that is a pipe", `${server} --port 9999 --mode file=fifo > pipe 2>&1`],
  ["a capture's pipe without a reader", `${client} --pcap fifo > pipe 2>&1`],
  ["--script", `${client} --script SCRIPTS > pipe 2>&1`],
];

/** Milliseconds: nothing is waited for. */
const SOON = 5_000;

Deno.test("signals end --read, --doctor, --script and the search for a name whose reader is stuck, at once and with nothing unfinished", async () => {
  await using network = await Network.create();
  const chain = "type filter hook input priority 0; udp dport 53 drop;";
  await network.must(["nft", "-f", "-"], { input: `table ip silent { chain c { ${chain} }; }\n` });
  await using started = new AsyncDisposableStack();
  const folder = started.adopt(
    await Deno.makeTempDir({ prefix: "rawtcp-" }),
    (path) => Deno.remove(path, { recursive: true }),
  );
  await Deno.writeTextFile(`${folder}/resolver`, "nameserver 127.0.0.1\noptions timeout:30\n");
  const capture = `${folder}/capture`;
  started.use(network.start([server, "--mode", "source=30000000"]));
  await network.listens(8888);
  await network.must([client, "-q", "-m", "x", "--receive", "--link", "raw", "--pcap", capture]);
  const scripts = new URL("../packetdrill/scripts", import.meta.url).pathname;

  const programs = [];
  for (const [name, command] of OTHERS) {
    const line = command.replace("CAPTURE", capture).replace("SCRIPTS", scripts);
    const inside =
      `unshare -m sh -c 'mount --bind ${folder}/resolver /etc/resolv.conf; mkfifo fifo; exec ${line}'`;
    programs.push(started.use(await startStuck(network, name, inside)));
  }
  await pause(SOON / 2);
  await endAll(
    programs,
    (ended, code, name) => assert(ended === null || ended === code, `${name}: ${ended}`),
    SOON,
  );
});
