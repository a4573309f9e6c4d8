/**
 * A packet as `recvmsg` delivers it: its octets, who sent it, and the ancillary records that come with it, the kernel's time
 * stamp among them. struct msghdr and struct cmsghdr of <bits/socket.h>.
 *
 * @module
 */

import { MSG_DONTWAIT, SO_TIMESTAMPNS, SOL_SOCKET } from "./constants.ts";
import { SystemError } from "./errno.ts";
import { setOption } from "./file_descriptor.ts";
import { type Libc, loadLibc } from "./libc.ts";

// struct msghdr: name *, namelen and padding, iov *, iovlen, control *, controllen, flags and padding
const MSGHDR_LENGTH = 56;
const NAMELEN_OFFSET = 8;
const CONTROLLEN_OFFSET = 40;

// struct cmsghdr: size_t len, int level, int type, then the record; each starts at a multiple of 8
const CMSG_LEVEL_OFFSET = 8;
const CMSG_TYPE_OFFSET = 12;
const CMSG_HEADER_LENGTH = 16;
const CMSG_ALIGNMENT = 8;

const TWO_TO_32 = 2 ** 32;
const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1_000;

/** Has the socket's packets come with the moment at which the kernel received them. @returns whether the kernel does that */
export function askForStamps(number: number): boolean {
  try {
    setOption(number, SOL_SOCKET, SO_TIMESTAMPNS, 1, "setsockopt SO_TIMESTAMPNS");
    return true;
  } catch (error) {
    if (error instanceof SystemError) return false;
    throw error;
  }
}

/** Receives packets one after another into the same memory, without allocating. */
export class ReceivedMessage {
  /** Who sent the packet received last: struct sockaddr. */
  readonly sender: Uint8Array<ArrayBuffer>;
  /** What `nextRecord` stands at; see its offsets. */
  readonly control: DataView<ArrayBuffer>;
  /** When the kernel received the packet at hand: microseconds of CLOCK_REALTIME. 0: it did not say, or not read yet. */
  stamp = 0;

  readonly #libc: Libc = loadLibc();
  /** The buffer's address stands in the vector: it must live as long. */
  readonly #octets: Uint8Array<ArrayBuffer>;
  readonly #vector: BigUint64Array<ArrayBuffer> = new BigUint64Array(2);
  readonly #message: DataView<ArrayBuffer> = new DataView(new ArrayBuffer(MSGHDR_LENGTH));
  readonly #pointer: Deno.PointerValue;

  /**
   * @param octets where the packets go. Borrowed for good
   * @param senderLength octets of the sender's address; 0: not asked for
   * @param controlLength octets of room for ancillary records
   */
  constructor(octets: Uint8Array<ArrayBuffer>, senderLength: number, controlLength: number) {
    this.#octets = octets;
    this.sender = new Uint8Array(senderLength);
    this.control = new DataView(new ArrayBuffer(controlLength));
    this.#vector[0] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#octets));
    this.#vector[1] = BigInt(octets.length);
    const words = new BigUint64Array(this.#message.buffer);
    if (senderLength > 0) words[0] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.sender));
    words[2] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.#vector));
    words[3] = 1n;
    words[4] = Deno.UnsafePointer.value(Deno.UnsafePointer.of(this.control));
    this.#pointer = Deno.UnsafePointer.of(this.#message);
  }

  /** Receives without waiting; -1 as `recvmsg` has it. The records of the packet are then read by `nextRecord`. */
  receive(number: number): number {
    this.#message.setUint32(NAMELEN_OFFSET, this.sender.length, true); // the kernel overwrites both
    this.#message.setUint32(CONTROLLEN_OFFSET, this.control.byteLength, true);
    this.stamp = 0;
    return this.#libc.recvmsg(number, this.#pointer, MSG_DONTWAIT);
  }

  /**
   * Goes on to the first record at or behind `at`, taking the time stamp on the way.
   *
   * @returns where in `control` its content is; -1: there is none
   */
  nextRecord(at: number): number {
    const { control } = this;
    const end = this.#message.getUint32(CONTROLLEN_OFFSET, true);
    while (at + CMSG_HEADER_LENGTH <= end && control.getUint32(at, true) >= CMSG_HEADER_LENGTH) {
      const content = at + CMSG_HEADER_LENGTH;
      if (this.level(content) !== SOL_SOCKET || this.type(content) !== SO_TIMESTAMPNS) return content;
      this.stamp = microsOf(control, content);
      at = this.behind(content);
    }
    return -1;
  }

  /** Level of the record with its content at `content`. */
  level(content: number): number {
    return this.control.getInt32(content - CMSG_HEADER_LENGTH + CMSG_LEVEL_OFFSET, true);
  }

  /** Type of the record with its content at `content`. */
  type(content: number): number {
    return this.control.getInt32(content - CMSG_HEADER_LENGTH + CMSG_TYPE_OFFSET, true);
  }

  /** Where the record behind that one starts. */
  behind(content: number): number {
    const start = content - CMSG_HEADER_LENGTH;
    const length = this.control.getUint32(start, true);
    return start + Math.ceil(length / CMSG_ALIGNMENT) * CMSG_ALIGNMENT;
  }
}

/** struct timespec, two 64-bit numbers. */
function microsOf(view: DataView, at: number): number {
  const seconds = view.getUint32(at, true) + view.getUint32(at + 4, true) * TWO_TO_32;
  return seconds * MICROS_PER_SECOND + view.getUint32(at + 8, true) / NANOS_PER_MICRO;
}
