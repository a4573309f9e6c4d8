/** The test server on the kernel's own sockets over loopback, with clients in the same process. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Output, type TextSink } from "../../cli/output.ts";
import { PATTERN_PERIOD } from "../../cli/pattern.ts";
import { Server } from "../../cli/server_loop.ts";
import type { ServerMode } from "../../cli/server_arguments.ts";
import { ServerReport } from "../../cli/server_report.ts";
import {
  formatSockaddr,
  loadWholeLibc,
  POLLIN,
  POLLOUT,
  PollSet,
  StreamListener,
  StreamSocket,
} from "../../ffi/mod.ts";
import { connectBlocking, sendUrgent } from "../ffi/support.ts";
import { loopbackAddress } from "../ffi/loopback.ts";

loadWholeLibc();

/** Longest that any of these waits for something, milliseconds. */
const PATIENCE = 60_000;

/** Keeps what is written, as text. */
class Page implements TextSink {
  text = "";

  writeSync(octets: Uint8Array): number {
    this.text += new TextDecoder().decode(octets);
    return octets.length;
  }

  isTerminal(): boolean {
    return false;
  }
}

interface RunningServer {
  readonly page: Page;
  readonly port: number;
  readonly server: Server<StreamSocket>;
  connect(): StreamSocket;
  /** Waits for the server's end; everything it has printed, with the ports that clients came from as CLIENT. */
  ended(): Promise<string>;
}

/** Starts a server and runs `test` with it; makes sure that the server has ended after it. */
async function withServer(
  mode: ServerMode,
  count: number | null,
  test: (running: RunningServer) => Promise<void>,
): Promise<void> {
  using listener = StreamListener.open({ address: loopbackAddress(4), port: 0 });
  using pollSet = new PollSet(1);
  const page = new Page();
  const report = new ServerReport(new Output({ color: "never", quiet: false, out: page, err: page }), true);
  const nameOf = (stream: StreamSocket): string => formatSockaddr(stream.remote);
  const server = new Server({
    listener,
    pollSet,
    readable: POLLIN,
    writable: POLLOUT,
    nameOf,
    report,
    mode,
    count,
    ...(mode.kind === "reply" ? { answer: bytes(mode.text) } : {}),
  });
  const { port } = listener.local;
  const end = server.run();
  const ended = async (): Promise<string> => {
    await end;
    return page.text.replace(/127\.0\.0\.1:\d+/g, "CLIENT");
  };
  const connect = (): StreamSocket => connectBlocking({ address: loopbackAddress(4), port }, PATIENCE);
  try {
    await test({ page, port, server, connect, ended });
  } finally {
    server.stop();
    await end;
  }
}

/** Lets the server have its turn until `condition` holds. */
async function until(condition: () => boolean): Promise<void> {
  const limit = performance.now() + PATIENCE;
  while (!condition()) {
    assert(performance.now() < limit, "waited too long");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function sendAll(socket: StreamSocket, octets: Uint8Array): Promise<void> {
  for (let sent = 0; sent < octets.length;) {
    const taken = socket.send(octets.subarray(sent));
    sent += taken;
    if (taken === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Everything until the end of the server's stream. */
async function readAll(socket: StreamSocket): Promise<Uint8Array> {
  const into = new Uint8Array(10_007);
  const pieces: number[] = [];
  let length: number | null = 0;
  await until(() => {
    while ((length = socket.receive(into)) !== null && length > 0) pieces.push(...into.subarray(0, length));
    return length === null;
  });
  return new Uint8Array(pieces);
}

const pattern = (length: number): Uint8Array => new Uint8Array(length).map((_, i) => i % PATTERN_PERIOD);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("mode print shows the octets as Python, as digits and as text, then how the connection ended", async () => {
  await withServer({ kind: "print" }, 1, async ({ connect, ended }) => {
    using client = connect();
    await sendAll(client, bytes("Hello from custom TCP client!"));
    client.shutdown();
    assertEquals(
      await ended(),
      `[+] Connection from CLIENT
[>] Received 29 bytes:
    Raw bytes: b'Hello from custom TCP client!'
    Hex: 48656c6c6f2066726f6d20637573746f6d2054435020636c69656e7421
    Text: Hello from custom TCP client!
[*] Connection from CLIENT closed by peer (FIN), 29 bytes received
`,
    );
    assertEquals(client.receive(new Uint8Array(1)), null);
  });
});

Deno.test("a peer's octets never reach the terminal as they are", async () => {
  await withServer({ kind: "print" }, 1, async ({ connect, ended }) => {
    using client = connect();
    await sendAll(client, new Uint8Array(256).map((_, i) => i));
    client.shutdown();
    const text = await ended();
    assertEquals([...text].filter((character) => character < " " && character !== "\n"), []);
    assertEquals(/[\x7f-\x9f]/.test(text), false);
    assertMatch(text, /Text: \\x00\\x01/);
  });
});

Deno.test("a block names its connection when the lines before it were about another one", async () => {
  await withServer({ kind: "print" }, 2, async ({ connect, ended, page }) => {
    using first = connect();
    await until(() => page.text.includes("Connection from"));
    using second = connect();
    await until(() => page.text.split("Connection from").length === 3);
    await sendAll(first, bytes("a"));
    await until(() => page.text.includes("Text: a"));
    await sendAll(first, bytes("b"));
    await until(() => page.text.includes("Text: b"));
    first.shutdown();
    second.shutdown();
    const marks = (await ended()).split("\n").filter((line) => /^\[.\] (From|Conn|Rec)/.test(line));
    assertEquals(marks.slice(0, 5), [
      "[+] Connection from CLIENT",
      "[+] Connection from CLIENT",
      "[*] From CLIENT:",
      "[>] Received 1 byte:",
      "[>] Received 1 byte:",
    ]);
  });
});

Deno.test("mode echo returns a megabyte octet for octet although the client reads late", async () => {
  await withServer({ kind: "echo" }, 1, async ({ connect, ended, page }) => {
    using client = connect();
    const sent = pattern(1_000_000);
    const sending = sendAll(client, sent).then(() => client.shutdown());
    const received = await readAll(client);
    await sending;
    assertEquals(received.length, sent.length);
    assertEquals(received.every((octet, i) => octet === sent[i]), true);
    assertMatch(
      await ended(),
      /closed by peer \(FIN\), 1000000 bytes received, 1000000 bytes handed over to be sent\n$/,
    );
    assertMatch(page.text, /Received \d+ bytes:/);
  });
});

Deno.test("mode reply shows each piece and answers it", async () => {
  await withServer({ kind: "reply", text: "+PONG\r\n" }, 1, async ({ connect, ended, page }) => {
    using client = connect();
    await sendAll(client, bytes("PING"));
    client.shutdown();
    assertEquals(new TextDecoder().decode(await readAll(client)), "+PONG\r\n");
    assertMatch(await ended(), /closed by peer \(FIN\), 4 bytes received, 7 bytes handed over to be sent\n$/);
    assertMatch(page.text, /Received 4 bytes:\n.*b'PING'/);
  });
});

Deno.test("mode discard shows no content and counts what it read", async () => {
  await withServer({ kind: "discard" }, 1, async ({ connect, ended }) => {
    using client = connect();
    await sendAll(client, pattern(3_000_000));
    client.shutdown();
    assertEquals(
      await ended(),
      "[+] Connection from CLIENT\n" +
        "[*] Connection from CLIENT closed by peer (FIN), 3000000 bytes received\n",
    );
  });
});

Deno.test("mode source sends exactly what was asked for, then FIN, and waits for the peer's", async (t) => {
  for (const octets of [0, 1, PATTERN_PERIOD * 1_044 + 1, 1_000_000]) {
    await t.step(`${octets} octets`, async () => {
      await withServer({ kind: "source", octets }, 1, async ({ connect, ended, page }) => {
        using client = connect();
        const received = await readAll(client);
        assertEquals(received.length, octets);
        assertEquals(received.every((octet, i) => octet === i % PATTERN_PERIOD), true);
        assertEquals(page.text.includes("closed"), false);
        client.shutdown();
        const amounts = octets > 0 ? `, ${octets} byte${octets === 1 ? "" : "s"} handed over to be sent` : "";
        assertMatch(await ended(), new RegExp(`closed by us \\(FIN\\), 0 bytes received${amounts}\n$`));
      });
    });
  }
});

Deno.test("an urgent octet is shown where it stands in the stream (RFC 6093 6)", async () => {
  await withServer({ kind: "print" }, 1, async ({ connect, ended }) => {
    using client = connect();
    client.send(bytes("ab"));
    sendUrgent(client, bytes("!"));
    client.send(bytes("cd"));
    client.shutdown();
    const text = await ended();
    const shown = [...text.matchAll(/Text: (.*)/g)].map(([, part]) => part).join("");
    assertEquals(shown, "ab!cd");
    assertMatch(text, /closed by peer \(FIN\), 5 bytes received\n$/);
  });
});

Deno.test("a source whose peer has finished first still sends everything", async () => {
  await withServer({ kind: "source", octets: 900_000 }, 1, async ({ connect, ended }) => {
    using client = connect();
    client.shutdown();
    assertEquals((await readAll(client)).length, 900_000);
    assertMatch(
      await ended(),
      /closed by peer \(FIN\), 0 bytes received, 900000 bytes handed over to be sent\n$/,
    );
  });
});

Deno.test("a reset is told from an orderly end, in every mode", async (t) => {
  const modes: readonly ServerMode[] = [
    { kind: "print" },
    { kind: "echo" },
    { kind: "discard" },
    { kind: "source", octets: 1e9 },
  ];
  for (const mode of modes) {
    await t.step(mode.kind, async () => {
      await withServer(mode, 1, async ({ connect, ended, page }) => {
        const client = connect();
        await until(() => page.text.includes("Connection from"));
        client.abort();
        const amounts = mode.kind === "source" ? ", \\d+ bytes handed over to be sent" : "";
        const line = `\n\\[!\\] Connection from CLIENT reset by peer, 0 bytes received${amounts}\n`;
        assertMatch(await ended(), new RegExp(line));
      });
    });
  }
});

Deno.test("fifty connections at once are all served", async () => {
  await withServer({ kind: "print" }, 50, async ({ connect, ended }) => {
    const clients = Array.from({ length: 50 }, connect);
    for (const [i, client] of clients.entries()) await sendAll(client, bytes(`message ${i};`));
    for (const client of clients) client.shutdown();
    const text = await ended();
    for (const client of clients) client[Symbol.dispose]();
    for (let i = 0; i < 50; i++) assert(text.includes(`Text: message ${i};`), `message ${i}`);
    assertEquals(text.split("closed by peer (FIN)").length - 1, 50);
  });
});

Deno.test("after --count connections the port is closed while the last ones go on", async () => {
  await withServer({ kind: "echo" }, 1, async ({ connect, ended, page, port }) => {
    using client = connect();
    await until(() => page.text.includes("Connection from"));
    using probe = StreamSocket.connect({ address: loopbackAddress(4), port });
    let refused = "";
    try {
      probe.finishConnect(PATIENCE);
    } catch (error) {
      refused = error instanceof Error ? error.message : "";
    }
    assertMatch(refused, /ECONNREFUSED/);
    await sendAll(client, bytes("still here"));
    client.shutdown();
    assertEquals(new TextDecoder().decode(await readAll(client)), "still here");
    await ended();
  });
});

Deno.test("stopping closes the listener and every connection, and says so", async () => {
  await withServer({ kind: "print" }, null, async ({ connect, ended, page, server, port }) => {
    using client = connect();
    await until(() => page.text.includes("Connection from"));
    server.stop();
    assertMatch(await ended(), /closed by us \(server stopped\), 0 bytes received\n$/);
    assertEquals(client.receive(new Uint8Array(1)), null);
    using again = StreamListener.open({ address: loopbackAddress(4), port });
    assertEquals(again.local.port, port);
  });
});
