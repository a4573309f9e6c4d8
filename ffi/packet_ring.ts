/**
 * A connection's packets in memory that is shared with the kernel: received without a system call for each. AF_PACKET with
 * PACKET_RX_RING, version 2: packet(7) and the kernel's packet_mmap.rst.
 *
 * The memory has slots of one packet each. The kernel fills one after another and we give each back when it was read. A
 * packet too long for a slot (one that a device has merged) is queued on the socket, as for an ordinary one, and its slot
 * says so: then it takes a call after all, for tens of kilobytes.
 *
 * The memory is a WebAssembly one, over which the ring is mapped: what lies there, WebAssembly can look at as well.
 *
 * @module
 */

import { attachFilter, connectionFilter } from "./bpf.ts";
import {
  ETH_P_IP,
  ETH_P_IPV6,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_PRIVATE,
  MAP_SHARED,
  MSG_DONTWAIT,
  MSG_TRUNC,
  PACKET_BUFFER_LENGTH,
  PACKET_COPY_THRESH,
  PACKET_RESERVE,
  PACKET_RX_RING,
  PACKET_VERSION,
  PROT_READ,
  PROT_WRITE,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SOL_PACKET,
} from "./constants.ts";
import { check, ENOMEM, lastErrno, SystemError } from "./errno.ts";
import { enlargeBuffer, type FileDescriptor, orClose, setOption, setOptionBytes } from "./file_descriptor.ts";
import { type Libc, loadLibc } from "./libc.ts";
import type { InboundChecksum } from "./packet_device.ts";
import { linkAddress, openLinkSocket } from "./packet_socket.ts";
import { BUFFER_SIZE } from "./raw_socket.ts";
import { receivedAfterAll } from "./socket_errors.ts";
import type { Endpoint } from "./sockaddr.ts";
import { VNET_LENGTH, vnetChecksum, vnetSegmentSize } from "./virtio_header.ts";

/** How to open a ring. */
export interface PacketRingOptions {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Octets of memory, a multiple of 64 KiB; 2,048 of them are a slot. @default 6 MiB */
  readonly memory?: number;
}

// enum tpacket_versions, <linux/if_packet.h>
const TPACKET_V2 = 1;

/**
 * Octets of memory when nobody says otherwise: room for all that a Linux sender's buffer of 4 MiB holds. With less the sender
 * waits for our ACKs with data that it has already, and sends it where they arrive: on one machine, on our own processor
 * (tests/bench/profiles/bulk.md).
 */
const DEFAULT_MEMORY = 6 << 20;

/** Octets of a page of a WebAssembly memory. */
const WASM_PAGE_LENGTH = 1 << 16;

/** For mmap: the memory is no file's. */
const NO_FILE = -1;

/** Octets of a slot: a packet of an ordinary Ethernet, and the kernel's notes before it. */
const SLOT_LENGTH = 2_048;

/** Octets of the pieces that the kernel allocates: a power of two and of pages; larger ones may not be there. */
const BLOCK_LENGTH = 1 << 16;

/** Added before the packet, so that its IP header starts on a multiple of 16 octets behind 14 of Ethernet's. */
const RESERVED = 6;

// struct tpacket2_hdr: u32 status, length, kept length; u16 place of the link-layer header, of the IP header; u32 seconds and
// nanoseconds of CLOCK_REALTIME; …
const STATUS_WORD = 0;
const KEPT_LENGTH_WORD = 2;
const SECONDS_WORD = 4;
const NANOSECONDS_WORD = 5;
const LINK_HEADER_HALF = 6;
const IP_HEADER_HALF = 7;
const SLOT_WORDS = SLOT_LENGTH / 4;
const SLOT_HALVES = SLOT_LENGTH / 2;

/** Words of a slot that are read ahead, those of a packet of 1,500 octets, and words of a cache line. */
const READ_AHEAD_WORDS = 1_536 / 4;
const LINE_WORDS = 64 / 4;

const MICROS_PER_SECOND = 1_000_000;
const NANOS_PER_MICRO = 1_000;

// tp_status: whose the slot is, and whether the whole packet is on the socket's queue
const STATUS_KERNEL = 0;
const STATUS_USER = 1;
const STATUS_COPY = 2;

/** Octets of the longest IP packet that a slot holds behind the longest link-layer header there is. */
export const LONGEST_IN_SLOT = 1_900;

/** Receives the packets of one connection, from every interface that they may come by. */
export class PacketRing implements Disposable {
  /** Where the packet received last lies: the ring, or a buffer for long ones. No more to be read after disposal. */
  inbound: Uint8Array<ArrayBuffer>;
  /** Where in `inbound` its IP header is. */
  inboundOffset = 0;

  /** When the kernel received the packet at hand, microseconds of CLOCK_REALTIME. */
  inboundStamp = 0;

  /** What was read ahead, of no meaning; kept so that the engine does not leave the reading out. */
  readAhead = 0;

  readonly #libc: Libc = loadLibc();
  readonly #descriptor: FileDescriptor;
  readonly #family: 4 | 6;
  /** The ring, until disposal. */
  readonly memory: WebAssembly.Memory;
  readonly #slots: number;
  #octets: Uint8Array<ArrayBuffer>;
  #words: Int32Array<ArrayBuffer>;
  #halves: Uint16Array<ArrayBuffer>;
  #slot = 0;
  /** The slot at hand was filled, and is to be given back. */
  #isHeld = false;
  /** Where the virtio header of the packet received last is. */
  #vnetOffset = 0;
  /** Whole packets that did not fit into a slot, with the headers before them. */
  readonly #long: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_BUFFER_LENGTH + 64);
  readonly #longPointer: Deno.PointerValue = Deno.UnsafePointer.of(this.#long);
  readonly #longLength = BigInt(this.#long.length);

  private constructor(descriptor: FileDescriptor, family: 4 | 6, memory: WebAssembly.Memory) {
    const buffer = memory.buffer as ArrayBuffer; // not shared
    this.#descriptor = descriptor;
    this.#family = family;
    this.memory = memory;
    this.#slots = buffer.byteLength / SLOT_LENGTH;
    this.#octets = new Uint8Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#halves = new Uint16Array(buffer);
    this.inbound = this.#octets;
  }

  /**
   * Opens a ring with a filter for exactly this connection. Nothing comes until `start`.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, ENOMEM
   */
  static async open(options: PacketRingOptions): Promise<PacketRing> {
    const { local, remote, memory = DEFAULT_MEMORY } = options;
    const descriptor = openLinkSocket((opened, number) => {
      setOption(number, SOL_PACKET, PACKET_VERSION, TPACKET_V2, "setsockopt PACKET_VERSION");
      setOption(number, SOL_PACKET, PACKET_RESERVE, RESERVED, "setsockopt PACKET_RESERVE");
      setOption(number, SOL_PACKET, PACKET_COPY_THRESH, SLOT_LENGTH, "setsockopt PACKET_COPY_THRESH");
      enlargeBuffer(number, SO_RCVBUFFORCE, SO_RCVBUF, BUFFER_SIZE);
      return opened;
    });
    try {
      await allocateRing(descriptor.number, memory);
    } catch (error) {
      descriptor.close();
      throw error;
    }
    return orClose(descriptor, (number) => {
      const ring = new PacketRing(descriptor, local.address.family, mapRing(number, memory));
      try {
        attachFilter(number, connectionFilter(local, remote, "link"));
        return ring;
      } catch (error) {
        ring.#unmap();
        throw error;
      }
    });
  }

  /** From now on packets are received; none that came before is delivered. @throws SystemError */
  start(): void {
    // Gives the socket its protocol, now that the filter is there.
    const address = linkAddress(this.#family === 4 ? ETH_P_IP : ETH_P_IPV6, 0);
    check("bind AF_PACKET", this.#libc.bind(this.#descriptor.number, address, address.length));
  }

  /** For poll. */
  get descriptor(): number {
    return this.#descriptor.number;
  }

  /** How the checksum of the packet received last stands. */
  get inboundChecksum(): InboundChecksum {
    return vnetChecksum(this.inbound, this.#vnetOffset);
  }

  /** Payload octets of each segment that was merged into the packet received last; 0: it is one segment. */
  get inboundSegmentSize(): number {
    return vnetSegmentSize(this.inbound, this.#vnetOffset);
  }

  /**
   * The next packet's octets, which lie at `inboundOffset` of `inbound` until the next call; 0 when none waits.
   *
   * @throws SystemError
   */
  receive(): number {
    if (this.#isHeld) this.#giveBack();
    const word = this.#slot * SLOT_WORDS;
    const status = Atomics.load(this.#words, word + STATUS_WORD);
    if ((status & STATUS_USER) === 0) return 0;
    this.#isHeld = true;
    this.#readAhead();
    this.inboundStamp = ((this.#words[word + SECONDS_WORD] as number) >>> 0) * MICROS_PER_SECOND +
      (this.#words[word + NANOSECONDS_WORD] as number) / NANOS_PER_MICRO;
    const half = this.#slot * SLOT_HALVES;
    const linkHeader = this.#halves[half + LINK_HEADER_HALF] as number;
    const ipHeader = this.#halves[half + IP_HEADER_HALF] as number;
    if ((status & STATUS_COPY) !== 0) return this.#receiveLong(ipHeader - linkHeader);
    const start = this.#slot * SLOT_LENGTH;
    this.inbound = this.#octets;
    this.inboundOffset = start + ipHeader;
    this.#vnetOffset = start + linkHeader - VNET_LENGTH;
    // What was cut off, because the queue for long packets was full, the decoder finds missing.
    return Math.max(0, (this.#words[word + KEPT_LENGTH_WORD] as number) - (ipHeader - linkHeader));
  }

  /** Closes the socket; the memory is the kernel's again, and nothing in `inbound` may be read any more. */
  [Symbol.dispose](): void {
    if (this.#descriptor.number < 0) return;
    this.#unmap();
    this.#descriptor.close();
  }

  #giveBack(): void {
    this.#isHeld = false;
    Atomics.store(this.#words, this.#slot * SLOT_WORDS + STATUS_WORD, STATUS_KERNEL);
    this.#slot = this.#slot + 1 === this.#slots ? 0 : this.#slot + 1;
  }

  /**
   * Reads a word of each cache line of the next slot, so that the lines are on their way from the other core's cache while
   * the packet at hand is dealt with: 7 % less CPU time for bulk data. Measured.
   */
  #readAhead(): void {
    const words = this.#words;
    const next = (this.#slot + 1 === this.#slots ? 0 : this.#slot + 1) * SLOT_WORDS;
    if (((words[next] as number) & STATUS_USER) === 0) return;
    let touched = 0;
    for (let word = next; word < next + READ_AHEAD_WORDS; word += LINE_WORDS) {
      touched |= words[word] as number;
    }
    this.readAhead = touched;
  }

  #receiveLong(linkHeaderLength: number): number {
    let length = this.#receiveOnce();
    if (length < 0) length = receivedAfterAll("recv AF_PACKET", () => this.#receiveOnce());
    if (length === 0) return 0;
    this.inbound = this.#long;
    this.inboundOffset = VNET_LENGTH + linkHeaderLength;
    this.#vnetOffset = 0;
    return Math.max(0, Math.min(length, this.#long.length) - this.inboundOffset);
  }

  #receiveOnce(): number {
    return this.#libc.recv(
      this.#descriptor.number,
      this.#longPointer,
      this.#longLength,
      MSG_DONTWAIT | MSG_TRUNC,
    );
  }

  /** Gives the ring back. Views of it that somebody kept are empty from now on: their buffer is detached. */
  #unmap(): void {
    map(this.memory, MAP_PRIVATE | MAP_ANONYMOUS, NO_FILE);
    this.memory.grow(0);
    const empty = new ArrayBuffer(SLOT_LENGTH); // one slot, the kernel's
    this.#octets = new Uint8Array(empty);
    this.#words = new Int32Array(empty);
    this.#halves = new Uint16Array(empty);
    this.inbound = this.#octets;
    this.#slot = 0;
    this.#isHeld = false;
  }
}

/**
 * Has the kernel make the ring, on another thread: it waits until no packet is on its way to the socket any more, some 10 ms,
 * in which a connection would acknowledge nothing. Measured.
 *
 * @throws SystemError ENOMEM
 */
async function allocateRing(number: number, memory: number): Promise<void> {
  // struct tpacket_req: octets of a block, blocks, octets of a slot, slots
  const request = Int32Array.of(BLOCK_LENGTH, memory / BLOCK_LENGTH, SLOT_LENGTH, memory / SLOT_LENGTH);
  const place = Deno.UnsafePointer.of(request);
  const { setsockoptOnPool } = loadLibc();
  const result = await setsockoptOnPool(number, SOL_PACKET, PACKET_RX_RING, place, request.byteLength);
  // The error number stays on the other thread: what went wrong there goes wrong here once more.
  if (result < 0) setOptionBytes(number, SOL_PACKET, PACKET_RX_RING, request, "setsockopt PACKET_RX_RING");
}

/** A memory that is the ring of the socket. @throws SystemError ENOMEM */
function mapRing(number: number, octets: number): WebAssembly.Memory {
  const pages = octets / WASM_PAGE_LENGTH;
  const memory = newMemory(pages);
  map(memory, MAP_SHARED, number);
  return memory;
}

function newMemory(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    // Each reserves some gigabytes of addresses, which a limit of the process may forbid.
    if (error instanceof RangeError) throw new SystemError("mmap", ENOMEM);
    throw error;
  }
}

/** Has all of the memory be what the file holds, or no file's and empty. @throws SystemError ENOMEM */
function map({ buffer }: WebAssembly.Memory, flags: number, number: number): void {
  const place = Deno.UnsafePointer.of(new Uint8Array(buffer));
  const protection = PROT_READ | PROT_WRITE;
  const mapping = loadLibc().mmap(
    place,
    BigInt(buffer.byteLength),
    protection,
    flags | MAP_FIXED,
    number,
    0n,
  );
  // MAP_FAILED is -1.
  if (mapping === null || BigInt.asIntN(64, Deno.UnsafePointer.value(mapping)) === -1n) {
    throw new SystemError("mmap", lastErrno());
  }
}
