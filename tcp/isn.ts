/**
 * Initial sequence numbers (RFC 6528) and timestamp offsets (RFC 7323 5.4), which nobody off the path can guess.
 *
 * @module
 */

import { type Endpoint, IPV6_ADDRESS_LENGTH } from "./address.ts";
import { type SeqNumber, seqNumber } from "./seq.ts";
import { SipHash } from "./siphash.ts";
import type { Instant } from "./units.ts";

/** RFC 6528 3: the clock of the ISN ticks every 4 µs. */
const MICROS_PER_TICK = 4;

const OCTETS_PER_PORT = 2;
const BITS_PER_OCTET = 8;

/** Which of our uses of one secret a hash is for: the first octet of its message, so that no two uses share a value. */
export const HashUse = { isn: 1, timestamp: 2, portOffset: 3, portTable: 4 } as const;

/** One of the uses. */
export type HashUse = typeof HashUse[keyof typeof HashUse];

/** Octets of the longest message: use, family, two addresses, two ports. */
export const HASH_MESSAGE_LENGTH = 2 + 2 * (IPV6_ADDRESS_LENGTH + OCTETS_PER_PORT);

/** Chooses the initial sequence number of a connection. */
export type IsnGenerator = (local: Endpoint, remote: Endpoint, now: Instant) => SeqNumber;

/** Chooses what is added to a connection's timestamp clock, as int32. */
export type TimestampOffset = (local: Endpoint, remote: Endpoint) => number;

/**
 * Writes what is hashed for a connection into `message`, from its start, and returns how many octets that are. A port of 0
 * stands for one that is not known yet.
 */
export function writeHashMessage(
  message: Uint8Array,
  use: HashUse,
  local: Endpoint,
  remote: Endpoint,
): number {
  message[0] = use;
  message[1] = local.address.family;
  return writeEndpoint(message, writeEndpoint(message, 2, local), remote);
}

/**
 * RFC 6528 3: ISN = M + F(connection, secret). Over the life of a process two connections of the same endpoints get numbers
 * apart by 250 for each millisecond between them. @throws RangeError unless the secret has 16 octets
 */
export function createIsnGenerator(secret: Uint8Array): IsnGenerator {
  const hash = new SipHash(secret);
  const message = new Uint8Array(HASH_MESSAGE_LENGTH);
  return (local, remote, now) => {
    hash.hash(message, writeHashMessage(message, HashUse.isn, local, remote));
    return seqNumber(Math.floor(now / MICROS_PER_TICK) + hash.low);
  };
}

/**
 * RFC 7323 5.4: an offset for each pair of endpoints, so that timestamps do not tell how long we run, nor that two
 * connections come from one host; and the same for the same pair, so that they rise from one connection to the next, as
 * TIME-WAIT wants it (RFC 6191). @throws RangeError unless the secret has 16 octets
 */
export function createTimestampOffset(secret: Uint8Array): TimestampOffset {
  const hash = new SipHash(secret);
  const message = new Uint8Array(HASH_MESSAGE_LENGTH);
  return (local, remote) => {
    hash.hash(message, writeHashMessage(message, HashUse.timestamp, local, remote));
    return hash.low;
  };
}

function writeEndpoint(message: Uint8Array, offset: number, endpoint: Endpoint): number {
  const octets = endpoint.address.octets;
  message.set(octets, offset);
  const port = offset + octets.length;
  message[port] = endpoint.port >> BITS_PER_OCTET;
  message[port + 1] = endpoint.port;
  return port + OCTETS_PER_PORT;
}
