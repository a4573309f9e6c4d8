/**
 * Sending by raw socket: whole packets one by one, or many for one system call (sendmmsg(2)), each of headers of its own and of
 * payload that is read where it lies.
 *
 * @module
 */

import { MSG_DONTWAIT, PACKET_BUFFER_LENGTH } from "./constants.ts";
import { lastErrno, SystemError } from "./errno.ts";
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
import { encodeSockaddr, type IpAddress } from "./sockaddr.ts";
import { sendResult, sentAfterAll } from "./socket_errors.ts";

/** Packets of a call: a segment of 64 KiB at an Ethernet's MTU makes 45. */
const CAPACITY = 64;

/** Octets of room for the headers of each packet: IP's and TCP's at their longest. */
const HEADERS_LENGTH = 128;

// struct mmsghdr, <bits/socket.h>, as 32-bit words: a msghdr, the octets sent, padding
const BATCHED_WORDS = MESSAGE_WORDS + 2;
const OCTETS_PER_WORD = 4;

/** Packet lengths as the bigints that FFI wants, each made once: making them per call costs more than the call. */
const LENGTHS: bigint[] = [];

/** `length` as a bigint from a table. */
function lengthAsBigint(length: number): bigint {
  return LENGTHS[length] ??= BigInt(length);
}

/**
 * Where packets stand for the moment between being written and being sent: one for all raw sockets of this thread, since each
 * connection may have a socket of its own, and to clear 64 KiB takes as long as to send a packet.
 */
const OUTBOUND: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_BUFFER_LENGTH);

/** Where a destination stands in the IP header, and in a struct sockaddr (<netinet/in.h>). RFC 791 3.1, RFC 8200 3. */
const PLACES_BY_FAMILY = {
  4: { inPacket: 16, inSockaddr: 4, length: 4 },
  6: { inPacket: 24, inSockaddr: 8, length: 16 },
} as const;

/** The sending half of a raw socket, of either family. */
export class RawSender {
  /** Where the caller builds the packet for `send`. */
  readonly outbound: Uint8Array<ArrayBuffer> = OUTBOUND;
  /** Why the last "unreachable" packet could not leave; kept until the next such one. */
  softError: SystemError | undefined;
  /** Why nothing may leave this way now, so that what is sent is "unreachable"; null: it may. */
  blockage: SystemError | null = null;
  /** Asked for each packet, with where it begins, why it may not leave: "unreachable" then. @default null, all may */
  prohibition: ((packet: Uint8Array, offset: number) => SystemError | null) | null = null;

  readonly #libc: Libc = loadLibc();
  readonly #descriptor: FileDescriptor;
  readonly #toAnyone: boolean;
  readonly #places: (typeof PLACES_BY_FAMILY)[4 | 6];
  readonly #peer: Uint8Array<ArrayBuffer>;
  readonly #peerPointer: Deno.PointerValue;
  readonly #outboundPointer: Deno.PointerValue;
  #batch: RawBatch | null = null;
  /** Whether the socket's peer may be this host itself. */
  #isMuted = false;

  /** `toAnyone`: each packet goes where its header says; of `peer` only the scope counts then. */
  constructor(descriptor: FileDescriptor, peer: IpAddress, toAnyone: boolean) {
    this.#descriptor = descriptor;
    this.#toAnyone = toAnyone;
    this.#places = PLACES_BY_FAMILY[peer.family];
    this.#peer = encodeSockaddr({ address: peer, port: 0 });
    this.#peerPointer = Deno.UnsafePointer.of(this.#peer);
    this.#outboundPointer = Deno.UnsafePointer.of(this.outbound);
  }

  /** Sends many packets to one peer with one call: all of them have the same destination. */
  get batch(): PacketBatch {
    return this.#batch ??= new RawBatch(this.#descriptor, this, this.#peer, this.#connects());
  }

  /** Sends the first `length` octets of `outbound`. @throws SystemError for what is not in SendResult */
  send(length: number): SendResult {
    if (!this.mayLeave(this.outbound, 0)) return "unreachable";
    if (this.#sendOnce(length) >= 0) return "sent";
    return sentAfterAll(() => this.#sendOnce(length)) >= 0 ? "sent" : this.notSent(lastErrno());
  }

  /** The socket gets this host itself for its peer: what is sent names its destination from now on. */
  mute(): void {
    this.#isMuted = true;
    this.#batch?.nameDestination();
  }

  /** Whether packets may leave that go where the one goes which begins there: they are addressed to that peer then. */
  mayLeave(packets: Uint8Array, offset: number): boolean {
    const reason = this.blockage ?? this.prohibition?.(packets, offset) ?? null;
    if (reason !== null) {
      this.softError = reason;
      return false;
    }
    if (this.#toAnyone) this.#takeDestination(packets, offset);
    return true;
  }

  /** What an error number means for a packet. @throws SystemError for what says nothing about it */
  notSent(errno: number): SendResult {
    const result = sendResult(errno);
    if (result === "unreachable") this.softError = new SystemError("sendto", errno);
    return result;
  }

  #takeDestination(packets: Uint8Array, offset: number): void {
    const { inPacket, inSockaddr, length } = this.#places;
    for (let i = 0; i < length; i++) this.#peer[inSockaddr + i] = packets[offset + inPacket + i] ?? 0;
  }

  #sendOnce(length: number): number {
    return this.#libc.sendto(
      this.#descriptor.number,
      this.#outboundPointer,
      lengthAsBigint(length),
      MSG_DONTWAIT,
      this.#peerPointer,
      this.#peer.length,
    );
  }

  /** Gives the socket its peer, so that packets need not name it. @returns whether it has it: there may be no route */
  #connects(): boolean {
    if (this.#toAnyone || this.#isMuted) return false;
    return this.#libc.connect(this.#descriptor.number, this.#peer, this.#peer.length) === 0;
  }
}

/** Packets to one peer over a raw socket. */
class RawBatch implements PacketBatch {
  readonly capacity = CAPACITY;
  readonly headers: Uint8Array<ArrayBuffer> = new Uint8Array(CAPACITY * HEADERS_LENGTH);
  refusal: SendResult = "sent";

  readonly #libc: Libc = loadLibc();
  readonly #descriptor: FileDescriptor;
  readonly #sender: RawSender;
  readonly #peer: Uint8Array<ArrayBuffer>;
  readonly #messages: Uint32Array<ArrayBuffer> = new Uint32Array(CAPACITY * BATCHED_WORDS);
  /** To each message, so that a call can begin with any of them. */
  readonly #pointers: Deno.PointerValue[] = [];
  readonly #vectors: Uint32Array<ArrayBuffer> = new Uint32Array(CAPACITY * VECTOR_WORDS);
  readonly #places = new Places();

  /** `peer`: where all packets of a batch go, struct sockaddr; `isConnected`: the socket has that peer, a tenth of a packet's cost. */
  constructor(
    descriptor: FileDescriptor,
    sender: RawSender,
    peer: Uint8Array<ArrayBuffer>,
    isConnected: boolean,
  ) {
    this.#descriptor = descriptor;
    this.#sender = sender;
    this.#peer = peer;
    const headers = placeOf(this.headers);
    for (let i = 0; i < CAPACITY; i++) {
      putAddress(this.#vectors, i * VECTOR_WORDS, headers + i * HEADERS_LENGTH);
      this.#pointers.push(Deno.UnsafePointer.of(this.#messages.subarray(i * BATCHED_WORDS)));
    }
    if (isConnected) this.#address(0, 0);
    else this.nameDestination();
  }

  /** Has each packet name its destination from now on: the socket's own peer is another. */
  nameDestination(): void {
    this.#address(placeOf(this.#peer), this.#peer.length);
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
    if (!this.#sender.mayLeave(this.headers, this.headersOffset(from))) return this.#refused("unreachable");
    let sent = this.#sendOnce(from, count);
    if (sent < 0) sent = sentAfterAll(() => this.#sendOnce(from, count));
    return sent > 0 ? sent : this.#refused(this.#sender.notSent(lastErrno()));
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
    return this.#libc.sendmmsg(this.#descriptor.number, pointer, count, MSG_DONTWAIT);
  }
}

let isWarm = false;

/**
 * Sends nothing, which is refused for want of an IP header: so that the first packet of this thread does not wait for what
 * happens once, from the compiling of this code to the kernel's look at the route.
 */
export function warmUp(sender: RawSender): void {
  if (isWarm) return;
  isWarm = true;
  try {
    sender.send(0);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
  sender.softError = undefined;
}
