// deno-lint-ignore-file no-console
/**
 * A small HTTP server on our own TCP for firmware that has a TCP of its own: `boot_server.ts ADDRESS FOLDER` gives the folder's
 * files, and `/N.bin` as N octets, octet i being i mod 251. It prints a line for each request.
 *
 * @module
 */

import { type Conn, listen } from "../../../driver/mod.ts";

const [hostname = "", folder = ""] = Deno.args;

async function request(conn: Conn): Promise<string> {
  const into = new Uint8Array(4_096);
  const decoder = new TextDecoder();
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const got = await conn.read(into);
    if (got === null) break;
    text += decoder.decode(into.subarray(0, got), { stream: true });
  }
  return text;
}

function bodyOf(path: string): Uint8Array | null {
  const [, length] = /^\/(\d+)\.bin/.exec(path) ?? [];
  if (length !== undefined) return Uint8Array.from({ length: Number(length) }, (_, i) => i % 251);
  try {
    return Deno.readFileSync(`${folder}/${path.replaceAll("..", "")}`);
  } catch {
    return null;
  }
}

async function sendAll(conn: Conn, octets: Uint8Array): Promise<void> {
  for (let at = 0; at < octets.length;) at += await conn.write(octets.subarray(at, at + 65_536));
}

async function answer(conn: Conn): Promise<void> {
  const [method = "", path = ""] = (await request(conn)).split(" ");
  const body = bodyOf(path);
  const head = [
    body === null ? "HTTP/1.1 404 Not Found" : "HTTP/1.1 200 OK",
    `Content-Length: ${body?.length ?? 0}`,
    "Content-Type: application/efi",
    "Connection: close",
  ];
  await sendAll(conn, new TextEncoder().encode(`${head.join("\r\n")}\r\n\r\n`));
  if (method !== "HEAD" && body !== null) await sendAll(conn, body);
  await conn.closeWrite();
  await conn.read(new Uint8Array(1)).catch(() => null); // until the peer's FIN, or its RST
  const { octetsAcknowledged, segmentsRetransmitted } = conn.stats();
  console.log(`${method} ${path}: ${octetsAcknowledged} acknowledged, ${segmentsRetransmitted} sent again`);
  await conn[Symbol.asyncDispose]();
}

for await (const conn of await listen({ hostname, port: 80 })) {
  answer(conn).catch((error) => console.log(`${error}`));
}
