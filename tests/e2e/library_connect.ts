/**
 * Connects with the library's `connect`, with a `RawDialer` and with one that is told where a rule of routing by port sends the
 * connection, if one does. Arguments: address, port. Writes one line of JSON: what was remarked of each.
 *
 * @module
 */

import { connect, RawDialer } from "../../driver/mod.ts";
import { parseLiteral, sourceAddressFor, steeringOf } from "../../ffi/mod.ts";
import { after, seconds } from "../../tcp/mod.ts";

const [hostname = "", portText = ""] = Deno.args;
const port = Number(portText);
const address = parseLiteral(hostname);
if (address === undefined) throw new Error(`Cannot connect to ${hostname}: give an address`);

const remarks: Record<"connect" | "dialer" | "steered", string[]> = { connect: [], dialer: [], steered: [] };
{
  await using conn = await connect({ hostname, port, onRemark: (text) => remarks.connect.push(text) });
  await conn.write(new TextEncoder().encode("Hello"));
  await conn.closeWrite();
}
const source = sourceAddressFor(address, port);
const interfaceIndex = steeringOf({ source, destination: address, destinationPort: port })?.interfaceIndex;
for (
  const [told, steered] of [[remarks.dialer, {}], [
    remarks.steered,
    interfaceIndex === undefined ? {} : { interfaceIndex },
  ]] as const
) {
  using dialer = RawDialer.open({ source, ...steered, onRemark: (text) => told.push(text) });
  const connection = dialer.connect({ address, port });
  const until = after(dialer.loop.readClock(), seconds(1));
  await dialer.loop.run(() => connection.state === "ESTABLISHED" || connection.failure !== null, until);
}
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(remarks)}\n`));
