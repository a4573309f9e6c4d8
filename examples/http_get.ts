/**
 * A page by HTTP over our own TCP: `sudo deno run --allow-ffi examples/http_get.ts HOST [PATH] [PORT]`.
 *
 * @module
 */

import { connect } from "../driver/mod.ts";

const [hostname = "127.0.0.1", path = "/", port = "80"] = Deno.args;

await using conn = await connect({ hostname, port: Number(port) });
await conn.write(new TextEncoder().encode(`GET ${path} HTTP/1.0\r\nHost: ${hostname}\r\n\r\n`));
await conn.readable.pipeTo(Deno.stdout.writable);
