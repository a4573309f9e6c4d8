/** `rawtcp-server --stack rawtcp`: clients that none of us wrote, against our own TCP. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { findBrowser, Page } from "./browser.ts";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { Program, run, until } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;

/** Milliseconds, on a busy machine. */
const LONG = 300_000;

const LISTENING = `[*] Server listening on 127.0.0.1:${PORT}\n`;
const hasWrk = (await run(["which", "wrk"])).code === 0;
const hasAb = (await run(["which", "ab"])).code === 0;
const browser = await findBrowser();

/** A folder with one page of HTML, gone afterwards. */
async function withPage(use: (path: string, octets: Uint8Array) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    const page = `<!doctype html><html data-ready="yes"><title>On a TCP of its own</title><p>${
      "segment ".repeat(20_000)
    }\n`;
    await Deno.writeTextFile(`${folder}/page.html`, page);
    await use(`${folder}/page.html`, new TextEncoder().encode(page));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("our own TCP serves in every mode, and tells the same as on the kernel's", async () => {
  const told: string[] = [];
  for (const stack of ["kernel", "rawtcp"]) {
    for (const mode of ["print", "echo", "discard", "source=1000000", "reply=good day"]) {
      await using network = await Network.create();
      await using serving = network.start([server, "--stack", stack, "--mode", mode, "--count", "1"]);
      await serving.shows(LISTENING);
      const { out } = await network.run(["nc", "-N", "127.0.0.1", `${PORT}`], { input: "hello\n" });
      const { code, out: report, err } = await serving.ended();
      assertEquals([code, err], [0, ""], mode);
      const answer = { "echo": 6, "source=1000000": 1_000_000, "reply=good day": 8 }[mode] ?? 0;
      assertEquals(out.length, answer, mode);
      const anyPeer = report.replaceAll(/127\.0\.0\.1:(?!8888)\d+/g, "PEER");
      // Both ends close as soon as they can: either may be first.
      told.push(
        `${mode}\n${answer > 6 ? anyPeer.replace(/closed by (us|peer)/, "closed by either") : anyPeer}`,
      );
    }
  }
  assertEquals(told.slice(5), told.slice(0, 5));
});

Deno.test("one segment is told with its reason, and the packets are stored", async () => {
  await using network = await Network.create();
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    const watched = ["--trace", "--pcap", `${folder}/a.pcapng`, "--ladder"];
    await using serving = network.start([server, "--stack", "rawtcp", "--count", "2", ...watched]);
    await serving.shows(LISTENING);
    await network.must([client, "-m", "first"]);
    await network.must(["nc", "-N", "127.0.0.1", `${PORT}`], { input: "second" });
    const { code, out, err } = await serving.ended();
    assertEquals(code, 0);
    assertMatch(err, /LISTEN.*SYN-RECEIVED/);
    assertMatch(err, /SYN-RECEIVED.*ESTABLISHED/);
    assertStringIncludes(out, "Text: first\n");
    assertStringIncludes(out, "LAST-ACK");
    const fields = ["-T", "fields", "-e", "tcp.stream"];
    const streams = await run(["tshark", "-r", `${folder}/a.pcapng`, ...fields]);
    assertEquals([...new Set(streams.out.trim().split("\n"))].sort(), ["0", "1"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the kernel's TCP cannot be watched, and says what to do; all addresses at once cannot be guarded", async () => {
  await using network = await Network.create();
  const unwatched = await network.run([server, "--trace"]);
  assertEquals(unwatched.code, 2);
  assertStringIncludes(unwatched.err, "--stack rawtcp");
  const everywhere = await network.run([server, "--stack", "rawtcp", "--host", "0.0.0.0"]);
  assertEquals(everywhere.code, 2);
  assertStringIncludes(everywhere.err, "name one of this host's");
});

/** Octets of a download in which it shows which way they leave. */
const BULK = 5_000_000;

/** What a server with these options says of a download over a cable; `rules`: of its host's firewall. */
async function downloadFrom(options: readonly string[], rules = ""): Promise<{ out: string; err: string }> {
  await using pair = await Pair.create();
  if (rules !== "") await pair.near.must(["nft", "-f", "-"], { input: rules });
  const place = ["--stack", "rawtcp", "--host", Pair.nearAddress, "--count", "1"];
  await using serving = pair.near.start([server, ...place, "--mode", `source=${BULK}`, ...options]);
  await serving.shows("listening");
  const got = await pair.far.must(["sh", "-c", `nc -d -w 60 ${Pair.nearAddress} ${PORT} | wc -c`]);
  assertEquals(Number(got), BULK);
  const { code, out, err } = await serving.ended(LONG);
  assertEquals(code, 0, err);
  return { out, err };
}

const ADMITS_ALL = "table inet f { chain o { type filter hook output priority 0; policy accept; }; }";
const BY_PACKET_SOCKET =
  /^\[\*\] Connection from \S+:\d+: data and ACKs leave by packet socket from here on: bulk data flow$/m;
const AROUND = /^\[!\] Connection from \S+:\d+: packet sockets go around this host's netfilter/m;

Deno.test("which way bulk data leave is the server's choice, and it says which: by itself, by packet socket, by raw socket", async () => {
  assertMatch((await downloadFrom([])).out, BY_PACKET_SOCKET);
  const raw = await downloadFrom(["--link", "raw"]);
  assert(!/socket/.test(raw.out + raw.err), raw.out + raw.err);
});

Deno.test("a firewall keeps bulk data of a server with the raw socket, but for --link packet, which says what it goes around", async () => {
  const { out, err } = await downloadFrom([], ADMITS_ALL);
  assert(!BY_PACKET_SOCKET.test(out), out);
  assertMatch(
    out,
    /: data and ACKs leave by raw socket from here on: packet sockets would go around netfilter/,
  );
  assertEquals(err, "");
  const packet = await downloadFrom(["--link", "packet"], ADMITS_ALL);
  assertMatch(packet.out, BY_PACKET_SOCKET);
  assertMatch(packet.err, AROUND);
});

Deno.test("a server that is watched sends the segments on the wire; with --link packet it is shown the long ones", async () => {
  const longest = ({ err }: { err: string }): number =>
    Math.max(...[...err.matchAll(/\blen[= ](\d+)|(\d+) bytes/g)].map(([, a, b]) => Number(a ?? b)));
  const onWire = await downloadFrom(["--trace"]);
  assert(!BY_PACKET_SOCKET.test(onWire.out));
  assert(longest(onWire) <= 1_460, `${longest(onWire)}: ${onWire.err.slice(0, 2_000)}`);
  const long = await downloadFrom(["--trace", "--link", "packet"]);
  assertMatch(long.out, BY_PACKET_SOCKET);
  assert(longest(long) > 10_000, `${longest(long)}`);
});

/** Megabytes of memory that a process has. */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1_000;
}

Deno.test("100,000 SYNs from nowhere take no memory, and an honest client gets in while they come and after", async () => {
  await using pair = await Pair.create();
  await pair.near.must(["ip", "route", "add", "198.18.0.0/15", "via", Pair.farAddress]);
  await pair.introduce();
  const address = ["--host", Pair.nearAddress];
  await using serving = pair.near.start([server, "--stack", "rawtcp", "--mode", "echo", ...address]);
  await serving.shows("listening");
  const greet = async (text: string): Promise<string> =>
    await pair.far.must(["nc", "-N", "-w", "60", Pair.nearAddress, `${PORT}`], { input: text });
  assertEquals(await greet("before"), "before");
  const before = await residentMegabytes(serving.pid);
  const script = new URL("syn_flood.ts", import.meta.url).pathname;
  const flood = [Deno.execPath(), "run", "--allow-all", "--no-check", script];
  await using flooding = pair.far.start([...flood, Pair.farAddress, Pair.nearAddress, `${PORT}`, "100000"]);
  await serving.shows("SYN cookies");
  for (let i = 0; i < 5; i++) assertEquals(await greet(`during ${i}`), `during ${i}`);
  const { code, err } = await flooding.ended(LONG);
  assertEquals([code, err], [0, ""]);
  assertEquals(await greet("after"), "after");
  const grown = await residentMegabytes(serving.pid) - before;
  assert(grown < 60, `${grown} MB more than before`);
  const { code: ended, err: warnings } = await serving.stop();
  assertEquals(ended, 0);
  const answered = [...warnings.matchAll(/The backlog was full: ([\d,]+) SYNs? answered with SYN cookies/g)]
    .reduce((sum, [, count = ""]) => sum + Number(count.replaceAll(",", "")), 0);
  assert(answered > 90_000, `${answered} answered: ${warnings}`);
});

Deno.test("Ctrl-C closes what is open, and the peer sees FIN", async () => {
  await using network = await Network.create();
  await using serving = network.start([server, "--stack", "rawtcp"]);
  await serving.shows(LISTENING);
  await using peer = network.start(["nc", "-d", "127.0.0.1", `${PORT}`]);
  await serving.shows("Connection from");
  const { code, out } = await serving.stop();
  assertEquals(code, 0);
  assertStringIncludes(out, "closed by us (server stopped)");
  assert((await peer.ended()).code !== null);
});

Deno.test("curl gets the file, octet for octet", async () => {
  await withPage(async (path, octets) => {
    await using network = await Network.create();
    await using serving = network.start([server, "--stack", "rawtcp", "--mode", `file=${path}`, "-q"]);
    await network.listens(PORT);
    const got = await network.must(["curl", "-s", "--max-time", "60", `http://127.0.0.1:${PORT}/`]);
    assertEquals(new TextEncoder().encode(got), octets);
    assertEquals((await serving.stop()).code, 0);
  });
});

Deno.test({
  name: `1,000 requests, 50 at a time, none of them failed${hasAb ? "" : " (ignored: no ab is installed)"}`,
  ignore: !hasAb,
  fn: async () => {
    await withPage(async (path, octets) => {
      await using network = await Network.create();
      await using serving = network.start([server, "--stack", "rawtcp", "--mode", `file=${path}`, "-q"]);
      await network.listens(PORT);
      const address = `http://127.0.0.1:${PORT}/`;
      const report = await network.must(["ab", "-q", "-n", "1000", "-c", "50", address]);
      assertMatch(report, /Complete requests: +1000\n/);
      assertMatch(report, /Failed requests: +0\n/);
      assertMatch(report, new RegExp(`HTML transferred: +${1_000 * octets.length} bytes`));
      assertEquals((await serving.stop()).code, 0);
    });
  },
});

/** A page that keeps its connection open, as an answer to whatever comes. */
const KEPT_OPEN = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

for (const [connections, name] of [[1_000, "1,000"], [50, "50"]] as const) {
  Deno.test({
    name: `wrk has ${name} connections open at once, and none of them fails${
      hasWrk ? "" : " (ignored: no wrk)"
    }`,
    ignore: !hasWrk,
    fn: async () => {
      await using network = await Network.create();
      const mode = ["--mode", `reply=${KEPT_OPEN}`];
      await using serving = network.start([server, "--stack", "rawtcp", "-q", ...mode]);
      await network.listens(PORT);
      const load = ["-t1", `-c${connections}`, "-d4s", "--timeout", "60s", `http://127.0.0.1:${PORT}/`];
      await using loading = network.start(["bash", "-c", `ulimit -n 4096; exec wrk "$@"`, "wrk", ...load]);
      await until(`${connections} connections at once`, async () => {
        const open = await network.sockets("-tn");
        return open.filter(({ state, port }) => state === "ESTAB" && port !== PORT).length >= connections;
      });
      const { code, out } = await loading.ended(LONG);
      assertEquals(code, 0, out);
      assert(!out.includes("Socket errors"), out);
      assert(!out.includes("Non-2xx"), out);
      assert(Number(/(\d+) requests in/.exec(out)?.[1]) >= connections, out);
      assertEquals((await serving.stop()).code, 0);
    },
  });
}

Deno.test("redis-cli hears PONG, and the server shows what it asked", async () => {
  await using network = await Network.create();
  const mode = ["--mode", "reply=+PONG\r\n", "--port", "6379"];
  await using serving = network.start([server, "--stack", "rawtcp", ...mode]);
  await serving.shows("listening");
  assertEquals(await network.must(["redis-cli", "-h", "127.0.0.1", "-r", "3", "PING"]), "PONG\nPONG\nPONG\n");
  const { out } = await serving.stop();
  assertEquals(out.split("Raw bytes: b'*1\\r\\n$4\\r\\nPING\\r\\n'").length - 1, 3, out);
});

Deno.test({
  name: `Chromium shows the page${browser === null ? " (ignored: no Chromium is installed)" : ""}`,
  ignore: browser === null,
  fn: async () => {
    await withPage(async (path) => {
      // The browser is outside of any network of ours, so the server is too: on loopback, at a port of its own.
      const address = ["--host", "127.0.0.1", "--port", "18889"];
      await using serving = new Program(
        [server, "--stack", "rawtcp", "--mode", `file=${path}`, ...address],
      );
      await serving.shows("Server listening on 127.0.0.1:18889");
      await using page = await Page.open(browser ?? "");
      await page.show("http://127.0.0.1:18889/");
      assertEquals(await page.evaluate("document.title"), "On a TCP of its own");
      assertEquals((await serving.stop()).code, 0);
    });
  },
});
