/** Faults of the machine: memory under refused packets and many connections, kills at any moment, signals with a stuck reader. */

import { assert, assertEquals } from "@std/assert";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { pause, type Program, run, until } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;

/** Milliseconds: what takes five seconds at most takes no longer on a busy machine, and what hangs takes longer. */
const SOON = 30_000;

/** What is sent to the client, and how it ends, from exit_codes.ts. */
const SIGNALS = { "INT": 130, "TERM": 143, "HUP": 129, "INT INT": 130 } as const;

/** Resident memory of a process, megabytes: the most that it had, or what it has now. */
async function memory(program: Program, which: "VmHWM" | "VmRSS"): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${program.pid}/status`);
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, "m").exec(status)?.[1]) / 1_000;
}

const REFUSED = 200_000;

/** Sends packets with wrong checksums in the name of the server; arguments: source port, destination port, how many. */
const FLOOD = `
import socket, struct, sys, time
source, destination, count = map(int, sys.argv[1:])
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
near, far = socket.inet_aton("${Pair.nearAddress}"), socket.inet_aton("${Pair.farAddress}")
ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, far, near)
packet = ip + struct.pack("!HHIIBBHHH", source, destination, 1, 1, 0x50, 0x10, 1000, 0x1234, 0)
for i in range(count):
    raw.sendto(packet, ("${Pair.nearAddress}", 0))
    if i % 100 == 99: time.sleep(0.001) # no faster than a busy machine takes them in
`;

Deno.test("refused packets go into the capture, and a flood of them takes no memory", async () => {
  await using pair = await Pair.create();
  await using _serving = pair.far.start(["nc", "-l", Pair.farAddress, String(PORT)]);
  await pair.far.listens(PORT);
  const file = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".pcapng" });
  const own = ["--source-port", "40001", "--pcap", file, "--force"];
  await using receiving = pair.near.start([
    client,
    ...own,
    "-m",
    "x",
    "--receive",
    Pair.farAddress,
    String(PORT),
  ]);
  await receiving.shows("Data sent successfully");
  const before = await memory(receiving, "VmRSS");
  await pair.far.must(["python3", "-c", FLOOD, String(PORT), "40001", String(REFUSED)]);
  await pause(1_000);
  const grown = await memory(receiving, "VmHWM") - before;
  assert(grown < 60, `${grown} MB more for ${REFUSED} packets`);
  await receiving.stop();
  const { out } = await run(["sh", "-c", `tcpdump -nn -r ${file} 2> /dev/null | wc -l`]);
  assert(Number(out) > REFUSED / 4, `${out} packets in the file`);
  await Deno.remove(file);
});

const CONNECTIONS = 5_000;

/** Opens connections, sends something over each and reads it back, and waits. */
const CROWD = `
import socket, resource, time
resource.setrlimit(resource.RLIMIT_NOFILE, (${CONNECTIONS + 1_000}, ${CONNECTIONS + 1_000}))
all = []
for i in range(${CONNECTIONS}):
    one = socket.create_connection(("127.0.0.1", ${PORT}))
    one.sendall(b"x" * 100)
    assert one.recv(200)
    all.append(one)
print("open", flush=True)
time.sleep(600)
`;

Deno.test(`an idle connection of the echo server takes less than 16 KiB: ${CONNECTIONS} at once`, async () => {
  await using network = await Network.create();
  const command = `ulimit -n ${CONNECTIONS + 1_000}; exec ${server} --mode echo -q`;
  await using serving = network.start(["bash", "-c", command]);
  await network.listens(PORT);
  const before = await memory(serving, "VmRSS");
  await using crowd = network.start(["python3", "-c", CROWD]);
  await crowd.shows("open", 300_000);
  let each = Infinity;
  const isLow = async (): Promise<boolean> => {
    each = (await memory(serving, "VmRSS") - before) * 1_000 / CONNECTIONS;
    return each < 16 * 1.024;
  };
  await until("less memory", isLow).catch(() => {}); // garbage goes when the machine has the time
  assert(await isLow(), `${each.toFixed(1)} kB each`);
});

Deno.test("thirty kills at any moment of a transfer leave no rule, no listener and no process, and the server goes on", async () => {
  const KILLS = 30;
  const LONGEST = 600;
  await using network = await Network.create();
  await using _serving = network.start([server, "-q", "--mode", "discard"]);
  await network.listens(PORT);
  let seed = 7;
  for (let i = 0; i < KILLS; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    await using sending = network.start([client, "-q", "--source-port", "40123", "--send-bytes", "2GB"]);
    await pause(seed % LONGEST);
    sending.kill("SIGKILL");
    assertEquals((await sending.ended()).signal, "SIGKILL");
    await until("the guard to be gone", async () => (await network.sockets("-ltn")).length === 1);
  }
  assertEquals(await network.must(["nft", "list", "ruleset"]), "");
  const processes = await run(["ip", "netns", "pids", network.name]);
  assertEquals(processes.out.trim().split("\n").length, 1, "the server alone");
  assertEquals((await network.run([client, "--send-bytes", "1M"])).code, 0);
});

/** A server that does what the words behind it say once somebody has connected. */
const PEER = `
import socket, sys, time
listener = socket.create_server(("127.0.0.1", ${PORT}))
one, _ = listener.accept()
for word in sys.argv[1:]:
    if word == "close": one.shutdown(socket.SHUT_WR)
    if word == "read":
        while one.recv(65536): pass
    if word == "end": one.close()
time.sleep(600)
`;

/** How to get the client into a state and keep it there: its options, what the peer does, what is dropped. */
const STATES: readonly {
  readonly state: string;
  readonly options: string;
  readonly peer: readonly string[];
  readonly drop?: string;
}[] = [
  { state: "SYN-SENT", options: "-m x", peer: [], drop: "tcp flags syn" },
  { state: "ESTABLISHED, sending", options: "--send-bytes 100M", peer: [] },
  { state: "ESTABLISHED, receiving", options: "-m x --receive", peer: ["wait"] },
  { state: "FIN-WAIT-1", options: "-m x", peer: ["read"], drop: "tcp flags & fin == fin" },
  { state: "FIN-WAIT-2", options: "-m x", peer: [] },
  { state: "CLOSE-WAIT", options: "--send-bytes 100M", peer: ["close"] },
  { state: "LAST-ACK", options: "-m x --receive", peer: ["close", "read"], drop: "tcp flags & fin == fin" },
  { state: "TIME-WAIT", options: "-m x --time-wait 30", peer: ["read", "end"] },
];

for (const { state, options, peer, drop } of STATES) {
  Deno.test(`in ${state} with a reader that has stopped, signals end the client, and nothing half-open stays`, async () => {
    const ends = Object.entries(SIGNALS).map(async ([signals, expected]) => {
      await using network = await Network.create();
      await using _serving = network.start(["python3", "-c", PEER, ...peer]);
      await network.listens(PORT);
      if (drop !== undefined) await network.drop(PORT, drop, "always");
      // Nothing fits into the pipe any more before the client begins.
      const script =
        `folder=$(mktemp -d -t rawtcp-XXXXXX); trap "rm -rf $folder" EXIT; cd $folder; mkfifo pipe
        sleep 600 < pipe & holder=$!; head -c 65536 /dev/zero > pipe
        ${client} ${options} --trace > pipe 2>&1 & pid=$!; sleep 2
        kill -0 $pid || echo "ended by itself"
        start=$(date +%s%N); for signal in ${signals}; do kill -$signal $pid; sleep 0.1; done; wait $pid; code=$?
        kill $holder; echo $code $(( ($(date +%s%N) - start) / 1000000 ))
        ss -Htn state connected exclude time-wait sport = :${PORT}`;
      const { out } = await network.run(["bash", "-c", script]);
      const [end = "", ...halfOpen] = out.trim().split("\n");
      const [code, took = Infinity] = end.split(" ").map(Number);
      assertEquals([code, halfOpen], [expected, []], `${signals}: ${out}`);
      assert(took < SOON, `${took} ms`);
    });
    await Promise.all(ends);
  });
}
