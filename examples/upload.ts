/**
 * Sends a file as fast as the peer takes it: `sudo deno run --allow-ffi --allow-read examples/upload.ts FILE HOST PORT`.
 *
 * @module
 */

import { connect } from "../driver/mod.ts";

const [file = "", hostname = "127.0.0.1", port = "8888"] = Deno.args;

await using conn = await connect({ hostname, port: Number(port) });
await (await Deno.open(file)).readable.pipeTo(conn.writable); // closing the stream sends FIN
