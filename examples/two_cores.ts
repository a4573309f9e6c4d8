// deno-lint-ignore-file no-console
/**
 * A megabyte between two hosts over a path that loses 2 % of all packets, in memory and in virtual time: no rights, no
 * sockets, no waiting. `deno run examples/two_cores.ts`
 *
 * @module
 */

import { Network } from "../lab/mod.ts";
import { type Connection, milliseconds, parseAddress } from "../tcp/mod.ts";

const network = new Network({ seed: 7 });
const client = network.addHost("192.0.2.1");
const server = network.addHost("192.0.2.2");
network.join(client, server, { delay: milliseconds(20), loss: 0.02 });

const listener = server.listen({ port: 80 });
const sender = client.connect({ remote: { address: parseAddress("192.0.2.2"), port: 80 } }, network.now);
const data = new Uint8Array(1_000_000);
const into = new Uint8Array(65_536);
let receiver: Connection | null = null;
let sent = 0;
let received = 0;

network.runUntil(() => {
  if (sender.state === "ESTABLISHED") sent += sender.send(data.subarray(sent), network.now);
  receiver ??= listener.accept();
  if (receiver !== null) received += receiver.receive(into, network.now) ?? 0;
  return received === data.length;
});
console.log(`${received} octets in ${network.now / 1e6} s, ${sender.segmentsRetransmitted} retransmissions`);
