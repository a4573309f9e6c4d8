/** Node's http.Server over connections of ours: no socket of the kernel's is in it. */

import { assertEquals } from "@std/assert";
import { createServer, type IncomingMessage } from "node:http";
import { Duplex } from "node:stream";
import { type Conn, connect, listen } from "../../driver/mod.ts";
import { kernelTests } from "../ffi/support.ts";

const kernelTest = kernelTests();
const BODY = "segment ".repeat(100_000);

/** In Deno 2.4 http.Server takes no stream that it has not accepted itself, not even Node's own. */
const TAKES_STREAMS = !Deno.version.deno.startsWith("2.4.");

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}

/** What Deno's types want beyond the platform's streams, no stream here lacks. */
function duplexOf(conn: Conn): Duplex {
  return Duplex.fromWeb(conn as unknown as Parameters<typeof Duplex.fromWeb>[0]);
}

if (TAKES_STREAMS) {
  kernelTest(
    "Node's http.Server takes a Duplex of a connection: two requests, a long body each way",
    async () => {
      const server = createServer(async (request, response): Promise<void> => {
        const body = await bodyOf(request);
        response.end(request.method === "GET" ? "short" : body);
      });
      using listener = await listen({ port: 0 });
      const accepted = listener.accept();
      await using conn = await connect({ port: listener.addr.port });
      server.emit("connection", duplexOf(await accepted));
      const reading = new Response(conn.readable).text();
      const writer = conn.writable.getWriter();
      const say = (text: string): Promise<void> => writer.write(new TextEncoder().encode(text));
      await say("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      await say(
        `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
      );
      const parts = (await reading).split("HTTP/1.1 200 OK\r\n").slice(1);
      assertEquals(parts.map((part) => part.slice(part.indexOf("\r\n\r\n") + 4)), ["short", BODY]);
    },
    { sanitizeOps: false, sanitizeResources: false },
  );
}
