/**
 * Where a test's sockets are: in one of the networks that it has made, or with our end here and the kernel's there.
 *
 * @module
 */

import { CLONE_NEWNET, O_CLOEXEC, O_RDONLY } from "../../../ffi/constants.ts";
import { check } from "../../../ffi/errno.ts";
import { FileDescriptor, type IpAddress, loadLibc } from "../../../ffi/mod.ts";
import { cString } from "../../../ffi/sockaddr.ts";
import { parseAddress } from "../../../tcp/mod.ts";
import { setSegmentationOffload } from "../../ffi/kernel_tcp.ts";
import type { LinkOptions } from "../../kernel/link.ts";
import { type Network, Pair } from "../network.ts";

/** Where `ip netns` keeps the networks that have names. */
const NAMED_NETWORKS = "/run/netns";

/** The network that this thread is in. */
const OWN_NETWORK = "/proc/thread-self/ns/net";

function openNetwork(path: string): FileDescriptor {
  return new FileDescriptor(
    check("open", loadLibc().open(cString(path), O_RDONLY | O_CLOEXEC), () => path),
  );
}

/** Takes this thread into the network; back again when the result is disposed of. */
export function enter(network: Network): Disposable {
  const home = openNetwork(OWN_NETWORK);
  using there = openNetwork(`${NAMED_NETWORKS}/${network.name}`);
  check("setns CLONE_NEWNET", loadLibc().setns(there.number, CLONE_NEWNET));
  return {
    [Symbol.dispose]: (): void => {
      check("setns CLONE_NEWNET", loadLibc().setns(home.number, CLONE_NEWNET));
      home.close();
    },
  };
}

/** Does something in the network; sockets that it opens belong there for good. */
export function within<T>(network: Network, action: () => T): T {
  using _ = enter(network);
  return action();
}

/** Options of a link over the cable: our end, of which this thread must be in, is the near one. */
export function overCable(pair: Pair, family: 4 | 6 = 4): Required<
  Pick<LinkOptions, "ourAddress" | "kernelAddress" | "atKernel">
> {
  const [near, far] = family === 4 ? [Pair.nearAddress, Pair.farAddress] : ["2001:db8::1", "2001:db8::2"];
  const address = (text: string): IpAddress => parseAddress(text);
  return {
    ourAddress: address(near),
    kernelAddress: address(far),
    atKernel: (open) => within(pair.far, open),
  };
}

/** Switches the cutting and merging of segments by the cable's ends on or off. */
export function setOffloads(pair: Pair, on: boolean): void {
  for (const network of [pair.near, pair.far]) within(network, () => setSegmentationOffload("cable", on));
}

/**
 * Has both ends of the cable lose TCP packets at random as they come in.
 *
 * @param perMille how many of a thousand
 */
export async function loseAtRandom(pair: Pair, perMille: number): Promise<void> {
  const chain = "type filter hook input priority 0; policy accept;";
  const rule = `meta l4proto tcp numgen random mod 1000 < ${perMille} counter drop;`;
  const table = `table inet rawtcp_loss { chain input { ${chain} ${rule} }; }\n`;
  for (const network of [pair.near, pair.far]) await network.must(["nft", "-f", "-"], { input: table });
}
