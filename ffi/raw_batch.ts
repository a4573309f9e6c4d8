/**
 * Many packets for one system call: each of headers of its own and of payload that is read where it lies. sendmmsg(2).
 *
 * @module
 */

import { MSG_DONTWAIT } from "./constants.ts";
import { lastErrno } from "./errno.ts";
import type { FileDescriptor } from "./file_descriptor.ts";
import {
  MESSAGE_VECTOR_LENGTH,
  MESSAGE_WORDS,
  putEnvelope,
  putPieces,
  VECTOR_WORDS,
} from "./gathered_message.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { placeOf, Places, putAddress } from "./memory.ts";
import type { OctetPieces, PacketBatch, SendResult } from "./packet_device.ts";

/** Packets of a call: a segment of 64 KiB at an Ethernet's MTU makes 45. */
const CAPACITY = 64;

/** Octets of room for the headers of each packet: IP's and TCP's at their longest. */
const HEADERS_LENGTH = 128;

// struct mmsghdr, <bits/socket.h>, as 32-bit words: a msghdr, the octets sent, padding
const BATCHED_WORDS = MESSAGE_WORDS + 2;
const OCTETS_PER_WORD = 4;

/** What `RawBatch` needs of its socket. */
export interface RawBatchOptions {
  readonly descriptor: FileDescriptor;
  /** Where all packets of a batch go: struct sockaddr. */
  readonly peer: Uint8Array<ArrayBuffer>;
  /** Whether the socket itself has that peer, so that packets need not name it: a tenth of what a packet costs. Measured. */
  readonly isConnected: boolean;
  /** Called before packets are sent, with where the headers of the first begin: `peer` may become its destination. */
  readonly prepare: (headers: Uint8Array, offset: number) => void;
  /** Whether the packets may not leave, with where the headers of the first begin: they are "unreachable" then. */
  readonly isBlocked: (headers: Uint8Array, offset: number) => boolean;
  /** What an error number means for the packet; throws for what says nothing about it. */
  readonly judge: (errno: number) => SendResult;
  /** What a call that has just failed comes to, as `sentAfterAll` tells. */
  readonly repeat: (call: () => number) => number;
}

/** Packets to one peer over a raw socket. */
export class RawBatch implements PacketBatch {
  readonly capacity = CAPACITY;
  readonly headers: Uint8Array<ArrayBuffer> = new Uint8Array(CAPACITY * HEADERS_LENGTH);
  refusal: SendResult = "sent";

  readonly #libc: Libc = loadLibc();
  readonly #options: RawBatchOptions;
  readonly #messages: Uint32Array<ArrayBuffer> = new Uint32Array(CAPACITY * BATCHED_WORDS);
  /** To each message, so that a call can begin with any of them. */
  readonly #pointers: Deno.PointerValue[] = [];
  readonly #vectors: Uint32Array<ArrayBuffer> = new Uint32Array(CAPACITY * VECTOR_WORDS);
  readonly #places = new Places();

  constructor(options: RawBatchOptions) {
    this.#options = options;
    const headers = placeOf(this.headers);
    for (let i = 0; i < CAPACITY; i++) {
      putAddress(this.#vectors, i * VECTOR_WORDS, headers + i * HEADERS_LENGTH);
      this.#pointers.push(Deno.UnsafePointer.of(this.#messages.subarray(i * BATCHED_WORDS)));
    }
    if (options.isConnected) this.#address(0, 0);
    else this.nameDestination();
  }

  /** Has each packet name its destination from now on: the socket's own peer is another. */
  nameDestination(): void {
    const { peer } = this.#options;
    this.#address(placeOf(peer), peer.length);
  }

  headersOffset(index: number): number {
    return index * HEADERS_LENGTH;
  }

  put(index: number, headersLength: number, payload: OctetPieces): void {
    this.#messages[index * BATCHED_WORDS + MESSAGE_VECTOR_LENGTH] = putPieces(
      this.#vectors,
      index * VECTOR_WORDS,
      headersLength,
      this.#places,
      payload,
    );
  }

  send(from: number, count: number): number {
    const offset = this.headersOffset(from);
    if (this.#options.isBlocked(this.headers, offset)) return this.#refused("unreachable");
    this.#options.prepare(this.headers, offset);
    let sent = this.#sendOnce(from, count);
    if (sent < 0) sent = this.#options.repeat(() => this.#sendOnce(from, count));
    return sent > 0 ? sent : this.#refused(this.#options.judge(lastErrno()));
  }

  #address(name: number, nameLength: number): void {
    const vectors = placeOf(this.#vectors);
    for (let i = 0; i < CAPACITY; i++) {
      const message = this.#messages.subarray(i * BATCHED_WORDS);
      putEnvelope(message, name, nameLength, vectors + i * VECTOR_WORDS * OCTETS_PER_WORD);
    }
  }

  #refused(result: SendResult): 0 {
    this.refusal = result;
    return 0;
  }

  #sendOnce(from: number, count: number): number {
    const pointer = this.#pointers[from] ?? null;
    return this.#libc.sendmmsg(this.#options.descriptor.number, pointer, count, MSG_DONTWAIT);
  }
}
