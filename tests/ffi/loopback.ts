/**
 * The addresses that most tests of sockets use.
 *
 * @module
 */

import type { IpAddress } from "../../ffi/mod.ts";

/** 127.0.0.1 or ::1. */
export function loopbackAddress(family: 4 | 6): IpAddress {
  if (family === 4) return { family, octets: new Uint8Array([127, 0, 0, 1]) };
  const octets = new Uint8Array(16);
  octets[15] = 1;
  return { family, octets };
}
