/** Signals end the server on either TCP in every state of a connection though nobody reads its output, and leave nothing half-open. */

import { assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import { pause, until } from "./process.ts";
import {
  assertNothingHalfOpen,
  assertWhole,
  dropping,
  endAll,
  type Outputs,
  portOf,
  startStuck,
  type StuckProgram,
} from "./stuck_reader.ts";

const { server } = await executables();

const OUTPUTS: Outputs = {
  "--json": "--stack rawtcp --json > pipe 2> /dev/null",
  "--pcap -": "--stack rawtcp --pcap - > pipe 2> /dev/null",
  "--pcap pipe": "--stack rawtcp --pcap pipe > /dev/null 2>&1",
  "narration": "--stack rawtcp -v > pipe 2>&1",
  "--report": "--stack rawtcp --report report.html > pipe 2>&1",
  "narration of the kernel's TCP": "--stack kernel > pipe 2>&1",
  // Read by the test: shows when the others are in their state as well.
  "witness": "--stack rawtcp --json > log 2> /dev/null",
};
const NAMES = Object.keys(OUTPUTS);
const KERNELS = NAMES.indexOf("narration of the kernel's TCP");
const WITNESS = NAMES.indexOf("witness");

/** What a client does with its connection `c`, in Python. */
const CLIENTS = {
  "is not there": "",
  "connects": "c.connect_ex(to); time.sleep(99)",
  "asks": "c.connect(to); c.send(b'GET / HTTP/1.0\\r\\n\\r\\n'); time.sleep(99)",
  "asks and closes later": "c.connect(to); c.send(b'x'); time.sleep(1); c.shutdown(1); time.sleep(99)",
  "sends and closes": "c.connect(to); c.send(b'x'); c.shutdown(1); time.sleep(99)",
  "reads": "c.connect(to); c.send(b'x')\n  while c.recv(65536): pass\n  time.sleep(99)",
  "sends on": "c.connect(to)\n  while True: c.sendall(bytes(65536))",
} as const;

/** A state of one of the server's connections: mode, client, and what is dropped on the way. */
interface Situation {
  readonly state: string;
  readonly mode: string;
  readonly client: keyof typeof CLIENTS;
  readonly dropped?: (ports: string) => string;
}

const SERVERS_FIN = (ports: string): string => `tcp sport ${ports} tcp flags & fin == fin drop;`;
const CLIENTS_ACK = (ports: string): string => `tcp dport ${ports} tcp flags & (syn | ack) == ack drop;`;

const SITUATIONS: readonly Situation[] = [
  { state: "LISTEN", mode: "print", client: "is not there" },
  { state: "SYN-RECEIVED", mode: "print", client: "connects", dropped: CLIENTS_ACK },
  { state: "ESTABLISHED", mode: "print", client: "sends on" },
  { state: "ESTABLISHED", mode: "echo", client: "sends on" },
  { state: "ESTABLISHED", mode: "discard", client: "sends on" },
  { state: "ESTABLISHED", mode: "source=1GB", client: "asks" },
  { state: "ESTABLISHED", mode: "source=1000GB", client: "reads" },
  { state: "ESTABLISHED", mode: "reply=x", client: "asks" },
  { state: "FIN-WAIT-1", mode: "file=/etc/passwd", client: "asks", dropped: SERVERS_FIN },
  { state: "FIN-WAIT-2", mode: "file=/etc/passwd", client: "asks" },
  { state: "CLOSING", mode: "source=9", client: "asks and closes later", dropped: SERVERS_FIN },
  { state: "CLOSE-WAIT", mode: "source=1GB", client: "sends and closes" },
  { state: "LAST-ACK", mode: "discard", client: "sends and closes", dropped: SERVERS_FIN },
];

/** Of both ends of what the kernel's TCP serves. */
const isKernels = (port: number): boolean => port % 10 === KERNELS;

/** A program of Python's that is all clients. */
function clients(): string {
  const acts = Object.entries(CLIENTS).filter(([, act]) => act !== "")
    .map(([name, act]) => ` if what == "${name}":\n  ${act}`).join("\n");
  const rows = SITUATIONS.flatMap(({ client }, i) =>
    NAMES.map((_, j) =>
      `threading.Thread(target=client, args=(${portOf(i, j)}, "${client}"), daemon=True).start()`
    )
  );
  return `
import socket, threading, time
threading.excepthook = lambda _: None
def client(port, what):
 to = ("127.0.0.1", port)
 c = socket.socket()
 c.bind(("127.0.0.1", port + 10000))
${acts}
${rows.join("\n")}
time.sleep(999)
`;
}

function droppingRules(): string {
  return dropping(SITUATIONS.map(({ dropped }, i) => dropped?.(`${portOf(i, 0)}-${portOf(i, 9)}`) ?? ""));
}

async function servers(network: Network, started: AsyncDisposableStack): Promise<readonly StuckProgram[]> {
  const programs: StuckProgram[] = [];
  for (const [i, { state, mode, client }] of SITUATIONS.entries()) {
    for (const [j, output] of NAMES.entries()) {
      const command = `${server} --mode ${mode} --port ${portOf(i, j)} ${OUTPUTS[output]}`;
      const name = `${state}, mode ${mode}, the client ${client}, ${output}`;
      programs.push(started.use(await startStuck(network, name, command)));
    }
  }
  await until("all to listen", async () => (await network.sockets("-ltn")).length >= programs.length);
  return programs;
}

/** Waits until each witness has come to its state. */
async function inTheirStates(programs: readonly StuckProgram[]): Promise<void> {
  for (const [i, { state }] of SITUATIONS.entries()) {
    const { name, folder } = programs[i * NAMES.length + WITNESS]!;
    const log = (): Promise<string> => Deno.readTextFile(`${folder}/log`);
    await until(name, async () => state === "LISTEN" || (await log()).includes(`"to":"${state}"`));
  }
}

Deno.test("signals end a server whose reader is stuck in every state and mode, and nothing half-open, cut or unfinished stays", async () => {
  await using network = await Network.create();
  await network.must(["nft", "-f", "-"], { input: droppingRules() });
  await using started = new AsyncDisposableStack();
  const programs = await servers(network, started);
  await using _clients = network.start(["python3", "-c", clients()]);
  await inTheirStates(programs);

  await endAll(programs, (ended, _code, name) => assertEquals(ended, 0, name));
  await assertNothingHalfOpen(network, isKernels);
});

/** Of two signals that wait at once a program may hear in any order, milliseconds; less than an end takes. */
const SIGNAL_GAP = 100;

/** How the server runs while nobody reads `pipe`; `log` is read. */
const AT_ONCE: readonly string[] = [
  "--stack kernel > pipe 2> log",
  "--stack rawtcp > pipe 2> log",
  "--stack rawtcp --json > pipe 2> log",
  "--stack rawtcp --report report.html > pipe 2> log",
];

Deno.test("a second signal ends a server whose reader is stuck at once: its peers hear of it, a report is whole, and what nobody has read is told", async () => {
  await using network = await Network.create();
  for (const [i, output] of AT_ONCE.entries()) {
    const port = portOf(SITUATIONS.length, i);
    await using stuck = await startStuck(network, output, `${server} --port ${port} ${output}`);
    await network.listens(port);
    await using _client = network.start([
      "python3",
      "-c",
      `import socket; socket.create_connection(("127.0.0.1", ${port})).recv(1)`,
    ]);
    const established = async (): Promise<boolean> =>
      (await network.sockets("-tn")).some((socket) => socket.state === "ESTAB");
    await until("the client to be connected", established);
    // The code is the second signal's only where the first has not ended it.
    stuck.program.kill("SIGINT");
    await pause(SIGNAL_GAP);
    stuck.program.kill("SIGTERM");
    const { code } = await stuck.program.ended();
    assertEquals(code, 143, output);
    assertMatch(
      await Deno.readTextFile(`${stuck.folder}/log`),
      /Cannot write to standard output: its reader did not take the last [\d,]+ bytes/,
      output,
    );
    await assertWhole(stuck);
    await assertNothingHalfOpen(network);
  }
});
