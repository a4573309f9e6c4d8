/**
 * Connects with the library's `connect` and then with a `RawDialer`, sends a word by each and closes. Arguments: address, port.
 * Writes one line of JSON: what was remarked of each.
 *
 * @module
 */

import { connect, RawDialer } from "../../driver/mod.ts";
import { parseLiteral, sourceAddressFor } from "../../ffi/mod.ts";
import { after, seconds } from "../../tcp/mod.ts";

const [hostname = "", portText = ""] = Deno.args;
const port = Number(portText);
const address = parseLiteral(hostname);
if (address === undefined) throw new Error(`Cannot connect to ${hostname}: give an address`);

const remarks: Record<"connect" | "dialer", string[]> = { connect: [], dialer: [] };
{
  await using conn = await connect({ hostname, port, onRemark: (text) => remarks.connect.push(text) });
  await conn.write(new TextEncoder().encode("Hello"));
  await conn.closeWrite();
}
{
  using dialer = RawDialer.open({
    source: sourceAddressFor(address, port),
    onRemark: (text) => remarks.dialer.push(text),
  });
  const connection = dialer.connect({ address, port });
  const until = after(dialer.loop.readClock(), seconds(1));
  await dialer.loop.run(() => connection.state === "ESTABLISHED" || connection.failure !== null, until);
}
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(remarks)}\n`));
