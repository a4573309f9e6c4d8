/**
 * An exchange by the library: `deno run --allow-ffi --allow-read --allow-write library_exchange.ts HOST PORT REQUEST ANSWER
 * [fin]`: sends what the file REQUEST has, then FIN if that is asked for, and writes all that comes into the file ANSWER.
 */

import { connect } from "../../driver/mod.ts";

const [hostname = "", port = "", request = "", answer = "", fin] = Deno.args;

await using conn = await connect({ hostname, port: Number(port) });
const arriving = (async () => {
  using file = await Deno.open(answer, { write: true, create: true, truncate: true });
  for await (const octets of conn.readable) {
    for (let at = 0; at < octets.length;) at += await file.write(octets.subarray(at));
  }
})();
using file = await Deno.open(request);
const writer = conn.writable.getWriter();
for await (const octets of file.readable) await writer.write(octets);
writer.releaseLock();
if (fin === "fin") await conn.closeWrite();
await arriving;
