/**
 * A path with a router on it: three network namespaces in a row, of the tests' own.
 *
 * @module
 */

import { Network } from "./network.ts";
import { must, until } from "./process.ts";

/** What a family's addresses are along the path. */
export interface PathAddresses {
  readonly near: string;
  /** The router's, on the near side: the first hop. */
  readonly router: string;
  readonly far: string;
  /** On the near cable, and nobody's. */
  readonly absentNear: string;
  /** On the far cable, and nobody's. */
  readonly absentFar: string;
}

/** By the names of the families. */
export const PATH_ADDRESSES: Readonly<Record<"IPv4" | "IPv6", PathAddresses>> = {
  IPv4: {
    near: "192.0.2.1",
    router: "192.0.2.254",
    far: "198.51.100.1",
    absentNear: "192.0.2.9",
    absentFar: "198.51.100.9",
  },
  IPv6: {
    near: "2001:db8:1::1",
    router: "2001:db8:1::fe",
    far: "2001:db8:2::1",
    absentNear: "2001:db8:1::9",
    absentFar: "2001:db8:2::9",
  },
};

/** Near end, router, far end; each end calls its cable `cable`, the router has `near` and `far`. */
export class Path implements AsyncDisposable {
  readonly near: Network;
  readonly router: Network;
  readonly far: Network;

  private constructor(near: Network, router: Network, far: Network) {
    this.near = near;
    this.router = router;
    this.far = far;
  }

  /** Makes all of it. Needs root. */
  static async create(): Promise<Path> {
    const path = new Path(await Network.create(), await Network.create(), await Network.create());
    try {
      await path.#connect();
      return path;
    } catch (error) {
      await path[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #connect(): Promise<void> {
    const { near, router, far } = this;
    // What asks for neighbours is a link-local address, and for a second or two that would be tentative (RFC 4862 5.4).
    for (const network of [near, router, far]) {
      await network.must(["sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0"]);
    }
    await this.#cable(near, "near", ["192.0.2", "2001:db8:1:"]);
    await this.#cable(far, "far", ["198.51.100", "2001:db8:2:"]);
    // ICMP errors are not to be held back: a test wants the first, and the next one wants it again
    const settings = [
      "net.ipv4.ip_forward=1",
      "net.ipv6.conf.all.forwarding=1",
      "net.ipv4.icmp_ratelimit=0",
      "net.ipv6.icmp.ratelimit=0",
    ];
    await router.must(["sysctl", "-qw", ...settings]);
    for (
      const [end, gateways] of [[near, ["192.0.2.254", "2001:db8:1::fe"]], [far, [
        "198.51.100.254",
        "2001:db8:2::fe",
      ]]] as const
    ) {
      for (const gateway of gateways) {
        const family = gateway.includes(":") ? "-6" : "-4";
        await end.must(["ip", family, "route", "add", "default", "via", gateway]);
      }
    }
    for (const end of [near, far]) {
      const up = async (): Promise<boolean> =>
        (await end.must(["ip", "link", "show", "cable"])).includes(" UP ");
      await until("the cable to be up", up);
    }
  }

  async #cable(end: Network, name: string, [prefix4, prefix6]: readonly [string, string]): Promise<void> {
    const { router } = this;
    const peer = ["type", "veth", "peer", "name", name, "netns", router.name];
    await must(["ip", "-n", end.name, "link", "add", "cable", ...peer]);
    const ends = [[end, "cable", "1", "1"], [router, name, "254", "fe"]] as const;
    for (const [network, device, host4, host6] of ends) {
      await network.must(["ip", "address", "add", `${prefix4}.${host4}/24`, "dev", device]);
      await network.must(["ip", "address", "add", `${prefix6}:${host6}/64`, "dev", device, "nodad"]);
      await network.must(["ip", "link", "set", device, "up"]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const network of [this.near, this.router, this.far]) await network[Symbol.asyncDispose]();
  }
}

/** Gives the network these rules of nftables. */
export async function nft(network: Network, ruleset: string): Promise<void> {
  await network.must(["nft", "-f", "-"], { input: `${ruleset}\n` });
}
