/**
 * The network of one test file: a namespace of its own with loopback, as the tests of that file want it.
 *
 * @module
 */

import { setSysctl } from "../ffi/kernel_tcp.ts";
import { enterTestNetwork } from "../ffi/private_network.ts";

/** Registers a test that needs raw sockets in a network of its own. */
export type KernelTest = (name: string, body: () => void | Promise<void>) => void;

/**
 * Enters a private network for the rest of this test file. Where the right for that is missing its tests are ignored, and
 * their names say why.
 *
 * @param setUp what else is to be done to the network, once it is there
 */
export function kernelTests(setUp: () => void = () => {}): KernelTest {
  const refusal = enterTestNetwork();
  if (refusal === undefined) {
    setUp();
    return (name, body) => Deno.test(name, body);
  }
  return (name, body) => Deno.test({ name: `${name} (ignored: ${refusal})`, ignore: true, fn: body });
}

/** What each sysctl of net/ipv4 that tests change has in a new namespace. */
const DEFAULTS = { tcp_timestamps: "1", tcp_sack: "1", tcp_window_scaling: "1", tcp_ecn: "2" } as const;

/** A sysctl of net/ipv4 that tests change. */
export type Sysctl = keyof typeof DEFAULTS;

/** Changes sysctls of this file's network until the result is disposed of. */
export function sysctls(changes: Partial<Readonly<Record<Sysctl, string>>>): Disposable {
  const names = Object.keys(changes) as Sysctl[];
  for (const name of names) setSysctl(`net/ipv4/${name}`, changes[name] ?? DEFAULTS[name]);
  return {
    [Symbol.dispose]: (): void => {
      for (const name of names) setSysctl(`net/ipv4/${name}`, DEFAULTS[name]);
    },
  };
}
