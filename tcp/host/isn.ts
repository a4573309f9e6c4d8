/**
 * Initial sequence numbers (RFC 6528) and timestamp offsets (RFC 7323 5.4), which nobody off the path can guess.
 *
 * @module
 */

import type { Endpoint } from "../base/address.ts";
import { seqNumber } from "../base/seq.ts";
import type { IsnSource } from "../connection/connection_options.ts";
import { EndpointHash, HashUse } from "./siphash.ts";

/** RFC 6528 3: the clock of the ISN ticks every 4 µs. */
const MICROS_PER_TICK = 4;

/** Chooses what is added to a connection's timestamp clock, as int32. */
export type TimestampOffset = (local: Endpoint, remote: Endpoint) => number;

/**
 * RFC 6528 3: ISN = M + F(connection, secret), where M is the clock. Each pair of endpoints has its own circle of numbers,
 * on which they rise with time. @throws RangeError unless the secret has 16 octets
 */
export function createIsnGenerator(secret: Uint8Array): IsnSource {
  const hash = new EndpointHash(secret, HashUse.isn);
  return (local, remote, now) => {
    hash.hash(local, remote);
    return seqNumber(Math.floor(now / MICROS_PER_TICK) + hash.low);
  };
}

/**
 * RFC 7323 5.4: an offset for each pair of endpoints, so that timestamps do not tell how long we run, nor that two
 * connections come from one host; and the same for the same pair, so that they rise from one connection to the next, as
 * TIME-WAIT wants it (RFC 6191). @throws RangeError unless the secret has 16 octets
 */
export function createTimestampOffset(secret: Uint8Array): TimestampOffset {
  const hash = new EndpointHash(secret, HashUse.timestamp);
  return (local, remote) => {
    hash.hash(local, remote);
    return hash.low;
  };
}
