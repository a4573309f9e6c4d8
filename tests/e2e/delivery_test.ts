/** The client delivers to our server and to servers that none of us wrote; tshark looks at what was on the wire. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Capture } from "./capture.ts";
import { assertOrderly, conversations, stream } from "./conversation.ts";
import { executables } from "./executables.ts";
import { Network, Pair } from "./network.ts";
import { complaints } from "./process.ts";

const { client, server } = await executables();
const PORT = 8888;
const MESSAGE = "Hello from custom TCP client!";
const REQUEST = "GET /hello.txt HTTP/1.0\r\nHost: test\r\n\r\n";

/** A folder with one file, `hello.txt`, gone afterwards. */
async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  try {
    await Deno.chmod(folder, 0o755);
    await Deno.writeTextFile(`${folder}/hello.txt`, "served by another program\n");
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("client and server print the promised lines, with the numbers that were on the wire", async () => {
  await using network = await Network.create();
  await using capture = await Capture.start(network, PORT);
  await using serving = network.start([server, "--count", "1"]);
  await serving.shows(`[*] Server listening on 127.0.0.1:${PORT}\n`);
  const result = await network.run([client]);
  const { out } = await serving.ended();
  const [conversation] = conversations(await capture.segments(), PORT);
  assert(conversation !== undefined);
  assertOrderly(conversation, MESSAGE);

  const [syn, synAck] = conversation.all;
  const [iss, irs] = [syn?.seq ?? NaN, synAck?.seq ?? NaN];
  const next = (seq: number): number => (seq + 1) >>> 0;
  assertEquals(result.out.split("\n").slice(0, 7), [
    `[*] Starting TCP handshake with 127.0.0.1:${PORT}`,
    `[>] Sending SYN (seq=${iss})`,
    `[<] Received SYN-ACK (seq=${irs}, ack=${next(iss)})`,
    `[>] Sending ACK (seq=${next(iss)}, ack=${next(irs)})`,
    "[+] TCP connection established!",
    `[>] Sending data: ${MESSAGE}`,
    "[*] Data sent successfully",
  ]);
  assertEquals(result.out.split("\n").slice(7, 9), [
    `[>] Sent 29 bytes (seq=${next(iss)} to ${(iss + 29) >>> 0})`,
    `[<] Received ACK of all data (ack=${(iss + 30) >>> 0})`,
  ]);
  assertMatch(
    result.out,
    /Sending FIN[^]*Received (ACK of our FIN[^]*Received FIN|FIN-ACK)[^]*Sending ACK[^]*closed\n$/,
  );
  assertEquals([result.code, complaints(result.err)], [0, ""]);
  assertEquals(
    out.replace(/:\d+( closed|\n\[>\])/g, ":PORT$1"),
    `[*] Server listening on 127.0.0.1:${PORT}
[+] Connection from 127.0.0.1:PORT
[>] Received 29 bytes:
    Raw bytes: b'Hello from custom TCP client!'
    Hex: 48656c6c6f2066726f6d20637573746f6d2054435020636c69656e7421
    Text: Hello from custom TCP client!
[*] Connection from 127.0.0.1:PORT closed by peer (FIN), 29 bytes received
[*] Server stopped
`,
  );
});

Deno.test("over a cable with MTU 1500 a message of many segments arrives octet for octet", async () => {
  await using pair = await Pair.create();
  await using capture = await Capture.start(pair.near, PORT, "cable");
  const message = Array.from({ length: 9_000 }, (_, i) => `${i};`).join("");
  await using serving = pair.far.start([server, "--host", Pair.farAddress, "--mode", "echo", "--count", "1"]);
  await serving.shows("listening");
  const result = await pair.near.run([client, "-m", message, Pair.farAddress]);
  const { out } = await serving.ended();
  assertEquals([result.code, complaints(result.err)], [0, ""]);
  assertMatch(
    out,
    new RegExp(
      `closed by peer \\(FIN\\), ${message.length} bytes received, ${message.length} bytes handed over to be sent`,
    ),
  );
  const [conversation] = conversations(await capture.segments(), PORT);
  assert(conversation !== undefined);
  assertOrderly(conversation, message);
  assert(
    conversation.ours.every(({ payload }) => payload.length <= 1_460),
    "no segment is longer than the MTU allows",
  );
  assertEquals(stream(conversation.theirs), message, "what came back");
});

Deno.test("over IPv6 the same: handshake, message, FIN from both, our checksums right", async () => {
  await using network = await Network.create();
  await using capture = await Capture.start(network, PORT);
  await using serving = network.start([server, "--host", "::1", "--count", "1"]);
  await serving.shows(`[*] Server listening on [::1]:${PORT}\n`);
  const result = await network.run([client, "::1"]);
  assertEquals([result.code, complaints(result.err)], [0, ""]);
  assertMatch(
    (await serving.ended()).out,
    /Connection from \[::1\]:\d+ closed by peer \(FIN\), 29 bytes received/,
  );
  const [conversation] = conversations(await capture.segments(), PORT);
  assert(conversation !== undefined);
  assertOrderly(conversation, MESSAGE);
});

Deno.test("nc -l receives the message", async () => {
  await using network = await Network.create();
  await using capture = await Capture.start(network, PORT);
  await using nc = network.start(["nc", "-l", "127.0.0.1", String(PORT)]);
  await network.listens(PORT);
  const result = await network.run([client]);
  assertEquals((await nc.ended()).out, MESSAGE);
  assertEquals([result.code, complaints(result.err)], [0, ""]);
  const [conversation] = conversations(await capture.segments(), PORT);
  assert(conversation !== undefined);
  assertOrderly(conversation, MESSAGE);
});

Deno.test("Python's http.server answers a request", async () => {
  await withFolder(async (folder) => {
    await using network = await Network.create();
    const command = [
      "python3",
      "-m",
      "http.server",
      String(PORT),
      "--bind",
      "127.0.0.1",
      "--directory",
      folder,
    ];
    await using _python = network.start(command);
    await network.listens(PORT);
    await using capture = await Capture.start(network, PORT);
    const result = await network.run([client, "-m", REQUEST]);
    assertEquals([result.code, complaints(result.err)], [0, ""]);
    assertMatch(result.out, /200 OK/);
    assertMatch(result.out, /served by another program/);
    const [conversation] = conversations(await capture.segments(), PORT);
    assert(conversation !== undefined);
    assertOrderly(conversation, REQUEST);
  });
});

Deno.test("nginx answers a request", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/nginx.conf`,
      `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${PORT}; root ${folder}; }
}
`,
    );
    await using network = await Network.create();
    await using _nginx = network.start(["nginx", "-p", folder, "-c", `${folder}/nginx.conf`]);
    await network.listens(PORT);
    await using capture = await Capture.start(network, PORT);
    const result = await network.run([client, "-m", REQUEST]);
    assertEquals([result.code, complaints(result.err)], [0, ""]);
    assertMatch(result.out, /200 OK/);
    assertMatch(result.out, /served by another program/);
    const [conversation] = conversations(await capture.segments(), PORT);
    assert(conversation !== undefined);
    assertOrderly(conversation, REQUEST);
  });
});
