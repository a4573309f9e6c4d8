/**
 * A few commands to a redis server, pipelined: `sudo deno run --allow-ffi examples/redis.ts [HOST] [PORT]`.
 *
 * @module
 */

import { connect } from "../driver/mod.ts";

const [hostname = "127.0.0.1", port = "6379"] = Deno.args;
const COMMANDS = [["PING"], ["SET", "greeting", "hello"], ["GET", "greeting"], ["INCR", "visits"], ["QUIT"]];

/** A command as an array of bulk strings, in the protocol that redis speaks. */
function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

await using conn = await connect({ hostname, port: Number(port) });
await conn.write(new TextEncoder().encode(COMMANDS.map(encode).join("")));
await conn.readable.pipeTo(Deno.stdout.writable);
