/** Every way to fail has one clear line on standard error, an exit code of its own, and leaves nothing behind. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Capture } from "./capture.ts";
import { assertIntervals, intervals } from "./conversation.ts";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { nft } from "./path.ts";
import type { Result } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;
/** `nobody` of every Linux. */
const NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"];

/** Failures of the programs' command lines and surroundings: arguments, exit code, what the line says. */
const FAILURES: readonly (readonly [name: string, command: readonly string[], code: number, line: RegExp])[] =
  [
    ["an unknown option", [client, "--fast"], 2, /Unknown option "--fast"/],
    ["a port out of range", [client, "127.0.0.1", "65536"], 2, /"65536".*1 to 65535/],
    ["a port that is none", [client, "127.0.0.1", "8o"], 7, /"8o"/],
    ["port 0", [client, "127.0.0.1", "0"], 2, /"0"/],
    ["an unknown host", [client, "no-such-host.invalid"], 7, /no-such-host\.invalid/],
    ["no listener", [client, "127.0.0.1", "9"], 3, /refused/],
    ["no route", [client, "198.51.100.1"], 5, /unreachable|no route|Cannot reach/i],
    ["a source address of another host", [client, "--source", "192.0.2.77"], 8, /192\.0\.2\.77/],
    ["the server's unknown host", [server, "--host", "no-such-host.invalid"], 7, /no-such-host\.invalid/],
    [
      "the server's link-local address",
      [server, "--host", "fe80::1"],
      8,
      /needs its interface.*fe80::1%eth0/,
    ],
    ["a link-local address of no interface", [client, "fe80::1%nosuch0"], 7, /no interface "nosuch0"/],
    ["nothing on standard input", [client, "--read", "-"], 9, /standard input: Cannot read it as a capture/],
    ["the server's unknown mode", [server, "--mode", "sing"], 2, /"sing"/],
    ["the server's foreign address", [server, "--host", "192.0.2.77"], 8, /does not belong to this host/],
  ];

function assertFails({ code, err }: Result, expected: number, line: RegExp): void {
  const lines = err.trimEnd().split("\n");
  const failures = lines.filter((text) => text.startsWith("[-]"));
  assertEquals(failures.length, 1, err);
  assertMatch(failures[0] ?? "", line);
  assertEquals(lines.filter((text) => !/^\[[-!]\] /.test(text)), [], "nothing but marked lines");
  assertEquals(code, expected, err);
}

for (const [name, command, code, line] of FAILURES) {
  Deno.test(`${name} ends with exit code ${code}`, async () => {
    await using network = await Network.create();
    assertFails(await network.run(command), code, line);
    assertEquals(await network.sockets("-tan"), []);
  });
}

Deno.test("a port that somebody else has ends with exit code 8, in client and server", async () => {
  await using network = await Network.create();
  await using serving = network.start([server]);
  await serving.shows("listening");
  await using other = network.start([server, "--port", "9999"]);
  await other.shows("listening");
  assertFails(await network.run([client, "--source-port", "9999"]), 8, /9999/);
  assertFails(await network.run([server]), 8, /Cannot listen on 127\.0\.0\.1:8888: the port is in use/);
});

Deno.test("no answer ends with exit code 4 and says how many SYNs over how long; they went out by RFC 6298", async () => {
  await using network = await Network.create();
  await network.drop(PORT, "", "always");
  await using capture = await Capture.start(network, PORT);
  const result = await network.run([client, "--connect-timeout", "5"]);
  assertFails(result, 4, /no answer to 3 SYNs over [4-6]\.\d s/);
  assertIntervals(intervals((await capture.segments()).filter(({ flags }) => flags === "S")), [1, 2]);
});

Deno.test("a host that does not answer on its network is unreachable, exit code 5", async () => {
  await using pair = await Pair.create();
  const result = await pair.near.run([client, "192.0.2.99"]);
  assertFails(result, 5, /192\.0\.2\.99/);
  assertMatch(result.err, /No answer to ARP from 192\.0\.2\.99/);
});

Deno.test("routes that forbid the way end with exit code 5, whatever their kind", async () => {
  await using pair = await Pair.create();
  const kinds = ["blackhole", "unreachable", "prohibit", "throw"];
  for (const kind of kinds) {
    for (const address of ["198.51.100.1", "2001:db8:1::1"]) {
      await pair.near.must(["ip", "route", "add", kind, address]);
      const result = await pair.near.run([client, address, String(PORT)]);
      assertFails(
        result,
        5,
        /^\[-\] Cannot reach .*(this host's routing|there is no route)/,
      );
      await pair.near.must(["ip", "route", "delete", kind, address]);
    }
  }
});

for (
  const [address, refusal] of [
    [Pair.farAddress, "icmp type host-unreachable"],
    ["2001:db8::2", "icmpv6 type addr-unreachable"],
  ] as const
) {
  Deno.test(`a firewall of this host that speaks for ${address} is not taken for a neighbour that does not answer`, async () => {
    await using pair = await Pair.create();
    const chain = "type filter hook output priority 0;";
    const rule = `meta l4proto tcp tcp dport ${PORT} reject with ${refusal}`;
    await nft(pair.near, `table inet refusing { chain leaving { ${chain} ${rule}; }; }`);
    const result = await pair.near.run([client, address, String(PORT)]);
    assertFails(result, 5, /a rule of this host drops the packet/);
    assertMatch(result.err, /This host's own "(host|address) unreachable"/);
  });
}

Deno.test("a reset while sending ends with exit code 6", async () => {
  await using network = await Network.create();
  const abrupt = `
import socket, struct
listener = socket.create_server(("127.0.0.1", ${PORT}))
connection, _ = listener.accept()
connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
connection.recv(1)
connection.close()
`;
  await using _peer = network.start(["python3", "-c", abrupt]);
  await network.listens(PORT);
  assertFails(await network.run([client, "-m", "x".repeat(120_000)]), 6, /reset/);
});

Deno.test("a peer that never closes ends with exit code 10", async () => {
  await using network = await Network.create();
  await using _peer = network.start(["nc", "-l", "-k", "127.0.0.1", String(PORT)], { input: "" });
  await network.listens(PORT);
  const stubborn = `import socket, time
c = socket.create_server(("127.0.0.1", 8889)).accept()[0]
time.sleep(60)`;
  await using _stubborn = network.start(["python3", "-c", stubborn]);
  await network.listens(8889);
  assertFails(await network.run([client, "--close-timeout", "1", "127.0.0.1", "8889"]), 10, /did not close/);
});

Deno.test("without CAP_NET_RAW the exit code is 77 and the line names the right and the ways to it", async () => {
  await using network = await Network.create();
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.copyFile(client, `${folder}/client`);
    const result = await network.run([...NOBODY, `${folder}/client`]);
    assertFails(result, 77, /CAP_NET_RAW.*sudo.*setcap cap_net_raw\+ep.*unshare -Urn/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("Ctrl-C before the connection is established gives it up, exit code 130", async () => {
  await using network = await Network.create();
  await network.drop(PORT, "tcp flags syn", "always");
  await using program = network.start([client]);
  await program.shows("Sending SYN");
  const { code } = await program.stop();
  assertEquals(code, 130);
  assertEquals(await network.sockets("-tan"), []);
});

Deno.test("Ctrl-C in an established connection sends FIN, exit code 130", async () => {
  await using network = await Network.create();
  await network.drop(PORT, "meta length > 70 tcp flags & syn == 0", "always");
  await using capture = await Capture.start(network, PORT);
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows("listening");
  await using program = network.start([client, "-q"]);
  await serving.shows("Connection from");
  program.kill("SIGINT");
  const { code } = await program.ended();
  assertEquals(code, 130);
  const ours = (await capture.segments()).filter(({ destinationPort }) => destinationPort === PORT);
  assert(ours.some(({ flags }) => /[FR]/.test(flags)), "the peer is told");
});

/** Milliseconds; after the first Ctrl-C it would wait for 5 s. */
const AT_ONCE = 4_000;

Deno.test("a second Ctrl-C ends at once, exit code 130, with a RST, which the capture has", async () => {
  await using network = await Network.create();
  await network.drop(PORT, "tcp flags & fin == fin", "always");
  await using serving = network.start([server]);
  await serving.shows("listening");
  const file = await Deno.makeTempFile({ prefix: "rawtcp-", suffix: ".pcapng" });
  await using program = network.start([client, "--pcap", file, "--force"]);
  await program.shows("Sending FIN");
  program.kill("SIGINT");
  await program.shows(/Interrupted/);
  program.kill("SIGINT");
  assertEquals((await program.ended(AT_ONCE)).code, 130);
  const shown = await network.must(["tcpdump", "-nn", "-r", file]);
  assertMatch(shown.trim().split("\n").at(-1) ?? "", /Flags \[R\.?\]/);
  await Deno.remove(file);
});

Deno.test("Ctrl-C ends the server with exit code 0 and frees its port", async () => {
  await using network = await Network.create();
  await using serving = network.start([server]);
  await serving.shows("listening");
  const { code, out } = await serving.stop();
  assertEquals(code, 0);
  assertMatch(out, /Server stopped\n$/);
  assertEquals(await network.sockets("-ltn"), []);
});
