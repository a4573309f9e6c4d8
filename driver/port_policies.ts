/**
 * IPsec policies of this host that name ports, for a raw socket of many peers. The kernel does not look at the ports of what a raw
 * socket sends: its packets would go around such a policy, so they stay here.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import { goneAround, outgoingPolicies, type SettledFlow } from "../ffi/ipsec.ts";
import type { NetlinkChanges } from "../ffi/netlink.ts";
import type { IpAddress } from "../ffi/sockaddr.ts";
import type { Connection } from "../tcp/single.ts";
import type { Loop } from "./loop.ts";
import type { RawStack } from "./raw_stack.ts";
import { changesOrNull } from "./routes.ts";

// RFC 791 3.1 and RFC 8200 3, as the core writes the headers; ports come right behind them (RFC 9293 3.1)
const VERSION_4 = 4;
const IPV4 = { source: 12, destination: 16, ports: 20, addressLength: 4 } as const;
const IPV6 = { source: 8, destination: 24, ports: 40, addressLength: 16 } as const;

/** Known as they are now: the kernel tells of changes. None where this process may not look (that takes CAP_NET_ADMIN). */
export class PortPolicies {
  readonly #changes: NetlinkChanges | null;
  /** As `outgoingPolicies`. */
  #policies: ReturnType<typeof outgoingPolicies> = [];
  #isStale = true;

  /** Has the stack's socket keep to them for as long as it is open. */
  constructor(stack: RawStack, loop: Loop) {
    const changes = changesOrNull("policies");
    this.#changes = changes;
    if (changes === null) return;
    stack.own(changes);
    stack.own(loop.watch(changes.descriptor, () => this.#look(changes)));
    stack.socket.sender.prohibition = (packet, offset) => this.#againstPacket(packet, offset);
    this.#look(changes);
  }

  /** @throws SystemError EPERM of `xfrm_policy` where the connection's packets would go around a policy */
  assertNoneAgainst({ local, remote }: Pick<Connection, "local" | "remote">): void {
    if (this.#changes !== null) this.#look(this.#changes);
    const error = goneAround(this.#policies, {
      source: local.address,
      sourcePort: local.port,
      destination: remote.address,
      destinationPort: remote.port,
    });
    if (error !== null) throw error;
  }

  /** Takes in what has changed, as far as this process can look now and the thread is in the same network still. */
  #look(changes: NetlinkChanges): void {
    if (changes.drain()) this.#isStale = true;
    if (!this.#isStale) return;
    try {
      if (!changes.isHere) return;
      this.#policies = outgoingPolicies();
      this.#isStale = false;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
  }

  #againstPacket(packet: Uint8Array, offset: number): SystemError | null {
    return this.#policies.length === 0 ? null : goneAround(this.#policies, flowOf(packet, offset));
  }
}

function flowOf(packet: Uint8Array, offset: number): SettledFlow {
  const family = (packet[offset] ?? 0) >> 4 === VERSION_4 ? 4 : 6;
  const { source, destination, ports, addressLength } = family === 4 ? IPV4 : IPV6;
  const addressAt = (at: number): IpAddress => ({
    family,
    octets: packet.slice(offset + at, offset + at + addressLength),
  });
  const view = new DataView(packet.buffer, packet.byteOffset + offset + ports);
  return {
    source: addressAt(source),
    destination: addressAt(destination),
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
  };
}
