/** The client as people use netcat and curl: what is piped in goes out, what comes in goes to files and pipes, and nobody is waited for in vain. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { executables } from "./executables.ts";
import { Network } from "./network.ts";
import type { Program, Result } from "./process.ts";

const { client, server } = await executables();

/** Some scripts of packetdrill's. */
const SCRIPTS = new URL("../packetdrill/scripts/options", import.meta.url).pathname;

/** Milliseconds: what takes five seconds at most takes no longer on a busy machine, and what hangs takes longer. */
const SOON = 30_000;

/** The last line of all output of a bash script that is run inside, with `client` and `server` for the programs. */
async function shell(network: Network, script: string, patience = 240_000): Promise<Result> {
  const prelude = `client() { ${client} "$@"; }; server() { ${server} "$@"; }; set -o pipefail\n`;
  await using program = network.start(["bash", "-c", prelude + script]);
  return await program.ended(patience);
}

async function serving(network: Network, ...options: readonly string[]): Promise<Program> {
  const program = network.start([server, ...options]);
  await program.shows("listening");
  return program;
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("what is piped in is sent, raw octets alone are on standard output, and narration is on standard error", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "echo");
  const { code, out, err } = await shell(network, "printf 'a\\0b\\377' | client -o - | od -An -tx1");
  assertEquals([code, out.trim()], [0, "61 00 62 ff"]);
  assertMatch(err, /\[\+\] Connection closed\n/);
  const empty = await shell(network, "client < /dev/null");
  assertMatch(empty.out, /Sending data: Hello from custom TCP client!/);
  assertMatch((await shell(network, "echo hi | client -m other")).out, /Sending data: other/);
});

Deno.test("colour is for terminals that know it: TERM=dumb and NO_COLOR take it away, FORCE_COLOR gives it to pipes", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "discard");
  const onTerminal = `script -qec "${client} -m x" /dev/null`;
  const cases: readonly (readonly [command: string, isColored: boolean])[] = [
    [`TERM=xterm ${onTerminal}`, true],
    [`TERM=dumb ${onTerminal}`, false],
    [`TERM=xterm NO_COLOR=1 ${onTerminal}`, false],
    [`TERM=dumb ${client} --color always -m x`, true],
    [`FORCE_COLOR=1 ${client} -m x`, true],
    [`FORCE_COLOR=0 ${client} -m x`, false],
    [`TERM=xterm ${client} -m x`, false],
  ];
  for (const [command, isColored] of cases) {
    const { code, out } = await shell(network, `unset NO_COLOR; ${command} < /dev/null`);
    assertEquals([code, out.includes("\x1b[")], [0, isColored], command);
  }
});

Deno.test("1 GB through a pipe and back come octet for octet, in less than 150 MB of memory", async () => {
  await using network = await Network.create();
  await using _server = network.start([server, "--mode", "echo", "--quiet"]);
  await network.listens(8888);
  const script = `
    head -c 1000000000 /dev/urandom > /tmp/rawtcp-$$
    sha256sum < /tmp/rawtcp-$$
    (client -q -o - < <(cat /tmp/rawtcp-$$) & pid=$!
     while sleep 0.2; grep VmHWM /proc/$pid/status >&2; do :; done 2>> /tmp/rawtcp-$$.memory; wait $pid) | sha256sum
    tail -1 /tmp/rawtcp-$$.memory >&2; rm /tmp/rawtcp-$$.memory
    rm /tmp/rawtcp-$$`;
  const { code, out, err } = await shell(network, script);
  const [sent, received] = out.trim().split("\n");
  assertEquals([code, received], [0, sent], err);
  const memory = Number(/VmHWM:\s+(\d+) kB/.exec(err)?.[1] ?? 0);
  assert(memory < 150_000, `${memory} kB`);
});

Deno.test("a reader that stops for a while closes the window, and gets every octet afterwards", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "source=100000000");
  const script =
    "client -q --receive -m x -o - | (sleep 6; ss -Htno state established '( sport = 8888 )' >&2; wc -c)";
  const { out, err } = await shell(network, script);
  // The kernel at the other end probes our closed window.
  assertMatch(err, /timer:\(persist,/);
  assertEquals(out.trim(), "100000000");
});

Deno.test("a full disk is one line and exit code 9, whatever was to be written there", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "source=1000");
  const rows = [
    ["client -q -m x --pcap /dev/full", /Cannot write "\/dev\/full": the disk is full/],
    ["client -q -m x -o /dev/full", /Cannot write to "\/dev\/full": the disk is full/],
    ["client -m x --json > /dev/full", /Cannot write to standard output: the disk is full/],
    ["client -m x --pcap - > /dev/full", /Cannot write to standard output: the disk is full/],
    ["client -m x > /dev/full", /Cannot write to standard output: the disk is full/],
    ["client -q -m x --report /dev/full", /Cannot write "\/dev\/full": the disk is full/],
    ["client --man > /dev/full", /Cannot write to standard output/],
    [`client --script ${SCRIPTS} > /dev/full`, /Cannot write to standard output/],
    ...["--json", "--trace", "--ladder", "--stats", "--pcap -"].map((how) =>
      [
        `trap 'rm -f /tmp/rawtcp-$$' EXIT; client -q -m x --pcap /tmp/rawtcp-$$ && client --read /tmp/rawtcp-$$ ${how} > /dev/full`,
        /Cannot write to standard output/,
      ] as const
    ),
  ] as const;
  for (const [script, line] of rows) {
    const { code, err } = await shell(network, script);
    assertEquals([code, err.trim().split("\n").length], [9, 1], `${script}: ${err}`);
    assertMatch(err, line);
  }
});

Deno.test("a file that may not get that long, and a disk that fills up meanwhile, are one line and exit code 9", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "source=3000000");
  const inSmallFolder = (command: string): string =>
    `unshare -m bash -c 'mount -t tmpfs -o size=16k none /mnt && cd /mnt && ${
      command.replace("client", client)
    }'`;
  const rows = [
    ["-o f", "file too large", "no space left on device"],
    ["--link raw --pcap f", "file too large", "no space left on device"],
    ["--json > f", "the file would be longer than it may be", "the disk is full"],
    ["--report f", "file too large", "no space left on device"],
  ] as const;
  for (const [output, limited, full] of rows) {
    const command = `client -q -m x --receive ${output}`;
    const inLimits = `cd $(mktemp -d -t rawtcp-XXXXXX); trap "rm -rf $PWD" EXIT; ulimit -f 16; ${command}`;
    for (const [script, line] of [[inLimits, limited], [inSmallFolder(command), full]] as const) {
      const { code, err } = await shell(network, script);
      assertEquals([code, err.trim().split("\n").length], [9, 1], `${script}: ${err}`);
      assertMatch(err, new RegExp(`Cannot write .*: (${line})`));
    }
  }
  const { code, err } = await shell(
    network,
    "f=$(mktemp -u -t rawtcp-XXXXXX); trap 'rm $f' EXIT; ulimit -f 1; client --man > $f",
  );
  assertEquals([code, err], [9, "[-] Cannot write to standard output: file too large\n"]);
});

Deno.test("without a connection nothing is in the place of the peer's octets, and what was there stays", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "source=0");
  await withFolder(async (folder) => {
    const shown = async (command: string): Promise<string> => {
      const script = `cd ${folder}; echo precious > old; ${command} 2> /dev/null; echo $?; cat old; ls`;
      return (await shell(network, script)).out.trim().replaceAll("\n", " ");
    };
    assertEquals(await shown("client -q --force -o old 127.0.0.1 9"), "3 precious old");
    assertEquals(await shown("client -q -o new 127.0.0.1 9"), "3 precious old");
    assertEquals(await shown("client -q --source-port 8888 -o new 127.0.0.1 9"), "8 precious old");
    assertEquals(await shown("client -q -o old"), "2 precious old");
    assertEquals(await shown("client -q -m x --receive -o new"), "0 precious new old");
    assertEquals(await shown("client -q -m x --receive --force -o old"), "0 new old");
  });
});

Deno.test("what is read is not replaced, --force or not", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "discard");
  await withFolder(async (folder) => {
    const rows = [
      ["client -i f -o f", "--input"],
      ["client -i f --pcap f", "--input"],
      ["server --port 99 --stack rawtcp --mode file=f --pcap f", "--mode"],
      ["client --script f --pcap f", "the script"],
    ] as const;
    for (const [command, name] of rows) {
      const script = `cd ${folder}; echo '// a script' > f; ${command} --force || echo $?; cat f; ls`;
      const { out, err } = await shell(network, script);
      assertEquals(out, "2\n// a script\nf\n", command);
      assertMatch(err, new RegExp(`for --(pcap|output): it is the file of ${name}; give another name`));
    }
  });
});

Deno.test("captures go into pipes, which tcpdump and tshark read; a file behind a symbolic link is left alone", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "discard");
  await withFolder(async (folder) => {
    const script = `cd ${folder}; mkfifo pipe; tcpdump -nn -r pipe 2> /dev/null | wc -l > seen & 
      client -q -m x --pcap pipe; wait; cat seen
      client -q -m x --pcap - | tshark -r - 2> /dev/null | wc -l
      cat pipe > report & client -q -m x --report pipe; wait; tail -c 8 report
      echo precious > file; ln -s file link; client -q -m x --pcap link; echo $?
      client -q -m x --pcap link --force; cat file; test -L link || echo replaced`;
    const { out, err } = await shell(network, script);
    const [byTcpdump, byTshark, report, ...rest] = out.trim().split(/\s+/);
    // Eight: handshake, data and their ACK, FIN, FIN with ACK, ACK. What is late comes apart, or once more.
    for (const packets of [byTcpdump, byTshark]) assertMatch(packets ?? "", /^([89]|1\d)$/, err);
    assertEquals([report, ...rest], ["</html>", "2", "precious", "replaced"], err);
  });
});

Deno.test("a reader that goes away ends --read at once", async () => {
  await using network = await Network.create();
  await using _server = await serving(network, "--mode", "source=3000000");
  const start = performance.now();
  const { code, out } = await shell(
    network,
    "f=$(mktemp -u -t rawtcp-XXXXXX); client -q -m x --receive --link raw --pcap $f; time client --read $f --json | head -1; echo ${PIPESTATUS[0]}; rm $f",
  );
  assertEquals([code, out.trim().split("\n").at(-1)], [0, "0"]);
  assert(performance.now() - start < SOON);
});

Deno.test("a page of nginx is downloaded, hashed and saved as it is", async () => {
  await using network = await Network.create();
  await withFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `pid ${folder}/pid; error_log ${folder}/log; master_process off; daemon off;
       events {} http { access_log off; server { listen 127.0.0.1:8080; root ${folder}; } }`,
    );
    await Deno.writeFile(`${folder}/page`, new Uint8Array(5_000_000).map((_, i) => i * i));
    await using _nginx = network.start(["nginx", "-p", folder, "-c", `${folder}/nginx.conf`]);
    await network.listens(8080);
    const request = "$'GET /page HTTP/1.0\\r\\n\\r\\n'";
    const script = `cd ${folder}; client -m ${request} --receive -o got --hash sha256 127.0.0.1 8080
      sha256sum < got; tail -c 5000000 got | cmp - page && echo same`;
    const { out, err } = await shell(network, script);
    const hash = /sha256 of what was received: ([0-9a-f]{64})\n/.exec(out)?.[1];
    assertEquals(out.trim().split("\n").slice(-2), [`${hash}  -`, "same"], err);
    assertMatch(out, /received 5,000,\d\d\d bytes in /);
  });
});
