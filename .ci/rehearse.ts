/**
 * Has an executable do its job once, in a network of its own: with a peer of Deno's, over the loopback interface.
 *
 *     unshare --net deno run --allow-ffi --allow-net --allow-run .ci/rehearse.ts PROGRAM EXECUTABLE
 *
 * @module
 */

import { bringUp } from "../ffi/mod.ts";

const HOST = "127.0.0.1";
const PORT = 8888;

/** Longest that the job may take, milliseconds. */
const TIME_LIMIT = 20_000;

/** How often to try whether the server listens, and how long to wait in between, milliseconds. */
const TRIES = 200;
const PAUSE = 50;

/** Takes what the client sends, and closes when it has closed. */
async function takeMessage(listener: Deno.Listener): Promise<void> {
  const connection = await listener.accept();
  await connection.readable.pipeTo(connection.writable);
}

/** Sends the server a message, and waits until it has closed. */
async function sendMessage(): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      using connection = await Deno.connect({ hostname: HOST, port: PORT });
      await connection.write(new TextEncoder().encode("Hello from the builder!"));
      await connection.closeWrite();
      while (await connection.read(new Uint8Array(1024)) !== null);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused) || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
}

const [program = "", executable = ""] = Deno.args;
bringUp("lo");
const isServer = program === "rawtcp-server";
const peer = isServer ? sendMessage() : takeMessage(Deno.listen({ hostname: HOST, port: PORT }));
const { code } = await new Deno.Command(executable, {
  args: isServer ? ["--port", String(PORT), "--count", "1"] : [HOST, String(PORT)],
  stdin: "null",
  stdout: "null",
  signal: AbortSignal.timeout(TIME_LIMIT),
}).output();
if (code === 0) await peer;
Deno.exit(code);
