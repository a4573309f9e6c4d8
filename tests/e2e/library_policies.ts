/**
 * Connects with `connect`, with a `RawDialer` and from a `RawHost` to a port that an IPsec policy of this host's names, and to one that none does.
 * Arguments: address, port that is named, port that is not. Writes one line of JSON: what became of each.
 *
 * @module
 */

import { connect, RawDialer, RawHost } from "../../driver/mod.ts";
import { parseLiteral, sourceAddressFor } from "../../ffi/mod.ts";
import { after, type Connection, seconds } from "../../tcp/mod.ts";

const [hostname = "", ...ports] = Deno.args;
const address = parseLiteral(hostname);
if (address === undefined) throw new Error(`Cannot connect to ${hostname}: give an address`);
const source = sourceAddressFor(address);

using dialer = RawDialer.open({ source });
using host = RawHost.open({ local: { address: source, port: 0 } });
const told: Record<string, string> = {};
for (const [name, { loop, connect }] of Object.entries({ dialer: dialing(dialer), host: dialing(host) })) {
  for (const port of ports) told[`${name} ${port}`] = await outcome(loop, () => connect(Number(port)));
}
for (const port of ports) told[`connect ${port}`] = await outcomeOfConnect(Number(port));
told["ports taken"] = String(dialer.guardedPorts);
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(told)}\n`));

function dialing(dials: RawDialer | RawHost): {
  readonly loop: RawDialer["loop"];
  readonly connect: (port: number) => Connection;
} {
  const remote = { address: address ?? source };
  return { loop: dials.loop, connect: (port) => dials.connect({ ...remote, port }) };
}

async function outcome(loop: RawDialer["loop"], connect: () => Connection): Promise<string> {
  try {
    const connection = connect();
    await loop.run(() => connection.state === "ESTABLISHED", after(loop.readClock(), seconds(2)));
    return connection.state;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function outcomeOfConnect(port: number): Promise<string> {
  try {
    await using connection = await connect({ hostname, port });
    return connection.state;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
