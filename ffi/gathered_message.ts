/**
 * A message for the kernel whose octets lie in several places: headers in one, payload in one or two others.
 * struct msghdr of <bits/socket.h> and struct iovec, as 32-bit words.
 *
 * @module
 */

import { type Places, putAddress } from "./memory.ts";
import type { OctetPieces } from "./packet_device.ts";

// struct msghdr: name, its length, vector, its length, control, its length, flags
export const MESSAGE_WORDS = 14;
const MESSAGE_NAME = 0;
const MESSAGE_NAME_LENGTH = 2;
const MESSAGE_VECTOR = 4;
export const MESSAGE_VECTOR_LENGTH = 6;

// struct iovec: address, length; three of them a message
const PIECE_WORDS = 4;
const LENGTH = 2;
export const VECTOR_WORDS = 3 * PIECE_WORDS;

/** Says where a message goes, by the place and length of a struct sockaddr, and where its vector lies. */
export function putEnvelope(message: Uint32Array, name: number, nameLength: number, vector: number): void {
  putAddress(message, MESSAGE_NAME, name);
  message[MESSAGE_NAME_LENGTH] = nameLength;
  putAddress(message, MESSAGE_VECTOR, vector);
}

/**
 * Names the pieces of a message in the vector that starts at word `at`; where its headers lie stands there already.
 *
 * @returns how many pieces there are
 */
export function putPieces(
  vectors: Uint32Array,
  at: number,
  headersLength: number,
  places: Places,
  { octets, offset, length, firstPartLength }: OctetPieces,
): 1 | 2 | 3 {
  vectors[at + LENGTH] = headersLength;
  if (length === 0) return 1;
  const place = places.find(octets);
  putAddress(vectors, at + PIECE_WORDS, place + offset);
  vectors[at + PIECE_WORDS + LENGTH] = firstPartLength;
  if (firstPartLength === length) return 2;
  putAddress(vectors, at + 2 * PIECE_WORDS, place);
  vectors[at + 2 * PIECE_WORDS + LENGTH] = length - firstPartLength;
  return 3;
}
