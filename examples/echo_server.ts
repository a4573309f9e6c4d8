/**
 * A server that sends back what it gets: `sudo deno run --allow-ffi examples/echo_server.ts [PORT]`.
 *
 * @module
 */

import { listen } from "../driver/mod.ts";

const listener = await listen({ port: Number(Deno.args[0] ?? "7") });
for await (const conn of listener) conn.readable.pipeTo(conn.writable).catch(() => {});
