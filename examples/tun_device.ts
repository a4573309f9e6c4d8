/**
 * A host of our own behind a TUN interface, which the kernel's programs can reach, raw sockets or not. As root, in a network
 * of one's own (`unshare -n`) or any other:
 *
 *     ip tuntap add dev rawtcp0 mode tun && ip address add 10.9.0.1/24 dev rawtcp0 && ip link set rawtcp0 up
 *     deno run --allow-ffi examples/tun_device.ts &
 *     curl http://10.9.0.2/
 *
 * @module
 */

import { Loop, TunDevice } from "../driver/mod.ts";
import { type Connection, Event, Host, parseAddress } from "../tcp/mod.ts";

const page = new TextEncoder().encode("HTTP/1.0 200 OK\r\n\r\nSegments of my own\n");
const secret = crypto.getRandomValues(new Uint8Array(16));
const host = new Host({ addresses: [parseAddress("10.9.0.2")], secret });
const listener = host.listen({ port: 80 });
using device = TunDevice.open(Deno.args[0] ?? "rawtcp0");
using loop = new Loop({ device, side: host });
const open = new Set<Connection>();

await loop.run(() => {
  for (let next = listener.accept(); next !== null; next = listener.accept()) open.add(next);
  for (const connection of open) {
    const events = connection.takeEvents();
    if ((events & Event.closed) !== 0) open.delete(connection);
    else if ((events & Event.readable) !== 0) {
      connection.send(page, loop.now);
      connection.shutdown(loop.now); // the request stays unread: enough for an example
    }
  }
  return false;
});
